"""What lets a window in the next time: a name and a token, in a file for its owner's eyes alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from improtocol.invite import Invite

from .. import private_file
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
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        private_file.write(file, f"{key.name} {key.token}\n".encode(), on_disk=False)
    except OSError:
        return
