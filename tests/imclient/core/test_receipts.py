"""How far one's own messages came, as the server tells it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from imclient.core import receipts
from imclient.core.conversations import Progress, Said
from imclient.core.reaching import NotConnected, Unable
from imclient.core.records import Receipt
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import NoSuchMessage
from improtocol.fields import Reached

from .case import AliceCase
from .fake_server import ABLE, HELLO

BOTH = Audience.of("bob", "carol")
AT = "at=2026-11-20T10:00:35.120Z"


class ReceiptsTests(AliceCase):
    hello = ABLE

    def setUp(self) -> None:
        super().setUp()
        self.come_in(self.alice)
        self.server.say("* USER alice online", "* USER bob online", "* USER carol offline")
        self.server.answer("OK WHO 3", to="WHO")
        self.net.settle()

    def say(self, number: int, audience: Audience = BOTH) -> Said:
        said = self.alice.say(audience, f"text {number}")
        self.net.settle()
        self.server.answer(f"OK SEND {number} {AT} to=2 ref={said.ref}", to="SEND")
        self.net.settle()
        return said

    def tell(self, *lines: str) -> None:
        self.server.say(*(f"* RECEIPT {line}" for line in lines))
        self.net.settle()

    def answer(self, *names: str, end: str = "") -> None:
        """Answer RECEIPTS."""
        at = max(i for i, heard in enumerate(self.server.heard) if heard.startswith("RECEIPTS"))
        self.server.say(*(f"{self.server.tags[at]} + RECEIPT {one}" for one in names))
        self.server.say(f"{self.server.tags[at]} OK {self.server.heard[at]} {end}")
        self.net.settle()

    def restart(self, reply: str = "epoch=k3 cursor=9") -> None:
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=6)
        self.come_in(self.alice, reply=reply)
        self.server.say("* LIVE 9 told=0")
        self.net.settle()

    def shown(self, audience: Audience = BOTH) -> list[Receipt | None]:
        return [said.receipt for said in self.alice.conversations.get(audience).messages]

    def test_told(self) -> None:
        """A message is delivered and read when all have it; before that its counts and who is away show."""
        said = self.say(5)
        self.assertEqual((None, Progress.SENT), (said.receipt, said.progress))
        self.tell("message=5 delivered=0 read=0 to=2 offline=carol,mallory")
        self.assertEqual((Receipt(0, 0, 2, ("carol",)), Progress.SENT), (said.receipt, said.progress))
        self.tell("message=5 delivered=1 read=1 to=2 offline=carol")
        self.assertEqual((Receipt(1, 1, 2, ("carol",)), Progress.SENT), (said.receipt, said.progress))
        self.tell("message=5 delivered=2 read=1 to=2")
        self.assertEqual((Receipt(2, 1, 2), Progress.DELIVERED), (said.receipt, said.progress))
        self.tell("message=5 delivered=2 read=2 to=2")
        self.assertEqual(Progress.READ, said.progress)

    def test_before_the_newest(self) -> None:
        """Once what one said to everyone came to all, it is asked how far what was said before it came."""
        first, second, third = (self.say(number, EVERYONE) for number in (5, 6, 7))
        self.tell("message=7 delivered=1 read=0 to=2")
        self.assertEqual([], [line for line in self.server.heard if line.startswith("RECEIPTS")])
        self.tell("message=7 delivered=2 read=0 to=2")
        for said in (second, first):
            self.assertEqual(f"RECEIPTS {said.number}", self.server.heard[-1])
            self.answer(end="delivered=2 read=1 to=2")
            self.assertEqual((Receipt(2, 1, 2), Progress.DELIVERED), (said.receipt, said.progress))
        asked = len(self.server.heard)
        self.tell("message=7 delivered=2 read=1 to=2")
        self.assertEqual(asked, len(self.server.heard))
        self.assertEqual(Progress.DELIVERED, third.progress)

    def test_heard(self) -> None:
        """Whoever looks hears of each message that came further, and of nothing else."""
        for number in (5, 6, 7):
            self.say(number)
        talk = self.alice.conversations.get(BOTH)
        heard: list[tuple[int, int | None]] = []
        changed: list[str] = []
        talk.changed.connect(lambda at, said: heard.append((at, said.number)))
        self.alice.conversations.changed.connect(lambda one: changed.append(one.title))
        self.tell("message=6 delivered=1 read=0 to=2", "message=6 delivered=1 read=0 to=2")
        self.assertEqual(([(1, 6), (0, 5)], ["bob, carol"]), (heard, changed))

    def test_held(self) -> None:
        """How far messages came is held over a new start, also of those that are only on disk."""
        for number in (5, 6, 7):
            self.say(number)
        self.say(8, EVERYONE)
        self.tell("message=6 delivered=1 read=0 to=2 offline=carol", "message=8 delivered=1 read=1 to=2")
        self.restart()
        self.assertEqual([Receipt(1, 0, 2, ("carol",))] * 2 + [None], self.shown())
        self.assertEqual([Receipt(1, 1, 2)], self.shown(EVERYONE))

    def test_looked_after(self) -> None:
        """After a return it is asked how far the newest came: nobody was there to hear of it."""
        self.say(5)
        self.say(6)
        self.say(7, EVERYONE)
        self.restart()
        self.assertEqual(["RECEIPTS 7"], self.server.asked("RECEIPTS"))
        self.answer("bob read", "carol read", end="delivered=2 read=2 to=2")
        self.assertEqual(["RECEIPTS 7", "RECEIPTS 6"], self.server.asked("RECEIPTS"))
        self.server.answer("ERR RECEIPTS busy retry-after=3 :Later.", to="RECEIPTS")
        self.net.wait(3.5)
        self.answer("bob read", "carol waiting", end="delivered=1 read=1 to=2")
        self.assertEqual([1, 1], [one.delivered for one in self.shown() if one])
        self.assertEqual(3, len(self.server.asked("RECEIPTS")))
        self.net.wire.cut(ConnectionError())
        self.come_back()
        self.server.answer("OK LOGIN alice epoch=k3 cursor=9", to="LOGIN")
        self.server.say("* LIVE 9 told=0")
        self.net.settle()
        self.assertEqual(["RECEIPTS 6"], self.server.asked("RECEIPTS"), "all have read 7")

    def test_look_refused(self) -> None:
        """What the server will not say of one does not keep it from being asked of the next."""
        self.say(5)
        self.say(7, EVERYONE)
        self.restart()
        self.server.answer("ERR RECEIPTS no-such-message 7 :There is no message 7 of yours.", to="RECEIPTS")
        self.net.settle()
        self.assertEqual(["RECEIPTS 7", "RECEIPTS 5"], self.server.asked("RECEIPTS"))

    def test_few_looks(self) -> None:
        """Of very many conversations only the newest are looked after."""
        self.patch(receipts, "MOST_LOOKS", 2)
        for number, name in enumerate(("bob", "carol", "alice"), 5):
            self.say(number, Audience.of(name))
        self.say(8, BOTH)
        self.restart()
        for _ in range(3):
            self.answer(end="delivered=0 read=0 to=1")
        self.assertEqual(["RECEIPTS 8"], self.server.asked("RECEIPTS"), "a note to oneself has no receipt")

    def test_by_name(self) -> None:
        """The truth is asked for by name, through all pages, and brings the message up to date."""
        said = self.say(5)
        asked = self.alice.receipts(5)
        self.net.settle()
        self.answer("bob read", end="delivered=1 read=1 to=2 after=bob")
        self.assertEqual("RECEIPTS 5 after=bob", self.server.heard[-1])
        self.answer("carol waiting", end="delivered=1 read=1 to=2")
        names = self.successResultOf(asked)
        self.assertEqual([("bob", Reached.READ), ("carol", Reached.WAITING)], list(names.items()))
        self.assertEqual(Receipt(1, 1, 2, ("carol",)), said.receipt)

    def test_by_name_refused(self) -> None:
        """A refusal is the asker's; without a connection, or before an older server, there is a sentence."""
        asked = self.alice.receipts(99)
        self.net.settle()
        self.server.answer("ERR RECEIPTS no-such-message 99 :There is no message 99 of yours.", to="RECEIPTS")
        self.net.settle()
        self.failureResultOf(asked, NoSuchMessage)
        self.net.wire.cut(ConnectionError())
        self.net.settle()
        self.failureResultOf(self.alice.receipts(5), NotConnected)
        self.hello = HELLO
        self.come_back()
        self.server.answer("OK LOGIN alice epoch=k3 cursor=9", to="LOGIN")
        self.net.settle()
        self.assertIn("older version", str(self.failureResultOf(self.alice.receipts(5), Unable).value))

    def test_endless_names(self) -> None:
        """A server that names the same page again and again is not asked on."""
        self.say(5)
        asked = self.alice.receipts(5)
        self.net.settle()
        for _ in range(4):
            self.answer("bob read", end="delivered=1 read=1 to=2 after=bob")
        self.assertEqual({"bob": Reached.READ}, self.successResultOf(asked))
        self.assertEqual(2, len(self.server.asked("RECEIPTS")))

    def test_say_again(self) -> None:
        """It is said again to exactly those whom it has not reached, as a new message to them."""
        self.say(5)
        again = self.alice.say_again(5)
        self.net.settle()
        self.answer("bob delivered", "carol waiting", end="delivered=1 read=0 to=2")
        said = self.successResultOf(again)
        assert said is not None
        self.assertEqual(
            (Audience.of("carol"), "text 5", Progress.WAITING), (said.to, said.text, said.progress)
        )
        self.assertEqual(f"SEND carol ref={said.ref} :text 5", self.server.heard[-1])

    def test_say_again_to_nobody(self) -> None:
        """When it has reached all there is nothing to say again."""
        self.say(5)
        again = self.alice.say_again(5)
        self.net.settle()
        self.answer("bob delivered", "carol read", end="delivered=2 read=1 to=2")
        self.assertIsNone(self.successResultOf(again))
        self.failureResultOf(self.alice.say_again(99), NoSuchMessage)

    def test_unknown(self) -> None:
        """Receipts of what is not there, and of what others said, leave no trace."""
        self.server.say(f"* MESSAGE 4 bob alice {AT} :hi")
        self.say(5)
        told = [f"message={n} delivered=1 read=1 to=1" for n in range(100, 1100)]
        self.tell("message=4 delivered=1 read=1 to=1", "message=0 delivered=1 read=1 to=1", *told)
        self.assertEqual(2, len(self.alice.conversations.all()))
        self.assertEqual({5}, set(self.alice.conversations.ledger.own))
        self.assertEqual([None], self.shown())
        self.assertEqual([None], self.shown(Audience.of("bob")))

    @settings(max_examples=60)
    @given(st.lists(st.tuples(*(st.sampled_from([0, 1, 2, 3, 5, 6, 7, 10**18 - 1]),) * 4), max_size=20))
    def test_nonsense(self, told: list[tuple[int, int, int, int]]) -> None:
        """Whatever it says, messages come no further than to all, and never go back."""
        self.end(self.alice)
        self.setUp()
        for number in (5, 6, 7):
            self.say(number)
        before = [0, 0, 0]
        for number, delivered, read, to in told:
            self.tell(f"message={number} delivered={delivered} read={read} to={to} offline=x,y,bob")
            shown = [one.delivered if one else 0 for one in self.shown()]
            self.assertTrue(all(now >= then for now, then in zip(shown, before, strict=True)))
            self.assertTrue(all(one is None or one.read <= one.delivered for one in self.shown()))
            before = shown
        self.assertEqual([], self.flushLoggedErrors())
