"""Loading back what was said before this device began."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from imclient.core import obeying
from imclient.core.client import Client
from imclient.core.conversations import Conversation, Progress
from imclient.core.reaching import LinkLost, NotConnected
from imclient.core.said import Said
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import Busy

from .case import AliceCase
from .fake_server import ABLE

BOB, BOTH = Audience.of("bob"), Audience.of("bob", "carol")
AT = "at=2026-11-20T10:00:35.120Z"


def line(number: int, sender: str = "bob", to: str = "alice", ref: str = "") -> str:
    return f"MESSAGE {number} {sender} {to} {AT}{f' ref={ref}' if ref else ''} :text {number}"


class Typing:
    """A front end of which nothing is asked but its client."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.audience: Audience | None = None

    def turn_to(self, audience: Audience) -> None:
        """Do nothing."""

    def show_wire(self) -> bool:
        """Show nothing."""
        return False

    def leave(self) -> None:
        """Stay."""

    def log_out(self) -> None:
        """Stay."""

    async def ask_secret(self, question: str) -> str:
        """Know no secret."""
        return ""


class HistoryCase(AliceCase):
    """A device that comes for the first time, to an account that has been told 100 entries."""

    hello = ABLE

    def begin(self, reply: str = "epoch=k3 cursor=100") -> None:
        self.come_in(self.alice, reply=reply)
        self.fill("alice", "bob")

    def restart(self) -> None:
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=7)
        self.begin()

    def answer(self, *lines: str, end: str = "", verb: str = "HISTORY") -> None:
        """Answer HISTORY, or what else has lines."""
        at = max(i for i, heard in enumerate(self.server.heard) if heard.startswith(verb))
        self.server.say(*(f"{self.server.tags[at]} + {one}" for one in lines))
        self.server.say(f"{self.server.tags[at]} OK {verb} {len(lines)}{end}")
        self.net.settle()

    def numbers(self, audience: Audience = BOB) -> list[int | None]:
        return [said.number for said in self.alice.conversations.get(audience).messages]

    @property
    def talk(self) -> Conversation:
        return self.alice.conversations.get(BOB)


class HistoryTests(HistoryCase):
    def test_first_time(self) -> None:
        """A new device shows its conversations as the server counts them, and the newest of all; no SYNC."""
        self.begin()
        self.assertEqual(["HISTORY before=101"], self.server.asked("HISTORY"))
        self.answer("CONVERSATION bob last=98 read=90 unread=2", verb="CONVERSATIONS")
        self.assertEqual((2, 90, []), (self.talk.unread, self.talk.read_upto, self.numbers()))
        self.answer(line(97), line(98), line(99, "carol", "*"), end=" before=97")
        self.assertEqual(([97, 98], 2), (self.numbers(), self.talk.unread))
        self.assertEqual([99], self.numbers(EVERYONE))
        self.net.wait(3)
        self.assertEqual(([], ["ACK 100"]), (self.server.asked("SYNC"), self.server.asked("ACK")))

    def test_on_demand(self) -> None:
        """Older pages come from the server where what is held begins, and are held from then on."""
        self.begin()
        self.answer(line(98), end=" before=98")
        earlier = self.talk.earlier()
        self.net.settle()
        self.assertEqual("HISTORY bob before=98", self.server.heard[-1])
        self.answer(line(50), line(60, "alice", "bob"), end=" before=50")
        self.assertEqual(2, self.successResultOf(earlier))
        self.restart()
        self.assertEqual([50, 60, 98], self.numbers())
        self.assertTrue(self.talk.more)
        earlier = self.talk.earlier()
        self.net.settle()
        self.assertEqual("HISTORY bob before=50", self.server.heard[-1])
        self.answer(line(10))
        self.assertEqual((1, False), (self.successResultOf(earlier), self.talk.more))
        asked = len(self.server.asked("HISTORY"))
        self.assertEqual(0, self.successResultOf(self.talk.earlier()))
        self.assertEqual(asked, len(self.server.asked("HISTORY")))
        self.restart()
        self.assertEqual(([10, 50, 60, 98], False), (self.numbers(), self.talk.more))

    def test_no_longer_kept(self) -> None:
        """What the server no longer keeps is told of where one has read back to it, also after a start."""
        self.begin()
        self.answer(line(98), end=" gone=97")
        self.assertEqual((0, True), (self.talk.gone, self.talk.more))  # it may be missing elsewhere
        earlier = self.talk.earlier()
        self.net.settle()
        self.assertEqual("HISTORY bob before=98", self.server.heard[-1])
        self.answer(line(50), end=" gone=40")
        self.assertEqual(1, self.successResultOf(earlier))
        for _ in range(2):
            self.assertEqual((40, False), (self.talk.gone, self.talk.more))
            shown = self.successResultOf(Deferred.fromCoroutine(obeying.history(Typing(self.alice), "bob")))
            self.assertEqual(
                ["Older messages are no longer kept by the server.", 50, 98],
                [one.number if isinstance(one, Said) else one for one in shown],
            )
            newest = self.successResultOf(
                Deferred.fromCoroutine(obeying.history(Typing(self.alice), "bob 1"))
            )
            self.assertEqual([98], [one.number for one in newest if isinstance(one, Said)])
            self.restart()

    def test_of_all(self) -> None:
        """An account that had said nothing is asked for nothing again."""
        self.begin()
        self.answer()
        self.assertFalse(self.talk.more)
        self.restart()
        self.assertEqual([], self.server.asked("HISTORY"))
        self.assertFalse(self.talk.more)

    def test_moves_nothing(self) -> None:
        """History is not the stream: its numbers are not acknowledged, nor is anything unread by them."""
        self.begin("epoch=k3 cursor=3")
        self.server.say("* LIVE 3 told=0")
        self.answer(line(1), line(2))
        self.net.wait(2)
        self.assertEqual((3, 0), (self.alice.stream.position, self.talk.unread))
        self.assertEqual(["ACK 3"], self.server.asked("ACK"))

    def test_once(self) -> None:
        """What the stream tells and history shows is there once."""
        self.begin("epoch=k3 cursor=5")
        self.server.say(f"* {line(6)}")
        self.answer(line(4), line(4), line(6), line(5), end=" before=4")
        self.assertEqual([4, 5, 6], self.numbers())

    def test_own(self) -> None:
        """What waits here and was stored all the same is known in what is read back, and said no more."""
        self.begin()
        said = self.alice.say(BOB, "text 99")
        self.net.settle()
        self.answer(line(99, "alice", "bob", ref=str(said.ref)))
        self.assertEqual((99, Progress.SENT, 0), (said.number, said.progress, self.alice.outbox.waiting))
        self.assertEqual([99], self.numbers())
        self.server.answer(f"OK SEND 99 {AT} to=1 ref={said.ref}", to="SEND")
        self.net.settle()
        self.assertEqual([99], self.numbers())

    def test_lost(self) -> None:
        """A page that did not come is no page: whoever asked hears why, and can ask again."""
        self.begin()
        self.answer(line(98), end=" before=98")
        earlier = self.talk.earlier()
        self.net.settle()
        at = len(self.server.heard) - 1
        self.server.say(f"{self.server.tags[at]} + {line(50)}")
        self.net.wire.cut(ConnectionError())
        self.net.settle()
        self.failureResultOf(earlier, LinkLost)
        self.assertEqual([98], self.numbers())
        self.assertFalse(self.talk.more)  # nobody can be asked
        self.assertEqual(0, self.successResultOf(self.talk.earlier()))

    def test_busy(self) -> None:
        """A server that cannot now says so to whoever asked; what the client asks itself it asks again."""
        self.begin()
        self.server.answer("ERR HISTORY busy retry-after=3 :Later.", to="HISTORY")
        self.net.wait(3.5)
        self.assertEqual(["HISTORY before=101"] * 2, self.server.asked("HISTORY"))
        earlier = self.talk.earlier()
        self.net.settle()
        self.server.answer("ERR HISTORY busy retry-after=3 :Later.", to="HISTORY bob")
        self.net.settle()
        self.failureResultOf(earlier, Busy)
        self.assertTrue(self.talk.more)

    def test_not_connected(self) -> None:
        """Before anybody is in there is nothing to fetch."""
        self.begin()
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=7)
        self.successResultOf(self.alice.recall("lab.example", 12000, "alice"))
        self.assertEqual((0, False), (self.successResultOf(self.talk.earlier()), self.talk.more))
        self.failureResultOf(self.alice.receipts(4), NotConnected)

    def test_stranger_pages(self) -> None:
        """What is of another conversation, or not before what was asked for, is not put in."""
        self.begin()
        self.answer(line(98), end=" before=98")
        earlier = self.talk.earlier()
        self.net.settle()
        self.answer(
            line(40),
            line(98, "carol"),
            line(99),
            line(0),
            line(41, "carol", "alice,bob"),
            line(10**18 - 1),
            end=" before=40",
        )
        self.assertEqual(1, self.successResultOf(earlier))
        self.assertEqual([40, 98], self.numbers())
        self.assertEqual([], self.numbers(BOTH))

    def test_large_pages(self) -> None:
        """Of a page that is larger than any is, the newest are taken, and the rest is asked for again."""
        self.begin("epoch=k3 cursor=5000")
        self.answer(line(5000), end=" before=5000")
        earlier = self.talk.earlier()
        self.net.settle()
        self.answer(*(line(number) for number in range(1, 3001)))
        self.assertEqual(100, self.successResultOf(earlier))
        self.talk.older()
        self.net.settle()
        self.assertEqual("HISTORY bob before=2901", self.server.heard[-1])

    @settings(max_examples=60)
    @given(
        st.lists(
            st.tuples(
                st.lists(st.integers(0, 120), max_size=5),
                st.sampled_from([None, 0, 1, 50, 97, 98, 10**18 - 1]),
            ),
            max_size=8,
        )
    )
    def test_always_ends(self, pages: list[tuple[list[int], int | None]]) -> None:
        """Whatever pages it gives, no server can make a client ask for the same page for ever."""
        self.end(self.alice)
        self.setUp()
        self.begin()
        self.answer(line(98), end=" before=98")
        asked: list[int] = []
        for numbers, on in pages:
            if not self.talk.more:
                break
            self.talk.earlier()
            self.net.settle()
            asked.append(int(self.server.heard[-1].partition("before=")[2]))
            self.answer(*map(line, numbers), end="" if on is None else f" before={on}")
        self.assertEqual(sorted(set(asked), reverse=True), asked)
        self.assertEqual(sorted(set(self.numbers())), self.numbers())


class AnewTests(HistoryCase):
    """Another log, or one set back."""

    def setUp(self) -> None:
        super().setUp()
        self.notices: list[str] = []
        self.alice.notice.connect(self.notices.append)
        self.begin()
        self.answer(line(97), line(98))
        self.server.say(f"* {line(105)}", f"* {line(110, to='*')}")
        self.net.settle()
        self.net.wire.cut(ConnectionError())
        self.come_back()

    def test_new_epoch(self) -> None:
        """What was held goes, visibly; everything is told anew from the beginning, and counted anew (A13)."""
        forgot: list[str] = []
        resets: list[str] = []
        self.alice.stream.forgot.connect(forgot.append)
        self.talk.reset.connect(lambda: resets.append("bob"))
        self.server.answer("OK LOGIN alice epoch=k4 cursor=0", to="LOGIN")
        self.net.settle()
        self.assertEqual((1, ["bob"], []), (len(forgot), resets, self.numbers()))
        self.assertIn("read anew", self.notices[0])
        self.server.say(f"* {line(3)}", f"* {line(4)}", "* LIVE 4 told=2")
        self.answer("CONVERSATION bob last=4 read=3 unread=1", verb="CONVERSATIONS")
        self.assertEqual(([3, 4], 1, False), (self.numbers(), self.talk.unread, self.talk.more))
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=9)
        self.successResultOf(self.alice.recall("lab.example", 12000, "alice"))
        self.assertEqual(([3, 4], []), (self.numbers(), self.numbers(EVERYONE)))

    def test_set_back(self) -> None:
        """A log that has told less than is held: all is forgotten, counted and loaded back anew."""
        self.server.answer("ERR LOGIN not-told 90 :You have been told up to 90.", to="LOGIN")
        self.net.settle()
        self.server.answer("OK LOGIN alice epoch=k3 cursor=90", to="LOGIN")
        self.net.settle()
        self.assertEqual(([], 1), (self.numbers(), len(self.notices)))
        self.assertEqual(["HISTORY before=91"], self.server.asked("HISTORY"))
        self.answer(line(80), end=" before=80")
        self.assertEqual([80], self.numbers())

    def test_set_back_behind_an_answer(self) -> None:
        """A log that lost what had its OK is noticed at its LIVE, and the session begins anew."""
        self.server.answer("OK LOGIN alice epoch=k3 cursor=110", to="LOGIN")
        self.server.say("* LIVE 110 told=0")
        self.alice.say(BOB, "mine")
        self.net.settle()
        self.server.answer(f"OK SEND 120 {AT} to=1", to="SEND")
        self.net.settle()
        self.net.wire.cut(ConnectionError())
        self.come_back()
        self.server.answer("OK LOGIN alice epoch=k3 cursor=110", to="LOGIN")
        self.server.say("* LIVE 105 told=0")
        self.net.settle()
        self.assertEqual(([], 1, []), (self.numbers(), len(self.notices), self.server.asked("SYNC")))
        self.assertEqual(["HISTORY before=106"], self.server.asked("HISTORY"))
        self.assertEqual(2, len(self.server.asked("CONVERSATIONS")))
        self.answer(line(102), end=" before=102")
        self.server.say(f"* {line(106)}")
        self.net.wait(2)
        self.assertEqual(([102, 106], "ACK 106"), (self.numbers(), self.server.asked("ACK")[-1]))

    def test_gap(self) -> None:
        """What the server no longer keeps is shown as lost, with its place, also after a new start."""
        lost: list[str] = []
        self.alice.stream.lost.connect(lost.append)
        self.server.answer("OK LOGIN alice epoch=k3 cursor=110", to="LOGIN")
        self.server.say("* GAP 140 :Older messages are no longer kept.", f"* {line(141)}")
        self.net.wait(1)
        self.assertEqual((1, 1, 140), (len(lost), len(self.notices), self.alice.conversations.gap))
        self.assertEqual([97, 98, 105, 141], self.numbers())
        self.assertEqual("ACK 141", self.server.asked("ACK")[-1])
        self.end(self.alice)
        self.alice = self.client(self.folder, seed=9)
        self.successResultOf(self.alice.recall("lab.example", 12000, "alice"))
        self.assertEqual(140, self.alice.conversations.gap)
