"""What lets a window in the next time: a name and a token, in a file for its owner's eyes alone."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from improtocol.invite import Invite

from .link import Key


def file_for(folder: Path, server: Invite) -> Path:
    """Name the file of a server elsewhere; another certificate is another server."""
    known_by = f"-{server.fingerprint[:16]}" if server.fingerprint is not None else ""
    return folder / f"window-{quote(server.host, safe='')}-{server.port}{known_by}.token"


def read(file: Path) -> Key | None:
    """Give what was kept, if there is anything."""
    try:
        name, _, token = file.read_text("utf-8").strip().partition(" ")
    except (OSError, UnicodeDecodeError):
        return None
    return Key(name, token=token) if name and token else None


def write(file: Path, key: Key) -> None:
    """Keep it; where that cannot be, the next window asks for the password."""
    written = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(
            os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as out:
            out.write(f"{key.name} {key.token}\n")
        written.replace(file)
    except OSError:
        return
