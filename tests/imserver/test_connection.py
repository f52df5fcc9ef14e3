"""A connection: every line answered once and in order, however it comes, and nothing without a bound."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits, replies
from improtocol.events import Bye
from improtocol.vocabulary import Command, Reply
from imserver.bounds import UNHURRIED
from imserver.connection import GOODBYE, KNOWN
from imserver.dispatch import Dispatcher
from tests.imserver.sizes import EARLY, UNDER_WAY

from ..stage import Actor, Stage
from .peer import Peer
from .stage_case import StageCase, answers

R = TypeVar("R", bound=Reply)


class AnswerTests(StageCase):
    def test_in_order(self) -> None:
        """A thousand commands in one packet get one answer each, in order, and each bears its tag (C5)."""
        alice = self.stage.enter("alice")
        lines = ["PING", "SEND * :x", "WHAT", "SEND nobody-there :x", "HELP", "ACK 0", "@@", "WHO", "SEND *"]
        asked = [lines[n * n % len(lines)] for n in range(1000)]
        self.send(alice, *(f"@{n} {line}" for n, line in enumerate(asked)))
        self.stage.wait(1)
        heard = [line.split(" ") for line in answers(alice.heard())]
        finals = [(tag, verb) for tag, word, verb, *_ in heard if word in ("OK", "ERR")]
        verbs = ["?" if line == "@@" else line.split(" ")[0] for line in asked]
        self.assertEqual(finals, [(f"@{n}", verb) for n, verb in enumerate(verbs)])
        # A line before the last of an answer bears the tag of that answer.
        for line, following in pairwise(heard):
            if line[1] == "+":
                self.assertEqual(line[0], following[0])

    def test_empty_lines(self) -> None:
        """An empty line is no question."""
        alice = self.stage.actor("alice")
        alice.forget()
        self.send(alice, "", "\r", "PING", "", "PING\r", "")
        self.assertEqual(alice.heard(), ["OK PING"] * 2)

    def test_lines_received(self) -> None:
        """It is a line receiver of Twisted's: it may be given lines, and be told to send them."""
        alice = self.stage.actor("alice")
        alice.forget()
        alice.connection.lineReceived(b"PING")
        alice.connection.sendLine(b"* SOMETHING new")
        self.assertEqual(alice.heard(), ["OK PING", "* SOMETHING new"])

    def test_one_write_a_turn(self) -> None:
        """What one turn brings to a connection is written at once."""
        alice = self.stage.actor("alice")
        alice.forget()
        alice.send(b"PING\n" * 20)
        self.assertEqual(alice.wire.value(), b"")
        self.stage.clock.advance(0)
        self.assertEqual(alice.wire.value(), b"OK PING\n" * 20)


class TurnByTurn(Stage):
    """A stage on which a turn of the reactor ends when the test says so."""

    def __init__(self) -> None:
        self._acts: list[Callable[[], None]] = []
        super().__init__(bounds=UNHURRIED)

    def soon(self, act: Callable[[], None]) -> None:
        """Have something done at the end of the turn."""
        self._acts.append(act)

    def end_turn(self) -> None:
        """Do what was to be done then; what comes of it has its place in the next turn."""
        acts, self._acts = self._acts, []
        for act in acts:
            act()

    def settle(self) -> None:
        """End turns until nothing is left to do."""
        super().settle()
        while self._acts:
            self.end_turn()
            super().settle()


class TurnTests(SynchronousTestCase):
    """Nobody has more than 32 lines taken a turn (B4)."""

    def test_every_kind(self) -> None:
        """Of whatever kind: the rest waits for the next turn, and nothing more is read until it is taken."""
        stage = TurnByTurn()
        alice = stage.enter("alice")
        for line in ["PING", "WHAT", "SEND * :x", "WHO", "@@", "x" * 9000, ""]:
            alice.forget()
            alice.send(f"{line}\n".encode() * 330 + b"VERSION\n")
            self.assertEqual(alice.wire.producerState, "paused", line)
            kept = [alice.connection._framer.held]
            while kept[-1]:
                stage.end_turn()
                kept.append(alice.connection._framer.held)
            taken = [before - after for before, after in pairwise(kept)]
            self.assertLessEqual(max(taken), limits.TURN * len(f"{line}\n"), line)
            self.assertEqual(len(taken), 10, line)
            stage.settle()
            self.assertEqual(alice.wire.producerState, "producing", line)
            self.assertTrue(answers(alice.heard())[-1].startswith("OK VERSION"), line)

    def test_others_have_theirs(self) -> None:
        """Who asks one thing is answered in the turn in which somebody else asks thousands."""
        stage = TurnByTurn()
        flooder, other = stage.actor("flooder"), stage.actor("other")
        flooder.send(b"PING\n" * 10_000)
        stage.end_turn()
        other.forget()
        flooder.send(b"PING\n" * 10_000)
        other.send(b"PING\n")
        stage.end_turn()
        self.assertEqual(other.wire.value(), b"OK PING\n")


class OrderTests(StageCase):
    def test_few_commits(self) -> None:
        """A hundred messages in one packet are in a few commits, and stored as they were said (R8)."""
        alice, bob = self.stage.enter("alice"), self.stage.enter("bob")
        before = self.disk.commits
        self.send(alice, *(f"SEND bob :{n}" for n in range(100)))
        self.assertLessEqual(self.disk.commits - before, -(-100 // limits.TURN))
        self.assertEqual([line.partition(" :")[2] for line in bob.heard()], [str(n) for n in range(100)])

    def test_gathered_while_the_disk_is_busy(self) -> None:
        """What comes while a commit is under way goes into the next, all of it."""
        alice = self.stage.enter("alice")
        self.disk.held = True
        before = self.disk.commits
        self.send(alice, *(f"SEND * :{n}" for n in range(200)))
        self.assertEqual((alice.heard(), self.disk.commits - before), ([], 1))
        self.disk.let()
        self.stage.settle()
        self.assertEqual((len(alice.heard()), self.disk.commits - before), (200, 2))

    def test_bound(self) -> None:
        """While the disk stands still no more than so many commands are begun, and nothing more is read."""
        alice = self.stage.enter("alice")
        self.disk.held = True
        self.send(alice, *["SEND * :x"] * (UNDER_WAY + 50))
        self.assertEqual(len(alice.connection._answers), UNDER_WAY)
        self.assertEqual(alice.wire.producerState, "paused")
        self.disk.let()
        self.stage.settle()
        self.assertEqual(len(alice.heard()), UNDER_WAY + 50)
        self.assertEqual(alice.wire.producerState, "producing")

    def test_a_read_sees_the_writes_before_it(self) -> None:
        """What is no write waits until all before it are answered (R8)."""
        alice, bob = self.stage.enter("alice"), self.stage.enter("bob")
        alice.forget()
        self.disk.held = True
        self.send(alice, "SEND bob :one", "SEND nobody-there :two", "PING bob", "SEND bob :three")
        self.assertEqual((alice.heard(), bob.heard()), ([], []))
        self.assertEqual(alice.wire.producerState, "paused")
        self.disk.let()
        self.stage.settle()
        self.assertEqual(
            [line.split(" ")[:2] for line in alice.heard()],
            [["OK", "SEND"], ["ERR", "SEND"], ["OK", "PING"], ["OK", "SEND"]],
        )
        self.assertEqual([line.split(" ")[1] for line in bob.heard()], ["MESSAGE", "PING", "MESSAGE"])

    def test_told_again_right_away(self) -> None:
        """What is told again with SYNC holds what was said in the line before."""
        alice = self.stage.enter("alice")
        self.send(alice, "SEND alice :one", "SEND alice :two", "SYNC 2")
        heard = [line.partition(" :")[2] for line in alice.heard() if line.startswith("* MESSAGE")]
        self.assertEqual(heard, ["one", "two"])

    def test_state_is_moved_alone(self) -> None:
        """What moves the state waits for those before it, and nothing behind it is read until then (R14)."""
        alice = self.stage.actor("alice")
        alice.forget()
        password = "correct horse"
        self.send(
            alice, f"REGISTER alice :{password}", f"LOGIN alice :{password}", "SEND alice :x", "LOGOUT", "WHO"
        )
        self.assertEqual((alice.heard(), alice.wire.producerState), ([], "paused"))
        self.assertFalse(alice.connection._framer.held == 0)
        self.stage.wait(0.03)
        self.assertEqual((alice.heard(), alice.wire.producerState), (["OK REGISTER alice"], "paused"))
        self.stage.wait(1)
        heard = [" ".join(line.split(" ")[:3]) for line in answers(alice.heard())]
        self.assertEqual(heard, ["OK LOGIN alice", "OK SEND 2", "OK LOGOUT", "ERR WHO wrong-state"])
        self.assertEqual(alice.wire.producerState, "producing")

    def test_logout_waits(self) -> None:
        """A message that was said before LOGOUT is said by whoever said it."""
        alice = self.stage.enter("alice")
        self.disk.held = True
        self.send(alice, "SEND alice :x", "LOGOUT", "SEND alice :y")
        self.assertEqual(self.events("logged-out"), [])
        self.disk.let()
        self.stage.settle()
        heard = [" ".join(line.split(" ")[:3]) for line in alice.heard()]
        self.assertEqual(heard, ["OK SEND 2", "OK LOGOUT", "ERR SEND wrong-state"])


class CutTests(StageCase):
    """How bytes are cut into packets changes no answer (C3)."""

    DIALOGUE = (
        "PING\r\n\n@0 LOGIN alice device=d :correct horse\n@a.1 SEND bob,alice ref=r1 :zwölf Боксёр\n"
        f"@2 SEND nobody-there :x\nWHAT\n@3 ACK 3\n{'x' * 9000}\n@4 HELP QUIT\n"
        f"@5 LOGOUT\nSEND bob :x\n{'x' * 600}\n"
        "LOGIN alice device=d :wrong horse\n@6 LOGIN alice device=d :correct horse\n"
        "SEND bob ref=r2 :one\\ntwo\nSEND bob ref=r2 :other\n@7 PING bob\n@8 QUIT\nPING\n"
    ).encode()

    def setUp(self) -> None:
        super().setUp()
        self.stage.enter("bob")
        self.stage.enter("alice").leave()
        for _ in range(3):  # after the first the refs are used, after the second the cursor stands
            self.expected = self.played([self.DIALOGUE])

    def played(self, packets: list[bytes], pause: float = 0) -> list[str]:
        """Play the dialogue in these packets on a new connection; give the answers."""
        peer = self.stage.actor("peer")
        for packet in packets:
            peer.send(packet)
            self.stage.wait(pause)
        self.stage.wait(1)
        self.assertTrue(peer.wire.closed)
        # How often somebody changed depends on the time it took.
        return [re.sub(" mark=[^ ]+", "", line) for line in answers(peer.heard())]

    def cut(self, *places: int) -> list[bytes]:
        """Cut the dialogue at these places."""
        ends = sorted({0, len(self.DIALOGUE), *places})
        return [self.DIALOGUE[begin:end] for begin, end in pairwise(ends)]

    def test_recorded(self) -> None:
        """The dialogue holds answers of many kinds."""
        verbs = [" ".join(line.split(" ")[:3]) for line in self.expected if " + " not in line]
        self.assertEqual(len(verbs), 17)
        self.assertEqual(verbs[:3], ["OK PING", "@0 OK LOGIN", "@a.1 OK SEND"])
        self.assertEqual(verbs[-1], "@8 OK QUIT")

    def test_cut_once(self) -> None:
        """Cut anywhere into two, the rest before or after the answers."""
        # Within the long line one place is like the other.
        places = [n for n in range(1, len(self.DIALOGUE)) if self.DIALOGUE[n - 60 : n + 60].count(b"x") < 100]
        for place in places:
            self.assertEqual(self.played(self.cut(place), pause=0.1 * (place % 2)), self.expected, place)

    def test_cut_to_pieces(self) -> None:
        """Cut at random into many, and byte by byte."""
        self.assertEqual(self.played(self.cut(*range(len(self.DIALOGUE)))), self.expected)
        places = st.lists(st.integers(0, len(self.DIALOGUE)), max_size=30)

        @settings(max_examples=60, derandomize=True)
        @given(places, st.sampled_from([0, 0.005, 0.1]))
        def cut(chosen: list[int], pause: float) -> None:
            self.assertEqual(self.played(self.cut(*chosen), pause), self.expected)

        cut()


class HalfCloseTests(StageCase):
    """At the end of input what was read is answered, then the connection closes (R13)."""

    def end(self, actor: Actor) -> None:
        """End what an actor says."""
        actor.connection.readConnectionLost()
        self.stage.settle()

    def test_nothing_asked(self) -> None:
        """It closes at once when nothing is to be answered; a line without its end is none."""
        for typed in [b"", b"PIN", b"x" * 600, b"\n"]:
            actor = self.stage.actor("actor")
            actor.forget()
            actor.send(typed)
            answered = len(actor.heard())
            self.assertEqual(answered, len(typed) // 600)
            self.end(actor)
            self.assertEqual((actor.heard(), actor.wire.closed), ([], True))

    def test_answered(self) -> None:
        """All that came before it is answered: many lines, a login that takes time, a write on its way."""
        alice = self.stage.actor("alice")
        alice.forget()
        lines = [
            "REGISTER alice :correct horse",
            "LOGIN alice :correct horse",
            *["SEND alice :x"] * 100,
            "WHO",
        ]
        alice.send("".join(f"{line}\n" for line in lines).encode() + b"PING")
        self.end(alice)
        self.assertEqual((alice.wire.value(), alice.wire.closed), (b"", False))
        self.disk.held = True
        self.stage.wait(1)
        self.assertFalse(alice.wire.closed)
        self.disk.let()
        self.stage.wait(1)
        heard = answers(alice.heard())
        self.assertEqual((len(heard), heard[-1]), (len(lines), "OK WHO 1"))
        self.assertTrue(alice.wire.closed)
        self.assertEqual(len(self.events("went")), 1)
        self.assertTrue(self.events("went")[0].endswith("why=left"))

    def test_no_answer_wanted(self) -> None:
        """A peer that takes no answers is dropped."""
        alice = self.stage.actor("alice")
        alice.connection.writeConnectionLost()
        self.stage.settle()
        self.assertTrue(alice.wire.aborted)
        self.assertEqual(self.stage.server.connected, 0)


class StrangerTests(StageCase):
    """What a stranger can make the server keep (B1)."""

    STREAMS = (
        b"x" * 100_000,
        b"\n" * 100_000,
        b"HELP LOGIN\n" * 5_000,
        b"WHAT\n" * 5_000,
        b"@" + b"t" * 32 + b" HELP SEND\n" * 3_000,
        b"REGISTER a :too short\n" * 3_000,
        b"LOGIN nobody-there :correct horse\n" + b"x" * 100_000,
        b"LOGIN nobody-there :correct horse\n" + b"PING\n" * 20_000,
        b"\xff\r\n" * 20_000,
        (b"x" * 511 + b"\n") * 200,
        (b"x" * 513 + b"\n") * 200,
        (b"x" * 5000 + b"\n") * 20,
    )

    def test_bound(self) -> None:
        """Whatever a stranger says, and reads or does not read, no more than 16 KiB are kept for it."""
        for stream in self.STREAMS:
            for reads in (False, True):
                peer = Peer(self.stage)
                most = self.most_kept(peer, stream, reads=reads)
                self.assertLess(most, 16 * 1024, stream[:40])
                self.assertFalse(peer.wire.closed)
                peer.wire.drop()
        self.stage.settle()
        self.assertEqual(self.stage.server.connected, 0)

    def most_kept(self, peer: Peer, stream: bytes, *, reads: bool) -> int:
        """Give all that is taken of a stream; say how much was kept at most."""
        most = given = waits = 0
        while given < len(stream) and waits < 3:
            part = peer.give(stream[given : given + EARLY])
            given += part
            most = max(most, peer.kept)
            if reads:
                peer.take()
            waits = 0 if part else waits + 1
            self.stage.wait(0 if part else 0.03)
        if reads:
            self.assertEqual(given, len(stream), stream[:40])
        return most

    def test_after_logout(self) -> None:
        """A user has the room of a user, and after LOGOUT that of a stranger."""
        peer = Peer(self.stage)
        self.assertEqual(peer.wire.bufferSize, EARLY)
        peer.give(b"REGISTER alice :correct horse\nLOGIN alice :correct horse\n")
        self.stage.wait(1)
        self.assertEqual(peer.wire.bufferSize, KNOWN)
        peer.give(b"LOGOUT\n")
        self.assertEqual(peer.wire.bufferSize, EARLY)


class ClosingTests(StageCase):
    SHUTDOWN = Bye("shutdown", 5, "Come back later.")

    def end_all(self) -> Deferred[None]:
        """Have the server say good-bye to all."""
        done = self.stage.server.end_all(self.SHUTDOWN)
        self.stage.settle()
        return done

    def test_bye(self) -> None:
        """Everybody is told why, and the connection closes in order."""
        actors = [self.stage.enter("alice"), self.stage.actor("stranger")]
        actors[1].forget()
        self.successResultOf(self.end_all())
        for actor in actors:
            self.assertEqual(actor.heard(), ["* BYE shutdown retry-after=5 :Come back later."])
            self.assertEqual((actor.wire.closed, actor.wire.aborted), (True, False))
        self.assertEqual(len(self.events("went")), 2)

    def test_answers_before_it(self) -> None:
        """What had been begun is answered before the good-bye; what had not is not begun."""
        alice = self.stage.enter("alice")
        self.disk.held = True
        self.send(alice, "SEND alice :x", "SEND alice :y", "PING", "SEND alice :z")
        done = self.end_all()
        self.assertNoResult(done)
        self.assertEqual(alice.heard(), [])
        alice.send(b"SEND alice :late\n")
        self.disk.let()
        self.stage.settle()
        self.successResultOf(done)
        heard = [" ".join(line.split(" ")[:2]) for line in alice.heard()]
        self.assertEqual(heard, ["OK SEND", "OK SEND", "* BYE"])

    def test_nothing_is_kept_of_the_rest(self) -> None:
        """Who is told good-bye is read no further."""
        alice = Peer(self.stage)
        alice.give(b"REGISTER alice :correct horse\n")
        done = self.end_all()
        self.assertEqual(alice.give(b"x" * 100_000), 0)
        self.stage.wait(1)
        self.successResultOf(done)
        self.assertEqual(alice.take()[1], "OK REGISTER alice")

    def test_answer_that_never_comes(self) -> None:
        """An answer that does not come within some seconds is not waited for."""
        alice = self.stage.enter("alice")
        self.disk.held = True
        self.send(alice, "SEND alice :x")
        done = self.end_all()
        self.stage.wait(GOODBYE - 0.1)
        self.assertNoResult(done)
        self.stage.wait(0.2)
        self.successResultOf(done)
        self.assertTrue(alice.wire.aborted)
        self.disk.let()
        self.stage.settle()

    def test_peer_that_never_reads(self) -> None:
        """A peer that does not take the good-bye is cut after some seconds."""
        ways: list[Callable[[Actor], object]] = [
            lambda actor: actor.send(b"QUIT\n"),
            lambda actor: actor.connection.close(self.SHUTDOWN),
            lambda actor: self.end_all(),
        ]
        for leave in ways:
            alice = self.stage.enter("alice")
            alice.wire.stuck = True
            leave(alice)
            self.stage.wait(GOODBYE - 0.1)
            self.assertFalse(alice.wire.closed)
            self.stage.wait(0.2)
            self.assertTrue(alice.wire.aborted)
            self.assertEqual(self.stage.server.connected, 0)

    def test_quit(self) -> None:
        """QUIT is answered, nothing behind it is, and no timer is left."""
        alice = self.stage.enter("alice")
        self.send(alice, "QUIT", "PING")
        self.assertEqual((alice.heard(), alice.wire.closed), (["OK QUIT"], True))
        self.assertEqual(self.stage.clock.getDelayedCalls(), [])

    def test_replaced(self) -> None:
        """Who is replaced hears the answer to what was under way, then why."""
        old = self.stage.enter("alice", keys="device=desk")
        new = self.stage.actor("new")
        self.disk.held = True
        new.say("LOGIN alice device=desk :correct horse")
        self.send(old, "SEND alice :x")
        self.disk.let()
        self.stage.wait(1)
        self.assertEqual([line.split(" ")[1] for line in old.heard()], ["SEND", "BYE"])
        self.assertTrue(old.wire.closed)


class UnsayableTests(SynchronousTestCase):
    def test_an_answer_that_no_line_can_say(self) -> None:
        """A feature that answers what cannot be written costs its connection, and nobody else's."""

        class Misspoken(Dispatcher):
            """Answers what is no word."""

            def __init__(self) -> None:
                pass

            async def answer(self, caller: object, command: Command[R]) -> R:
                """Answer with a line break."""
                return replies.Pinged("two\nlines")  # type: ignore[return-value]

        stage = Stage(bounds=UNHURRIED)
        bystander = stage.enter("alice")
        stage.server.dispatcher = Misspoken()
        victim = stage.actor("victim")
        victim.forget()
        victim.send(b"PING\n")
        stage.settle()
        self.assertEqual((victim.heard(), victim.wire.aborted), ([], True))
        self.assertEqual([line.split(" ")[1] for line in stage.logged][-2:], ["broke", "went"])
        self.assertEqual(bystander.ask("PING"), ["OK PING"])
