"""A field to search with: a sign, and words that say what for."""

from __future__ import annotations

from PyQt5.QtWidgets import QLineEdit, QToolButton

from imqt import icons
from imtongue import tr


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


def name_buttons(field: QLineEdit, name: str) -> None:
    """Let the button inside a field say what it is."""
    for button in field.findChildren(QToolButton):
        button.setAccessibleName(name)
