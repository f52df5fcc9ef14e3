"""What a session does by itself: who there is, how one is shown, whom one does not hear, one's devices."""

from __future__ import annotations

from imclient.core import blocking
from imclient.core.client import LinkState
from imclient.core.conversations import Progress
from imclient.core.devices import Device
from imclient.core.reaching import NotConnected, Unable
from imclient.core.roster import Presence
from imclient.core.showing import Shown
from improtocol.audience import Audience
from improtocol.errors import BadArgument, NoSuchDevice, NoSuchUser, TooLong, TooOften

from .case import AliceCase
from .fake_server import ABLE, HELLO

AT = "at=2026-11-20T10:00:35.120Z"


class PartsCase(AliceCase):
    hello = ABLE

    def return_(self, reply: str = "epoch=k3 cursor=0") -> None:
        self.come_back()
        self.server.answer(f"OK LOGIN alice {reply}", to="LOGIN")
        self.net.settle()

    def answer(self, verb: str, *lines: str, end: str = "") -> None:
        at = max(i for i, heard in enumerate(self.server.heard) if heard.split(" ")[0] == verb)
        self.server.say(*(f"{self.server.tags[at]} + {one}" for one in lines))
        self.server.say(f"{self.server.tags[at]} OK {verb} {end}")
        self.net.settle()


class RollCallTests(PartsCase):
    def tell(self, *people: str, end: str = "") -> None:
        self.server.say(*(f"* USER {one}" for one in people))
        self.server.answer(f"OK WHO {len(people)}{end}", to="WHO")
        self.net.settle()

    def people(self) -> list[tuple[str, str, str]]:
        return [(one.name, one.presence.value, one.text) for one in self.alice.roster.people()]

    def test_since(self) -> None:
        """Who comes back asks only for what changed; the others are as they were, with their text."""
        self.come_in(self.alice, reply="epoch=k3 cursor=0 mark=s1.7")
        self.tell("alice online", "bob away :at lunch", "carol online")
        self.lose()
        self.return_("epoch=k3 cursor=0 mark=s1.9")
        self.assertEqual(["WHO since=s1.7"], self.server.asked("WHO"))
        self.tell("carol offline", end=" after=carol")
        self.assertEqual("WHO after=carol since=s1.7", self.server.asked("WHO")[-1])
        self.tell("dave online")
        self.assertEqual(
            [("bob", "away", "at lunch"), ("carol", "offline", ""), ("dave", "online", "")], self.people()
        )
        self.lose()
        self.return_("epoch=k3 cursor=0 mark=s1.12")
        self.assertEqual(["WHO since=s1.9"], self.server.asked("WHO"))

    def test_not_whole(self) -> None:
        """Who had not yet heard of everybody asks for everybody."""
        self.come_in(self.alice, reply="epoch=k3 cursor=0 mark=s1.7")
        self.lose()
        self.return_("epoch=k3 cursor=0 mark=s1.9")
        self.assertEqual(["WHO"], self.server.asked("WHO"))
        self.tell("alice online", "bob online")
        self.lose()
        self.return_("epoch=k3 cursor=0")
        self.assertEqual(["WHO since=s1.9"], self.server.asked("WHO"))
        self.lose()
        self.return_("epoch=k3 cursor=0")
        self.assertEqual(["WHO since=s1.9"], self.server.asked("WHO"), "that answer never came")

    def test_refused(self) -> None:
        """A server that does not know marks is asked for everybody; one that is busy, again."""
        self.come_in(self.alice, reply="epoch=k3 cursor=0 mark=s1.7")
        self.tell("alice online", "bob online")
        self.lose()
        self.return_()
        self.server.answer("ERR WHO busy retry-after=2 :Later.", to="WHO")
        self.net.wait(2.5)
        self.server.answer("ERR WHO unknown-key since may=after :This command takes after=.", to="WHO")
        self.net.settle()
        self.assertEqual(["WHO since=s1.7"] * 2 + ["WHO"], self.server.asked("WHO"))

    def test_new_log(self) -> None:
        """Of another log everybody is asked for."""
        self.come_in(self.alice, reply="epoch=k3 cursor=0 mark=s1.7")
        self.tell("alice online", "bob online")
        self.lose()
        self.return_("epoch=k4 cursor=0 mark=s2.1")
        self.assertEqual(["WHO"], self.server.asked("WHO"))


class ShowingTests(PartsCase):
    def setUp(self) -> None:
        super().setUp()
        self.come_in(self.alice)

    def said(self) -> list[str]:
        return self.server.asked("PRESENCE")

    def test_show(self) -> None:
        """It is said at once, and again after each return, as long as it is not what anybody is."""
        self.assertEqual([], self.said())
        shown = self.alice.show(Presence.AWAY, "at lunch\nback at two")
        self.net.settle()
        self.assertEqual(["PRESENCE away :at lunch\\nback at two"], self.said())
        self.answer("PRESENCE", end="away")
        self.successResultOf(shown)
        self.assertEqual(
            (Shown.AWAY, "at lunch\nback at two"), (self.alice.showing.presence, self.alice.showing.text)
        )
        self.lose()
        self.return_()
        self.assertEqual(["PRESENCE away :at lunch\\nback at two"], self.said())
        self.alice.show(Shown.ONLINE)
        self.net.settle()
        self.answer("PRESENCE", end="online")
        self.lose()
        self.return_()
        self.assertEqual([], self.said())

    def test_offline(self) -> None:
        """What is chosen without a connection is said when there is one."""
        changes: list[str] = []
        self.alice.showing.changed.connect(lambda: changes.append(self.alice.showing.text))
        self.lose()
        self.successResultOf(self.alice.show("away", "in the garden"))
        self.return_()
        self.assertEqual((["PRESENCE away :in the garden"], ["in the garden"]), (self.said(), changes))
        self.server.answer("ERR PRESENCE busy retry-after=2 :Later.", to="PRESENCE")
        self.net.wait(2.5)
        self.assertEqual(2, len(self.said()))

    def test_refused(self) -> None:
        """What the server will never take is not remembered; what it puts off is said again."""
        self.failureResultOf(self.alice.show("away", "x" * 257), TooLong)
        self.failureResultOf(self.alice.show("offline"), ValueError)
        shown = self.alice.show("away", "hm")
        self.net.settle()
        self.server.answer("ERR PRESENCE bad-argument presence :No.", to="PRESENCE")
        self.net.settle()
        self.failureResultOf(shown, BadArgument)
        self.assertEqual((Shown.ONLINE, ""), (self.alice.showing.presence, self.alice.showing.text))
        shown = self.alice.show("away", "hm")
        self.net.settle()
        self.server.answer("ERR PRESENCE too-often retry-after=4 :Later.", to="PRESENCE")
        self.net.settle()
        self.failureResultOf(shown, TooOften)
        self.net.wait(4.5)
        self.assertEqual("PRESENCE away :hm", self.said()[-1])
        self.assertEqual(3, len(self.said()))

    def test_older_server(self) -> None:
        """A server that does not know it is not asked."""
        self.hello = HELLO
        self.lose()
        self.return_()
        self.failureResultOf(self.alice.show("away"), Unable)
        self.assertEqual(Shown.ONLINE, self.alice.showing.presence)


class BlockingTests(PartsCase):
    def setUp(self) -> None:
        super().setUp()
        self.come_in(self.alice)

    def test_list(self) -> None:
        """Whom one has blocked is asked for at each login, page by page."""
        changes: list[int] = []
        self.alice.blocked.changed.connect(lambda: changes.append(len(self.alice.blocked.names)))
        self.answer("BLOCKED", "BLOCKED bob", end="1 after=bob")
        self.answer("BLOCKED", "BLOCKED mallory", end="1")
        self.assertEqual((frozenset({"bob", "mallory"}), [2]), (self.alice.blocked.names, changes))
        self.assertIn("mallory", self.alice.blocked)
        self.lose()
        self.return_()
        self.answer("BLOCKED", end="0")
        self.assertEqual(frozenset(), self.alice.blocked.names)

    def test_block(self) -> None:
        """Blocking and unblocking are done when the server has answered."""
        done = self.alice.block("Bob")
        self.net.settle()
        self.assertNotIn("bob", self.alice.blocked)
        self.answer("BLOCK", end="bob")
        self.successResultOf(done)
        self.assertIn("bob", self.alice.blocked)
        done = self.alice.unblock("bob")
        self.net.settle()
        self.answer("UNBLOCK", end="bob")
        self.successResultOf(done)
        self.assertNotIn("bob", self.alice.blocked)
        refused = self.alice.block("dave")
        self.net.settle()
        self.server.answer("ERR BLOCK no-such-user dave :There is no user called dave.", to="BLOCK dave")
        self.net.settle()
        self.failureResultOf(refused, NoSuchUser)
        self.assertNotIn("dave", self.alice.blocked)

    def test_bound(self) -> None:
        """A server that has blocked everybody one could think of is not believed for ever."""
        self.patch(blocking, "MOST_NAMES", 5)
        self.patch(blocking, "MOST_PAGES", 3)
        self.lose()
        self.return_()
        for page in range(5):
            self.answer("BLOCKED", *(f"BLOCKED n{page}.{n}" for n in range(9)), end=f"9 after=n{page}")
        self.assertEqual((5, 3), (len(self.alice.blocked.names), len(self.server.asked("BLOCKED"))))

    def test_not_connected(self) -> None:
        """Without a connection it cannot be done, and says so."""
        self.lose()
        self.failureResultOf(self.alice.block("bob"), NotConnected)


class DevicesTests(PartsCase):
    def setUp(self) -> None:
        super().setUp()
        self.come_in(self.alice)
        self.here = self.alice.settings.device

    def test_list(self) -> None:
        """One's devices are shown as the server knows them; this one is marked."""
        devices = self.alice.devices()
        self.net.settle()
        self.answer(
            "DEVICES",
            "DEVICE cursor=3 used=2026-11-20T10:00:35.120Z sessions=2",
            f"DEVICE {self.here} cursor=5 used=2026-11-20T10:00:35.120Z sessions=1",
            end="2",
        )
        self.assertEqual(
            [Device(None, 3, 1795168835.12, 2, False), Device(self.here, 5, 1795168835.12, 1, True)],
            self.successResultOf(devices),
        )
        devices = self.alice.devices()
        self.net.settle()
        many = (f"DEVICE d{n} cursor=1 used=1970-01-01T00:00:00Z sessions=0" for n in range(500))
        self.answer("DEVICES", *many, end="500")
        self.assertLessEqual(len(self.successResultOf(devices)), 21)

    def test_sign_out(self) -> None:
        """Another device is signed out, or the refusal says why not."""
        done, refused = self.alice.sign_out("phone"), self.alice.sign_out("tablet")
        self.net.settle()
        self.server.answer("OK SIGNOUT phone", to="SIGNOUT phone")
        self.server.answer("ERR SIGNOUT no-such-device tablet :You have no such device.", to="SIGNOUT tablet")
        self.net.settle()
        self.assertIsNone(self.successResultOf(done))
        self.failureResultOf(refused, NoSuchDevice)

    def test_signed_out(self) -> None:
        """A device that was signed out stays away, says so, and comes back only by a login."""
        said = self.alice.say(Audience.of("bob"), "waits")
        self.server.say("* BYE signed-out :You were signed out on this device.")
        self.server.transport.loseConnection()  # type: ignore[union-attr]
        self.net.wait(300)
        link = self.alice.link
        self.assertEqual(
            (
                LinkState.SIGNED_OUT,
                "Signed out: You were signed out on this device. To come back, log in.",
                1,
            ),
            (link.state, link.sentence, self.net.attempts),
        )
        link.try_now()
        self.net.wait(300)
        self.assertEqual((LinkState.SIGNED_OUT, 1), (link.state, self.net.attempts))
        done = self.alice.log_in("alice", "correct horse")
        self.net.settle()
        self.server.answer("OK LOGIN alice epoch=k3 cursor=0", to="LOGIN")
        self.net.settle()
        self.successResultOf(done)
        self.assertEqual((LinkState.ONLINE, Progress.WAITING), (link.state, said.progress))
        self.assertEqual([f"SEND bob ref={said.ref} :waits"], self.server.asked("SEND"))


class PutOffTests(PartsCase):
    """Refusals are treated by whether they say when to try again (R9, R11)."""

    def setUp(self) -> None:
        super().setUp()
        self.come_in(self.alice)
        self.said = self.alice.say(Audience.of("bob"), "hi")
        self.net.settle()

    def answer_send(self, line: str) -> None:
        self.server.answer(f"ERR SEND {line}", to="SEND")
        self.net.settle()

    def test_again(self) -> None:
        """What says when is said again then, whatever its code is."""
        for code in ("busy", "too-often", "moonphase 4 x=y"):
            asked = len(self.server.asked("SEND"))
            self.answer_send(f"{code} retry-after=3 :Not now.")
            self.net.wait(2.5)
            self.assertEqual((Progress.WAITING, asked), (self.said.progress, len(self.server.asked("SEND"))))
            self.net.wait(1)
            self.assertEqual(asked + 1, len(self.server.asked("SEND")))

    def test_at_once(self) -> None:
        """A server that says "at once" is not asked a thousand times a second."""
        for _ in range(5):
            self.answer_send("busy retry-after=0 :Later.")
            self.net.wait(0.5)
        self.assertLessEqual(len(self.server.asked("SEND")), 4)

    def test_never(self) -> None:
        """What does not say when will not pass: its sentence is shown, and the next is said."""
        second = self.alice.say(Audience.of("bob"), "more")
        self.answer_send("mailbox-full bob :Too much of what you said still waits for bob.")
        self.assertEqual(
            (Progress.REFUSED, "Too much of what you said still waits for bob."),
            (self.said.progress, self.said.refusal),
        )
        self.answer_send("moonphase :Never.")
        self.assertEqual((Progress.REFUSED, "Never."), (second.progress, second.refusal))
        self.net.wait(50)
        self.assertEqual(2, len(self.server.asked("SEND")))
