"""A language that marks what was looked up, and all that a window says to eyes and ears."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator
from typing import Any

from PyQt5.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, Qt
from PyQt5.QtGui import QTextDocument
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAction,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

#: What a model says to eyes and ears.
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
#: Words that are the same in every language: the program's name, what one types, keys, how a language calls
#: itself, and what a screen reader is told of a file's or a server's address.
EVERYWHERE = [
    "imclient",
    "imserver",
    "nc",
    "TLS",
    "tls",
    "sha256",
    "lab",
    "example",
    "exmaple",
    "evil",
    "class",
    "port",
    "https",
    "key",
    "bytes",
    "alice2",
    "desk",
    "phone",
    "terminal",
    "4f2a9c01",
    "English",
    "Deutsch",
    "Ctrl",
    "Alt",
    "Shift",
    "Esc",
    "Return",
    "Del",
    "Tab",
    "Up",
    "Down",
    "Left",
    "Right",
    "Space",
    "PgUp",
    "PgDown",
    "F1",
    "F2",
    "F6",
    "F9",
    "Enter",
    "MIT",
    "PONG",
    "KiB",
    "MiB",
    "GiB",
    "ms",
]
#: What Qt makes for itself inside others, and speaks for itself.
QTS_OWN = ("ScrollLeftButton", "ScrollRightButton")
_BRACKETS = re.compile("⟦[^⟦⟧]*⟧")
#: A name that has no room is cut.
_CUT = re.compile(r"\w+…")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class Bracketed(gettext.NullTranslations):
    """A language that puts brackets round whatever is looked up."""

    def gettext(self, message: str) -> str:
        """Say one thing."""
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Say so many."""
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def left_over(text: str, said: Iterable[str]) -> list[str]:
    """Give the words of a text that were neither looked up nor said by somebody."""
    for one in sorted(said, key=len, reverse=True):
        text = text.replace(one, " ")
    while text != (text := _BRACKETS.sub(" ", text)):
        pass
    text = _CUT.sub(" ", text)
    return [word for word in _LETTERS.findall(text) if word not in EVERYWHERE]


def _of_model(model: QAbstractItemModel | None) -> Iterator[Any]:
    if model is not None:
        table = isinstance(model, QAbstractTableModel)
        columns = range(model.columnCount(QModelIndex()) if table else 1)
        yield from (model.headerData(column, Qt.Orientation.Horizontal) for column in columns[1:])
        for row in range(min(model.rowCount(QModelIndex()), 60)):
            yield from (model.data(model.index(row, column), role) for column in columns for role in ROLES)


def _of_action(action: QAction) -> Iterator[Any]:
    yield action.text()
    if action.menu() is None:
        yield action.toolTip()


def texts(widget: QWidget) -> Iterator[Any]:
    """Give all that a widget says to eyes and ears."""
    yield from (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip())
    if widget.isWindow():
        yield widget.windowTitle()
    if isinstance(widget, (QLabel, QAbstractButton)):
        yield widget.text()
    if isinstance(widget, (QLineEdit, QPlainTextEdit)):
        yield widget.placeholderText()
    if isinstance(widget, QTabBar):
        for tab in range(widget.count()):
            yield from (widget.tabText(tab), widget.tabToolTip(tab), widget.accessibleTabName(tab))
    if isinstance(widget, QAbstractItemView) and not isinstance(widget.parentWidget(), QComboBox):
        yield from _of_model(widget.model())
    for action in widget.actions() if isinstance(widget, (QMenu, QLineEdit)) else []:
        yield from _of_action(action)


def in_plain(text: str) -> str:
    """Take away what Qt is given so that it takes nothing for markup."""
    if text.startswith("<"):
        document = QTextDocument()
        document.setHtml(text)
        return document.toPlainText()
    return text


def not_looked_up(name: str, said: Iterable[str]) -> list[str]:
    """Give what stands on the screen that was neither looked up nor said by somebody."""
    found = {
        f"{name}: {type(widget).__name__} {widget.objectName()}: {text}: {words}"
        for top in QApplication.topLevelWidgets()
        for widget in (top, *top.findChildren(QWidget))
        if widget.objectName() not in QTS_OWN
        for text in map(in_plain, filter(None, texts(widget)))
        if (words := left_over(text, said))
    }
    return sorted(found)
