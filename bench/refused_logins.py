"""D3: a login that is refused is refused alike, in bytes and in time, whatever was wrong with it.

A whole server in memory, with passwords kept as in life, refuses in turn a wrong password, one to a name
of before, a name that is nobody's, a closed account and a suspended one.  The times must come from one
distribution: the medians lie within a millisecond, and Kolmogorov and Smirnov see no difference.  What is
measured is the time the processor worked for it, so that what else the machine does is left out.

``python -m bench.refused_logins [--tries 400]`` keeps ``evidence/D3.json``; the whole of the promise is
``--tries 10000`` (half an hour).
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred, execute

from imserver.bounds import UNHURRIED
from imserver.portal.passwords import OWASP, Passwords
from tests import stage as staged

from .alone import alone
from .evidence import circumstances, held, write_evidence
from .replaced import replaced

T = TypeVar("T")

#: Whom somebody says they are; each as long as the others.
KINDS = {"wrong": "alice", "earlier": "formr", "unknown": "zelda", "closed": "carla", "suspended": "susan"}
#: Milliseconds that two medians may lie apart, and the least chance that two samples are one's.
APART, LEAST = 1.0, 0.01


class Stage(staged.Stage):
    """A server that hashes at once, for real."""

    def run(self, work: Callable[[], T], /) -> Deferred[T]:
        """Do it here and now: what it takes is what is measured."""
        return execute(work)


def the_same(one: list[float], other: list[float]) -> float:
    """Give the chance that samples of one distribution lie so far apart (Kolmogorov and Smirnov)."""
    both = sorted([*((value, 1 / len(one)) for value in one), *((value, -1 / len(other)) for value in other)])
    furthest = gap = 0.0
    for _, step in both:
        gap += step
        furthest = max(furthest, abs(gap))
    effective = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    reach = (effective + 0.12 + 0.11 / effective) * furthest
    if reach < 0.2:
        return 1.0
    return min(1.0, 2 * sum((-1.0) ** (k - 1) * math.exp(-2 * (k * reach) ** 2) for k in range(1, 101)))


def measured(tries: int, seed: int) -> tuple[dict[str, list[float]], set[str]]:
    """Be refused so often in each way, in an order drawn anew each time; give milliseconds and answers."""
    with replaced(staged, "QUICK", OWASP):
        stage = Stage(bounds=UNHURRIED)
    boss = stage.enter("boss")
    for name in ("alice", "formr", "carla", "susan"):
        stage.enter(name)
    stage.actors["formr"].say("RENAME later")
    stage.actors["carla"].say("CLOSE carla")
    users = stage.storage
    users.set_administrator(1, True)
    stage.settle()
    users.suspend(5)
    stage.settle()
    boss.leave()
    chance = random.Random(seed)
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    answers = set()
    stranger = stage.newcomer()
    for _ in range(tries):
        for kind in chance.sample(list(KINDS), len(KINDS)):
            line = f"LOGIN {KINDS[kind]} :wrong horse\n".encode()
            began = time.process_time()
            stranger.send(line)
            stage.settle()
            times[kind].append((time.process_time() - began) * 1000)
            answers.update(stranger.heard())
    return times, {answer for answer in answers if not answer.startswith("* HELLO")}


def judged(times: dict[str, list[float]]) -> list[str]:
    """Say what can be told from the times."""
    told = []
    for kind in KINDS:
        apart = statistics.median(times[kind]) - statistics.median(times["wrong"])
        chance = the_same(times[kind], times["wrong"])
        median = statistics.median(times[kind])
        print(f"    {kind:10} {median:7.3f} ms, apart {apart:+.3f} ms, p={chance:.3f}")
        # Five kinds are judged, each against one: the least chance is shared among them.
        if abs(apart) >= APART or chance < LEAST / len(KINDS):
            told.append(f"{kind} can be told from a wrong password: {apart:+.3f} ms, p={chance:.4f}")
    return told


def prove(tries: int, seed: int, *, evidence: bool) -> bool:
    """Prove it, and that the judge would have seen a hash that is skipped."""
    print(f"D3, refused logins: {tries} of each kind")
    around = circumstances()
    times, answers = measured(tries, seed)
    told = judged(times)
    if len(answers) != 1:
        told.append(f"there are {len(answers)} answers: {answers}")
    print("D3, planted: no hash for nobody")
    matches = Passwords.matches

    async def skipping(self: Passwords, password_hash: str | None, password: str) -> bool:
        return bool(password_hash) and await matches(self, password_hash, password)

    with replaced(Passwords, "matches", skipping):
        told_then = judged(measured(max(10, tries // 10), seed)[0])
    if evidence:
        medians = {kind: round(statistics.median(values), 3) for kind, values in times.items()}
        chances = {kind: round(the_same(values, times["wrong"]), 4) for kind, values in times.items()}
        facts = {"tries_of_each": tries, "seed": seed, "median_ms": medians, "p": chances, "found": told}
        write_evidence("D3", facts, around)
    return held(told, {"no hash for nobody": any(sentence.startswith("unknown") for sentence in told_then)})


if __name__ == "__main__":
    alone(prove, __doc__, tries=400, seed=1)
