"""An administrator where nobody can come in as one any more: for whoever has the machine."""

from __future__ import annotations

import secrets
from pathlib import Path

from improtocol.errors import Refusal
from improtocol.names import ASCII_NAMES

from ..portal import codes
from ..portal.passwords import OWASP
from .alone import alone
from .databases import database_of, file_of, must_be_there
from .saying import NotDone, Status


def appoint(folder: Path, name: str, database: str | None = None) -> dict[str, object]:
    """Make somebody an administrator who can come in, with another password; who is not there is made."""
    if (file := file_of(database_of(folder, database))) is not None:
        must_be_there(file)
    password = codes.words(secrets.randbelow, codes.PASSWORD)
    with alone(folder, database) as opened:
        storage, wanted = opened.storage, name.lower()
        found = next((one for one in opened.opening.accounts if wanted in (one.name, *one.earlier)), None)
        if found is None:
            account = opened.done(storage.register(_new(name), OWASP.hash(password))).account
        elif found.closed is not None:
            raise NotDone(f"{name} closed their account, and a name is never another's: choose another.")
        else:
            account, wanted = found.id, found.name
            opened.done(storage.set_password(account, OWASP.hash(password)))
            opened.done(storage.restore(account))
        opened.done(storage.set_administrator(account, True))
    return {"name": wanted, "password": password, "new": found is None}


def _new(name: str) -> str:
    try:
        return ASCII_NAMES.canonical(name)
    except Refusal as refused:
        raise NotDone(str(refused), code=refused.code, status=Status.MISTYPED) from None
