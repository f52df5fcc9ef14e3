"""A field to search with: a sign, and words that say what for."""

from __future__ import annotations

from PyQt5.QtWidgets import QLineEdit, QToolButton

from imqt import icons, painting
from imtongue import tr

#: Pixels: how wide one is, and how narrow; and beside its words, the sign and what the style leaves free.
USUAL, LEAST, BESIDE = 144, 80, 56


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


def give_room(field: QLineEdit) -> None:
    """Let one be as wide as its words are beside its sign, and narrower where there is no room."""
    words = field.fontMetrics().horizontalAdvance(field.placeholderText())
    field.setMaximumWidth(round(max(painting.sign_side(USUAL), words + painting.sign_side(BESIDE))))
    field.setMinimumWidth(round(painting.sign_side(LEAST)))


def name_buttons(field: QLineEdit, name: str) -> None:
    """Let the button inside a field say what it is."""
    for button in field.findChildren(QToolButton):
        button.setAccessibleName(name)
