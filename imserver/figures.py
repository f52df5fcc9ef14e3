"""What an administrator is shown of the server's state, each figure by its name."""

from __future__ import annotations

from collections import Counter

from improtocol.states import State

from .counters import SECONDS, Counters

MICROSECONDS = 1_000_000


def figures(counters: Counters, by_state: Counter[State], unread: int) -> dict[str, int]:
    """Count what has been since the start, and what is now.

    ``send.within.N``: so many SENDs were answered within N microseconds.
    """
    found = {
        "entries": counters.entries,
        "commits": counters.commits.count,
        "bytes.read": counters.bytes_read,
        "bytes.written": counters.bytes_written,
        "connections": by_state.total(),
        "queue": unread,
        "throttled": counters.throttled,
        "held-back": counters.held_back,
        "slow-turns": counters.slow_turns,
    }
    found |= {f"connections.{state.value}": number for state, number in by_state.items()}
    found |= {f"ended.{why}": number for why, number in counters.ended.items()}
    for (_verb, code), number in counters.refused.items():
        found[f"refused.{code}"] = found.get(f"refused.{code}", 0) + number
    if (sends := counters.answered.get("SEND")) is not None:
        within = 0
        for bound, number in zip(SECONDS, sends.counts, strict=False):
            within += number
            found[f"send.within.{round(bound * MICROSECONDS)}"] = within
        found["sends"] = sends.count
    return found
