"""What an administrator sees of lines: never a secret, a text only if asked for, nothing that acts."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.codec import MASK
from improtocol.fields import Way
from imserver import watching


def seen(way: Way, line: str, *, texts: bool) -> str:
    """Show a line where alice and bob are the only ones there are."""
    return watching.seen(way, line, texts=texts, knows=lambda name: name.lower() in ("alice", "bob"))


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
            (Way.IN, "LGOIN alice :correct horse", MASK),
            (Way.IN, "@7 login Alice :correct horse", f"@7 login Alice :{MASK}"),
            (Way.IN, "UNINVITE 7KQ2-M4XD-9TRB", f"UNINVITE {MASK}"),
            (Way.OUT, "OK LOGIN alice epoch=k3 token=abc", f"OK LOGIN alice epoch=k3 token={MASK}"),
        ):
            for texts in (False, True):
                self.assertEqual(seen(way, line, texts=texts), shown)

    def test_what_may_be_a_secret(self) -> None:
        """A password shows nowhere: not alone, nor as a verb, a name or a key, nor in what refuses it."""
        for way, line, shown in (
            (Way.IN, "hunterhunter", MASK),
            (Way.IN, "HELP hunterhunter", f"HELP {MASK}"),
            (Way.IN, "@7 signout hunterhunter", f"@7 signout {MASK}"),
            (Way.OUT, "ERR SIGNOUT no-such-device hunterhunter :x", f"ERR SIGNOUT no-such-device {MASK}"),
            (Way.IN, "@7 hunterhunter", f"@7 {MASK}"),
            (Way.IN, "CONFIRMhunterhunter", MASK),
            (Way.OUT, "@7 ERR HUNTERHUNTER unknown-verb :No.", "@7 ERR ? unknown-verb :No."),
            (Way.IN, "LOGIN hunterhunter", f"LOGIN {MASK}"),
            (Way.IN, "@7  login  hunterhunter device=d :alicealice", f"@7  login  {MASK} device=d :{MASK}"),
            (Way.IN, "REGISTER hunterhunter :alicealice", f"REGISTER {MASK} :{MASK}"),
            (Way.IN, "CLOSE hunterhunter", f"CLOSE {MASK}"),
            (Way.IN, "LOGIN alice hunter=hunter :x", f"LOGIN {MASK}"),
            (Way.OUT, "ERR LOGIN unknown-key hunter may=x :No.", f"ERR LOGIN unknown-key {MASK}"),
            (
                Way.OUT,
                "ERR LOGIN repeated-key hunter :hunter= twice.",
                f"ERR LOGIN repeated-key {MASK}",
            ),
            (Way.IN, "SEND bob between us", f"SEND {MASK}"),
            (Way.IN, "LOGIN", "LOGIN"),
            (Way.IN, "@7 send", "@7 SEND"),
        ):
            for texts in (False, True):
                self.assertEqual(seen(way, line, texts=texts), shown)

    def test_nothing_acts(self) -> None:
        """What no line may hold is shown as a sign that stands for it."""
        self.assertEqual(seen(Way.OUT, "* NOTE :\x1b[2J\x85x", texts=True), "* NOTE :\ufffd[2J\ufffdx")
