"""The menu bar: everything that can be done, each with its key."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from PyQt5.QtWidgets import QAction, QMainWindow, QMenu

import imtongue
from imclient.core.settings import Preferences
from imclient.core.showing import Shown
from imqt.dress import Choice
from imqt.menus import add, add_languages, add_menu, add_switch, mark_one
from imtongue import phrase, tr, trn

from . import telling
from .asking import Asking
from .audience_choice import Mode
from .conversations_view import ConversationsView

_SHOWN = {Shown.ONLINE: phrase("Online"), Shown.AWAY: phrase("Away")}
_TO = {
    Mode.ONE: phrase("To one"),
    Mode.SEVERAL: phrase("To several"),
    Mode.EVERYONE: phrase("To everyone"),
}
_THEMES = {Choice.LIGHT: phrase("Light"), Choice.DARK: phrase("Dark"), Choice.SYSTEM: phrase("System")}
#: Minutes after which one is shown as away, as the menu offers them; 0: never.
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
    def step_found(self, by: int) -> None: ...
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
        self.shown = {
            each: add(
                self.account, tr(_SHOWN[each]), partial(asking.show_as, each), name=f"show-{each.value}"
            )
            for each in Shown
        }
        mark_one(self.account, self.shown.values())
        add(self.account, tr("Your line of text"), acts.write_line, "F2", "writeLine")
        self._calling(acts)
        self.account.addSeparator()
        self._connect = add(self.account, tr("Connect now"), acts.connect_now, "F5", "connectNow")
        add(self.account, tr("Devices"), acts.show_devices, name="listDevices")
        add(self.account, tr("Change the password"), acts.change_password, name="changePassword")
        add(self.account, tr("Close the account"), acts.close_account, name="closeAccount")
        self.account.addSeparator()
        add(self.account, tr("Log out"), acts.log_out, name="logOut")
        self.account.addSeparator()
        self.leave = add(self.account, tr("Quit"), acts.quit, "Ctrl+Q", "quit")

    def _calling(self, acts: _Acts) -> None:
        """Say whether and how one is called, and when one is away by itself."""
        liked = self._preferences
        away = add_menu(self.account, tr("Away by itself"))
        after = {
            minutes: add(
                away, _after(minutes), partial(acts.prefer, away_after=minutes), name=f"away-{minutes}"
            )
            for minutes in AWAY_AFTER
        }
        mark_one(away, after.values(), after.get(liked.away_after))
        self.account.addSeparator()
        self.quiet = self._liked(self.account, tr("Do not disturb"), acts, "quiet", "Ctrl+Shift+D")
        notes = add_menu(self.account, tr("Notifications"))
        self._liked(notes, tr("On the desktop"), acts, "notify")
        self._liked(notes, tr("With what it says"), acts, "texts")
        self._liked(notes, tr("With a sound"), acts, "sound")

    def _liked(self, menu: QMenu, text: str, acts: _Acts, name: str, key: str = "") -> QAction:
        """Let a preference of this name be so or not."""
        on = bool(getattr(self._preferences, name))
        return add_switch(menu, text, lambda so: acts.prefer(**{name: so}), key, name, on=on)

    def _people(self, acts: _Acts) -> None:
        menu = self._menu(tr("&People"), "menuPeople")
        add(menu, tr("Find a person"), acts.find_person, "Ctrl+K")
        add(menu, tr("Write to those who are chosen"), acts.write_to_chosen, "Ctrl+Return")
        add(menu, tr("Ping"), acts.ping, "Ctrl+P")
        menu.addSeparator()
        add(menu, tr("Blocked people"), acts.show_blocked, name="listBlocked")

    def _conversation(self, acts: _Acts, conversations: ConversationsView) -> None:
        menu = self._menu(tr("&Conversation"), "menuConversation")
        for mode in Mode:
            add(menu, tr(_TO[mode]), partial(acts.choose_mode, mode), mode.key)
        add(menu, tr("A note to yourself"), acts.write_note, "Ctrl+N")
        add(menu, tr("Outbox"), acts.show_outbox, "Ctrl+Shift+O", "listOutbox")
        self._finding(menu, acts)
        menu.addSeparator()
        add(menu, tr("Next"), lambda: conversations.step(1), "Ctrl+Tab", "nextTab")
        add(menu, tr("The one before"), lambda: conversations.step(-1), "Ctrl+Shift+Tab")
        add(menu, tr("Next unread"), acts.next_unread, "Alt+Down", "nextUnread")
        add(
            menu,
            tr("Move to the left"),
            lambda: conversations.move_current(-1),
            "Ctrl+Shift+PgUp",
            "moveTabLeft",
        )
        add(
            menu,
            tr("Move to the right"),
            lambda: conversations.move_current(1),
            "Ctrl+Shift+PgDown",
            "moveTabRight",
        )
        add(menu, tr("In a window of its own"), conversations.set_current_apart, "Ctrl+Shift+N", "setApart")
        add(menu, tr("All conversations"), conversations.list_all, "Ctrl+L", "listConversations")
        add(menu, tr("Close"), conversations.close_current, "Ctrl+W")
        menu.addSeparator()
        add(menu, tr("To the next part of the window"), lambda: acts.step_pane(1), "F6")
        add(menu, tr("To the part before"), lambda: acts.step_pane(-1), "Shift+F6")

    def _finding(self, over: QMenu, acts: _Acts) -> None:
        menu = add_menu(over, tr("Find"))
        here, everywhere = (partial(acts.find_said, everywhere=each) for each in (False, True))
        add(menu, tr("In this conversation"), here, "Ctrl+F", "findHere")
        add(menu, tr("In all conversations"), everywhere, "Ctrl+Shift+F", "findInAll")
        add(menu, tr("The older one that was found"), partial(acts.step_found, 1), "F3")
        add(menu, tr("The newer one that was found"), partial(acts.step_found, -1), "Shift+F3")

    def _view(self, acts: _Acts, choice: Choice) -> QAction:
        menu = self._menu(tr("&View"), "menuView")
        below = add_menu(menu, tr("Theme"))
        themes = {
            each: add(below, tr(_THEMES[each]), partial(acts.dress, each), name=f"theme-{each.value}")
            for each in Choice
        }
        mark_one(below, themes.values(), themes[choice])
        add_languages(menu, self._preferences.language or imtongue.spoken(), acts.speak)
        menu.addSeparator()
        add(menu, tr("Larger type"), lambda: acts.scale(1), "Ctrl++")
        add(menu, tr("Smaller type"), lambda: acts.scale(-1), "Ctrl+-")
        add(menu, tr("Type as it was"), lambda: acts.scale(0), "Ctrl+0")
        menu.addSeparator()
        wire = add_switch(menu, tr("Wire"), acts.show_wire, "Ctrl+Shift+W", "showWire")
        asides = self._preferences.asides
        add_switch(menu, tr("Show what went to everyone"), acts.show_aside, name="showAside", on=asides)
        return wire

    def _help(self, acts: _Acts) -> None:
        menu = self._menu(tr("&Help"), "menuHelp")
        add(menu, tr("Keys"), acts.tell_keys, "F1")
        add(menu, tr("About imclient"), lambda: telling.about(self._window), name="about")
        add(menu, tr("Licence"), lambda: telling.licence(self._window), name="licence")

    def _menu(self, title: str, name: str) -> QMenu:
        return add_menu(self._window.menuBar(), title, name)


def _after(minutes: int) -> str:
    return trn("After {count} minute", "After {count} minutes", minutes) if minutes else tr("Never")
