"""Lists that change: when what has gathered is shown."""

from __future__ import annotations

from PyQt5.QtCore import QObject
from PyQt5.QtWidgets import QApplication

from imqt.row_list import Gathering
from tests.qt_case import QtCase

#: Turns of the loop after which everything has come that was asked for.
TURNS = 50


class GatheringTests(QtCase):
    def test_one_in_a_turn(self) -> None:
        """Of several that are due one acts in a turn of the loop, and each acts once."""
        owner, acted, at_most = QObject(), list[int](), 0
        for number in range(4):
            one = Gathering(lambda number=number: acted.append(number), owner)  # type: ignore[misc]
            one.soon()
            one.soon()
        for _ in range(TURNS):
            before = len(acted)
            QApplication.processEvents()
            at_most = max(at_most, len(acted) - before)
        self.assertEqual([0, 1, 2, 3], sorted(acted))
        self.assertEqual(1, at_most)

    def test_at_once(self) -> None:
        """Who asks for it now has it now, whoever else has acted."""
        owner, acted = QObject(), list[str]()
        for name in ("one", "another"):
            Gathering(lambda name=name: acted.append(name), owner).now()  # type: ignore[misc]
        self.assertEqual(["one", "another"], acted)
