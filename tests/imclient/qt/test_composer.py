"""Where the text is typed."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QLineEdit, QMenu

from imclient.qt.message_edit import MessageEdit
from imqt.plain import Notice, PlainLabel
from tests.qt_case import QtCase

from .windows_case import WindowsCase


class MessageEditTests(QtCase):
    def test_a_thousand_faces(self) -> None:
        """What was measured of a text is kept to paint it, and no bar that comes breaks its lines anew."""
        edit = self.show(MessageEdit())
        edit.resize(500, 60)
        self.settle()
        viewport, bar = edit.viewport(), edit.verticalScrollBar()
        before = viewport.width()
        self.assertFalse(bar.isEnabled())
        edit.insertPlainText("one\n" + "😀" * 1000 + "\nthree")
        self.settle()
        self.assertEqual((before, True), (viewport.width(), bar.isEnabled()))
        blocks = [edit.document().findBlockByNumber(number) for number in range(3)]
        self.assertEqual([True] * 3, [block.layout().cacheEnabled() for block in blocks])


class BesideTests(WindowsCase):
    """What is typed beside the composer, and what can be taken from a message."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.window("alice")
        self.say(self.alice, "The number is 4711.", "alice")
        assert self.alice.conversations.current is not None
        self.transcript = self.alice.conversations.current.transcript

    def test_letters_go_on(self) -> None:
        """Letters typed in the conversation are written, and those typed among the people search."""
        self.transcript.setFocus()
        QTest.keyClicks(self.transcript, "the")
        self.assertEqual("the", self.alice.composer.edit.toPlainText())
        self.assertTrue(self.alice.composer.edit.hasFocus())
        QTest.keyClicks(self.alice.roster.list, "al")
        self.assertEqual("al", self.alice.findChild(QLineEdit, "findPerson").text())

    def test_go_on_behind_what_was_begun(self) -> None:
        """They go on where one was writing, and take nothing away."""
        QTest.keyClicks(self.alice.composer.edit, "half a ")
        QTest.keyClicks(self.transcript, "t")
        self.assertEqual("half a t", self.alice.composer.edit.toPlainText())

    def test_no_letters(self) -> None:
        """A blank, and what is pressed with Ctrl or Alt, are no letters: they do what they always did."""
        for widget in (self.transcript, self.alice.roster.list):
            for key, text, held in (
                (Qt.Key_Space, " ", Qt.NoModifier),
                (Qt.Key_Y, "y", Qt.AltModifier),
                (Qt.Key_J, "j", Qt.ControlModifier),
            ):
                widget.keyPressEvent(QKeyEvent(QEvent.KeyPress, key, held, text))
        self.assertEqual("", self.alice.composer.edit.toPlainText())
        self.assertEqual("", self.alice.findChild(QLineEdit, "findPerson").text())

    def test_beside_a_window_of_its_own(self) -> None:
        """They go to the composer that stands in the same window, and so does a quotation."""
        self.alice.conversations.set_current_apart()
        self.settle()
        apart = self.transcript.window()
        self.assertIsNot(self.alice, apart)
        QTest.keyClicks(self.transcript, "x")
        self.transcript.quoted.emit("> y\n")
        self.assertEqual(
            ("> y\nx", ""), (apart.composer.edit.toPlainText(), self.alice.composer.edit.toPlainText())
        )

    def test_a_part(self) -> None:
        """A message that is double-clicked, or by its menu, is shown alone and lets a part be chosen."""
        self.transcript.messages.flush()
        rows = self.transcript.messages.rows
        said = rows[-1].said
        assert said is not None
        menu = QMenu()
        self.transcript._offer_for(menu, said)
        (choose,) = [act for act in menu.actions() if act.text() == "Choose a part of it…"]
        place = self.transcript.messages.index(len(rows) - 1)
        for show in (choose.trigger, lambda: self.transcript.doubleClicked.emit(place)):
            show()
            notice = self.alice.findChild(Notice)
            (words,) = [one for one in notice.findChildren(PlainLabel) if "4711" in one.text()]
            self.assertTrue(words.textInteractionFlags() & Qt.TextSelectableByMouse)
            notice.close()
            self.settle()
