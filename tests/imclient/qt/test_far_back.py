"""What was said long ago is found and read where it stands; no server is asked."""

from __future__ import annotations

import gc
from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication
from twisted.internet.task import Clock

from imclient.core import tables
from imclient.core.cache import Cache, cache_path
from imclient.core.records import Message
from imclient.qt.conversation_view import ConversationView
from imclient.qt.excerpt_view import ExcerptView
from improtocol.audience import Audience
from tests.imclient.core.case import at_once

from .windows_case import WindowsCase

COUNT = 120
ALICE, BOB = Audience.of("alice"), Audience.of("bob")


class FarBackTests(WindowsCase):
    """Alice looks at what she holds: of what Bob has said the newest is in memory, the rest on disk."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(tables, "NEWEST", 20)
        self.patch(tables, "PAGE", 15)
        self.patch(tables, "AROUND", 12)
        folder = Path(self.mktemp())
        self.client = self.start(folder)
        self.hold(cache_path(folder, "lab.example", 12000, "alice", self.client.settings.device))
        done = self.client.recall("lab.example", 12000, "alice")
        self.settle()
        self.successResultOf(done)
        self.client.conversations.get(BOB).shown()
        self.window = self.open(self.client)
        self.window.resize(900, 640)
        self.window.activateWindow()
        self.window.conversations.open(BOB)
        self.look_at(self.window)
        self.finding = self.window.conversations.finding

    @staticmethod
    def hold(path: Path) -> None:
        """Let her device hold what was said; each tenth is an answer of hers."""
        cache, place = Cache(path, "alice", at_once, Clock()), 0
        cache.keep_epoch("k3", 0)
        for number in range(COUNT):
            sought = " needle" if number in (30, 100, 110) else ""
            said = [("bob", ALICE, f"m{number}{sought}{' and so on' * (number % 5)}")]
            said += [("alice", BOB, f"mine {number}")] if number % 10 == 0 else []
            for sender, to, text in said:
                place += 1
                cache.keep(place, Message(place, sender, to, text, 60_000 * place))
        cache.close()

    @property
    def view(self) -> ConversationView:
        view = self.window.conversations.current
        assert view is not None
        return view

    def press(self, key: int) -> None:
        QTest.keyClick(QApplication.focusWidget(), key)
        self.settle()
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
        self.assertIsNotNone(self.window.conversations._going._asked)
        self.window.conversations.close_current()
        self.settle()
        disk.let()
        self.wait(0.5)
        gc.collect()  # what nobody handled is told of when it is let go
        self.assertEqual([], self.flushLoggedErrors())
