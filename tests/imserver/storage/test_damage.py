"""A damaged database: what is otherwise than it was written is noticed, and never shown (promise G4)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from imserver.storage import sqlite
from imserver.storage.database import Engines
from imserver.storage.interface import StorageError

from . import contract, damage_contract
from .cluster import OnPostgreSQL

Shown = dict[int, list[Any]]


class DamageInMemory(damage_contract.DamageContract):
    """On SQLite."""

    def engines(self) -> Engines:
        return sqlite.open_memory()

    def forget_foreign_keys(self) -> None:
        with self.database.writing.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")


class DamageOnPostgreSQL(OnPostgreSQL, damage_contract.DamageContract):
    """On a server."""

    def forget_foreign_keys(self) -> None:
        self.damage("ALTER TABLE audience DROP CONSTRAINT audience_entry")


class FlippedBits(SynchronousTestCase):
    """A file of which a bit is flipped while nobody uses it."""

    def setUp(self) -> None:
        self.whole = Path(self.mktemp())
        with self._opened(self.whole) as case:
            case.register(*damage_contract.PEOPLE)
            for n in range(150):
                to = {n % 3 + 1} if n % 4 else frozenset()
                case.done(
                    case.storage.append(contract.draft(f"{n} {'words ' * (n % 9)}", to=to, ref=f"r{n}"))
                )
            self.shown = self._read(case)

    def _opened(self, path: Path) -> _Opened:
        return _Opened(path)

    def _read(self, case: contract.StorageCase) -> Shown:
        everything: dict[str, Any] = {"after": 0, "before": None, "limit": 999}
        shown: Shown = {}
        for account in range(1, len(damage_contract.PEOPLE) + 1):
            page = self._of(case.storage.page_after(account, 0, 999))
            back = self._of(case.storage.history(account, None, **everything))
            shown[account] = [*page.entries, *back.entries]
        return shown

    def _of(self, asked: Deferred[Any]) -> Any:
        """Give what was answered, or raise what went wrong."""
        answered: list[Any] = []
        asked.addBoth(answered.append)
        if isinstance(answered[0], Failure):
            answered[0].raiseException()
        return answered[0]

    def test_nothing_wrong_is_shown(self) -> None:
        """Whichever bit it is, the database is refused, or the reading is, or all is shown as it was said."""
        chance = random.Random(1)
        data = self.whole.read_bytes()
        noticed = 0
        for begin in range(0, len(data), 4096):
            used = [at for at in range(begin, begin + 4096) if data[at]]
            for at in chance.sample(used, min(3, len(used))):
                noticed += self._is_noticed(data, at, chance.randrange(8))
        self.assertGreater(noticed, len(data) // 4096)  # it is no happy file that nothing can harm

    def _is_noticed(self, data: bytes, at: int, bit: int) -> bool:
        path = Path(self.mktemp())
        flipped = bytearray(data)
        flipped[at] ^= 1 << bit
        path.write_bytes(flipped)
        try:
            with self._opened(path) as case:
                self.assertEqual(self._read(case), self.shown, f"byte {at} bit {bit}")
        except StorageError:
            return True
        return False


class _Opened:
    """A storage in a file, for as long as it is looked at."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> contract.StorageCase:
        self._case = contract.StorageCase()
        self._case.engines = lambda: sqlite.open_file(make_url(f"sqlite:///{self._path}"))  # type: ignore[method-assign]
        self._case.setUp()
        return self._case

    def __exit__(self, *why: object) -> None:
        self._case.close()
