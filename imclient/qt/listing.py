"""A window over the main one that lists something of one's account, each line with one thing to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PyQt5.QtWidgets import QSizePolicy, QWidget
from twisted.python.failure import Failure

from imclient.core.refusals import why_not
from imqt import plain, theme
from imqt.colours import Token
from imqt.layout import STRETCH, box, col, fit, row
from imqt.plain import ElidedLabel, PlainLabel
from imqt.sign import IconSign
from imqt.small_window import SmallWindow
from imtongue import tr

from .scrolled import scrolled

#: So many lines are shown without scrolling: in the smallest window, and where there is room.
LEAST_SHOWN, MOST_SHOWN = 2, 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a name, what there is to say of it, and what can be done."""

    name: str
    detail: str
    act: str = ""  #: the words on its button; none, where nothing can be done
    key: str = ""  #: what the act is told of it; empty: its name
    sign: str = ""  #: the icon before it; empty: that of the window
    token: Token = "dim"


class Listing(SmallWindow):
    """What it lists comes when it comes."""

    def __init__(self, parent: QWidget | None, heading: str, text: str, icon: str) -> None:
        super().__init__(parent, heading)
        self._icon = icon
        self._lines = col(gap=0)
        self._page = scrolled(box(col(self._lines, STRETCH, gap=0)))
        self._words = PlainLabel(tr("Asking the server…"), "caption", wrap=True)
        self._words.setObjectName("listingWords")
        close = plain.button(tr("Close"))
        close.setObjectName("closeListing")
        close.clicked.connect(self.reject)
        self.put(
            PlainLabel(heading, "heading", wrap=True),
            PlainLabel(text, "dim", wrap=True),
            8,
            (self._page, 1),
            self._words,
            row(STRETCH, close),
        )
        self.setMinimumWidth(min(440, parent.width() - 16) if parent is not None else 440)

    def show_lines(self, lines: Sequence[Line], act: Callable[[str], None], nothing: str = "") -> None:
        """Show these lines; `act` is called with the name of the one whose button was pressed."""
        while (item := self._lines.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for line in lines:
            self._lines.addWidget(self._row(line, act))
        self.say("" if lines else nothing)
        one, shown = theme.heights().roster_row, min(len(lines), MOST_SHOWN)
        self._page.setVisible(bool(lines))
        self._page.setMinimumHeight(shown * one)
        fit(self, shrink=True)
        self._page.setMinimumHeight(min(shown, LEAST_SHOWN) * one)

    def say(self, words: str) -> None:
        """Say something below the lines."""
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def failed(self, failure: Failure) -> None:
        """Say why something was not done."""
        if not self.gone:
            self.say(why_not(failure.value) or tr("The server did not do it."))

    def _row(self, line: Line, act: Callable[[str], None]) -> QWidget:
        role = "error" if line.token == "error" else "caption"
        words = col(STRETCH, ElidedLabel(line.name, "name"), ElidedLabel(line.detail, role), STRETCH, gap=2)
        sign = IconSign(line.sign or self._icon, line.token, 18)
        items = row(sign, (words, 1), margins=(0, 4, 0, 4), gap=12)
        if line.act:
            button = plain.button(line.act)
            button.setObjectName(f"listing-{line.key or line.name}")
            button.setAccessibleName(f"{line.act}: {line.name}, {line.detail}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda: act(line.key or line.name))
            items.addWidget(button)
        made = box(items)
        made.setFixedHeight(theme.heights().roster_row)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        made.setAccessibleName(f"{line.name}, {line.detail}")
        return made
