"""A field to search with: a sign, and words that say what for."""

from __future__ import annotations

from PyQt5.QtWidgets import QLineEdit, QToolButton

from imqt import icons, painting
from imtongue import tr

#: Pixels beside the words: the sign, and what the style leaves free.
BESIDE = 56


def search_field(words: str, name: str) -> QLineEdit:
    """Make one."""
    field = QLineEdit()
    field.setObjectName(name)
    field.setPlaceholderText(words)
    field.setAccessibleName(words)
    field.setProperty("role", "onside")
    field.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
    name_buttons(field, tr("Search"))
    return field


def width_for(field: QLineEdit, least: int = 144) -> int:
    """Say how wide one is that shows its words beside its sign; ``least`` beside type of the usual size."""
    words = field.fontMetrics().horizontalAdvance(field.placeholderText())
    return round(max(painting.sign_side(least), words + painting.sign_side(BESIDE)))


def name_buttons(field: QLineEdit, name: str) -> None:
    """Let the button inside a field say what it is."""
    for button in field.findChildren(QToolButton):
        button.setAccessibleName(name)
