"""The client as a whole, before a server that a test speaks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from imclient.core.cache import cache_path
from imclient.core.client import Client, LinkState
from imclient.core.reaching import NotConnected, Unreachable
from imclient.core.roster import Presence
from imclient.core.writing import TRY_AGAIN
from improtocol import commands
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import LoginRefused, NameTaken, NotAllowed, Offline, Refusal

from .case import CoreCase, FakeCase, Later
from .fake_server import ABLE, HELLO, FakeServer

AT = "at=2026-11-20T10:00:35.120Z"
BOB = Audience.of("bob")


def words(line: str) -> list[str]:
    return line.split()


THINGS = words("MESSAGE REGISTER USER LIVE GAP PING PONG BYE LIMITS LATER READ RECEIPT RIGHTS")
WORDS = words(
    "0 1 5 999999999999999999 1000000000000000000 -1 bob alice * , bob,alice online away closed "
    "at=2026-11-20T10:00:35.120Z at=x told=1 token=y ref=r retry-after=7 replaced signed-out upto=5 upto=9 "
    "message=5 message=6 delivered=1 delivered=999999999999999999 read=1 read=7 to=1 to=2 offline=bob,eve "
    "rights=everyone"
)


def told(number: int, text: str = "hi", sender: str = "bob", to: str = "alice") -> str:
    return f"* MESSAGE {number} {sender} {to} {AT} :{text}"


class ComingInTests(FakeCase):
    def test_register(self) -> None:
        """A name is registered, or the refusal says why not."""
        alice = self.client()
        self.connect(alice)
        done = alice.register("Alice", "correct horse")
        self.net.settle()
        self.assertEqual(["REGISTER alice :correct horse"], self.server.heard)
        self.server.answer("ERR REGISTER name-taken alice :The name alice is taken.")
        self.net.settle()
        self.assertEqual("alice", self.failureResultOf(done, NameTaken).value.name)

    def test_refused(self) -> None:
        """A wrong password is told as the refusal, leaves no trace on disk, and one may try again."""
        folder = Path(self.mktemp())
        alice = self.client(folder)
        self.connect(alice)
        done = alice.log_in("alice", "wrong horse")
        self.net.settle()
        self.server.answer("ERR LOGIN login-refused :Wrong name or password.")
        self.net.settle()
        self.failureResultOf(done, LoginRefused)
        self.assertEqual((None, LinkState.ONLINE), (alice.name, alice.link.state))
        self.assertFalse((folder / "accounts").exists())
        self.come_in(alice)
        self.assertEqual("alice", alice.name)
        self.assertNotIn("horse", (folder / "settings.json").read_text())
        self.assertEqual(
            ("lab.example", 12000, "alice"), (alice.settings.host, alice.settings.port, alice.settings.name)
        )

    def test_roster(self) -> None:
        """Everybody is asked for, page by page."""
        alice = self.client()
        self.come_in(alice)
        self.server.say("* USER alice online", "* USER bob away :at lunch")
        self.server.answer("OK WHO 2 after=bob", to="WHO")
        self.net.settle()
        self.assertEqual("WHO after=bob", self.server.heard[-1])
        self.server.say("* USER carol offline")
        self.server.answer("OK WHO 1", to="WHO")
        self.net.settle()
        people = [(person.name, person.presence, person.text) for person in alice.roster.people()]
        self.assertEqual([("bob", Presence.AWAY, "at lunch"), ("carol", Presence.OFFLINE, "")], people)
        self.assertTrue(alice.roster.complete)

    def test_endless_roster(self) -> None:
        """A server that names the same page again and again is not asked on."""
        alice = self.client()
        self.come_in(alice)
        for _ in range(3):
            self.server.answer("OK WHO 0 after=bob", to="WHO")
            self.net.settle()
        self.assertEqual(2, len(self.server.asked("WHO")))

    def test_not_connected(self) -> None:
        """Without a connection questions fail with a sentence."""
        alice = self.client()
        self.assertEqual(
            "Not connected.", str(self.failureResultOf(alice.log_in("alice", "x" * 8), NotConnected).value)
        )
        self.failureResultOf(alice.perform(commands.Version()), NotConnected)

    def test_close(self) -> None:
        """Closing says QUIT and may be done twice, also when the server never answers."""
        alice = self.client()
        self.come_in(alice)
        first, second = alice.close(), alice.close()
        self.net.wait(8)
        self.successResultOf(first)
        self.successResultOf(second)
        self.assertEqual("QUIT", self.server.heard[-1])


class RightsTests(FakeCase):
    """What one may do beyond what everybody may."""

    def test_rights(self) -> None:
        """They are what was said last, which one is told of; none are known without a connection."""
        alice = self.client()
        self.assertEqual(frozenset(), alice.rights)
        self.come_in(alice, reply="epoch=k3 cursor=0 waiting=0 rights=administrator,everyone")
        self.assertEqual({"administrator", "everyone"}, alice.rights)
        said: list[str] = []
        alice.notice.connect(said.append)
        self.server.say("* RIGHTS rights=everyone")
        self.net.settle()
        self.assertEqual(({"everyone"}, ["You are no administrator any more."]), (alice.rights, said))
        self.net.wire.cut(ConnectionError())
        self.net.settle()
        self.assertEqual(frozenset(), alice.rights)

    def test_refused_at_once(self) -> None:
        """What one has not the right to say is refused at once, but by a server that tells no rights."""
        for hello, refused in ((HELLO, False), (HELLO.replace("device", "device,admin"), True)):
            self.hello = hello
            client = self.client()
            self.come_in(client)
            for say in (lambda one: one.say(EVERYONE, "x"), lambda one: one.announce("x")):
                if refused:
                    self.assertRaises(NotAllowed, say, client)
                else:
                    say(client)
            self.assertEqual(0 if refused else 2, client.outbox.waiting)


class StreamTests(FakeCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.mktemp())
        self.run_ = Later()
        self.notices: list[str] = []
        self.alice = self.start()
        self.come_in(self.alice)

    def start(self, seed: int = 1) -> Client:
        client = self.client(self.folder, seed=seed, run=self.run_)
        client.notice.connect(self.notices.append)
        return client

    def restart(self) -> None:
        self.end(self.alice)
        self.alice = self.start(seed=7)

    def say(self, *lines: str) -> None:
        self.server.say(*lines)
        self.net.settle()

    def held(self, audience: Audience = BOB) -> list[tuple[int | None, str]]:
        return [(said.number, said.text) for said in self.alice.conversations.get(audience).messages]

    def test_once(self) -> None:
        """What is told twice is shown once, in order."""
        self.say(told(5, "one"), told(5, "one"), told(7, "two"), told(6, "late"), told(7, "two"))
        self.assertEqual([(5, "one"), (7, "two")], self.held())

    def test_people_in_the_log(self) -> None:
        """Who registers is somebody at once, and so is whoever speaks."""
        self.say(f"* REGISTER 5 dave {AT}", told(6, "hi", "eve"))
        self.assertEqual(["dave", "eve"], [person.name for person in self.alice.roster.people()])
        self.restart()
        self.come_in(self.alice, reply="epoch=k3 cursor=6")
        self.assertEqual(["dave", "eve"], [person.name for person in self.alice.roster.people()])

    def test_ack_after_the_disk(self) -> None:
        """ACK is said only for what is on disk (A7), once a second."""
        self.run_.held = True
        self.say(told(5), told(6))
        self.net.wait(3)
        self.assertEqual([], self.server.asked("ACK"))
        self.run_.let()
        self.net.wait(1)
        self.assertEqual(["ACK 6"], self.server.asked("ACK"))

    def test_killed_before_the_disk(self) -> None:
        """What was shown and not yet on disk when the program was killed is asked for again (A7)."""
        self.say(told(5, "kept"))
        self.run_.held = True
        self.say(told(6, "lost"))
        self.assertEqual([(5, "kept"), (6, "lost")], self.held())
        killed, self.run_ = self.run_, Later()
        self.alice = self.start(seed=8)
        self.connect(self.alice)
        self.alice.log_in("alice", "correct horse").addErrback(lambda failure: None)
        self.net.settle()
        self.assertIn(" since=5 epoch=k3 ", self.server.heard[-1])
        self.server.answer("OK LOGIN alice epoch=k3 cursor=5", to="LOGIN")
        self.say(told(6, "lost"))
        self.assertEqual([(5, "kept"), (6, "lost")], self.held())
        killed.let()

    def test_unknown_entry(self) -> None:
        """An entry of a later edition moves the position like any other (R16)."""
        self.say("* BADGE 9 alice :gold", "* LIVE 12 told=1")
        self.net.wait(1)
        self.assertEqual(["ACK 12"], self.server.asked("ACK")[-1:])
        self.restart()
        self.connect(self.alice)
        self.alice.log_in("alice", "correct horse").addErrback(lambda failure: None)
        self.net.settle()
        self.assertIn(" since=12 epoch=k3 ", self.server.heard[-1])

    def test_offline(self) -> None:
        """What is held can be read without a server."""
        self.say(told(5, "one"), told(6, "all", to="*"))
        self.restart()
        self.successResultOf(self.alice.recall("lab.example", 12000, "alice"))
        self.assertEqual(([(5, "one")], [(6, "all")]), (self.held(), self.held(EVERYONE)))
        self.assertEqual(("alice", 1), (self.alice.name, self.alice.conversations.get(BOB).unread))

    def test_unread(self) -> None:
        """What was shown is read over a new start, too."""
        self.say(told(5), told(6))
        self.alice.conversations.get(BOB).shown()
        self.say(told(7))
        self.restart()
        self.come_in(self.alice, reply="epoch=k3 cursor=7")
        self.assertEqual(1, self.alice.conversations.get(BOB).unread)

    def test_new_epoch(self) -> None:
        """Another log: what was held is let go, visibly, and everything is read anew (A13)."""
        self.say(told(5, "old"), told(6, "lost by the server"))
        self.net.wire.cut(ConnectionError())
        self.net.wait(2.5)
        self.server.answer("OK LOGIN alice epoch=k4 cursor=0", to="LOGIN")
        self.say(told(5, "old"), "* LIVE 5 told=1")
        self.assertEqual([(5, "old")], self.held())
        self.assertIn("read anew", self.notices[0])
        self.restart()
        self.connect(self.alice)
        self.alice.log_in("alice", "correct horse").addErrback(lambda failure: None)
        self.net.settle()
        self.assertIn(" since=5 epoch=k4 ", self.server.heard[-1])

    def test_behind(self) -> None:
        """A server that has told less than is held makes the client read everything anew."""
        self.say(told(5, "old"))
        self.net.wire.cut(ConnectionError())
        self.net.wait(2.5)
        self.server.answer("ERR LOGIN not-told 3 :You have been told up to 3.", to="LOGIN")
        self.net.settle()
        device = self.alice.settings.device
        self.assertEqual(f"LOGIN alice device={device} :correct horse", self.server.heard[-1])
        self.assertEqual([], self.held())
        self.server.answer("OK LOGIN alice epoch=k3 cursor=3", to="LOGIN")
        self.net.settle()
        self.assertEqual(["SYNC 1"], self.server.asked("SYNC"))
        self.assertEqual(1, len(self.notices))

    def test_new_device(self) -> None:
        """A new device asks for what others of its account have had; that counts as read."""
        other = self.client(seed=3)
        self.come_in(other, reply="epoch=k3 cursor=5")
        self.server.say("* LIVE 5 told=0", told(6, "meanwhile"))
        self.server.answer("OK SYNC 1", to="SYNC")
        self.server.say(told(4, "before"), told(6, "meanwhile"), "* LIVE 6 told=2")
        self.net.settle()
        talk = other.conversations.get(BOB)
        self.assertEqual(
            [(4, "before"), (6, "meanwhile")], [(said.number, said.text) for said in talk.messages]
        )
        self.assertEqual(1, talk.unread)
        self.net.wait(1)
        self.assertEqual(["ACK 6"], self.server.asked("ACK"))

    def test_disk_that_fails_at_the_start(self) -> None:
        """Who comes in while this computer's disk cannot be written is told once for what they wait, and
        that it is so no more."""
        over: list[str] = []
        self.alice.over.connect(over.append)
        path = cache_path(self.folder, "lab.example", 12000, "dave", self.alice.settings.device)
        path.mkdir(parents=True)  # which no database can be opened as
        recalled = self.alice.recall("lab.example", 12000, "dave")
        self.assertNoResult(recalled)
        self.net.wait(TRY_AGAIN)
        self.assertEqual((1, []), (len(self.notices), over))
        self.assertIn("disk cannot be written", self.notices[0])
        path.rmdir()
        self.net.wait(TRY_AGAIN)
        self.successResultOf(recalled)
        self.assertEqual((1, self.notices), (len(self.notices), over))
        self.assertEqual("dave", self.alice.name)
        self.flushLoggedErrors(IsADirectoryError)

    def test_gap(self) -> None:
        """What the server no longer keeps is said to be lost, and not passed over in silence."""
        self.say("* GAP 40 :Older messages are no longer kept.", told(41))
        self.assertEqual(1, len(self.notices))
        self.assertEqual([(41, "hi")], self.held())

    def test_slow_disk(self) -> None:
        """While this computer's disk is too slow the server is read no further, and nothing is lost."""
        self.run_.held = True
        self.server.raw("".join(told(n, str(n)) + "\n" for n in range(1, 4001)).encode())
        self.net.settle()
        shown = len(self.held())
        self.assertLess(shown, 2100)
        self.run_.let()
        self.net.settle()
        self.assertEqual(4000, self.alice.stream.position)


class PingTests(FakeCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.client()
        self.come_in(self.alice)

    def test_round_trip(self) -> None:
        """A ping is measured from its line to the pong with its token."""
        measured = self.alice.ping("bob")
        self.net.settle()
        token = self.server.asked("PING")[0].partition("token=")[2]
        self.server.answer("OK PING bob devices=2", to="PING")
        self.net.wait(0.5)
        self.server.say("* PONG bob token=other", f"* PONG carol token={token}")
        self.net.settle()
        self.assertNoResult(measured)
        self.server.say(f"* PONG bob token={token}", f"* PONG bob token={token}")
        self.net.settle()
        self.assertEqual(0.5, self.successResultOf(measured))

    def test_no_pong(self) -> None:
        """Who is not connected is said to be; who does not answer is given up after ten seconds."""
        one, two = self.alice.ping("bob"), self.alice.ping("bob")
        self.net.settle()
        self.server.answer("ERR PING offline bob :bob is not connected.", to="PING")
        self.net.settle()
        self.failureResultOf(two, Offline)
        self.net.wait(10)
        self.assertIn("bob did not answer", str(self.failureResultOf(one, TimeoutError).value))

    def test_answers(self) -> None:
        """A ping is answered by itself with its token; a flood of them is not answered with a flood."""
        self.server.say("* PING bob token=x\\sy", "* PING carol")
        self.net.settle()
        self.assertEqual(["PONG bob token=x\\sy", "PONG carol"], self.server.asked("PONG"))
        self.server.say(*(f"* PING bob token={n}" for n in range(500)))
        self.net.settle()
        self.assertLessEqual(len(self.server.asked("PONG")), 22)


class HostileTests(CoreCase):
    """A server that says whatever Hypothesis can think of, before and after the login (E7)."""

    def act(self, alice: Client) -> None:
        """Do whatever somebody may do."""
        if not alice.outbox.waiting:
            alice.say(EVERYONE, "hi")
            for waiting in (alice.receipts(5), alice.say_again(5), alice.show("away", "hm"), alice.devices()):
                waiting.addErrback(lambda failure: failure.trap(Refusal, Unreachable) and None)
        for talk in alice.conversations.all():
            talk.shown()
            talk.older()
            self.assertGreaterEqual(talk.unread, 0)
            numbers = [said.number for said in talk.messages if said.number is not None]
            self.assertEqual(sorted(set(numbers)), numbers)

    @settings(max_examples=250)
    @given(
        st.lists(
            st.one_of(
                st.binary(max_size=80),
                st.builds(
                    lambda thing, words, text: f"* {thing} {' '.join(words)} :{text}\n".encode(),
                    st.sampled_from(THINGS),
                    st.lists(st.sampled_from(WORDS), max_size=5),
                    st.text(max_size=20),
                ),
                st.builds(
                    lambda tag, end: f"@{tag} {end}\n".encode(),
                    st.integers(1, 12),
                    st.sampled_from(
                        [
                            "OK LOGIN alice epoch=k3 cursor=0",
                            "OK LOGIN alice epoch=k4 cursor=7",
                            "OK LOGIN alice",
                            "OK WHO 3 after=bob",
                            "OK SEND 5 at=2026-11-20T10:00:35.120Z to=1",
                            "OK SYNC 1",
                            "ERR LOGIN not-told 3",
                            "ERR LOGIN login-refused :No.",
                            "ERR SEND busy retry-after=1 :Later.",
                            "ERR SEND whatever",
                            "+ HELP :x",
                            "+ CONVERSATION bob last=5 read=9 unread=999999999999999999",
                            "+ CONVERSATION * last=0 read=0 unread=1",
                            "OK CONVERSATIONS 1 before=5",
                            "OK CONVERSATIONS 2",
                            "+ MESSAGE 3 bob alice at=2026-11-20T10:00:35.120Z :x",
                            "+ MESSAGE 4 alice bob at=2026-11-20T10:00:35.120Z ref=r :x",
                            "OK HISTORY 1 before=3",
                            "OK HISTORY 1",
                            "OK READ 5",
                            "ERR READ not-told 3",
                            "+ RECEIPT bob read",
                            "OK RECEIPTS 5 delivered=3 read=4 to=1",
                            "OK RECEIPTS 5 delivered=3 read=4 to=1 after=bob",
                            "+ BLOCKED mallory",
                            "OK BLOCKED 1 after=mallory",
                            "OK PRESENCE away",
                            "ERR PRESENCE bad-argument presence",
                            "+ DEVICE phone cursor=1 used=2026-11-20T10:00:35.120Z sessions=1",
                            "OK DEVICES 1",
                        ]
                    ),
                ),
            ),
            max_size=25,
        )
    )
    def test_anything(self, parts: list[bytes]) -> None:
        """Nothing it says raises, is logged as an error of ours, or keeps the client from closing."""
        super().setUp()

        def serve() -> Any:
            return FakeServer(ABLE)

        self.net.serve = serve
        alice = Client(
            self.clock, Path(self.mktemp()), reach=self.net.reach, run=Later(), now=self.clock.seconds
        )
        alice.connect("lab.example", 12000).addErrback(lambda failure: None)
        self.net.settle()
        alice.log_in("alice", "correct horse").addErrback(lambda failure: None)
        self.net.settle()
        for part in parts:
            if self.net.wire.over:
                break
            self.net.wire.server.write(part)
            self.net.settle()
            if alice.name:
                self.act(alice)
        self.end(alice)
        self.assertEqual([], self.flushLoggedErrors())
