"""Menus, as both windows make them."""

from __future__ import annotations

from PyQt5.QtWidgets import QMenu

import imtongue
from imqt import menus
from tests.qt_case import QtCase


class MenuTests(QtCase):
    """A menu, and what was done."""

    def setUp(self) -> None:
        super().setUp()
        self.menu = QMenu()
        self.addCleanup(self.menu.deleteLater)
        self.done: list[object] = []

    def test_act(self) -> None:
        """What stands in it is done once when it is chosen, and has its key and its name."""
        act = menus.add(self.menu, "Do it", lambda: self.done.append("it"), "Ctrl+I", "doIt")
        act.trigger()
        self.assertEqual((["it"], "Ctrl+I", "doIt"), (self.done, act.shortcut().toString(), act.objectName()))

    def test_switch(self) -> None:
        """What can be so or not is told how it is now; to make it is to tell nobody."""
        switch = menus.add_switch(self.menu, "So", self.done.append, on=True)
        switch.trigger()
        switch.setChecked(True)
        self.assertEqual([False, True], self.done)

    def test_one_of_them(self) -> None:
        """Of some one is marked: the one it began with, then the last that was taken."""
        acts = [menus.add(self.menu, word, lambda: None) for word in ("one", "two", "three")]
        menus.mark_one(self.menu, acts, acts[1])
        marked = [[one.isChecked() for one in acts]]
        acts[2].trigger()
        marked.append([one.isChecked() for one in acts])
        self.assertEqual([[False, True, False], [False, False, True]], marked)

    def test_languages(self) -> None:
        """Every language that is known can be chosen, and is told by its code."""
        menus.add_languages(self.menu, "de", self.done.append)
        (below,) = self.menu.findChildren(QMenu)
        self.assertEqual([*imtongue.KNOWN.values()], [one.text() for one in below.actions()])
        self.assertEqual(["Deutsch"], [one.text() for one in below.actions() if one.isChecked()])
        for one in below.actions():
            one.trigger()
        self.assertEqual([*imtongue.KNOWN], self.done)
