"""Whom the next message is for, as it is being chosen: the three send modes as one idea.

No widgets here: `AudienceChoice` is what the switch and the chips show and change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum

from improtocol.audience import EVERYONE, Audience
from imtongue import phrase, tr


class Mode(Enum):
    """To one, to several, to everyone."""

    ONE = "One"
    SEVERAL = "Several"
    EVERYONE = "Everyone"

    @property
    def words(self) -> str:
        """What its button says."""
        return tr(_WORDS[self])

    @property
    def key(self) -> str:
        """What chooses it from anywhere."""
        return _KEYS[self]


_KEYS = {Mode.ONE: "Alt+1", Mode.SEVERAL: "Alt+2", Mode.EVERYONE: "Alt+3"}
_WORDS = {Mode.ONE: phrase("One"), Mode.SEVERAL: phrase("Several"), Mode.EVERYONE: phrase("Everyone")}


class AudienceChoice:
    """A mode and the names that go with it; `audience` is None as long as nobody is named."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self.mode = Mode.ONE  # and nobody: nothing goes to everyone because nothing was chosen
        self.names: list[str] = []  #: in Everyone, those that come back when another mode is chosen

    @property
    def audience(self) -> Audience | None:
        """Whom Send goes to."""
        if self.mode is Mode.EVERYONE:
            return EVERYONE
        return Audience.of(*self.names) if self.names else None

    def show(self, audience: Audience) -> None:
        """Take over the audience of the conversation that is on the screen."""
        if audience == self.audience:
            return  # what was being chosen goes on: Several with one name so far stays Several
        if audience.everyone:
            self.mode = Mode.EVERYONE
        else:
            self.names = list(audience.names)
            self.mode = Mode.ONE if len(self.names) == 1 else Mode.SEVERAL

    def choose(self, mode: Mode) -> None:
        """Choose a mode; names that do not fit it are left out."""
        self.mode = mode
        if mode is Mode.ONE:
            self.names = self.names[:1]

    def add(self, names: Iterable[str]) -> list[str]:
        """Name people; give those who do not exist, who are left out."""
        named = list(names)
        unknown = [name for name in named if not self._is_known(name)]
        if self.mode is Mode.ONE and unknown:
            return unknown  # what was typed meant somebody else
        for name in named:
            if name in unknown:
                continue
            if self.mode is Mode.ONE:
                self.names = [name]
            elif name not in self.names:
                self.names.append(name)
        return unknown

    def remove(self, name: str) -> None:
        """Take a name away; with one left it is One by itself."""
        self.names = [other for other in self.names if other != name]
        if len(self.names) == 1:
            self.mode = Mode.ONE

    def settle(self) -> None:
        """Nobody is to be added any more: Several with one name is One."""
        if self.mode is Mode.SEVERAL and len(self.names) == 1:
            self.mode = Mode.ONE
