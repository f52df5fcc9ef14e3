"""The line to type in, with where it would go beside it, and what came of it above."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import QLineEdit, QSizePolicy, QWidget
from twisted.internet.defer import Deferred

from imqt import icons, painting, plain
from imqt.completing import Completing
from imqt.layout import col, row
from imqt.plain import ElidedLabel
from imqt.search_field import name_buttons
from imtongue import tr

from . import typed
from .news import News
from .overseer import Overseer
from .typed import Outcome

#: Lines that were typed and can be had again with the arrow keys.
MOST = 100
#: Pixels that one has to type in at least.
FIELD = 200


class _Field(QLineEdit):
    """Up and Down bring back what was typed before."""

    def __init__(self) -> None:
        super().__init__()
        self._before: list[str] = []
        self._at = 0

    def keep(self, line: str) -> None:
        """Keep a line that was typed."""
        self._before = [*(old for old in self._before if old != line), line][-MOST:]
        self._at = len(self._before)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Go through what was typed; all else is the field's."""
        assert event is not None
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and self._before:
            self._at = max(0, min(len(self._before), self._at + step))
            self.setText(self._before[self._at] if self._at < len(self._before) else "")
        else:
            super().keyPressEvent(event)


class CommandLine(QWidget):
    """Takes slash commands."""

    said = pyqtSignal()  #: something was done

    def __init__(self, overseer: Overseer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._overseer = overseer
        self.field = _Field()
        self.field.setObjectName("command")
        self.field.setMinimumWidth(round(painting.sign_side(FIELD)))
        ways = "/all TEXT, /whisper NAME TEXT, /who, /help"
        self.field.setAccessibleName(tr("Command: {ways}", ways=ways))
        self.field.setPlaceholderText(ways)
        self.field.addAction(icons.icon("terminal", "accent"), QLineEdit.ActionPosition.LeadingPosition)
        name_buttons(self.field, tr("Command"))
        self.completing = Completing(self.field, lambda before: typed.ways_on(before, overseer.people.people))
        self._hint = ElidedLabel("", "caption")
        self._hint.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._hint.setObjectName("commandHint")
        self.say = plain.button(tr("Say"), "primary", icon_name="send")
        self.say.setObjectName("say")
        self._news = News()
        line = row((self.field, 1), self._hint, self.say, margins=(16, 12, 16, 12), gap=12)
        self.setLayout(col(self._news, line, gap=0))
        self.field.textChanged.connect(lambda _: self.show_hint())
        self.field.returnPressed.connect(self._obey)
        self.say.clicked.connect(self._obey)

    def begin(self, text: str) -> None:
        """Have the rest of a line typed."""
        self.field.setText(text)
        self.field.setFocus()

    def show_hint(self) -> None:
        """Say where the line would go."""
        people = self._overseer.people.people
        self._hint.setText(typed.hint(self.field.text(), people, self._overseer.link.entered))

    def tell(self, *lines: str, wrong: bool = False) -> None:
        """Say what came of a line, or what else there is to say."""
        self._news.tell(*lines, wrong=wrong)

    def forget(self) -> None:
        """Say no more of it."""
        self._news.forget()

    def _obey(self) -> None:
        line = self.field.text().strip()
        if not line:
            return
        self.field.keep(line)
        self.say.setEnabled(False)
        obeyed = Deferred.fromCoroutine(typed.obey(line, self._overseer))
        obeyed.addCallback(self._done, line)

    def _done(self, outcome: Outcome, line: str) -> None:
        self.say.setEnabled(True)
        self.tell(*outcome.lines, wrong=not outcome.done)
        if outcome.done and self.field.text().strip() == line:
            self.field.clear()
        if outcome.done:
            self.said.emit()
