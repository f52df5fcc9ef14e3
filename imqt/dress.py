"""Light, dark, or as the desktop has it; and how large the type is."""

from __future__ import annotations

from enum import StrEnum

from PyQt5.QtWidgets import QApplication

from imqt import theme
from imqt.colours import Scheme

#: How much larger the type may be, step by step, up to twice its size.
SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class Choice(StrEnum):
    """What a user may choose."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


class Dress:
    """How the whole program looks now."""

    def __init__(self, app: QApplication, choice: Choice = Choice.SYSTEM) -> None:
        self._app = app
        self.choice = choice
        self.scale = 1.0
        self._system: Scheme | None = None  #: as the desktop told since the start
        self._apply()

    def wear(self, choice: Choice, scale: float) -> None:
        """Look as it was liked before."""
        self.choice = choice
        self.scale = min(SCALES, key=lambda known: abs(known - scale))
        self._apply()

    def follow(self, system: Scheme) -> None:
        """Be as the desktop is now, if that is what was chosen."""
        self._system = system
        if self.choice is Choice.SYSTEM:
            self._apply()

    def choose(self, choice: Choice) -> None:
        """Be light, dark, or as the desktop is."""
        self.choice = choice
        self._apply()

    def step(self, by: int) -> None:
        """Set larger or smaller type; 0: as it was."""
        place = SCALES.index(self.scale) + by if by else SCALES.index(1.0)
        self.scale = SCALES[max(0, min(len(SCALES) - 1, place))]
        self._apply()

    def _apply(self) -> None:
        system = self._system or theme.system_scheme()
        scheme = {Choice.LIGHT: Scheme.LIGHT, Choice.DARK: Scheme.DARK}.get(self.choice, system)
        theme.apply(self._app, scheme, self.scale)
