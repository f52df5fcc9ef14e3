"""The real server with a defect planted in it, or with a place in its code where it dies: for proofs alone.

``python -m bench.altered_server [--plant DEFECT] [--die-at PLACE:PASSES] -- WORDS FOR TWISTD``

The product knows nothing of this.  What is altered is altered from outside, before it starts; a
place or a part that is not there any more is an error, so that no proof passes for want of a defect.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

from twisted.scripts.twistd import run as twistd

from .server_defects import PLANTS, wrap

BEFORE, AFTER = "before", "after"

#: Places where the server can be made to end as by SIGKILL: a method, and which side of it.
FAIL_POINTS: dict[str, tuple[str, str]] = {
    "database-opened": ("imserver.storage.database:Database.open", AFTER),
    "line-taken": ("imserver.connection:Connection._begin", BEFORE),
    "asked-of-the-writer": ("imserver.storage.writer:Writer.ask", AFTER),
    "batch-begun": ("imserver.storage.writer:Transactions.commit", BEFORE),
    "rows-written": ("imserver.storage.batch:Batch.write", AFTER),
    "committed": ("imserver.storage.writer:Transactions.commit", AFTER),
    "before-answers": ("imserver.storage.writer:Writer._fire", BEFORE),
    "before-told": ("imserver.mailroom:Mailroom.committed", BEFORE),
    "told": ("imserver.mailroom:Mailroom.committed", AFTER),
    "before-write": ("imserver.connection:Connection.flush", BEFORE),
    "written": ("imserver.connection:Connection.flush", AFTER),
    "page-read": ("imserver.mailroom:Mailroom._page", BEFORE),
}


def die_at(point: str, passes: int) -> None:
    """Have the process end at the n-th pass of a place."""
    where, side = FAIL_POINTS[point]
    passing = count(1)

    def pass_by() -> None:
        if next(passing) == passes:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(method: Callable[..., Any], *words: Any, **keys: Any) -> Any:
        if side == BEFORE:
            pass_by()
        given = method(*words, **keys)
        if side == AFTER:
            pass_by()
        return given

    wrap(where, around)


def launcher(plant: str | None, fail_point: str | None) -> list[str]:
    """Give the words that start such a server, but for those that twistd reads."""
    words = [sys.executable, "-m", "bench.altered_server"]
    words += ["--plant", plant] if plant else []
    words += ["--die-at", fail_point] if fail_point else []
    return [*words, "--"]


def main() -> None:
    """Alter, then be twistd."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plant", choices=PLANTS)
    parser.add_argument("--die-at")
    parser.add_argument("twistd", nargs="*")
    asked = parser.parse_args()
    if asked.plant:
        PLANTS[asked.plant]()
    if asked.die_at:
        point, _, passes = asked.die_at.partition(":")
        die_at(point, int(passes))
    sys.argv = ["twistd", *asked.twistd]
    twistd()


if __name__ == "__main__":
    main()
