"""Tells systemd how the server is, if it asked to be told (Type=notify, WatchdogSec=)."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Any

from twisted.internet.task import LoopingCall

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


def notify(state: str) -> None:
    """Say a state; nobody there is no reason to fail."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
        way.sendto(state.encode(), f"\0{where[1:]}" if where.startswith("@") else where)


def stay_alive(clock: Any) -> LoopingCall | None:
    """Say that the reactor turns, twice as often as is asked for; None: nobody asks."""
    asked = os.environ.get("WATCHDOG_USEC", "")
    if not asked.isdecimal() or not int(asked):
        return None
    saying = LoopingCall(notify, ALIVE)
    saying.clock = clock
    saying.start(int(asked) / 2_000_000)
    return saying
