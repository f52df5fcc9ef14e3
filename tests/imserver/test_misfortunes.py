"""What befalls one connection is its own: dead lines, broken commands, and nobody else notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from improtocol.vocabulary import Command
from tests.imserver.test_matrix import line_of
from tests.stage import Actor, Stage


class DeadLineTests(SynchronousTestCase):
    """A connection that is dead, and nobody has noticed yet (promises A6, D8)."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.bob = self.stage.enter("bob")
        self.alice = self.devices("phone")[0]

    def devices(self, *names: str) -> list[Actor]:
        """Have alice come in on devices, each on a line of its own."""
        self.stage.newcomer().say("REGISTER alice :correct horse")
        actors = [self.stage.newcomer() for _ in names]
        for actor, name in zip(actors, names, strict=True):
            actor.say(f"LOGIN alice device={name} :correct horse")
            actor.forget()
        return actors

    def messages(self, actor: Actor) -> list[str]:
        """Give the texts somebody was told."""
        return [line.partition(" :")[2] for line in actor.heard() if line.startswith("* MESSAGE ")]

    def test_said_into_a_dead_line(self) -> None:
        """What was said before, into and after a dead line is told at the next login, once and in order."""
        for devices in (["phone"], ["phone", "desk"], ["phone", "desk", "tablet"]):
            dead = self.devices(*devices)
            self.bob.say("SEND alice :before")
            for actor in dead:
                self.assertEqual(["before"], self.messages(actor))
                actor.say(f"ACK {self.stage.server.mailroom.last}")
                actor.wire.stuck = True
                actor.connection.pauseProducing()
            self.bob.say("SEND alice :into")
            self.bob.say("SEND alice :into, too")
            for name in devices:
                again = self.stage.newcomer()
                again.say(f"LOGIN alice device={name} :correct horse")
                self.assertEqual(["into", "into, too"], self.messages(again), name)
                again.say(f"ACK {self.stage.server.mailroom.last}")

    def test_its_next_login_wins(self) -> None:
        """Who comes in again while the old line is thought alive is in at once, and the old one ends."""
        self.alice.wire.stuck = True
        self.alice.connection.pauseProducing()
        self.bob.say("SEND alice :are you there?")
        again = self.stage.newcomer()
        began = self.stage.clock.seconds()
        again.say("LOGIN alice device=phone :correct horse", wait=0.5)
        heard = again.heard()
        self.assertLess(self.stage.clock.seconds() - began, 1)
        self.assertTrue(any(line.startswith("OK LOGIN alice") for line in heard))
        self.assertEqual(1, sum(line.startswith("* MESSAGE ") for line in heard))
        self.stage.wait(5)
        self.assertTrue(self.alice.wire.closed)
        self.bob.say("SEND alice :and now?")
        self.assertEqual(["and now?"], self.messages(again))


class BrokenTests(SynchronousTestCase):
    """A command that breaks, whichever it is (promise B12)."""

    def test_every_command(self) -> None:
        """It is answered `internal`; what others say in that very moment is answered as ever."""
        for command in Command.by_verb.values():
            with self.subTest(command.verb):
                self.broken(command)

    def broken(self, command: type[Command[Any]]) -> None:
        """Break one, in the middle of what others do."""
        stage = Stage()
        others = [stage.enter(name) for name in ("bob", "carol", "dave")]
        unlucky = self.who_may_say(stage, command)
        stage.server.dispatcher._answers[command] = _breaks
        for actor in (*others, unlucky):
            actor.forget()
        for at, other in enumerate(others):
            other.send(f"PING\nSEND bob,carol,dave :{at}\n".encode())
        unlucky.send(b"@7 " + line_of(command) + b"\n")
        stage.wait(2)
        (answer,) = (line for line in unlucky.heard() if line.startswith("@7"))
        self.assertRegex(answer, rf"^@7 ERR {command.verb} internal [0-9a-f]{{8}} :")
        if command.verb in ("PING", "SEND"):
            return  # theirs broke, too
        for other in others:
            heard = other.heard()
            self.assertEqual(2, sum(line.startswith("OK ") for line in heard), heard)
            self.assertEqual(2, sum(line.startswith("* MESSAGE ") for line in heard), heard)

    def who_may_say(self, stage: Stage, command: type[Command[Any]]) -> Actor:
        """Give somebody in a state in which it may be said."""
        if not {state.value for state in command.allowed_in} & {"logged-in"}:
            return stage.newcomer()
        actor = stage.enter("alice")
        stage.appoint("alice")
        return actor


def _breaks(caller: object, command: object) -> Callable[[], None]:
    raise ZeroDivisionError("planted")
