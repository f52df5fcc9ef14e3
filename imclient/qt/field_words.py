"""What there is to say of a field, under it: a hint, or what is wrong with what stands in it."""

from __future__ import annotations

from PyQt5.QtWidgets import QLineEdit, QWidget

from imqt import plain
from imqt.layout import STRETCH, col, row
from imqt.plain import PlainLabel
from imqt.sign import IconSign


class FieldWords(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, field: QLineEdit, name: str, hint: str = "") -> None:
        super().__init__()
        self._field, self._hint = field, hint
        self._words = PlainLabel("", wrap=True)
        self._words.setObjectName(name)
        self._sign = IconSign("warning", "error")
        self.setLayout(row(col(self._sign, STRETCH), (self._words, 1), gap=6))
        self.say_wrong("")

    def say_wrong(self, sentence: str) -> None:
        """Say what is wrong with it; nothing, where nothing is."""
        self._words.setText(sentence or self._hint)
        self._words.set_role("error" if sentence else "caption")
        self._sign.setVisible(bool(sentence))
        self.setVisible(bool(sentence or self._hint))
        mark(self._field, bool(sentence))


def mark(field: QLineEdit, wrong: bool) -> None:
    """Show by its edge whether what stands in a field is wrong."""
    if field.property("wrong") != wrong:
        field.setProperty("wrong", wrong)
        plain.restyle(field)
