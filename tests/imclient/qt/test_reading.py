"""Where one stopped reading, and what was said before: at the real server, in memory."""

from __future__ import annotations

from PyQt5.QtCore import QPoint
from PyQt5.QtTest import QTest

from imclient.core.client import Client
from imclient.core.records import Past
from imclient.qt.conversation_rows import Kind
from imclient.qt.conversation_view import ConversationView
from imclient.qt.main_window import MainWindow
from imclient.qt.reading_back import BEGINNING, ELSEWHERE
from improtocol.audience import Audience

from .windows_case import WindowsCase

ALICE, BOB = Audience.of("alice"), Audience.of("bob")


class ReadingCase(WindowsCase):
    def talk(self, client: Client, to: Audience, count: int, first: int = 0) -> None:
        """Say many things, in a tempo that the server likes."""
        for number in range(first, first + count):
            client.say(to, f"line {number}")
            if number % 10 == 9:
                self.wait(2.5)
        self.wait(2)

    def pass_time(self) -> None:
        """Let the clock and the screen go on together."""
        for _ in range(4):
            QTest.qWait(40)
            self.wait(0.5)

    def view(self, window: MainWindow) -> ConversationView:
        view = window.conversations.current
        assert view is not None
        return view

    def kinds(self, window: MainWindow) -> list[Kind]:
        self.view(window).model.flush()
        return [row.kind for row in self.view(window).model.rows]


class NewTests(ReadingCase):
    """Bob says something while Alice looks elsewhere."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = (self.window(name) for name in ("alice", "bob"))
        self.talk(self.bob._client, ALICE, 3)
        self.look_at(self.alice)
        self.alice.write_to(["bob"])
        self.pass_time()
        self.unread = self.alice._client.conversations.get(BOB)

    def test_few(self) -> None:
        """Where all that is new fits on the screen a line stands above it, and it is read."""
        self.look_at(self.alice, False)
        self.talk(self.bob._client, ALICE, 2, 3)
        self.assertEqual(2, self.unread.unread)
        self.look_at(self.alice)
        self.pass_time()
        self.assertEqual(3, self.kinds(self.alice).index(Kind.NEW) - 1)
        self.assertEqual(0, self.unread.unread)
        self.assertTrue(self.view(self.alice).transcript.at_end())

    def test_many(self) -> None:
        """Where it does not fit, it is shown from the line on, and read as far as it was seen."""
        self.look_at(self.alice, False)
        self.talk(self.bob._client, ALICE, 60, 3)
        self.look_at(self.alice)
        self.pass_time()
        view = self.view(self.alice)
        new = view.model.index(self.kinds(self.alice).index(Kind.NEW))
        self.assertTrue(0 <= view.transcript.visualRect(new).top() < view.transcript.height() // 2)
        self.assertFalse(view.transcript.at_end())
        left = self.unread.unread
        self.assertTrue(0 < left < 60, left)
        view.transcript.bar.setValue(view.transcript.bar.value() + 400)
        self.pass_time()
        self.assertTrue(0 < self.unread.unread < left)
        self.press(view, "newest")
        self.pass_time()
        self.assertEqual(0, self.unread.unread)

    def test_all_is_new(self) -> None:
        """Where all is new no line says so, and it is shown from its first message on."""
        carol = self.person("carol")
        self.talk(carol, ALICE, 60)
        self.alice.write_to(["carol"])
        self.pass_time()
        view = self.view(self.alice)
        self.assertNotIn(Kind.NEW, self.kinds(self.alice))
        self.assertEqual(0, view.transcript.bar.value())
        self.assertTrue(0 < view.conversation.unread < 60)

    def test_saying_something(self) -> None:
        """Whoever answers goes to the end, and has read what is there."""
        self.look_at(self.alice, False)
        self.talk(self.bob._client, ALICE, 60, 3)
        self.look_at(self.alice)
        self.pass_time()
        self.assertFalse(self.view(self.alice).transcript.at_end())
        self.say(self.alice, "I see.")
        self.pass_time()
        self.assertTrue(self.view(self.alice).transcript.at_end())
        self.assertEqual(0, self.unread.unread)

    def test_badge(self) -> None:
        """A count of two digits has room in its tab."""
        tabs = self.alice.conversations.tabs
        index = [title for _, title, _ in tabs.titles()].index("bob")
        for unread in (9, 12, 99, 100):
            tabs.show_unread(index, unread)
            self.settle()
            badge = tabs.tabButton(index, tabs.RightSide)
            self.assertGreaterEqual(badge.width(), badge.sizeHint().width())

    def test_not_looked_at(self) -> None:
        """What is on the screen of a window that nobody looks at is not read."""
        self.look_at(self.alice, False)
        self.talk(self.bob._client, ALICE, 1, 3)
        self.pass_time()
        self.assertEqual(1, self.unread.unread)
        self.assertIn(("person", "bob", 1), self.alice.conversations.tabs.titles())

    def test_read_elsewhere(self) -> None:
        """What was read on another device is not unread here."""
        phone = self.come_in(self.start(), "alice")
        self.look_at(self.alice, False)
        self.talk(self.bob._client, ALICE, 2, 3)
        phone.conversations.get(BOB).shown()
        self.wait(3)
        self.pass_time()
        self.assertIn(("person", "bob", 0), self.alice.conversations.tabs.titles())


class ReadingBackTests(ReadingCase):
    """Alice has talked with Bob on one device, and comes with another."""

    COUNT = 230

    def new_device(self) -> MainWindow:
        alice = self.open(self.come_in(self.start(), "alice"))
        self.look_at(alice)
        self.pass_time()
        return alice

    def back_at_bobs(self) -> MainWindow:
        """Give the new device, at what Bob said to the old one."""
        bob = self.person("bob")
        self.person("alice")
        self.talk(bob, ALICE, self.COUNT)
        alice = self.new_device()
        alice.write_to(["bob"])
        self.pass_time()
        return alice

    def read_back(self, view: ConversationView, pages: int) -> None:
        for _ in range(pages):
            view.transcript.bar.setValue(0)
            self.pass_time()

    def first(self, window: MainWindow) -> str:
        """Give the text of the oldest message that is shown."""
        model = self.view(window).model
        return next(row.text for row in model.rows if row.kind is Kind.MESSAGE)

    def test_back_to_the_beginning(self) -> None:
        """A new device shows what there is, loads it page by page on the way up, and says where it ends."""
        bob = self.person("bob")
        self.person("alice")
        self.talk(bob, ALICE, self.COUNT)
        self.person("carol").say(Audience.of("alice", "bob"), "all three")
        self.wait(3)
        alice = self.new_device()
        titles = [title for _, title, _ in alice.conversations.tabs.titles()]
        self.assertIn("bob", titles)
        self.assertIn("bob, carol", titles)
        alice.write_to(["bob"])
        self.pass_time()
        view = self.view(alice)
        self.assertNotEqual("line 0", self.first(alice))
        for _ in range(12):
            transcript = view.transcript
            transcript.bar.setValue(0)
            self.settle()
            before = transcript.indexAt(QPoint(8, 120)).data()
            self.pass_time()
            if transcript.bar.value():
                self.assertEqual(before, transcript.indexAt(QPoint(8, 120)).data())
        self.assertEqual(BEGINNING, view.model.rows[0].text)
        self.assertEqual("line 0", self.first(alice))
        self.assertEqual(self.COUNT, len(view.conversation.messages))

    def test_without_a_connection(self) -> None:
        """Without a connection it says where the rest is, and loads it when there is one."""
        alice = self.back_at_bobs()
        back = self.leave(alice)
        view = self.view(alice)
        self.read_back(view, 4)
        self.assertEqual(ELSEWHERE, view.model.rows[0].text)
        back()
        self.read_back(view, 8)
        self.assertEqual(BEGINNING, view.model.rows[0].text)

    def test_no_longer_kept(self) -> None:
        """Where the server has let go of older messages, that stands above, and no beginning."""
        alice = self.back_at_bobs()
        view = self.view(alice)
        view.conversation.put_past(Past([], view.conversation.held_from, gone=3))
        self.read_back(view, 12)
        self.assertEqual("Older messages are no longer kept by the server.", view.model.rows[0].text)
