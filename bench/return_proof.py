"""B7: the server is killed with thousands connected, and all come back: how soon, and what it costs.

``python -m bench.return_proof [--clients 10000] [--by password] [--quick]`` has everybody come back by a
token, or by the password, hashed as for people.  A client waits as `imclient` does.  A server that knows no
token any more, and one to which a token costs what a password does, must be found.
Keeps ``evidence/B7.json``.
"""

from __future__ import annotations

import secrets
import sys
import time
from typing import Any

from twisted.internet.task import deferLater, react

from imserver.portal.passwords import OWASP
from imserver.portal.tokens import kept_of

from .alone import alone
from .altered_server import launcher
from .evidence import circumstances, held, write_evidence
from .house import house
from .people import CHEAP
from .process import MIB, resident
from .returning import DEVICE, Crowd
from .running import TWISTD

#: Seconds from the kill in which 99 of 100 are back.
PROMISED = 30.0
#: Seconds after which it is given up.
PATIENCE = 300.0
TOKEN, BY_PASSWORD = "token", "password"
#: Defects of the server that they come back to, and how many it takes to find them.
PLANTED = {"tokens-forgotten": 50, "token-as-dear-as-a-password": 2_000}
QUICK = ("tokens-forgotten",)


async def outage(
    reactor: Any, count: int, by: str, plant: str | None, patience: float = PATIENCE
) -> dict[str, object]:
    """Kill the server with everybody connected, start it again, and see them come back.

    A defect is planted in the one that comes after: they all have come in once.
    """
    names = [f"user{number}" for number in range(count)]
    tokens = {name: secrets.token_urlsafe(32) if by == TOKEN else None for name in names}
    kept = {name: kept_of(token) for name, token in tokens.items() if token is not None}
    hasher = CHEAP if by == TOKEN else OWASP
    with house(names, long_ago=True, hasher=hasher, tokens=kept, device=DEVICE) as running:
        crowd = Crowd(reactor, running.port, tokens)
        for client in crowd.clients:
            reactor.callLater(crowd.random.uniform(0, count / 500), client.connect)
        everybody = await crowd.all_live(PATIENCE)
        print(f"    {crowd.live:,} of {count:,} are connected", flush=True)
        await deferLater(reactor, 2, lambda: None)
        before = resident(running.pid)
        crowd.moments.clear()
        crowd.attempts = 0
        killed = time.monotonic()
        running.kill()
        running.begin(launcher(plant, None) if plant else TWISTD)
        while crowd.live:  # until it has been noticed
            await deferLater(reactor, 0.01, lambda: None)
        back = everybody and await crowd.all_live(patience)
        after = resident(running.pid)
        crowd.over = True
        waits = sorted(moment - killed for moment in crowd.moments)
        needed = waits[max(0, count * 99 // 100 - 1)] if len(waits) >= count * 99 // 100 else None
    return {
        "clients": count,
        "by": by,
        "everybody_back": back,
        "seconds_to_half": round(waits[len(waits) // 2], 1) if waits else None,
        "seconds_to_99_percent": None if needed is None else round(needed, 1),
        "seconds_to_all": round(waits[-1], 1) if back else None,
        "attempts": crowd.attempts,
        "refused": {code.decode(): number for code, number in crowd.refused.items()},
        "memory_before_mib": round(before / MIB, 1),
        "memory_after_mib": round(after / MIB, 1),
    }


def is_kept(found: dict[str, object]) -> bool:
    """Whether everybody came back, and by token in time."""
    in_time = float(str(found["seconds_to_99_percent"] or "inf")) <= PROMISED
    return found["everybody_back"] is True and (found["by"] == BY_PASSWORD or in_time)


async def prove(reactor: Any, clients: int, by: str, *, quick: bool = False, evidence: bool = True) -> bool:
    """Say whether everybody came back, and not if that is made impossible."""
    around = circumstances()
    found = await outage(reactor, clients, by, None)
    print(
        f"B7, {clients:,} return after a kill by {by}: half in {found['seconds_to_half']} s, 99 of 100 in "
        f"{found['seconds_to_99_percent']} s, all in {found['seconds_to_all']} s, "
        f"{found['memory_after_mib']} MiB",
        flush=True,
    )
    planted: dict[str, bool] = {}
    if by == TOKEN:
        for defect in QUICK if quick else PLANTED:
            ill = await outage(reactor, PLANTED[defect], by, defect, PROMISED)
            planted[defect] = not is_kept(ill)
    if evidence:
        name = "B7" if by == TOKEN else "B7-passwords"
        write_evidence(name, {**found, "planted_found": planted}, around)
    return held([] if is_kept(found) else ["not everybody was back in time"], planted)


def run(**asked: Any) -> bool:
    """Prove it in a reactor, which ends the process if it does not hold."""

    async def run(reactor: Any) -> None:
        if not await prove(reactor, **asked):
            sys.exit(1)

    react(run)
    return True


if __name__ == "__main__":
    alone(run, __doc__, clients=10_000, by=(TOKEN, BY_PASSWORD), quick=False)
