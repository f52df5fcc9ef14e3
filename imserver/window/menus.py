"""The menus: everything that can be done, each with its key."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from PyQt5.QtWidgets import QMainWindow, QMenu

from imqt.dress import Choice, Dress
from imqt.menus import add, add_languages, add_menu, mark_one
from imtongue import spoken, tr

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
            add(server, tr("Invite somebody…"), acts.invite, "Ctrl+I"),
            add(server, tr("Announce"), acts.announce, "Ctrl+E"),
            add(server, tr("Say to all"), acts.say_to_all, "Ctrl+Shift+E"),
        ]
        self._online.append(add(server, tr("Back up…"), acts.back_up, "Ctrl+B"))
        self._again = add(server, tr("Connect now"), acts.connect_again, "F5")
        server.addSeparator()
        stop = add(server, tr("Stop the server…"), acts.stop, "Ctrl+Q" if own else "")
        if not own:
            self._online.append(stop)
            add(server, tr("Close"), acts.close, "Ctrl+Q")
        self.people = self._menu(tr("&People"))
        self._write = add(self.people, tr("Write"), acts.write, "Ctrl+Return")
        self._reset = add(self.people, tr("Reset password…"), acts.reset_password, "Ctrl+R")
        self._suspend = add(self.people, tr("Suspend…"), acts.suspend, "Ctrl+U")
        self._disconnect = add(self.people, tr("Disconnect…"), acts.disconnect_, "Ctrl+D")
        self._administrator = add(self.people, tr("Make administrator…"), acts.make_administrator)
        self.people.addSeparator()
        add(self.people, tr("Find a name"), acts.find_name, "Ctrl+F")
        add(self.people, tr("Go to the line to type in"), acts.go_to_line, "Ctrl+L")
        self._sorting(people)
        self._view(acts, wire, dress)
        add(self._menu(tr("&Help")), tr("Keys"), acts.tell_keys, "F1")

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
        menu = add_menu(self.people, tr("Sort by"))
        for column in Column:
            add(menu, tr(HEADINGS[column]), partial(people.sort, column))

    def _view(self, acts: _Acts, wire: WireView, dress: Dress) -> None:
        menu = self._menu(tr("&View"))
        names = {Choice.SYSTEM: tr("System"), Choice.LIGHT: tr("Light"), Choice.DARK: tr("Dark")}
        themes = {choice: add(menu, name, partial(dress.choose, choice)) for choice, name in names.items()}
        mark_one(menu, themes.values(), themes[dress.choice])
        menu.addSeparator()
        add(menu, tr("Larger type"), lambda: dress.step(1), "Ctrl++")
        add(menu, tr("Smaller type"), lambda: dress.step(-1), "Ctrl+-")
        add(menu, tr("Type as it was"), lambda: dress.step(0), "Ctrl+0")
        add_languages(menu, spoken(), acts.speak)
        menu.addSeparator()
        add(menu, tr("Show what people say"), wire.texts.toggle, "Ctrl+T")
        add(menu, tr("Hold the wire still"), wire.pause.toggle, "Ctrl+P")
        menu.addSeparator()
        add(menu, tr("To the next part of the window"), lambda: acts.step_pane(1), "F6")
        add(menu, tr("To the part before"), lambda: acts.step_pane(-1), "Shift+F6")

    def _menu(self, title: str) -> QMenu:
        return add_menu(self._window.menuBar(), title)
