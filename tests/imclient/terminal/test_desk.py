"""What a user of the terminal reads, and what comes of what they type, against the real server."""

from __future__ import annotations

from pathlib import Path

from imclient.core.client import LinkState
from improtocol.audience import Audience
from tests.imclient.core.case import Later

from .desk import Desk, DeskCase


class TalkTests(DeskCase):
    """Alice and Bob at terminals."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.desk("bob")
        self.alice = self.desk("alice")
        self.wait(1)
        self.alice.new()
        self.bob.new()

    def test_three_modes(self) -> None:
        """Who said it and to whom stands before every message, on both sides."""
        self.desk("carol")
        self.alice.type_in("/all hello", "/whisper bob psst", "/to bob,carol", "you two")
        self.assertEqual(
            [
                "carol is new here.",
                "alice to everyone: hello",
                "alice to you: psst",
                "alice to you, carol: you two",
            ],
            self.bob.new(),
        )
        self.assertEqual("to bob, carol> ", self.alice.typist.question)

    def test_own_have_their_number(self) -> None:
        """One's own stand there when they are in the log, with the number that /receipts asks for."""
        (line,) = self.alice.type_in("/whisper bob psst")
        self.assertEqual("you to bob: psst", line)
        self.alice.typist.turn_to(Audience.of("bob"))
        self.assertEqual(["bob: delivered"], self.alice.type_in("/receipts"))

    def test_several_lines(self) -> None:
        """A text of several lines is set in below its beginning."""
        self.alice.type_in("/to bob", "one\ntwo")
        self.assertEqual(["alice to you: one", "      two"], self.bob.new())

    def test_find(self) -> None:
        """What was said is found, with who said it and to whom; no order to the terminal is in it."""
        self.bob.type_in("/whisper alice Port 7 \u202eis up", "/all lunch")
        self.alice.type_in("/whisper bob Which port?")
        self.assertEqual(
            ["bob to you: Port 7 ‹202E›is up", "you to bob: Which port?"], self.alice.type_in("/find PORT")
        )
        self.assertEqual(["Nobody said “\u241b[2J”."], self.alice.type_in("/find \x1b[2J"))

    def test_prompted(self) -> None:
        """pm, a text; dm, a name, a text; ex: each step is asked for."""
        self.alice.type_in("pm")
        self.assertEqual("Text to everyone: ", self.alice.typist.question)
        self.alice.type_in("hello all", "DM")
        self.assertEqual("To whom: ", self.alice.typist.question)
        self.alice.type_in("Bob")
        self.assertEqual("Text to bob: ", self.alice.typist.question)
        self.alice.type_in("hello bob")
        self.assertEqual(["alice to everyone: hello all", "alice to you: hello bob"], self.bob.new())
        self.alice.type_in("dm", "", "ex")
        self.assertTrue(self.alice.left)

    def test_sentences_that_help(self) -> None:
        """A wrong command, nobody's name, no audience yet: each is told what helps."""
        said = {
            "/wisper bob x": "There is no command /wisper. Did you mean /whisper?",
            "/whisper bop x": "There is no user called bop. Did you mean bob?",
            "/to bob,karl": "There is no user called karl.",
            "hello?": "To whom? /to NAME",
            "/whisper": "Write /whisper NAME TEXT.",
        }
        for line, answer in said.items():
            (told,) = self.alice.type_in(line)
            self.assertIn(answer, told)
        self.assertEqual(["There is no user called karl."], self.alice.type_in("dm", "karl"))
        self.assertEqual([], self.real.texts())

    def test_password(self) -> None:
        """A password is asked for without being seen, twice."""
        self.alice.new()
        self.alice.start("/password")
        self.assertEqual(("New password: ", True), (self.alice.typist.question, self.alice.typist.secret))
        self.alice.start("staple battery")
        self.assertEqual("The new password again: ", self.alice.typist.question)
        self.alice.start("staple battery")
        self.assertFalse(self.alice.typist.secret)
        self.assertEqual(["That is your password now; your other sessions have ended."], self.alice.new())

    def test_taken_back(self) -> None:
        """What was begun step by step can be taken back; then what is typed is a line again, and is seen."""
        for begun in ("pm", "dm"):
            self.alice.type_in(begun)
            self.assertTrue(self.alice.typist.take_back())
            self.assertEqual("> ", self.alice.typist.question)
        self.alice.start("/password")
        self.assertTrue(self.alice.typist.take_back())
        self.assertFalse(self.alice.typist.secret)
        self.assertEqual(["Nothing was changed."], self.alice.new())
        self.assertFalse(self.alice.typist.take_back())

    def test_slashes_can_be_said(self) -> None:
        """Two slashes say one; a path is a text."""
        self.alice.type_in("/to bob", "//help", "/etc/hosts")
        self.assertEqual(["alice to you: /help", "alice to you: /etc/hosts"], self.bob.new())

    def test_away(self) -> None:
        """Whoever writes to somebody who is not there is told once, and what waits is read when they come."""
        self.end(self.bob.client)
        self.dead.add(self.bob.client)
        self.wait(1)
        self.assertEqual(["bob has left."], self.alice.new())
        lines = self.alice.type_in("/to bob", "one", "two")
        self.assertEqual(1, lines[1:].count("bob is not connected: it will wait for bob."), lines)

    def test_renamed_and_closed(self) -> None:
        """Who is called otherwise, or is no user any more, is told to the others, and not to themselves."""
        self.bob.type_in("/newname rob")
        self.assertEqual(["bob is called rob now."], self.alice.new())
        self.bob.type_in("/whisper alice hello")
        self.assertEqual(["rob to you: hello"], self.alice.new())
        self.assertEqual(
            ["You are robin now; your names before go on meaning you."], self.bob.type_in("/newname robin")
        )
        self.alice.new()
        self.bob.start("/close robin")
        self.bob.start("correct horse")
        self.wait(1)
        self.dead.add(self.bob.client)
        self.assertEqual("robin has closed the account.", self.alice.new()[-1])

    def test_read(self) -> None:
        """What was written counts as read when its reader touches a key, and not before."""
        self.alice.type_in("/to bob", "psst")
        self.wait(2)
        self.assertEqual(["bob: delivered"], self.alice.type_in("/receipts"))
        self.assertEqual(1, self.bob.client.conversations.get(Audience.of("alice")).unread)
        self.bob.reporter.looked_at()
        self.wait(2)
        self.assertEqual(["bob: read"], self.alice.type_in("/receipts"))

    def test_wire(self) -> None:
        """The wire is shown and hidden; a password never is."""
        self.assertIn("What goes over the wire is shown.", self.alice.type_in("/wire", "/all x"))
        self.alice.type_in("/wire")
        self.assertEqual([], [line for line in self.alice.type_in("/all y") if line.startswith((">", "<"))])

    def test_lost_and_back(self) -> None:
        """A lost link is told; what is written waits, says so, and is sent once when the link is back."""
        self.alice.type_in("/to bob")
        self.nets[self.alice.client].serve = None
        self.cut(self.alice.client)
        self.assertIn("The connection was lost; it comes back by itself.", self.alice.new()[0])
        self.alice.type_in("are you there?")
        for _ in range(2):
            self.alice.reporter.say_what_waits(1.0)
        self.assertEqual(["Waits to be sent: are you there?"], self.alice.new())
        self.nets[self.alice.client].serve = self.serve
        self.wait(70)
        self.assertEqual(LinkState.ONLINE, self.alice.client.link.state)
        self.assertIn("you to bob: are you there?", self.alice.new())
        self.assertEqual(1, self.bob.new().count("alice to you: are you there?"))


class UnreadTests(DeskCase):
    """What came while nobody looked."""

    def test_told_at_the_next_start(self) -> None:
        """What was kept and not yet read is written at the next start, once, before what comes new."""
        folder, disk = Path(self.mktemp()), Later()
        alice = self.desk("alice")
        bob = Desk(self, self.person("bob", folder, disk))
        self.wait(1)
        alice.type_in("/to bob", "one", "/all two")
        self.assertEqual(2, len([line for line in bob.new() if line.startswith("alice to")]))
        again = Desk(self, self.killed(bob.client, folder, disk, Later()))
        alice.type_in("three")
        self.assertEqual(
            ["alice to you: one", "alice to everyone: two", "alice to you: three"],
            [line for line in again.new() if line.startswith("alice to")],
        )

    def test_read_is_not_told_again(self) -> None:
        """What was read is not written at the next start."""
        folder, disk = Path(self.mktemp()), Later()
        alice = self.desk("alice")
        bob = Desk(self, self.person("bob", folder, disk))
        alice.type_in("/all one")
        bob.reporter.looked_at()
        self.wait(2)
        again = Desk(self, self.killed(bob.client, folder, disk, Later()))
        self.assertEqual([], [line for line in again.new() if "one" in line])

    def test_a_new_device_is_told_how_much(self) -> None:
        """On a new device what is unread and older than it is counted, and named by what shows it."""
        alice, bob = self.desk("alice"), self.person("bob")
        for number in range(130):
            alice.client.say(Audience.of("bob"), f"m{number}")
        self.wait(40)
        self.end(bob)
        self.dead.add(bob)
        again = self.start(Path(self.mktemp()))
        desk = Desk(self, again)
        self.come_in(again, "bob")
        self.wait(3)
        desk.reporter.tell_the_rest()
        said = [line for line in desk.new() if "more unread" in line]
        self.assertRegex(" ".join(said), r"^alice: \d+ more unread; /history alice 130 shows them\.$")
