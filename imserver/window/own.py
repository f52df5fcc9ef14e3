"""A server of this program's own, and what its administrator needs to be let in."""

from __future__ import annotations

import os
from typing import Any

from twisted.internet.defer import Deferred

from improtocol.invite import Invite

from ..options import Options
from ..service import Imserver
from .link import DEVICE

#: What a port is for that nobody asked for.
WHY = "for this window"


class OwnServer:
    """It runs as long as this program does."""

    def __init__(self, reactor: Any, options: Options) -> None:
        os.umask(0o077)
        self.service = Imserver(reactor, options)
        self.service.open_aside(WHY)
        self.key_file = self.service.folder / f"{DEVICE}.token"  #: what its last window came in by

    @property
    def address(self) -> Invite:
        """Give where this window reaches it now: a port may be closed while it runs."""
        return Invite(*self.service.open_aside(WHY))

    @property
    def entrance(self) -> Invite:
        """Give where others reach it; if only a Unix socket leads in, where this window does."""
        return self.service.entrance or self.address

    def start(self) -> None:
        """Let people in."""
        self.service.startService()

    def stop(self) -> Deferred[None]:
        """End in order: everybody is told, nothing is lost."""
        return self.service.stopService()
