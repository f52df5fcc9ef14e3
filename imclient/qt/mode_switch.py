"""The switch over the composer: One, Several, Everyone."""

from __future__ import annotations

from PyQt5.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeySequence, QPainter, QPaintEvent
from PyQt5.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from imqt import icons, painting, plain, theme
from imqt.layout import row
from imqt.theme import Weight
from imtongue import phrase, tr

from .audience_choice import Mode

_ICONS = {Mode.ONE: "person", Mode.SEVERAL: "people", Mode.EVERYONE: "everyone"}
_TOLD = {
    Mode.ONE: phrase("To one person"),
    Mode.SEVERAL: phrase("To several people whom you choose"),
    Mode.EVERYONE: phrase("To everyone who has a name here"),
}


class ModeButton(QAbstractButton):
    """One part of the switch."""

    def __init__(self, mode: Mode, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode = mode
        self.setText(mode.words)
        self.setObjectName(f"mode{mode.value}")
        self.setAccessibleName(tr("Send to: {mode}", mode=mode.words))
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.toggled.connect(lambda _on: self.updateGeometry())
        key = QKeySequence(mode.key).toString(QKeySequence.SequenceFormat.NativeText)
        plain.set_tooltip(self, f"{tr(_TOLD[mode])} ({key})")

    def sizeHint(self) -> QSize:
        """Have room for sign and word."""
        width = painting.width_of(self.text(), theme.font(weight=Weight.STRONG))
        width += round(painting.sign_side(16)) + 32
        return QSize(width, theme.heights().control - 4)

    def minimumSizeHint(self) -> QSize:
        """Let the sign alone be enough where there is no room, but for the one that is on."""
        if self.isChecked():
            return self.sizeHint()
        return QSize(round(painting.sign_side(16)) + 24, theme.heights().control - 4)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint it; the one that is on is filled."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place, on = QRectF(self.rect()), self.isChecked()
        if on or self.underMouse():
            painting.draw_round(painter, place, 6, theme.colour("fill" if on else "hover"))
        if self.hasFocus():
            painting.draw_ring(painter, place, 6, "text" if on else "accent")
        side = painting.sign_side(16)
        room_for_word = place.width() >= self.sizeHint().width()
        left = 12 if room_for_word else place.center().x() - side / 2
        sign = QRectF(left, place.center().y() - side / 2, side, side)
        icons.draw(painter, _ICONS[self.mode], sign, theme.colour("on_fill" if on else "dim"))
        if not room_for_word:
            return
        font = theme.font(weight=Weight.STRONG if on else Weight.NAME)
        words = place.adjusted(side + 20, 0, 0, 0)
        painting.draw_line(painter, words, self.text(), font, theme.colour("on_fill" if on else "text"))


class ModeSwitch(QWidget):
    """Three buttons, one of them on; the arrow keys go from one to the next."""

    chosen = pyqtSignal(Mode)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Send to"))
        self._group = QButtonGroup(self)
        self._buttons = {mode: ModeButton(mode, self) for mode in Mode}
        self.setLayout(row(*self._buttons.values(), margins=(2, 2, 2, 2), gap=0))
        for mode, button in self._buttons.items():
            self._group.addButton(button)
            button.clicked.connect(lambda _checked, mode=mode: self.chosen.emit(mode))

    def show_mode(self, mode: Mode) -> None:
        """Let this part be the one that is on."""
        self._buttons[mode].setChecked(True)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the ground of the three."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.draw_round(painter, QRectF(self.rect()), 8, theme.colour("field"))
