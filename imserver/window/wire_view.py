"""The live wire: who said what to the server and what it answered, and what happened."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import QModelIndex, QPointF, QRectF, QSize, pyqtSignal
from PyQt5.QtGui import QPainter, QResizeEvent, QTextLayout, QTextOption
from PyQt5.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from imqt import icons, painting, plain, theme
from imqt.empty import Empty
from imqt.layout import col, row
from imqt.line_list import LineList
from imqt.moments import seconds_clock
from imqt.plain import ElidedLabel, PlainLabel
from imqt.saving import choose_file
from imqt.search_field import give_room, search_field
from imqt.wire_line import formats
from imtongue import phrase, tr

from .wire_model import Kind, Row, WireModel, transcript

SIDE = 16
#: What is said of the lines, by whether their texts are shown and whether they are held still.
ABOUT = {
    (False, False): phrase("live, texts and passwords hidden"),
    (True, False): phrase("live, with what people say; passwords hidden"),
    (False, True): phrase("held still, texts and passwords hidden"),
    (True, True): phrase("held still, with what people say; passwords hidden"),
}
#: Signs of a name that there is room for.
NAME = 13


def row_height() -> int:
    """Say how high a row is."""
    return round(theme.line_height(theme.mono()) + 6)


class WireDelegate(QStyledItemDelegate):
    """Paints a row in one line: time, arrow, who, the line in colours."""

    def __init__(self, model: WireModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Say how high a row is."""
        return QSize(0, row_height())

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a row."""
        assert painter is not None
        shown, place = self._model.rows[index.row()], QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painting.draw_round(painter, place.adjusted(8, 0, -8, 0), 4, theme.colour("soft"))
        mono, x = theme.mono(), place.left() + SIDE
        clock = QRectF(x, place.top(), painting.width_of("00:00:00", mono) + 1, place.height())
        painting.draw_line(painter, clock, seconds_clock(shown.at), mono, theme.colour("dim"))
        side = painting.sign_side(13)
        sign = QRectF(clock.right() + 10, place.center().y() - side / 2, side, side)
        rest = QRectF(sign.right() + 9, place.top(), place.right() - sign.right() - 9 - SIDE, place.height())
        if shown.kind is Kind.NOTE:
            icons.draw(painter, "note", sign, theme.colour(shown.token))
            font = theme.font(theme.Size.CAPTION)
            painting.draw_line(painter, rest, shown.text, font, theme.colour(shown.token))
        else:
            self._paint_line(painter, shown, sign, rest)
        painter.restore()

    @staticmethod
    def _paint_line(painter: QPainter, shown: Row, sign: QRectF, rest: QRectF) -> None:
        # As the server sees it: what comes in points left, to the name behind it.
        incoming = shown.kind is Kind.IN
        icons.draw(
            painter, "in" if incoming else "out", sign, theme.colour("online" if incoming else "accent")
        )
        mono = theme.mono()
        width = painting.width_of("m" * NAME, mono)
        who = QRectF(rest.left(), rest.top(), width, rest.height())
        painting.draw_line(painter, who, shown.whom, mono, theme.colour("text"))
        left = rest.left() + width + 8
        room = rest.right() - left
        most = max(1, int(room / max(1, painting.width_of("m", mono))))
        text = shown.text if len(shown.text) <= most else shown.text[: most - 1] + "…"
        layout = QTextLayout(text, mono)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        layout.setFormats([one for one in formats(text) if one.start < len(text)])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(room)
        layout.endLayout()
        painter.setPen(theme.colour("text"))
        layout.draw(painter, QPointF(left, rest.center().y() - line.height() / 2))


class WireList(LineList):
    """The rows, each one line high; or why there is none."""

    def __init__(self, model: WireModel, parent: QWidget | None = None) -> None:
        super().__init__(model, tr("Lines on the wire, and what happened"), parent)
        self._lines = model
        self.setItemDelegate(WireDelegate(model, self))
        self.setUniformItemSizes(True)
        self._empty = Empty(self)
        model.counted.connect(self._tell_empty)
        self._tell_empty()

    def _tell_empty(self) -> None:
        self._empty.tell(self._lines.why_empty)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Have room for whole rows only: the rest stays free above them."""
        super().resizeEvent(event)
        self.setViewportMargins(0, self.contentsRect().height() % row_height(), 0, 0)


class WireView(QWidget):
    """The rows with what can be done with them."""

    texts_wanted = pyqtSignal(bool)

    def __init__(self, model: WireModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.list = WireList(model)
        self._about = ElidedLabel(tr(ABOUT[False, False]), "caption")
        self.filter = search_field(tr("Filter"), "wireFilter")
        self.filter.setAccessibleName(tr("Filter: a verb, a name, a number"))
        give_room(self.filter)
        self.filter.setProperty("role", "")
        self.texts = plain.tool_button(tr("Show what people say"), "show", checkable=True)
        self.pause = plain.tool_button(tr("Hold the wire still"), "pause", checkable=True)
        self.save = plain.tool_button(tr("Save the wire"), "save")
        for name, button in (("wireTexts", self.texts), ("wirePause", self.pause), ("wireSave", self.save)):
            button.setObjectName(name)
        tools = row(
            PlainLabel(tr("Wire"), "strong"), (self._about, 1),
            self.texts, self.pause, self.save, 4, self.filter,
            margins=(16, 6, 16, 4),
        )  # fmt: skip
        self.setLayout(col(tools, (self.list, 1), margins=(0, 0, 0, 4), gap=0))
        self.filter.textChanged.connect(model.seek)
        self.pause.toggled.connect(model.hold)
        self.pause.toggled.connect(lambda _: self._tell())
        self.texts.toggled.connect(self.texts_wanted)
        self.texts.toggled.connect(lambda _: self._tell())
        self.save.clicked.connect(self._choose_file)

    def _tell(self) -> None:
        self._about.setText(tr(ABOUT[self.texts.isChecked(), self.pause.isChecked()]))
        self._about.set_role("waiting" if self.texts.isChecked() else "caption")

    def _choose_file(self) -> None:
        kinds = tr("Text (*.txt);;All files (*)")
        choose_file(self, tr("Save the wire"), "wire", "txt", kinds, self.write)

    def write(self, path: str) -> None:
        """Write the rows that are shown into a file."""
        try:
            Path(path).write_text(transcript(self.model.rows), encoding="utf-8")
        except OSError as error:
            words = tr("{path} cannot be written: {why}.", path=path, why=error.strerror)
            plain.tell(self, tr("It was not saved"), words)
