"""The first window: who administers, at which server; what is wrong is said in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QCloseEvent
from PyQt5.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from improtocol import limits
from improtocol.errors import BadPassword, LoginRefused, Refusal
from improtocol.invite import Invite
from imqt import plain, theme
from imqt.layout import STRETCH, box, col, fit, row
from imqt.plain import PlainLabel
from imqt.sign import IconSign
from imtongue import phrase, tr

from .link import Key
from .reaching import NoWay, read_address, why

#: Pixels that the fields take at most, beside type of the usual size.
WIDE = 560


@dataclass(frozen=True)
class Asked:
    """What is asked for, as it stands in the source: by default an administrator's name and password."""

    heading: str
    words: str
    act: str
    server: str | None  #: shown to be changed; None: it is known
    code: str = ""  #: with it the name is registered first


NEW = Asked(
    phrase("This server is new"),
    phrase(
        "Choose the name and password of its first administrator. It is an account like any other: "
        "you can chat with it, too, and look after this server from elsewhere."
    ),
    phrase("Begin"),
    None,
)
HERE = Asked(
    phrase("Who looks after this server?"),
    phrase("Log in with the name and password of an administrator."),
    phrase("Log in"),
    None,
)
ELSEWHERE = Asked(
    phrase("Attach to a running server"),
    phrase("Log in as an administrator. The server runs on when this window is closed."),
    phrase("Log in"),
    "",
)


class EntranceDialog(QWidget):
    """Asks until somebody is in."""

    entered = pyqtSignal()
    closed = pyqtSignal()

    def __init__(
        self,
        asked: Asked,
        name: str,
        enter: Callable[[Invite | None, Key], Deferred[None]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._asked, self._enter = asked, enter
        self._server: Invite | None = None
        self._in = False
        self.setWindowTitle(f"{tr(asked.heading)} - imserver")
        self.setObjectName("entrance")
        self.server = _field("entranceServer", tr("Server: HOST:PORT, or the line of an invite"))
        self.name = _field("entranceName", tr("Name"))
        self.password = _field("entrancePassword", tr("Password"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.act = plain.button(tr(asked.act), "primary", large=True)
        self.act.setObjectName("entranceAct")
        self._error = PlainLabel("", "error", wrap=True)
        self._error.setObjectName("entranceError")
        self._error_row = QWidget()
        self._error_row.setLayout(
            row(col(1, IconSign("warning", "error", 14), STRETCH, gap=0), (self._error, 1), gap=6)
        )
        self.server.setText(asked.server or "")
        self.name.setText(name)
        column = box(self._column())
        column.setMaximumWidth(theme.grown(WIDE))
        self.setLayout(col(box(row(STRETCH, (column, 100), STRETCH, gap=0))))
        self.setMinimumWidth(420)
        if asked.code:
            self.password.setPlaceholderText(tr("{count} characters or more", count=limits.PASSWORD_LEAST))
        for each in (self.server, self.name, self.password):
            each.textEdited.connect(lambda _: self.refuse(""))
            each.returnPressed.connect(self._on_act)
        self.act.clicked.connect(self._on_act)
        self.refuse("")
        first = self.server if asked.server == "" else self.name if not name else self.password
        first.setFocus()

    def _column(self) -> QVBoxLayout:
        parts: list[QWidget | int] = []
        fields = [(tr("Name"), self.name), (tr("Password"), self.password)]
        if self._asked.server is not None:
            fields.insert(0, (tr("Server"), self.server))
        for caption, each in fields:
            label = PlainLabel(caption, "name")
            label.setBuddy(each)
            parts += [label, each, 12]
        head = row(
            IconSign("server", "accent", 28), (PlainLabel(tr(self._asked.heading), "heading"), 1), gap=12
        )
        return col(
            head, 4, PlainLabel(tr(self._asked.words), "dim", wrap=True), 12, *parts, self._error_row, 8,
            row(STRETCH, self.act), STRETCH, margins=(24, 24, 24, 24), gap=6,
        )  # fmt: skip

    def refuse(self, sentence: str) -> None:
        """Say what is wrong; nothing: all may be right."""
        self._error.setText(sentence)
        self._error_row.setVisible(bool(sentence))
        if self.isVisible():
            fit(self)

    def _on_act(self) -> None:
        name, password = self.name.text().strip().lower(), self.password.text()
        try:
            self._server = read_address(self.server.text()) if self._asked.server is not None else None
        except NoWay as no_way:
            self._refuse_at(self.server, str(no_way))
            return
        if not name or not password:
            self._refuse_at(self.password if name else self.name, tr("Fill in name and password."))
            return
        self._rest(True)
        code = self._asked.code or (self._server.code if self._server is not None else None) or ""
        key = Key(name, password=password, code=code)
        self._enter(self._server, key).addCallbacks(self._on_entered, self._on_failed)

    def _refuse_at(self, field: QLineEdit, sentence: str) -> None:
        self.refuse(sentence)
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rest(self, rests: bool) -> None:
        for each in (self.server, self.name, self.password, self.act):
            each.setEnabled(not rests)
        self.refuse("")

    def _on_entered(self, _: object) -> None:
        self._in = True
        self.entered.emit()

    def _on_failed(self, failure: Failure) -> None:
        self._rest(False)
        if failure.check(BadPassword):
            least = limits.PASSWORD_LEAST
            short = tr(
                "A password has {count} characters or more. A few words are easy to keep in mind.",
                count=least,
            )
            self._refuse_at(self.password, short)
        elif failure.check(LoginRefused):
            self._refuse_at(self.password, tr("Wrong name or password."))
        elif failure.check(Refusal) or self._server is None:
            self._refuse_at(self.password, str(failure.value) or tr("The server does not answer."))
        else:
            self._refuse_at(self.server, why(failure, self._server))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Say that nobody wants in."""
        super().closeEvent(event)
        if not self._in:
            self.closed.emit()


def _field(name: str, words: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setAccessibleName(words)
    made.setProperty("large", True)
    return made
