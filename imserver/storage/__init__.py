"""What the server remembers, and the databases that keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from sqlalchemy import make_url
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime

from ..threads import Threads
from . import postgresql, sqlite
from .database import Database, random_epoch
from .interface import Storage, Witness
from .writer import Soon

__all__ = ["in_memory", "open_storage"]

T = TypeVar("T")

_BACKENDS = {"sqlite": sqlite.open_file, "postgresql": postgresql.open_server}


def open_storage(
    url: str,
    *,
    reactor: IReactorTime,
    now: Callable[[], int],
    name_epoch: Callable[[], str] = random_epoch,
    witness: Witness | None = None,
) -> Storage:
    """Choose by a URL: ``sqlite:///path/to/file`` or ``postgresql+psycopg://...``.

    ``now`` says the time in milliseconds since 1970, UTC.  Nothing is read or written before ``open``;
    whoever got a storage ends it with ``close``, also when it could not be opened.
    """
    address = make_url(url)
    backend = _BACKENDS.get(address.get_backend_name())
    if backend is None:
        raise ValueError(f"no storage is known for {address.get_backend_name()}")
    threaded = cast(IReactorFromThreads, reactor)  # a type cannot ask for two of zope's interfaces
    writer, readers = Threads(threaded, 1, "writer"), Threads(threaded, 4, "readers")

    return Database(
        backend(address),
        write=writer,
        read=readers,
        soon=lambda begin: reactor.callLater(0, begin),
        now=now,
        name_epoch=name_epoch,
        end_reading=readers.stop,
        let_go=writer.stop,
        witness=witness,
    )


def in_memory(*, now: Callable[[], int], soon: Soon, name_epoch: Callable[[], str] = random_epoch) -> Storage:
    """Keep everything in memory and do all work at once, without a thread: for tests.

    Commits still begin at the end of a turn: ``soon`` is told what to call then.
    """
    return Database(
        sqlite.open_memory(), write=_at_once, read=_at_once, soon=soon, now=now, name_epoch=name_epoch
    )


def _at_once(work: Callable[[], T], /) -> Deferred[T]:
    return maybeDeferred(work)
