"""The three send modes as one idea."""

from twisted.trial.unittest import SynchronousTestCase

from imclient.qt.audience_choice import AudienceChoice, Mode
from improtocol.audience import EVERYONE, Audience

BOB, BOTH = Audience.of("bob"), Audience.of("bob", "carol")


class AudienceChoiceTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.choice = AudienceChoice({"bob", "carol", "dave"}.__contains__)

    def test_follows_the_conversation(self) -> None:
        """The mode is that of the conversation on the screen."""
        modes = []
        for audience in (EVERYONE, BOB, BOTH):
            self.choice.show(audience)
            modes.append(self.choice.mode)
            self.assertEqual(audience, self.choice.audience)
        self.assertEqual([Mode.EVERYONE, Mode.ONE, Mode.SEVERAL], modes)

    def test_at_first(self) -> None:
        """As long as no conversation is on the screen, nothing is for anybody, and not for everyone."""
        self.assertIsNone(self.choice.audience)

    def test_one_replaces(self) -> None:
        """In One, another name takes the place of the first."""
        self.choice.show(BOB)
        self.choice.add(["carol"])
        self.assertEqual(Audience.of("carol"), self.choice.audience)

    def test_one_is_meant(self) -> None:
        """In One, names of which one is nobody's choose nobody: somebody else was meant."""
        self.choice.show(BOB)
        self.assertEqual(["karol"], self.choice.add(["carol", "karol"]))
        self.assertEqual(BOB, self.choice.audience)

    def test_several_adds(self) -> None:
        """In Several, another name is one more."""
        self.choice.show(BOB)
        self.choice.choose(Mode.SEVERAL)
        self.choice.add(["carol"])
        self.assertEqual(BOTH, self.choice.audience)

    def test_one_left_is_one(self) -> None:
        """With one name left, Several is One by itself."""
        self.choice.show(BOTH)
        self.choice.remove("bob")
        self.assertEqual((Mode.ONE, Audience.of("carol")), (self.choice.mode, self.choice.audience))

    def test_everyone_and_back(self) -> None:
        """Going from Everyone back brings the former names."""
        self.choice.show(BOTH)
        self.choice.choose(Mode.EVERYONE)
        self.assertEqual(EVERYONE, self.choice.audience)
        self.choice.choose(Mode.SEVERAL)
        self.assertEqual(BOTH, self.choice.audience)

    def test_unknown(self) -> None:
        """Who does not exist is left out, and named."""
        self.choice.show(BOB)
        self.choice.choose(Mode.SEVERAL)
        self.assertEqual(["karol"], self.choice.add(["karol", "dave"]))
        self.assertEqual(Audience.of("bob", "dave"), self.choice.audience)

    def test_nobody_yet(self) -> None:
        """As long as nobody is named there is no audience."""
        self.choice.choose(Mode.ONE)
        self.assertIsNone(self.choice.audience)
