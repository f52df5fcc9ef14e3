"""How a row of a transcript is painted: bubbles, days, the line "New since you left", slim lines."""

from __future__ import annotations

from PyQt5.QtCore import QModelIndex, QPointF, QRectF, QSize
from PyQt5.QtGui import QFont, QPainter
from PyQt5.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from imclient.core.conversations import Progress, Said
from imqt import icons, theme
from imqt.colours import Token
from imqt.theme import Size, Weight

from . import moments, painting, wording
from .conversation_model import ConversationModel, state
from .conversation_rows import Kind, Row

SIDE = 16  #: between a bubble and the edge of the window
INDENT = 56  #: where the others' bubbles begin: beside the avatar
AVATAR = 32
PAD_X, PAD_Y = 12, 8  #: inside a bubble
CORNER = 10
WIDEST = 560  #: wider lines are hard to read
SLIM = 200  #: so many letters of what was said to everyone are looked at in passing
SHARE = 0.78  #: of the window's width a bubble may take


class BubbleDelegate(QStyledItemDelegate):
    """Paints the rows of a `ConversationModel`."""

    def __init__(self, view: QListView, model: ConversationModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model

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
        elif row.kind is Kind.NOTICE:
            self._paint_slim(painter, place, "ping", row.text, row.at)
        elif row.said is not None and row.kind is Kind.ASIDE:
            self._paint_aside(painter, place, option, row.said)
        elif row.said is not None:
            self._paint_message(painter, place, option, row, row.said)
        painter.restore()

    # Measures

    def _width(self) -> int:
        viewport = self._view.viewport()
        assert viewport is not None
        return viewport.width()

    @staticmethod
    def _caption() -> float:
        return theme.line_height(theme.font(Size.CAPTION)) + 5

    def _above(self, row: Row) -> float:
        """Say how much room there is above a bubble: for the name, or to part two people."""
        if not row.opening or row.said is None:
            return 0
        return 8 if row.said.mine else self._caption() + 6

    def _paragraphs(self, row: Row, width: int) -> painting.Paragraphs:
        """Set a message in lines; it is kept until the width or the type is another."""
        font = theme.font()
        key = (width, font.pointSizeF())
        found = row.shape.get(key)
        if not isinstance(found, painting.Paragraphs):
            room = min(width - INDENT - SIDE, width * SHARE, WIDEST) - 2 * PAD_X
            found = painting.Paragraphs(painting.clamped(row.text), font, max(room, 40))
            row.shape = {key: found}
        return found

    # Painting

    def _paint_message(
        self, painter: QPainter, place: QRectF, option: QStyleOptionViewItem, row: Row, said: Said
    ) -> None:
        paragraphs = self._paragraphs(row, self._width())
        if row.opening and not said.mine:
            self._paint_sender(painter, place, said)
        width, height = paragraphs.width + 2 * PAD_X, paragraphs.height + 2 * PAD_Y
        left = place.right() - SIDE - width if said.mine else place.left() + INDENT
        bubble = QRectF(left, place.top() + self._above(row), width, height)
        painting.draw_round(painter, bubble, CORNER, theme.colour("mine" if said.mine else "other"))
        if option.state & QStyle.StateFlag.State_Selected:
            self._paint_ring(painter, bubble)
        paragraphs.draw(painter, bubble.topLeft() + QPointF(PAD_X, PAD_Y), theme.colour("text"))
        if said.mine:
            self._paint_state(painter, place, bubble, said)

    def _paint_sender(self, painter: QPainter, place: QRectF, said: Said) -> None:
        """Paint who said it, to whom, and when."""
        icons.draw_avatar(painter, QRectF(place.left() + SIDE, place.top() + 6, AVATAR, AVATAR), said.sender)
        line = QRectF(place.left() + INDENT, place.top() + 4, place.width() - INDENT - SIDE, self._caption())
        parts: list[tuple[str, QFont, Token]] = [
            (said.sender, theme.font(Size.CAPTION, Weight.STRONG), "text"),
            (wording.told_to(said.to, self._model.me), theme.font(Size.CAPTION), "dim"),
        ]
        if said.at is not None:
            parts.append((moments.clock(said.at), theme.font(Size.CAPTION), "dim"))
        for text, font, token in parts:
            taken = painting.draw_line(painter, line, text, font, theme.colour(token))
            line.setLeft(line.left() + taken + 8)

    def _paint_state(self, painter: QPainter, place: QRectF, bubble: QRectF, said: Said) -> None:
        """Paint when it was said and how far it has come: a sign, and beside it the words."""
        sign, words = state(said, self._model.me)
        refused = said.progress is Progress.REFUSED
        token: Token = "error" if refused else "waiting" if said.progress is Progress.WAITING else "dim"
        font = theme.font(Size.CAPTION)
        at = "" if said.at is None else moments.clock(said.at)
        side = painting.sign_side()
        taken = painting.width_of(at, font) + 8 + side + 6
        width = min(painting.width_of(words, font), place.width() - 2 * SIDE - taken)
        x = place.right() - SIDE - width - taken
        line = QRectF(x, bubble.bottom() + 1, place.right() - SIDE - x, self._caption())
        painting.draw_line(painter, line, at, font, theme.colour("dim"))
        line.setLeft(line.right() - width - side - 6)
        place_of_sign = QRectF(line.left(), line.center().y() - side / 2, side, side)
        icons.draw(painter, sign, place_of_sign, theme.colour(token))
        line.setLeft(line.left() + side + 6)
        # One pixel more than measured: a width cut to whole pixels must not cost the last letter.
        colour = theme.colour("error" if refused else "dim")
        painting.draw_line(painter, line.adjusted(0, 0, 1, 0), words, font, colour)

    @staticmethod
    def _paint_ring(painter: QPainter, bubble: QRectF) -> None:
        painter.setPen(theme.colour("accent"))
        painter.setBrush(theme.colour("accent", 0.10))
        painter.drawRoundedRect(bubble, CORNER, CORNER)

    @staticmethod
    def _paint_rule(
        painter: QPainter, place: QRectF, text: str, token: Token, line: Token, weight: Weight
    ) -> None:
        font = theme.font(Size.CAPTION, weight)
        half = painting.width_of(text, font) / 2 + 12
        middle, y = place.center().x(), round(place.center().y()) + 0.5
        painter.setPen(theme.colour(line))
        painter.drawLine(QPointF(place.left() + SIDE, y), QPointF(middle - half, y))
        painter.drawLine(QPointF(middle + half, y), QPointF(place.right() - SIDE, y))
        painting.draw_line(painter, place, text, font, theme.colour(token), painting.CENTRE)

    def _paint_aside(
        self, painter: QPainter, place: QRectF, option: QStyleOptionViewItem, said: Said
    ) -> None:
        who = "You" if said.mine else said.sender
        if option.state & QStyle.StateFlag.State_MouseOver:
            painting.draw_round(painter, place.adjusted(SIDE, 2, -SIDE, -2), 8, theme.colour("hover"))
        words = f"{who} told everyone: {said.text[:SLIM]}"
        self._paint_slim(painter, place, "everyone", words, said.at)

    @staticmethod
    def _paint_slim(painter: QPainter, place: QRectF, icon: str, text: str, at: float | None) -> None:
        """Paint one dim line in the middle: an icon, the time, the words."""
        font = theme.font(Size.CAPTION)
        words = " ".join(text.split())
        line = words if at is None else f"{moments.clock(at)}  {words}"
        side = painting.sign_side()
        width = min(painting.width_of(line, font) + 1, place.width() - 2 * SIDE - side - 8 - 16)
        left = place.center().x() - (width + side + 8) / 2
        colour = theme.colour("dim")
        icons.draw(painter, icon, QRectF(left, place.center().y() - side / 2, side, side), colour)
        words_at = QRectF(left + side + 8, place.top(), width, place.height())
        painting.draw_line(painter, words_at, line, font, colour)
