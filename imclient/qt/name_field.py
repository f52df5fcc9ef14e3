"""The field in which a name is typed and completed from the roster; Enter or a comma makes it a chip."""

from __future__ import annotations

import re
from collections.abc import Callable

from PyQt5.QtCore import QStringListModel, Qt, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QKeyEvent
from PyQt5.QtWidgets import QCompleter, QLineEdit, QWidget

from imqt import theme
from imtongue import tr

from .name_popup import NamePopup


class NameField(QLineEdit):
    """Names, one or several with commas between."""

    named = pyqtSignal(list)
    left = pyqtSignal()  #: Escape, or the focus went elsewhere with nothing typed

    def __init__(
        self, names: Callable[[], list[str]], presence: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._names, self._presence = names, presence
        self._offered = QStringListModel(self)
        self.setObjectName("addPerson")
        self.setPlaceholderText(tr("a name"))
        self.setAccessibleName(tr("Add a person by name"))
        self.setFixedWidth(round(theme.line_height(theme.font()) * 9))
        self.setCompleter(self._make_completer())
        self.textEdited.connect(self._on_edited)

    def _make_completer(self) -> QCompleter:
        completer = QCompleter(self._offered, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(6)
        popup = NamePopup()
        completer.setPopup(popup)
        popup.paint_with(self._presence)
        completer.activated[str].connect(self._take)
        return completer

    def begin(self) -> None:
        """Let a name be typed."""
        self._offered.setStringList(self._names())
        self.clear()
        self.show()
        self.setFocus()

    def _on_edited(self, text: str) -> None:
        if text.endswith(","):
            self._take(text)

    def _take(self, text: str) -> None:
        names = [name for name in re.split(r"[,\s]+", text.lower()) if name]
        if names:
            self.clear()
            # The completer writes the chosen name into the field after this: it must not stay there.
            self.named.emit(names)
            self._offered.setStringList(self._names())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter makes a chip, Escape gives up."""
        assert event is not None
        completer = self.completer()
        popup = completer.popup() if completer is not None else None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if popup is not None:
                popup.hide()
            self._take(self._meant())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _meant(self) -> str:
        """Give what is typed, or the one name it is the beginning of."""
        typed = self.text().strip().lower()
        beginnings = [name for name in self._names() if name.startswith(typed)] if typed else []
        return beginnings[0] if len(beginnings) == 1 else typed

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Give up if nothing was typed."""
        super().focusOutEvent(event)
        assert event is not None
        if event.reason() != Qt.FocusReason.PopupFocusReason and not self.text().strip():
            self.left.emit()
