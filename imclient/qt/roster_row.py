"""How a row of the roster is painted: an avatar with its presence, a name, a line of text, what is unread."""

from __future__ import annotations

from PyQt5.QtCore import QModelIndex, QPointF, QRectF, QSize
from PyQt5.QtGui import QPainter
from PyQt5.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from imclient.core import wording
from imclient.core.roster import Presence
from imqt import icons, painting, theme
from imqt.colours import Token
from imqt.theme import Size, Weight

from .roster_model import RosterModel, RosterRow

SIDE = 16


class RosterDelegate(QStyledItemDelegate):
    """Paints the rows of a `RosterModel`."""

    def __init__(self, view: QListView, model: RosterModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self.measure()

    def measure(self) -> None:
        """Measure the two kinds of rows, once for all: Qt asks for thousands."""
        heights = theme.heights()
        self._heading, self._person = QSize(0, heights.heading), QSize(0, heights.roster_row)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Say how high a row is."""
        return self._heading if self._model.row(index).heading else self._person

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a row."""
        assert painter is not None
        row, place = self._model.row(index), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.heading:
            line = place.adjusted(SIDE, 8, -SIDE, 0)
            font = theme.font(Size.CAPTION, Weight.STRONG)
            painting.draw_line(painter, line, row.name, font, theme.colour("dim"))
        else:
            ground = self._paint_ground(painter, place, option, row)
            left = self._paint_avatar(painter, place, row, ground)
            self._paint_words(painter, place, row, left)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, place: QRectF, option: QStyleOptionViewItem, row: RosterRow
    ) -> Token:
        rectangle = place.adjusted(8, 1, -8, -1)
        ground: Token = "side"
        meant = bool(self._view.property("searching")) and row is self._model.first()
        if row.chosen or meant or option.state & QStyle.StateFlag.State_MouseOver:
            ground = "soft" if row.chosen else "hover"
            painting.draw_round(painter, rectangle, 8, theme.colour(ground))
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painting.draw_ring(painter, rectangle, 8)
        return ground

    @staticmethod
    def _paint_avatar(painter: QPainter, place: QRectF, row: RosterRow, ground: Token) -> float:
        """Paint the avatar, or the tick of who is chosen; give where the words begin."""
        across = theme.heights().avatar
        avatar = QRectF(place.left() + SIDE, place.center().y() - across / 2, across, across)
        if row.chosen:
            painting.draw_round(painter, avatar, across / 2, theme.colour("fill"))
            quarter = across / 4
            tick = avatar.adjusted(quarter, quarter, -quarter, -quarter)
            icons.draw(painter, "sent", tick, theme.colour("on_fill"))
        else:
            painter.setOpacity(0.6 if row.was or row.presence is Presence.OFFLINE else 1.0)
            icons.draw_avatar(painter, avatar, row.name)
            painter.setOpacity(1.0)
        corner = avatar.bottomRight() - QPointF(1, 1) * icons.presence_radius()
        presence = Presence.OFFLINE if row.was else row.presence
        icons.draw_presence(painter, corner, presence.value, theme.colour(ground))
        return avatar.right() + 12

    def _paint_words(self, painter: QPainter, place: QRectF, row: RosterRow, left: float) -> None:
        caption = theme.font(Size.CAPTION)
        name = theme.font(weight=Weight.STRONG if row.unread else Weight.NAME)
        high, low = theme.line_height(name), theme.line_height(caption)
        top = place.center().y() - (high + low + 2) / 2
        right = place.right() - SIDE
        if row.unread:
            right = self._paint_badge(painter, place, row.unread, right) - 8
        lower = QRectF(left, top + high + 2, right - left, low)
        width = painting.width_of(row.time, caption) + 1
        # The name comes first: where there is no room for both, the time goes.
        if row.time and not row.unread and painting.width_of(row.name, name) + 8 + width <= right - left:
            at = QRectF(right - width, top, width, high)
            painting.draw_line(painter, at, row.time, caption, theme.colour("dim"), painting.RIGHT)
            right -= width + 8
        far = (row.was or row.presence is Presence.OFFLINE) and not row.unread
        upper = QRectF(left, top, right - left, high)
        painting.draw_line(
            painter, upper, wording.named(row.name), name, theme.colour("dim" if far else "text")
        )
        painting.draw_line(painter, lower, row.line, caption, theme.colour("text" if row.unread else "dim"))

    @staticmethod
    def _paint_badge(painter: QPainter, place: QRectF, unread: int, right: float) -> float:
        """Paint how many are unread; give where the badge begins."""
        font = theme.font(Size.CAPTION, Weight.STRONG)
        text = "99+" if unread > 99 else str(unread)
        high = theme.line_height(font) + 6
        width = max(high, painting.width_of(text, font) + 12)
        badge = QRectF(right - width, place.center().y() - high / 2, width, high)
        painting.draw_round(painter, badge, high / 2, theme.colour("fill"))
        painting.draw_line(painter, badge, text, font, theme.colour("on_fill"), painting.CENTRE)
        return badge.left()
