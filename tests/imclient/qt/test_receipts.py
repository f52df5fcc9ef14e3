"""How far one's own messages came, as the window shows it: at the real server, in memory."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QWidget
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.conversations import Progress, Said
from imclient.core.records import Receipt
from imclient.qt.main_window import MainWindow
from imclient.qt.message_state import state
from imclient.qt.receipts_view import ReceiptsView
from improtocol.audience import EVERYONE, Audience

from .windows_case import WindowsCase

KEY = Qt.Key


class StateTests(SynchronousTestCase):
    def said(self, to: Audience, *receipt: int, offline: tuple[str, ...] = ()) -> str:
        said = Said(to, "alice", to, "hello", 0.0, 7, mine=True)
        if receipt:
            said.came(Receipt(*receipt, offline=offline))
        return state(said, "alice").words

    def test_one(self) -> None:
        """To one it is sent, delivered, read; and who is not connected is named."""
        bob = Audience.of("bob")
        self.assertEqual("sent to bob", self.said(bob))
        self.assertEqual("waiting for bob, who is not connected", self.said(bob, 0, 0, 1, offline=("bob",)))
        self.assertEqual("delivered to bob", self.said(bob, 1, 0, 1))
        self.assertEqual("read by bob", self.said(bob, 1, 1, 1))

    def test_several(self) -> None:
        """To several it is counted."""
        both = Audience.of("bob", "carol")
        self.assertEqual("sent to bob, carol", self.said(both, 0, 0, 2))
        self.assertEqual(
            "1 of 2 delivered, waiting for carol, who is not connected",
            self.said(both, 1, 0, 2, offline=("carol",)),
        )
        self.assertEqual("delivered to both", self.said(both, 2, 0, 2))
        self.assertEqual("1 of 2 read", self.said(both, 2, 1, 2))
        self.assertEqual("read by both", self.said(both, 2, 2, 2))

    def test_everyone(self) -> None:
        """To everyone, too."""
        self.assertEqual("27 of 30 read", self.said(EVERYONE, 28, 27, 30))
        self.assertEqual("read by all 30", self.said(EVERYONE, 30, 30, 30))

    def test_not_in_the_log(self) -> None:
        """What waits, was refused or is a note says so, and opens nothing."""
        bob, me = Audience.of("bob"), Audience.of("alice")
        waits = Said(bob, "alice", bob, "hello", 0.0, mine=True, progress=Progress.WAITING)
        note = Said(me, "alice", me, "milk", 0.0, 7, mine=True)
        self.assertEqual("waiting, to bob", state(waits, "alice").words)
        self.assertEqual("kept as a note", state(note, "alice").words)
        self.assertFalse(state(waits, "alice").opens or state(note, "alice").opens)


class ReceiptsTests(WindowsCase):
    """Alice says something to Bob and Carol."""

    def click_state(self, window: MainWindow) -> ReceiptsView:
        """Click on how far the last message came."""
        self.settle()
        view = window.conversations.current
        assert view is not None
        view.model.flush()
        transcript = view.transcript
        index = view.model.index(len(view.model.rows) - 1)
        transcript.scrollToBottom()
        self.settle()
        place = transcript._place_of_state(index).toAlignedRect()
        QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
        self.settle()
        shown = window.findChild(ReceiptsView)
        self.assertIsNotNone(shown)
        return shown

    def names(self, shown: ReceiptsView) -> list[str]:
        return [row.in_words() for row in shown.model.rows]

    def test_how_far(self) -> None:
        """It is delivered, then read by one, then by both; the words under it follow."""
        alice, bob, carol = (self.window(name) for name in ("alice", "bob", "carol"))
        self.say(alice, "Lunch?", "bob", "carol")
        self.wait(3)
        self.assertIn("delivered to both", self.words(alice)[-1])
        for window, others, words in (
            (bob, ["alice", "carol"], "1 of 2 read"),
            (carol, ["alice", "bob"], "read by both"),
        ):
            self.look_at(window)
            window.write_to(others)
            self.wait(3)
            self.assertIn(words, self.words(alice)[-1])

    def test_names(self) -> None:
        """A click shows the names in groups, and follows what happens; Escape closes it."""
        alice, bob, carol = (self.window(name) for name in ("alice", "bob", "carol"))
        back = self.leave(carol)
        self.say(alice, "Lunch?", "bob", "carol")
        self.wait(3)
        self.assertIn("1 of 2 delivered, waiting for carol, who is not connected", self.words(alice)[-1])
        shown = self.click_state(alice)
        self.wait(1)
        self.assertEqual("0 of 2 have read it", self.text(alice, "receiptsHeading"))
        names = self.names(shown)
        self.assertEqual(
            ["Not delivered yet, 1", "Delivered, not read yet, 1", "bob"], [names[0], *names[2:]]
        )
        self.assertIn("carol, waits, last seen", names[1])
        self.look_at(bob)
        bob.write_to(["alice", "carol"])
        back()
        self.settle()
        for _ in range(2):
            QTest.qWait(50)
            self.wait(1)
        self.assertEqual(["Delivered, not read yet, 1", "carol", "Read, 1", "bob"], self.names(shown))
        self.assertEqual("1 of 2 has read it", self.text(alice, "receiptsHeading"))
        self.assertFalse(alice.findChild(QWidget, "sayAgainToThem").isVisible())
        QTest.keyClick(shown, KEY.Key_Escape)
        self.settle()
        self.assertIsNone(alice.findChild(ReceiptsView))

    def test_say_again(self) -> None:
        """Said again it goes to those who miss it, when Send is pressed and not before."""
        alice, _bob, carol = (self.window(name) for name in ("alice", "bob", "carol"))
        self.leave(carol)
        self.say(alice, "Lunch?", "bob", "carol")
        self.wait(3)
        said = len(self.real.entries)
        self.click_state(alice)
        self.wait(1)
        self.settle()
        self.press(alice, "sayAgainToThem")
        self.assertIsNone(alice.findChild(ReceiptsView))
        view = alice.conversations.current
        self.assertEqual(
            (Audience.of("carol"), "Lunch?"), (view.conversation.audience, alice.composer.edit.toPlainText())
        )
        self.assertEqual(said, len(self.real.entries))

    def test_by_key(self) -> None:
        """Enter on a message of one's own opens it, and without a connection it says so."""
        alice, _bob = (self.window(name) for name in ("alice", "bob"))
        self.say(alice, "Lunch?", "bob")
        self.wait(3)
        self.leave(alice)
        transcript = alice.conversations.current.transcript
        transcript.messages.flush()
        transcript.setCurrentIndex(transcript.messages.index(len(transcript.messages.rows) - 1))
        QTest.keyClick(transcript, KEY.Key_Return)
        self.settle()
        self.assertEqual("Not connected.", self.text(alice, "receiptsWords"))

    def test_in_the_window(self) -> None:
        """It stands within the window, however small that is."""
        alice, _bob = (self.window(name) for name in ("alice", "bob"))
        self.say(alice, "Lunch?", "bob")
        self.wait(3)
        alice.resize(480, 480)
        self.settle()
        shown = self.click_state(alice)
        self.wait(1)
        self.settle()
        self.assertTrue(alice.rect().contains(shown.geometry()), shown.geometry())
        self.assertTrue(shown.rect().contains(shown.list.mapTo(shown, QPoint(1, 1))))
