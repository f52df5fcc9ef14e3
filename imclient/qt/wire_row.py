"""How a line on the wire is painted: time, arrow, the verb in colour, the rest as it stood."""

from __future__ import annotations

from PyQt5.QtCore import QModelIndex, QPointF, QRectF, QSize
from PyQt5.QtGui import QFont, QPainter, QTextLayout, QTextOption
from PyQt5.QtWidgets import QListView, QStyle, QStyleOptionViewItem

from imqt import icons, moments, painting, theme
from imqt.clamping import shortened
from imqt.measuring import MeasuringDelegate
from imqt.wire_line import formats

from .wire_model import WireModel, WireRow

SIDE = 16
GAP = 4  #: between two lines
HANGING = 16  #: how far what does not fit is indented
#: So many milliseconds of one turn go into setting lines, and one line that takes as many more (pictures: the
#: font unpacks each to measure it, in 0.1 ms); the rest stands as one line until the next.
MEASURING = 8
#: So many letters of a line are painted; all are copied and saved.
LONGEST = 2000


class WireDelegate(MeasuringDelegate):
    """Paints the rows of a `WireModel`; long lines go on with a hanging indent."""

    def __init__(self, view: QListView, model: WireModel) -> None:
        super().__init__(view, MEASURING)
        self._view, self._model = view, model
        self._dots: tuple[object, QTextLayout] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Say how high a row is."""
        layout = self._layout(self._model.row(index))
        return QSize(0, round(layout.boundingRect().height()) + GAP)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a row."""
        assert painter is not None
        row, place = self._model.row(index), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painting.draw_round(painter, place.adjusted(8, 0, -8, 0), 4, theme.colour("soft"))
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painting.draw_ring(painter, place.adjusted(8, 0, -8, 0), 4)
        layout = self._layout(row)
        high = layout.lineAt(0).height()
        clock = QRectF(place.left() + SIDE, place.top() + GAP / 2, self._clock_width(), high)
        at = moments.seconds_clock(row.line.at)
        painting.draw_line(painter, clock, at, theme.mono(), theme.colour("dim"))
        way = "out" if row.line.outgoing else "in"
        side = painting.sign_side()
        arrow = QRectF(clock.right() + 8, clock.center().y() - side / 2, side, side)
        icons.draw(painter, way, arrow, theme.colour("accent" if row.line.outgoing else "online"))
        painter.setPen(theme.colour("text"))
        layout.draw(painter, QPointF(self._indent() + place.left(), clock.top()))
        painter.restore()

    # Measures

    @staticmethod
    def _clock_width() -> int:
        return painting.width_of("00:00:00", theme.mono()) + 1

    def _indent(self) -> int:
        return SIDE + self._clock_width() + 8 + round(painting.sign_side()) + 8

    def _layout(self, row: WireRow) -> QTextLayout:
        """Set a line in lines; it is kept until width, type or colours are others."""
        viewport = self._view.viewport()
        assert viewport is not None
        key = (viewport.width(), theme.scale(), theme.scheme())  # asked for each row with each new line
        found = row.shape.get(key)
        if isinstance(found, QTextLayout):
            return found
        line, wide = row.line.line, viewport.width()
        made = self.in_time(
            lambda: _laid_out(_painted(line), theme.mono(), max(80, wide - self._indent() - SIDE))
        )
        if made is None:
            return self._guess(key)
        row.shape = {key: made}
        return made

    def _guess(self, key: object) -> QTextLayout:
        """Set what stands for every line that is not set yet."""
        if self._dots is None or self._dots[0] != key:
            self._dots = key, _laid_out("…", theme.mono(), 80)
        return self._dots[1]


def _painted(line: str) -> str:
    return shortened(line if len(line) <= LONGEST else f"{line[:LONGEST]}…")


def _laid_out(text: str, font: QFont, width: float) -> QTextLayout:
    made = QTextLayout(text, font)
    made.setFormats(formats(text))
    _set(made, width)
    return made


def _set(layout: QTextLayout, width: float) -> None:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    layout.beginLayout()
    left = height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width - left)
        line.setPosition(QPointF(left, height))
        height += line.height()
        left = HANGING
    layout.endLayout()
