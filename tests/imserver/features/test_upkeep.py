"""A backup and the end of the server, as administrators ask for them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.errors import DiskFull, NotBackedUp, UnderWay
from tests.stage import Stage


class UpkeepTests(SynchronousTestCase):
    """A server with an administrator, ada, and bob."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.ada = self.stage.enter("ada")
        self.stage.appoint("ada")
        self.bob = self.stage.enter("bob")
        self.ada.forget()

    def acts(self) -> list[str]:
        """Give what the log says of it, without the moment."""
        words = ("backed-up", "not-backed-up", "stopping")
        return [line.partition(" ")[2] for line in self.stage.logged if line.split(" ")[1] in words]

    def test_backup_is_logged(self) -> None:
        """The log says who had a backup made, and which file it is."""
        self.ada.ask("BACKUP")
        (line,) = self.acts()
        self.assertRegex(line, r"^backed-up session=1 user=ada file=\S+\.backup bytes=61440$")

    def test_refusals(self) -> None:
        """Whatever keeps a backup from being made is said with its reason, and logged."""
        for why_not, said in (
            (UnderWay(), "ERR BACKUP under-way :That is being done already"),
            (NotBackedUp("damaged"), "ERR BACKUP not-backed-up damaged :The database is damaged"),
            (NotBackedUp("elsewhere"), "ERR BACKUP not-backed-up elsewhere :The data of this server"),
            (DiskFull(retry_after=300), "ERR BACKUP disk-full retry-after=300 :The server's disk is full"),
        ):
            self.stage.shelf.why_not = why_not
            self.assertIn(said, self.ada.ask("BACKUP")[-1])
        whys = [line.rpartition(" ")[2] for line in self.acts()]
        self.assertEqual(["why=under-way", "why=damaged", "why=elsewhere", "why=disk-full"], whys)

    def test_stop_is_answered_first(self) -> None:
        """Who stops the server hears OK, then good-bye; the others good-bye; the log says who it was."""
        self.bob.forget()
        self.ada.say("STOP")
        self.assertEqual(
            ["OK STOP", "* BYE shutdown retry-after=5 :The server is being stopped; come back later."],
            [line for line in self.ada.heard() if not line.startswith("* USER")],
        )
        self.assertIn("* BYE shutdown retry-after=5 :", "\n".join(self.bob.heard()))
        self.assertTrue(self.bob.wire.closed)
        self.assertEqual(["stopping session=1 user=ada back=5"], self.acts())

    def test_what_was_begun_is_answered(self) -> None:
        """A message that was said before the stop has its OK before the good-bye."""
        self.bob.send(b"SEND ada :the last word\n")
        self.ada.send(b"STOP\n")
        self.stage.wait(1)
        heard = [line.split(" ")[:2] for line in self.bob.heard()]
        self.assertLess(heard.index(["OK", "SEND"]), heard.index(["*", "BYE"]))
