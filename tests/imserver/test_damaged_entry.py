"""What those hear whose stream holds an entry that is not as it was written (promise G4)."""

from __future__ import annotations

from sqlalchemy import text
from twisted.trial.unittest import SynchronousTestCase

from imserver.mailroom import Mailroom
from imserver.storage.interface import Damaged, Storage
from imserver.storage.statements import newest
from imserver.users import Users
from tests.stage import Stage

from .disk import Disk


class DamagedEntry(SynchronousTestCase):
    """Bob said something to Alice while she was away, and a disk has made something else of it."""

    def setUp(self) -> None:
        disk = Disk()
        self.stage = Stage(storage=disk.storage, make_mailroom=_without_a_ring)
        self.stage.enter("alice").leave()
        self.bob = self.stage.enter("bob")
        self.bob.ask("SEND alice ref=r :meet at the lab")
        self.bob.ask("SEND alice :and bring tea")
        with disk.engines.writing.begin() as connection:
            self.number = connection.scalar(newest) - 1
            connection.execute(
                text("UPDATE entry SET text = 'meet at the pub' WHERE number = :number"),
                {"number": self.number},
            )

    def test_the_stream_ends_before_it(self) -> None:
        """A stream that comes to it is ended, each time: it is neither told nor stepped over."""
        for _ in range(2):
            alice = self.stage.actor("alice")
            alice.say("LOGIN alice :correct horse")
            heard = alice.heard()
            self.assertTrue(heard[-1].startswith("* BYE internal retry-after=60 :"), heard[-1])
            self.assertFalse([line for line in heard if line.startswith(("* MESSAGE", "* LIVE"))], heard)
        self.assertEqual(self.bob.ask("PING"), ["OK PING"])
        self.assertEqual(len(self.flushLoggedErrors(Damaged)), 2)

    def test_nobody_reads_it_back(self) -> None:
        """Whoever asks for it is told that something broke, without the words; the log says which entry."""
        for line in (
            "HISTORY alice",
            "SEND alice ref=r :meet at the lab",
            "SEND alice ref=r :meet at the pub",
        ):
            [said] = self.bob.ask(line)
            self.assertRegex(said, r"^ERR (HISTORY|SEND) internal [0-9a-f]{8} :")
        broke = [line for line in self.stage.logged if " broke " in line]
        self.assertEqual(len(broke), 3)
        for line in broke:
            self.assertIn(f"entry\\s{self.number}\\sis\\snot\\sas\\sit\\swas\\swritten", line)
            self.assertNotIn("pub", line)

    def test_what_is_whole_is_read(self) -> None:
        """What was said behind it is shown to whoever asks for that alone."""
        said = self.bob.ask(f"HISTORY alice after={self.number}")
        self.assertTrue(said[0].endswith(" :and bring tea"), said)


def _without_a_ring(storage: Storage, users: Users, last: int, soon: object) -> Mailroom:
    return Mailroom(storage, users, last, soon, ring=1)  # type: ignore[arg-type]
