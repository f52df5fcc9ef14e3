"""Promise A9: with the disk full the server stays up and reads, refuses what is new, and takes it again.

``python -m bench.full_disk_proof [--rounds 10] [--seed 1] [--plant DEFECT]``
``python -m bench.full_disk_proof --calls [--first 1] [--rounds 20] [--step 1]``

A round on a real full disk: the data folder is on a tmpfs, which somebody else fills up while twenty senders
talk.  They must be told `disk-full`; who comes in meanwhile must be let in and read; and when there is room
again, an OK must come within ten seconds.  What was refused is said again until it has its OK; then everybody
compares.  In every third round the server is killed while the disk is full, and started when there is room.

By calls: n to n + 9 of the writes of each thread fail with ENOSPC, n rising from round to round.
"""

from __future__ import annotations

import argparse
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from twisted.internet.task import deferLater

from .crowd import Device, Sender
from .failing_calls import FailingCalls, why_not
from .kill_proof import Proof, Task, run
from .ledger import DIED, REFUSED, STRANGE, STUCK, Ledger
from .people import DATABASE, PASSWORD
from .running import HERE, Ended
from .server_defects import PLANTS

#: Bytes of the disk that is filled: what is said in a run must have room beside the write-ahead log.
SIZE = 96 * 1024 * 1024
#: Seconds within which it must be taken again when there is room (promise A9).
SOON = 10.0
#: Seconds until what was refused is said again; the server asks for more, but it is the server that is tried.
AGAIN = 0.1
FULL = b" disk-full retry-after="
FORBIDDEN = "NOT PROVED: no tmpfs can be mounted here ({why}); run it as root, or prove the rest with --calls"


class Waiting(Device):
    """A device that takes a full disk as it comes."""

    refusals = 0

    def was_refused(self, what: str, about: str, line: bytes) -> None:
        """Say it again later, if it is for want of room."""
        if FULL not in line:
            super().was_refused(what, about, line)
            return
        self.refusals += 1
        if what == "ACK":
            self._acked = 0

    def again(self) -> None:
        """Say again what was refused."""
        if self.late or not self.live:
            return
        if self._acked == 0:
            self.acknowledge()


class WaitingSender(Waiting, Sender):
    """The same of one that talks."""

    def __init__(self, name: str, ledger: Ledger, people: Sequence[str], seed: str) -> None:
        Sender.__init__(self, name, ledger, people, seed)
        self._refused: dict[str, None] = {}

    def was_refused(self, what: str, about: str, line: bytes) -> None:
        """Keep it until it is said again."""
        super().was_refused(what, about, line)
        if what == "SEND" and about in self.unanswered:
            self._refused[about] = None

    def lost(self) -> None:
        """All that has no answer is said again at the next LOGIN."""
        super().lost()
        self._refused.clear()

    def again(self) -> None:
        """Say again what was refused."""
        super().again()
        if self.live:
            refused, self._refused = self._refused, {}
            for ref in refused:
                self.ask(self.unanswered[ref], "SEND", ref)
            self.write()


class FullDiskProof(Proof):
    """Rounds on a disk that is filled and freed."""

    make_device, make_sender = Waiting, WaitingSender

    def __init__(self, reactor: Any, folder: Path, task: Task) -> None:
        self.longest = 0.0  #: seconds from the moment there is room to the first OK
        self._disk = folder
        self._mounted = False
        why = self._mount()
        super().__init__(reactor, folder, task)
        if why:
            self.findings.add(DIED, why)

    def _mount(self) -> str | None:
        words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "none", str(self._disk)]
        tried = subprocess.run(words, capture_output=True, text=True, check=False)
        self._mounted = tried.returncode == 0
        return None if self._mounted else FORBIDDEN.format(why=tried.stderr.strip())

    def measured(self) -> dict[str, object]:
        """Say what was measured."""
        refusals = sum(device.refusals for device in self._devices if isinstance(device, Waiting))
        return {"refused_for_want_of_room": refusals, "longest_until_taken_again": round(self.longest, 2)}

    async def run(self, progress: Callable[[int], None]) -> None:
        """Go through all rounds on one server, as long as it is not killed."""
        try:
            await super().run(progress)
        finally:
            if self._mounted:
                subprocess.run(["umount", "-l", str(self._disk)], check=False)

    async def _round(self) -> None:
        if self.findings:
            return
        if self._running.ended:
            await self._settle(self._launcher(None))
        await self._say_much()
        self._fill()
        await self._refused_and_read()
        if self._random.randrange(3) == 0:
            self._running.kill()
            self._free()
            self.kills["while it was full"] += 1
            await self._until(lambda: all(device.away for device in self._devices), alive=False)
            return
        await self._taken_again()
        self.kills["not at all"] += 1
        await self._compare()

    async def _settle(self, command: Sequence[str]) -> None:
        """Start anew."""
        self._running.kill()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)
        await super()._settle(command)

    async def _say_much(self) -> None:
        for sender in self._senders:
            sender.talk()
        end = time.monotonic() + self._random.uniform(0, 0.5)
        await self._until(lambda: time.monotonic() > end)

    def _fill(self) -> None:
        """Let somebody else take all the room there is."""
        with (self._disk / "ballast").open("wb", buffering=0) as ballast:
            for piece in (1024 * 1024, 4096, 1):
                with suppress(OSError):
                    while ballast.write(b"\0" * piece):
                        pass

    def _free(self) -> None:
        (self._disk / "ballast").unlink()

    async def _refused_and_read(self) -> None:
        before = sum(sender.refusals for sender in self._senders)  # type: ignore[attr-defined]
        await self._until(lambda: sum(s.refusals for s in self._senders) > before, SOON)  # type: ignore[attr-defined]
        with socket.create_connection((HERE, self._running.port), timeout=SOON) as reader:
            lines = [f"LOGIN l0 :{PASSWORD}", "HISTORY limit=1", "WHO", "QUIT", ""]
            reader.sendall("\n".join(lines).encode())
            # It is read on the reactor's thread: nobody else need be waited for.
            said = b"".join(iter(lambda: reader.recv(65536), b""))
        for answer in (b"OK LOGIN l0", b"OK HISTORY 1", b"OK WHO", b"OK QUIT"):
            if answer not in said:
                self.findings.add(REFUSED, f"while the disk was full there was no {answer!r}")

    async def _taken_again(self) -> None:
        """Free the disk, and see that what was refused is taken."""
        for sender in self._senders:
            sender.talking = False
        oks, began = self.ledger.oks, time.monotonic()
        self._free()
        while not self.findings and self.ledger.oks == oks and time.monotonic() < began + SOON:
            await self._say_again()
        waited = time.monotonic() - began
        self.longest = max(self.longest, waited)
        if self.ledger.oks == oks:
            self.findings.add(STUCK, f"{waited:.0f} s after there was room nothing was taken")

    async def _say_again(self) -> None:
        for device in self._devices:
            if isinstance(device, Waiting):
                device.again()
        await deferLater(self._reactor, AGAIN)
        if self._running.ended:
            raise Ended

    async def _compare(self) -> None:
        """Have everything answered and told, and compare all there is, without any new start."""
        end = time.monotonic() + 60
        while not self._all_answered() and time.monotonic() < end:
            await self._say_again()
        last = await self._call_out(self._random.choice(self._senders))
        there = [device for device in self._devices if not device.away]
        await self._until(lambda: all(device.position == last for device in there))
        for device in self._devices:
            if device.late:
                device.connect(self._reactor, self._running.port)
        await self._until(lambda: all(device.live for device in self._devices))
        await self._until(lambda: all(device.position == last for device in self._devices))
        self._recount(all_told=True)
        self._check_database()
        for device in self._devices:
            device.acknowledge()
        await self._until(lambda: all(device.holds_all for device in self._devices))
        for device in self._devices:
            if device.late:
                device.leave()
        await self._until(lambda: all(device.away for device in self._devices if device.late))

    def _check_database(self) -> None:
        database = f"file:{self._running.folder / DATABASE}?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            self.findings.add(STRANGE, f"the database is damaged: {found}")


class FailingWrites(FullDiskProof):
    """Rounds in which some writes find no room, each time later ones."""

    def __init__(self, reactor: Any, folder: Path, task: Task) -> None:
        super().__init__(reactor, folder, task)
        self._calls = FailingCalls(folder / "trace", "pwrite64", "ENOSPC")
        self._when = task.first - task.step
        if why := why_not():
            self.findings.add(DIED, why)

    def _mount(self) -> str | None:
        return None

    async def _round(self) -> None:
        if self.findings:
            return
        self._when += self._task.step
        self._running.begin(self._calls.launcher(f"{self._when}..{self._when + 9}", self._launcher(None)))
        try:
            await self._come_back_patiently()
        except Ended:
            if self._could_not_start():
                return
            raise
        await self._say_much()
        for sender in self._senders:
            sender.talking = False
        await self._compare()
        self.kills["at a write" if self._calls.failed() else "at none"] += 1
        self._running.kill()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)

    def _could_not_start(self) -> bool:
        """Whether it said that it cannot start, for want of room: nobody was let in."""
        words = self._running.output.read_text(errors="replace").rstrip().splitlines()[-1]
        said = words.startswith("imserver: The d")
        self.kills["at the start"] += said
        return said

    async def _come_back_patiently(self) -> None:
        self._running.wait_until_open()
        for device in self._devices:
            if not device.late:
                device.connect(self._reactor, self._running.port)
        present = [device for device in self._devices if not device.late]
        await self._until(lambda: all(device.live for device in present))


def main() -> None:
    """Run what is asked for; the exit status says whether nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", action="store_true", help="have single writes fail")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--plant", choices=PLANTS)
    asked = parser.parse_args()
    task = Task(asked.rounds, asked.seed, asked.plant, first=asked.first, step=asked.step)
    run(task, "rounds", FailingWrites if asked.calls else FullDiskProof)


if __name__ == "__main__":
    main()
