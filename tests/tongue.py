"""That a window speaks one language: what is not a name, a message or a line of the wire was looked up."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator, Mapping
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

import imtongue
from examples import passing
from imqt.dress import Choice, Dress
from imqt.plain import PlainLabel
from tests.qt_case import QtCase, app

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


class OneLanguageCase(QtCase):
    """All that a window can show, in a language that marks what was looked up."""

    shown: Mapping[str, passing.Make]  #: each state of the window, dialog and menu, by its name
    usual: str  #: one that has the window's menus

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(imtongue.speak, "en")
        imtongue.listen_to(Bracketed())

    def said(self, window: QWidget) -> Iterable[str]:
        """Give what people, files and the wire say in it."""
        raise NotImplementedError

    def untranslated(self, name: str) -> list[str]:
        """Show one, and give what it says that was not looked up."""
        window = self.shown[name](Dress(app, Choice.LIGHT))
        window.resize(1180, 760)
        self.show(window)
        self.settle()
        passing.come(window)
        self.settle()
        found = not_looked_up(name, {*self.said(window)})
        for over in QApplication.topLevelWidgets():
            over.close()
        self._free_windows()
        return found

    def test_every_state(self) -> None:
        """Nothing that stands in the source is said as it stands there."""
        self.assertEqual([], [one for name in self.shown for one in self.untranslated(name)])

    def test_would_be_found(self) -> None:
        """What nobody looked up is found, and so is a piece of a sentence."""
        self.assertEqual(["Send"], left_over("Send", []))
        self.assertEqual(["is", "away"], left_over("alice is away: ⟦⟦so⟧ long⟧", ["alice"]))
        self.shown = {**self.shown, "planted": lambda _dress: PlainLabel("Not looked up")}
        self.assertEqual(1, len(self.untranslated("planted")))

    def languages(self) -> dict[str, QAction]:
        """Give what the menu offers to be spoken, while German is."""
        imtongue.speak("de")
        self.window = self.show(self.shown[self.usual](Dress(app, Choice.LIGHT)))
        return {code: self.window.findChild(QAction, f"language-{code}") for code in imtongue.KNOWN}

    def test_menu(self) -> None:
        """The menu says which language is spoken, also where the system chose it."""
        checked = [action.text() for action in self.languages().values() if action.isChecked()]
        self.assertEqual(["Deutsch"], checked)
