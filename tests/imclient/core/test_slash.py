"""The slash commands, without any front end."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from imclient.core import slash
from imclient.core.client import Client
from imclient.core.records import Mark
from imclient.core.said import Said
from improtocol.audience import EVERYONE, Audience
from improtocol.states import State
from improtocol.vocabulary import Command

from .test_end_to_end import RealCase


class FakeFront:
    """A front end that notes what it was told to do."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.audience: Audience | None = None
        self.wire = False
        self.left = self.forgotten = False
        self.secrets: list[str] = []

    def turn_to(self, audience: Audience) -> None:
        """Write to these."""
        self.audience = audience

    def show_wire(self) -> bool:
        """Switch the wire."""
        self.wire = not self.wire
        return self.wire

    async def ask_secret(self, question: str) -> str:
        """Give the next secret."""
        return self.secrets.pop(0)

    def leave(self) -> None:
        """Leave."""
        self.left = True

    def log_out(self) -> None:
        """Leave, and forget."""
        self.left = self.forgotten = True


class ReadingTests(SynchronousTestCase):
    def test_read(self) -> None:
        """A command is a slash and a word; a path or two slashes are text."""
        self.assertEqual(slash.Typed("whisper", "bob hi\nthere"), slash.read("/Whisper bob hi\nthere "))
        self.assertEqual(slash.Typed("who", ""), slash.read("/who"))
        for text in ("hello", "/etc/hosts", "//who", "/", "", "/2 things"):
            self.assertIsNone(slash.read(text), text)
        self.assertEqual("/who", slash.spoken("//who"))

    def test_whole_vocabulary(self) -> None:
        """Whatever one may ask when logged in has a slash command, or is said by the client itself."""
        covered = {command for each in slash.known().values() for command in each.stands_for}
        for command in Command.by_verb.values():
            if State.LOGGED_IN in command.allowed_in and not command.has_secret():
                self.assertIn(command, covered | {*slash._NOT_FOR_PEOPLE}, command.verb)

    def test_not_known(self) -> None:
        """An unknown command is answered with the one that was perhaps meant, and with those there are."""
        said = slash.not_known("wisper")
        self.assertIn("There is no command /wisper. Did you mean /whisper? There are /all, ", said)
        self.assertNotIn("/suspend", said)
        self.assertIn("/suspend", slash.not_known("wisper", ["administrator"]))


class ObeyingTests(RealCase):
    """Alice types; Bob and Carol are there, too."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.person("bob")
        self.carol = self.person("carol")
        self.alice = self.person("alice")
        self.front = FakeFront(self.alice)
        self.wait(1)

    def type_in(self, line: str, *, done: bool = True) -> list[str | Said]:
        """Type a command and give what is shown."""
        typed = slash.read(line)
        assert typed is not None
        asked = Deferred.fromCoroutine(slash.obey(self.front, typed))
        self.wait(1)
        outcome = self.successResultOf(asked)
        self.assertEqual(done, outcome.done, outcome)
        self.wait(1)
        return [*outcome.shown]

    def test_three_modes(self) -> None:
        """To everyone, to one; and from now on to several."""
        self.type_in("/all the lab\ncloses")
        self.type_in("/whisper Bob psst")
        self.type_in("/to bob,carol")
        self.assertEqual(["the lab\ncloses"], self.heard(self.carol, EVERYONE))
        self.assertEqual(["psst"], self.heard(self.bob, Audience.of("alice")))
        self.assertEqual(Audience.of("bob", "carol"), self.front.audience)
        self.type_in("/to all")
        self.assertEqual(EVERYONE, self.front.audience)

    def test_administrators(self) -> None:
        """Their commands are in the help of those who are; an announcement is seen by who made it, too."""
        self.assertNotIn("/suspend", "\n".join(map(str, self.type_in("/help"))))
        self.real.appoint("alice")
        self.alice.link.drop()
        self.wait(5)
        self.assertIn("/suspend name", "\n".join(map(str, self.type_in("/help"))))
        self.type_in("/announce we close")
        for client in (self.alice, self.bob):
            [said] = client.conversations.get(EVERYONE).messages
            self.assertEqual((True, "we close"), (said.announce, said.text))
        self.type_in("/suspend bob :until we have talked")
        self.wait(1)
        self.assertEqual(
            "Suspended: until we have talked "
            "An administrator must let it in again; what is said to you waits.",
            self.bob.link.sentence,
        )

    def test_nobody(self) -> None:
        """A name that is nobody's is said, with the one that was perhaps meant; nothing is sent."""
        for line in ("/whisper bop hi", "/to carol,bop", "/ping bop", "/history bop", "/block bop"):
            said = self.type_in(line, done=False)
            self.assertEqual(["There is no user called bop. Did you mean bob?"], said, line)
        self.assertEqual([], self.real.texts())

    def test_incomplete(self) -> None:
        """What is left out is named by how the command is written."""
        shown = {
            "/whisper bob": "Write /whisper NAME TEXT.",
            "/all": "Write /all TEXT.",
            "/to": "Write /to NAME,NAME.",
            "/ping": "To whom? Say whose it is, or choose with /to NAME first.",
            "/receipts x": "Write /receipts [NUMBER].",
            "/receipts": "To whom? Say whose it is, or choose with /to NAME first.",
            "/history 3": "To whom? Say whose it is, or choose with /to NAME first.",
        }
        for line, said in shown.items():
            self.assertEqual([said], self.type_in(line, done=False), line)

    def test_who_and_how(self) -> None:
        """Who there is, how they are, and how one is oneself."""
        self.assertEqual(["You are shown as away: at lunch"], self.type_in("/away at lunch"))
        self.end(self.carol)
        self.dead.add(self.carol)
        self.wait(1)
        self.assertEqual(["bob: online", "carol: offline"], self.type_in("/who"))
        self.assertEqual(["bob: online"], self.type_in("/who online"))
        self.assertEqual(["You are shown as online."], self.type_in("/online"))

    def test_who_too_early(self) -> None:
        """Before the server has told who there is, nobody is said to be alone."""
        self.alice.roster.restore("alice", ())
        self.assertEqual(["The server has not told yet who there is."], self.type_in("/who"))

    def test_ping(self) -> None:
        """Ping measures the way to those one writes to."""
        self.type_in("/to bob")
        self.assertRegex(str(self.type_in("/ping")[0]), r"^bob answered in \d+ ms\.$|less than 1 ms")

    def test_history_and_receipts(self) -> None:
        """What was said comes as messages; how far the newest own came comes by name."""
        self.type_in("/to bob,carol")
        for number in range(5):
            self.alice.say(Audience.of("bob", "carol"), f"m{number}")
        self.wait(2)
        shown = self.type_in("/history 2")
        self.assertEqual(["m3", "m4"], [said.text for said in shown if isinstance(said, Said)])
        self.assertEqual(["bob: delivered", "carol: delivered"], self.type_in("/receipts"))
        self.assertEqual(["Nothing was said there yet."], self.type_in("/history carol"))

    def test_find(self) -> None:
        """What was said with all the words in it comes as messages, the newest last."""
        self.bob.say(Audience.of("alice"), "the patch cable")
        self.wait(1)
        self.carol.say(EVERYONE, "a Cable")
        self.carol.say(EVERYONE, "lunch")
        self.wait(1)
        shown = self.type_in("/find cable")
        self.assertEqual(
            ["the patch cable", "a Cable"], [said.text for said in shown if isinstance(said, Said)]
        )
        self.assertEqual(2, len(shown))
        self.assertEqual(["Nobody said “cable lunch”."], self.type_in("/find cable lunch"))
        self.assertEqual(["Write /find WORDS."], self.type_in("/find", done=False))
        for number in range(30):
            self.bob.say(Audience.of("alice"), f"cable {number}")
        self.wait(4)
        *shown, told = self.type_in("/find cable")
        self.assertEqual(
            [f"cable {number}" for number in range(10, 30)], [getattr(one, "text", "") for one in shown]
        )
        self.assertEqual("These are the newest 20; a word more finds fewer.", told)

    def test_conversations(self) -> None:
        """What was said with whom is listed, the newest first, with what is unread, in words."""
        self.carol.say(Audience.of("alice"), "one")
        self.wait(1)
        self.bob.say(Audience.of("alice"), "two")
        self.wait(1)
        self.bob.say(Audience.of("alice"), "three")
        self.wait(1)
        self.assertEqual(["bob: 2 unread", "carol: 1 unread"], self.type_in("/conversations"))

    def test_conversations_read_elsewhere(self) -> None:
        """So are those of which nothing is held here, since all in them was read on another device."""
        for name, newest in (("bob", 4), ("carol", 9)):
            self.alice.conversations.get(Audience.of(name)).count(Mark(newest, newest, 0))
        self.assertEqual(["carol: 0 unread", "bob: 0 unread"], self.type_in("/conversations"))

    def test_again(self) -> None:
        """What somebody misses is said again to them alone; what all have is not said again."""
        self.end(self.carol)
        self.dead.add(self.carol)
        self.type_in("/to bob,carol")
        self.alice.say(Audience.of("bob", "carol"), "lunch?")
        self.wait(2)
        self.assertEqual([], self.type_in("/again"))
        self.assertEqual(["lunch?", "lunch?"], self.real.texts())
        self.assertEqual([], self.heard(self.bob, Audience.of("alice")))
        self.alice.say(Audience.of("bob"), "hello")
        self.wait(2)
        self.type_in("/to bob")
        self.assertRegex(str(self.type_in("/again")[0]), r"^#\d+ has reached everybody it is for\.$")
        self.assertEqual(["Write /again [NUMBER]."], self.type_in("/again x", done=False))

    def test_blocking(self) -> None:
        """Blocked is blocked, and the list says so."""
        self.type_in("/block carol")
        self.assertEqual(["You have blocked carol."], self.type_in("/blocked"))
        self.type_in("/unblock carol")
        self.assertEqual(["You have blocked nobody."], self.type_in("/blocked"))

    def test_devices(self) -> None:
        """Devices are listed, this one marked; one that is not there cannot be signed out."""
        self.assertRegex(str(self.type_in("/devices")[0]), r"^desk-\w+: this one, last used 20")
        self.assertIn("You have no device called x", str(self.type_in("/signout x", done=False)[0]))

    def test_new_name(self) -> None:
        """One can be called otherwise; a name that is taken is not one's own."""
        said = self.type_in("/newname ally")
        self.assertEqual(["You are ally now; your names before go on meaning you."], said)
        self.assertIn("bob", str(self.type_in("/newname bob", done=False)[0]))

    def test_password(self) -> None:
        """A new password is asked for twice; the client comes back by it."""
        self.assertIn("Write /password alone", str(self.type_in("/password x", done=False)[0]))
        self.front.secrets = ["new password", "another one"]
        self.assertIn("not the same twice", str(self.type_in("/password", done=False)[0]))
        self.front.secrets = ["new password", "new password", "correct horse"]
        self.assertIn("That is your password now", str(self.type_in("/password")[0]))
        self.cut(self.alice)
        self.wait(70)
        self.assertEqual("online", self.alice.link.state.value)
        for line in self.alice.wire.lines:
            self.assertNotIn("new password", line.line)

    def test_close(self) -> None:
        """An account is closed by its name and the password, whenever one came in, and by nothing less."""
        self.wait(400)
        self.front.secrets = ["", "wrong horse"]
        for line in ("/close bob", "/close alice", "/close alice"):
            self.type_in(line, done=False)
        self.assertEqual(["alice: online", "carol: online"], self.who_for(self.bob))
        self.front.secrets = ["correct horse"]
        self.assertEqual(["Your account is closed."], self.type_in("/close alice"))
        self.assertEqual(["carol: online"], self.who_for(self.bob))

    def who_for(self, client: Client) -> list[str]:
        """Give whom a client lists."""
        self.wait(1)
        listed = client.roster.people()
        return [f"{one.name}: {one.presence.value}" for one in listed if one.presence.value != "closed"]

    def test_connect(self) -> None:
        """Whoever waits for the next try comes back at once; whoever is in is told so."""
        self.assertEqual(["Connected to lab.example:12000"], self.type_in("/connect"))
        self.cut(self.alice)
        self.assertTrue(self.alice.link.is_away)
        Deferred.fromCoroutine(slash.obey(self.front, slash.Typed("connect", "")))
        self.settle()  # and no time goes by
        self.assertEqual("online", self.alice.link.state.value)

    def test_as_declared(self) -> None:
        """What has no word of its own is asked as the language declares it."""
        self.assertRegex(str(self.type_in("/version")[0]), r"^OK VERSION imserver ")
        self.assertEqual(["Write /read number."], self.type_in("/read", done=False))

    def test_wire_help_and_end(self) -> None:
        """The wire is switched, help is given, and /disc leaves, and /logout for good."""
        self.type_in("/wire")
        self.assertTrue(self.front.wire)
        self.assertIn("/whisper NAME TEXT: say it to one", self.type_in("/help"))
        self.assertIn("Say something to one user", str(self.type_in("/help whisper")[1]))
        self.type_in("/disc")
        self.assertEqual((True, False), (self.front.left, self.front.forgotten))
        self.type_in("/logout")
        self.assertTrue(self.front.forgotten)


class CompletionTests(RealCase):
    def test_completions(self) -> None:
        """Words, names and subsets are completed; who is connected comes first, a text never is."""
        for name in ("bob", "bella"):
            self.person(name)
        carol = self.person("carol")
        alice = self.person("alice")
        self.end(carol)
        self.dead.add(carol)
        self.wait(1)

        def go_on(line: str) -> list[str]:
            return [line[: len(line) - c.replaces] + c.text for c in slash.completions(line, alice.roster)]

        self.assertEqual(["/whisper", "/who", "/why"], sorted(go_on("/wh")))
        self.assertEqual(["/whisper bella", "/whisper bob"], go_on("/whisper b"))
        self.assertEqual(["/to bob,bella", "/to bob,carol"], go_on("/to bob,"))
        self.assertEqual(["/to all", "/to bella", "/to bob", "/to carol"], go_on("/to "))
        self.assertEqual(["/help receipts"], go_on("/help rec"))
        self.assertEqual([], [*go_on("/sus"), *go_on("/help sus")])
        able = slash.completions("/sus", alice.roster, ["administrator"])
        self.assertEqual(["/suspend"], [one.text for one in able])
        for text in ("hello", "/whisper bob b", "//wh", "/nothing b", "/all b"):
            self.assertEqual([], go_on(text), text)
