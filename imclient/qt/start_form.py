"""The fields of the start window; what went wrong is said in one sentence under the field it is about."""

from __future__ import annotations

from enum import Enum

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QIntValidator
from PyQt5.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from imqt import plain, theme
from imqt.layout import STRETCH, Item, col, row
from imqt.plain import PlainLabel
from imqt.sign import IconSign
from imtongue import phrase, tr

from .field_words import mark
from .password_field import password_field


class Field(Enum):
    """What is asked for."""

    SERVER = phrase("Server")
    NAME = phrase("Name")
    PASSWORD = phrase("Password")


class StartForm(QWidget):
    """Host, port, name, password; Register and Log in."""

    edited = pyqtSignal(Field)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.host = _field("startHost", tr("Host of the server"), tr("lab.example or 127.0.0.1"))
        self.port = _field("startPort", tr("Port of the server"), tr("port"))
        self.name = _field("startName", tr("Name"), "")
        self.password = password_field("startPassword", tr("Password"))
        self.register = plain.button(tr("Register"), large=True)
        self.log_in = plain.button(tr("Log in"), "primary", large=True)
        self.heading = PlainLabel(tr("Log in"), "heading", wrap=True)
        self.subject = PlainLabel("", "dim", wrap=True)
        self.remember = QCheckBox(tr("Stay logged in on this computer"))
        self.trust = plain.button(tr("It is the same: trust this server"), icon_name="lock")
        self.offline = plain.button(tr("Read what is on this computer"), "link", icon_name="outbox")
        self._known = PlainLabel("", "caption", wrap=True)
        self._digits = PlainLabel("", "mono", wrap=True)
        self._shown = PlainLabel(tr("It shows now:"), "caption", wrap=True)
        self._shown_digits = PlainLabel("", "mono", wrap=True)
        self._known_sign = IconSign("lock", "online")
        self._known_row = QWidget()
        self._error = PlainLabel("", "error", wrap=True)
        self._error_row = QWidget()
        self._good = PlainLabel("", "caption", wrap=True)
        self._good_row = QWidget()
        self._why = PlainLabel("", "caption", wrap=True)
        self._why_row = QWidget()
        self._hints = {
            Field.SERVER: PlainLabel(
                tr("The computer the server runs on, and its port."), "caption", wrap=True
            ),
            Field.NAME: PlainLabel(
                tr("Small letters, digits, dot, dash: this is what others see."), "caption", wrap=True
            ),
            Field.PASSWORD: PlainLabel(tr("At least 8 letters; blanks count."), "caption", wrap=True),
        }
        self._no_new = ""
        self._under: dict[Field, QVBoxLayout] = {}
        self._prepare()
        self.setLayout(self._column())
        self._listen()
        self.clear_error()

    # What it holds

    @property
    def port_number(self) -> int | None:
        """The port, if it is a number that a port can have."""
        text = self.port.text().strip()
        return int(text) if text.isdecimal() and 0 < int(text) < 65536 else None

    @property
    def address(self) -> tuple[str, int] | None:
        """The host and the port, if both are there."""
        host, port = self.host.text().strip(), self.port_number
        return (host, port) if host and port is not None else None

    @property
    def account(self) -> str:
        """The name, as a server takes it."""
        return self.name.text().strip().lower()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.address is not None and bool(self.account and self.password.text())

    def wake(self, awake: bool) -> None:
        """Let it be used, or rest while the server is asked."""
        fields = (self.host, self.port, self.name, self.password, self.remember)
        for widget in (*fields, self.register, self.log_in, self.trust, self.offline):
            widget.setEnabled(awake)
        self.refresh()

    def refresh(self) -> None:
        """Offer what can be done now, and say in a tooltip what is missing for the rest."""
        name = self.name.text().strip()
        words = tr("Register {name}", name=name) if name else tr("Register")
        self.register.setText(plain.literal(words))
        ready = self.complete and self.host.isEnabled()
        why = "" if self.complete else tr("Fill in server, name and password first")
        for button, not_so in ((self.register, why or self._no_new), (self.log_in, why)):
            button.setEnabled(ready and not not_so)
            plain.set_tooltip(button, not_so)

    def forbid_new(self, why: str) -> None:
        """Say why no name can be registered here, if none can."""
        self._no_new = why
        self.refresh()

    # What went well and what did not

    def show_error(self, field: Field, sentence: str) -> None:
        """Say what is wrong under the field it is about; it stays until that is changed."""
        self.clear_error()
        self._error.setText(sentence)
        self._put_under(field, self._error_row)
        for widget in self._inputs(field):
            mark(widget, True)
        self._hints[field].hide()

    def show_good(self, field: Field, sentence: str) -> None:
        """Say what has succeeded."""
        self._good.setText(sentence)
        self._put_under(field, self._good_row)
        self._hints[field].hide()

    def show_known(self, sentence: str, fingerprint: str = "") -> None:
        """Say by what the server is known."""
        self._known.setText(sentence)
        self._digits.setText(fingerprint)
        self._digits.setVisible(bool(fingerprint))
        self._shown.hide()
        self._shown_digits.hide()
        self._known_sign.show_icon("lock", "online")
        self._known_row.setVisible(bool(sentence))
        if sentence:
            self._hints[Field.SERVER].hide()

    def offer_trust(self, fingerprint: str) -> None:
        """Let a stranger's fingerprint be compared, and the server be trusted from now on."""
        self.show_known(tr("This is what it shows. Ask whoever runs it whether it is theirs:"), fingerprint)
        self._known_sign.show_icon("lock", "waiting")
        self.trust.show()

    def compare(self, known: str, shown: str) -> None:
        """Show the fingerprint that is known, and the one that was shown instead."""
        self.show_known(tr("Known here:"), known)
        self._known_sign.show_icon("lock", "waiting")
        self._shown_digits.setText(shown)
        self._shown.show()
        self._shown_digits.show()

    def offer_offline(self, offered: bool) -> None:
        """Let be read what this computer holds, while the server cannot be reached."""
        self.offline.setVisible(offered)

    def show_why(self, sentence: str) -> None:
        """Say why one is here again."""
        self._why.setText(sentence)
        self._why_row.setVisible(bool(sentence))

    def take_back_why(self, sentence: str) -> None:
        """Say a sentence no more: it is so no longer."""
        if self._why.text() == sentence:
            self.show_why("")

    def clear_error(self) -> None:
        """Take back what was said."""
        for field in Field:
            self._hints[field].show()
            for widget in self._inputs(field):
                mark(widget, False)
        self._error_row.hide()
        self._good_row.hide()
        self.trust.hide()
        self.offline.hide()
        self._error.setText("")

    def _put_under(self, field: Field, sentence: QWidget) -> None:
        self._under[field].insertWidget(0, sentence)
        sentence.show()

    def _inputs(self, field: Field) -> list[QLineEdit]:
        server = [self.host, self.port]
        return {Field.SERVER: server, Field.NAME: [self.name], Field.PASSWORD: [self.password]}[field]

    # How it is put together

    def _prepare(self) -> None:
        self.port.setFixedWidth(theme.grown(112))
        self.port.setValidator(QIntValidator(0, 65535, self))
        self.register.setObjectName("startRegister")
        self.log_in.setObjectName("startLogIn")
        self._error.setObjectName("startError")
        self._good.setObjectName("startDone")
        self._error_row.setLayout(_beside(IconSign("warning", "error"), self._error))
        self._why.setObjectName("startWhy")
        self._why_row.setLayout(_beside(IconSign("warning", "waiting"), self._why))
        self._why_row.hide()
        self.remember.setObjectName("startRemember")
        self.remember.setAccessibleName(tr("Stay logged in on this computer"))
        self.trust.setObjectName("startTrust")
        self.offline.setObjectName("startOffline")
        self._known.setObjectName("startKnown")
        self._digits.setObjectName("startFingerprint")
        self._digits.setMinimumWidth(1)
        self._shown_digits.setObjectName("startShown")
        self._shown_digits.setMinimumWidth(1)
        known = col(self._known, self._digits, self._shown, self._shown_digits, gap=2)
        self._known_row.setLayout(_beside(self._known_sign, known))
        self._known_row.hide()
        self._good_row.setLayout(_beside(IconSign("sent", "online"), self._good))

    def _column(self) -> QVBoxLayout:
        server = row((self.host, 1), self.port)
        return col(
            self.heading,
            self.subject,
            self._why_row,
            16,
            self._block(Field.SERVER, self.host, server),
            12,
            self._block(Field.NAME, self.name, self.name),
            12,
            self._block(Field.PASSWORD, self.password, self.password),
            4,
            self.remember,
            12,
            row((self.register, 1), (self.log_in, 1), gap=12),
            row(self.offline, STRETCH),
            PlainLabel(
                tr("A password is never kept in clear and never shown in the wire view."),
                "caption",
                wrap=True,
            ),
        )

    def _block(self, field: Field, buddy: QLineEdit, inputs: Item) -> QVBoxLayout:
        label = PlainLabel(tr(field.value), "name")
        label.setBuddy(buddy)
        self._under[field] = col(self._hints[field])
        if field is Field.SERVER:
            self._under[field].addWidget(self._known_row)
            self._under[field].addLayout(row(self.trust, STRETCH))
        return col(label, inputs, self._under[field], gap=6)

    def _listen(self) -> None:
        for field in Field:
            for widget in self._inputs(field):
                widget.textEdited.connect(lambda _text, field=field: self._on_edited(field))
                widget.textChanged.connect(self.refresh)
        self.refresh()

    def _on_edited(self, field: Field) -> None:
        self.clear_error()
        self.edited.emit(field)


def _field(name: str, accessible: str, placeholder: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setAccessibleName(accessible)
    made.setPlaceholderText(placeholder)
    made.setProperty("large", True)
    made.setInputMethodHints(Qt.InputMethodHint.ImhNoAutoUppercase)
    return made


def _beside(sign: IconSign, told: QWidget | QVBoxLayout) -> QHBoxLayout:
    """Put a sign beside the first line of what is told."""
    return row(col(sign, STRETCH), (told, 1), gap=6)
