"""A data folder's database with no server on it: what is asked of it is done at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, event
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.python.failure import Failure

from ..data_folder import DataFolder
from ..storage.database import Database
from ..storage.interface import DatabaseTaken
from ..storage.records import Opening
from ..told import Told
from .backups import in_a_sentence, taken
from .databases import database_of, engines_of, file_of
from .saying import NotDone

T = TypeVar("T")


class Alone:
    """The storage of a server that does not run; ``at`` is the moment of what is stored, if not now."""

    def __init__(self, folder: Path, url: URL) -> None:
        self.at: int | None = None
        self._soon: list[Callable[[], None]] = []
        self._told = Told(DataFolder(folder).told)
        engines = engines_of(url)
        if file_of(url) is not None:
            # Of much that is stored at once each commit need not be synchronised: closing does it for all.
            event.listen(engines.writing, "connect", lambda one, _: one.execute("PRAGMA synchronous=NORMAL"))
        self.storage = Database(
            engines,
            write=_at_once,
            read=_at_once,
            soon=self._soon.append,
            now=lambda: time.time_ns() // 1_000_000 if self.at is None else self.at,
            witness=self._told,
        )
        try:
            self.storage.take()
        except DatabaseTaken:
            raise NotDone("A server is using this database. Stop it first.", code="in-use") from None
        try:
            self.opening: Opening = self.storage.open()
        except BaseException:
            self.close()
            raise

    def done(self, asked: Deferred[T]) -> T:
        """Have something done, and give what came of it."""
        outcomes: list[Any] = []
        asked.addBoth(outcomes.append)
        while self._soon:
            self._soon.pop(0)()
        (outcome,) = outcomes
        if isinstance(outcome, Failure):
            outcome.raiseException()
        return outcome  # type: ignore[no-any-return]

    def close(self) -> None:
        """Let go of it."""
        self.done(self.storage.close())
        self._told.close()


@contextmanager
def alone(folder: Path, database: str | None = None) -> Iterator[Alone]:
    """Have a data folder and its database alone; raises `NotDone` if a server uses them, or nobody can."""
    url = database_of(folder, database)
    with taken(folder), in_a_sentence(folder):
        opened = Alone(folder, url)
        try:
            yield opened
        finally:
            opened.close()


def _at_once(work: Callable[[], T], /) -> Deferred[T]:
    return maybeDeferred(work)
