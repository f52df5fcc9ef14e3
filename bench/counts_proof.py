"""G3: what is refused, cut or slow is counted and shown: what Prometheus reads is what people did.

``python -m bench.counts_proof [--rounds 20] [--plant DEFECT]`` keeps ``evidence/G3.json``.  Some do right and
some wrong, and each answer is noted; then the figures of a real server are compared with those notes, to the
last one.  And it is stopped for a moment, again and again, while it works: a turn of its reactor that was cut
in two by that is counted, and named in ``server.log``.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from random import Random
from urllib.request import urlopen

from .bounded import Bounded, Facts, Planted
from .caller import Caller
from .desks import eventually
from .house import house
from .running import HERE, free_port

NAMES = ["alice", "bob", "carol"]
RIGHT = ("SEND bob :hello", "SEND alice,carol :hello", "SEND * :hello", "WHO", "PING")
WRONG = ("FOO bar", "SEND", "SEND eve :hello", "ACK 999999", "USERS", "LOGIN alice :again", "SEND bob")
#: Lines of each kind in a round, of each.
OF_EACH = 4
#: The server is stopped so often, so many seconds each, with so many lines before it.
STOPS, STOPPED, WORK = 4, 0.15, 500
#: What is compared: the notes have all of these, and the figures too.
COMPARED = ("commands", "refusals", "entries", "connections_ended")


class Notes:
    """What was answered, under the names that the figures have."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.counted: Counter[str] = Counter()

    def live(self, random: Random) -> None:
        """Have each come in, do right and wrong, and leave in one of two ways."""
        for name in NAMES:
            caller = Caller(self._port)
            self._ask(caller, f"LOGIN {name} :wrong horse")
            caller.come_in(name)
            self.counted["commands LOGIN"] += 1
            for line in random.choices(RIGHT, k=OF_EACH) + random.choices(WRONG, k=OF_EACH):
                self._ask(caller, line)
            if random.random() < 0.5:
                self._ask(caller, "QUIT")
            caller.leave()

    def _ask(self, caller: Caller, line: str) -> None:
        end, verb, code = (*caller.ask(line).split(" "), "")[:3]
        verb = "?" if code == "unknown-verb" else verb
        self.counted[f"commands {verb}"] += 1
        if end == "ERR":
            self.counted[f"refusals {verb} {code}"] += 1
        elif verb == "SEND":
            self.counted["entries"] += 1


def figures(port: int) -> dict[str, int]:
    """Read the figures as Prometheus does, under the names that the notes have."""
    with urlopen(f"http://{HERE}:{port}/metrics", timeout=60) as page:
        text = page.read().decode()
    found: dict[str, int] = {}
    pattern = r"^imserver_(\w+?)_total(?:\{(.*)\})? (\S+)$"
    for figure, labels, value in re.findall(pattern, text, re.MULTILINE):
        words = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        name = " ".join([figure, *(words[key] for key in ("verb", "code") if key in words)])
        found[name] = found.get(name, 0) + int(float(value))
    return found


def slowed(port: int, pid: int) -> None:
    """Give the server much to do, and have it stand still in the middle of it, again and again."""
    caller = Caller(port)
    caller.come_in(NAMES[0])
    for _ in range(STOPS):
        caller.say("WHO\n" * WORK + "PING")
        caller.hear("OK WHO")
        os.kill(pid, signal.SIGSTOP)
        time.sleep(STOPPED)
        os.kill(pid, signal.SIGCONT)
        caller.hear("OK PING")
    caller.leave()


def measure(rounds: int, plant: str | None) -> Facts:
    """Do right and wrong, and compare; then see whether slow turns are noticed."""
    port, random = free_port(), Random(rounds)
    with house(NAMES, plant=plant, more=["--metrics", f"tcp:{port}:interface={HERE}"]) as running:
        notes = Notes(running.port)
        for _ in range(rounds):
            notes.live(random)
        # Whoever started it looked once whether it takes connections.
        notes.counted["connections_ended"] = came = len(NAMES) * rounds + 1
        eventually(lambda: figures(port)["connections_ended"] >= came, what="all have left")
        shown = figures(port)
        slowed(running.port, running.pid)
        slow = figures(port)["slow_turns"]
        log = (running.folder / "server.log").read_text()
    differing = {
        name: [notes.counted[name], shown.get(name, 0)]
        for name in sorted(notes.counted.keys() | shown.keys())
        if name.startswith(COMPARED) and notes.counted[name] != shown.get(name, 0)
    }
    return {
        "people_who_came": len(NAMES) * rounds,
        "answers": sum(count for name, count in notes.counted.items() if name.startswith("commands")),
        "refusals": sum(count for name, count in notes.counted.items() if name.startswith("refusals")),
        "noted_and_shown": differing,
        "stops": STOPS,
        "slow_turns_counted": slow,
        "slow_turns_in_server_log": log.count(" slow-turn "),
    }


def complaints(found: Facts) -> list[str]:
    """Say what was not counted as it was."""
    differing = found["noted_and_shown"].items()
    told = [f"{name}: {done} were, {shown} are shown" for name, (done, shown) in differing]
    counted, logged = found["slow_turns_counted"], found["slow_turns_in_server_log"]
    if not counted or counted != logged:
        told.append(f"{counted} slow turns were counted, {logged} stand in server.log")
    return told


PROOF = Bounded(
    "G3",
    "G3, what is counted",
    measure,
    complaints,
    (Planted("refusals-uncounted", 1, quick=True), Planted("turns-unwatched", 1, quick=True)),
)

if __name__ == "__main__":
    PROOF.alone(__doc__, rounds=20)
