"""The menu bar: everything that can be done, each with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QActionGroup, QMainWindow, QMenu

import imtongue
from imclient.core.settings import Preferences
from imclient.core.showing import Shown
from imqt.dress import Choice
from imtongue import phrase, tr, trn

from . import telling
from .asking import Asking
from .audience_choice import Mode
from .conversations_view import ConversationsView

#: Minutes after which one is shown as away, as the menu offers them; 0: never.
_SHOWN = {Shown.ONLINE: phrase("Online"), Shown.AWAY: phrase("Away")}
_TO = {
    Mode.ONE: phrase("To one"),
    Mode.SEVERAL: phrase("To several"),
    Mode.EVERYONE: phrase("To everyone"),
}
_THEMES = {Choice.LIGHT: phrase("Light"), Choice.DARK: phrase("Dark"), Choice.SYSTEM: phrase("System")}
AWAY_AFTER = (5, 10, 30, 0)


class _Acts(Protocol):
    """What a window can do when it is asked by its menus."""

    def connect_now(self) -> None: ...
    def write_line(self) -> None: ...
    def speak(self, language: str) -> None: ...
    def prefer(self, **changes: object) -> None: ...
    def show_devices(self) -> None: ...
    def change_password(self) -> None: ...
    def close_account(self) -> None: ...
    def show_outbox(self) -> None: ...
    def show_blocked(self) -> None: ...
    def log_out(self) -> None: ...
    def quit(self) -> None: ...
    def find_person(self) -> None: ...
    def find_said(self, words: str = "", *, everywhere: bool | None = None) -> None: ...
    def write_to_chosen(self) -> None: ...
    def ping(self) -> None: ...
    def choose_mode(self, mode: Mode) -> None: ...
    def write_note(self) -> None: ...
    def next_unread(self) -> None: ...
    def step_pane(self, by: int) -> None: ...
    def show_wire(self, shown: bool) -> None: ...
    def show_aside(self, shown: bool) -> None: ...
    def dress(self, choice: Choice) -> None: ...
    def scale(self, by: int) -> None: ...
    def tell_keys(self) -> None: ...


class Menus:
    """The menus of the main window, and those of their actions that others show or set."""

    def __init__(
        self,
        window: QMainWindow,
        acts: _Acts,
        asking: Asking,
        conversations: ConversationsView,
        choice: Choice,
        preferences: Preferences,
    ) -> None:
        self._window = window
        self._preferences = preferences
        self._account(acts, asking)
        self._people(acts)
        self._conversation(acts, conversations)
        self.wire = self._view(acts, choice)
        self._help(acts)

    def allow_connecting(self, allowed: bool) -> None:
        """Offer to come back at once while one is away from the server."""
        self._connect.setEnabled(allowed)

    def _account(self, acts: _Acts, asking: Asking) -> None:
        self.account = self._menu(tr("&Account"), "menuAccount")
        group = QActionGroup(self._window)
        self.shown = {each: _act(self.account, tr(_SHOWN[each]), _showing(asking, each)) for each in Shown}
        for each, action in self.shown.items():
            action.setObjectName(f"show-{each.value}")
            action.setCheckable(True)
            group.addAction(action)
        _act(self.account, tr("Your line of text"), acts.write_line, "F2", "writeLine")
        self._calling(acts)
        self.account.addSeparator()
        self._connect = _act(self.account, tr("Connect now"), acts.connect_now, "F5", "connectNow")
        _act(self.account, tr("Devices"), acts.show_devices, name="listDevices")
        _act(self.account, tr("Change the password"), acts.change_password, name="changePassword")
        _act(self.account, tr("Close the account"), acts.close_account, name="closeAccount")
        self.account.addSeparator()
        _act(self.account, tr("Log out"), acts.log_out, name="logOut")
        self.account.addSeparator()
        self.leave = _act(self.account, tr("Quit"), acts.quit, "Ctrl+Q", "quit")

    def _calling(self, acts: _Acts) -> None:
        """Say whether and how one is called, and when one is away by itself."""
        liked = self._preferences
        away = self.account.addMenu(tr("Away by itself"))
        assert away is not None
        group = QActionGroup(self._window)
        for minutes in AWAY_AFTER:
            words = trn("After {count} minute", "After {count} minutes", minutes) if minutes else tr("Never")
            action = _act(away, words, _liking(acts, away_after=minutes), name=f"away-{minutes}")
            action.setCheckable(True)
            action.setChecked(minutes == liked.away_after)
            group.addAction(action)
        self.account.addSeparator()
        self.quiet = _check(
            self.account,
            tr("Do not disturb"),
            lambda on: acts.prefer(quiet=on),
            "Ctrl+Shift+D",
            "quiet",
            liked.quiet,
        )
        notes = self.account.addMenu(tr("Notifications"))
        assert notes is not None
        _check(notes, tr("On the desktop"), lambda on: acts.prefer(notify=on), "", "notify", liked.notify)
        _check(notes, tr("With what it says"), lambda on: acts.prefer(texts=on), "", "texts", liked.texts)
        _check(notes, tr("With a sound"), lambda on: acts.prefer(sound=on), "", "sound", liked.sound)

    def _people(self, acts: _Acts) -> None:
        menu = self._menu(tr("&People"), "menuPeople")
        _act(menu, tr("Find a person"), acts.find_person, "Ctrl+K")
        _act(menu, tr("Write to those who are chosen"), acts.write_to_chosen, "Ctrl+Return")
        _act(menu, tr("Ping"), acts.ping, "Ctrl+P")
        menu.addSeparator()
        _act(menu, tr("Blocked people"), acts.show_blocked, name="listBlocked")

    def _conversation(self, acts: _Acts, conversations: ConversationsView) -> None:
        menu = self._menu(tr("&Conversation"), "menuConversation")
        for number, mode in enumerate(Mode, 1):
            _act(menu, tr(_TO[mode]), _choosing(acts, mode), f"Alt+{number}")
        _act(menu, tr("A note to yourself"), acts.write_note, "Ctrl+N")
        _act(menu, tr("Find in it"), lambda: acts.find_said(everywhere=False), "Ctrl+F", "findHere")
        _act(
            menu,
            tr("Find in all conversations"),
            lambda: acts.find_said(everywhere=True),
            "Ctrl+Shift+F",
            "findEverywhereAct",
        )
        _act(menu, tr("Outbox"), acts.show_outbox, "Ctrl+Shift+O", "listOutbox")
        menu.addSeparator()
        _act(menu, tr("Next"), lambda: conversations.step(1), "Ctrl+Tab", "nextTab")
        _act(menu, tr("The one before"), lambda: conversations.step(-1), "Ctrl+Shift+Tab")
        _act(menu, tr("Next unread"), acts.next_unread, "Alt+Down", "nextUnread")
        _act(
            menu,
            tr("Move to the left"),
            lambda: conversations.move_current(-1),
            "Ctrl+Shift+PgUp",
            "moveTabLeft",
        )
        _act(
            menu,
            tr("Move to the right"),
            lambda: conversations.move_current(1),
            "Ctrl+Shift+PgDown",
            "moveTabRight",
        )
        _act(menu, tr("In a window of its own"), conversations.set_current_apart, "Ctrl+Shift+N", "setApart")
        _act(menu, tr("All conversations"), conversations.list_all, "Ctrl+L", "listConversations")
        _act(menu, tr("Close"), conversations.close_current, "Ctrl+W")
        menu.addSeparator()
        _act(menu, tr("To the next part of the window"), lambda: acts.step_pane(1), "F6")
        _act(menu, tr("To the part before"), lambda: acts.step_pane(-1), "Shift+F6")

    def _view(self, acts: _Acts, choice: Choice) -> QAction:
        menu = self._menu(tr("&View"), "menuView")
        themes = menu.addMenu(tr("Theme"))
        assert themes is not None
        group = QActionGroup(self._window)
        for each in Choice:
            action = _act(themes, tr(_THEMES[each]), _dressing(acts, each), name=f"theme-{each.value}")
            action.setCheckable(True)
            action.setChecked(each is choice)
            group.addAction(action)
        self._languages(acts, menu)
        menu.addSeparator()
        _act(menu, tr("Larger type"), lambda: acts.scale(1), "Ctrl++")
        _act(menu, tr("Smaller type"), lambda: acts.scale(-1), "Ctrl+-")
        _act(menu, tr("Type as it was"), lambda: acts.scale(0), "Ctrl+0")
        menu.addSeparator()
        wire = _check(menu, tr("Wire"), acts.show_wire, "Ctrl+Shift+W", "showWire")
        asides = self._preferences.asides
        _check(menu, tr("Show what went to everyone"), acts.show_aside, "", "showAside", asides)
        return wire

    def _languages(self, acts: _Acts, menu: QMenu) -> None:
        languages = menu.addMenu(tr("Language"))
        assert languages is not None
        group = QActionGroup(self._window)
        for code, words in imtongue.KNOWN.items():
            action = _act(languages, words, _speaking(acts, code), name=f"language-{code}")
            action.setCheckable(True)
            action.setChecked(code == (self._preferences.language or imtongue.spoken()))
            group.addAction(action)

    def _help(self, acts: _Acts) -> None:
        menu = self._menu(tr("&Help"), "menuHelp")
        _act(menu, tr("Keys"), acts.tell_keys, "F1")
        _act(menu, tr("About imclient"), lambda: telling.about(self._window), name="about")
        _act(menu, tr("Licence"), lambda: telling.licence(self._window), name="licence")

    def _menu(self, title: str, name: str) -> QMenu:
        bar = self._window.menuBar()
        assert bar is not None
        menu = bar.addMenu(title)
        assert menu is not None
        menu.setObjectName(name)
        return menu


def _act(menu: QMenu, text: str, act: Callable[[], None], key: str = "", name: str = "") -> QAction:
    action = menu.addAction(text)
    assert action is not None
    action.triggered.connect(lambda _checked: act())
    if key:
        action.setShortcut(QKeySequence(key))
    action.setObjectName(name)
    return action


def _check(
    menu: QMenu, text: str, act: Callable[[bool], None], key: str, name: str, checked: bool = False
) -> QAction:
    action = menu.addAction(text)
    assert action is not None
    action.setCheckable(True)
    action.setChecked(checked)
    action.toggled.connect(act)
    if key:
        action.setShortcut(QKeySequence(key))
    action.setObjectName(name)
    return action


def _speaking(acts: _Acts, code: str) -> Callable[[], None]:
    return lambda: acts.speak(code)


def _liking(acts: _Acts, **changes: object) -> Callable[[], None]:
    return lambda: acts.prefer(**changes)


def _choosing(acts: _Acts, mode: Mode) -> Callable[[], None]:
    return lambda: acts.choose_mode(mode)


def _dressing(acts: _Acts, choice: Choice) -> Callable[[], None]:
    return lambda: acts.dress(choice)


def _showing(asking: Asking, presence: Shown) -> Callable[[], None]:
    return lambda: asking.show_as(presence)
