"""A long conversation is read by PageUp, PageDown, Home and End, by the wheel, and from where one stopped."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QWidget
from twisted.internet.defer import Deferred, succeed

from imclient.core.conversation import Conversation
from imclient.core.records import Mark, Message, Past, Talk
from imclient.core.sought import Sought
from imclient.qt.conversation_model import MOST, WINDOW
from imclient.qt.conversation_view import ConversationView
from improtocol.audience import EVERYONE, Audience
from imqt.dress import Choice, Dress
from tests.qt_case import QtCase, app

COUNT = 2 * WINDOW + 20


def said(first: int, last: int) -> list[Message]:
    """Make what three people said to everyone."""
    names = ("alice", "bob", "carol")
    return [
        Message(number, names[number % 3], EVERYONE, f"{number}:" + " and so on" * (number % 12), number)
        for number in range(first, last + 1)
    ]


class Shelf:
    """A disk that holds everything, and gives more at a time than the window on it holds."""

    far = False

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        first = max(1, before - MOST - 50)
        return succeed((said(first, before - 1), first > 1))

    def past(self, audience: Audience, before: int) -> Deferred[Past]:
        raise AssertionError("there is no server")

    def mark(self, audience: Audience, mark: Mark) -> None:
        pass


class LongCase(QtCase):
    """Carol reads what three people said to everyone."""

    def open(self, first: int, last: int, *, read: int = COUNT, unread: int = 0) -> None:
        """Open the conversation; what comes before the first is on disk."""
        talk = Conversation(EVERYONE, "carol")
        talk.restore(Talk(EVERYONE, unread, said(first, last), first > 1, Mark(read, last, unread), None))
        talk.shelf = Shelf()
        view = ConversationView(talk, None, "carol")
        self.addCleanup(view.close_view)
        view.resize(500, 430)
        self.view, self.list = self.show(view), view.transcript
        self.pause()

    def pause(self) -> None:
        """Let the rows be measured, and a page come."""
        QTest.qWait(60)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.list, key)
        self.pause()

    def in_sight(self) -> list[int]:
        """Give the numbers of the messages of which something is on the screen."""
        area, rows = self.list.rect(), self.view.model.rows
        places = ((self.list.visualRect(self.view.model.index(n)), row) for n, row in enumerate(rows))
        return [row.said.number or 0 for where, row in places if row.said and where.intersects(area)]

    def chosen(self) -> int | None:
        row = self.view.model.row(self.list.currentIndex())
        return row.said.number if row.said is not None else None


class ReadingKeysTests(LongCase):
    """What keys do in a conversation longer than the window on it."""

    def setUp(self) -> None:
        super().setUp()
        self.open(1, COUNT)

    def test_back_and_forth(self) -> None:
        """Page by page one comes to the beginning and back to the end, and every message was in sight."""
        app.setActiveWindow(self.view)
        seen, pages = set(self.in_sight()), 0
        for key, goal in ((Qt.Key.Key_PageUp, 1), (Qt.Key.Key_PageDown, COUNT)):
            while goal not in self.in_sight():
                pages += 1
                self.assertLess(pages, COUNT, f"it stands still at {self.in_sight()}")
                self.press(key)
                self.assertIn(self.chosen(), self.in_sight())
                seen.update(self.in_sight())
            self.assertEqual(set(range(1, COUNT + 1)), seen)
            seen.clear()
            seen.update(self.in_sight())
        self.assertTrue(self.view.model.at_end)

    def test_home_and_end(self) -> None:
        """Home goes as far up as there is something to see, again and again; End goes to the newest."""
        for _ in range(8):
            self.press(Qt.Key.Key_Home)
        self.assertIn(1, self.in_sight())
        self.press(Qt.Key.Key_End)
        self.assertIn(COUNT, self.in_sight())
        self.assertEqual(COUNT, self.chosen())
        self.assertTrue(self.view.model.following)


class ReadingBackTests(LongCase):
    """What was said before comes from the disk."""

    def test_a_page_larger_than_the_window(self) -> None:
        """However much comes at once, what was being read stays in sight, and nothing is passed over."""
        last = 2 * MOST + 250
        self.open(last - WINDOW, last)
        seen, before = set[int](), last
        for _ in range(30):  # some pages above where the first from the disk ends
            now = self.in_sight()
            self.assertGreaterEqual(now[-1], before, "it has jumped")
            before = now[0]
            seen.update(now)
            self.list.bar.setValue(self.list.bar.value() - self.list.bar.pageStep() // 2)
            self.pause()
        self.assertLess(before, last - WINDOW)
        self.assertEqual(set(range(before, last + 1)), seen)


class PlaceTests(LongCase):
    """One stays where one reads, whatever happens to the window."""

    def scroll(self) -> list[int]:
        """Scroll up; give what is in sight."""
        self.list.bar.setValue(self.list.bar.maximum() // 2)
        self.pause()
        return self.in_sight()

    def test_another_width(self) -> None:
        """What is being read stays in sight when the window gets narrower, and when it is wide again."""
        self.open(1, COUNT)
        before = self.scroll()
        for width in (320, 500, 280, 900, 500):
            for wide in range(width + 60, width - 1, -15):  # as by the mouse
                self.view.resize(wide, 430)
            self.pause()
            self.assertEqual(before[0], self.in_sight()[0], width)

    def test_another_type(self) -> None:
        """What is being read stays in sight with larger type, and with the usual one again."""
        dress = Dress(app, Choice.LIGHT)
        self.addCleanup(dress.wear, Choice.LIGHT, 1.0)
        self.open(1, COUNT)
        before = self.scroll()
        for scale in (1.5, 1.0, 0.8, 1.0):
            dress.wear(Choice.LIGHT, scale)
            self.pause()
            self.assertEqual(before[0], self.in_sight()[0], scale)

    def test_looked_away(self) -> None:
        """Who has scrolled to a place and looks away, as at a window over it, finds the place again."""
        self.open(1, COUNT, read=COUNT - 30, unread=30)
        self.view.arrive()
        self.pause()
        self.press(Qt.Key.Key_Home)
        before, unread = self.in_sight(), self.view.conversation.unread
        self.assertLess(before[-1], COUNT - 30)
        self.view.leave(0)
        self.view.leave(0)
        self.view.arrive()
        self.pause()
        self.assertEqual(before[0], self.in_sight()[0])
        self.assertEqual(unread, self.view.conversation.unread)
        self.view.turn_away()
        self.view.arrive()
        self.pause()
        self.assertIn(COUNT - unread + 1, self.in_sight())

    def test_past_what_is_unread(self) -> None:
        """Who goes to what was found past unread messages has read none of them, and does once they stay."""
        self.open(1, COUNT, read=COUNT - 90, unread=90)
        self.view.arrive()
        self.pause()
        unread, place = self.view.conversation.unread, self.view.place()
        self.assertGreater(unread, 60)
        for number in (COUNT - 30, COUNT):
            self.view.go_to_number(number, Sought.of(f"{number}:"))
            self.pause()
            self.assertIn(number, self.in_sight())
            self.assertFalse(self.view.at_end())
            self.assertEqual(unread, self.view.conversation.unread)
        self.view.go_back(place)
        self.pause()
        self.assertEqual(unread, self.view.conversation.unread)
        self.view.go_to_number(COUNT - 30, Sought.of("on"))
        self.pause()
        self.view.stay()
        self.pause()
        self.assertLess(self.view.conversation.unread, unread - 20)


class NewestTests(LongCase):
    """Very much is new."""

    def test_button(self) -> None:
        """At the first of more new messages than the window holds one is offered the way to the newest."""
        new = MOST + 50
        self.open(1, COUNT + new, read=COUNT, unread=new)
        self.view.arrive()
        self.pause()
        self.assertFalse(self.view.model.at_end)
        button = self.view.findChild(QWidget, "newest")
        assert button is not None
        self.assertTrue(button.isVisible())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.pause()
        self.assertIn(COUNT + new, self.in_sight())
