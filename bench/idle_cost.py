"""What a server costs to which nobody speaks: at most 90 MB of memory and 0.2 % of a core.

``python -m bench.idle_cost [--seconds 180]`` keeps ``evidence/idle.json``.

Four real servers stand beside each other for some minutes: as it comes, with counts shown to Prometheus, with
TLS, and with a hundred people logged in who say nothing.  Each has been spoken to before, so that what is
loaded only then is there.  Beside them stand two with a defect each: they must be past their bounds.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass

from .alone import alone
from .caller import Caller
from .evidence import circumstances, held, write_evidence
from .house import house
from .process import processor, resident, share
from .running import HERE, Running, free_port

#: What an idle server may take: bytes, and its part of a core.
MEMORY, PROCESSOR = 90e6, 0.002
#: Seconds after the last word until it counts as idle: timers of its beginning are over by then.
QUIET = 15
GUESTS = [f"guest{number}" for number in range(100)]


@dataclass(frozen=True)
class Setting:
    """A way to run a server."""

    name: str
    words: tuple[str, ...] = ()
    tls: bool = False
    guests: int = 1
    plant: str | None = None

    def stand(self, stack: ExitStack) -> Running:
        """Have a server stand, with its guests, until the stack ends."""
        port, guests = free_port(), GUESTS[: self.guests]
        words = [word.format(port=port) for word in self.words]
        running = stack.enter_context(house(guests, plant=self.plant, more=words))
        door = port if self.tls else running.port
        running.wait_until_open(door)
        for name in guests:
            caller = Caller(door, tls=self.tls)
            stack.callback(caller.leave)
            caller.come_in(name)
        return running


SETTINGS = (
    Setting("plain"),
    Setting("metrics", ("--metrics", f"tcp:{{port}}:interface={HERE}")),
    Setting("tls", ("--listen", f"ssl:{{port}}:interface={HERE}"), tls=True),
    Setting("hundred", guests=100),
)
PLANTED = tuple(Setting(plant, plant=plant) for plant in ("ticks-when-idle", "holds-too-much"))

#: Of each setting what it took: bytes of memory, its share of them, and its part of a core.
Took = dict[str, dict[str, float]]


def measure(seconds: float) -> Took:
    """Let all of them stand idle together; give what each took."""
    with ExitStack() as stack:
        settings = (*SETTINGS, *PLANTED)
        pids = [setting.stand(stack).pid for setting in settings]
        time.sleep(QUIET)
        before, began = [processor(pid) for pid in pids], time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        return {
            setting.name: {
                "rss": resident(pid),
                "pss": share(pid),
                "processor": round((processor(pid) - earlier) / took, 6),
            }
            for setting, pid, earlier in zip(settings, pids, before, strict=True)
        }


def past(found: Took, settings: tuple[Setting, ...]) -> list[str]:
    """Name the settings that took more than they may."""
    names = [setting.name for setting in settings]
    return [name for name in names if found[name]["rss"] > MEMORY or found[name]["processor"] > PROCESSOR]


def prove(seconds: float, *, evidence: bool) -> bool:
    """Measure, tell and keep it; say whether all but what was planted kept within the bounds."""
    around = circumstances()
    found = measure(seconds)
    for name, took in found.items():
        memory = f"{took['rss'] / 1e6:.1f} MB ({took['pss'] / 1e6:.1f})"
        print(f"idle, {name}: {memory}, {took['processor']:.3%} of a core", flush=True)
    if evidence:
        write_evidence("idle", {"seconds": seconds, **found}, around)
    caught = past(found, PLANTED)
    return held(
        [f"{name} took more than it may" for name in past(found, SETTINGS)],
        {setting.name: setting.name in caught for setting in PLANTED},
    )


if __name__ == "__main__":
    alone(prove, __doc__, seconds=180.0)
