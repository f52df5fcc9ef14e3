"""Promise A13: after an older copy of the database is put back every client notices, and reads anew.

``python -m bench.restore_proof [--rounds 10] [--seed 1] [--minutes 40] [--keep NAME] [--plant DEFECT]``

In a round the database is copied while twenty senders talk; they talk on; the server is ended, by SIGKILL
or SIGTERM; the copy is put in its place, and the server is started as ever.  The senders come back first
and talk until the log is longer than it was, so that a number that was told means something else now; then
all the others come.  Nobody may go on as if nothing had happened: each must meet another epoch, and hold in
the end what the log holds.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from .crowd import Device, Sender
from .kill_proof import LISTENERS, PATIENCE, Proof, Task, run_alone
from .ledger import STRANGE, read_log
from .people import DATABASE


class Returning(Device):
    """A device that forgets what it held when the log is another one."""

    by_token = True
    resyncs = 0

    def heard_strange(self, line: bytes) -> None:
        """Take a good-bye for what it is."""
        if not line.startswith(b"* BYE shutdown "):
            super().heard_strange(line)

    def met_another_epoch(self, line: bytes) -> None:
        """Forget it."""
        self.resyncs += 1
        self.epoch, self.position, self.held = "", 0, 0
        self.view.told.clear()
        self.view.said.clear()


class ReturningSender(Returning, Sender):
    """The same of one that talks."""

    def met_another_epoch(self, line: bytes) -> None:
        """Forget it; what was answered may be gone."""
        super().met_another_epoch(line)
        self._recent.clear()


class RestoreProof(Proof):
    """Rounds that each end with an older copy."""

    make_device, make_sender = Returning, ReturningSender
    #: Everybody reads all of the log anew, so a round costs as much as all before it have said.
    rounds_on_a_folder = 10

    def __init__(self, reactor: Any, folder: Path, task: Task) -> None:
        super().__init__(reactor, folder, task)
        more = [(name, "tablet") for name in LISTENERS] + [(name, "watch") for name in LISTENERS[:4]]
        self._devices += [Returning(name, device, self.ledger) for name, device in more]
        self._database = folder / DATABASE
        self._copy = folder / "copy"

    def measured(self) -> dict[str, object]:
        """Say what was measured."""
        returning = [device for device in self._devices if isinstance(device, Returning)]
        return {"devices": len(returning), "read_anew": sum(device.resyncs for device in returning)}

    async def _round(self) -> None:
        await self._settle(self._launcher(None))
        for sender in self._senders:
            sender.talk()
        await self._talk_for(self._random.uniform(0.05, 0.3))
        copied = self._make_copy()
        await self._until(lambda: max(device.position for device in self._devices) > copied)
        await self._talk_for(self._random.uniform(0.05, 0.3))
        before = self._devices[0].epoch
        told = max(device.position for device in self._devices)
        how = self._random.choice(("killed", "stopped"))
        self.kills[how] += 1
        if how == "killed":
            self._running.kill()
        else:
            self._running.stop()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)
        self._put_back()
        self.ledger.begin_anew(0)
        self._running.begin(self._launcher(None))
        await self._come_back_after(told)
        for device in self._devices:
            if device.epoch == before:
                self.findings.add(STRANGE, f"{device.view.label} was not told that the log is another one")
        self._compare_anew()
        for device in self._devices:
            device.acknowledge()
        await self._until(lambda: all(device.holds_all for device in self._devices))
        self._running.kill()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)

    async def _talk_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        await self._until(lambda: time.monotonic() > end)

    def _make_copy(self) -> int:
        """Copy the database as SQLite does it while it is in use; give the number it ends with."""
        self._copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._database)) as there, closing(sqlite3.connect(self._copy)) as copy:
            there.backup(copy)
            last: int = copy.execute("SELECT last FROM log").fetchone()[0]
            return last

    def _put_back(self) -> None:
        for beside in ("-wal", "-shm"):
            self._database.with_name(DATABASE + beside).unlink(missing_ok=True)
        self._copy.replace(self._database)

    async def _come_back_after(self, told: int) -> None:
        """Have the senders talk until the log is as long as it was, then all the others come."""
        self._running.wait_until_open()
        for sender in self._senders:
            sender.connect(self._reactor, self._running.port)
        await self._until(lambda: all(sender.live for sender in self._senders))
        for sender in self._senders:
            sender.talk()
        await self._until(lambda: max(sender.position for sender in self._senders) > told + 100)
        for sender in self._senders:
            sender.talking = False
        for device in self._devices:
            if device.away:
                device.connect(self._reactor, self._running.port)
        await self._until(lambda: all(device.live for device in self._devices))
        await self._until(self._all_answered)
        last = await self._call_out(self._random.choice(self._senders))
        await self._until(lambda: all(device.position == last for device in self._devices), PATIENCE)

    def _compare_anew(self) -> None:
        """Compare what everybody holds with the log, from its first entry on."""
        last, entries = read_log(self._database, 0)
        for device in self._devices:
            self.ledger.compare(entries, device.view)
            device.view.told.clear()
            device.view.said.clear()
        self.ledger.begin_anew(last)


if __name__ == "__main__":
    run_alone(RestoreProof, __doc__, 10)
