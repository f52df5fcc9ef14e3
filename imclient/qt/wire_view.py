"""The wire pane: every line that goes out and comes in, as plain text, to watch, to search and to save."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import QEvent, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QListView,
    QVBoxLayout,
    QWidget,
)

from imclient.core import wording
from imclient.core.client import Client
from imclient.core.said import Said
from imclient.core.transcript import scene_of
from imclient.core.wire_talk import About
from improtocol.audience import Audience
from imqt import painting, plain, theme
from imqt.empty import Empty
from imqt.layout import box, col, row, rule
from imqt.line_list import LineList
from imqt.plain import ElidedLabel, PlainLabel
from imqt.saving import choose_file
from imqt.search_field import search_field
from imqt.sign import IconSign
from imtongue import phrase, tr, trn

from .wire_model import WireModel
from .wire_row import WireDelegate

#: Lower than this, there is no room for filter and foot.
LOW = 340
ALL = phrase("every line, as it goes")


class WireList(LineList):
    """The lines, each as high as it is long."""

    def __init__(self, model: WireModel, parent: QWidget | None = None) -> None:
        super().__init__(model, tr("Lines on the wire"), parent)
        self._lines = model
        painter = WireDelegate(self, model)
        painter.measured.connect(self.scheduleDelayedItemsLayout)
        self.setItemDelegate(painter)
        self.setResizeMode(QListView.ResizeMode.Adjust)

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the rows out anew when the type is another."""
        super().changeEvent(event)
        if theme.has_changed(event):
            self.scheduleDelayedItemsLayout()

    def texts(self) -> list[str]:
        """Give the lines that are shown."""
        return [row.line.line for row in self._lines.rows]

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Lay the rows out for the new width; then the newest is brought in sight, if one is there."""
        super().resizeEvent(event)
        # Qt forgets it where the scroll bar, come or gone, was what changed the width: that is amid a layout.
        self.scheduleDelayedItemsLayout()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Lay out what came while nobody looked."""
        super().showEvent(event)
        self.scheduleDelayedItemsLayout()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Begin at the newest, for whoever comes by key."""
        assert event is not None
        super().focusInEvent(event)
        if painting.by_key(event.reason()) and not self.currentIndex().isValid() and self._lines.rows:
            self.setCurrentIndex(self._lines.index(len(self._lines.rows) - 1))


class WireView(QWidget):
    """The pane beside (or, in a narrow window, below) the conversation."""

    closed = pyqtSignal()

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._talk: Audience | None = None
        self._said: Said | None = None
        self.model = WireModel(client.wire, parent=self)
        self.list = WireList(self.model)
        self._empty = Empty(self.list)
        self.filter = search_field(tr("Filter: a verb, a name, a number"), "wireFilter")
        self._only = plain.tool_button(tr("Only this conversation"), "person", checkable=True)
        self._pause = plain.tool_button(tr("Hold the view still"), "pause", checkable=True)
        self._close = plain.tool_button(tr("Close the wire view"), "close")
        self._save = plain.button(tr("Save as transcript"), "onside", icon_name="save")
        self._save_small = plain.tool_button(tr("Save as transcript"), "save")
        self._count = ElidedLabel("", "caption")
        self._name_controls()
        self.setLayout(col(box(self._column(), "side")))
        self._listen()
        self._show_count()

    def close_view(self) -> None:
        """Stop listening: the window was closed."""
        self.model.close()

    def _column(self) -> QVBoxLayout:
        title = PlainLabel(tr("Wire"), "strong")
        self._subject = ElidedLabel(tr(ALL), "caption")
        self._subject.setObjectName("wireSubject")
        tools = (self._save_small, self._only, self._pause, self._close)
        foot = row((self._count, 1), self._save, margins=(16, 8, 16, 8))
        self._more = (
            box(row((self.filter, 1), margins=(16, 10, 16, 6)), "side"),
            box(col(rule(), foot, gap=0), "side"),
        )
        return col(
            row(IconSign("wire", "dim", 16), title, (self._subject, 1), *tools, margins=(16, 6, 8, 6), gap=6),
            rule(),
            self._more[0],
            (self.list, 1),
            self._more[1],
            gap=0,
        )

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Where it is low, leave the room to the lines."""
        super().resizeEvent(event)
        roomy = self.height() >= LOW
        for part in self._more:
            part.setVisible(roomy)
        self._save_small.setVisible(not roomy)

    def _name_controls(self) -> None:
        self._only.setObjectName("wireOnly")
        self._pause.setObjectName("wirePause")
        self._close.setObjectName("wireClose")
        self._save.setObjectName("wireSave")

    def _listen(self) -> None:
        self.filter.textChanged.connect(self.model.filter)
        self._only.toggled.connect(lambda _: self._show_only())
        self._pause.toggled.connect(self.model.hold)
        self._close.clicked.connect(self.closed)
        for save in (self._save, self._save_small):
            save.clicked.connect(self._choose_file)
        self.model.counted.connect(self._show_count)

    def follow(self, audience: Audience) -> None:
        """Know which conversation is on the screen."""
        self._talk, self._said = audience, None
        self._show_only()

    def show_message(self, said: Said) -> None:
        """Show the lines of one message, and of what became of it."""
        self._said = said
        self._show_only()

    def _show_only(self) -> None:
        me, said, talk = self._client.name or "", self._said, self._talk
        if said is not None:
            self.model.only(lambda: About(me, said=said))
            words = (
                tr("message {number}", number=said.number) if said.number is not None else tr("this message")
            )
        elif self._only.isChecked() and talk is not None:
            self.model.only(lambda: About(me, talk=talk))
            words = tr("with {title}", title=wording.title(talk, me))
        else:
            self.model.only(None)
            words = tr(ALL)
        self._subject.setText(words)

    def _show_count(self) -> None:
        count = len(self.model.rows)
        told = trn("{count} line, secrets masked", "{count} lines, secrets masked", count)
        nothing = tr("No line goes with that.") if self._client.wire.lines else tr("Nothing was said yet.")
        self._empty.tell("" if count else nothing)
        self._count.setText(told)

    def _choose_file(self) -> None:
        kinds = tr("Transcripts (*.scene);;All files (*)")
        name = self._client.name or "wire"
        choose_file(self, tr("Save as transcript"), name, "scene", kinds, self._write)

    def _write(self, path: str) -> None:
        written = scene_of(self.model.lines(), self._client.name or "me")
        try:
            Path(path).write_text(written, "utf-8")
        except OSError as error:
            plain.tell(self, tr("It was not saved"), f"{path}: {error.strerror}.")
