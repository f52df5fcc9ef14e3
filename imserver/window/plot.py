"""A small plot: one line over a tone, perhaps a second one, and the same in words beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from imqt import painting, theme
from imqt.colours import Token
from imqt.layout import col, row
from imqt.plain import ElidedLabel, PlainLabel

#: Room over and under the lines, for the thickness of the pen and the dot at the end.
EDGE = 4
#: From this part on a disk is nearly full.
NEARLY_FULL = 0.95
Values = Sequence[float | None]


class Lines(QWidget):
    """The lines themselves."""

    def __init__(self, *, filled: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places, self._filled = 1, filled
        self._values: Values = ()
        self._second: Values = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(round(painting.sign_side(36)))
        self.setMaximumHeight(round(painting.sign_side(64)))

    def sizeHint(self) -> QSize:
        """Ask for room."""
        return QSize(200, round(painting.sign_side(52)))

    def show_values(self, places: int, values: Values, second: Values = ()) -> None:
        """Show these, the newest last, where there is room for so many."""
        self._places, self._values, self._second = places, values, second
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint them over a line for nothing."""
        painter = QPainter(self)
        place = QRectF(self.rect()).adjusted(0.5, 0.5, -EDGE, -0.5)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(QLineF(place.bottomLeft(), place.bottomRight() + QPointF(EDGE, 0)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = max((value for value in (*self._values, *self._second) if value), default=0.0)
        pairs: list[tuple[Values, Token]] = [(self._second, "receipt"), (self._values, "accent")]
        for values, token in pairs:
            points = self._points(values, place, top)
            if points:
                self._draw(painter, points, place, token, fill=self._filled and values is self._values)

    def _points(self, values: Values, place: QRectF, top: float) -> list[QPointF]:
        """Say where the values lie; where nothing was measured, the line goes on from one to the next."""
        step = place.width() / max(1, self._places - 1)
        high = place.height() - 2 * EDGE
        first = self._places - len(values)
        return [
            QPointF(
                place.left() + (first + number) * step,
                place.bottom() - EDGE / 2 - (value / top * high if top else 0),
            )
            for number, value in enumerate(values)
            if value is not None
        ]

    @staticmethod
    def _draw(painter: QPainter, points: list[QPointF], place: QRectF, token: Token, *, fill: bool) -> None:
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        if fill:
            below = QPainterPath(path)
            below.lineTo(points[-1].x(), place.bottom())
            below.lineTo(points[0].x(), place.bottom())
            painter.fillPath(below, theme.colour(token, 0.16))
        pen = QPen(theme.colour(token), 1.6)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(token))
        painter.drawEllipse(points[-1], 2.6, 2.6)


class Bar(QWidget):
    """How much of something is used."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part = 0.0
        self.setFixedHeight(round(painting.sign_side(8)))

    def show_part(self, part: float) -> None:
        """Show it, from 0 to 1."""
        self._part = max(0.0, min(1.0, part))
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint it; what is nearly full is red."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place, radius = QRectF(self.rect()), self.height() / 2
        painting.draw_round(painter, place, radius, theme.colour("line"))
        place.setWidth(max(place.height(), place.width() * self._part))
        token: Token = "error" if self._part > NEARLY_FULL else "fill"
        painting.draw_round(painter, place, radius, theme.colour(token))


class Plot(QWidget):
    """A heading, the figure now, the picture, and a line of words."""

    def __init__(self, heading: str, picture: Lines | Bar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = picture
        self._heading = heading
        self._figure = PlainLabel("", "strong")
        self._words = ElidedLabel("", "caption")
        whole = col(
            row((ElidedLabel(heading, "strong"), 1), self._figure, gap=4),
            picture,
            self._words,
            gap=4,
        )
        self.setLayout(whole)
        self.setAccessibleName(heading)

    def tell(self, figure: str, words: str, *, wrong: bool = False) -> None:
        """Say what the picture shows, and whether that is as it should not be."""
        self._figure.setText(figure)
        self._words.setText(words)
        self._words.set_role("error" if wrong else "caption")
        self.setAccessibleName(f"{self._heading}: {figure}; {words}")
        self.setAccessibleDescription(words)
