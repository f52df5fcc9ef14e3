"""What is shown where nobody can be written to yet: "You are the first one here"."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QApplication, QLineEdit, QPushButton, QSizePolicy, QWidget

from imqt import icons, plain, theme
from imqt.layout import STRETCH, box, col, row, rule
from imqt.plain import PlainLabel
from imqt.sign import IconSign
from imtongue import tr

from .scrolled import scrolled

WIDEST = 600


class _Circle(QWidget):
    """Oneself, between two places that are still free."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setFixedSize(QSize(208, 60))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icons.draw_avatar(painter, QRectF(80, 4, 48, 48), self._name)
        icons.draw_presence(painter, QPointF(122, 46), "online", theme.colour("surface"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for x in (16, 152):
            painter.setPen(QPen(theme.colour("edge"), 1.5, Qt.PenStyle.DashLine))
            painter.drawEllipse(QRectF(x, 8, 40, 40))
            icons.draw(painter, "add", QRectF(x + 12, 20, 16, 16), theme.colour("dim"))


class WelcomeView(QWidget):
    """How to bring somebody here, and three things that work alone."""

    note_wanted = pyqtSignal()
    wire_wanted = pyqtSignal()

    def __init__(self, name: str, host: str, port: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        invitation, by_hand = f"imclient {host} {port}", f"nc {host} {port}"
        heading = PlainLabel(tr("You are the first one here"), "heading", wrap=True)
        words = tr(
            "Give somebody this line: it opens a window at this server, where they choose name and password."
        )
        how = PlainLabel(words, "dim", wrap=True)
        for label in (heading, how):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        content = QWidget()
        content.setMaximumWidth(WIDEST)
        content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        content.setLayout(
            col(
                row(STRETCH, _Circle(name), STRETCH),
                16,
                heading,
                how,
                8,
                _line_to_copy(invitation),
                row(STRETCH, self._copy(invitation, tr("Copy this line"), "copyInvitation", "primary")),
                24,
                rule(),
                16,
                self._offer_note(),
                8,
                self._offer_wire(),
                8,
                _offer(
                    "terminal",
                    tr("Try it by hand"),
                    by_hand,
                    self._copy(by_hand, tr("Copy"), "copyByHand"),
                    "mono",
                ),
            )
        )
        middle = row(STRETCH, (content, 100), STRETCH, margins=(16, 16, 16, 16))
        self.setLayout(col((scrolled(box(col(STRETCH, middle, STRETCH))), 1), gap=0))

    def begin(self) -> None:
        """Put the focus on what is most likely wanted."""
        button = self.findChild(QPushButton, "copyInvitation")
        assert button is not None
        button.setFocus()

    def _offer_note(self) -> QWidget:
        write = plain.button(tr("Write"))
        write.setObjectName("writeNote")
        write.setAccessibleName(tr("Write a note to yourself"))
        write.clicked.connect(self.note_wanted)
        what = tr("It is kept like any message, and is there on your next device.")
        return _offer("note", tr("Write a note to yourself"), what, write)

    def _offer_wire(self) -> QWidget:
        watch = plain.button(tr("Open"))
        watch.setObjectName("watchWire")
        watch.setAccessibleName(tr("Watch the wire"))
        watch.clicked.connect(self.wire_wanted)
        what = tr("Every line that goes out and comes in, as plain text.")
        return _offer("wire", tr("Watch the wire"), what, watch)

    @staticmethod
    def _copy(text: str, words: str, name: str, role: str = "") -> QPushButton:
        button = plain.button(words, role, icon_name="copy" if role else "")
        button.setObjectName(name)
        button.setAccessibleName(f"{words}: {text}")

        def copy() -> None:
            clipboard = QApplication.clipboard()
            if clipboard is not None:
                clipboard.setText(text)

        button.clicked.connect(copy)
        return button


def _line_to_copy(text: str) -> QLineEdit:
    field = QLineEdit(text)
    field.setReadOnly(True)
    field.setProperty("role", "mono")
    field.setProperty("large", True)
    field.setAccessibleName(tr("The line to give to somebody"))
    return field


def _offer(icon: str, heading: str, what: str, button: QPushButton, role: str = "caption") -> QWidget:
    sign = IconSign(icon, "accent", 20)
    words = col(PlainLabel(heading, "name", wrap=True), PlainLabel(what, role, wrap=True), gap=2)
    made = QWidget()
    made.setLayout(row(sign, (words, 1), button, gap=16))
    return made
