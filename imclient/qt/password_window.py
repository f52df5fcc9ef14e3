"""Choosing another password: the one there was, the new one twice; what is wrong stands under its field."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtWidgets import QWidget

from imclient.core import wording
from imclient.core.client import Client
from improtocol import errors
from imtongue import tr

from .account_window import AccountWindow, Asked


class PasswordWindow(AccountWindow):
    """Asks, has the server change it, and closes when that is done."""

    def __init__(self, client: Client, tell: Callable[[str], None], parent: QWidget | None = None) -> None:
        self._client = client
        self._old = Asked("passwordOld", tr("Your password as it is"))
        self._new = Asked("passwordNew", tr("The new password"), tr("At least 8 letters; blanks count."))
        self._again = Asked("passwordAgain", tr("The new password again"))
        super().__init__(
            "password",
            tr("Change the password"),
            tr("Your other sessions end, and log in again with the new one."),
            [self._old, self._new, self._again],
            tr("Change it"),
            tell,
            parent,
            missing=tr("Fill in all three first"),
        )
        self.act.setObjectName("passwordChange")

    def ask(self) -> None:
        """Have it changed, if the new one is the same twice."""
        for asked in self.fields:
            asked.say_wrong("")
        if self._new.field.text() != self._again.field.text():
            self._again.say_wrong(tr("That is not the same as above."))
            self.fit()
            return
        self.say(tr("Asking the server…"))
        changed = self._client.change_password(self._old.field.text(), self._new.field.text())
        self.wait_for(changed, tr("That is your password now; your other sessions have ended."))

    def refuse(self, error: BaseException | None) -> None:
        """Say it under the field it is about."""
        if isinstance(error, (errors.LoginRefused, errors.Unconfirmed)) or self._cannot_be(error):
            self._old.say_wrong(tr("That is not your password."))
        elif isinstance(error, (errors.BadPassword, errors.TooLong)):
            self._new.say_wrong(wording.plainly(error))
        else:
            self.say(wording.plainly(error) or tr("The server did not do it."), "error")
            self._old.field.setFocus()

    def _cannot_be(self, error: BaseException | None) -> bool:
        """Tell whether it was the old one that no password can be."""
        size = len(self._old.field.text().encode())
        return isinstance(error, errors.BadPassword) and not error.least <= size <= error.most
