"""One's own devices: which there are, and signing one out (DEVICES, SIGNOUT)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from improtocol import limits
from improtocol.replies import DeviceShown
from improtocol.vocabulary import Item


@dataclass(frozen=True, slots=True)
class Device:
    """A device of the account; without a name: all the sessions that named none."""

    name: str | None
    cursor: int  #: it holds everything up to there
    used: float  #: when it was last in use, seconds since 1970
    sessions: int  #: so many are logged in now
    here: bool  #: it is this one


def devices_of(items: Iterable[Item], here: str) -> list[Device]:
    """Read the devices out of an answer; those of any account, and one for the nameless sessions."""
    shown = [item for item in items if isinstance(item, DeviceShown)]
    return [
        Device(one.device, one.cursor, one.used / 1000, one.sessions, one.device == here)
        for one in shown[: limits.DEVICES + 1]
    ]
