"""Promise E3: whatever is said to a user of the terminal client, the terminal's own state stays as it was.

``python -m bench.terminal_fuzz [--messages 1000000] [--seed 1] [--no-evidence]`` writes hostile messages, as
the client writes them, to a terminal made of glass (`bench.glass`), looks after each at its modes, title,
cursor, margins, character sets and at the line above, then plants defects that must be found.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from concurrent.futures import ProcessPoolExecutor

from imclient.terminal import harmless

from .alone import alone
from .evidence import Progress, held, write_evidence
from .glass import tricks
from .replaced import replaced

#: Messages of one piece of work.
PIECE = 5_000
#: A planted defect must be found within so many.
PATIENCE = 2_000
#: What is left out of the one pattern that makes texts harmless.
PLANTED = {
    "forget 8-bit C1": "\x80-\x9f",
    "forget C0": "\x00-\x1f",
    "forget directions": "\u202a-\u202e\u2066-\u2069",
}


def tried(seed: int, count: int = PIECE) -> list[str]:
    """Write so many, and name those that did something."""
    return [str(trick) for trick in tricks(count, seed)]


def found_planted(defect: str) -> bool:
    """Plant a defect; say whether it is found."""
    with replaced(harmless, "HARMFUL", without(PLANTED[defect])):
        return next(tricks(PATIENCE, 1), None) is not None


def without(signs: str) -> re.Pattern[str]:
    """Give a pattern of what is harmful that forgets some of it."""
    return re.compile(f"(?![{signs}]){harmless.HARMFUL.pattern}")


def prove(messages: int, seed: int, *, evidence: bool) -> bool:
    """Write them all on all cores; say whether nothing moved and all that was planted was found."""
    began, progress, found, done = time.monotonic(), Progress(), list[str](), 0
    pieces = -(-messages // PIECE)
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        for complaints in pool.map(tried, range(seed, seed + pieces), itertools.repeat(PIECE)):
            done += PIECE
            found += complaints
            progress.show(f"{done:,} messages, {len(found)} that did something")
    took = time.monotonic() - began
    planted = {defect: found_planted(defect) for defect in PLANTED}
    facts: dict[str, object] = {
        "messages": done,
        "first_seed": seed,
        "that_changed_the_terminal": len(found),
        "seconds": round(took),
        "planted_found": planted,
    }
    if evidence:
        write_evidence("E3", facts)
    progress.end(f"E3, hostile messages at a terminal: {done:,}, {len(found)} did something, {took:.0f} s")
    return held(found, planted)


if __name__ == "__main__":
    alone(prove, __doc__, messages=1_000_000, seed=1)
