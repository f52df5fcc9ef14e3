"""What of a configuration holds at once while people are connected, and what waits for the next start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from .bounds import Bounds

#: Options that hold at once.
AT_ONCE = frozenset({"keep", "register", "log-json", "log-texts"})
#: Limits that hold at once, for the connections there are or for those to come; tables are made at the start.
LIMITS_AT_ONCE = frozenset(
    {
        "burst", "rate", "free_rate", "under_way", "stranger_seconds", "crowded_seconds", "crowd",
        "strangers", "strangers_per_source", "stranger_lines", "stranger_bytes", "stranger_queue",
        "loopback_sources",
        "queue_soft", "queue_hard", "silence",
    }
)  # fmt: skip


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Name the options that have become others: those that hold at once, those that need a new start."""
    others = {name for name in after if name != "bounds" and after[name] != before[name]}
    limits = _limits_changed(before["bounds"], after["bounds"])
    now = (others & AT_ONCE) | {_written(name) for name in limits & LIMITS_AT_ONCE}
    later = (others - AT_ONCE) | {_written(name) for name in limits - LIMITS_AT_ONCE}
    return now, later


def bounds_now(before: Bounds, after: Bounds) -> Bounds:
    """Give the limits with those that hold at once as they are said now."""
    changed = _limits_changed(before, after) & LIMITS_AT_ONCE
    return replace(before, **{name: getattr(after, name) for name in changed})


def _limits_changed(before: Bounds, after: Bounds) -> set[str]:
    return {one.name for one in fields(Bounds) if getattr(before, one.name) != getattr(after, one.name)}


def _written(name: str) -> str:
    return f"limit.{name.replace('_', '-')}"
