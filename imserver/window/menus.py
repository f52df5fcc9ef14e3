"""The menus: everything that can be done, each with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QActionGroup, QMainWindow, QMenu

from imqt.dress import Choice, Dress
from imtongue import KNOWN, spoken, tr

from .people import Person
from .people_bar import PeopleBar
from .people_model import HEADINGS, Column
from .people_view import PeopleView
from .wire_view import WireView


class _Acts(Protocol):
    """What a window can do when it is asked by its menus."""

    def invite(self) -> None: ...
    def announce(self) -> None: ...
    def say_to_all(self) -> None: ...
    def back_up(self) -> None: ...
    def connect_again(self) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> bool: ...
    def write(self) -> None: ...
    def reset_password(self) -> None: ...
    def suspend(self) -> None: ...
    def disconnect_(self) -> None: ...
    def make_administrator(self) -> None: ...
    def find_name(self) -> None: ...
    def go_to_line(self) -> None: ...
    def step_pane(self, by: int) -> None: ...
    def tell_keys(self) -> None: ...
    def speak(self, language: str) -> None: ...


class Menus:
    """The menus of the main window."""

    def __init__(
        self, window: QMainWindow, acts: _Acts, people: PeopleView, wire: WireView, dress: Dress, *, own: bool
    ) -> None:
        self._window = window
        server = self._menu(tr("&Server"))
        self._online = [
            _act(server, tr("Invite somebody…"), acts.invite, "Ctrl+I"),
            _act(server, tr("Announce"), acts.announce, "Ctrl+E"),
            _act(server, tr("Say to all"), acts.say_to_all, "Ctrl+Shift+E"),
        ]
        self._online.append(_act(server, tr("Back up…"), acts.back_up, "Ctrl+B"))
        self._again = _act(server, tr("Connect now"), acts.connect_again, "F5")
        server.addSeparator()
        stop = _act(server, tr("Stop the server…"), acts.stop, "Ctrl+Q" if own else "")
        if not own:
            self._online.append(stop)
            _act(server, tr("Close"), acts.close, "Ctrl+Q")
        self.people = self._menu(tr("&People"))
        self._write = _act(self.people, tr("Write"), acts.write, "Ctrl+Return")
        self._reset = _act(self.people, tr("Reset password…"), acts.reset_password, "Ctrl+R")
        self._suspend = _act(self.people, tr("Suspend…"), acts.suspend, "Ctrl+U")
        self._disconnect = _act(self.people, tr("Disconnect…"), acts.disconnect_, "Ctrl+D")
        self._administrator = _act(self.people, tr("Make administrator…"), acts.make_administrator)
        self.people.addSeparator()
        _act(self.people, tr("Find a name"), acts.find_name, "Ctrl+F")
        _act(self.people, tr("Go to the line to type in"), acts.go_to_line, "Ctrl+L")
        self._sorting(people)
        self._view(acts, wire, dress)
        _act(self._menu(tr("&Help")), tr("Keys"), acts.tell_keys, "F1")

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
        self._suspend.setText(tr("Let in again") if again else tr("Suspend…"))
        has_it = person is not None and person.administrator
        self._administrator.setText(
            tr("Take the administrator's right away…") if has_it else tr("Make administrator…")
        )

    def _sorting(self, people: PeopleView) -> None:
        menu = self.people.addMenu(tr("Sort by"))
        assert menu is not None
        for column in Column:
            _act(menu, tr(HEADINGS[column]), _sorting(people, column))

    def _view(self, acts: _Acts, wire: WireView, dress: Dress) -> None:
        menu = self._menu(tr("&View"))
        group = QActionGroup(self._window)
        names = {Choice.SYSTEM: tr("System"), Choice.LIGHT: tr("Light"), Choice.DARK: tr("Dark")}
        for choice, name in names.items():
            action = _act(menu, name, _choosing(dress, choice))
            action.setCheckable(True)
            action.setChecked(dress.choice is choice)
            group.addAction(action)
        menu.addSeparator()
        _act(menu, tr("Larger type"), lambda: dress.step(1), "Ctrl++")
        _act(menu, tr("Smaller type"), lambda: dress.step(-1), "Ctrl+-")
        _act(menu, tr("Type as it was"), lambda: dress.step(0), "Ctrl+0")
        self._languages(acts, menu)
        menu.addSeparator()
        _act(menu, tr("Show what people say"), wire.texts.toggle, "Ctrl+T")
        _act(menu, tr("Hold the wire still"), wire.pause.toggle, "Ctrl+P")
        menu.addSeparator()
        _act(menu, tr("To the next part of the window"), lambda: acts.step_pane(1), "F6")
        _act(menu, tr("To the part before"), lambda: acts.step_pane(-1), "Shift+F6")

    def _languages(self, acts: _Acts, menu: QMenu) -> None:
        languages = menu.addMenu(tr("Language"))
        assert languages is not None
        group = QActionGroup(self._window)
        for code, words in KNOWN.items():
            action = _act(languages, words, _speaking(acts, code))
            action.setObjectName(f"language-{code}")
            action.setCheckable(True)
            action.setChecked(code == spoken())
            group.addAction(action)

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


def _choosing(dress: Dress, choice: Choice) -> Callable[[], None]:
    return lambda: dress.choose(choice)


def _speaking(acts: _Acts, code: str) -> Callable[[], None]:
    return lambda: acts.speak(code)


def _sorting(people: PeopleView, column: Column) -> Callable[[], None]:
    return lambda: people.sort(column)


def _only(_result: object) -> None:
    """Take what came of an act, which no menu needs."""
