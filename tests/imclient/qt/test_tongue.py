"""Every window of the client speaks one language."""

from __future__ import annotations

from typing import Any

from PyQt5.QtWidgets import QWidget

from examples import gallery, passing
from examples.made_up import LINES, ME, MadeUpClient
from imclient.core import slash
from imclient.core.roster import Presence
from improtocol.audience import Audience
from tests import tongue


class OneLanguageTests(tongue.OneLanguageCase):
    """All windows, dialogs and menus."""

    shown = {**gallery.SHOWN, **passing.SHOWN}  # noqa: RUF012
    usual = "window"

    def setUp(self) -> None:
        super().setUp()
        self.heard: set[str] = {
            ME,
            "zoe",
            "karol",
            *(line.split(" ", 2)[2] for line in LINES.splitlines()),
            *(written for one in slash.known().values() for written in (one.usage, f"/{one.word}")),
        }
        self.overhear()

    def said(self, window: QWidget) -> set[str]:
        return self.heard

    def overhear(self) -> None:
        """Note who there is and what they say."""
        hear, meet = MadeUpClient.hear, MadeUpClient.meet

        def heard(client: MadeUpClient, sender: str, to: Audience, text: str, *more: Any, **by: Any) -> Any:
            self.heard.update(filter(None, (text, " ".join(text.split()), *text.splitlines())))
            return hear(client, sender, to, text, *more, **by)

        def met(
            client: MadeUpClient, name: str, presence: Any = Presence.ONLINE, text: str = "", *more: Any
        ) -> Any:
            self.heard.update(filter(None, (name, text)))
            return meet(client, name, presence, text, *more)

        self.patch(MadeUpClient, "hear", heard)
        self.patch(MadeUpClient, "meet", met)
