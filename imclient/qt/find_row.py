"""How what was found is painted: who, in which conversation, when, and the words with what was sought."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QModelIndex, QPointF, QRectF, QSize
from PyQt5.QtGui import QFont, QFontMetrics, QPainter
from PyQt5.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from imclient.core import wording
from imqt import icons, painting, theme
from imqt.theme import Size, Weight

from .find_model import FindModel, Hit, glance
from .tab_bar import icon_of

SIDE = 16


class FindDelegate(QStyledItemDelegate):
    """Paints the rows of a `FindModel`."""

    def __init__(self, view: QListView, model: FindModel, me: str) -> None:
        super().__init__(view)
        self._view, self._model, self._me = view, model, me
        self.looks_like: Callable[[str], str | None] = lambda name: None  #: for whom somebody may be taken

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Say how high a row is: each as any other."""
        return QSize(0, theme.heights().roster_row + 4)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a row."""
        assert painter is not None
        hit, place = self._model.row(index), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, place, option, index)
        across = theme.heights().avatar
        icons.draw_avatar(
            painter,
            QRectF(place.left() + SIDE, place.center().y() - across / 2, across, across),
            hit.said.sender,
        )
        left = place.left() + SIDE + across + 12
        name, text = theme.font(weight=Weight.NAME), theme.font()
        high, low = theme.line_height(name), theme.line_height(text)
        top, room = place.center().y() - (high + low + 2) / 2, place.right() - SIDE - left
        self._paint_head(painter, QRectF(left, top, room, high), hit, name)
        words = self._words(hit, text, room)
        words.draw(painter, QPointF(left, top + high + 2), theme.colour("text"))
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, place: QRectF, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        rectangle, current = place.adjusted(8, 1, -8, -1), index == self._view.currentIndex()
        if current or option.state & QStyle.StateFlag.State_MouseOver:
            painting.draw_round(painter, rectangle, 8, theme.colour("soft" if current else "hover"))
        if current and self._view.hasFocus():
            painting.draw_ring(painter, rectangle, 8)

    def _paint_head(self, painter: QPainter, line: QRectF, hit: Hit, font: QFont) -> None:
        """Paint who said it, whom they may be taken for, where it was said, and at the right when."""
        caption, dim = theme.font(Size.CAPTION), theme.colour("dim")
        when = painting.width_of(hit.when, caption) + 1
        painting.draw_line(painter, line, hit.when, caption, dim, painting.RIGHT)
        line.setRight(line.right() - when - 12)
        line.setLeft(line.left() + 8 + painting.draw_line(painter, line, hit.who, font, theme.colour("text")))
        other = None if hit.said.mine else self.looks_like(hit.said.sender)
        if other is not None:
            words = wording.is_not(other, self._me)
            taken = painting.draw_line(painter, line, words, caption, theme.colour("error"))
            line.setLeft(line.left() + taken + 8)
        side = painting.sign_side(12)
        if hit.where and line.width() > 3 * side:
            sign = QRectF(line.left(), line.center().y() - side / 2, side, side)
            icons.draw(painter, icon_of(hit.said.audience, self._me), sign, dim)
            painting.draw_line(painter, line.adjusted(1.4 * side, 0, 0, 0), hit.where, caption, dim)

    def _words(self, hit: Hit, font: QFont, room: float) -> painting.OneLine:
        """Set the words in a line; it is kept until the width or the type is another."""
        key = (room, font.pointSizeF(), theme.scheme())
        found = hit.shape.get(key)
        if not isinstance(found, painting.OneLine):
            letters = round(0.8 * room / max(1, QFontMetrics(font).averageCharWidth()))
            text, places = glance(hit.said.text, self._model.sought, letters)
            found = painting.OneLine(text, font, room, places)
            hit.shape.clear()
            hit.shape[key] = found
        return found
