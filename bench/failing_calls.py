"""A server of whose calls to the kernel the n-th fails: by strace, from outside, on the program as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: What is said where the kernel or a container forbids it: a proof that cannot be made has failed.
FORBIDDEN = "NOT PROVED: strace cannot be used here ({why}); run it where a process may be traced"
_LINE = re.compile(r"\d+ +(\d+\.\d+) (\w+)\(\d+<([^>]*)>.*\(INJECTED\)")
_END = re.compile(r"\d+ +(\d+\.\d+) \+\+\+ exited with")


@dataclass(frozen=True)
class Failed:
    """A call that was made to fail."""

    at: float  #: seconds since 1970
    file: str


class FailingCalls:
    """What strace is told, and what it wrote down."""

    def __init__(self, trace: Path, call: str, error: str) -> None:
        self.trace = trace
        self._call = call
        self._error = error

    def launcher(self, when: str, then: Sequence[str], only: Path | None = None) -> list[str]:
        """Give the words that start a process whose calls fail: n or n..m, counted in each thread.

        ``only``: none but the calls on this file are counted.
        """
        self.trace.unlink(missing_ok=True)
        # The process that is started is the server itself; strace looks at it from beside.
        quietly = ["-D", "-f", "--seccomp-bpf", "-q", "-ttt", "-y", "-e", "signal=none"]
        what = ["-e", f"trace={self._call}", "-e", f"inject={self._call}:error={self._error}:when={when}"]
        what += ["-P", str(only)] if only else []
        return ["strace", *quietly, *what, "-o", str(self.trace), *then]

    def failed(self) -> Failed | None:
        """Give the first call that failed, as soon as there is one."""
        found = _LINE.search(self._written())
        return None if found is None else Failed(float(found[1]), found[3])

    def ended(self) -> float | None:
        """Say when the last thread ended."""
        # The line may be written a moment after its process has gone.
        end = time.monotonic() + 2
        while time.monotonic() < end:
            if ends := _END.findall(self._written()):
                return float(ends[-1])
            time.sleep(0.01)
        return None

    def _written(self) -> str:
        return self.trace.read_text(errors="replace") if self.trace.exists() else ""


def why_not() -> str | None:
    """Say why there is no strace here, or that it may not look at a process."""
    if shutil.which("strace") is None:
        return FORBIDDEN.format(why="it is not installed: apt-get install strace")
    tried = subprocess.run(
        ["strace", "-D", "-f", "--seccomp-bpf", "-qqq", "-e", "trace=fdatasync", "-o", "/dev/null", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return FORBIDDEN.format(why=tried.stderr.strip()) if tried.returncode else None
