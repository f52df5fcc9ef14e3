"""What the system tells of a process that runs: the memory it holds, and the processor it has had."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

KIB, MIB = 1024, 1024 * 1024


def resident(pid: int | None = None) -> int:
    """Give the bytes that a process has in memory now; None: this one."""
    return _status(pid, "VmRSS")


def peak(pid: int | None = None) -> int:
    """Give the most bytes that it ever had there."""
    return _status(pid, "VmHWM")


def share(pid: int) -> int:
    """Give the bytes it has there, and of what it has together with others its share alone."""
    return _kib(Path(f"/proc/{pid}/smaps_rollup"), "Pss")


def processor(pid: int) -> float:
    """Give the seconds of processor that a process has had, all its threads together."""
    # As clock_getcpuclockid(3) makes it: the ticks of /proc are too coarse for one that hardly works.
    return time.clock_gettime(~pid << 3 | 2)


def _status(pid: int | None, name: str) -> int:
    return _kib(Path(f"/proc/{pid or os.getpid()}/status"), name)


def _kib(table: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", table.read_text(), re.MULTILINE)
    assert found is not None, f"{table} does not tell {name}"
    return int(found[1]) * KIB
