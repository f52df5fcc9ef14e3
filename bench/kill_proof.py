"""Promise A1: a message that was answered OK survives `kill -9` of the server at any instant, once.

``python -m bench.kill_proof [--rounds 200] [--seed 1] [--at-fail-points | --plant DEFECT]``

A round: the real server is started on the folder that the last one left; everybody comes back, senders
repeat every SEND that had no answer, devices take what they missed; what was said, answered and told is
compared with the log on disk; then twenty senders talk until SIGKILL comes, after 0 to 500 ms.  In one
round of five it comes while they are coming back.  At fail points the server ends itself in the same
way at named places in its code; a planted defect must be found.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twisted.internet.task import deferLater, react

from . import people
from .altered_server import FAIL_POINTS, launcher
from .crowd import Device, Sender
from .evidence import Progress, circumstances, write_evidence
from .ledger import DIED, STUCK, Findings, Ledger, read_log
from .running import TWISTD, Ended, Running
from .server_defects import PLANTS

SENDERS = [f"s{number:02}" for number in range(20)]
LISTENERS = [f"l{number}" for number in range(8)]
TALKING, RETURNING = "talking", "returning"
#: Seconds of talk before SIGKILL, at most.
LONGEST = 0.5
#: Seconds before SIGKILL from the start of the process, at most: it comes before, while and after all return.
RETURN = 1.2
#: One round of so many is killed while everybody comes back.
RETURN_EACH = 5
#: Seconds in which everybody must have come back and been told all.
PATIENCE = 60.0
#: Seconds between two looks at whether something has come about.
TICK = 0.004
#: How often a fail point is passed before the server ends there, at most; what is passed seldom has less.
MOST_PASSES = 2000
PASSES = {"database-opened": 1, "page-read": 30, "batch-begun": 60, "rows-written": 60, "committed": 60}
PASSES |= {"before-answers": 60, "before-told": 60, "told": 60}


@dataclass(frozen=True)
class Task:
    """What a run is to do."""

    rounds: int
    seed: int
    plant: str | None = None
    fail_points: tuple[str, ...] = ()  #: where the server ends; none: it is killed from outside
    first: int = 1  #: which call fails in the first round, where calls are made to fail
    step: int = 1  #: and how many later the next


class Proof:
    """The rounds of one run, on one data folder."""

    make_device, make_sender = Device, Sender
    #: Rounds after which a long run goes on with another folder and another seed; None: it never does.
    rounds_on_a_folder: int | None = None

    def __init__(self, reactor: Any, folder: Path, task: Task) -> None:
        self.findings = Findings()
        self.ledger = Ledger(self.findings)
        self.kills: Counter[str] = Counter()  #: by where they came
        self._reactor = reactor
        self._task = task
        self._random = random.Random(task.seed)
        self._running = Running(folder)
        # Some of the senders are spoken to as well; the others say more than they hear.
        spoken_to = SENDERS[::4] + LISTENERS
        make = self.make_device
        self._senders = [self.make_sender(name, self.ledger, spoken_to, f"{task.seed}") for name in SENDERS]
        self._devices: list[Device] = [
            *self._senders,
            *(make(name, "desk", self.ledger) for name in LISTENERS),
            *(make(name, None, self.ledger) for name in LISTENERS[:4]),
            *(make(name, "phone", self.ledger, late=True) for name in LISTENERS[2:6]),
            *(make(name, None, self.ledger, late=True) for name in LISTENERS[6:]),
        ]
        people.settle(folder, [*SENDERS, *LISTENERS])

    async def run(self, progress: Callable[[int], None]) -> None:
        """Go through all rounds, or until something is found."""
        try:
            for number in range(self._task.rounds):
                await self._round()
                progress(number + 1)
                if self.findings:
                    break
            else:
                await self._settle(TWISTD)
                await self._read_from_the_beginning()
        except Ended:
            self._note_end(TALKING)
        finally:
            self._running.kill()
        if self.findings:
            self._recount(all_told=False)

    async def _round(self) -> None:
        """Come back, compare, talk, be killed."""
        point = min(self._task.fail_points, key=self.kills.__getitem__, default=None)
        returning = point is None and self._random.randrange(RETURN_EACH) == 0
        phase = point or RETURNING
        try:
            if returning:
                self._running.begin(self._launcher(point))
                self._running.kill_in(self._random.uniform(0, RETURN))
                await self._come_back()
                await self._talk(RETURN)
            else:
                await self._settle(self._launcher(point))
                if point is None:
                    phase = TALKING
                    self._running.kill_in(self._random.uniform(0, LONGEST))
                await self._talk(2 * LONGEST)
        except Ended:
            self._note_end(phase)
        self._running.kill()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)

    def measured(self) -> dict[str, object]:
        """Say what was measured beside what was found."""
        return {}

    def _note_end(self, phase: str) -> None:
        if self._running.was_killed:
            self.kills[phase] += 1
        elif not self.findings:
            said = "\n".join(self._running.output.read_text(errors="replace").splitlines()[-20:])
            self.findings.add(DIED, f"the server ended by itself; it said at the end:\n{said}")

    # --- the parts of a round ---

    def _launcher(self, point: str | None) -> Sequence[str]:
        if point is None and self._task.plant is None:
            return TWISTD
        passes = round(PASSES.get(point or "", MOST_PASSES) ** self._random.random())
        return launcher(self._task.plant, point and f"{point}:{passes}")

    async def _settle(self, command: Sequence[str]) -> None:
        """Start the server, have everybody back and told everything, and compare."""
        self._running.begin(command)
        await self._come_back()
        self._recount(all_told=True)
        for device in self._devices:
            if device.late:
                device.leave()

    def _recount(self, *, all_told: bool) -> None:
        last, entries = read_log(self._running.folder / people.DATABASE, self.ledger.checked)
        self.ledger.recount(last, entries, [device.view for device in self._devices], all_told=all_told)

    async def _come_back(self) -> None:
        """Have everybody come, repeat what has no answer, and be told everything there is."""
        self._running.wait_until_open()
        for device in self._devices:
            device.connect(self._reactor, self._running.port)
        await self._until(lambda: all(device.live for device in self._devices))
        await self._until(self._all_answered)
        herald = self._random.choice(self._senders)
        last = await self._call_out(herald)
        await self._until(lambda: all(device.position == last for device in self._devices))
        for device in self._devices:
            device.acknowledge()
        await self._until(lambda: all(device.holds_all for device in self._devices))

    async def _call_out(self, herald: Sender) -> int:
        """Have something said to everyone, behind which nothing more is to come; give its number."""
        herald.say("*", "That was all.")
        herald.write()
        await self._until(self._all_answered)
        # Its OK alone tells it, but by now it has been told everything before.
        herald.position = max(herald.view.said)
        return herald.position

    async def _talk(self, seconds: float) -> None:
        """Talk until the server is gone, but no longer than so many seconds."""
        for sender in self._senders:
            sender.talk()
        end = time.monotonic() + seconds
        await self._until(lambda: time.monotonic() > end)

    async def _read_from_the_beginning(self) -> None:
        """Have new devices told all of the log that is theirs."""
        last, entries = read_log(self._running.folder / people.DATABASE, 0)
        for name in LISTENERS[:2]:
            device = Device(name, None, Ledger(self.findings), epoch=self._devices[0].epoch)
            device.connect(self._reactor, self._running.port)
            await self._until(lambda device=device: device.live, PATIENCE + last / 1000)  # type: ignore[misc]
            device.view.label = f"a new device of {name}"
            self.ledger.compare(entries, device.view)
            device.leave()

    def _all_answered(self) -> bool:
        return not any(sender.unanswered for sender in self._senders)

    async def _until(
        self, done: Callable[[], bool], seconds: float = PATIENCE, *, alive: bool = True
    ) -> None:
        """Wait for something; raises ``Ended`` when the server is gone first or something is found."""
        end = time.monotonic() + seconds
        while not done():
            if alive and (self._running.ended or self.findings):
                raise Ended
            if time.monotonic() > end:
                for device in self._devices:
                    self.findings.add(STUCK, device.stands())
                raise Ended
            await deferLater(self._reactor, TICK)


def sums(proof: Proof, task: Task, seconds: float) -> dict[str, object]:
    """Say what a run came to, as evidence."""
    ledger = proof.ledger
    return {
        "seed": task.seed,
        "rounds": task.rounds,
        "kills": dict(sorted(proof.kills.items())),
        "ok": ledger.oks,
        "answers_to_repeats": ledger.repeats,
        "entries_in_the_log": ledger.checked,
        "entries_told": ledger.tellings,
        **{kind: proof.findings.counts[kind] for kind in proof.findings.kinds},
        **proof.measured(),
        "seconds": round(seconds),
    }


async def prove(
    reactor: Any,
    task: Task,
    title: str,
    make: Callable[[Any, Path, Task], Proof] = Proof,
    *,
    again_if_late: bool = False,
) -> tuple[Proof, dict[str, object]]:
    """Run the rounds, showing how far they are; once more, with another seed, if some of it was only late.

    A machine that others use as well can stand still for seconds: what is late must be so twice.  What was
    lost, doubled or changed counts at once.
    """
    proof, facts = await _prove(reactor, task, title, make)
    if again_if_late and proof.findings.only_late:
        for sentence in proof.findings.sentences:
            print(f"    once, and now again: {sentence}")
        proof, facts = await _prove(reactor, replace(task, seed=task.seed + 1), title, make)
    return proof, facts


async def _prove(
    reactor: Any, task: Task, title: str, make: Callable[[Any, Path, Task], Proof]
) -> tuple[Proof, dict[str, object]]:
    shown = Progress()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="imserver-proof-") as folder:
        proof = make(reactor, Path(folder), task)

        def progress(number: int) -> None:
            pace = (time.monotonic() - began) / number
            shown.show(
                f"{title}: round {number} of {task.rounds}, {proof.ledger.oks:,} OK, "
                f"{proof.ledger.tellings:,} told, {pace:.2f} s a round"
            )

        await proof.run(progress)
    unreached = [point for point in task.fail_points if not proof.kills[point]]
    if unreached and not proof.findings:
        proof.findings.add(DIED, f"the server never came past {', '.join(unreached)}")
    facts = sums(proof, task, time.monotonic() - began)
    shown.end(f"{title}: {sum(proof.kills.values())} kills, {proof.ledger.oks:,} OK, {proof.findings}")
    return proof, facts


def run_alone(make: type[Proof], what: str | None, rounds: int) -> None:
    """Run one kind of rounds as the command line asks; the exit status says whether nothing was found."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=PLANTS)
    parser.add_argument("--first", type=int, default=1, help="the call that fails, where calls do")
    parser.add_argument("--step", type=int, default=1, help="how many later the next fails")
    parser.add_argument("--minutes", type=float, help="begin no other folder after so long")
    parser.add_argument("--keep", metavar="NAME", help="keep what was found as evidence of that name")
    asked = parser.parse_args()
    task = Task(asked.rounds, asked.seed, asked.plant, first=asked.first, step=asked.step)
    run(task, asked.plant or "rounds", make, minutes=asked.minutes, keep=asked.keep)


def run(
    task: Task,
    title: str,
    make: type[Proof] = Proof,
    *,
    minutes: float | None = None,
    keep: str | None = None,
) -> None:
    """Run rounds as asked, and exit with 1 if something was found."""

    async def run(reactor: Any) -> None:
        around, end = circumstances(), time.monotonic() + (minutes or math.inf) * 60
        all_facts: list[dict[str, Any]] = []
        left = task.rounds
        sentences: list[str] = []
        while left and not sentences and time.monotonic() < end:
            part = replace(
                task, rounds=min(left, make.rounds_on_a_folder or left), seed=task.seed + len(all_facts)
            )
            proof, facts = await prove(reactor, part, title, make)
            all_facts.append(facts)
            sentences, left = proof.findings.sentences, left - part.rounds
            if keep is not None:  # each time: a run that is cut off has proved what it went through
                write_evidence(keep, together(all_facts), around)
        print(*sentences, together(all_facts), sep="\n")
        if sentences:
            sys.exit(1)

    react(run)


def together(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Add up what several folders came to; of what is a measure the most, of the seeds the first."""
    most = ("longest_stop_in_seconds", "devices")
    whole = {"folders": len(parts), **parts[0]}
    for part in parts[1:]:
        for name, value in part.items():
            if name == "kills":
                whole[name] = dict(Counter(whole[name]) + Counter(value))
            elif name != "seed":
                whole[name] = max(whole[name], value) if name in most else whole[name] + value
    return whole


def main() -> None:
    """Run what is asked for; the exit status says whether nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-fail-points", action="store_true")
    parser.add_argument("--plant", choices=PLANTS)
    asked = parser.parse_args()
    points = tuple(FAIL_POINTS) if asked.at_fail_points else ()
    run(Task(asked.rounds, asked.seed, asked.plant, points), asked.plant or "A1")


if __name__ == "__main__":
    main()
