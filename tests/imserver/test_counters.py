"""Promise G3: every refusal, drop and cut is counted, and what is counted is what was seen."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from improtocol.vocabulary import Command
from imserver.bounds import UNHURRIED
from imserver.connection import KNOWN
from imserver.counters import SECONDS, Histogram
from tests.imserver.peer import Peer
from tests.stage import Actor, Stage

PASSWORD = "correct horse"
NAMES = ("alice", "bob", "carol", "dave")
#: What people say, rightly and wrongly; in braces what is chosen.
LINES = (
    f"REGISTER {{name}} :{PASSWORD}",
    f"LOGIN {{name}} :{PASSWORD}",
    f"LOGIN {{name}} device=desk :{PASSWORD}",
    "LOGIN {name} :another horse",
    "SEND {name} :hello",
    "SEND {name},{name} ref={number} :hello",
    "SEND * ref={number} :hello",
    "SEND {name} hello",
    "ACK {number}",
    "READ {number}",
    "SYNC {number}",
    "WHO",
    "WHO {name}",
    "HISTORY",
    "HISTORY {name} limit={number}",
    "RECEIPTS {number}",
    "BLOCK {name}",
    "UNBLOCK {name}",
    "PING",
    "PING {name}",
    "PRESENCE away :lunch",
    "SIGNOUT desk",
    "HELP",
    "HELP FOO",
    "FOO {name}",
    "@tag SEND {name} :hello",
    "\x01",
    "SEND",
    "LOGOUT",
    "QUIT",
)


class Seen:
    """What the people at the other end see: answers, and how their connections end."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.done: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.ended: Counter[str] = Counter()

    def look(self, actor: Actor, *, dropped: bool = False) -> None:
        """Note what somebody has heard since it was last looked."""
        why = "dropped" if dropped else None
        for line in actor.heard():
            words = line.split(" ")
            words = words[1:] if words[0].startswith("@") else words
            verb = words[1] if words[1] in Command.by_verb else "?"
            if words[0] == "OK":
                self.done[verb] += 1
                why = "left" if verb == "QUIT" else why
            elif words[0] == "ERR":
                self.refused[verb, words[2]] += 1
            elif words[:2] == ["*", "BYE"]:
                why = words[2]
        if actor.wire.closed:
            self.ended[why or "?"] += 1

    def compare(self, test: SynchronousTestCase) -> None:
        """Compare with what was counted."""
        counters = self.stage.counters
        done = {verb: latency.count for verb, latency in counters.answered.items()}
        test.assertEqual((done, dict(counters.refused)), (dict(self.done), dict(self.refused)))
        test.assertEqual(dict(counters.ended), dict(self.ended))
        begun = Counter(self.done)
        for (verb, _), count in self.refused.items():
            begun[verb] += count
        test.assertEqual(dict(counters.begun), dict(begun))


class CountersTests(SynchronousTestCase):
    maxDiff = None

    def test_random_lives(self) -> None:
        """Each OK, each refusal by its code and each end of a connection by its reason is counted, once."""
        for seed in range(3):
            self.live(random.Random(seed), Stage(bounds=UNHURRIED), 400)

    def live(self, chance: random.Random, stage: Stage, acts: int) -> None:
        """Have people come, speak and go; compare at the end."""
        seen, here = Seen(stage), [stage.newcomer()]
        came = 1
        for _ in range(acts):
            if len(here) < 6 and chance.random() < 0.2:
                here.append(stage.newcomer())
                came += 1
                name = chance.choice(NAMES)
                here[-1].send(f"REGISTER {name} :{PASSWORD}\nLOGIN {name} :{PASSWORD}\n".encode())
            for actor in chance.sample(here, min(2, len(here))):
                said = chance.choice(LINES)
                while "{" in said:
                    said = said.replace("{name}", chance.choice(NAMES), 1)
                    said = said.replace("{number}", str(chance.randrange(9)), 1)
                actor.send(said.encode() + b"\n")
            stage.wait(chance.choice((0.0, 1.0)))
            here = [actor for actor in here if not self.gone(seen, actor, chance)]
        stage.wait(10)
        for actor in here:
            seen.look(actor)
        seen.compare(self)
        self.assertEqual(stage.counters.noted["came"], came)
        self.assertEqual(stage.counters.noted["went"], sum(seen.ended.values()))
        self.assertEqual(stage.server.connected, came - sum(seen.ended.values()))
        self.assertEqual(sum(stage.server.by_state.values()), stage.server.connected)
        self.assertEqual(stage.counters.entries, stage.server.mailroom.last)

    def gone(self, seen: Seen, actor: Actor, chance: random.Random) -> bool:
        """Say whether somebody is gone; now and then somebody is cut off, when nothing is under way."""
        if actor.wire.closed:
            seen.look(actor)
        elif chance.random() < 0.02:
            seen.stage.wait(5)
            actor.leave()
            seen.look(actor, dropped=True)
        return actor.wire.closed

    def test_every_cut(self) -> None:
        """Each way in which the server ends a connection is counted under its name."""
        limits = replace(
            UNHURRIED, strangers_per_source=1, arrivals_per_source=3, stranger_lines=5, stranger_seconds=50
        )
        stage = Stage(bounds=limits)
        for data in (b"GET / HTTP/1.1\n", b"\x16\x03\x01", b"HELP\n" * 6, b"QUIT\n"):
            stage.newcomer(f"10.0.0.{data[0]}").send(data)
            stage.wait(5)
        for _ in range(2):
            stage.newcomer("10.1.0.1")
        stage.wait(60)
        for _ in range(3):
            stage.newcomer("10.1.0.2").leave()
        stage.newcomer("10.1.0.2")
        for _ in range(2):
            stage.enter("alice", keys="device=desk")
            del stage.actors["alice"]
        self.assertEqual(
            dict(stage.counters.ended),
            {
                **dict.fromkeys(("not-http", "not-tls", "too-much", "left", "too-many", "too-late"), 1),
                **{"dropped": 3, "too-often": 1, "replaced": 1},
            },
        )

    def test_slow_readers(self) -> None:
        """Who does not read is counted when held back, and when cut."""
        stage = Stage(bounds=replace(UNHURRIED, queue_soft=100, queue_hard=1000))
        peer = Peer(stage)
        peer.give(f"REGISTER alice :{PASSWORD}\nLOGIN alice :{PASSWORD}\n".encode())
        stage.wait(1)
        peer.take()
        peer.connection.write(b"x" * (KNOWN + 1))
        stage.settle()
        self.assertEqual((stage.counters.held_back, dict(stage.counters.ended)), (0, {}))
        for _ in range(3):
            peer.connection.write(b"x" * 101)
        self.assertEqual((stage.counters.held_back, dict(stage.counters.ended)), (1, {}))
        peer.connection.write(b"x" * 1000)
        stage.settle()
        self.assertEqual((stage.counters.held_back, dict(stage.counters.ended)), (1, {"too-slow": 1}))

    def test_a_stranger_is_no_slow_reader(self) -> None:
        """Whose TLS handshake is not done keeps the greeting waiting, and is not counted as held back."""
        stage = Stage()
        peer = Peer(stage)
        peer.connection.pauseProducing()
        self.assertEqual(0, stage.counters.held_back)

    def test_throttled(self) -> None:
        """A line that had to wait for its time is counted."""
        stage = Stage()
        alice = stage.enter("alice")
        stage.wait(10)
        alice.send(b"WHO\n" * 30)
        stage.wait(30)
        self.assertEqual(stage.counters.throttled, 30 - 20)

    def test_what_was_told_and_stored(self) -> None:
        """Deliveries, transactions and bytes are counted."""
        stage = Stage(bounds=UNHURRIED)
        alice = stage.enter("alice")
        for name in ("bob", "carol"):
            stage.enter(name)
        for actor in stage.actors.values():
            actor.forget()
        counters, delivered = stage.counters, stage.server.mailroom.delivered
        read, written, commits = counters.bytes_read, counters.bytes_written, counters.commits.count
        alice.send(b"SEND * :hello\nSEND bob :you\n")
        stage.wait(1)
        heard = sum(len(actor.wire.value()) for actor in stage.actors.values())
        self.assertEqual(stage.server.mailroom.delivered - delivered, 3)
        self.assertEqual((counters.bytes_read - read, counters.bytes_written - written), (28, heard))
        self.assertEqual((counters.commits.count - commits, counters.entries), (1, 5))
        self.assertEqual(counters.jobs.counts[1], 1)  # two jobs in one

    def test_made_up_verbs(self) -> None:
        """Words that somebody makes up have no counts of their own, so they fill no memory."""
        stage = Stage(bounds=UNHURRIED)
        guest = stage.newcomer()
        for number in range(100):
            guest.send(f"FOO{chr(65 + number % 26)} {number}\n".encode())
        stage.wait(1)
        self.assertEqual(dict(stage.counters.begun), {"?": 100})


class HistogramTests(SynchronousTestCase):
    def test_bounds(self) -> None:
        """A value is counted with the first bound it does not pass; what passes all, behind them."""
        histogram = Histogram(SECONDS)
        for value in (0.0, 0.001, 0.0011, 10.0, 11.0):
            histogram.note(value)
        self.assertEqual((histogram.counts[:2], histogram.counts[-2:]), ([2, 1], [1, 1]))
        self.assertEqual((histogram.count, round(histogram.sum, 4)), (5, 21.0021))
