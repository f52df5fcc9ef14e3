"""Promise A5 in memory: lives of a whole server and its clients, each from one seed, judged by a model.

``python -m bench.session_life [--seconds 30 | --lives N] [--from SEED] [--acts 200]`` lives them, then plants
each defect until it is found, and keeps `bench/evidence/session-life.json`.  A promise that is broken is
one line that begins with its seed; ``--seed N`` lives that one again and prints all that was said and heard.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict

from twisted.logger import globalLogBeginner

from tests.simulation.course import Course
from tests.simulation.letters import Violation
from tests.simulation.planted import PLANTED
from tests.simulation.session_life import ACTS_OF_A_LIFE, WHOLE, live

from .evidence import Progress, held, write_evidence

#: In so many lives a planted defect must be found.
PATIENCE = 100


def quiet() -> None:
    """Let what the disk is planned to do wrong be logged nowhere; what was not is a violation."""
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)


def judged(seed: int, acts: int, defect: str | None = None) -> Course | str:
    """Live one life; a broken promise comes back as its line."""
    try:
        return live(seed, acts, WHOLE if defect is None else PLANTED[defect])
    except Violation as violation:
        return str(violation)


def lived(seeds: Iterator[int], acts: int, seconds: float) -> Iterator[Course | str]:
    """Live seed after seed on all cores, and begin none when the time is over."""
    cores = os.cpu_count() or 1
    end = time.monotonic() + seconds
    with ProcessPoolExecutor(cores, initializer=quiet) as pool:
        under_way: set[Future[Course | str]] = set()
        while True:
            begun = itertools.islice(seeds, 2 * cores - len(under_way) if time.monotonic() < end else 0)
            under_way |= {pool.submit(judged, seed, acts) for seed in begun}
            if not under_way:
                return
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in done)


def lives_until_found(defect: str, seed: int, acts: int) -> int | None:
    """Plant a defect, and count the lives until one goes wrong."""
    for count in range(1, PATIENCE + 1):
        if isinstance(judged(seed + count - 1, acts, defect), str):
            return count
    return None


def prove(
    first: int, lives: int | None, seconds: float, acts: int, *, keep: bool, planted: bool = True
) -> bool:
    """Live, plant, keep evidence; say whether everything held and everything planted was found."""
    total, broken, began, progress = Course(), list[str](), time.monotonic(), Progress()
    seeds = itertools.count(first) if lives is None else iter(range(first, first + lives))
    for outcome in lived(seeds, acts, seconds if lives is None else float("inf")):
        if isinstance(outcome, str):
            broken.append(outcome)
        else:
            total.add(outcome)
        progress.show(f"{total.lives} lives, {total.entries} entries, {len(broken)} broken")
    took = time.monotonic() - began
    found = {defect: lives_until_found(defect, first, acts) for defect in (PLANTED if planted else ())}
    facts: dict[str, object] = {
        "first_seed": first,
        "acts_of_a_life": acts,
        **asdict(total),
        "violations": len(broken),
        "seconds": round(took),
        "planted_found_after_lives": found,
    }
    if keep:
        write_evidence("session-life", facts)
    progress.end(
        f"A5, lives in memory: {total.lives} lives, {total.entries} entries, {total.sessions} sessions, "
        f"{len(broken)} broken, {took:.0f} s"
    )
    return held(sorted(broken), {defect: count is not None for defect, count in found.items()})


def main() -> int:
    """Read the arguments; the exit status says whether the promise held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--lives", type=int, help="so many, however long it takes")
    parser.add_argument("--from", type=int, default=1000, dest="first", metavar="SEED")
    parser.add_argument("--acts", type=int, default=ACTS_OF_A_LIFE)
    parser.add_argument("--seed", type=int, help="this one alone, with its trace")
    parser.add_argument("--no-evidence", action="store_false", dest="keep", help="write no file")
    parser.add_argument("--unplanted", action="store_false", dest="planted", help="plant nothing (tests do)")
    asked = parser.parse_args()
    quiet()
    if asked.seed is None:
        how = {"keep": asked.keep, "planted": asked.planted}
        return 0 if prove(asked.first, asked.lives, asked.seconds, asked.acts, **how) else 1
    try:
        print(live(asked.seed, asked.acts, trace=print))
    except Violation as violation:
        sys.exit(str(violation))
    return 0


if __name__ == "__main__":
    sys.exit(main())
