"""Everything in the server's window is reached by keyboard, and says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QHeaderView, QMenu, QPushButton, QWidget
from twisted.internet.defer import Deferred

import imtongue
from imqt.dress import Choice
from imqt.plain import Notice
from imserver.window.deed import Deed
from imserver.window.entrance_dialog import ELSEWHERE, HERE, NEW, EntranceDialog
from imserver.window.keys_window import KeysWindow
from imserver.window.main_window import MainWindow
from imserver.window.people_model import Column
from tests import reach

from .case import WindowCase

#: What Tab need not reach: the menu sorts, too.
BUT = (QHeaderView,)


def refuse(*_: object) -> Deferred[None]:
    """Let nobody in yet."""
    return Deferred()


class ReachCase(WindowCase):
    """The window, with somebody chosen, so that all can be pressed."""

    def chosen(self) -> MainWindow:
        self.stage.enter("bob")
        window = self.window()
        window.people.choose("bob")
        window.activateWindow()
        self.wait()
        return window

    def deed(self, window: MainWindow) -> Deed:
        return next(deed for deed in window.findChildren(Deed) if deed.isVisible())

    def deeds(self, window: MainWindow) -> Iterator[Deed]:
        """Open each of the small windows, one after the other."""
        acts = (window.invite, window.reset_password, window.suspend, window.disconnect_, window.back_up)
        for act in (*acts, window.make_administrator):
            act()
            self.settle()
            deed = self.deed(window)
            yield deed
            deed.reject()
            self.settle()


class KeyboardTests(ReachCase):
    """What the keys reach."""

    def test_window(self) -> None:
        """In the main window Tab reaches every control, with an answer open too."""
        window = self.chosen()
        self.type_line(window, "/who")
        window.people.choose("bob")
        self.assertEqual([], reach.missed(window, BUT))
        self.assertEqual([], reach.silent(window))

    def test_would_be_found(self) -> None:
        """A control that no key reaches is found."""
        window = self.chosen()
        window.head.invite.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.assertEqual(["QPushButton invite"], reach.missed(window, BUT))

    def test_entrances(self) -> None:
        """So it is in each of the first windows."""
        for asked in (NEW, HERE, ELSEWHERE):
            dialog = self.show(EntranceDialog(asked, "ada", refuse))
            dialog.activateWindow()
            self.settle()
            self.assertEqual([], reach.missed(dialog, BUT), asked.heading)
            self.assertEqual([], reach.silent(dialog), asked.heading)
            dialog.close()

    def test_small_windows(self) -> None:
        """And in each of the small ones."""
        seen = set()
        for deed in self.deeds(self.chosen()):
            seen.add(deed.windowTitle())
            self.assertEqual([], reach.missed(deed, BUT), deed.windowTitle())
            self.assertEqual([], reach.silent(deed), deed.windowTitle())
        self.assertEqual(6, len(seen))

    def test_parts(self) -> None:
        """F6 goes from one part of the window to the next, and round."""
        window = self.chosen()
        window.line.field.setFocus()
        seen = []
        for _ in range(5):
            window.step_pane(1)
            seen.append(cast(QWidget, QApplication.focusWidget()).objectName())
        self.assertEqual(["find", "people", "wire", "figures", "command"], seen)
        window.step_pane(-1)
        self.assertEqual("figures", cast(QWidget, QApplication.focusWidget()).objectName())

    def test_sorting(self) -> None:
        """The menu sorts by any column, and asked again the other way round."""
        window = self.chosen()
        window.people.sort(0)
        self.assertEqual(["ada", "bob"], [row.split(",")[0] for row in self.rows()])
        window.people.sort(0)
        self.assertEqual(["bob", "ada"], [row.split(",")[0] for row in self.rows()])

    def test_every_action(self) -> None:
        """Each action of the menus has words, and no two have the same key."""
        window = self.chosen()
        menus = window.menuBar().findChildren(QMenu)  # type: ignore[union-attr]
        actions = [one for menu in menus for one in menu.actions() if not one.isSeparator()]
        keys = [one.shortcut().toString() for one in actions if not one.shortcut().isEmpty()]
        self.assertEqual(sorted(set(keys)), sorted(keys))
        self.assertEqual([], [one.objectName() for one in actions if not one.text()])


class EnterTests(ReachCase):
    """Enter presses what has the keyboard, and does no harm of itself."""

    def press(self, *keys: Qt.Key) -> None:  # type: ignore[override]
        for key in keys:
            QTest.keyClick(QApplication.focusWidget(), key)
        self.wait()

    def test_danger(self) -> None:
        """Enter alone leaves what cannot be undone; Tab to the button and Enter does it."""
        window = self.chosen()
        window.reset_password()
        self.settle()
        self.press(Qt.Key_Return)
        self.assertEqual([], [one for one in window.findChildren(Deed) if one.isVisible()])
        window.reset_password()
        self.settle()
        while cast(QWidget, QApplication.focusWidget()).objectName() != "deedAct":
            self.press(Qt.Key_Tab)
        self.press(Qt.Key_Return)
        self.assertRegex(self.text(window, "deedResult"), r"\w{4}")

    def test_stop(self) -> None:
        """So it is where the server is to be stopped."""
        window = self.chosen()
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        window.stop()
        self.settle()
        self.press(Qt.Key_Return)
        self.assertEqual([], closed)
        window.stop()
        self.settle()
        notice = next(one for one in window.findChildren(Notice) if one.isVisible())
        act = next(one for one in notice.findChildren(QPushButton) if one.text() == "Stop the server")
        while QApplication.focusWidget() is not act:
            self.press(Qt.Key_Tab)
        self.press(Qt.Key_Return)
        self.assertEqual([True], closed)

    def test_field(self) -> None:
        """Enter in a field that was filled in does what it was filled in for."""
        window = self.chosen()
        window.suspend()
        self.settle()
        QTest.keyClicks(QApplication.focusWidget(), "until we have talked")
        self.press(Qt.Key_Return)
        self.assertTrue([row for row in self.rows() if row.startswith("bob, suspended")], self.rows())


class SizeTests(ReachCase):
    """However large the type and small the window."""

    def test_large(self) -> None:
        """With type twice as large nothing is cut off, nor in a language of longer words."""
        self.addCleanup(self.dress.wear, Choice.LIGHT, 1.0)
        self.addCleanup(imtongue.speak, "en")
        imtongue.speak("de")
        window = self.chosen()
        window.dress.wear(Choice.LIGHT, 2.0)
        window.resize(1180, 760)
        self.settle()
        self.assertEqual([], reach.cut_off(window))
        self.assertEqual([], self.narrow(window))
        window.resize(window.minimumSize())
        self.settle()
        self.assertEqual([], self.narrow(window))

    def narrow(self, window: QWidget) -> list[str]:
        """Give the buttons that have no room for what they say."""
        buttons = [one for one in window.findChildren(QPushButton) if one.isVisible()]
        return [one.accessibleName() for one in buttons if one.width() < one.sizeHint().width()]

    def test_large_deeds(self) -> None:
        """So it is in the small windows, and all of their words are seen."""
        self.addCleanup(self.dress.wear, Choice.LIGHT, 1.0)
        self.addCleanup(imtongue.speak, "en")
        imtongue.speak("de")
        window = self.chosen()
        window.dress.wear(Choice.LIGHT, 2.0)
        for deed in self.deeds(window):
            self.assertEqual([], self.narrow(deed), deed.windowTitle())
            for label in reach.labels(deed):
                needed = label.heightForWidth(label.width()) if label.wordWrap() else 0
                self.assertGreaterEqual(label.height(), needed, label.text())

    def test_keys(self) -> None:
        """What the keys do is told in full, also where it takes two lines."""
        window = self.chosen()
        window.tell_keys()
        self.settle()
        (keys,) = window.findChildren(KeysWindow)
        self.assertLess(keys.width(), window.width())
        for label in reach.labels(keys):
            needed = label.heightForWidth(label.width()) if label.wordWrap() else 0
            self.assertGreaterEqual(label.height(), needed, label.text())

    def test_narrow(self) -> None:
        """Where there is no room for all columns some give way, so that the others can be read; and back."""
        window = self.chosen()
        window.resize(window.minimumSize())
        self.settle()
        header = window.people.horizontalHeader()
        assert header is not None
        hidden = {column for column in Column if window.people.isColumnHidden(column)}
        self.assertEqual({Column.LAST, Column.DEVICES}, hidden)
        for column in set(Column) - hidden:
            self.assertGreaterEqual(window.people.columnWidth(column), header.sectionSizeHint(column))
        window.resize(window.sizeHint())
        self.settle()
        self.assertFalse(window.people.isColumnHidden(Column.LAST))

    def test_small(self) -> None:
        """In a small window all columns have room, and the figures are scrolled."""
        window = self.chosen()
        window.resize(window.minimumSize())
        self.settle()
        self.assertEqual([], reach.cut_off(window))
        bar = window.people.horizontalScrollBar()
        assert bar is not None
        self.assertEqual(0, bar.maximum())
        least = window.figures.messages.minimumSizeHint().height()
        self.assertGreaterEqual(window.figures.messages.height(), least)

    def test_error(self) -> None:
        """A first window that has something to complain of grows, and nothing in it is cut."""
        dialog = self.show(EntranceDialog(NEW, "ada", refuse))
        self.settle()
        dialog.refuse("This is a long sentence on what is wrong here. " * 6)
        self.settle()
        for label in reach.labels(dialog):
            self.assertGreaterEqual(label.height(), label.heightForWidth(label.width()), label.text())
