"""Promise G1, the long run: ``python -m bench.forging`` notes a million events and reads them back.

Beside them people say nasty lines to a server in memory, and strangers flood it; what is tried stands in
`tests.imserver.forging`.  A planted defect, facts written as they are, must be found.
"""

from __future__ import annotations

import random
import time

from tests.imserver.forging import every_event, flood, raw, visits
from tests.log_reader import read_line

from .alone import alone
from .evidence import Progress, circumstances, held, write_evidence

PART = 20_000  # events at a time


def prove(events: int, seed: int, *, evidence: bool) -> bool:
    """Try so many events, a fiftieth as many acts of people and a tenth as many strangers."""
    around, began, shown = circumstances(), time.monotonic(), Progress()
    wrong: list[str] = []
    for done in range(0, events, PART):
        shown.show(f"G1: {done} of {events} events")
        wrong += every_event(random.Random(seed + done), PART)
        wrong += visits(random.Random(seed + done), PART // 50, texts=bool(done // PART % 2))
    wrong += flood(random.Random(seed), events // 10)
    found = bool(every_event(random.Random(seed), 100, ((raw, read_line),)))
    found = found and bool(visits(random.Random(seed), 100, write=raw))
    facts: dict[str, object] = {
        "events": events,
        "acts_of_people": events // 50,
        "strangers_in_the_flood": events // 10,
        "first_seed": seed,
        "ambiguities": len(wrong),
        "planted_raw_facts_found": found,
        "seconds": round(time.monotonic() - began),
    }
    if evidence:
        write_evidence("G1", facts, around)
    shown.end(f"G1: {events} events read back, {len(wrong)} ambiguities")
    return held(wrong, {"facts as they are": found})


if __name__ == "__main__":
    alone(prove, __doc__, events=1_000_000, seed=1)
