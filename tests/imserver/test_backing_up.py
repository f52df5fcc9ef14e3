"""Backups of a server that runs: one at a time, whole or not at all, whatever the disk has room for."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, maybeDeferred

from improtocol.errors import DiskFull, NotBackedUp, Refusal, UnderWay
from improtocol.replies import BackedUp
from imserver import backing_up
from imserver.backing_up import BackingUp, Elsewhere
from imserver.operator import backups

from .operator.folder_case import FolderCase

T = TypeVar("T")
Usage = namedtuple("Usage", "total used free")


class BackingUpTests(FolderCase):
    """A data folder with a few words in it, served while they are backed up."""

    def setUp(self) -> None:
        super().setUp()
        self.fill()
        self.there = self.home / "there"
        self.broke: list[str] = []
        self.waiting: list[Callable[[], object]] = []
        self.held = False
        self.backing_up = BackingUp(self.folder, self.database, self.there, self.run_, self.broke.append)

    def run_(self, work: Callable[[], T]) -> Deferred[T]:
        if not self.held:
            return maybeDeferred(work)
        done: Deferred[Any] = Deferred()
        self.waiting.append(lambda: maybeDeferred(work).chainDeferred(done))
        return done

    def make(self) -> Deferred[BackedUp]:
        return Deferred.fromCoroutine(self.backing_up.make())

    def refused(self, kind: type[Refusal]) -> Any:
        return self.failureResultOf(self.make(), kind).value

    def lying_about(self) -> list[str]:
        return sorted(os.listdir(self.there)) if self.there.exists() else []

    def test_it_is_whole(self) -> None:
        """What is made while a server has the folder can be put back; only its owner may read it, or look."""
        with self.served() as server:
            server.say(1, {2}, "just now")
            made = self.successResultOf(self.make())
        file = Path(made.file)
        self.assertRegex(file.name, r"^imserver-\d{8}T\d{6}Z\.backup$")
        self.assertEqual((9, file.stat().st_size), (made.entries, made.bytes_))
        self.assertEqual((0o600, 0o700), (file.stat().st_mode & 0o777, self.there.stat().st_mode & 0o777))
        self.assertEqual([file.name], self.lying_about())
        self.assertEqual(9, backups.check(file)["entries"])

    def test_one_at_a_time(self) -> None:
        """While one is under way another is refused; after it one may be made again."""
        self.held = True
        first = self.make()
        self.refused(UnderWay)
        self.waiting.pop()()
        made = [self.successResultOf(first)]
        again = self.make()
        self.waiting.pop()()
        made.append(self.successResultOf(again))
        self.assertEqual(2, len({one.file for one in made}))

    def test_damaged(self) -> None:
        """Of a damaged database there is no backup; the log hears which entry it was, and nothing is left."""
        with sqlite3.connect(self.database) as database:
            database.execute("UPDATE entry SET text = 'other words' WHERE number = 5")
        database.close()
        self.assertEqual("damaged", self.refused(NotBackedUp).why)
        self.assertIn("entry 5 is not as it was written", self.broke[0])
        self.assertEqual([], self.lying_about())

    def test_no_room_from_the_start(self) -> None:
        """Where the disk has no room for twice the database and some to spare nothing is begun."""
        self.patch(shutil, "disk_usage", lambda path: Usage(1, 1, backing_up.SPARE))
        self.assertEqual(300, self.refused(DiskFull).retry_after)
        self.assertEqual([], self.lying_about())

    def test_no_room_on_the_way(self) -> None:
        """When the disk is full on the way it is refused as that, and nothing is left of it."""
        self.instead(
            "imserver: full",
            "import json,sys; open(sys.argv[-1] + '.part', 'w').write('half');"
            "print(json.dumps({'error': 'disk-full', 'sentence': 'no room'}), file=sys.stderr); sys.exit(1)",
        )
        self.refused(DiskFull)
        self.assertEqual((["no room"], []), (self.broke, self.lying_about()))

    def test_it_dies(self) -> None:
        """If the program that makes it dies, nothing is left, and the next one is made."""
        self.instead(
            "killed",
            "import os,sys; open(sys.argv[-1] + '.db.part', 'w').write('half'); os.kill(os.getpid(), 9)",
        )
        self.assertEqual("failed", self.refused(NotBackedUp).why)
        self.assertEqual([], self.lying_about())
        self.patch(sys, "executable", self.python)
        self.successResultOf(self.make())

    def test_nowhere_to_write(self) -> None:
        """A folder that cannot be made is said to the log, and refused."""
        self.there.write_text("in the way")
        self.assertEqual("failed", self.refused(NotBackedUp).why)
        self.assertIn("there: ", self.broke[0])

    def test_when_the_server_stops(self) -> None:
        """A server that stops waits for no backup, and leaves no part of one."""
        self.held = True
        first = self.make()
        self.backing_up.stop()
        self.waiting.pop()()
        self.assertEqual("stopping", self.failureResultOf(first, NotBackedUp).value.why)
        self.assertEqual([], self.lying_about())
        self.assertEqual("stopping", self.refused(NotBackedUp).why)

    def test_what_an_end_left(self) -> None:
        """What was half written when a server was killed the next backup takes away, and nothing else."""
        self.there.mkdir()
        for name in ("imserver-20260101T000000Z.backup.db.part", "imserver-20260101T000000Z.backup", "mine"):
            (self.there / name).write_text("x")
        made = self.successResultOf(self.make())
        self.assertEqual(
            ["imserver-20260101T000000Z.backup", Path(made.file).name, "mine"], self.lying_about()
        )

    def test_elsewhere(self) -> None:
        """A server whose data is not in its folder says so."""
        refused = self.failureResultOf(Deferred.fromCoroutine(Elsewhere().make()), NotBackedUp).value
        self.assertEqual("elsewhere", refused.why)

    def instead(self, name: str, program: str) -> None:
        """Have another program run in the place of Python with imserver."""
        self.python = sys.executable
        script = self.home / "instead"
        script.write_text(f"#!{self.python}\n{program}\n")
        script.chmod(0o700)
        self.patch(sys, "executable", str(script))
