"""A small window for one act: what must be known for it, a button, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtWidgets import (
    QApplication,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from imqt import plain
from imqt.layout import STRETCH, col, fit, row
from imqt.plain import PlainLabel
from imqt.small_window import SmallWindow
from imqt.theme import grown, heights
from imtongue import tr

#: Pixels, beside type of the usual size.
WIDE = 460


class Deed(SmallWindow):
    """Asks, does, and shows what came of it; what is shown once can be copied."""

    def __init__(
        self, parent: QWidget | None, heading: str, words: str, act: str, *, danger: bool = False
    ) -> None:
        super().__init__(parent, heading)
        self.setObjectName("deed")
        self.setMinimumWidth(grown(WIDE))
        self._do: Callable[[], Deferred[str]] | None = None
        self._first: QWidget | None = None
        self._words = PlainLabel(words, wrap=True)
        self._fields = QVBoxLayout()
        self._fields.setSpacing(6)
        self._error = PlainLabel("", "error", wrap=True)
        self._error.setObjectName("deedError")
        self._error.hide()
        self.result_text = QPlainTextEdit()
        self.result_text.setObjectName("deedResult")
        self.result_text.setReadOnly(True)
        self.result_text.setProperty("role", "mono")
        self.result_text.setTabChangesFocus(True)
        self.result_text.hide()
        self._act = plain.button(act, "danger" if danger else "primary")
        self._act.setObjectName("deedAct")
        self._leave = plain.button(tr("Cancel"))
        self._leave.setObjectName("deedLeave")
        self._copy = plain.button(tr("Copy"), icon_name="copy")
        self._copy.setObjectName("deedCopy")
        self._copy.hide()
        self._danger = danger
        self._act.clicked.connect(self._on_act)
        self._leave.clicked.connect(self.reject)
        self._copy.clicked.connect(self._on_copy)
        self.put(
            PlainLabel(heading, "heading", wrap=True),
            self._words,
            4,
            self._fields,
            self.result_text,
            self._error,
            12,
            row(STRETCH, self._copy, self._leave, self._act),
        )

    # --- what must be known ---

    def number(self, caption: str, value: int, most: int, suffix: str = "") -> QSpinBox:
        """Ask for a number from 1."""
        made = QSpinBox()
        made.setRange(1, most)
        made.setValue(value)
        made.setSuffix(suffix)
        made.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        made.setMinimumHeight(heights().control)
        self._add(caption, made)
        return made

    def line(self, caption: str, placeholder: str = "") -> QLineEdit:
        """Ask for a line of text."""
        made = QLineEdit()
        made.setPlaceholderText(placeholder)
        self._add(caption, made)
        return made

    def choice(self, caption: str) -> QCheckBox:
        """Ask whether."""
        made = QCheckBox(plain.literal(caption))
        made.setAccessibleName(caption)
        self._fields.addWidget(made)
        return made

    def _add(self, caption: str, made: QWidget) -> None:
        label = PlainLabel(caption, "name")
        label.setBuddy(made)
        made.setAccessibleName(caption)
        self._first = self._first or made
        self._fields.addLayout(col(label, made, gap=6))
        self._fields.addSpacing(6)

    # --- doing it ---

    def begin(self, do: Callable[[], Deferred[str]]) -> Deed:
        """Open it; ``do`` gives what is to be shown, and nothing if there is nothing to be seen."""
        self._do = do
        self.open()
        # Enter in a field does it; where there is nothing to fill in, a danger is not done by Enter alone.
        first = self._first or (self._leave if self._danger else self._act)
        (self._leave if first is self._leave else self._act).setDefault(True)
        first.setFocus()
        return self

    def _on_act(self) -> None:
        if self._do is None:
            return
        self._act.setEnabled(False)
        self._act.setText(tr("Under way…"))
        self._name_leaving(tr("Close"))  # what was asked is not taken back by leaving
        self._error.hide()
        self._do().addCallbacks(self._done, self._failed)

    def _done(self, shown: str) -> None:
        if self.gone:
            return
        if not shown:
            self.accept()
            return
        words, _, secret = shown.rpartition("\n")
        self._words.setText(words)
        for place in range(self._fields.count()):
            _hide(self._fields.itemAt(place))
        self.result_text.setPlainText(secret)
        self.result_text.setAccessibleName(f"{words} {secret}")
        lines = 1 + len(secret) // 48
        self.result_text.setFixedHeight(self.result_text.fontMetrics().lineSpacing() * lines + 24)
        self.result_text.show()
        self._act.hide()
        self._copy.show()
        self._name_leaving(tr("Close"))
        self._copy.setDefault(True)
        self._copy.setFocus()
        self.adjustSize()
        fit(self)

    def _failed(self, failure: Failure) -> None:
        if self.gone:
            return
        self._act.setEnabled(True)
        self._act.setText(plain.literal(self._act.accessibleName()))
        self._name_leaving(tr("Cancel"))
        self._error.setText(str(failure.value) or tr("The server did not do it."))
        self._error.show()
        fit(self)

    def _name_leaving(self, word: str) -> None:
        self._leave.setText(word)
        self._leave.setAccessibleName(word)

    def _on_copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.result_text.toPlainText())
        self._copy.setText("\N{EN SPACE}" + tr("Copied"))


def _hide(item: object) -> None:
    layout = getattr(item, "layout", lambda: None)()
    if layout is not None:
        for place in range(layout.count()):
            _hide(layout.itemAt(place))
    widget = getattr(item, "widget", lambda: None)()
    if widget is not None:
        widget.hide()
