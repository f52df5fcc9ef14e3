"""The proofs of the promises, one after the other; it ends as a run of trial does.

``python -m bench.prove`` takes twenty minutes and keeps evidence; ``--quick`` is what CI runs, in six.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from twisted.internet.task import react

from . import (
    ack_proof,
    backlog_proof,
    backup_latency,
    bad_days,
    client_kills,
    counts_proof,
    forging,
    hostile_server,
    hour_proof,
    idle_cost,
    one_reading,
    outage_proof,
    refused_logins,
    return_proof,
    terminal_fuzz,
)
from .altered_server import FAIL_POINTS
from .evidence import ROOT, circumstances, write_evidence
from .kill_proof import Task, prove
from .ledger import CHANGED, DOUBLED, LOST, STRANGE

#: For each defect, one of these must be found, in so many rounds.  What is strange is another epoch: a
#: server whose log lacks what it told notices by itself.
PLANTED = {
    "ok-before-commit": {LOST, STRANGE},
    "told-before-commit": {LOST, CHANGED, STRANGE},
    "ref-stored-twice": {DOUBLED},
    "fan-out-apart": {LOST},
}
PLANTED_ROUNDS = 30


@dataclass(frozen=True)
class Extent:
    """How much is proved."""

    kills: int
    kills_at_fail_points: int
    seconds_of_lives: int
    log_events: int
    streams: int
    refused_logins: int
    returning: int
    backlog: int
    seed: int
    evidence: bool


QUICK = Extent(50, 24, 20, 40_000, 2_000, 30, 500, 20_000, seed=1, evidence=False)
FULL = Extent(200, 120, 120, 1_000_000, 20_000, 400, 9_500, 100_000, seed=1000, evidence=True)


class Proofs:
    """The proofs, and what they leave behind."""

    def __init__(self, reactor: Any, extent: Extent) -> None:
        self._reactor = reactor
        self._extent = extent
        self._around = circumstances()
        self._a1: dict[str, object] = {}

    async def run(self) -> dict[str, bool]:
        """Run all there are; say of each whether it held."""
        extent, seed, whole = self._extent, self._extent.seed, self._extent.evidence
        held = {
            "A1, killed at any instant": await self._killed(),
            "A1, killed at named places": await self._killed_at_fail_points(),
            **{f"planted: {defect}": await self._is_found(defect) for defect in PLANTED},
        }
        if whole:
            write_evidence("A1", self._a1, self._around)
        held |= await bad_days.prove_all(self._reactor, seed, quick=not whole, evidence=whole)
        held["A5"] = self._session_life()
        held["G1"] = forging.prove(extent.log_events, seed, evidence=whole)
        held["A14, C1 to C3"] = one_reading.prove(extent.streams, seed, evidence=whole)
        held |= self._clients()
        held |= self._hour()
        held["E7"] = self._lied_to()
        held["E8"] = self._come_back()
        held["E1, E2"] = self._in_windows()
        held["D3"] = refused_logins.prove(extent.refused_logins, seed, evidence=whole)
        held["B7"] = await return_proof.prove(
            self._reactor, extent.returning, return_proof.TOKEN, quick=not whole, evidence=whole
        )
        return held | self._bounded()

    def _bounded(self) -> dict[str, bool]:
        """A8 and G3; what one ACK, a backup and a quiet server cost takes too long where it is quick."""
        whole = self._extent.evidence
        held = {
            "A8": backlog_proof.PROOF.prove(self._extent.backlog, quick=not whole, evidence=whole),
            "G3": counts_proof.PROOF.prove(20 if whole else 2, quick=not whole, evidence=whole),
        }
        if whole:
            held["ACK"] = ack_proof.PROOF.prove(100_000)
            held["backup"] = backup_latency.PROOF.prove(300_000)
            held["idle"] = idle_cost.prove(60, evidence=True)
        return held

    def _clients(self) -> dict[str, bool]:
        """A7 and E3; their evidence is of far more, which takes too long here."""
        kills, messages = (50, 200_000) if self._extent.evidence else (5, 20_000)
        seed = self._extent.seed
        held = {
            f"A7, {who} killed": client_kills.prove(who, kills, seed, evidence=False)
            for who in client_kills.LONGEST
        }
        return held | {"E3": terminal_fuzz.prove(messages, seed, evidence=False)}

    def _hour(self) -> dict[str, bool]:
        """A day's work at three desks."""
        whole = self._extent.evidence
        return hour_proof.prove(self._extent.seed, quick=not whole, evidence=whole)

    def _lied_to(self) -> bool:
        """E7; its evidence is of far more, which takes too long here."""
        seed, whole = self._extent.seed, self._extent.evidence
        lines, sessions, seconds = (10_000_000, 1_000, 90) if whole else (400_000, 25, 5)
        return hostile_server.prove(lines, sessions, seconds, seed, plant=whole, evidence=False)

    def _in_windows(self) -> bool:
        """E1 and E2, in a process of their own: windows want one; their evidence is of far more."""
        if importlib.util.find_spec("PyQt5") is None:
            print("    NOT PROVED: E1 and E2 need PyQt5")
            return False
        few = ["1000", "--addresses", "1000"] if self._extent.evidence else ["50", "--addresses", "80"]
        words = [sys.executable, "-m", "bench.window_proof", "--no-evidence", "--texts", *few]
        words += [] if self._extent.evidence else ["--quick"]
        return _apart("E1, E2", words)

    def _come_back(self) -> bool:
        """E8: so few that wait by chance would be no crowd, so the quick ones are told when to come."""
        whole = self._extent.evidence
        outages = outage_proof.OUTAGES if whole else outage_proof.OUTAGES[2:]
        clients = 3_000 if whole else 500
        return outage_proof.prove(clients, self._extent.seed, outages, plant=whole, evidence=False)

    async def _killed(self) -> bool:
        """A1: killed at any instant, under load and while everybody returns."""
        return await self._prove("killed_at_any_instant", Task(self._extent.kills, self._extent.seed))

    async def _killed_at_fail_points(self) -> bool:
        """A1: killed at named places in the code."""
        rounds = self._extent.kills_at_fail_points
        task = Task(rounds, self._extent.seed, fail_points=tuple(FAIL_POINTS))
        return await self._prove("killed_at_named_places", task)

    async def _prove(self, name: str, task: Task) -> bool:
        title = f"A1, {name.replace('_', ' ')}"
        proof, facts = await prove(self._reactor, task, title, again_if_late=not self._extent.evidence)
        self._a1[name] = facts
        for sentence in proof.findings.sentences:
            print(f"    {sentence}")
        return not proof.findings

    async def _is_found(self, defect: str) -> bool:
        """Plant a defect: it must be found."""
        task = Task(PLANTED_ROUNDS, self._extent.seed, plant=defect)
        proof, facts = await prove(self._reactor, task, f"planted: {defect}")
        found = any(proof.findings.counts[kind] for kind in PLANTED[defect])
        self._a1[f"planted_{defect}"] = {**facts, "found": found}
        if not found:
            print(f"    the defect {defect} was not found, so the proof proves nothing")
        return found

    def _session_life(self) -> bool:
        """Live whole lives of servers and clients in memory, against a model."""
        words = [sys.executable, "-m", "bench.session_life", "--seconds", str(self._extent.seconds_of_lives)]
        words += [] if self._extent.evidence else ["--no-evidence", "--unplanted"]
        return _apart("A5", words)


def _apart(name: str, words: list[str]) -> bool:
    """Run a proof in a process of its own; what it says it says itself."""
    status = subprocess.run(words, cwd=ROOT, check=False).returncode
    if status:
        print(f"{name}: its process ended with {status}")
    return status == 0


def main() -> None:
    """Run them all; the last line counts them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what CI runs, in six minutes")
    # Others write to the same place: what is said comes in the order in which it was said.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    extent = QUICK if parser.parse_args().quick else FULL

    async def run(reactor: Any) -> None:
        began = time.monotonic()
        held = await Proofs(reactor, extent).run()
        failed = [name for name, well in held.items() if not well]
        print(f"Ran {len(held)} proofs in {time.monotonic() - began:.0f} s\n")
        # Each has said why in lines that begin with its name; `.ci/count.py` says them again.
        for name in failed:
            print(f"NOT HELD: {name}")
        if failed:
            print(f"FAILED (failures={len(failed)}, successes={len(held) - len(failed)})", flush=True)
            sys.exit(1)
        print(f"PASSED (successes={len(held)})", flush=True)

    react(run)


if __name__ == "__main__":
    main()
