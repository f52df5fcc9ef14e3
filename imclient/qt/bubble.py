"""How a row of a transcript is painted: bubbles, days, the line "New since you left", slim lines."""

from __future__ import annotations

from PyQt5.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QFont, QPainter
from PyQt5.QtWidgets import QListView, QStyle, QStyleOptionViewItem

from imclient.core import wording
from imclient.core.conversations import Said
from imqt import clamping, icons, moments, painting, theme
from imqt.colours import Token
from imqt.links import Link
from imqt.measuring import MeasuringDelegate
from imqt.theme import Size, Weight
from imtongue import tr

from .conversation_model import ConversationModel
from .conversation_rows import Kind, Row
from .message_state import State, in_passing, state

SIDE = 16  #: between a bubble and the edge of the window
GAP = 8  #: between an avatar and what stands beside it
PAD_X, PAD_Y = 12, 8  #: inside a bubble
CORNER = 10
WIDEST = 560  #: wider lines are hard to read; of type of the usual size
SLIM = 200  #: so many letters of what was said to everyone are looked at in passing
SHARE = 0.78  #: of the window's width a bubble may take
#: So many milliseconds of one turn go into setting text in lines. What is left is guessed, and set in the
#: turns that follow: a page of the worst messages a server takes would hold the window for half a second.
MEASURING = 12


class BubbleDelegate(MeasuringDelegate):
    """Paints the rows of a `ConversationModel`."""

    def __init__(self, view: QListView, model: ConversationModel) -> None:
        super().__init__(view, MEASURING)
        self._view, self._model = view, model
        self._empty: dict[float, painting.Paragraphs] = {}  # for each size of the type

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Say how high a row is."""
        width = self._width()
        row = self._model.row(index)
        if row.said is None or row.kind is not Kind.MESSAGE:
            return QSize(width, theme.heights().heading)
        height = self._above(row) + self._paragraphs(row, width).height + 2 * PAD_Y + 4
        return QSize(width, round(height + (self._caption() if row.said.mine else 0)))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a row."""
        assert painter is not None
        row, place = self._model.row(index), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind is Kind.DAY:
            self._paint_rule(painter, place, row.text, "dim", "line", Weight.NAME)
        elif row.kind is Kind.NEW:
            self._paint_rule(painter, place, row.text, "accent", "accent", Weight.STRONG)
        elif row.kind is Kind.EDGE:
            font = theme.font(Size.CAPTION)
            painting.draw_line(painter, place, row.text, font, theme.colour("dim"), painting.CENTRE)
        elif row.kind is Kind.GAP:
            self._paint_slim(painter, place, "warning", row.text, None)
        elif row.kind is Kind.NOTICE:
            self._paint_slim(painter, place, "ping", row.text, row.at)
        elif row.said is not None and row.kind is Kind.ASIDE:
            self._paint_aside(painter, place, option, row.said)
        elif row.said is not None:
            self._paint_message(painter, place, option, row, row.said)
        if row.kind is not Kind.MESSAGE and option.state & QStyle.StateFlag.State_Selected:
            self._paint_ring(painter, place.adjusted(SIDE - 4, 2, 4 - SIDE, -2))
        painter.restore()

    # Measures

    def _width(self) -> int:
        viewport = self._view.viewport()
        assert viewport is not None
        return viewport.width()

    def _right(self, place: QRectF) -> float:
        """Say where a row ends: over the end of the composer, whether there is a scroll bar or not."""
        beside = self._view.width() - self._width()
        return place.right() - max(SIDE - beside, 4)

    @staticmethod
    def _caption() -> float:
        return theme.line_height(theme.font(Size.CAPTION)) + 5

    def _above(self, row: Row) -> float:
        """Say how much room there is above a bubble: for the name, or to part two people."""
        if not row.opening or row.said is None:
            return 0
        return 8 if row.said.mine else self._caption() + 6

    def _paragraphs(self, row: Row, width: int) -> painting.Paragraphs:
        """Set a message in lines; it is kept until the room or the type is another."""
        font, room = theme.font(), self._room(width)
        sought = self._model.sought if row.said is self._model.marked else None
        key = (room, font.pointSizeF(), theme.scheme(), sought)
        found = row.shape.get(key)
        if isinstance(found, painting.Paragraphs):
            return found
        if self._view.testAttribute(Qt.WidgetAttribute.WA_PendingResizeEvent):
            return self._guess(row)  # how wide it will be is not known: it is laid out when it is told

        def set_in_lines() -> painting.Paragraphs:
            text = clamping.clamped(row.text)
            return painting.Paragraphs(text, font, room, sought.places(text) if sought else ())

        made = self.in_time(set_in_lines)
        if made is None:
            return self._guess(row)
        row.shape = {key: made}
        return made

    @staticmethod
    def _room(width: int) -> float:
        return max(min(width - _indent() - SIDE, width * SHARE, theme.grown(WIDEST)) - 2 * PAD_X, 40)

    def _guess(self, row: Row) -> painting.Paragraphs:
        """Give the lines as they were before, or one that is empty."""
        old = next((each for each in row.shape.values() if isinstance(each, painting.Paragraphs)), None)
        if old is not None:
            return old
        font = theme.font()
        size = font.pointSizeF()
        if size not in self._empty:
            self._empty[size] = painting.Paragraphs("", font, WIDEST)
        return self._empty[size]

    # Painting

    def _paint_message(
        self, painter: QPainter, place: QRectF, option: QStyleOptionViewItem, row: Row, said: Said
    ) -> None:
        paragraphs = self._paragraphs(row, self._width())
        if said is self._model.marked:
            painting.draw_round(painter, place.adjusted(6, 0, -1, 0), CORNER, theme.colour("soft"))
        if row.opening and not said.mine:
            self._paint_sender(painter, place, said)
        bubble = self._bubble(place, row, said, paragraphs)
        painting.draw_round(painter, bubble, CORNER, theme.colour("mine" if said.mine else "other"))
        if option.state & QStyle.StateFlag.State_Selected:
            self._paint_ring(painter, bubble)
        paragraphs.draw(painter, bubble.topLeft() + QPointF(PAD_X, PAD_Y), theme.colour("text"))
        if said.mine:
            self._paint_state(painter, place, bubble, said)

    def _paint_sender(self, painter: QPainter, place: QRectF, said: Said) -> None:
        """Paint who said it, to whom, and when."""
        across, left = _avatar(), place.left() + _indent()
        icons.draw_avatar(painter, QRectF(place.left() + SIDE, place.top() + 6, across, across), said.sender)
        line = QRectF(left, place.top() + 4, self._right(place) - left, self._caption())
        parts: list[tuple[str, QFont, Token]] = [
            (wording.named(said.sender), theme.font(Size.CAPTION, Weight.STRONG), "text"),
            (wording.told_to(said.to, self._model.me), theme.font(Size.CAPTION), "dim"),
        ]
        if said.at is not None:
            parts.append((moments.clock(said.at), theme.font(Size.CAPTION), "dim"))
        other = self._model.looks_like(said.sender)
        if other is not None:
            parts.append((wording.is_not(other, self._model.me), theme.font(Size.CAPTION), "error"))
        for text, font, token in parts:
            taken = painting.draw_line(painter, line, text, font, theme.colour(token))
            line.setLeft(line.left() + taken + 8)

    def _paint_state(self, painter: QPainter, place: QRectF, bubble: QRectF, said: Said) -> None:
        """Paint when it was said and how far it has come: a sign, and beside it the words."""
        found, line = state(said, self._model.me), self._state_line(place, bubble, said)
        at = "" if said.at is None else moments.clock(said.at)
        clock = QRectF(line.left() - 8 - painting.width_of(at, _font()), line.top(), 0, line.height())
        clock.setRight(line.left())
        painting.draw_line(painter, clock, at, _font(), theme.colour("dim"))
        _paint_words(painter, line, found)

    def _state_line(self, place: QRectF, bubble: QRectF, said: Said) -> QRectF:
        """Say where the sign and the words under a bubble stand."""
        at = "" if said.at is None else moments.clock(said.at)
        most = place.width() - 2 * SIDE - painting.width_of(at, _font()) - 8
        width = min(_width_of(state(said, self._model.me)), most)
        return QRectF(self._right(place) - width, bubble.bottom() + 1, width, self._caption())

    def link_at(self, place: QRectF, row: Row, at: QPointF) -> Link | None:
        """Give the link at a point of the list, if one stands there."""
        if row.said is None or row.kind is not Kind.MESSAGE:
            return None
        paragraphs = self._paragraphs(row, self._width())
        corner = self._bubble(place, row, row.said, paragraphs).topLeft() + QPointF(PAD_X, PAD_Y)
        return paragraphs.link_at(at - corner)

    def _bubble(self, place: QRectF, row: Row, said: Said, paragraphs: painting.Paragraphs) -> QRectF:
        """Say where a bubble stands."""
        width, height = paragraphs.width + 2 * PAD_X, paragraphs.height + 2 * PAD_Y
        left = self._right(place) - width if said.mine else place.left() + _indent()
        return QRectF(left, place.top() + self._above(row), width, height)

    def place_of_state(self, place: QRectF, row: Row) -> QRectF:
        """Say where a click opens how far a message came; nowhere, where it does not."""
        said = row.said
        if said is None or not said.mine or not state(said, self._model.me).opens:
            return QRectF()
        if row.kind is Kind.ASIDE:
            return self._slim_line(place, self._words_in_passing(said), said.at, self._passing(said))[1]
        bubble = QRectF(place.left(), place.top(), place.width(), place.height() - 4 - self._caption())
        return self._state_line(place, bubble, said)

    def place_of_message(self, place: QRectF, row: Row) -> QRectF:
        """Say where a message of one's own and how far it came stand: what is opened covers neither."""
        state_at = self.place_of_state(place, row)
        if row.said is None or row.kind is not Kind.MESSAGE or state_at.isEmpty():
            return state_at
        return state_at.united(self._bubble(place, row, row.said, self._paragraphs(row, self._width())))

    def _paint_ring(self, painter: QPainter, place: QRectF) -> None:
        """Paint what tells that a row is chosen: a ring while the keyboard is here, else a thin line."""
        if self._view.hasFocus():
            painting.draw_ring(painter, place, CORNER)
        else:
            painter.setPen(theme.colour("edge"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)

    def _paint_rule(
        self, painter: QPainter, place: QRectF, text: str, token: Token, line: Token, weight: Weight
    ) -> None:
        font = theme.font(Size.CAPTION, weight)
        half = painting.width_of(text, font) / 2 + 12
        middle, y = place.center().x(), round(place.center().y()) + 0.5
        painter.setPen(theme.colour(line))
        painter.drawLine(QPointF(place.left() + SIDE, y), QPointF(middle - half, y))
        painter.drawLine(QPointF(middle + half, y), QPointF(self._right(place), y))
        painting.draw_line(painter, place, text, font, theme.colour(token), painting.CENTRE)

    def _paint_aside(
        self, painter: QPainter, place: QRectF, option: QStyleOptionViewItem, said: Said
    ) -> None:
        if option.state & QStyle.StateFlag.State_MouseOver:
            painting.draw_round(painter, place.adjusted(SIDE, 2, -SIDE, -2), 8, theme.colour("hover"))
        words, passing = self._words_in_passing(said), self._passing(said)
        self._paint_slim(painter, place, "everyone", words, said.at, passing)

    @staticmethod
    def _words_in_passing(said: Said) -> str:
        text = clamping.beginning(said.text, SLIM)
        if said.mine:
            return tr("You told everyone: {text}", text=text)
        return tr("{name} told everyone: {text}", name=wording.named(said.sender), text=text)

    def _passing(self, said: Said) -> State | None:
        return in_passing(said, self._model.me)

    def _paint_slim(
        self,
        painter: QPainter,
        place: QRectF,
        icon: str,
        text: str,
        at: float | None,
        passing: State | None = None,
    ) -> None:
        """Paint one dim line in the middle: an icon, the time, the words, how far it came."""
        words_at, state_at = self._slim_line(place, text, at, passing)
        side, colour = painting.sign_side(), theme.colour("dim")
        left = words_at.left() - side - 8
        icons.draw(painter, icon, QRectF(left, place.center().y() - side / 2, side, side), colour)
        painting.draw_line(painter, words_at, _slim_words(text, at), _font(), colour)
        if passing is not None:
            _paint_words(painter, state_at, passing)

    @staticmethod
    def _slim_line(
        place: QRectF, text: str, at: float | None, passing: State | None
    ) -> tuple[QRectF, QRectF]:
        """Say where the words of a slim line stand, and where how far it came."""
        side = painting.sign_side()
        beside = 0.0 if passing is None else _width_of(passing) + 16
        room = place.width() - 2 * SIDE - side - 8 - 16 - beside
        width = min(painting.width_of(_slim_words(text, at), _font()) + 1, room)
        left = place.center().x() - (width + side + 8 + beside) / 2 + side + 8
        words_at = QRectF(left, place.top(), max(0, width), place.height())
        return words_at, QRectF(words_at.right() + 16, place.top(), max(0, beside - 16), place.height())


def _avatar() -> int:
    """Give how large an avatar is: smaller than in the roster, and it grows with the type."""
    return theme.heights().control


def _indent() -> int:
    """Give where the others' bubbles begin: beside the avatar."""
    return SIDE + _avatar() + GAP


def _font(weight: Weight = Weight.NORMAL) -> QFont:
    return theme.font(Size.CAPTION, weight)


def _slim_words(text: str, at: float | None) -> str:
    words = " ".join(text.split())
    return words if at is None else f"{moments.clock(at)}  {words}"


def _font_of(found: State) -> QFont:
    return _font(Weight.NAME if found.counts else Weight.NORMAL)


def _width_of(found: State) -> float:
    # One pixel more than measured: a width cut to whole pixels must not cost the last letter.
    return painting.sign_side() + 6 + painting.width_of(found.words, _font_of(found)) + 1


def _paint_words(painter: QPainter, line: QRectF, found: State) -> None:
    """Paint a sign and the words beside it; a count that can be opened is underlined."""
    side = painting.sign_side()
    sign = QRectF(line.left(), line.center().y() - side / 2, side, side)
    icons.draw(painter, found.sign, sign, theme.colour(found.token))
    font, words = _font_of(found), line.adjusted(side + 6, 0, 0, 0)
    font.setUnderline(found.counts)
    token: Token = "dim" if found.token == "waiting" else found.token
    painting.draw_line(painter, words, found.words, font, theme.colour(token))
