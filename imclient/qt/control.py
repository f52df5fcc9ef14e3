"""Lets a test drive the windows of this process: JSON commands over the loopback, acted by QTest.

Imported only when ``--control PORT`` asks for it.  The program connects to the port, says
``{"hello": NAME}``, and answers each line ``{"do": ACT, ...}`` with ``{"ok": VALUE}`` or with
``{"error": SENTENCE}``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QPoint, Qt, QTimer
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAction,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from twisted.internet.interfaces import IReactorTCP
from twisted.internet.protocol import ClientFactory
from twisted.protocols.basic import LineOnlyReceiver

from . import find_model
from .conversation_model import in_words
from .conversation_rows import Row
from .conversations_view import ConversationsView
from .find_view import Hits
from .main_window import MainWindow
from .roster_view import People
from .wire_view import WireList

LOOPBACK = "127.0.0.1"

_QTEST: Any = QTest  #: its stub takes its functions for methods


class Control(LineOnlyReceiver):
    """One test's hold on the windows."""

    delimiter = b"\n"
    MAX_LENGTH = 1 << 20

    def __init__(self, name: str) -> None:
        self._name = name
        self._acts: dict[str, Callable[..., Any]] = {
            "type": self._type,
            "key": self._key,
            "click": self._click,
            "trigger": self._trigger,
            "text": self._text,
            "enabled": lambda name: _find(name).isEnabled(),
            "visible": _is_visible,
            "messages": self._messages,
            "transcript": self._transcript,
            "roster": self._roster,
            "found": self._found,
            "wire": self._wire,
            "tabs": self._tabs,
            "tab": self._tab,
            "title": lambda: _window().windowTitle(),
            "active": lambda: _window().isActiveWindow(),
            "grab": lambda path: _window().grab().save(path),
            "resize": lambda width, height: _window().resize(width, height),
            "close": self._close,
        }

    def connectionMade(self) -> None:
        """Say whose windows these are."""
        self._say({"hello": self._name})

    def lineReceived(self, line: bytes) -> None:
        """Do one thing and say what came of it."""
        command = json.loads(line)
        try:
            answer = {"ok": self._acts[command.pop("do")](**command)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        self._say(answer)

    def _say(self, answer: object) -> None:
        self.sendLine(json.dumps(answer).encode())  # type: ignore[no-untyped-call]

    # The acts

    @staticmethod
    def _type(name: str, text: str) -> None:
        _QTEST.keyClicks(_find(name), text)

    @staticmethod
    def _key(name: str, key: str, modifiers: str = "") -> None:
        _QTEST.keyClick(_find(name), getattr(Qt.Key, f"Key_{key}"), _held(modifiers))

    @staticmethod
    def _click(name: str, person: str | None = None, modifiers: str = "") -> None:
        widget = _find(name)
        if isinstance(widget, People) and person is not None:
            row = widget.visualRect(widget.people.find(person))
            if not row.isValid():
                raise LookupError(f"{person} is not in the roster")
            place = row.center()
            _QTEST.mouseClick(widget.viewport(), Qt.MouseButton.LeftButton, _held(modifiers), place)
        elif isinstance(widget, QAbstractButton):
            _QTEST.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(8, widget.height() // 2))
        else:
            _QTEST.mouseClick(widget, Qt.MouseButton.LeftButton)

    @staticmethod
    def _trigger(name: str) -> None:
        action = _window().findChild(QAction, name)
        if action is None:
            raise LookupError(f"there is no action called {name}")
        action.trigger()

    @staticmethod
    def _text(name: str) -> str:
        widget = _find(name)
        if isinstance(widget, QPlainTextEdit):
            return widget.toPlainText()
        assert isinstance(widget, QLabel | QLineEdit | QAbstractButton)
        return widget.text()

    @staticmethod
    def _messages() -> list[str]:
        """Give the texts of the conversation on the screen."""
        return [row.text for row in _rows() if row.said is not None]

    @staticmethod
    def _transcript() -> list[str]:
        """Give all there is in the conversation on the screen, in words."""
        view = _conversations().current
        return [] if view is None else [in_words(row, view.model.me) for row in _rows()]

    @staticmethod
    def _roster() -> list[str]:
        """Give the rows of the roster in words."""
        people = _find("roster")
        assert isinstance(people, People)
        people.people.refresh()
        return [row.in_words() for row in people.people.rows]

    @staticmethod
    def _found() -> list[str]:
        """Give what was found, in words."""
        hits = _find("found")
        assert isinstance(hits, Hits)
        return [find_model.in_words(hit) for hit in hits.found.rows]

    @staticmethod
    def _wire() -> list[str]:
        lines = _find("wire")
        assert isinstance(lines, WireList)
        return lines.texts()

    @staticmethod
    def _tabs() -> list[str]:
        return [title for _, title, _ in _conversations().tabs.titles()]

    @staticmethod
    def _tab() -> str | None:
        """Give the title of the conversation on the screen."""
        view = _conversations().current
        return None if view is None else view.conversation.title

    @staticmethod
    def _close() -> None:
        window = _window()
        QTimer.singleShot(0, lambda: _close(window))


def attach(reactor: IReactorTCP, port: int, name: str) -> None:
    """Connect to the test that wants to drive these windows."""

    class Factory(ClientFactory):
        noisy = False

        def buildProtocol(self, addr: object) -> Control:
            return Control(name)

    reactor.connectTCP(LOOPBACK, port, Factory())


def _close(window: QWidget) -> None:
    window.close()


def _window() -> QWidget:
    shown = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    main = [widget for widget in shown if isinstance(widget, MainWindow)]
    return (main or [widget for widget in shown if widget.isWindow() and widget.parent() is None])[0]


def _conversations() -> ConversationsView:
    view = _window().findChild(ConversationsView)
    assert view is not None
    return view


def _rows() -> list[Row]:
    view = _conversations().current
    if view is None:
        return []
    view.model.flush()
    return list(view.model.rows)


def _held(modifiers: str) -> Qt.KeyboardModifiers:
    held = Qt.KeyboardModifiers()
    for modifier in modifiers.split():
        held |= getattr(Qt.KeyboardModifier, f"{modifier}Modifier")
    return held


def _find(name: str) -> QWidget:
    """Find a control by its object name: in the window, the visible one first."""
    found: list[QWidget] = _window().findChildren(QWidget, name)
    found += [widget for widget in QApplication.allWidgets() if widget.objectName() == name]
    if not found:
        raise LookupError(f"there is no control called {name}")
    return next((widget for widget in found if widget.isVisible()), found[0])


def _is_visible(name: str) -> bool:
    try:
        return _find(name).isVisible()
    except LookupError:
        return False
