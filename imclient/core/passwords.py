"""Where a program finds a password when it asks nobody: a file, the environment, the keyring; in that order.

Never the command line: everybody on the machine can read that.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from imtongue import tr

from . import utf8

#: The environment's names for a password, and for a file it stands in.
VARIABLE, FILE_VARIABLE = "IMCLIENT_PASSWORD", "IMCLIENT_PASSWORD_FILE"
#: And for the file of a token.
TOKEN_FILE_VARIABLE = "IMCLIENT_TOKEN_FILE"
#: The file that is standard input.
STDIN = "-"
#: The keyring's name for this program.
SERVICE = "imclient"
#: Seconds; a keyring that asks its user for leave may wait for ever.
PATIENCE = 5.0


class NoPassword(Exception):
    """There is none where it was looked for; ``str`` says where that was."""


def find_password(
    name: str,
    host: str,
    port: int,
    file: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> str | None:
    """Give a password, or None; it may block.  Raises `NoPassword` if a file was named that has none."""
    file = file or environment.get(FILE_VARIABLE)
    if file == STDIN:
        return _text(sys.stdin.buffer.readline()).rstrip("\r\n")
    if file:
        return _first_line(Path(file))
    if VARIABLE in environment:
        return _readable(lambda: utf8.checked(environment[VARIABLE], tr("The password")))
    return _from_keyring(f"{name}@{host}:{port}")


def _first_line(path: Path) -> str:
    try:
        lines = _text(path.read_bytes()).splitlines()
    except OSError as error:
        raise NoPassword(tr("The password's file cannot be read: {why}.", why=error)) from None
    if not lines or not lines[0]:
        raise NoPassword(tr("There is no password in {path}; it is the first line.", path=path))
    return lines[0]


def _text(raw: bytes) -> str:
    return _readable(lambda: utf8.read(raw, tr("The password")))


def _readable(read: Callable[[], str]) -> str:
    try:
        return read()
    except utf8.NotUtf8 as wrong:
        raise NoPassword(str(wrong)) from None


def _from_keyring(account: str) -> str | None:
    """Ask the keyring, if there is one; what it does not answer in time it does not know."""
    found: list[str | None] = []

    def ask() -> None:
        try:
            import keyring  # noqa: PLC0415  (an extra)

            found.append(keyring.get_password(SERVICE, account))
        except Exception:  # whatever is wrong with a keyring, it knows no password
            found.append(None)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return found[0] if found else None
