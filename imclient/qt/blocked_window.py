"""Whom one has blocked, and hearing them again."""

from __future__ import annotations

from PyQt5.QtWidgets import QWidget

from imclient.core import wording
from imclient.core.client import Client, LinkState
from imtongue import phrase, tr

from .listing import Line, Listing

NOBODY = phrase("You have blocked nobody. In the roster, a person's menu offers it.")
#: More names are not listed: nobody goes through them.
MOST_LISTED = 500


class BlockedWindow(Listing):
    """Lists them, and follows what changes."""

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        text = tr("You hear nothing of what these people say, and they are not told.")
        super().__init__(parent, tr("Blocked people"), text, "person")
        self._client = client
        self.setObjectName("blocked")
        client.blocked.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show whom one has blocked now."""
        names = sorted(self._client.blocked.names)[:MOST_LISTED]
        lines = [Line(wording.named(name), tr("blocked"), tr("Unblock"), key=name) for name in names]
        online = self._client.link.state is LinkState.ONLINE
        self.show_lines(lines, self._unblock, tr(NOBODY) if online else tr("Not connected."))

    def done(self, result: int) -> None:
        """Close it."""
        self._client.blocked.changed.disconnect(self.refresh)
        super().done(result)

    def _unblock(self, name: str) -> None:
        self._client.unblock(name).addErrback(self.failed)
