"""Promise G2: SIGTERM ends the server within five seconds, loses nothing and tells when to come back.

``python -m bench.stop_proof [--rounds 50] [--seed 1] [--minutes 45] [--keep NAME] [--plant DEFECT]``

A round is one of `kill_proof`, but it ends by SIGTERM: at any moment while twenty senders talk.  What was
begun is answered before the good-bye, so whatever is in the log then has had its OK.
"""

from __future__ import annotations

import time

from .crowd import Device, Sender
from .kill_proof import LONGEST, Proof, run_alone
from .ledger import STRANGE, STUCK, read_log
from .people import DATABASE

#: Seconds the server has to end (promise G2).
SOON = 5.0


class Guest(Device):
    """A device that is told when to come back."""

    by_token = True
    told_when = False

    def heard_strange(self, line: bytes) -> None:
        """Take the good-bye."""
        self.told_when = line.startswith(b"* BYE shutdown retry-after=")
        if not self.told_when:
            super().heard_strange(line)


class TalkingGuest(Guest, Sender):
    """The same of one that talks."""


class StopProof(Proof):
    """The rounds of one run, each ended by SIGTERM."""

    make_device, make_sender = Guest, TalkingGuest
    rounds_on_a_folder = 50

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.longest = 0.0  #: seconds from SIGTERM to the end of the process

    def measured(self) -> dict[str, object]:
        """Say what was measured."""
        return {"longest_stop_in_seconds": round(self.longest, 2)}

    async def _round(self) -> None:
        """Come back, compare, talk, be stopped."""
        await self._settle(self._launcher(None))
        for sender in self._senders:
            sender.talk()
        end = time.monotonic() + self._random.uniform(0, LONGEST)
        await self._until(lambda: time.monotonic() > end)
        there: list[Guest] = [device for device in self._devices if isinstance(device, Guest) and device.live]
        for device in there:
            device.told_when = False
        await self._stop()
        await self._until(lambda: all(device.away for device in self._devices), alive=False)
        for device in there:
            if not device.told_when:
                self.findings.add(STRANGE, f"{device.view.label} was not told when to come back")
        self._look_for_unanswered()

    def _look_for_unanswered(self) -> None:
        """Look whether something was stored, and whoever said it left without its OK."""
        _, entries = read_log(self._running.folder / DATABASE, self.ledger.checked)
        unanswered = {(sender.view.name, ref) for sender in self._senders for ref in sender.unanswered}
        for entry in entries:
            if (entry.sender, entry.ref) in unanswered:
                self.findings.add(STRANGE, f"{entry} was stored, and not answered before the good-bye")

    async def _stop(self) -> None:
        began = time.monotonic()
        self._running.terminate()
        await self._until(lambda: self._running.ended or time.monotonic() > began + SOON, alive=False)
        self.longest = max(self.longest, time.monotonic() - began)
        self.kills["stopped"] += 1
        if not self._running.ended:
            self.findings.add(STUCK, f"the server had not ended {SOON:.0f} s after SIGTERM")
            self._running.kill()


if __name__ == "__main__":
    run_alone(StopProof, __doc__, 50)
