"""Promise A12: no step of the wall clock loses or doubles a message, cuts a client or stalls a timer.

``python -m bench.clock_proof [--rounds 20] [--seed 1] [--plant DEFECT]``

The server runs under libfaketime and sees the clock that a file says.  While twenty senders talk it is put a
second, two hours or a day ahead or back, or to 1970, eight times a round.  Nobody may be cut, the talk must
go on at once, and a stranger who is given five seconds to log in must be told that they are over after
five seconds, within one.  In the end everybody compares.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .kill_proof import Proof, Task, run_alone
from .ledger import DIED, STRANGE, STUCK
from .running import HERE

#: Where Debian has it (package faketime).
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
MISSING = "NOT PROVED: libfaketime is missing here: apt-get install faketime"
DAY = 86_400
#: Seconds that the clock is put ahead or back of what it is; None: it is 1970.
STEPS: tuple[int | None, ...] = (1, -1, 7200, -7200, DAY, -DAY, None)
STEPS_A_ROUND = 8
#: Seconds between two steps.
BETWEEN = 0.4
#: Seconds that a timer may be late, or early (promise A12).
EXACT = 1.0
#: Seconds a stranger is given.
GIVEN = 5
#: The clock that was set is shown at once; what counts seconds, and Python's own locks, see the real one
#: (with the "fix", which is for other C libraries, threads wait for each other for seconds).
ENVIRONMENT = (
    "FAKETIME_NO_CACHE=1",
    "FAKETIME_DONT_FAKE_MONOTONIC=1",
    "FAKETIME_FORCE_MONOTONIC_FIX=0",
    "NO_FAKE_STAT=1",
)


class ClockProof(Proof):
    """Rounds of talk while the clock is set."""

    def __init__(self, reactor: Any, folder: Path, task: Task) -> None:
        super().__init__(reactor, folder, task)
        self._clock = folder / "clock"
        self._running.more = ["--limit", f"stranger-seconds={GIVEN}"]
        self.latest = 0.0  #: seconds that a timer was late or early
        self.quietest = 0.0  #: seconds without an OK
        self._steps = list(STEPS)
        if not LIBRARIES:
            self.findings.add(DIED, MISSING)

    def measured(self) -> dict[str, object]:
        """Say what was measured."""
        return {
            "steps_a_round": STEPS_A_ROUND,
            "timer_off_by_seconds": round(self.latest, 2),
            "longest_without_an_ok": round(self.quietest, 2),
        }

    def _launcher(self, point: str | None) -> Sequence[str]:
        shown = [f"LD_PRELOAD={LIBRARIES[0]}", f"FAKETIME_TIMESTAMP_FILE={self._clock}", *ENVIRONMENT]
        return ["env", *shown, *super()._launcher(point)]

    async def _round(self) -> None:
        if self.findings:
            return
        self._set(0)
        await self._settle(self._launcher(None))
        there = [device for device in self._devices if device.live and not device.late]
        for sender in self._senders:
            sender.talk()
        with socket.create_connection((HERE, self._running.port)) as stranger:
            began = time.monotonic()
            stranger.setblocking(False)
            for _ in range(STEPS_A_ROUND):
                self._step()
                await self._go_on(BETWEEN)
            await self._wait_for_bye(stranger, began)
        for sender in self._senders:
            sender.talking = False
        await self._until(self._all_answered)
        for device in there:
            if device.away:
                self.findings.add(STRANGE, f"{device.view.label} was cut")
        self.kills["clock was set"] += STEPS_A_ROUND
        self._set(0)
        self._running.kill()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)

    def _step(self) -> None:
        """Set the clock, in an order of which each step comes round."""
        self._random.shuffle(self._steps)
        self._set(self._steps[0])

    def _set(self, seconds: int | None) -> None:
        said = "@1970-01-01 00:00:10" if seconds is None else f"{seconds:+d}"
        beside = self._clock.with_suffix(".new")
        beside.write_text(said)
        beside.replace(self._clock)  # nobody reads half of it

    async def _go_on(self, seconds: float) -> None:
        """Let them talk; they must have had an OK within a second."""
        oks, began = self.ledger.oks, time.monotonic()
        await self._until(lambda: self.ledger.oks > oks or time.monotonic() > began + EXACT)
        quiet = time.monotonic() - began
        self.quietest = max(self.quietest, quiet)
        if self.ledger.oks == oks:
            self.findings.add(STUCK, f"{quiet:.1f} s after the clock was set nothing was answered any more")
        await self._until(lambda: time.monotonic() > began + seconds)

    async def _wait_for_bye(self, stranger: socket.socket, began: float) -> None:
        heard = bytearray()

        def has_heard() -> bool:
            with suppress(BlockingIOError):
                heard.extend(stranger.recv(4096))
            return b"* BYE too-late" in heard or time.monotonic() > began + GIVEN + 2 * EXACT

        await self._until(has_heard)
        off = abs(time.monotonic() - began - GIVEN)
        self.latest = max(self.latest, off)
        if off > EXACT:
            self.findings.add(STUCK, f"a timer of {GIVEN} s was off by {off:.1f} s: {bytes(heard[-60:])!r}")


if __name__ == "__main__":
    run_alone(ClockProof, __doc__, 20)
