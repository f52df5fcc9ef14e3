"""What the operator's commands come back with: where the server is, as whom, and a token for each device.

It is kept in a file for its owner alone, and locked while it is used: of two commands at once the second
waits, for a device has one session, and each token is good for one next one.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_config_path

from .. import private_file
from .saying import NotDone

#: Says where the file is, for scripts that speak to several servers.
PLACE = "IMSERVER_LOGIN"
#: What ``watch`` comes in as: it stays, and must not be ended by the next command.
WATCHING = "watch"
ACTING = "act"


@dataclass
class Login:
    """A device of the operator's account."""

    address: str
    name: str
    device: str
    token: str
    epoch: str = ""
    last: int = 0  #: told up to there; nothing is acknowledged, since nobody has read it


def place(purpose: str) -> Path:
    """Say where a login is kept."""
    given = os.environ.get(PLACE)
    path = Path(given) if given else user_config_path("imserver") / "login.json"
    return path.with_name(f"{path.stem}-{purpose}{path.suffix}")


def new_device(purpose: str) -> str:
    """Name a device so that another computer's is another."""
    return f"imserver-{purpose}-{secrets.token_hex(3)}"


@contextmanager
def locked(purpose: str, *, wait: bool = True) -> Iterator[Path]:
    """Keep other commands from a login for a while."""
    path = place(purpose)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NotDone(f"{path.parent} cannot be written: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield path
    except BlockingIOError:
        raise NotDone("It is under way already, in another terminal of yours.", code="in-use") from None
    finally:
        os.close(lock)


def keep(path: Path, login: Login) -> None:
    """Write a login, whole or not at all."""
    private_file.write(path, json.dumps(asdict(login), indent=1).encode())


def kept(path: Path) -> Login:
    """Read it; raises `NotDone` if there is none."""
    try:
        if path.stat().st_mode & 0o077:
            raise NotDone(f"Others may read {path}, and come in with it: chmod 600 it, or log in again.")
        return Login(**json.loads(path.read_text()))
    except FileNotFoundError:
        raise NotDone(
            "Nobody is logged in. Begin with: imserver login ADDRESS NAME", code="no-login"
        ) from None
    except (OSError, ValueError, TypeError):
        raise NotDone(f"{path} cannot be read; log in again: imserver login ADDRESS NAME") from None
