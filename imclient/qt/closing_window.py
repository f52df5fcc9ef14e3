"""Closing one's account, for ever: what that means, and the password once more."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDialog, QWidget
from twisted.python.failure import Failure

from imclient.core import wording
from imclient.core.client import Client
from improtocol import errors
from imqt import plain, theme
from imqt.layout import STRETCH, col, fit, row
from imqt.plain import PlainLabel
from imtongue import tr

from .password_window import WIDTH, Asked


class ClosingWindow(QDialog):
    """Says what is lost, asks for the password, and closes itself when the account is closed."""

    def __init__(self, client: Client, done: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client, self._tell = client, done
        self._gone = False
        self.setObjectName("closingWindow")
        self.setWindowTitle(tr("Close the account"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._password = Asked("closingPassword", tr("Your password"))
        self._close = plain.button(tr("Close it for ever"), "danger")
        self._close.setObjectName("closingClose")
        self._cancel = plain.button(tr("Cancel"))
        self._cancel.setObjectName("closingCancel")
        self._put_together()
        self._listen()
        self._refresh()

    def _put_together(self) -> None:
        about = tr(
            "Nobody can write to {name} any more, nobody comes in by that name, and nobody else can ever "
            "have it. What was said stays with those it was said to.",
            name=wording.named(self._client.name or ""),
        )
        self.setLayout(
            col(
                PlainLabel(tr("Close the account"), "heading", wrap=True),
                PlainLabel(about, "dim", wrap=True),
                8,
                self._password,
                8,
                row(STRETCH, self._cancel, self._close),
                margins=(24, 20, 24, 20),
            )
        )
        parent = self.parentWidget()
        self.setMinimumWidth(min(theme.grown(WIDTH), parent.width() - 16) if parent else WIDTH)

    def _listen(self) -> None:
        self._cancel.clicked.connect(self.reject)
        self._cancel.setDefault(True)
        self._close.clicked.connect(self._ask)
        self._close.setAutoDefault(False)
        self._password.field.textEdited.connect(self._on_edited)

    def _on_edited(self) -> None:
        self._password.say_wrong("")
        self._refresh()
        self._fit()

    def _fit(self) -> None:
        if self.isVisible():
            fit(self, shrink=True)

    def _refresh(self) -> None:
        ready = bool(self._password.field.text())
        self._close.setEnabled(ready)
        plain.set_tooltip(self._close, "" if ready else tr("Say your password first"))

    def _ask(self) -> None:
        self._wake(False)
        closed = self._client.close_account(self._password.field.text())
        closed.addCallbacks(self._on_closed, self._on_failed)

    def _on_closed(self, _done: None) -> None:
        self._tell(tr("Your account is closed."))
        if not self._gone:
            self.accept()

    def _on_failed(self, failure: Failure) -> None:
        if self._gone:
            return
        self._wake(True)
        wrong = isinstance(failure.value, (errors.LoginRefused, errors.BadPassword, errors.TooLong))
        said = wording.plainly(failure.value) or tr("The server did not do it.")
        self._password.say_wrong(tr("That is not your password.") if wrong else said)
        self._fit()

    def _wake(self, awake: bool) -> None:
        self._password.field.setEnabled(awake)
        self._close.setEnabled(awake)

    def done(self, result: int) -> None:
        """Close it, and keep nothing of what was typed."""
        self._gone = True
        self._password.field.clear()
        super().done(result)
