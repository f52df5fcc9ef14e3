"""Promise A10: after a failed fdatasync the server stops within a second, and no message answered OK is lost.

``python -m bench.sync_proof [--first 1] [--rounds 40] [--step 1] [--seed 1] [--plant DEFECT]``

In a round the n-th fdatasync of each thread fails with EIO, n rising from round to round; in one of three
the first of the database's own file, when the write-ahead log is folded in.  The server must be gone
within a second.  Then it is started as it is, everybody comes back, and what was answered is compared
with what is there.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from twisted.internet.task import deferLater

from .failing_calls import FailingCalls, why_not
from .kill_proof import Proof, Task, run_alone
from .ledger import DIED, STUCK
from .people import DATABASE
from .running import Ended

#: Seconds the server has to stop (promise A10).
SOON = 1.0
#: And so many more, since each call of a process that strace watches costs it many times as much.
TRACED = 2.0
#: Seconds in which the n-th call must have come, under load.
WITHIN = 30.0
#: In one round of so many it is the write-ahead log that cannot be folded in.
FOLD_EACH = 3


class SyncProof(Proof):
    """Rounds in which the disk fails once, each time later."""

    def __init__(self, reactor: Any, folder: Path, task: Task) -> None:
        super().__init__(reactor, folder, task)
        self._calls = FailingCalls(folder / "trace", "fdatasync", "EIO")
        self._when = task.first - task.step
        self._rounds = 0
        self._is_open = False
        self.longest = 0.0  #: seconds from the failure to the end of the process
        if why := why_not():
            self.findings.add(DIED, why)

    def measured(self) -> dict[str, object]:
        """Say what was measured."""
        calls = {"first": self._task.first, "step": self._task.step}
        return {**calls, "longest_stop_in_seconds": round(self.longest, 3)}

    async def _round(self) -> None:
        """Have the disk fail once while everybody talks, then come back and compare."""
        if self.findings:
            return
        try:
            await self._fail()
        except Ended:
            if not self.findings:
                self._judge()
        self._running.kill()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)
        await self._settle(self._launcher(None))
        self._running.kill()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)

    async def _fail(self) -> None:
        self._rounds += 1
        if self._rounds % FOLD_EACH:
            self._when += self._task.step
            words = self._calls.launcher(str(self._when), self._launcher(None))
        else:
            words = self._calls.launcher("1", self._launcher(None), self._running.folder / DATABASE)
        self._is_open = False
        self._running.begin(words)
        self._running.wait_until_open()
        self._is_open = True
        await self._come_back()
        for sender in self._senders:
            sender.talk()
        end = time.monotonic() + WITHIN
        await self._until(lambda: self._calls.failed() is not None or time.monotonic() > end)
        failed = self._calls.failed()
        if failed is None:
            self.findings.add(STUCK, f"there was no fdatasync number {self._when} in {WITHIN:.0f} s")
            return
        await deferLater(self._reactor, SOON + TRACED)
        if self._running.ended:
            raise Ended
        if Path(failed.file).is_dir():
            # Whether a folder could be synchronised SQLite does not look; the server does that by itself.
            self.kills["of a folder"] += 1
            return
        which = f"fdatasync {self._when}, of {Path(failed.file).name}"
        self.findings.add(STUCK, f"{SOON + TRACED:.0f} s after the failed {which}, it still ran")

    def _judge(self) -> None:
        """It has ended by itself: in time, and because of that?"""
        failed, ended = self._calls.failed(), self._calls.ended()
        if failed is None or ended is None:
            self._note_end("of a file")
            return
        if not self._is_open:
            self.kills["at the start"] += 1  # nobody was let in: it may take its time
            return
        self.longest = max(self.longest, ended - failed.at)
        self.kills["of a file"] += 1
        if ended - failed.at > SOON + TRACED:
            self.findings.add(STUCK, f"it took {ended - failed.at:.1f} s to stop after a failed fdatasync")


if __name__ == "__main__":
    run_alone(SyncProof, __doc__, 40)
