"""What a block leaves out is passed over: whoever is blocked hears what anybody does, and nothing is lost."""

from __future__ import annotations

import random
import re
from functools import partial

from twisted.internet.defer import Deferred, fail
from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import UNHURRIED
from imserver.mailroom import Mailroom
from imserver.storage.interface import StorageError
from imserver.storage.records import Page

from ..stage import Actor, Stage
from .disk import Disk

NUMBERED = re.compile(r"\* [A-Z]+ (\d+) ")
MOMENT = re.compile(r"at=\S+")


class Program:
    """Alice's program: it says ACK for all it is told, and comes back with the epoch and what it holds."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.actor: Actor | None = None
        self.held = self.acked = 0
        self.messages: list[str] = []

    def come(self, *, since: bool = True) -> None:
        """Come in."""
        self.actor = self.stage.newcomer()
        behind = f"since={self.held} epoch=k3 " if since and self.held else ""
        self.actor.send(f"LOGIN alice device=desk {behind}:correct horse\n".encode())
        self.stage.wait(1)
        self.acked = 0
        self.listen()

    def go(self) -> None:
        """Be cut off, whatever was told just now."""
        if self.actor is not None:
            self.actor.leave()
            self.actor = None

    def listen(self) -> None:
        """Take what was told, and say ACK."""
        if self.actor is None:
            return
        for line in self.actor.heard():
            if (found := NUMBERED.match(line)) is not None:
                self.held = max(self.held, int(found[1]))
                self.messages += [line] if line.startswith("* MESSAGE") else []
        if self.held > self.acked:
            self.acked = self.held
            self.actor.send(f"ACK {self.held}\n".encode())
            self.stage.settle()
            self.actor.heard()


def life(seed: int, *, blocks: bool) -> tuple[list[str], list[str]]:
    """Live: give what Bob hears, and the messages that Alice sees."""
    chance = random.Random(seed)
    stage = Stage(bounds=UNHURRIED)
    stage.enter("alice").leave()
    bob, carol = stage.enter("bob"), stage.enter("carol")
    alice = Program(stage)
    alice.come()
    if blocks:
        assert alice.actor is not None
        alice.actor.say("BLOCK bob")
    for said in range(40):
        speaker, to = chance.choice([(bob, "alice"), (bob, "alice,carol"), (bob, "*"), (carol, "alice")])
        if chance.random() < 0.15:
            if alice.actor is None:
                alice.come(since=chance.random() < 0.5)
            else:
                alice.go()
        else:
            speaker.send(f"SEND {to} :{said}\n".encode())
        stage.settle()
        alice.listen()
        stage.wait(1.5)
    alice.go()
    alice.come()
    stage.wait(3)
    bob.send(b"".join(b"RECEIPTS %d\n" % n for n in range(4, 30)))
    stage.wait(3)
    heard = [MOMENT.sub("at=", line) for line in bob.heard()]
    return heard, [MOMENT.sub("at=", line) for line in alice.messages]


class PassingTests(SynchronousTestCase):
    """Bob is blocked by Alice."""

    def setUp(self) -> None:
        self.disk = Disk()
        self.stage = Stage(storage=self.disk.storage, bounds=UNHURRIED)
        self.stage.enter("alice").leave()
        self.bob, self.carol = self.stage.enter("bob"), self.stage.enter("carol")
        self.alice = Program(self.stage)
        self.alice.come()
        self.desk.say("BLOCK bob")
        self.desk.forget()
        self.bob.forget()

    @property
    def desk(self) -> Actor:
        assert self.alice.actor is not None
        return self.alice.actor

    def reached(self, number: int) -> str:
        """Ask as Bob how far a message came with Alice."""
        return next(line for line in self.bob.ask(f"RECEIPTS {number}") if line.startswith("+ RECEIPT alice"))

    def test_no_difference(self) -> None:
        """Whether he is blocked or not, Bob hears the same; and Alice sees all others' messages once."""
        for seed in range(12):
            (heard, seen), (heard_else, seen_else) = life(seed, blocks=True), life(seed, blocks=False)
            self.assertEqual(heard_else, heard)
            self.assertEqual([line for line in seen_else if line.split(" ")[3] != "bob"], seen)
            self.assertEqual(len(set(seen)), len(seen))

    def test_what_is_not_held(self) -> None:
        """As long as the device does not hold what it was told, nothing is passed over."""
        self.carol.say("SEND alice :4")
        self.bob.say("SEND alice :5")
        self.stage.wait(5)
        self.assertEqual("+ RECEIPT alice waiting", self.reached(5))
        self.alice.go()
        self.alice.come(since=False)
        self.assertEqual(1, len(self.alice.messages))
        self.stage.wait(1)
        self.assertEqual("+ RECEIPT alice delivered", self.reached(5))

    def test_never_acknowledged(self) -> None:
        """Who says no ACK is one with whom all waits, blocked or not."""
        person = self.stage.newcomer()
        person.say("LOGIN alice device=nc :correct horse")
        self.alice.go()
        self.bob.say("SEND alice :4")
        self.stage.wait(5)
        self.assertEqual("+ RECEIPT alice waiting", self.reached(4))

    def test_told_behind_it(self) -> None:
        """What is told behind it and was not taken is told again: only what is left out is passed over."""
        self.bob.say("SEND alice :4")
        self.assertEqual("+ RECEIPT alice delivered", self.reached(4))
        self.carol.say("SEND alice :5")
        self.alice.go()  # it was on its way
        self.bob.say("SEND alice :6")
        self.alice.come(since=False)
        self.assertEqual(["5"], [line.partition(" :")[2] for line in self.alice.messages])

    def test_seldom(self) -> None:
        """However much is left out, a cursor is moved once a second."""
        self.bob.say("SEND alice :x")
        asked, ask = [], self.stage.storage.hold
        self.patch(
            self.stage.storage,
            "hold",
            lambda *words: asked.append(words) or ask(*words),  # type: ignore[func-returns-value]
        )
        for _ in range(20):
            self.bob.say("SEND alice :x", wait=0.1)
        self.assertLessEqual(len(asked), 3)
        self.stage.wait(1)
        self.assertEqual("+ RECEIPT alice delivered", self.reached(24))

    def test_trouble(self) -> None:
        """What the database would not do, the next one does, and it is nobody's trouble."""
        self.patch(self.stage.storage, "hold", lambda *words: fail(StorageError("planted")))
        self.bob.say("SEND alice :4")
        self.assertEqual("+ RECEIPT alice waiting", self.reached(4))
        del self.stage.storage.hold  # type: ignore[attr-defined]
        self.bob.say("SEND alice :5")
        self.assertEqual("+ RECEIPT alice delivered", self.reached(4))


class ComingBackTests(SynchronousTestCase):
    """Alice's program comes back to what is on disk alone, and says at once what it holds."""

    def setUp(self) -> None:
        few = partial(Mailroom, ring=1, page=1)
        self.stage = Stage(bounds=UNHURRIED, make_mailroom=few)
        alice = self.stage.enter("alice", keys="device=desk")
        self.bob, self.carol = self.stage.enter("bob"), self.stage.enter("carol")
        alice.say("ACK 3")
        alice.say("BLOCK bob")
        alice.leave()

    def come_back(self) -> Actor:
        """Come back, and be heard before anything was read from the disk."""
        alice = self.stage.newcomer()
        alice.send(b"LOGIN alice device=desk since=3 epoch=k3 :correct horse\nACK 3\n")
        self.stage.wait(2)
        return alice

    def test_nothing_else(self) -> None:
        """What was left out while it was away is passed over as soon as it hears what happens."""
        for n in range(5):
            self.bob.say(f"SEND alice :{n}")
        self.come_back()
        self.assertIn("+ RECEIPT alice delivered", self.bob.ask("RECEIPTS 8"))

    def test_on_its_way(self) -> None:
        """What is still to be read from the disk stays behind the cursor, and is told again."""
        for n in range(5):
            self.carol.say(f"SEND alice :{n}")
        pages: list[Deferred[Page]] = []
        read = self.stage.storage.page_after

        def slowly(*words: int) -> Deferred[Page]:
            pages.append(Deferred())
            return pages[-1].addCallback(lambda _: read(*words))

        self.patch(self.stage.storage, "page_after", slowly)
        alice = self.come_back()
        pages.pop().callback(None)
        self.stage.wait(1)
        self.assertEqual(["OK ACK 4"], [line for line in alice.ask("ACK 4") if line.startswith("OK")])
        alice.leave()
        self.stage.storage.page_after = read
        again = self.stage.newcomer().ask("LOGIN alice device=desk :correct horse")
        self.assertEqual(4, len([line for line in again if line.startswith("* MESSAGE")]))
