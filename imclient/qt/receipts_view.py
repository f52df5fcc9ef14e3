"""How far a message of one's own came, with everybody it is for; over the window, beside the message."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QApplication, QFrame, QGraphicsDropShadowEffect, QGridLayout, QSizePolicy, QWidget
from twisted.python.failure import Failure

from imclient.core import wording
from imclient.core.client import Client
from imclient.core.conversations import Conversation, Said
from imclient.core.refusals import why_not
from improtocol import limits
from improtocol.fields import Reached
from imqt import painting, plain, theme
from imqt.colours import Token
from imqt.layout import col, row, rule
from imqt.plain import PlainLabel
from imqt.row_list import Gathering
from imqt.sign import IconSign
from imtongue import number, phrase, tr, trn

from .receipts_list import ReceiptsList, ReceiptsModel

MARGIN = 16  #: inside, and to the edge of the window


class Share(QWidget):
    """A bar: so many of so many; the figure beside it says the same."""

    def __init__(self, token: Token, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._token, self._share = token, 0.0
        self.setMinimumWidth(40)
        self.setFixedHeight(8)

    def show_share(self, count: int, of: int) -> None:
        """Show so many of so many."""
        self._share = count / of if of else 0.0
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint it."""
        painter, place = QPainter(self), QRectF(self.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.draw_round(painter, place, 4, theme.colour("field"))
        if self._share:
            place.setWidth(max(8.0, place.width() * self._share))
            painting.draw_round(painter, place, 4, theme.colour(self._token))


class ReceiptsView(QFrame):
    """Asks the server by name, and again whenever the message came further."""

    closed = pyqtSignal()
    let_go = pyqtSignal()  #: its reader is done with it, and goes on where they were
    say_again = pyqtSignal(list, str)  #: write to these names, with these words

    def __init__(self, client: Client, conversation: Conversation, said: Said, parent: QWidget) -> None:
        super().__init__(parent)
        self._client, self._conversation, self._said = client, conversation, said
        self._missing: list[str] = []
        self._asking = self._stale = self._gone = False
        self._anchor = QRect()
        self.model = ReceiptsModel(client.roster, parent=self)
        self.list = ReceiptsList(self.model)
        self._gathering = Gathering(self._ask, self)
        self._put_together()
        self._listen()
        self._show_counts()
        self._ask()

    # How it is put together

    def _put_together(self) -> None:
        self.setObjectName("receipts")
        self.setProperty("role", "popover")
        self.setAccessibleName(tr("How far it came"))
        self._heading = PlainLabel("", "strong", wrap=True)
        self._heading.setObjectName("receiptsHeading")
        self._close = plain.tool_button(tr("Close"), "close")
        self._close.setObjectName("closeReceipts")
        self._again = plain.button(tr("Say it again to them"), "primary", icon_name="send")
        self._again.setObjectName("sayAgainToThem")
        self._words = PlainLabel("", "caption", wrap=True)
        self._words.setObjectName("receiptsWords")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.list.setSizePolicy(policy)
        layout = col(
            row((self._heading, 1), self._close),
            self._shares(),
            4,
            rule(),
            (self.list, 1),
            self._again,
            self._words,
            margins=(MARGIN, 10, MARGIN, MARGIN),
        )
        self.setLayout(layout)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 6)
        shadow.setColor(QColor(0, 0, 0, 70))
        self.setGraphicsEffect(shadow)

    def _shares(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        self._delivered = (Share("dim"), PlainLabel("", "dim"))
        self._read = (Share("accent"), PlainLabel("", "dim"))
        kinds: tuple[tuple[str, Token, tuple[Share, PlainLabel]], ...] = (
            (phrase("Delivered"), "dim", self._delivered),
            (phrase("Read"), "accent", self._read),
        )
        for line, (word, token, (share, figure)) in enumerate(kinds):
            figure.setObjectName(f"receipts{word}")
            for column, widget in enumerate(
                (IconSign("delivered", token), PlainLabel(tr(word)), share, figure)
            ):
                grid.addWidget(widget, line, column)
        grid.setColumnStretch(2, 1)
        return grid

    def _listen(self) -> None:
        self._close.clicked.connect(self._let_go)
        self._again.clicked.connect(self._on_again)
        self._conversation.changed.connect(self._on_changed)
        self._conversation.reset.connect(self.close_view)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._application = application
        application.focusChanged.connect(self._on_focus)

    def close_view(self) -> None:
        """Go away."""
        if self._gone:
            return
        self._gone = True
        self._application.focusChanged.disconnect(self._on_focus)
        self._conversation.changed.disconnect(self._on_changed)
        self._conversation.reset.disconnect(self.close_view)
        self._gathering.stop()
        self.hide()
        self.deleteLater()
        self.closed.emit()

    def _let_go(self) -> None:
        self.close_view()
        self.let_go.emit()

    # What is known

    def _on_changed(self, _index: int, said: Said) -> None:
        if said is self._said:
            self._show_counts()
            self._gathering.soon()

    def _show_counts(self) -> None:
        receipt = self._said.receipt
        delivered, read, to = (receipt.delivered, receipt.read, receipt.to) if receipt else (0, 0, 0)
        self._heading.setText(_heading(read, to))
        for (share, figure), count in ((self._delivered, delivered), (self._read, read)):
            share.show_share(count, to)
            figure.setText(tr("{count} of {all}", count=number(count), all=number(to)) if to else "…")

    def _ask(self) -> None:
        """Ask for the names; what changes meanwhile is asked for once more."""
        self._stale = self._asking
        if self._asking or self._said.number is None:
            return
        self._asking = True
        self._show_missing("" if self.model.rows else tr("Asking the server…"))
        self._client.receipts(self._said.number).addCallbacks(self._on_names, self._on_failed)

    def _on_names(self, names: dict[str, Reached]) -> None:
        self._asking = False
        if self._gone:
            return
        self.model.show_names(names)
        self._missing = sorted(name for name, reached in names.items() if reached is Reached.WAITING)
        self._show_counts()
        self._show_missing(_missed_by(self._missing))
        self.list.updateGeometry()
        self.place()
        if self._stale:
            self._gathering.soon()

    def _on_failed(self, failure: Failure) -> None:
        self._asking = False
        if not self._gone:
            self._missing = []
            self._show_missing(why_not(failure.value) or tr("The server did not tell."))
            self.place()

    def _show_missing(self, words: str) -> None:
        self._again.setVisible(bool(self._missing))
        possible = len(self._missing) <= limits.AUDIENCE
        self._again.setEnabled(possible)
        why = "" if possible else tr("A message can name {limit} people at most", limit=limits.AUDIENCE)
        plain.set_tooltip(self._again, why)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.list.setVisible(bool(self.model.rows))

    def _on_again(self) -> None:
        missing, text = self._missing, self._said.text
        self.close_view()
        self.say_again.emit(missing, text)

    # Where it stands

    def open_at(self, anchor: QRect) -> None:
        """Show it beside what it is about; the anchor is in the coordinates of the window."""
        self._anchor = anchor
        self.place()
        self.show()
        self.raise_()
        self._close.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Stand above the anchor where there is room, else below or left of it; always within the window."""
        window = self.parentWidget()
        if window is None or self._anchor.isNull():
            return
        room = window.rect().adjusted(MARGIN // 2, MARGIN // 2, -MARGIN // 2, -MARGIN // 2)
        layout = self.layout()
        assert layout is not None
        width = min(theme.heights().control * 11, room.width())
        layout.activate()
        height = min(max(layout.heightForWidth(width), layout.minimumSize().height()), room.height())
        top, low = self._anchor.top() - height - 8, room.bottom() - height
        left, beside = min(self._anchor.right(), room.right()) - width, self._anchor.left() - width - 8
        if top < room.top():
            top = self._anchor.bottom() + 8
        if top > low and beside >= room.left():
            left, top = beside, self._anchor.bottom() - height
        corner = QPoint(max(room.left(), left), max(room.top(), min(top, low)))
        self.setGeometry(QRect(corner, QSize(width, height)))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape closes it."""
        assert event is not None
        if event.key() == Qt.Key.Key_Escape:
            self._let_go()
        else:
            super().keyPressEvent(event)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or now is self or self.isAncestorOf(now):
            return
        if now.window() is self.window():
            self.close_view()


def _heading(read: int, to: int) -> str:
    if not to:
        return tr("How far it came")
    return trn("{count} of {all} has read it", "{count} of {all} have read it", read, all=number(to))


def _missed_by(names: list[str]) -> str:
    if not names:
        return ""
    return tr(
        "Opens a new message to {names} with the same words. Nothing is sent until you "
        "press Send. The first one waits for them all the same.",
        names=wording.listed(names),
    )
