"""What an administrator sees of lines: never a secret, a text only if asked for, nothing that acts."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.codec import MASK
from improtocol.fields import Way
from imserver.watching import seen


class SeenTests(SynchronousTestCase):
    """One line, as it is shown."""

    def test_texts(self) -> None:
        """What somebody said is shown as its length, whichever way it went, and whole if asked for."""
        for way, line, hidden in (
            (Way.IN, "@7 SEND bob,carol ref=r :between us", "@7 SEND bob,carol ref=r :[10 bytes]"),
            (Way.IN, "PRESENCE away :at the doctor's", "PRESENCE away :[15 bytes]"),
            (Way.OUT, "* MESSAGE 4 alice bob at=x :zwölf", "* MESSAGE 4 alice bob at=x :[6 bytes]"),
            (Way.OUT, "@7 + MESSAGE 4 alice bob at=x :hi", "@7 + MESSAGE 4 alice bob at=x :[2 bytes]"),
        ):
            self.assertEqual(seen(way, line, texts=False), hidden)
            self.assertEqual(seen(way, line, texts=True), line)

    def test_what_the_server_says_of_itself(self) -> None:
        """The server's own sentences are no secret."""
        for line in (
            "ERR SEND no-such-user dave :There is no user called dave.",
            "* HELLO imserver protocol=1 :Say HELP at any time.",
            "+ HELP :LOGIN alice :correct horse",
            "* BYE shutdown retry-after=5 :The server is being stopped; come back later.",
            "OK SEND 4 at=2026-11-20T10:00:28.120Z to=1",
        ):
            self.assertEqual(seen(Way.OUT, line, texts=False), line)

    def test_secrets(self) -> None:
        """A password or token is covered from everybody, also in a line that cannot be read."""
        for way, line, shown in (
            (Way.IN, "LOGIN alice :correct horse", f"LOGIN alice :{MASK}"),
            (Way.IN, "LOGIN alice device=d token=abc", f"LOGIN alice device=d token={MASK}"),
            (Way.IN, "REGISTER alice horse", f"REGISTER {MASK}"),
            (Way.IN, "LGOIN alice :correct horse", f"LGOIN {MASK}"),
            (Way.OUT, "OK LOGIN alice epoch=k3 token=abc", f"OK LOGIN alice epoch=k3 token={MASK}"),
        ):
            for texts in (False, True):
                self.assertEqual(seen(way, line, texts=texts), shown)

    def test_nothing_acts(self) -> None:
        """What no line may hold is shown as a sign that stands for it."""
        self.assertEqual(seen(Way.IN, "PING \x1b[2J\x85x", texts=True), "PING \ufffd[2J\ufffdx")
