"""What of a configuration holds at once while people are connected, and what waits for the next start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .bounds import Bounds

#: Options that hold at once, as all limits do, for the connections there are or for those to come.
AT_ONCE = frozenset(
    {
        "address", "backups", "everyone", "keep", "listen", "log-json", "log-texts", "metrics",
        "metrics-outside", "register",
    }
)  # fmt: skip


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Name the options that have become others: those that hold at once, those that need a new start."""
    others = {name for name in after if name != "bounds" and after[name] != before[name]}
    limits = _limits_changed(before["bounds"], after["bounds"])
    return (others & AT_ONCE) | limits, others - AT_ONCE


def _limits_changed(before: Bounds, after: Bounds) -> set[str]:
    changed = (one.name for one in fields(Bounds) if getattr(before, one.name) != getattr(after, one.name))
    return {f"limit.{name.replace('_', '-')}" for name in changed}
