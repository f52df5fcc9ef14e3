"""Tabs are moved, set apart in windows of their own, and there again at the next start; drafts, too."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction

from examples.made_up import BOB, BOTH, HOST, ME, PORT, MadeUpClient, as_client, lab
from imclient.core.desk import Desk
from imclient.qt.audience_choice import Mode
from imclient.qt.conversation_rows import Kind
from imclient.qt.main_window import MainWindow
from imclient.qt.tab_bar import TabBar
from imclient.qt.talk_window import TalkWindow
from improtocol.audience import EVERYONE, Audience
from imqt import painting
from imqt.dress import Choice, Dress
from tests.qt_case import QtCase, app


class TabsCase(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = lab()
        self.window = self.open()

    def open(self, client: MadeUpClient | None = None) -> MainWindow:
        window = MainWindow(as_client(client or self.client), Dress(app, Choice.LIGHT), HOST, PORT)
        window.resize(1180, 760)
        return self.show(window)

    def begin_again(self, *heard: str) -> MainWindow:
        """Start anew with the desk as it was left, and what Bob has said meanwhile."""
        desk: Desk = self.client.desk
        self.window.close()
        self.settle()
        self.client = lab()
        self.client.desk = desk
        for text in heard:
            self.client.hear("bob", Audience.of(ME), text)
        self.window = self.open()
        return self.window

    def titles(self) -> list[str]:
        return [title for _, title, _ in self.window.conversations.tabs.titles()]

    def apart_ones(self) -> list[TalkWindow]:
        return [one for one in app.topLevelWidgets() if isinstance(one, TalkWindow) and one.isVisible()]

    def act(self, name: str) -> None:
        action = self.window.findChild(QAction, name)
        assert action is not None
        action.trigger()
        self.settle()

    def on_screen(self) -> Audience:
        view = self.window.conversations.current
        assert view is not None
        return view.conversation.audience


class OpeningTests(TabsCase):
    def test_laid_out_once(self) -> None:
        """A tab that is opened sets each message in lines once: when it is known how wide it will be."""
        made: list[str] = []

        class Counted(painting.Paragraphs):
            def __init__(self, text: str, *given: Any) -> None:
                super().__init__(text, *given)
                made.append(text)

        erin = Audience.of("erin")
        for number in range(30):
            text = f"{number}: " + "and so on " * (number % 12)
            self.client.hear("erin", Audience.of(ME), text, 9.0 + number)
        self.settle()
        conversations = self.window.conversations
        [tab] = [view for view in conversations.views() if view.conversation.audience == erin]
        conversations.close_tab(conversations.views().index(tab))
        conversations.open(BOB)
        self.settle()
        self.patch(painting, "Paragraphs", Counted)
        self.window.conversations.open(erin)
        self.settle()
        view = self.window.conversations.current
        assert view is not None
        shown = [row.text for row in view.model.rows if row.kind is Kind.MESSAGE]
        self.assertEqual(sorted(shown), sorted(text for text in made if text))


class MovingTests(TabsCase):
    def test_moved(self) -> None:
        """A tab that is moved takes its page along, and stays on the screen."""
        self.window.conversations.open(BOB)
        before = self.titles()
        self.act("moveTabLeft")
        self.assertEqual([*before[:-2], before[-1], before[-2]], self.titles())
        self.assertEqual(BOB, self.on_screen())
        for index, title in enumerate(self.titles()):
            self.window.conversations.tabs.setCurrentIndex(index)
            view = self.window.conversations.current
            assert view is not None
            self.assertEqual(title, view.conversation.title)

    def test_at_the_edge(self) -> None:
        """The first one cannot be moved further to the left."""
        self.window.conversations.tabs.setCurrentIndex(0)
        before = self.titles()
        self.act("moveTabLeft")
        self.assertEqual(before, self.titles())

    def test_next_unread(self) -> None:
        """Alt+Down goes to what waits unread, and says when nothing does."""
        self.window.conversations.open(BOTH)
        erin = self.client.conversations.get(Audience.of("erin"))
        for one in self.client.conversations.all():
            one.unread = 3 if one is erin else 0
        self.act("nextUnread")
        self.assertEqual(Audience.of("erin"), self.on_screen())
        erin.unread = 0
        self.act("nextUnread")
        self.assertEqual("Nothing is unread.", self.window._news.text())


class ApartTests(TabsCase):
    def setUp(self) -> None:
        super().setUp()
        self.window.conversations.open(BOTH)
        self.act("setApart")
        [self.apart] = self.apart_ones()

    def test_apart(self) -> None:
        """A conversation gets a window of its own, and its tab goes."""
        self.assertNotIn("bob, carol", self.titles())
        self.assertEqual("bob, carol", self.apart.windowTitle())
        self.assertTrue(self.apart.view.transcript.isVisible())

    def test_says(self) -> None:
        """What is written there goes where it says."""
        QTest.keyClicks(self.apart.composer.edit, "Lunch?")
        QTest.keyClick(self.apart.composer.edit, Qt.Key_Return)
        self.assertEqual([(BOTH, "Lunch?")], self.client.said)

    def test_another_audience(self) -> None:
        """Another audience chosen there opens in the main window, and the text goes along."""
        QTest.keyClicks(self.apart.composer.edit, "Lunch?")
        self.apart.composer.audience.choose(Mode.EVERYONE)
        self.settle()
        self.assertEqual(EVERYONE, self.on_screen())
        self.assertEqual("Lunch?", self.window.composer.edit.toPlainText())
        self.assertEqual(BOTH, self.apart.composer.audience.audience)

    def test_back(self) -> None:
        """Closed, it is among the tabs again, with what was said in it."""
        self.apart.close()
        self.settle()
        self.assertEqual("bob, carol", self.titles()[-1])
        self.assertEqual(BOTH, self.on_screen())

    def test_opened(self) -> None:
        """Who goes to that conversation goes to its window; there is no second one."""
        self.window.conversations.open(BOTH)
        self.assertNotIn("bob, carol", self.titles())

    def test_unread(self) -> None:
        """What comes there while nobody looks is counted in its title."""
        self.apart.looked.emit(False)
        self.client.hear("bob", Audience.of(ME, "carol"), "Hello?")
        QTest.qWait(50)
        self.assertTrue(self.apart.windowTitle().startswith("("), self.apart.windowTitle())

    def test_next_start(self) -> None:
        """At the next start it is a window of its own again."""
        self.begin_again()
        [apart] = self.apart_ones()
        self.assertEqual(BOTH, apart.view.conversation.audience)


class NextStartTests(TabsCase):
    def test_tabs(self) -> None:
        """The tabs are there again, in their order, with the same one on the screen."""
        for audience in (BOB, BOTH, BOB):
            self.window.conversations.open(audience)
        before = self.titles()
        self.begin_again()
        self.assertEqual(before, self.titles())
        self.assertEqual(BOB, self.on_screen())

    def test_unread(self) -> None:
        """What is written goes to the conversation on the screen, where something in it is unread, too."""
        for audience in (BOB, BOTH):
            self.window.conversations.open(audience)
            before = self.titles()
            self.begin_again("Hello?")
            self.assertEqual(audience, self.on_screen())
            self.assertEqual(audience, self.window.composer.audience.audience)
            self.assertEqual(before, self.titles())

    def test_drafts(self) -> None:
        """What was begun is there again, in its conversation."""
        self.window.conversations.open(BOB)
        QTest.keyClicks(self.window.composer.edit, "half a thou")
        self.window.conversations.open(BOTH)
        self.begin_again()
        self.assertEqual("", self.window.composer.edit.toPlainText())
        self.window.conversations.open(BOB)
        self.assertEqual("half a thou", self.window.composer.edit.toPlainText())

    def test_killed(self) -> None:
        """What was begun is kept while it is written, not only when its writer goes elsewhere."""
        self.window.conversations.open(BOB)
        QTest.keyClicks(self.window.composer.edit, "half a thou")
        self.assertEqual("half a thou", self.client.desk.draft(BOB))

    def test_sent(self) -> None:
        """What was sent is no draft."""
        self.window.conversations.open(BOB)
        QTest.keyClicks(self.window.composer.edit, "sent")
        QTest.keyClick(self.window.composer.edit, Qt.Key_Return)
        self.begin_again()
        self.assertEqual("", self.window.composer.edit.toPlainText())


class RecallTests(TabsCase):
    def setUp(self) -> None:
        super().setUp()
        self.window.conversations.open(BOTH)
        self.edit = self.window.composer.edit
        self.edit.clear()

    def arrow(self, key: int) -> str:
        QTest.keyClick(self.edit, key)
        return self.edit.toPlainText()

    def test_up_and_down(self) -> None:
        """Up brings what one said before, further up what came before that, down goes back to nothing."""
        newest, before = "Never mind, I found one in the drawer.", "carol, is there a spare cable left?"
        self.assertEqual(newest, self.arrow(Qt.Key_Up))
        self.assertEqual(before, self.arrow(Qt.Key_Up))
        self.assertEqual(newest, self.arrow(Qt.Key_Down))
        self.assertEqual("", self.arrow(Qt.Key_Down))

    def test_begun(self) -> None:
        """What was begun is never taken away by an arrow."""
        QTest.keyClicks(self.edit, "mine")
        self.assertEqual("mine", self.arrow(Qt.Key_Up))
        self.assertEqual("mine", self.arrow(Qt.Key_Down))


class BesideTests(TabsCase):
    """What is unread and has no place among the tabs, beside them."""

    def setUp(self) -> None:
        super().setUp()
        for talk in self.client.conversations.all():
            talk.unread = 0

    def beside(self) -> tuple[str, str]:
        """Give what is said beside the tabs, to those who see it and to those who do not."""
        conversations = self.window.conversations
        conversations._counting.now()
        return conversations.all.text(), conversations.all.accessibleName()

    def test_without_a_tab(self) -> None:
        """What is unread in a conversation without a tab is counted there, until it has one."""
        erin = self.client.conversations.get(Audience.of("erin"))
        self.window.conversations.open(erin.audience)
        self.window.conversations.close_current()
        erin.unread = 3
        self.assertEqual(("3", "All conversations, 3 unread"), self.beside())
        self.window.conversations.open(erin.audience)
        self.assertEqual(("", "All conversations"), self.beside())

    def test_a_tab_without_room(self) -> None:
        """So is what is unread in a tab that has no room, until that is gone to; and a hundred is not 99."""
        conversations = self.window.conversations
        names = [f"person{index}" for index in range(9)]
        for name in names:
            conversations.open(Audience.of(name))
        conversations.tabs.setCurrentIndex(0)
        conversations.tabs.resize(300, conversations.tabs.height())
        self.client.conversations.get(Audience.of(names[-1])).unread = 100
        self.assertEqual("99+", self.beside()[0])
        self.assertEqual("All conversations, 100 unread", self.beside()[1])
        conversations._counting.stop()
        conversations.tabs.setCurrentIndex(4)  # where nothing is unread: what has room is another
        self.assertTrue(conversations._counting.isActive())
        conversations.tabs.setCurrentIndex(conversations.tabs.count() - 1)
        self.assertEqual("", self.beside()[0])


class CrowdTests(QtCase):
    """More tabs than have room."""

    def test_unread_out_of_sight(self) -> None:
        """What is unread in a tab that has no room is counted, until that tab is gone to."""
        tabs = TabBar()
        for index in range(8):
            tabs.put(index, f"person{index}", "person")
        tabs.resize(300, 44)
        self.show(tabs)
        tabs.show_unread(0, 2)
        tabs.show_unread(7, 3)
        self.settle()
        self.assertEqual(3, tabs.unread_out_of_sight())
        tabs.setCurrentIndex(7)
        self.settle()
        self.assertEqual(2, tabs.unread_out_of_sight())
        tabs.resize(1, 44)
        self.assertEqual(2, tabs.unread_out_of_sight())
