"""How slash commands are typed in the window: they go through the same controls as the mouse.

``/all`` and ``/whisper bob`` choose the audience as soon as they are typed; the others act on Enter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from imclient.core import obeying
from imclient.core.client import Client
from improtocol.audience import Audience
from imtongue import tr

_AUDIENCE = re.compile(r"/(all|whisper[ ]+(?P<name>\S+))\s(?P<text>.*)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Aimed:
    """An audience typed before the text."""

    name: str | None  #: one; None is everyone
    text: str


def aimed(text: str) -> Aimed | None:
    """Read the audience that a text begins with, once a blank stands behind it."""
    match = _AUDIENCE.fullmatch(text)
    if match is None:
        return None
    name = match["name"]
    return Aimed(None if name is None else name.lower(), match["text"])


@dataclass(frozen=True)
class WindowFront:
    """The window, as a slash command sees it."""

    client: Client
    current: Callable[[], Audience | None]
    open: Callable[[Audience], object]
    switch_wire: Callable[[], bool]
    leave_account: Callable[[], object]
    log_out_of_it: Callable[[], object]

    @property
    def audience(self) -> Audience | None:
        """Whom one writes to now."""
        return self.current()

    def turn_to(self, audience: Audience) -> None:
        """Go to their conversation."""
        self.open(audience)

    def show_wire(self) -> bool:
        """Show the wire, or hide it; say which."""
        return self.switch_wire()

    def leave(self) -> None:
        """Leave."""
        self.leave_account()

    def log_out(self) -> None:
        """Leave, with nothing left to come back with."""
        self.log_out_of_it()

    async def ask_secret(self, question: str) -> str:
        """Ask nothing: what is typed in the window can be read."""
        raise obeying.Unclear(tr("The window has no way yet to ask for it; imclient --terminal has."))
