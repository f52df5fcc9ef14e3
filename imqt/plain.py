"""Labels, tooltips, buttons and questions that show a text as it is: nothing in it is ever markup.

Qt looks into what it is given: a label, a tooltip or a message box that finds ``<img src=...>`` in a message
goes and loads it, and a button eats the ``&`` of a name. So a text that came from elsewhere goes to the
screen through this file only, and every text does, so that nobody has to ask where one came from. A test
walks the source and finds who goes round it.
"""

from __future__ import annotations

import html
from collections.abc import Callable

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAction,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QSystemTrayIcon,
    QTabBar,
    QToolButton,
    QWidget,
)

from imqt.clamping import clamped, shortened
from imqt.colours import Token
from imqt.icons import icon
from imqt.layout import STRETCH, fit, row
from imqt.small_window import SmallWindow
from imqt.theme import heights
from imqt.whole_text import WholeText
from imtongue import tr

#: What a notice shows without scrolling: so many letters, in so many lines.
SHORT, FEW = 1500, 30


def tooltip(text: str) -> str:
    """Return a text so that a tooltip shows it as it stands: for ``Qt.ToolTipRole``."""
    # A tooltip has no plain mode: whatever looks like markup is taken for it. Markup that is a quotation is
    # the one thing it cannot misread; and unlike plain text it is wrapped at the edge of the screen.
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>' if text else ""


def set_tooltip(thing: QWidget | QAction, text: str) -> None:
    """Let a widget or an action say more while the mouse rests on it."""
    thing.setToolTip(tooltip(text))


def elsewhere(text: str) -> str:
    """Return a text for what another program shows, of which nobody says whether it knows markup."""
    return text.replace("<", "‹")


def set_tray_tooltip(icon: QSystemTrayIcon, text: str) -> None:
    """Let the sign in the tray say more while the mouse rests on it."""
    icon.setToolTip(elsewhere(text))


def set_tab_tooltip(tabs: QTabBar, index: int, text: str) -> None:
    """Let a tab say more while the mouse rests on it."""
    tabs.setTabToolTip(index, tooltip(text))


def literal(text: str) -> str:
    """Return a text for a button, a tab or a menu, where a single ``&`` would mark a key."""
    return text.replace("&", "&&")


class PlainLabel(QLabel):
    """A label that shows plain text and nothing else. Its `role` is its look in style.qss.

    What would hold the window up is cut: a sentence may have come from a server that means harm.
    """

    def __init__(
        self, text: str = "", role: str = "", *, wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        super().setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(wrap)
        self.setText(text)

    def setText(self, text: str | None) -> None:
        """Show another text."""
        super().setText(shortened(text or ""))

    def setTextFormat(self, text_format: Qt.TextFormat) -> None:
        """Refuse: plain it is, plain it stays."""
        raise TypeError("a PlainLabel shows plain text")

    def set_role(self, role: str) -> None:
        """Give it another look."""
        self.setProperty("role", role)
        restyle(self)

    def let_choose(self) -> None:
        """Let a part of it be chosen and copied."""
        ways = Qt.TextInteractionFlags()
        ways |= Qt.TextInteractionFlag.TextSelectableByMouse
        ways |= Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(ways)


class ElidedLabel(PlainLabel):
    """A label of one line that gives way: it ends in three dots, and its tooltip tells the whole."""

    def __init__(self, text: str = "", role: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent=parent)
        self.setMinimumWidth(24)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str | None) -> None:
        """Show another text."""
        super().setText(text)
        self._tell_the_whole()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Tell the whole if there is no longer room for it."""
        super().resizeEvent(event)
        self._tell_the_whole()

    def shown_text(self) -> str:
        """Return what there is room for."""
        one_line = " ".join(self.text().splitlines())
        return self.fontMetrics().elidedText(
            one_line, Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )

    def minimumSizeHint(self) -> QSize:
        """Ask for no more than the three dots."""
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint as much as there is room for, in the look of its role."""
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        style = self.style()
        assert style is not None
        style.drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        style.drawItemText(
            painter,
            self.contentsRect(),
            int(self.alignment()),
            option.palette,
            self.isEnabled(),
            self.shown_text(),
            self.foregroundRole(),
        )

    def _tell_the_whole(self) -> None:
        set_tooltip(self, "" if self.shown_text() == self.text() else self.text())


def restyle(widget: QWidget) -> None:
    """Look again at a widget's properties; Qt reads them once only."""
    style = widget.style()
    assert style is not None
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


_ICON_TOKENS: dict[str, Token] = {"primary": "on_fill", "danger": "error", "link": "accent"}


def button(text: str, role: str = "", *, icon_name: str = "", large: bool = False) -> QPushButton:
    """Make a button that says `text`: primary, danger, link, quiet, or plain."""
    made = QPushButton(literal(text))
    made.setProperty("role", role)
    made.setProperty("large", large)
    made.setAutoDefault(True)  # Enter presses it too, not only Space, wherever it stands
    _name(made, text)
    if icon_name:
        made.setIcon(icon(icon_name, _ICON_TOKENS.get(role, "text")))
        made.setText(beside_icon(text))
    return made


def beside_icon(text: str) -> str:
    """Give the words of a button with an icon before them, a little apart from it."""
    return "\N{THREE-PER-EM SPACE}" + literal(text)


def show_words(made: QAbstractButton, shown: bool) -> None:
    """Let a button with an icon say its words, or let the icon stand for them where there is no room."""
    made.setText(beside_icon(made.accessibleName()) if shown else "")


def tool_button(name: str, icon_name: str, *, text: str = "", checkable: bool = False) -> QToolButton:
    """Make a small button with an icon; `name` says what it does, to the mouse and to a screen reader."""
    made = QToolButton()
    made.setIcon(icon(icon_name))
    made.setCheckable(checkable)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if text:
        made.setText("\N{NO-BREAK SPACE}" + literal(text))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    _name(made, name)
    set_tooltip(made, name)
    return made


def _name(made: QAbstractButton, name: str) -> None:
    made.setAccessibleName(name)
    side = heights().icon
    made.setIconSize(QSize(side, side))
    made.setCursor(Qt.CursorShape.PointingHandCursor)


class Notice(SmallWindow):
    """A few words over a window, and what can be done about them."""

    def __init__(self, parent: QWidget | None, heading: str, text: str) -> None:
        super().__init__(parent, heading)
        self._buttons = row(STRETCH)
        self.put(PlainLabel(heading, "heading", wrap=True), _words(text, heading), 16, self._buttons)
        self.widen(400)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Be no higher than the words."""
        super().showEvent(event)
        fit(self, shrink=True)

    def offer(self, text: str, role: str = "", *, then: Callable[[], None] | None = None) -> QPushButton:
        """Add a button; pressing it closes the notice, then does `then`."""
        made = button(text, role)
        made.clicked.connect(self.reject if then is None else self.accept)
        if then is not None:
            self.accepted.connect(then)
        self._buttons.addWidget(made)
        return made


def _words(text: str, heading: str) -> QWidget:
    """Show a text whole: what is long, or costs much, scrolls."""
    if len(text) <= SHORT and text.count("\n") <= FEW and clamped(text) == text:
        words = PlainLabel(text, wrap=True)
        words.let_choose()
        return words
    return WholeText(text, heading)


def tell(parent: QWidget | None, heading: str, text: str) -> Notice:
    """Say something that must be seen, with nothing to decide; returns at once."""
    notice = Notice(parent, heading, text)
    notice.offer(tr("Close")).setDefault(True)
    notice.open()
    return notice


def ask(
    parent: QWidget | None,
    heading: str,
    text: str,
    *,
    act: str,
    then: Callable[[], None],
    danger: bool = False,
) -> Notice:
    """Ask before doing something; returns at once. Enter does it, or, if it is a danger, leaves it."""
    notice = Notice(parent, heading, text)
    leave = notice.offer(tr("Cancel"))
    do = notice.offer(act, "danger" if danger else "primary", then=then)
    (leave if danger else do).setDefault(True)
    (leave if danger else do).setFocus()
    notice.open()
    return notice
