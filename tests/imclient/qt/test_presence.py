"""How one is shown to others, and others to oneself: at the real server, in memory."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QWidget

from imclient.core.roster import Presence
from imclient.qt.main_window import MainWindow
from imqt.plain import PlainLabel

from .windows_case import WindowsCase

KEY = Qt.Key
MARKUP = "<b>back</b> &amp; forth"


class PresenceTests(WindowsCase):
    """Alice goes, and Bob looks."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = (self.window(name) for name in ("alice", "bob"))
        self.wait(1)

    def roster(self, window: MainWindow) -> list[str]:
        window.roster.model.refresh()
        return [row.in_words() for row in window.roster.model.rows]

    def command(self, window: MainWindow, text: str) -> None:
        QTest.keyClicks(window.composer.edit, text)
        QTest.keyClick(window.composer.edit, KEY.Key_Return)
        self.wait(1)

    def test_renamed(self) -> None:
        """Who is called otherwise is told to those who knew them, wherever they look."""
        self.command(self.alice, "/newname ally")
        self.assertEqual("alice is called ally now.", self.bob.findChild(PlainLabel, "news").text())

    def trigger(self, window: MainWindow, name: str) -> QAction:
        action = window.findChild(QAction, name)
        action.trigger()
        self.wait(1)
        return action

    def test_away_with_a_text(self) -> None:
        """Said by a slash, it stands at one's own name and in the others' rosters, as it was written."""
        self.command(self.alice, f"/away {MARKUP}")
        self.assertEqual(f"Away: {MARKUP}", self.text(self.alice, "meState"))
        self.assertEqual(f"You are shown as away: {MARKUP}", self.text(self.alice, "news"))
        self.assertIn(f"alice, away, Away: {MARKUP}", self.roster(self.bob))
        self.command(self.alice, "/online")
        self.assertEqual("Online", self.text(self.alice, "meState"))
        self.assertIn("alice, online, Online", self.roster(self.bob))

    def test_hint(self) -> None:
        """Whoever writes to somebody who is away reads why."""
        self.say(self.bob, "Hello", "alice")
        self.command(self.alice, "/away back at two")
        QTest.qWait(50)
        self.assertEqual("alice is away: back at two", self.text(self.bob, "hint"))
        self.assertIn("alice, away, Away: back at two", self.roster(self.bob))

    def test_by_the_menu(self) -> None:
        """The menu does the same, and tells which it is."""
        away = self.trigger(self.alice, "show-away")
        self.assertTrue(away.isChecked())
        self.assertIs(Presence.AWAY, self.bob._client.roster.get("alice").presence)
        self.trigger(self.alice, "show-online")
        self.assertFalse(away.isChecked())
        self.assertIs(Presence.ONLINE, self.bob._client.roster.get("alice").presence)

    def test_line(self) -> None:
        """The line is written where it stands: Enter shows it, Escape leaves it as it was."""
        self.trigger(self.alice, "writeLine")
        line = self.alice.findChild(QWidget, "statusLine")
        self.assertTrue(line.isVisible())
        QTest.keyClicks(line, "At the bench")
        QTest.keyClick(line, KEY.Key_Return)
        self.wait(1)
        self.assertFalse(line.isVisible())
        self.assertIn("alice, online, At the bench", self.roster(self.bob))
        self.press(self.alice, "editLine")
        QTest.keyClicks(line, "no")
        QTest.keyClick(line, KEY.Key_Escape)
        self.wait(1)
        self.assertEqual("At the bench", self.text(self.alice, "meState"))

    def test_too_long(self) -> None:
        """What the server would refuse is said, and shown to nobody."""
        self.trigger(self.alice, "writeLine")
        line = self.alice.findChild(QWidget, "statusLine")
        line.setText("\u00e4" * 200)
        QTest.keyClick(line, KEY.Key_Return)
        self.wait(1)
        self.assertIn("256 bytes", self.text(self.alice, "news"))
        self.assertEqual("Online", self.text(self.alice, "meState"))

    def test_after_a_return(self) -> None:
        """It is shown again after the link was broken."""
        self.command(self.alice, "/away back at two")
        back = self.leave(self.alice)
        self.assertEqual("Offline", self.text(self.alice, "meState"))
        back()
        self.assertEqual("Away: back at two", self.text(self.alice, "meState"))
        self.assertIn("alice, away, Away: back at two", self.roster(self.bob))
