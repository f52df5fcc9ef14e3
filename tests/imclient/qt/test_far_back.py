"""What was said long ago is found and read where it stands, in a real client at the real server."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from imclient.core import tables
from imclient.qt.conversation_view import ConversationView
from imclient.qt.excerpt_view import ExcerptView
from improtocol.audience import Audience

from .windows_case import WindowsCase

COUNT = 120
BOB = Audience.of("bob")


class FarBackTests(WindowsCase):
    """Alice starts anew: of what Bob has said the newest is in memory, the rest on her disk."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(tables, "NEWEST", 20)
        self.patch(tables, "PAGE", 15)
        self.patch(tables, "AROUND", 12)
        folder = Path(self.mktemp())
        self.bob, alice = self.person("bob"), self.person("alice", folder)
        self.wait(1)
        for number in range(COUNT):
            text = (
                f"m{number}" + (" needle" if number in (30, 100, 110) else "") + " and so on" * (number % 5)
            )
            self.bob.say(Audience.of("alice"), text)
            if number % 10 == 0:
                alice.say(BOB, f"mine {number}")
                self.wait(0.5)
        while len(alice.conversations.get(BOB).messages) < COUNT + COUNT // 10:
            self.wait(1)
        alice.conversations.get(BOB).shown()
        self.wait(1)
        self.end(alice)
        self.dead.add(alice)
        self.client = self.come_in(self.start(folder), "alice")
        self.wait(1)
        self.window = self.open(self.client)
        self.window.resize(900, 640)
        self.window.activateWindow()
        self.window.conversations.open(BOB)
        self.look_at(self.window)
        self.finding = self.window.conversations.finding

    @property
    def view(self) -> ConversationView:
        view = self.window.conversations.current
        assert view is not None
        return view

    def press(self, key: int) -> None:
        QTest.keyClick(QApplication.focusWidget(), key)
        self.wait(0.5)
        QTest.qWait(60)  # a page that came is laid out

    def find(self, words: str) -> None:
        self.window.find_said(words, everywhere=False)
        self.wait(0.5)

    def go_to(self, words: str) -> None:
        self.find(words)
        self.press(Qt.Key.Key_Return)

    def in_sight(self) -> list[str]:
        """Give what is on the screen, up to its first blank."""
        transcript = self.view.reading
        area = transcript.viewport().rect()
        shown = enumerate(transcript.messages.rows)
        return [
            row.text.split()[0]
            for place, row in shown
            if row.said and area.intersects(transcript.visualRect(transcript.messages.index(place)))
        ]

    def test_found(self) -> None:
        """What is on disk is found, the newest first; what is in memory, too."""
        self.find("needle")
        self.assertEqual(
            ["m110", "m100", "m30"], [hit.said.text.split()[0] for hit in self.finding.model.rows]
        )

    def test_gone_to(self) -> None:
        """A message far back is shown with what stands around it; what lies between is not loaded."""
        talk = self.client.conversations.get(BOB)
        held, read = len(talk.messages), talk.read_upto
        self.go_to("needle m30")
        sight = self.in_sight()
        self.assertIn("m30", sight)
        self.assertIn("m29", sight)
        self.assertIn("m31", sight)
        self.assertEqual((held, read), (len(talk.messages), talk.read_upto))
        chosen = self.view.reading.messages.row(self.view.reading.currentIndex())
        self.assertEqual("m30 needle", chosen.text)
        self.assertIs(self.view.reading, QApplication.focusWidget())

    def test_back_to_the_beginning(self) -> None:
        """From there one reads back to the beginning, and nothing is passed over."""
        self.go_to("needle m30")
        seen: set[str] = set()
        for _ in range(60):
            seen.update(self.in_sight())
            if "m0" in seen:
                break
            self.press(Qt.Key.Key_PageUp)
        self.assertLessEqual({f"m{number}" for number in range(31)} | {"mine"}, seen)

    def test_on_to_the_present(self) -> None:
        """From there one reads on, message by message, into the conversation itself, and to its end."""
        self.go_to("needle m30")
        seen: set[str] = set()
        for _ in range(100):
            seen.update(self.in_sight())
            if f"m{COUNT - 1}" in seen:
                break
            self.press(Qt.Key.Key_PageDown)
        self.assertLessEqual({f"m{number}" for number in range(30, COUNT)}, seen)
        self.assertTrue(self.view.at_present)
        self.assertIs(self.view.transcript, QApplication.focusWidget())
        self.assertEqual([], self.window.findChildren(ExcerptView))

    def test_newest(self) -> None:
        """The button, the End key, and whatever one says, lead to the newest."""
        for act in (
            lambda: self.press(Qt.Key.Key_End),
            lambda: WindowsCase.press(self, self.view, "newest"),
            lambda: self.say(self.window, "hello", "bob"),
        ):
            self.go_to("needle m30")
            self.assertFalse(self.view.at_present)
            act()
            QTest.qWait(60)
            self.assertTrue(self.view.at_present)
            self.assertIn(f"m{COUNT - 1}", self.in_sight())

    def test_from_one_to_the_next(self) -> None:
        """F3 goes from what is in memory to what is far back, and back again."""
        self.go_to("needle")
        self.assertTrue(self.view.at_present)
        for expected in ("m100", "m30"):
            self.press(Qt.Key.Key_F3)
            self.assertIn(expected, self.in_sight())
        self.assertFalse(self.view.at_present)
        self.finding.go(-1)
        self.wait(0.5)
        self.assertIn("m100", self.in_sight())

    def test_escape(self) -> None:
        """Escape leads from far back to what was found, and to where one was."""
        before = self.in_sight()
        self.go_to("needle m30")
        self.press(Qt.Key.Key_Escape)
        self.press(Qt.Key.Key_Escape)
        self.assertTrue(self.view.at_present)
        self.assertEqual(before, self.in_sight())

    def test_closed_meanwhile(self) -> None:
        """A tab that is closed while a place far back is fetched is no trouble."""
        self.find("needle m30")
        disk = self.client._run
        disk.held = True
        QTest.keyClick(self.finding.field, Qt.Key.Key_Return)
        self.window.conversations.close_current()
        self.settle()
        disk.let()
        self.wait(0.5)

    def test_receipts(self) -> None:
        """How far a message of one's own came is asked for there, too."""
        self.go_to("mine 30")
        self.assertFalse(self.view.at_present)
        self.press(Qt.Key.Key_Return)
        self.assertEqual("0 of 1 have read it", self.text(self.window, "receiptsHeading"))
