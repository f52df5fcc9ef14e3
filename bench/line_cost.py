"""Promise B5 in time: the dearest line of each shape, and how its cost grows with its length.

``python -m bench.line_cost`` prints milliseconds of CPU for lines of 2, 4 and 8 KiB (and 16, which only
a client reads), everything that is ever done with a line included: read by both sides, refused, masked.
"""

from __future__ import annotations

import time
from itertools import pairwise

from tests.improtocol.test_cost import SHAPES, read

SIZES = (2048, 4096, 8192, 16384)
TARGET_MS = 10.0
TARGET_RATIO = 2.5


def milliseconds(line: str, rounds: int = 7) -> float:
    """Measure a line: the best of some rounds, since another process can only make it slower."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        read(line)
        best = min(best, time.process_time() - begun)
    return best * 1000


def main() -> int:
    """Print the table; the exit status says whether the promise held."""
    held = True
    print(f"{'shape':30}" + "".join(f"{size:>10}" for size in SIZES) + "     ratio")
    for name, shape in SHAPES.items():
        costs = [milliseconds(shape(size)) for size in SIZES]
        # What takes less than half a millisecond is noise, not growth.
        ratio = max((b / a for a, b in pairwise(costs) if b > 0.5), default=1.0)
        held = held and costs[2] <= TARGET_MS and ratio <= TARGET_RATIO
        print(f"{name:30}" + "".join(f"{cost:10.3f}" for cost in costs) + f"{ratio:10.2f}")
    print("held" if held else "NOT HELD")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
