"""What a no says, in the language of whoever hears it; the wire stays English."""

from __future__ import annotations

from twisted.python.failure import Failure

import imtongue
from imclient.core.refusals import why_not
from improtocol.audience import Audience
from improtocol.commands import Send
from improtocol.errors import BadArgument, NoSuchUser, Refusal, TooLong
from improtocol.invite import BadInvite, parse

from .case import FakeCase


class RefusedTests(FakeCase):
    """A client in German, and a server that answers as all servers do."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(imtongue.speak, "en")
        self.alice = self.client()
        self.come_in(self.alice)
        imtongue.speak("de")

    def refused(self, answer: str) -> str:
        """Be refused so, and give what the user is told."""
        failures: list[Failure] = []
        self.alice.perform(Send(Audience.of("dave"), "Hello")).addErrback(failures.append)
        self.net.settle()
        self.server.answer(answer, to="SEND")
        self.net.settle()
        return why_not(failures[0].value)

    def test_known(self) -> None:
        """What is known is said anew from its code, words and keys."""
        said = self.refused("ERR SEND no-such-user dave :There is no user called dave.")
        self.assertEqual("Es gibt niemanden namens dave.", said)
        said = self.refused("ERR SEND mailbox-full dave,erin :Too much.")
        self.assertIn("wartet noch auf dave, erin", said)

    def test_unknown(self) -> None:
        """Of a code that nobody knows here the server's own sentence is shown."""
        said = self.refused("ERR SEND full-moon :Not tonight.")
        self.assertEqual("Not tonight.", said)

    def test_rule(self) -> None:
        """What the wire says in its sentence alone is left out, not guessed."""
        said = self.refused("ERR SEND bad-argument ref :What stands for ref must be a word.")
        self.assertEqual("Was für ref steht, ist nicht zu lesen.", said)

    def test_here(self) -> None:
        """What is refused before it is sent is said so, too."""
        found = self.assertRaises(TooLong, self.alice.say, Audience.of("dave"), "x" * 5000)
        self.assertEqual("Zu lang (text): höchstens 4096 Bytes.", why_not(found))
        bad = self.assertRaises(BadInvite, parse, "imserver://lab.example:0/")
        self.assertEqual("Ein Port ist eine Zahl von 1 bis 65535, nicht 0.", why_not(bad))

    def test_english(self) -> None:
        """In English the server's sentence is shown as it came, with the line to type."""
        imtongue.speak("en")
        said = self.refused("ERR SEND no-such-user dave :There is nobody called dave: WHO")
        self.assertEqual("There is nobody called dave: WHO", said)
        for refusal in (NoSuchUser(("dave",)), BadArgument("ref", rule="a word")):
            self.assertEqual(refusal.sentence(), why_not(refusal))
        self.assertIsInstance(refusal, Refusal)
