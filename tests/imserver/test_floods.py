"""Floods: who says too much is read more slowly, and nobody else notices (promises B1, B2, B4, B6, B10)."""

from __future__ import annotations

import gc
import random
import weakref
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.events import Bye
from improtocol.states import State
from improtocol.vocabulary import Command
from imserver.bounds import BOUNDS, UNHURRIED
from imserver.connection import KNOWN
from imserver.tallies import WINDOW
from tests.imserver.disk import Disk
from tests.imserver.peer import Peer
from tests.imserver.test_connection import TurnByTurn
from tests.stage import Actor, Stage

PASSWORD = "correct horse"
GOODBYE = Bye("shutdown", 5, "The server is being stopped.")


def answers(lines: list[str]) -> list[str]:
    """Leave out what was told."""
    return [line for line in lines if not line.startswith("*")]


class WriterSpy:
    """Counts what the writer is asked for."""

    def __init__(self, storage: Any) -> None:
        self.jobs = 0
        self._ask = storage._writer.ask
        storage._writer.ask = self.ask

    def ask(self, job: Any) -> Any:
        """Count one, and pass it on."""
        self.jobs += 1
        return self._ask(job)


class SlowerTests(SynchronousTestCase):
    """One user who says too much (R14)."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.alice = self.stage.enter("alice")
        self.stage.wait(60)
        self.alice.forget()

    def test_in_order(self) -> None:
        """Nothing is refused and nothing overtakes: what was said too fast is answered later, in order."""
        self.alice.send(b"".join(b"@%d VERSION\n" % number for number in range(100)))
        self.stage.settle()
        heard = self.alice.heard()
        self.assertEqual(len(heard), 20)
        self.stage.wait(15.99)
        heard += self.alice.heard()
        self.assertEqual(len(heard), 99)
        self.stage.wait(0.02)
        heard += self.alice.heard()
        self.assertEqual([line.split()[0] for line in heard], [f"@{number}" for number in range(100)])
        self.assertEqual({line.split()[1] for line in heard}, {"OK"})

    def test_one_timer(self) -> None:
        """However many lines wait, one timer is set, and nothing more is read until it has rung."""
        self.alice.send(b"VERSION\n" * 5000)
        self.stage.settle()
        self.assertEqual(len(self.stage.clock.getDelayedCalls()), 1)
        self.assertEqual(self.alice.wire.producerState, "paused")
        self.alice.leave()
        self.assertEqual(self.stage.clock.getDelayedCalls(), [])

    def test_read_again(self) -> None:
        """When all has been said it is read again."""
        self.alice.send(b"VERSION\n" * 30)
        self.stage.wait(2.1)
        self.assertEqual(self.alice.wire.producerState, "producing")
        self.assertEqual(len(self.alice.heard()), 30)

    def test_what_is_free(self) -> None:
        """Who has just spoken to everyone is heard at once when it says ACK, PING or QUIT."""
        self.alice.send(b"SEND * :one\nSEND * :two\n" + b"ACK 1\nPING\n")
        self.stage.wait(0.1)
        self.assertEqual(len(answers(self.alice.heard())), 1)
        self.stage.wait(0.11)
        heard = [line.split()[1] for line in answers(self.alice.heard())]
        self.assertEqual(heard, ["SEND", "ACK", "PING"])
        self.alice.send(b"QUIT\n")
        self.stage.settle()
        self.assertEqual(self.alice.heard(), ["OK QUIT"])

    def test_end_of_input(self) -> None:
        """Whoever pipes in more than may be said at once, and closes, has it all answered (R13)."""
        self.alice.send(b"VERSION\n" * 50)
        self.alice.connection.readConnectionLost()
        self.stage.wait(7)
        self.assertEqual(len(self.alice.heard()), 50)
        self.assertTrue(self.alice.wire.closed)

    def test_sent_away(self) -> None:
        """Who is sent away while lines wait goes at once, and no timer is left."""
        self.alice.send(b"VERSION\n" * 50)
        self.stage.settle()
        self.stage.newcomer().send(f"LOGIN alice device=d :{PASSWORD}\n".encode())
        self.alice.connection._session.end(GOODBYE)
        self.stage.settle()
        self.assertTrue(self.alice.wire.closed)


class BystanderTests(SynchronousTestCase):
    """Eight who are logged in and eight strangers flood; somebody else just talks (B4)."""

    def flooded(self, stage: Stage) -> tuple[Actor, list[Actor]]:
        """Begin a flood in the middle of which a bystander sits."""
        bystander = stage.enter("bystander")
        known = [stage.enter(f"flooder{number}") for number in range(8)]
        stage.wait(60)
        bystander.forget()
        flooders = known + [stage.newcomer() for _ in range(8)]
        stage.settle()
        for flooder in flooders:
            flooder.send(b"VERSION\nHELP\nWHO\nNONSENSE\n" * 2500)
        return bystander, flooders

    def test_same_turn(self) -> None:
        """The bystander's answer comes in the turn of its question, though nothing slows the flood."""
        stage = TurnByTurn()
        bystander, flooders = self.flooded(stage)
        for _ in range(100):
            bystander.send(b"PING\n")
            stage.end_turn()
            self.assertEqual(bystander.wire.value(), b"OK PING\n")
            bystander.wire.clear()
            for flooder in flooders:
                flooder.wire.clear()
        # They are still at it: it was not their end that let the others speak.
        self.assertTrue(all(flooder.connection._framer.has_line for flooder in flooders))

    def test_lines_in_between(self) -> None:
        """In one turn no flooder has more than thirty-two lines taken."""
        stage = TurnByTurn()
        _, flooders = self.flooded(stage)
        before = [flooder.connection._framer.held for flooder in flooders]
        stage.end_turn()
        longest = len("NONSENSE\n") * limits.TURN
        for held, flooder in zip(before, flooders, strict=True):
            self.assertLessEqual(held - flooder.connection._framer.held, longest)

    def test_as_the_limits_stand(self) -> None:
        """A flood is over in its first turn: in ten seconds each flooder gets what its rate allows."""
        stage = Stage()
        bystander, flooders = self.flooded(stage)
        stage.wait(10)
        for flooder in flooders[:8]:
            said = [line for line in answers(flooder.heard()) if line.split()[0] != "+"]
            self.assertLessEqual(len(said), 20 + 5 * 10)
        self.assertTrue(all(flooder.wire.closed for flooder in flooders[8:]))
        self.assertEqual(answers(bystander.ask("PING")), ["OK PING"])


class StrangerTests(SynchronousTestCase):
    """Many who never log in."""

    def test_slowloris(self) -> None:
        """Hundreds of sources that fill the door with silence, ever anew, keep nobody out (B6)."""
        stage = Stage()
        stage.enter("alice").leave()
        slow = [stage.newcomer(f"10.0.{n % 250}.{n // 250}") for n in range(1000)]
        took, crowd = [], []
        for number in range(1000, 1400):
            for actor in [stage.newcomer(f"10.1.{number % 250}.{number // 250}") for _ in range(2)]:
                actor.send(b"LOGIN alice :corr")
                slow.append(actor)
            if number % 10 == 0:
                began = stage.clock.seconds()
                alice = stage.newcomer("192.0.2.1")
                alice.send(f"LOGIN alice :{PASSWORD}\n".encode())
                while not any(line.startswith("OK LOGIN") for line in alice.heard()):
                    self.assertFalse(alice.wire.closed)
                    stage.wait(0.01)
                took.append(stage.clock.seconds() - began)
                alice.leave()
            stage.wait(0.05)
            self.assertLessEqual(len(stage.server.strangers), 1000)
            crowd.append(len(stage.server.strangers))
        self.assertGreater(min(crowd), 450)
        self.assertLess(max(took), 1)
        reasons = {actor.heard()[-1].split()[1] for actor in slow if actor.wire.closed}
        self.assertEqual(reasons - {"BYE", "HELLO"}, set())

    def test_few_sources(self) -> None:
        """Sixteen sources that come ever anew have eight places each, and after a while none (B6)."""
        stage = Stage()
        stage.enter("alice").leave()
        most = 0
        for number in range(2000):
            stage.newcomer(f"10.0.0.{number % 16}").send(b"LOGIN al")
            most = max(most, len(stage.server.strangers))
            stage.clock.advance(0.5)
        self.assertLessEqual(most, 16 * 8)
        alice = stage.newcomer("192.0.2.1")
        self.assertIn("OK LOGIN alice", " ".join(alice.ask(f"LOGIN alice :{PASSWORD}")))

    def test_what_they_hear(self) -> None:
        """Whoever is sent away, or not let in, hears why and when to come back."""
        stage = Stage()
        here = [stage.newcomer("192.0.2.1") for _ in range(9)]
        self.assertEqual(
            here[8].heard(),
            ["* BYE too-many retry-after=10 :Too many from your address are coming in at this moment."],
        )
        stage.wait(120)
        self.assertEqual(
            here[0].heard()[1:],
            ["* BYE too-late retry-after=1 :Nobody logged in here within 120 s; come again to do so."],
        )
        for _ in range(24):
            stage.newcomer("192.0.2.1").leave()
        in_seconds = round(WINDOW - stage.clock.seconds())
        self.assertEqual(
            stage.newcomer("192.0.2.1").heard(),
            [
                f"* BYE too-often retry-after={in_seconds} "
                f":Too many came from your address; come again in {in_seconds} s."
            ],
        )
        why = [line.partition("why=")[2].split()[0] for line in stage.logged if " went " in line]
        self.assertEqual(why, ["too-many"] + ["too-late"] * 8 + ["dropped"] * 24 + ["too-often"])

    def test_person(self) -> None:
        """Who registers within two minutes has two more to log in; who is in may be silent for ever."""
        stage = Stage()
        person = stage.newcomer()
        stage.wait(100)
        person.say(f"REGISTER alice :{PASSWORD}")
        stage.wait(100)
        person.say(f"LOGIN alice :{PASSWORD}")
        stage.wait(100_000)
        self.assertFalse(person.wire.closed)
        person.say("LOGOUT")
        stage.wait(118)
        self.assertFalse(person.wire.closed)
        stage.wait(2)
        self.assertTrue(person.wire.closed)

    def test_reads_nothing(self) -> None:
        """Who has not read what was said before is not waited for when sent away: nothing of it is kept."""
        stage = Stage()
        peer = Peer(stage)
        peer.give(b"HELP\n" * 20)
        stage.wait(119.9)
        self.assertGreater(peer.kept, 4000)
        self.assertFalse(peer.wire.aborted)
        stage.wait(0.1)
        self.assertTrue(peer.wire.aborted)
        self.assertEqual((stage.server.connected, stage.clock.getDelayedCalls()), (0, []))

    def test_refused_register(self) -> None:
        """A REGISTER that is refused gives no more time."""
        stage = Stage()
        stage.enter("alice").leave()
        person = stage.newcomer()
        stage.wait(100)
        person.say(f"REGISTER alice :{PASSWORD}")
        stage.wait(19)
        self.assertTrue(person.wire.closed)

    def test_nothing_is_left_behind(self) -> None:
        """A thousand who come, say something or nothing, and drop, are in no table ten minutes later (B2)."""
        stage = Stage()
        stage.enter("alice").leave()
        chance = random.Random(3)
        said = [b"", b"PI", b"PING\n" * 70, b"\xff" * 600, b"GET / HTTP/1.1\n", b"\x16\x03", b"HELP\n" * 50]
        said += [b"LOGIN alice :correct ho", b"LOGIN alice :wrong horse\n", b"LOGIN nosuch :wrong horse\n"]
        for number in range(1000):
            actor = stage.newcomer(f"10.0.{number % 200}.1")
            actor.send(chance.choice(said))
            if chance.random() < 0.5:
                stage.clock.advance(0)
            actor.leave()
        stage.wait(WINDOW)
        server = stage.server
        self.assertEqual((server.connected, len(server.strangers), server.strangers._by_source), (0, 0, {}))
        self.assertEqual((len(server.strangers._arrivals), len(server.strangers._welcome)), (0, 0))
        self.assertEqual(stage.clock.getDelayedCalls(), [])
        self.assertEqual(stage.turn._waiting, [])


class Door(StringTransport):
    """A transport that holds nobody who is gone."""

    bufferSize = 0

    def abortConnection(self) -> None:
        """Be closed at once."""


class RingTests(SynchronousTestCase):
    """What a connection held is free when it is gone: rings of garbage are looked for seldom (B2)."""

    def test_no_ring(self) -> None:
        """Whatever was said, nothing keeps a connection that is gone."""
        stage = Stage(bounds=UNHURRIED)
        stage.enter("alice").leave()
        log_in = f"LOGIN alice device=d :{PASSWORD}\n".encode()
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        said_in = [
            b"",
            b"PI",
            b"X\n" * 40,
            b"SEND\n",
            b"HELP\n" * 30,
            b"LOGIN alice :wrong horse\n",
            b"GET / HTTP/1.1\n",
            b"QUIT\n",
        ]
        said_in += [
            log_in,
            log_in + b"SEND nosuch :x\nREAD 99\n" * 40,
            log_in + b"SEND * :x\nWHO\nHISTORY\nACK 1\n",
            log_in + b"LOGOUT\n",
        ]
        for said in said_in:
            for pause in (0.0, 0.1):
                connection = stage.server.buildProtocol(None)
                connection.makeConnection(Door())
                connection.dataReceived(said)
                stage.wait(pause)
                connection.transport.producer = None  # as a socket's lets go of it
                connection.connectionLost(Failure(ConnectionDone()))
                stage.wait(1)
                gone = weakref.ref(connection)
                del connection
                self.assertIsNone(gone(), said[:30])


class MemoryTests(SynchronousTestCase):
    """No stranger's bytes make the server keep more than 16 KiB for it (B1)."""

    PARTS = st.sampled_from(
        [
            *(b"HELP\n", b"HELP LOGIN\n", b"PING\n", b"X\n", b"\n", b"QUIT\n", b"\r", b"\x00", b"\xff\r\n"),
            *(b"x" * 511 + b"\n", b"x" * 513 + b"\n", b"x" * 4000, b"@" + b"t" * 32 + b" HELP SEND\n"),
            *(b"LOGIN a :correct horse\n", b"REGISTER a :short\n"),
            b"LOGIN a :correct horse\n" + b"PING\n" * 2000,
            b"HELP\n" * 300,
        ]
    )

    @settings(max_examples=60)
    @given(st.lists(st.one_of(PARTS, st.binary(max_size=600)), max_size=60), st.integers(0, 2), st.booleans())
    def test_bound(self, parts: list[bytes], pause: int, reads: bool) -> None:
        """Whatever is said, in whatever pieces, read or not: all buffers together hold less than 16 KiB."""
        for bounds in (BOUNDS, UNHURRIED):
            stage = Stage(bounds=bounds)
            peer = Peer(stage)
            for part in parts:
                rest = part
                while rest and peer.wire.producerState == "producing" and not peer.wire.closed:
                    piece, rest = rest[: peer.wire.bufferSize], rest[peer.wire.bufferSize :]
                    peer.connection.dataReceived(piece)
                    self.assertLess(self.kept(peer), 16 * 1024)
                stage.wait(pause * 0.1)
                self.assertLess(self.kept(peer), 16 * 1024)
                if reads:
                    peer.take()

    def kept(self, peer: Peer) -> int:
        """Sum up everything that is kept for a connection."""
        connection = peer.connection
        beyond = connection._doorstep.beyond if connection._doorstep is not None else b""
        waiting = sum(len(answer.lines or b"") + 200 for answer in connection._answers)
        return peer.kept + len(beyond) + waiting + 600 * (connection._next is not None)


class OverloadTests(SynchronousTestCase):
    """More is to be written than the disk takes (B10)."""

    def setUp(self) -> None:
        self.disk = Disk()
        self.stage = Stage(storage=self.disk.storage, bounds=replace(UNHURRIED, writes_waiting=100))
        self.alice, self.bob = self.stage.enter("alice"), self.stage.enter("bob")
        self.alice.forget()
        self.disk.held = True
        self.alice.send(b"SEND * :x\n" * 100)
        self.stage.settle()

    def test_refused_at_once(self) -> None:
        """What would wait for the writer is told busy at once, whoever asks; what only reads goes on."""
        for asked in ("SEND alice :x", "ACK 1", "BLOCK alice", "SIGNOUT phone"):
            heard = self.bob.ask(asked)
            self.assertEqual(heard[0].split()[2:4], ["busy", "retry-after=2"], asked)
        self.assertEqual(answers(self.bob.ask("WHO"))[-1].split()[:2], ["OK", "WHO"])
        self.assertEqual(answers(self.bob.ask("HISTORY"))[-1].split()[:2], ["OK", "HISTORY"])
        self.assertIn("ERR REGISTER busy", self.stage.newcomer().ask(f"REGISTER carol :{PASSWORD}")[-1])
        self.assertIn("ERR LOGIN busy", self.stage.newcomer().ask(f"LOGIN alice :{PASSWORD}")[-1])

    def test_and_then(self) -> None:
        """What was taken is done, and then all is as before."""
        self.bob.ask("SEND alice :x")
        self.disk.let()
        self.stage.settle()
        self.assertEqual([line.split()[:2] for line in answers(self.alice.heard())], [["OK", "SEND"]] * 100)
        self.assertIn("OK SEND", " ".join(self.bob.ask("SEND alice :x")))

    def test_nothing_changed(self) -> None:
        """What was refused is nowhere: it may be said again with its ref, and is there once."""
        self.bob.ask("SEND alice ref=r :mine")
        self.disk.let()
        self.stage.settle()
        self.alice.forget()
        heard = self.bob.ask("SEND alice ref=r :mine") + self.bob.ask("SEND alice ref=r :mine")
        self.assertEqual(len({line for line in heard if line.startswith("OK SEND")}), 1)
        self.assertEqual(sum(":mine" in line for line in self.alice.heard()), 1)

    def test_who_writes(self) -> None:
        """Every command that asks the writer for something is one of those that are counted, and no other."""
        stage = Stage(bounds=UNHURRIED)
        spy = WriterSpy(stage.storage)
        for name in ("mallory", "bob", "alice"):
            stage.enter(name).say(f"SEND alice :from {name}")
        stage.appoint("alice")
        stage.enter("ada")
        stage.appoint("ada")  # or alice would be the last, who can do less
        writing = set()
        # The account goes on being the same until it is closed.
        instead = {
            "REGISTER alice": "REGISTER carol",
            ":new staple": ":correct horse",
            "CLOSE alice": "CLOSE ally",
            "UNINVITE 3": "UNINVITE 1",
        }
        for described in sorted(Command.by_verb.values(), key=lambda described: described.verb == "CLOSE"):
            before_login = State.LOGGED_IN not in described.allowed_in
            actor = stage.newcomer() if before_login else stage.enter("alice", keys="device=phone")
            spy.jobs = 0
            line = described.example
            for one, other in instead.items():
                line = line.replace(one, other)
            heard = [told for told in actor.ask(line) if told]
            self.assertTrue(answers(heard)[-1].startswith(("OK", "ERR PONG offline", "ERR PING")), heard)
            if spy.jobs:
                writing.add(described)
            actor.leave()
        self.assertEqual(writing, stage.server.dispatcher._writing)


class ReaderTests(SynchronousTestCase):
    """Many who do not read what is written to them."""

    def test_the_biggest_is_cut(self) -> None:
        """More for all together than there is room for: who has most is cut, the others are not."""
        stage = Stage(bounds=replace(UNHURRIED, queues=10 * KNOWN))
        peers = []
        for number in range(6):
            peer = Peer(stage)
            peer.give(f"REGISTER u{number} :{PASSWORD}\nLOGIN u{number} :{PASSWORD}\n".encode())
            stage.wait(1)
            peer.take()
            peers.append(peer)
        for peer, size in zip(peers, (1, 1, 1, 3, 2, 1), strict=True):
            peer.connection.write(b"x" * (KNOWN * size))
            stage.settle()
        self.assertFalse(any(peer.wire.closed for peer in peers))
        peers[5].connection.write(b"x" * (KNOWN + KNOWN // 2))
        stage.settle()
        self.assertEqual([peer.wire.closed for peer in peers], [False, False, False, True, False, False])
        self.assertIn("why=shed", stage.logged[-1])

    def test_who_reads_is_never_cut(self) -> None:
        """However much is written to people who read, nobody is cut for it."""
        stage = Stage(bounds=replace(UNHURRIED, queues=4 * KNOWN))
        peer = Peer(stage)
        peer.give(f"REGISTER alice :{PASSWORD}\nLOGIN alice :{PASSWORD}\n".encode())
        stage.wait(1)
        for _ in range(100):
            peer.connection.write(b"x" * KNOWN)
            stage.settle()
            peer.take()
        self.assertFalse(peer.wire.closed)


class LogTests(SynchronousTestCase):
    """server.log, while somebody sees to it that much is to be noted."""

    def test_flood(self) -> None:
        """Whatever comes, no second has more than 500 lines, and of the rest the number is there."""
        stage = Stage()
        for number in range(3000):
            stage.newcomer(f"10.{number // 250}.0.{number % 250}").leave()
            stage.clock.advance(0.001)
        stage.wait(2)
        by_second: dict[str, int] = {}
        for line in stage.logged:
            second = line.split(".")[0]
            by_second[second] = by_second.get(second, 0) + 1
        self.assertLessEqual(
            max(by_second.values()), 501
        )  # the five hundred and one, and the number of the rest
        suppressed = sum(int(line.partition("lines=")[2]) for line in stage.logged if " suppressed " in line)
        told = sum(" came " in line or " went " in line for line in stage.logged)
        self.assertEqual(told + suppressed, 6000)

    def test_quiet(self) -> None:
        """Five hundred lines in a second are all there, and nothing is said of suppressing."""
        stage = Stage()
        for number in range(500):
            stage.log.note("came", session=number)
        stage.wait(5)
        self.assertEqual(len(stage.logged), 500)

    def test_closed_in_the_middle(self) -> None:
        """When the server ends in such a second, the number is written with the last lines."""
        stage = Stage(bounds=replace(UNHURRIED, log_lines=2))
        for number in range(5):
            stage.log.note("came", session=number)
        written: list[bytes] = []
        stage.log_file.close = lambda: written.append(stage.log_file.getvalue())  # type: ignore[method-assign]
        stage.log.close()
        self.assertTrue(written[0].endswith(b" suppressed lines=3\n"))
        self.assertEqual(
            [call for call in stage.clock.getDelayedCalls() if call.getTime() > stage.clock.seconds()], []
        )
