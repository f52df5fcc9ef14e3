"""What is answered when the database or the server itself is in trouble."""

from __future__ import annotations

from imserver.storage.interface import Closed, OutcomeUnknown, StorageError

from .stage_case import StageCase, answers


class TroubleTests(StageCase):
    """What a server in trouble says, and what it keeps to itself."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.stage.enter("alice")

    def test_busy(self) -> None:
        """What the database would not do is refused, may be said again, and has changed nothing."""
        self.disk.trouble = StorageError("planted: disk is full")
        for _ in range(2):
            self.assertEqual(
                self.alice.ask("@1 SEND alice ref=r :x"),
                ["@1 ERR SEND busy retry-after=5 :The server has too much to do; say it again in 5 seconds."],
            )
        self.disk.trouble = None
        self.assertTrue(self.alice.ask("SEND alice ref=r :x")[0].startswith("OK SEND 2 "))
        self.assertEqual([], self.events("broke"))
        told = [line.partition(" database-failed ")[2] for line in self.events("database-failed")]
        self.assertEqual(["session=1 verb=SEND error=planted:\\sdisk\\sis\\sfull"] * 2, told)

    def test_too_late(self) -> None:
        """What comes when the disk has been let go of is refused, and nothing is broken."""
        self.disk.trouble = Closed()
        self.assertIn(" busy retry-after=", self.alice.ask("SEND alice :x")[0])
        self.assertEqual([], self.events("broke"))

    def test_busy_before_login(self) -> None:
        """So are REGISTER and LOGIN, and the state does not move."""
        stranger = self.stage.actor("stranger")
        self.disk.trouble = StorageError("planted")
        for line in ["REGISTER bob :correct horse", "LOGIN alice :correct horse"]:
            (refused,) = answers(stranger.ask(line))
            self.assertIn(" busy retry-after=", refused)
        self.assertEqual((2, []), (len(self.events("database-failed")), self.events("broke")))
        self.assertIn(" wrong-state unregistered ", stranger.ask("WHO")[0])

    def test_internal(self) -> None:
        """What breaks is answered with a number that server.log has too, and with no detail; all goes on."""
        bob = self.stage.enter("bob")
        self.disk.trouble = ZeroDivisionError("planted detail")
        (said,) = self.alice.ask("@1 SEND bob :x")
        self.disk.trouble = None
        self.assertRegex(said, r"^@1 ERR SEND internal [0-9a-f]{8} :Something broke in the server; its log")
        number = said.split(" ")[4]
        (logged,) = self.events("broke")
        for fact in [f"incident={number} ", "session=1 ", "verb=SEND ", "error=planted\\sdetail "]:
            self.assertIn(fact, logged)
        self.assertNotIn("planted", said)
        self.assertEqual(bob.heard(), [])
        self.assertTrue(self.alice.ask("SEND bob :x")[0].startswith("OK SEND "))

    def test_outcome_unknown(self) -> None:
        """When nobody knows what became of a commit nobody is answered: those who wait are cut."""
        doubts = []
        self.stage.storage.in_doubt = doubts.append
        bystander = self.stage.actor("bystander")
        bystander.forget()
        self.disk.trouble = OutcomeUnknown("planted")
        self.send(self.alice, "SEND alice :x", "SEND alice :y", "PING", "SEND alice :z")
        self.stage.wait(1)
        self.assertEqual((self.alice.heard(), self.alice.wire.aborted), ([], True))
        self.assertEqual(doubts, ["planted"])
        self.assertTrue(self.events("went")[0].endswith("why=outcome-unknown"))
        self.assertEqual(bystander.ask("PING"), ["OK PING"])
