"""Letters that are typed where nothing can be typed."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeyEvent

_COMMANDING = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


def are_typed(event: QKeyEvent) -> bool:
    """Tell whether a key means letters; a blank chooses in a list."""
    typed = event.text()
    return bool(typed.strip()) and typed.isprintable() and not event.modifiers() & _COMMANDING
