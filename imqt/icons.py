"""The icons: a few strokes each on a grid of 16 x 16, painted in the colour asked for.

Nothing is loaded and nothing is stored: an icon is painted anew whenever it is shown, so it is sharp on
every screen and changes with the theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PyQt5.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PyQt5.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)

from imqt import theme
from imqt.colours import Token, avatar_colours

GRID = 16
PEN_WIDTH = 1.5


class Stroke(Protocol):
    """Something drawn without lifting the pen."""

    def draw(self, painter: QPainter) -> None:
        """Draw it on the grid."""


class Line:
    """Straight from corner to corner; a single corner is a dot."""

    def __init__(self, *corners: tuple[float, float]) -> None:
        self._corners = [QPointF(x, y) for x, y in corners]

    def draw(self, painter: QPainter) -> None:
        """Draw it on the grid."""
        if len(self._corners) == 1:
            painter.drawPoint(self._corners[0])
        else:
            painter.drawPolyline(QPolygonF(self._corners))


@dataclass(frozen=True)
class Ring:
    """A circle or an ellipse round (x, y)."""

    x: float
    y: float
    across: float
    up: float | None = None  #: its other radius, if it is no circle

    def draw(self, painter: QPainter) -> None:
        """Draw it on the grid."""
        up = self.across if self.up is None else self.up
        painter.drawEllipse(QPointF(self.x, self.y), self.across, up)


@dataclass(frozen=True)
class Arc:
    """A part of the ellipse in a rectangle, counter-clockwise, in degrees from three o'clock."""

    x: float
    y: float
    width: float
    height: float
    start: int
    span: int

    def draw(self, painter: QPainter) -> None:
        """Draw it on the grid."""
        painter.drawArc(QRectF(self.x, self.y, self.width, self.height), self.start * GRID, self.span * GRID)


@dataclass(frozen=True)
class Box:
    """A rectangle with round corners."""

    x: float
    y: float
    width: float
    height: float
    corner: float = 1.5

    def draw(self, painter: QPainter) -> None:
        """Draw it on the grid."""
        rectangle = QRectF(self.x, self.y, self.width, self.height)
        painter.drawRoundedRect(rectangle, self.corner, self.corner)


class Curve:
    """A start, then for each bend two points that pull and one where it arrives."""

    def __init__(self, start: tuple[float, float], *bends: tuple[float, float, float, float, float, float]):
        self._path = QPainterPath(QPointF(*start))
        for bend in bends:
            self._path.cubicTo(*bend)

    def draw(self, painter: QPainter) -> None:
        """Draw it on the grid."""
        painter.drawPath(self._path)


def _person(x: float, size: float = 1.0) -> tuple[Stroke, ...]:
    """Draw head and shoulders, their middle at (x, 8)."""
    left, right, brow, foot = x - 5 * size, x + 5 * size, 8 + 0.5 * size, 8 + 6 * size
    return (
        Ring(x, 8 - 3 * size, 2.6 * size),
        Curve((left, foot), (left, brow, right, brow, right, foot)),
    )


ICONS: dict[str, Sequence[Stroke]] = {
    # how far a message got
    "waiting": (Ring(8, 8, 6), Line((8, 4.5), (8, 8), (10.5, 9.5))),
    "sent": (Line((3, 8.5), (6.5, 12), (13, 4.5)),),
    "delivered": (Line((0.5, 8.5), (4, 12), (10.5, 4.5)), Line((7.2, 11.2), (8, 12), (15, 4.5))),
    "refused": (Ring(8, 8, 6.2), Line((8, 4.6), (8, 8.6)), Line((8, 11.2))),
    "outbox": (
        Line((2, 9), (2, 13.5), (14, 13.5), (14, 9)),
        Line((8, 10), (8, 2.5)),
        Line((4.8, 5.4), (8, 2.2), (11.2, 5.4)),
    ),
    # whom it is for
    "person": _person(8),
    "people": (
        *_person(6, 0.92),
        Arc(8.6, 2.6, 5, 5, -80, 190),
        Curve((12.2, 9.4), (14.4, 10, 15.2, 11.6, 15.3, 13.5)),
    ),
    "everyone": (Ring(8, 8, 6.2), Ring(8, 8, 2.6, 6.2), Line((1.8, 8), (14.2, 8))),
    "invite": (*_person(6, 0.95), Line((13, 4), (13, 9)), Line((10.5, 6.5), (15.5, 6.5))),
    # what can be done
    "add": (Line((8, 3.5), (8, 12.5)), Line((3.5, 8), (12.5, 8))),
    "close": (Line((4.5, 4.5), (11.5, 11.5)), Line((11.5, 4.5), (4.5, 11.5))),
    "copy": (
        Box(5.5, 5.5, 8, 8.5),
        Line((10.5, 5.2), (10.5, 2.2), (2.5, 2.2), (2.5, 11), (5.3, 11)),
    ),
    "cut": (
        Line((1.5, 8), (5, 8)),
        Line((11, 8), (14.5, 8)),
        Line((6.8, 4.5), (6.8, 11.5)),
        Line((9.2, 4.5), (9.2, 11.5)),
    ),
    "down": (Line((4, 6), (8, 10), (12, 6)),),
    "up": (Line((4, 10), (8, 6), (12, 10)),),
    "edit": (Line((3, 13), (3.6, 10.2), (10.8, 3), (13, 5.2), (5.8, 12.4), (3, 13)),),
    "pause": (Line((5.5, 3.5), (5.5, 12.5)), Line((10.5, 3.5), (10.5, 12.5))),
    "ping": (Line((1, 8), (4.5, 8), (6.5, 3), (9.5, 13), (11.5, 8), (15, 8)),),
    "save": (
        Line((8, 2), (8, 10)),
        Line((4.5, 6.8), (8, 10.2), (11.5, 6.8)),
        Line((2.5, 11.5), (2.5, 14), (13.5, 14), (13.5, 11.5)),
    ),
    "search": (Ring(7, 7, 4.5), Line((10.5, 10.5), (14, 14))),
    "send": (Line((2.5, 8), (13.5, 8)), Line((9, 3.5), (13.5, 8), (9, 12.5))),
    "show": (
        Ring(8, 8, 2),
        Curve((1, 8), (4, 2.6, 12, 2.6, 15, 8), (12, 13.4, 4, 13.4, 1, 8)),
    ),
    "stop": (Box(3.5, 3.5, 9, 9),),
    "announce": (
        Line((2, 6.2), (5, 6.2), (12, 2.5), (12, 13), (5, 9.8), (2, 9.8), (2, 6.2)),
        Line((4.5, 10), (5.5, 13.8), (7.5, 13.8), (6.9, 11)),
        Arc(10.5, 5.3, 4.5, 5, -80, 160),
    ),
    # the wire and the server
    "in": (Line((13, 8), (3, 8)), Line((7, 4), (3, 8), (7, 12))),
    "out": (Line((3, 8), (13, 8)), Line((9, 4), (13, 8), (9, 12))),
    "wire": (
        Line((1.5, 5), (12, 5)),
        Line((9, 2), (12, 5), (9, 8)),
        Line((14.5, 11), (4, 11)),
        Line((7, 8), (4, 11), (7, 14)),
    ),
    "key": (Ring(5, 11, 3), Line((7.2, 8.8), (13.5, 2.5)), Line((11, 5), (13, 7))),
    "lock": (
        Box(3, 7, 10, 7),
        Arc(5, 1.8, 6, 8, 0, 180),
        Line((5, 5.8), (5, 7)),
        Line((11, 5.8), (11, 7)),
    ),
    "note": (
        Line((3, 2.5), (13, 2.5), (13, 10), (9.5, 13.5), (3, 13.5), (3, 2.5)),
        Line((5.5, 6), (10.5, 6)),
        Line((5.5, 9), (8.5, 9)),
    ),
    "server": (
        Box(2, 2.5, 12, 4.6),
        Box(2, 9, 12, 4.6),
        Line((4.8, 4.8)),
        Line((4.8, 11.3)),
    ),
    "terminal": (Line((2.5, 4), (6.5, 8), (2.5, 12)), Line((8, 12.5), (13.5, 12.5))),
}
ICONS["warning"] = ICONS["refused"]


def draw(painter: QPainter, name: str, rectangle: QRectF, colour: QColor) -> None:
    """Paint an icon as large as fits the rectangle, in its middle."""
    side = min(rectangle.width(), rectangle.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rectangle.center() - QPointF(side / 2, side / 2))
    painter.scale(side / GRID, side / GRID)
    painter.setPen(_pen(colour, PEN_WIDTH * max(1.0, GRID / side)))  # a small icon is not drawn thinner
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for stroke in ICONS[name]:
        stroke.draw(painter)
    painter.restore()


def _pen(colour: QColor, width: float) -> QPen:
    solid, round_cap, round_join = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(colour, width, solid, round_cap, round_join)


class _Engine(QIconEngine):
    """What an icon of ours is to Qt: it asks the theme for its colour each time it is painted."""

    def __init__(self, name: str, token: Token) -> None:
        super().__init__()
        self._name, self._token = name, token

    def paint(self, painter: QPainter | None, rectangle: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        assert painter is not None
        token: Token = "offline" if mode == QIcon.Mode.Disabled else self._token
        draw(painter, self._name, QRectF(rectangle), theme.colour(token))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._token)


def icon(name: str, token: Token = "dim") -> QIcon:
    """Return an icon for a button, a field or a menu; it follows the theme."""
    if name not in ICONS:
        raise KeyError(name)
    return QIcon(_Engine(name, token))


def presence_radius() -> float:
    """Give how large the dot is that tells presence, beside type as it is now."""
    return 4.5 * theme.heights().icon / GRID


def draw_presence(
    painter: QPainter, middle: QPointF, presence: str, ground: QColor, radius: float | None = None
) -> None:
    """Paint a dot that tells by its shape, too: full is online, half is away, a ring is neither.

    `ground` is what it lies on; a rim of it parts the dot from an avatar below. It grows with the type.
    """
    radius = radius if radius is not None else presence_radius()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _disc(painter, middle, radius + 2, ground)
    if presence == "online":
        _disc(painter, middle, radius, theme.colour("online"))
    elif presence == "away":
        _ring(painter, middle, radius, theme.colour("away"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("away"))
        painter.drawPie(_square(middle, radius), 90 * GRID, 180 * GRID)
    else:
        _ring(painter, middle, radius, theme.colour("offline"))
    painter.restore()


def draw_avatar(painter: QPainter, rectangle: QRectF, name: str) -> None:
    """Paint the disc with the first letter of a name that stands for a user."""
    ground, letter = avatar_colours(name, theme.scheme())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _disc(painter, rectangle.center(), rectangle.width() / 2, ground)
    font = theme.font(weight=theme.Weight.STRONG)
    font.setPixelSize(max(1, round(rectangle.height() * 0.42)))
    painter.setFont(font)
    painter.setPen(letter)
    painter.drawText(rectangle, Qt.AlignmentFlag.AlignCenter, name[:1])
    painter.restore()


def _square(middle: QPointF, radius: float) -> QRectF:
    return QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)


def _disc(painter: QPainter, middle: QPointF, radius: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(middle, radius, radius)


def _ring(painter: QPainter, middle: QPointF, radius: float, colour: QColor, width: float = 1.8) -> None:
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(middle, radius - width / 2, radius - width / 2)
