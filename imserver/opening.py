"""Opens the database before anybody comes in, or says in a sentence why it cannot be."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sqlalchemy.exc import ArgumentError
from twisted.internet.interfaces import IReactorTime

from .cannot_start import CannotStart
from .features.inviting import drawn
from .storage import open_storage
from .storage.interface import Damaged, DatabaseTaken, NewerDatabase, Storage, StorageError
from .storage.records import Opening
from .told import Told

#: Days in which the first administrator may come.
FIRST_DAYS = 7


def opened(url: str, reactor: IReactorTime, now: Callable[[], int], told: Told) -> tuple[Storage, Opening]:
    """Open the database, or say why it cannot be."""
    try:
        storage = open_storage(url, reactor=reactor, now=now, witness=told)
        storage.take()
        return storage, storage.open()
    except OSError as error:
        raise CannotStart(f"The data folder cannot be written: {error.strerror}.") from None
    except DatabaseTaken:
        raise CannotStart("Another imserver is using this database. Stop it first.") from None
    except NewerDatabase as error:
        raise CannotStart(
            f"The database was written by a newer imserver ({error}). "
            "Start that version; this one would not know what it finds."
        ) from None
    except Damaged as error:
        raise CannotStart(
            f"The database is damaged, and is not served ({error}). Put a copy from before in its place; "
            "what was said since is then in the clients alone."
        ) from None
    except StorageError as error:
        raise CannotStart(f"The database cannot be opened: {error}. Is --database right?") from None
    except ModuleNotFoundError as error:
        raise CannotStart(f"This database needs {error.name}: pip install 'psycopg[binary]'") from None
    except (ValueError, ArgumentError) as error:
        raise CannotStart(
            f"--database is sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME, not this: {error}."
        ) from None


def first_code(storage: Storage) -> str | None:
    """Make an invite for the first administrator; None: there is one, or the disk takes nothing now."""
    code, invitation = drawn(secrets.randbelow, maker=None, uses=1, days=FIRST_DAYS, administrator=True)
    try:
        return code if storage.invite_first(invitation) else None
    except StorageError:
        return None
