"""The fields of the start window; what went wrong is said in one sentence under the field it is about."""

from __future__ import annotations

from enum import Enum

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QIntValidator
from PyQt5.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from imqt import icons, plain
from imqt.layout import col, row
from imqt.plain import PlainLabel
from imqt.search_field import name_buttons
from imqt.sign import IconSign


class Field(Enum):
    """What is asked for."""

    SERVER = "Server"
    NAME = "Name"
    PASSWORD = "Password"


class StartForm(QWidget):
    """Host, port, name, password; Register and Log in."""

    edited = pyqtSignal(Field)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.host = _field("startHost", "Host of the server", "lab.example or 127.0.0.1")
        self.port = _field("startPort", "Port of the server", "port")
        self.name = _field("startName", "Name", "")
        self.password = _field("startPassword", "Password", "")
        self.register = plain.button("Register", large=True)
        self.log_in = plain.button("Log in", "primary", large=True)
        self.heading = PlainLabel("Log in", "heading", wrap=True)
        self.subject = PlainLabel("", "dim", wrap=True)
        self._error = PlainLabel("", "error", wrap=True)
        self._error_row = QWidget()
        self._good = PlainLabel("", "caption", wrap=True)
        self._good_row = QWidget()
        self._why = PlainLabel("", "caption", wrap=True)
        self._why_row = QWidget()
        self._hints = {
            Field.SERVER: PlainLabel("The computer the server runs on, and its port.", "caption", wrap=True),
            Field.NAME: PlainLabel(
                "Small letters, digits, dot, dash: this is what others see.", "caption", wrap=True
            ),
            Field.PASSWORD: PlainLabel("At least 8 letters; blanks count.", "caption", wrap=True),
        }
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
    def complete(self) -> bool:
        """Whether nothing is missing."""
        typed = self.host.text().strip() and self.name.text().strip() and self.password.text()
        return bool(typed) and self.port_number is not None

    def wake(self, awake: bool) -> None:
        """Let it be used, or rest while the server is asked."""
        for widget in (self.host, self.port, self.name, self.password, self.register, self.log_in):
            widget.setEnabled(awake)
        self.refresh()

    def refresh(self) -> None:
        """Offer what can be done now, and say in a tooltip what is missing for the rest."""
        name = self.name.text().strip()
        self.register.setText(plain.literal(f"Register {name}".strip()))
        ready = self.complete and self.host.isEnabled()
        why = "" if self.complete else "Fill in server, name and password first"
        for button in (self.register, self.log_in):
            button.setEnabled(ready)
            plain.set_tooltip(button, why)

    # What went well and what did not

    def show_error(self, field: Field, sentence: str) -> None:
        """Say what is wrong under the field it is about; it stays until that is changed."""
        self.clear_error()
        self._error.setText(sentence)
        self._put_under(field, self._error_row)
        for widget in self._inputs(field):
            _mark(widget, True)
        self._hints[field].hide()

    def show_good(self, field: Field, sentence: str) -> None:
        """Say what has succeeded."""
        self._good.setText(sentence)
        self._put_under(field, self._good_row)
        self._hints[field].hide()

    def show_why(self, sentence: str) -> None:
        """Say why one is here again."""
        self._why.setText(sentence)
        self._why_row.setVisible(bool(sentence))

    def clear_error(self) -> None:
        """Take back what was said."""
        for field in Field:
            self._hints[field].show()
            for widget in self._inputs(field):
                _mark(widget, False)
        self._error_row.hide()
        self._good_row.hide()
        self._error.setText("")

    def _put_under(self, field: Field, sentence: QWidget) -> None:
        self._under[field].addWidget(sentence)
        sentence.show()

    def _inputs(self, field: Field) -> list[QLineEdit]:
        server = [self.host, self.port]
        return {Field.SERVER: server, Field.NAME: [self.name], Field.PASSWORD: [self.password]}[field]

    # How it is put together

    def _prepare(self) -> None:
        self.port.setFixedWidth(112)
        self.port.setValidator(QIntValidator(0, 65535, self))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        eye = self.password.addAction(icons.icon("show"), QLineEdit.ActionPosition.TrailingPosition)
        assert eye is not None
        eye.setCheckable(True)
        eye.setText("Show the password")
        plain.set_tooltip(eye, "Show the password")
        eye.toggled.connect(self._show_password)
        name_buttons(self.password, "Show the password")
        self.register.setObjectName("startRegister")
        self.log_in.setObjectName("startLogIn")
        self._error.setObjectName("startError")
        self._good.setObjectName("startDone")
        self._error_row.setLayout(row(IconSign("warning", "error"), (self._error, 1), gap=6))
        self._why.setObjectName("startWhy")
        self._why_row.setLayout(row(IconSign("warning", "waiting"), (self._why, 1), gap=6))
        self._why_row.hide()
        self._good_row.setLayout(row(IconSign("sent", "online"), (self._good, 1), gap=6))

    def _column(self) -> QVBoxLayout:
        server = row((self.host, 1), self.port)
        return col(
            self.heading,
            self.subject,
            self._why_row,
            16,
            self._block(Field.SERVER, self.host, server),
            12,
            self._block(Field.NAME, self.name, col(self.name)),
            12,
            self._block(Field.PASSWORD, self.password, col(self.password)),
            16,
            row((self.register, 1), (self.log_in, 1), gap=12),
            4,
            PlainLabel(
                "A password is never kept in clear and never shown in the wire view.", "caption", wrap=True
            ),
        )

    def _block(self, field: Field, buddy: QLineEdit, inputs: QVBoxLayout | object) -> QVBoxLayout:
        label = PlainLabel(field.value, "name")
        label.setBuddy(buddy)
        self._under[field] = col(self._hints[field])
        return col(label, inputs, self._under[field], gap=6)  # type: ignore[arg-type]

    def _listen(self) -> None:
        for field in Field:
            for widget in self._inputs(field):
                widget.textEdited.connect(lambda _text, field=field: self._on_edited(field))
                widget.textChanged.connect(self.refresh)
        self.refresh()

    def _on_edited(self, field: Field) -> None:
        self.clear_error()
        self.edited.emit(field)

    def _show_password(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.password.setEchoMode(mode)


def _field(name: str, accessible: str, placeholder: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setAccessibleName(accessible)
    made.setPlaceholderText(placeholder)
    made.setProperty("large", True)
    made.setInputMethodHints(Qt.InputMethodHint.ImhNoAutoUppercase)
    return made


def _mark(widget: QLineEdit, wrong: bool) -> None:
    if widget.property("wrong") != wrong:
        widget.setProperty("wrong", wrong)
        plain.restyle(widget)
