"""A field for a password: covered, until its eye is pressed."""

from __future__ import annotations

from PyQt5.QtWidgets import QLineEdit

from imqt import icons, plain
from imqt.search_field import name_buttons
from imtongue import tr


def password_field(name: str, words: str) -> QLineEdit:
    """Make one; `words` is what a screen reader says of it."""
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(words)
    field.setProperty("large", True)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    eye = field.addAction(icons.icon("show"), QLineEdit.ActionPosition.TrailingPosition)
    assert eye is not None
    eye.setCheckable(True)
    eye.setText(tr("Show the password"))
    plain.set_tooltip(eye, tr("Show the password"))
    eye.toggled.connect(lambda shown: _show(field, shown))
    name_buttons(field, tr("Show the password"))
    return field


def _show(field: QLineEdit, shown: bool) -> None:
    field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
