"""Bad input at every door: it gets its refusal or a closed connection, and nobody else notices."""

from __future__ import annotations

import gc
import random

from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.vocabulary import Command
from imserver.bounds import UNHURRIED
from imserver.connection import GOODBYE, KNOWN, Connection
from imserver.session import Session
from tests.imserver.sizes import EARLY, SOFT

from ..improtocol.declared import CONTROL, OTHER_BLANKS
from ..stage import Actor, Stage
from .peer import Peer

PASSWORD = "correct horse"
#: Lines of each command that its declaration does not allow: wrong words, keys and texts.
MISTAKES = [
    "{verb} a b c d",
    "{verb} nokey=1",
    "{verb} =",
    "{verb} :",
    "{verb} A=1",
    "{verb} a=1 b",
    "{verb} a\\q=1 :\\q",
]


class BadInputCase(SynchronousTestCase):
    """A server with somebody logged in who wants to be left alone."""

    def setUp(self) -> None:
        self.stage = Stage(bounds=UNHURRIED)
        self.bystander = self.stage.enter("bystander")
        self.from_here()

    def from_here(self) -> None:
        """Forget what was heard and logged so far."""
        self.stage.wait(1)
        self.bystander.forget()
        self.before = len(self.stage.logged)

    def logged(self) -> list[str]:
        """Give the events of server.log since then."""
        return [line.split(" ", 1)[1] for line in self.stage.logged[self.before :]]

    def stranger(self) -> Actor:
        """Give somebody who is connected, and no more."""
        actor = self.stage.actor("stranger")
        actor.forget()
        self.from_here()
        return actor

    def user(self) -> Actor:
        """Give somebody who is logged in."""
        actor = self.stage.enter("user")
        self.from_here()
        return actor

    def nobody_noticed(self) -> None:
        """Make sure that the bystander heard nothing, is answered, and that nothing broke."""
        self.stage.settle()
        self.assertEqual(self.bystander.heard(), [])
        self.assertEqual(self.bystander.ask("@b PING"), ["@b OK PING"])
        self.assertEqual([line for line in self.stage.logged if " broke " in line], [])


class LineTests(BadInputCase):
    """Lines that cannot be read are refused each by its word, and the next line is read as ever."""

    def refused(self, actor: Actor, line: bytes, why: str) -> None:
        """Make sure that a line is refused, alone and with a tag, and that all goes on."""
        actor.send(b"%b\n@t %b\nPING\n" % (line, line))
        self.stage.settle()
        bare, tagged, ping = actor.heard()
        self.assertTrue(bare.startswith(f"ERR ? bad-line {why} "), f"{line!r}: {bare}")
        self.assertTrue(tagged.startswith(f"@t ERR ? bad-line {why} "), f"{line!r}: {tagged}")
        self.assertEqual(ping, "OK PING")

    def test_overlong(self) -> None:
        """A line beyond the limit, which before login is another, is passed over to its end."""
        for actor, limit in [(self.stranger(), limits.EARLY_LINE), (self.user(), limits.LINE)]:
            for size in (limit + 1, limit * 3 + 7, 100_000):
                self.refused(actor, b"x" * size, f"too-long limit={limit}")
        self.assertEqual(self.logged(), [])
        self.nobody_noticed()

    def test_overlong_in_pieces(self) -> None:
        """A line that never ends is refused once, when it is too long, and not kept."""
        for actor in (self.stranger(), self.user()):
            for _ in range(200):
                actor.send(b"x" * 1000)
                self.stage.settle()
                self.assertLessEqual(actor.connection._framer.held, limits.LINE)
            self.assertEqual(len(actor.heard()), 1)
            actor.send(b"\nPING\n")
            self.assertEqual(actor.heard(), ["OK PING"])
        self.nobody_noticed()

    def test_not_utf_8(self) -> None:
        """Bytes that are not UTF-8 are refused, wherever they stand."""
        for actor in (self.stranger(), self.user()):
            for bad in [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\x80"]:
                for line in [bad, b"SEND * :" + bad, b"LOGIN " + bad + b" :correct horse", b"PING" + bad]:
                    self.refused(actor, line, "not-utf-8")
        self.assertEqual(self.logged(), [])
        self.nobody_noticed()

    def test_control_characters(self) -> None:
        """Every control character but the line end is refused, wherever it stands: no field ends a line."""
        for actor in (self.stranger(), self.user()):
            for sign in CONTROL:
                if sign == "\n":
                    continue
                for line in [
                    f"SEND bystander :a{sign}b",
                    f"PING{sign}x",
                    f"WHO after={sign}x",
                    f"REGISTER a :{sign}",
                ]:
                    # One CR at the end belongs to the line's end.
                    whole = f"{line}." if line.endswith("\r") else line
                    self.refused(actor, whole.encode(), "control-character")
        self.assertEqual(self.logged(), [])
        self.nobody_noticed()

    def test_blanks(self) -> None:
        """No white space but the blank parts words."""
        actor = self.user()
        for sign in OTHER_BLANKS:
            self.refused(actor, f"SEND{sign}bystander :x".encode(), "white-space")
        self.nobody_noticed()


class CommandTests(BadInputCase):
    """What can be read and is not in its place is refused, and changes nothing."""

    def test_wrong_state(self) -> None:
        """Every command that a stranger may not give is refused, and named what may be said."""
        stranger = self.stranger()
        for described in Command.by_verb.values():
            if len(described.allowed_in) == 1:
                (said,) = stranger.ask(described.example)
                self.assertIn(f"ERR {described.verb} wrong-state unregistered may=", said)
        self.assertEqual(self.logged(), [])
        self.nobody_noticed()

    def test_wrong_arguments(self) -> None:
        """Wrong words, keys and texts of every command are refused, each with one line."""
        for actor in (self.stranger(), self.user()):
            for verb in [*Command.by_verb, "DANCE", "*", "OK", "+", "GET / HTTP/1.1", "{verb}"]:
                for mistake in MISTAKES:
                    said = actor.ask(mistake.replace("{verb}", verb))
                    self.assertRegex("\n".join(said), r"\AERR (\?|[A-Z]+) [a-z-]+( |$).*\Z")
        self.assertEqual(self.logged(), [])
        self.nobody_noticed()

    def test_rubbish(self) -> None:
        """Random bytes, and lines with some bytes wrong, are each answered; nothing breaks."""
        seed = random.Random(7)
        lines = [
            described.example.encode() for described in Command.by_verb.values() if described.verb != "QUIT"
        ]
        for actor in (self.stranger(), self.user()):
            for _ in range(600):
                line = bytearray(seed.choice(lines) if seed.random() < 0.7 else seed.randbytes(30))
                for _ in range(seed.randrange(4)):
                    line[seed.randrange(len(line))] = seed.choice(b" :=@*\\\x00\r\xff,aZ09")
                asked = bytes(line).replace(b"\n", b"").rstrip(b"\r") or b"?"
                actor.send(b"@q " + asked + b"\n@end PING\n")
                self.stage.wait(0.1)
                final = [said for said in actor.heard() if said.split(" ")[1] in ("OK", "ERR")]
                self.assertEqual([said.split(" ")[0] for said in final], ["@q", "@end"], asked)
        self.stage.wait(15)
        self.bystander.forget()
        self.nobody_noticed()

    def test_wrong_password(self) -> None:
        """A wrong password and an unknown name are refused alike, and each leaves one line in the log."""
        stranger = self.stranger()
        said = [stranger.ask(f"LOGIN {name} :wrong horse") for name in ("bystander", "nobody-there")]
        self.assertEqual(said[0], said[1])
        refused = ["login-refused session=2 user=bystander", "login-refused session=2"]
        self.assertEqual(self.logged(), refused)
        self.nobody_noticed()


class SilentTests(BadInputCase):
    """Those who say half a line, or read nothing."""

    def test_never_reads(self) -> None:
        """A user who reads nothing is told so much and no more, and hinders nobody who writes to them."""
        peer = Peer(self.stage)
        peer.give(f"REGISTER deaf :{PASSWORD}\nLOGIN deaf :{PASSWORD}\n".encode())
        self.stage.wait(1)
        self.bystander.forget()
        for n in range(200):
            self.bystander.send(f"@{n} SEND deaf :{'x' * 4000}\n".encode())
            self.stage.settle()
        self.assertEqual(
            [line.split(" ")[0] for line in self.bystander.heard()], [f"@{n}" for n in range(200)]
        )
        self.assertFalse(peer.wire.closed)
        self.assertLess(peer.kept, KNOWN + SOFT + 10_000)
        self.nobody_noticed()

    def test_stranger_who_never_reads(self) -> None:
        """A stranger who asks and reads nothing is not read on, and the same when it is gone."""
        peer = Peer(self.stage)
        self.assertLess(peer.give(b"HELP\n" * 100_000), 16 * EARLY)
        self.nobody_noticed()
        peer.wire.drop()
        self.nobody_noticed()
        self.assertEqual([line.split(" ")[0] for line in self.logged()], ["came", "went"])

    def test_never_takes_its_leave(self) -> None:
        """One that does not read what it is told at the end is cut."""
        peer = Peer(self.stage)
        peer.wire.stuck = True
        peer.give(b"QUIT\n")
        self.stage.wait(GOODBYE + 1)
        self.assertTrue(peer.wire.aborted)
        self.assertEqual(len(self.logged()), 2)
        self.nobody_noticed()

    def test_half_a_line(self) -> None:
        """Half lines that are never ended cost their connection's few bytes and are answered never."""
        halves = [b"", b"\r", b"P", b"LOGIN bystander :correct", b"@", b"x" * limits.EARLY_LINE, b"\xe2\x82"]
        actors = []
        for half in halves:
            connection = self.stage.server.buildProtocol(None)
            actors.append(Actor(self.stage, connection) if connection else self.stranger())
            actors[-1].forget()
            actors[-1].send(half)
        self.stage.wait(600)
        for actor in actors:
            self.assertEqual((actor.heard(), actor.wire.closed), ([], False))
        self.nobody_noticed()
        for actor in actors:
            actor.leave()
        events = [line.split(" ")[0] for line in self.logged()]
        self.assertEqual(sorted(events), ["came"] * len(halves) + ["went"] * len(halves))
        self.nobody_noticed()


class ComingAndGoingTests(BadInputCase):
    """A thousand who come and go leave nothing behind (B2)."""

    WAYS = (
        b"",
        b"PING\n",
        b"\x00\xff\n",
        b"LOGIN byst",
        b"LOGIN bystander :correct horse\n",  # and gone before it is compared
        b"REGISTER somebody :correct horse\nLOGIN somebody :correct horse\n",
        b"LOGIN bystander device=d :correct horse\nSEND bystander :x\nWHO\n",
        b"QUIT\n",
        b"x" * 10_000,
    )

    def test_a_thousand(self) -> None:
        """Connected and dropped at whatever moment: no connection, avatar or stream is left, and no timer."""
        seed = random.Random(5)
        for n in range(1000):
            peer = Actor(self.stage, self.stage.server.buildProtocol(None))
            peer.send(self.WAYS[n % len(self.WAYS)])
            if n % 3:
                self.stage.wait(seed.choice([0, 0.01, 0.019, 0.02, 0.021, 0.04, 0.05]))
            peer.leave()
        self.stage.wait(30)
        self.assertEqual(self.stage.server.connected, 1)
        events = [line.split(" ")[0] for line in self.logged()]
        self.assertEqual((events.count("came"), events.count("went")), (1000, 1000))
        self.assertEqual(events.count("logged-in"), events.count("logged-out"))
        self.assertGreater(events.count("logged-in"), 0)
        self.assertEqual(self.streams(), 1)
        self.bystander.forget()
        self.nobody_noticed()
        self.assertEqual(self.bystander.ask("PING bystander")[-1], "OK PING bystander devices=1")
        self.assertEqual(self.stage.clock.getDelayedCalls(), [])

    def streams(self) -> int:
        """Count the streams that the mailroom tells."""
        return len(self.stage.server.mailroom._streams)

    def test_nothing_is_held(self) -> None:
        """Of a connection that is gone no object is left, also if its login was under way."""
        for way in self.WAYS:
            peer = Actor(self.stage, self.stage.server.buildProtocol(None))
            peer.send(way)
            peer.leave()
        del peer
        self.stage.wait(30)
        self.bystander.forget()
        gc.collect()
        left = [type(thing) for thing in gc.get_objects() if isinstance(thing, (Connection, Session))]
        self.assertLessEqual(len(left), 2 + self.others)

    def setUp(self) -> None:
        gc.collect()
        self.others = sum(isinstance(thing, (Connection, Session)) for thing in gc.get_objects())
        super().setUp()
