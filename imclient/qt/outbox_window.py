"""What still waits to be sent, in the order in which it will be; each can be taken back while it waits."""

from __future__ import annotations

from PyQt5.QtWidgets import QWidget

from imclient.core import wording
from imclient.core.client import Client, LinkState
from imclient.core.conversations import Progress, Said
from imqt import moments
from imtongue import phrase, tr

from .listing import Line, Listing

NOTHING = phrase("Nothing waits: all that you said is on the server's disk.")
#: More are not listed: nobody goes through them.
MOST_LISTED = 100
_TEXT = phrase(
    "What you write is kept on this computer until the server has it, also when it is switched off. "
    "It goes out by itself, in this order, once. What is on its way already cannot be taken back."
)


class OutboxWindow(Listing):
    """Lists it, and follows what changes."""

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Outbox"), tr(_TEXT), "outbox")
        self._client = client
        self.setObjectName("outbox")
        client.outbox.changed.connect(self.refresh)
        client.link.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what waits now."""
        waiting = self._client.outbox.items()[:MOST_LISTED]
        self.show_lines([self._line(said) for said in waiting], self._let_go, tr(NOTHING))
        if waiting and self._client.link.state is not LinkState.ONLINE:
            self.say(tr("Not connected: it goes out as soon as you are."))

    def _line(self, said: Said) -> Line:
        whom = tr("to yourself") if said.to.names == (said.sender,) else wording.told_to(said.to, said.sender)
        text = " ".join(said.text[:200].split())
        if said.progress is Progress.REFUSED:  # why is worth more room than when
            refusal = tr("{whom}: {why}", whom=whom, why=said.refusal or tr("it was refused."))
            return Line(text, refusal, tr("Dismiss"), said.ref or "", "refused", "error")
        if said.at is not None:
            whom = tr("{whom}, written {time}", whom=whom, time=moments.clock(said.at))
        if self._client.outbox.is_under_way(said):
            return Line(text, tr("{whom}, on its way", whom=whom), "", said.ref or "")
        return Line(text, whom, tr("Take back"), said.ref or "", "waiting", "waiting")

    def _let_go(self, ref: str) -> None:
        said = next((one for one in self._client.outbox.items() if one.ref == ref), None)
        if said is not None and not self._client.outbox.let_go(said):
            self.say(tr("It is on its way already: nobody can tell any more whether the server has it."))

    def done(self, result: int) -> None:
        """Close it."""
        self._client.outbox.changed.disconnect(self.refresh)
        self._client.link.changed.disconnect(self.refresh)
        super().done(result)
