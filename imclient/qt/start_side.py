"""The left of the start window: the servers one was at, and the place where an invite is pasted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QMouseEvent
from PyQt5.QtWidgets import QLineEdit, QWidget

from improtocol.invite import looks_like_one
from imqt import icons, plain, theme
from imqt.layout import STRETCH, box, col, row, rule
from imqt.plain import ElidedLabel, PlainLabel
from imqt.search_field import name_buttons
from imqt.sign import IconSign
from imtongue import tr

from .field_words import FieldWords

#: How wide it is, in pixels: beside type of the usual size, and at most.
WIDTH, WIDEST = 320, 420


@dataclass(frozen=True)
class Recent:
    """A server one was at."""

    host: str
    port: int
    name: str
    when: str = ""


class StartSide(QWidget):
    """What fills in the fields at one stroke."""

    chosen = pyqtSignal(str, int, str)  #: a server one was at: host, port, name
    invited = pyqtSignal(str)  #: an invite, as it was pasted

    def __init__(self, recent: Sequence[Recent], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.invite = _invite_field()
        hint = tr("One line that somebody gave you: it holds the server and its fingerprint.")
        self._words = FieldWords(self.invite, "inviteWords", hint)
        self._recent = [_RecentServer(server, self.chosen.emit) for server in recent]
        self.setLayout(row(self._column(), rule(upright=True), gap=0))
        self.invite.returnPressed.connect(self._on_enter)
        self.invite.textEdited.connect(self._on_edited)

    def _column(self) -> QWidget:
        label = PlainLabel(tr("Paste an invite"), "group")
        label.setBuddy(self.invite)
        nothing = PlainLabel(tr("Servers you were at appear here."), "caption", wrap=True)
        column = col(
            PlainLabel(tr("Where to?"), "heading"),
            16,
            PlainLabel(tr("Recent servers"), "group"),
            *(self._recent or [nothing]),
            16,
            rule(),
            12,
            label,
            self.invite,
            self._words,
            STRETCH,
            margins=(24, 40, 24, 24),
        )
        side = box(column, "side")
        side.setFixedWidth(min(theme.grown(WIDTH), WIDEST))
        return side

    def show_meant(self, address: tuple[str, int] | None, name: str) -> None:
        """Mark the server that the fields mean."""
        for server in self._recent:
            server.show_whether_meant(address, name)

    def show_wrong(self, sentence: str) -> None:
        """Say what is wrong with the invite, until another stands there; nothing, where nothing is."""
        self._words.say_wrong(sentence)

    def _on_enter(self) -> None:
        if self.invite.text().strip():
            self.invited.emit(self.invite.text())

    def _on_edited(self, text: str) -> None:
        """Take an invite as soon as it is there, if it is whole; who types one says so by Enter."""
        self.show_wrong("")
        if looks_like_one(text) and "#" in text:
            self.invited.emit(text)


def _invite_field() -> QLineEdit:
    field = QLineEdit()
    field.setObjectName("startInvite")
    field.setAccessibleName(tr("Paste an invite"))
    field.setPlaceholderText(tr("imserver://…"))
    field.setProperty("role", "onside")
    field.addAction(icons.icon("invite"), QLineEdit.ActionPosition.LeadingPosition)
    name_buttons(field, tr("Paste an invite"))
    return field


class _RecentServer(QWidget):
    """One server one was at; a click fills in the fields."""

    def __init__(self, server: Recent, fill: Callable[[str, int, str], None]) -> None:
        super().__init__()
        self._server, self._fill = server, fill
        self._meant = False
        self._sign = IconSign("server", "dim", 20)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName(f"recent-{server.host}")
        self.setAccessibleName(
            tr("{place} as {name}", place=f"{server.host}:{server.port}", name=server.name)
        )
        self._mark(False)
        detail = ", ".join(part for part in (server.name, server.when) if part)
        words = col(
            ElidedLabel(f"{server.host}:{server.port}", "name"), ElidedLabel(detail, "caption"), gap=2
        )
        self.setLayout(row(self._sign, (words, 1), margins=(12, 10, 12, 10), gap=12))

    def show_whether_meant(self, address: tuple[str, int] | None, name: str) -> None:
        """Be marked while the fields say the same."""
        server = self._server
        self._meant = (server.host, server.port) == address and name in ("", server.name)
        self._sign.show_icon("server", "accent" if self._meant else "dim")
        self._mark(self._meant)

    def _mark(self, marked: bool) -> None:
        self.setProperty("role", "chosen" if marked else "")
        plain.restyle(self)

    def _choose(self) -> None:
        self._fill(self._server.host, self._server.port, self._server.name)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Fill in the fields."""
        self._choose()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Fill in the fields on Enter or Space."""
        assert event is not None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:
        """Show where the keys go."""
        self._mark(True)

    def focusOutEvent(self, event: object) -> None:
        """Show that they go elsewhere."""
        self._mark(self._meant)

    def enterEvent(self, event: object) -> None:
        """Show that it can be pressed."""
        self._mark(True)

    def leaveEvent(self, event: object) -> None:
        """Show it as the others."""
        self._mark(self._meant or self.hasFocus())
