"""Choosing another password: the one there was, the new one twice; what is wrong stands under its field."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDialog, QLineEdit, QWidget
from twisted.python.failure import Failure

from imclient.core import wording
from imclient.core.client import Client
from improtocol import errors
from imqt import plain, theme
from imqt.layout import STRETCH, col, fit, row
from imqt.plain import PlainLabel
from imqt.sign import IconSign
from imtongue import tr

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
        self._hint = hint
        self._words = PlainLabel(hint, "caption", wrap=True)
        self._words.setObjectName(f"{name}Words")
        self._sign = IconSign("warning", "error")
        told = row(col(self._sign, STRETCH), (self._words, 1), gap=6)
        self.setLayout(col(label, self.field, told, gap=6))
        self.say_wrong("")

    def say_wrong(self, sentence: str) -> None:
        """Say what is wrong with it; nothing, where nothing is."""
        self._words.setText(sentence or self._hint)
        self._words.set_role("error" if sentence else "caption")
        self._words.setVisible(bool(sentence or self._hint))
        self._sign.setVisible(bool(sentence))
        self.field.setProperty("wrong", bool(sentence))
        plain.restyle(self.field)
        if sentence:
            self.field.setFocus()
            self.field.selectAll()


class PasswordWindow(QDialog):
    """Asks, has the server change it, and closes when that is done."""

    def __init__(self, client: Client, done: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client, self._tell = client, done
        self._gone = False
        self.setObjectName("passwordWindow")
        self.setWindowTitle(tr("Change the password"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._old = Asked("passwordOld", tr("Your password as it is"))
        self._new = Asked("passwordNew", tr("The new password"), tr("At least 8 letters; blanks count."))
        self._again = Asked("passwordAgain", tr("The new password again"))
        self._words = PlainLabel("", "caption", wrap=True)
        self._words.setObjectName("passwordState")
        self._change = plain.button(tr("Change it"), "primary")
        self._change.setObjectName("passwordChange")
        self._cancel = plain.button(tr("Cancel"))
        self._cancel.setObjectName("passwordCancel")
        self._put_together()
        self._listen()
        self._refresh()

    def _put_together(self) -> None:
        about = tr("Your other sessions end, and log in again with the new one.")
        self.setLayout(
            col(
                PlainLabel(tr("Change the password"), "heading", wrap=True),
                PlainLabel(about, "dim", wrap=True),
                8,
                self._old,
                8,
                self._new,
                8,
                self._again,
                self._words,
                8,
                row(STRETCH, self._cancel, self._change),
                margins=(24, 20, 24, 20),
            )
        )
        parent = self.parentWidget()
        self.setMinimumWidth(min(theme.grown(WIDTH), parent.width() - 16) if parent else WIDTH)
        self._words.hide()

    def _listen(self) -> None:
        self._cancel.clicked.connect(self.reject)
        self._change.clicked.connect(self._ask)
        self._change.setDefault(True)
        for asked in self._all:
            asked.field.textEdited.connect(lambda _text, asked=asked: self._on_edited(asked))

    @property
    def _all(self) -> tuple[Asked, ...]:
        return self._old, self._new, self._again

    def _on_edited(self, asked: Asked) -> None:
        asked.say_wrong("")
        self._words.hide()
        self._refresh()
        self._fit()

    def _fit(self) -> None:
        """Have room for what was said or taken back."""
        if self.isVisible():
            fit(self, shrink=True)

    def _refresh(self) -> None:
        """Offer what can be done, and say in a tooltip what is missing."""
        complete = all(asked.field.text() for asked in self._all)
        self._change.setEnabled(complete)
        plain.set_tooltip(self._change, "" if complete else tr("Fill in all three first"))

    # Asking the server

    def _ask(self) -> None:
        for asked in self._all:
            asked.say_wrong("")
        if self._new.field.text() != self._again.field.text():
            self._again.say_wrong(tr("That is not the same as above."))
            self._fit()
            return
        self._wake(False)
        self._say(tr("Asking the server…"))
        asked_for = self._client.change_password(self._old.field.text(), self._new.field.text())
        asked_for.addCallbacks(self._on_changed, self._on_failed)

    def _on_changed(self, _done: None) -> None:
        self._tell(tr("That is your password now; your other sessions have ended."))
        if not self._gone:
            self.accept()

    def _on_failed(self, failure: Failure) -> None:
        if self._gone:
            return
        self._wake(True)
        self._words.hide()
        error = failure.value
        if isinstance(error, (errors.LoginRefused, errors.Unconfirmed)) or self._cannot_be(error):
            self._old.say_wrong(tr("That is not your password."))
        elif isinstance(error, (errors.BadPassword, errors.TooLong)):
            self._new.say_wrong(wording.plainly(error))
        else:
            self._say(wording.plainly(error) or tr("The server did not do it."), "error")
            self._old.field.setFocus()
        self._fit()

    def _cannot_be(self, error: BaseException | None) -> bool:
        """Tell whether it was the old one that no password can be."""
        size = len(self._old.field.text().encode())
        return isinstance(error, errors.BadPassword) and not error.least <= size <= error.most

    def _say(self, words: str, role: str = "caption") -> None:
        self._words.setText(words)
        self._words.set_role(role)
        self._words.show()
        self._fit()

    def _wake(self, awake: bool) -> None:
        for asked in self._all:
            asked.field.setEnabled(awake)
        self._change.setEnabled(awake)

    def done(self, result: int) -> None:
        """Close it, and keep nothing of what was typed."""
        self._gone = True
        for asked in self._all:
            asked.field.clear()
        super().done(result)
