"""Promise B5 in time: the dearest line of each shape, and how its cost grows with its length.

``python -m bench.line_cost`` prints milliseconds of CPU for lines of 2, 4 and 8 KiB (and 16, which only
a client reads), everything that is ever done with a line included: read by both sides, refused, masked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

from tests.improtocol.test_cost import SHAPES, read

SIZES = (2048, 4096, 8192, 16384)
TARGET_MS = 10.0
TARGET_RATIO = 2.5


#: What takes less is noise, not growth.
NOISE_MS = 0.5
#: So often the dear ones are measured again: another process can only make them slower, never faster.
AGAIN = 20


def milliseconds(line: str, rounds: int = 7) -> float:
    """Measure a line: the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        read(line)
        best = min(best, time.process_time() - begun)
    return best * 1000


def growth(costs: list[float]) -> float:
    """Say how much dearer twice the length is, at worst."""
    return max((b / a for a, b in pairwise(costs) if b > NOISE_MS), default=1.0)


def is_kept(costs: list[float]) -> bool:
    """Whether the promise holds for these."""
    return costs[2] <= TARGET_MS and growth(costs) <= TARGET_RATIO


def measured(shape: Callable[[int], str]) -> list[float]:
    """Measure a shape at all lengths, as often as it takes to tell its cost from the machine's."""
    lines = [shape(size) for size in SIZES]
    costs = [milliseconds(line) for line in lines]
    for _ in range(AGAIN):
        if is_kept(costs):
            break
        costs = [min(cost, milliseconds(line)) for cost, line in zip(costs, lines, strict=True)]
    return costs


def main() -> int:
    """Print the table; the exit status says whether the promise held."""
    held = True
    print(f"{'shape':30}" + "".join(f"{size:>10}" for size in SIZES) + "     ratio")
    for name, shape in SHAPES.items():
        costs = measured(shape)
        held = held and is_kept(costs)
        print(f"{name:30}" + "".join(f"{cost:10.3f}" for cost in costs) + f"{growth(costs):10.2f}")
    print("held" if held else "NOT HELD")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
