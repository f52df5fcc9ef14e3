"""Closing one's account, for ever: what that means, and the password once more."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtWidgets import QWidget

from imclient.core import wording
from imclient.core.client import Client
from improtocol import errors
from imtongue import tr

from .account_window import AccountWindow, Asked


class ClosingWindow(AccountWindow):
    """Says what is lost, asks for the password, and closes itself when the account is closed."""

    def __init__(self, client: Client, tell: Callable[[str], None], parent: QWidget | None = None) -> None:
        self._client = client
        self._password = Asked("closingPassword", tr("Your password"))
        about = tr(
            "Nobody can write to {name} any more, nobody comes in by that name, and nobody else can ever "
            "have it. What was said stays with those it was said to.",
            name=wording.named(client.name or ""),
        )
        super().__init__(
            "closing",
            tr("Close the account"),
            about,
            [self._password],
            tr("Close it for ever"),
            tell,
            parent,
            missing=tr("Say your password first"),
            danger=True,
        )
        self.act.setObjectName("closingClose")

    def ask(self) -> None:
        """Have the account closed."""
        closed = self._client.close_account(self._password.field.text())
        self.wait_for(closed, tr("Your account is closed."))

    def refuse(self, error: BaseException | None) -> None:
        """Say it under the one field there is."""
        wrong = isinstance(error, (errors.LoginRefused, errors.BadPassword, errors.TooLong))
        said = wording.plainly(error) or tr("The server did not do it.")
        self._password.say_wrong(tr("That is not your password.") if wrong else said)
