"""The proofs of the promises, one after the other; it ends as a run of trial does.

``python -m bench.prove`` takes some five minutes and keeps evidence; ``--quick`` is what CI runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.internet.task import react

from .altered_server import FAIL_POINTS
from .evidence import ROOT, write_evidence
from .kill_proof import Task, prove
from .ledger import CHANGED, DOUBLED, LOST

#: For each defect, one of these must be found, in so many rounds.
PLANTED = {
    "ok-before-commit": {LOST},
    "told-before-commit": {LOST, CHANGED},
    "ref-stored-twice": {DOUBLED},
    "fan-out-apart": {LOST},
}
PLANTED_ROUNDS = 30


@dataclass(frozen=True)
class Extent:
    """How much is proved."""

    kills: int
    kills_at_fail_points: int
    seed: int
    evidence: bool


QUICK = Extent(50, 24, seed=1, evidence=False)
FULL = Extent(200, 120, seed=1000, evidence=True)

Proof = Callable[[Any, Extent], Awaitable[bool]]


async def killed(reactor: Any, extent: Extent) -> bool:
    """A1: killed at any instant, under load and while everybody returns."""
    proof, facts = await prove(reactor, Task(extent.kills, extent.seed), "A1, killed at any instant")
    return _kept("A1", facts, proof.findings.sentences, extent)


async def killed_at_fail_points(reactor: Any, extent: Extent) -> bool:
    """A1: killed at named places in the code."""
    task = Task(extent.kills_at_fail_points, extent.seed, fail_points=tuple(FAIL_POINTS))
    proof, facts = await prove(reactor, task, "A1, killed at named places")
    return _kept("A1-fail-points", facts, proof.findings.sentences, extent)


def _kept(name: str, facts: dict[str, object], sentences: Sequence[str], extent: Extent) -> bool:
    for sentence in sentences:
        print(f"    {sentence}")
    if extent.evidence:
        write_evidence(name, facts)
    return not sentences


def planted(defect: str) -> Proof:
    """Make the proof that a defect is found."""

    async def is_found(reactor: Any, extent: Extent) -> bool:
        task = Task(PLANTED_ROUNDS, extent.seed, plant=defect)
        proof, facts = await prove(reactor, task, f"planted: {defect}")
        found = any(proof.findings.counts[kind] for kind in PLANTED[defect])
        if not found:
            print(f"    the defect {defect} was not found, so the proof proves nothing")
        if extent.evidence:
            write_evidence(f"A1-planted-{defect}", {**facts, "found": found})
        return found

    return is_found


async def session_life(_reactor: Any, _extent: Extent) -> bool:
    """Whole lives of servers and clients in memory, against a model."""
    return subprocess.run([sys.executable, "-m", "bench.session_life"], cwd=ROOT, check=False).returncode == 0


def proofs() -> list[Proof]:
    """Give all there are."""
    lives = [session_life] if importlib.util.find_spec("bench.session_life") else []
    return [killed, killed_at_fail_points, *map(planted, PLANTED), *lives]


def main() -> None:
    """Run them all; the last line counts them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what CI runs, in a minute and a half")
    extent = QUICK if parser.parse_args().quick else FULL

    async def run(reactor: Any) -> None:
        began = time.monotonic()
        held = [await proof(reactor, extent) for proof in proofs()]
        passed, failed = held.count(True), held.count(False)
        print(f"Ran {len(held)} proofs in {time.monotonic() - began:.0f} s\n")
        if failed:
            print(f"FAILED (failures={failed}, successes={passed})", flush=True)
            sys.exit(1)
        print(f"PASSED (successes={passed})", flush=True)

    react(run)


if __name__ == "__main__":
    main()
