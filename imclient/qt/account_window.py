"""A small window that asks for passwords, and has the server do one thing with one's account."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt5.QtWidgets import QLineEdit, QWidget
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from imqt import plain
from imqt.layout import STRETCH, Item, col, fit, row
from imqt.plain import PlainLabel
from imqt.small_window import SmallWindow
from imtongue import tr

from .field_words import FieldWords
from .password_field import password_field

#: In pixels, beside type of the usual size.
WIDTH = 400


class Asked(QWidget):
    """One password that is asked for, and under it what there is to say of it."""

    def __init__(self, name: str, words: str, hint: str = "") -> None:
        super().__init__()
        self.field: QLineEdit = password_field(name, words)
        label = PlainLabel(words, "name")
        label.setBuddy(self.field)
        self._words = FieldWords(self.field, f"{name}Words", hint)
        self.setLayout(col(label, self.field, self._words, gap=6))

    def say_wrong(self, sentence: str) -> None:
        """Say what is wrong with it; nothing, where nothing is."""
        self._words.say_wrong(sentence)
        if sentence:
            self.field.setFocus()
            self.field.selectAll()


class AccountWindow(SmallWindow):
    """Closes when it is done; what is wrong stands under its field."""

    def __init__(
        self,
        name: str,
        heading: str,
        about: str,
        fields: Sequence[Asked],
        act: str,
        tell: Callable[[str], None],
        parent: QWidget | None,
        *,
        missing: str,
        danger: bool = False,
    ) -> None:
        super().__init__(parent, heading)
        self.fields = fields
        self._missing, self._tell = missing, tell
        self._words = PlainLabel("", "caption", wrap=True)
        self.act = plain.button(act, "danger" if danger else "primary")
        self._cancel = plain.button(tr("Cancel"))
        self.setObjectName(f"{name}Window")
        self._words.setObjectName(f"{name}State")
        self._cancel.setObjectName(f"{name}Cancel")
        self._put_together(heading, about)
        self._listen(danger)
        self._refresh()

    def _put_together(self, heading: str, about: str) -> None:
        fields: list[Item] = []
        for asked in self.fields:
            fields += [8, asked]
        self.put(
            PlainLabel(heading, "heading", wrap=True),
            PlainLabel(about, "dim", wrap=True),
            *fields,
            self._words,
            8,
            row(STRETCH, self._cancel, self.act),
        )
        self.widen(WIDTH)
        self._words.hide()

    def _listen(self, danger: bool) -> None:
        self._cancel.clicked.connect(self.reject)
        self.act.clicked.connect(self.ask)
        if danger:  # Enter leaves it
            self._cancel.setDefault(True)
            self.act.setAutoDefault(False)
        else:
            self.act.setDefault(True)
        for asked in self.fields:
            asked.field.textEdited.connect(lambda _text, asked=asked: self._on_edited(asked))

    def _on_edited(self, asked: Asked) -> None:
        asked.say_wrong("")
        self._words.hide()
        self._refresh()
        self.fit()

    def _refresh(self) -> None:
        """Offer what can be done, and say in a tooltip what is missing."""
        complete = all(asked.field.text() for asked in self.fields)
        self.act.setEnabled(complete)
        plain.set_tooltip(self.act, "" if complete else self._missing)

    def fit(self) -> None:
        """Have room for what was said or taken back."""
        if self.isVisible():
            fit(self, shrink=True)

    def say(self, words: str, role: str = "caption") -> None:
        """Say something that is about none of the fields."""
        self._words.setText(words)
        self._words.set_role(role)
        self._words.show()
        self.fit()

    # Asking the server

    def ask(self) -> None:
        """Ask for what the window is for."""
        raise NotImplementedError

    def refuse(self, error: BaseException | None) -> None:
        """Say what is wrong, and with which field."""
        raise NotImplementedError

    def wait_for(self, asked: Deferred[None], then: str) -> None:
        """Rest until the server has answered; if it did it, say so and close."""
        self._wake(False)
        asked.addCallbacks(lambda _: self._on_done(then), self._on_failed)

    def _on_done(self, sentence: str) -> None:
        self._tell(sentence)
        if not self.gone:
            self.accept()

    def _on_failed(self, failure: Failure) -> None:
        if not self.gone:
            self._wake(True)
            self._words.hide()
            self.refuse(failure.value)
            self.fit()

    def _wake(self, awake: bool) -> None:
        for asked in self.fields:
            asked.field.setEnabled(awake)
        self.act.setEnabled(awake)

    def done(self, result: int) -> None:
        """Close it, and keep nothing of what was typed."""
        for asked in self.fields:
            asked.field.clear()
        super().done(result)
