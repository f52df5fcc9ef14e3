"""Promises A14 and C1 to C3, the long run: ``python -m bench.one_reading`` tries 100,000 streams and sayings.

What is tried stands in `tests.one_reading`; that each trial finds a planted defect is tried by
`tests.test_one_reading`.
"""

from __future__ import annotations

import random
import time

from tests.one_reading import messages, streams

from .alone import alone
from .evidence import Progress, circumstances, held, write_evidence

PART = 2_000  # at a time


def prove(count: int, seed: int, *, evidence: bool) -> bool:
    """Have so many streams read by a server and a client, and so many nasty messages said."""
    around, began, shown = circumstances(), time.monotonic(), Progress()
    wrong: list[str] = []
    for done in range(0, count, PART):
        shown.show(f"A14, C1 to C3: {done} of {count} streams and messages")
        wrong += streams(random.Random(seed + done), min(PART, count - done))
        wrong += messages(random.Random(seed + done), min(PART, count - done))
    facts: dict[str, object] = {
        "streams": count,
        "messages_said": count,
        "first_seed": seed,
        "disagreements": len(wrong),
        "seconds": round(time.monotonic() - began),
    }
    if evidence:
        write_evidence("C1", facts, around)
    shown.end(f"A14, C1 to C3: {count} streams and as many messages, {len(wrong)} disagreements")
    return held(wrong, {})


if __name__ == "__main__":
    alone(prove, __doc__, count=100_000, seed=1)
