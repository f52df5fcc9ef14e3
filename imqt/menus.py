"""Menus, written as they are read: what stands in one, what it does, its key, the name a test finds it by."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QActionGroup, QMenu, QMenuBar, QWidget

import imtongue
from imtongue import tr


def passing(parent: QWidget, name: str = "") -> QMenu:
    """Make a menu that comes at a click, and is gone when it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setObjectName(name)
    return menu


def add_menu(above: QMenuBar | QMenu | None, title: str, name: str = "") -> QMenu:
    """Add a menu."""
    menu = above.addMenu(title) if above is not None else None
    assert menu is not None
    menu.setObjectName(name)
    return menu


def add(menu: QMenu, text: str, act: Callable[[], object], key: str = "", name: str = "") -> QAction:
    """Add what can be done."""

    def do(_checked: bool) -> None:
        act()

    action = _add(menu, text, key, name)
    action.triggered.connect(do)
    return action


def add_switch(
    menu: QMenu, text: str, act: Callable[[bool], None], key: str = "", name: str = "", *, on: bool = False
) -> QAction:
    """Add what can be so or not."""
    action = _add(menu, text, key, name)
    action.setCheckable(True)
    action.setChecked(on)
    action.toggled.connect(act)
    return action


def _add(menu: QMenu, text: str, key: str, name: str) -> QAction:
    action = menu.addAction(text)
    assert action is not None
    if key:
        action.setShortcut(QKeySequence(key))
    action.setObjectName(name)
    return action


def mark_one(menu: QMenu, actions: Collection[QAction], one: QAction | None = None) -> None:
    """Let one of them be marked at a time: the last that was taken, this at first."""
    group = QActionGroup(menu)
    for action in actions:
        action.setCheckable(True)
        group.addAction(action)
    if one is not None:
        one.setChecked(True)


def add_languages(menu: QMenu, spoken: str, speak: Callable[[str], None]) -> None:
    """Let another language be spoken."""
    below = add_menu(menu, tr("Language"))
    languages = {
        code: add(below, words, partial(speak, code), name=f"language-{code}")
        for code, words in imtongue.KNOWN.items()
    }
    mark_one(below, languages.values(), languages.get(spoken))
