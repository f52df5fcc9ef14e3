"""What waits to be sent."""

from __future__ import annotations

from imclient.core.client import Client
from imclient.core.conversations import Progress, Said
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import NoSuchUser, WrongState

from .case import AliceCase, Later

BOB = Audience.of("bob")
AT = "at=2026-11-20T10:00:35.120Z to=1"


class OutboxTests(AliceCase):
    def setUp(self) -> None:
        super().setUp()
        self.come_in(self.alice)
        self.fill("alice", "bob")

    def return_(self, client: Client | None = None, reply: str = "epoch=k3 cursor=0") -> None:
        self.net.wait(2.5)
        self.server.answer(f"OK LOGIN alice {reply}", to="LOGIN")
        self.net.settle()

    def say(self, text: str) -> Said:
        said = self.alice.say(BOB, text)
        self.net.settle()
        return said

    def answer(self, line: str) -> None:
        self.server.answer(line, to="SEND")
        self.net.settle()

    def texts(self) -> list[tuple[str, int | None, Progress]]:
        talk = self.alice.conversations.get(BOB)
        return [(said.text, said.number, said.progress) for said in talk.messages]

    def test_sent(self) -> None:
        """What is said waits until its OK, and has its number and moment from then on."""
        said = self.say("hi\r\nthere")
        self.assertEqual((1, Progress.WAITING, None), (self.alice.outbox.waiting, said.progress, said.number))
        self.assertEqual([f"SEND bob ref={said.ref} :hi\\nthere"], self.server.asked("SEND"))
        self.answer(f"OK SEND 7 {AT} ref={said.ref}")
        self.assertEqual((0, Progress.SENT, 7), (self.alice.outbox.waiting, said.progress, said.number))
        self.assertEqual(1795168835.12, said.at)

    def test_announced(self) -> None:
        """An announcement goes the same way as what is said, and is one when it is read again."""
        said = self.alice.announce("The lab closes at six.")
        self.net.settle()
        self.lose()
        self.return_()
        self.assertEqual([f"ANNOUNCE ref={said.ref} :The lab closes at six."], self.server.asked("ANNOUNCE"))
        self.server.answer(f"OK ANNOUNCE 7 {AT} ref={said.ref}", to="ANNOUNCE")
        self.server.say(f"* MESSAGE 8 bob * {AT[:-5]} announce=yes :And at five today.")
        self.server.say(f"* MESSAGE 9 bob * {AT[:-5]} :Why?")
        self.net.settle()
        expected = [(7, True), (8, True), (9, False)]
        again = self.client(self.folder)
        self.successResultOf(again.recall("lab.example", 12000, "alice"))
        for client in (self.alice, again):
            talk = client.conversations.get(EVERYONE)
            self.assertEqual(expected, [(one.number, one.announce) for one in talk.messages])

    def test_an_announcement_waits(self) -> None:
        """One that was written without a server is still an announcement after a start."""
        self.lose()
        self.alice.announce("later")
        self.net.settle()
        again = self.client(self.folder)
        self.successResultOf(again.recall("lab.example", 12000, "alice"))
        [said] = again.conversations.get(EVERYONE).messages
        self.assertEqual((True, Progress.WAITING), (said.announce, said.progress))

    def test_no_draft_any_more(self) -> None:
        """What waits to be sent is not there as a draft too, were its writer's client killed in between."""
        self.lose()
        bob = Audience.of("bob")
        for text in ("Lunch?", "At one?"):
            self.alice.desk.note_draft(bob, text)
        self.clock.advance(1)
        self.alice.say(bob, "At one?")
        self.net.settle()
        again = self.client(self.folder)
        self.successResultOf(again.recall("lab.example", 12000, "alice"))
        self.assertEqual("", again.desk.draft(bob))

    def test_in_order(self) -> None:
        """The next is said when the one before it is answered."""
        for text in ("one", "two", "three"):
            self.say(text)
        self.assertEqual(1, len(self.server.asked("SEND")))
        for number in (7, 8, 9):
            self.answer(f"OK SEND {number} {AT}")
        self.assertEqual([("one", 7), ("two", 8), ("three", 9)], [text[:2] for text in self.texts()])

    def test_kept_first(self) -> None:
        """Nothing is said before it is on disk."""
        run = Later()
        bob = self.client(run=run, seed=2)
        self.come_in(bob, "bob")
        run.held = True
        bob.say(EVERYONE, "hi")
        self.net.settle()
        self.assertEqual([], self.server.asked("SEND"))
        run.let()
        self.net.settle()
        self.assertEqual(1, len(self.server.asked("SEND")))

    def test_said_again(self) -> None:
        """After a break it is said again with its ref, and only then what came after it."""
        first, second = self.say("one"), self.say("two")
        self.lose()
        third = self.alice.say(BOB, "three")
        self.return_()
        self.assertEqual([f"SEND bob ref={first.ref} :one"], self.server.asked("SEND"))
        for number in (7, 8, 9):
            self.answer(f"OK SEND {number} {AT}")
        self.assertEqual([7, 8, 9], [said.number for said in (first, second, third)])

    def test_told_after_a_break(self) -> None:
        """What had been stored before the break is known by its ref, shown once and not said again (R22)."""
        first, second = self.say("one"), self.say("two")
        self.lose()
        self.net.wait(2.5)
        self.server.answer("OK LOGIN alice epoch=k3 cursor=0", to="LOGIN")
        self.server.say(f"* MESSAGE 7 alice bob at=2026-11-20T10:00:35.120Z ref={first.ref} :one")
        self.net.settle()
        self.assertEqual([("one", 7, Progress.SENT), ("two", None, Progress.WAITING)], self.texts())
        # It was under way when it was told: its OK comes too, and changes nothing.
        self.answer(f"OK SEND 7 {AT} ref={first.ref}")
        self.assertEqual(f"SEND bob ref={second.ref} :two", self.server.asked("SEND")[-1])
        self.answer(f"OK SEND 8 {AT} ref={second.ref}")
        self.assertEqual([("one", 7, Progress.SENT), ("two", 8, Progress.SENT)], self.texts())

    def test_no_hole_before_an_own_message(self) -> None:
        """An OK is no part of the stream: what is told after it under a smaller number is taken."""
        said = self.say("mine")
        self.answer(f"OK SEND 9 {AT} ref={said.ref}")
        self.lose()
        self.net.wait(2.5)
        self.assertIn(" since=0 epoch=k3 ", self.server.asked("LOGIN")[0])
        self.server.answer("OK LOGIN alice epoch=k3 cursor=0", to="LOGIN")
        self.server.say("* MESSAGE 7 bob alice at=2026-11-20T10:00:35.120Z :before it")
        self.server.say(f"* MESSAGE 9 alice bob at=2026-11-20T10:00:35.120Z ref={said.ref} :mine")
        self.server.say("* LIVE 9 told=2")
        self.net.settle()
        self.assertEqual([("before it", 7), ("mine", 9)], [text[:2] for text in self.texts()])

    def test_log_set_back(self) -> None:
        """A log that has lost what had its OK is noticed, although its epoch is the same (A13)."""
        notices: list[str] = []
        self.alice.notice.connect(notices.append)
        said = self.say("mine")
        self.answer(f"OK SEND 9 {AT} ref={said.ref}")
        self.lose()
        self.return_()
        self.server.say("* LIVE 7 told=1")
        self.net.settle()
        self.assertEqual((1, [], ["SYNC 1"]), (len(notices), self.texts(), self.server.asked("SYNC")))

    def test_new_start(self) -> None:
        """What waits is held over a new start of the program, and said then."""
        said = self.say("one")
        self.lose()
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=5)
        self.come_in(self.alice)
        self.assertEqual([("one", None, Progress.WAITING)], self.texts())
        self.assertEqual([f"SEND bob ref={said.ref} :one"], self.server.asked("SEND"))
        self.answer(f"OK SEND 7 {AT}")
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=6)
        self.come_in(self.alice)
        self.assertEqual(([("one", 7, Progress.SENT)], []), (self.texts(), self.server.asked("SEND")))

    def test_put_off(self) -> None:
        """A server that cannot now is asked again when it said, and nothing overtakes."""
        self.say("one")
        self.say("two")
        self.answer("ERR SEND busy retry-after=5 :Later.")
        self.net.wait(4.5)
        self.assertEqual(1, len(self.server.asked("SEND")))
        self.net.wait(1)
        self.assertEqual(2, len(self.server.asked("SEND")))
        self.answer(f"OK SEND 7 {AT}")
        self.answer(f"OK SEND 8 {AT}")
        self.assertEqual([("one", 7), ("two", 8)], [text[:2] for text in self.texts()])

    def test_refused(self) -> None:
        """What is refused says why, stays to be seen over a new start, and can be dismissed."""
        said = self.say("one")
        self.say("two")
        self.answer("ERR SEND no-such-user bob :There is no user called bob.")
        self.assertEqual((Progress.REFUSED, "There is no user called bob."), (said.progress, said.refusal))
        self.answer(f"OK SEND 8 {AT}")
        self.assertEqual((0, [said]), (self.alice.outbox.waiting, self.alice.outbox.refused()))
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=6)
        self.come_in(self.alice)
        (kept,) = self.alice.outbox.refused()
        self.assertEqual("There is no user called bob.", kept.refusal)
        self.alice.outbox.dismiss(kept)
        self.assertEqual([("two", 8, Progress.SENT)], self.texts())

    def test_checked(self) -> None:
        """Names that are nobody's are refused at once, and nothing waits."""
        refused = self.assertRaises(NoSuchUser, self.alice.say, Audience.of("bob", "dave", "eve"), "hi")
        self.assertEqual(("dave", "eve"), refused.names)
        self.assertEqual(0, self.alice.outbox.waiting)
        self.assertRaises(WrongState, self.client(seed=9).say, BOB, "hi")

    def test_notes(self) -> None:
        """A note to oneself is a conversation of its own."""
        self.alice.say(Audience.of("alice"), "buy milk")
        self.net.settle()
        self.assertTrue(self.server.asked("SEND")[0].startswith("SEND alice ref="))
        self.assertEqual(["Notes"], [talk.title for talk in self.alice.conversations.all()])

    def test_speaker_left_out(self) -> None:
        """Who names oneself among others speaks to the others."""
        said = self.alice.say(Audience.of("alice", "bob"), "hi")
        self.assertEqual((BOB, BOB), (said.audience, said.to))
