"""The menus: everything that can be done, each with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QActionGroup, QMenu

from imqt.dress import Choice

from .people import Person
from .people_bar import PeopleBar
from .people_model import HEADINGS, Column

if TYPE_CHECKING:
    from .main_window import MainWindow


class Menus:
    """The menus of the main window."""

    def __init__(self, window: MainWindow, *, own: bool) -> None:
        self._window = window
        server = self._menu("&Server")
        self._online = [
            _act(server, "Invite somebody ...", window.invite, "Ctrl+I"),
            _act(server, "Announce", window.announce, "Ctrl+E"),
            _act(server, "Say to all", window.say_to_all, "Ctrl+Shift+E"),
        ]
        self._online.append(_act(server, "Back up ...", window.back_up, "Ctrl+B"))
        self._again = _act(server, "Connect again", window.connect_again, "F5")
        server.addSeparator()
        stop = _act(server, "Stop the server ...", window.stop, "Ctrl+Q" if own else "")
        if not own:
            self._online.append(stop)
            _act(server, "Close", window.close, "Ctrl+Q")
        self.people = self._menu("&People")
        self._write = _act(self.people, "Write", window.write, "Ctrl+Return")
        self._reset = _act(self.people, "Reset password ...", window.reset_password, "Ctrl+R")
        self._suspend = _act(self.people, "Suspend ...", window.suspend, "Ctrl+U")
        self._disconnect = _act(self.people, "Disconnect ...", window.disconnect_, "Ctrl+D")
        self._administrator = _act(self.people, "Make administrator ...", window.make_administrator)
        self.people.addSeparator()
        _act(self.people, "Find a name", window.find_name, "Ctrl+F")
        _act(self.people, "Go to the line to type in", window.go_to_line, "Ctrl+L")
        self._sorting(window)
        self._view(window)
        _act(self._menu("&Help"), "Keys", window.tell_keys, "F1")

    def allow(self, online: bool, ended: bool) -> None:
        """Offer what needs the server, or what begins anew with it."""
        self._again.setEnabled(ended)
        for action in self._online:
            action.setEnabled(online)

    def show_person(self, person: Person | None, bar: PeopleBar) -> None:
        """Offer what the buttons offer."""
        pairs = (
            (self._write, bar.write), (self._reset, bar.reset), (self._suspend, bar.suspend),
            (self._disconnect, bar.disconnect_), (self._administrator, bar.reset),
        )  # fmt: skip
        for action, button in pairs:
            action.setEnabled(button.isEnabled())
        again = person is not None and person.suspended is not None
        self._suspend.setText("Let in again" if again else "Suspend ...")
        has_it = person is not None and person.administrator
        self._administrator.setText(
            "Take the administrator's right ..." if has_it else "Make administrator ..."
        )

    def _sorting(self, window: MainWindow) -> None:
        menu = self.people.addMenu("Sort by")
        assert menu is not None
        for column in Column:
            _act(menu, HEADINGS[column], _sorting(window, column))

    def _view(self, window: MainWindow) -> None:
        menu = self._menu("&View")
        group = QActionGroup(window)
        names = {Choice.SYSTEM: "As the desktop", Choice.LIGHT: "Light", Choice.DARK: "Dark"}
        for choice, name in names.items():
            action = _act(menu, name, _choosing(window, choice))
            action.setCheckable(True)
            action.setChecked(window.dress.choice is choice)
            group.addAction(action)
        menu.addSeparator()
        _act(menu, "Larger type", lambda: window.dress.step(1), "Ctrl++")
        _act(menu, "Smaller type", lambda: window.dress.step(-1), "Ctrl+-")
        _act(menu, "Usual type", lambda: window.dress.step(0), "Ctrl+0")
        menu.addSeparator()
        _act(menu, "Show what people say", window.wire.texts.toggle, "Ctrl+T")
        _act(menu, "Hold the wire still", window.wire.pause.toggle, "Ctrl+P")
        menu.addSeparator()
        _act(menu, "Next part of the window", lambda: window.step_pane(1), "F6")
        _act(menu, "Part before", lambda: window.step_pane(-1), "Shift+F6")

    def _menu(self, title: str) -> QMenu:
        bar = self._window.menuBar()
        assert bar is not None
        menu = bar.addMenu(title)
        assert menu is not None
        return menu


def _act(menu: QMenu, text: str, do: Callable[[], object], key: str = "") -> QAction:
    action = menu.addAction(text)
    assert action is not None
    action.triggered.connect(lambda _: _only(do()))
    if key:
        action.setShortcut(QKeySequence(key))
    return action


def _choosing(window: MainWindow, choice: Choice) -> Callable[[], None]:
    return lambda: window.dress.choose(choice)


def _sorting(window: MainWindow, column: Column) -> Callable[[], None]:
    return lambda: window.people.sort(column)


def _only(_result: object) -> None:
    """Take what came of an act, which no menu needs."""
