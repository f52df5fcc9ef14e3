"""The machine's bad days, one proof after the other, each with planted defects: A9, A10, A12, A13, G2, G4.

``python -m bench.bad_days [--quick]``; `bench.prove` runs it, too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twisted.internet.task import react

from . import damage_proof
from .clock_proof import ClockProof
from .evidence import circumstances, write_evidence
from .full_disk_proof import FailingWrites, FullDiskProof
from .kill_proof import Proof, Task, prove
from .ledger import CHANGED, DIED, LOST, REFUSED, STRANGE, STUCK
from .restore_proof import RestoreProof
from .stop_proof import StopProof
from .sync_proof import SyncProof

Make = Callable[[Any, Path, Task], Proof]


@dataclass(frozen=True)
class Part:
    """One kind of rounds, how many of them when it is quick and when it is not, and what it must find."""

    promise: str
    name: str
    make: Make
    rounds: tuple[int, int]
    task: Task  #: the same for quick and not, but for its rounds and seed
    defects: dict[str, set[str]]  #: for each one of these must be found
    step: int = 1  #: when it is not quick

    @property
    def title(self) -> str:
        """Say what it is, to a person."""
        return f"{self.promise}, {self.name.replace('_', ' ')}"


PARTS = (
    Part(
        "G2",
        "stopped_under_load",
        StopProof,
        (3, 25),
        Task(0, 0),
        {defect: {STRANGE} for defect in ("stop-without-goodbye", "goodbye-before-answers")},
    ),
    Part(
        "A10",
        "failed_synchronisation",
        SyncProof,
        (3, 24),
        Task(0, 0, first=9),
        {"failed-sync-believed": {STUCK, REFUSED}, "unseen-fold": {STUCK, REFUSED}},
        step=7,
    ),
    Part("A9", "full_disk", FullDiskProof, (3, 20), Task(0, 0), {"full-disk-unknown": {DIED}}),
    Part("A9", "writes_without_room", FailingWrites, (2, 20), Task(0, 0, first=12), {}, step=9),
    Part("A12", "clock_set", ClockProof, (1, 5), Task(0, 0), {"timers-by-the-wall-clock": {STUCK}}),
    Part(
        "A13",
        "older_copy_put_back",
        RestoreProof,
        (2, 6),
        Task(0, 0),
        {"every-log-vouched-for": {LOST, CHANGED, STRANGE, REFUSED}},
    ),
)
#: Bits flipped in each page of a database.
BITS = (3, 40)
#: Rounds in which a planted defect must be found.
PLANTED_ROUNDS = 5


async def prove_all(reactor: Any, seed: int, *, quick: bool, evidence: bool) -> dict[str, bool]:
    """Run them all; say of each, and of each planted defect, whether it held."""
    around = circumstances()
    held: dict[str, bool] = {}
    kept: dict[str, dict[str, object]] = {}
    for part in PARTS:
        facts = kept.setdefault(part.promise, {})
        held[part.title] = await _hold(reactor, part, _task(part, seed, quick=quick), facts, quick=quick)
        for defect, kinds in part.defects.items():
            planted = replace(part.task, rounds=PLANTED_ROUNDS, seed=seed, plant=defect)
            held[f"planted: {defect}"] = await _is_found(reactor, part, planted, kinds, facts)
    if evidence:
        for promise, facts in kept.items():
            write_evidence(promise, facts, around)
    return held | damage_proof.prove(BITS[not quick], seed, evidence=evidence)


def _task(part: Part, seed: int, *, quick: bool) -> Task:
    return replace(part.task, rounds=part.rounds[not quick], seed=seed, step=1 if quick else part.step)


async def _hold(reactor: Any, part: Part, task: Task, facts: dict[str, object], *, quick: bool) -> bool:
    proof, found = await prove(reactor, task, part.title, part.make, again_if_late=quick)
    facts[part.name] = found
    for sentence in proof.findings.sentences:
        print(f"    {sentence}")
    return not proof.findings


async def _is_found(reactor: Any, part: Part, task: Task, kinds: set[str], facts: dict[str, object]) -> bool:
    proof, counts = await prove(reactor, task, f"planted: {task.plant}", part.make)
    found = any(proof.findings.counts[kind] for kind in kinds)
    facts[f"planted_{task.plant}"] = {**counts, "found": found}
    if not found:
        print(f"    the defect {task.plant} was not found, so the proof proves nothing")
    return found


def main() -> None:
    """Run them; the exit status says whether all held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick

    async def run(reactor: Any) -> None:
        held = await prove_all(reactor, 1 if quick else 1000, quick=quick, evidence=not quick)
        if not all(held.values()):
            sys.exit(1)

    react(run)


if __name__ == "__main__":
    main()
