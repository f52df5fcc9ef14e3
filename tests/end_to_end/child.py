"""A process that a test started: what it says goes to files, and it is ended by its own id."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .patience import LONG


class Child:
    """A process; ``folder`` takes what it says to its standard output and error."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        name: str,
        *,
        environment: Mapping[str, str] = {},
        stdin: int = subprocess.DEVNULL,
    ) -> None:
        self._out, self._err = folder / f"{name}.out", folder / f"{name}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=out,
                stderr=err,
                # As a user has it: Python's warnings are for those who test.
                env={**os.environ, "PYTHONWARNINGS": "", **environment},
                process_group=0,  # so that a Ctrl-C at the tests is not one at it
            )

    @property
    def out(self) -> str:
        """What it said so far."""
        return self._out.read_text("utf-8", "replace")

    @property
    def err(self) -> str:
        """What it complained of so far."""
        return self._err.read_text("utf-8", "replace")

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self, *, within: float = LONG) -> int:
        """Wait for its end and give its status: negative if it was a signal's."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it still runs after {within:.0f} seconds: {self.out}{self.err}") from None

    def end(self) -> None:
        """End it, by force if need be; nothing if it has ended."""
        if self.running:
            self.process.terminate()
            try:
                self.process.wait(LONG)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
