"""What was said is found, gone to, and left again, by keys and by mouse."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QApplication, QCheckBox, QLabel, QWidget
from twisted.internet.defer import Deferred

from examples.made_up import BOTH, HOST, ME, PORT, as_client, lab
from imclient.core.finder import Found
from imclient.core.sought import Sought
from imclient.qt.conversation_model import MOST, WINDOW
from imclient.qt.find_model import glance
from imclient.qt.main_window import MainWindow
from imclient.qt.talk_window import TalkWindow
from improtocol.audience import EVERYONE, Audience
from imqt.dress import Choice, Dress
from tests import reach
from tests.qt_case import QtCase, app

KEY = Qt.Key
ERIN = Audience.of("erin")


class FindCase(QtCase):
    """Alice's window in the lab."""

    def setUp(self) -> None:
        super().setUp()
        self.client = lab()
        self.asked: list[tuple[str, Audience | None]] = []
        find = self.client.find

        def counted(words: str, audience: Audience | None = None, *before: int) -> Deferred[Found]:
            self.asked.append((words, audience))
            return find(words, audience, *before)

        self.client.find = counted  # type: ignore[method-assign]
        self.window = MainWindow(as_client(self.client), Dress(app, Choice.LIGHT), HOST, PORT)
        self.window.resize(1180, 760)
        self.show(self.window)
        self.window.activateWindow()
        self.window.conversations.open(BOTH)
        self.window.conversations.be_here(True)
        self.settle()
        self.finding = self.window.conversations.finding

    def begin(self, words: str = "", *, everywhere: bool = False) -> None:
        """Press Ctrl+F (or Ctrl+Shift+F), type, and wait for no time."""
        name = "findInAll" if everywhere else "findHere"
        action = self.window.findChild(QAction, name)
        assert action is not None
        action.trigger()
        QTest.keyClicks(self.finding.field, words)
        if words:
            self.pause()
        self.settle()

    def pause(self) -> None:
        """Let the typing rest."""
        self.assertTrue(self.finding._typing.isActive(), "nothing waits to be looked for")
        self.finding._typing.timeout.emit()
        self.settle()

    def press(self, key: int, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key wherever the keyboard is."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key, held)
        self.settle()

    def found(self) -> list[str]:
        return [hit.said.text for hit in self.finding.model.rows]

    def text(self, name: str) -> str:
        label = self.finding.findChild(QLabel, name)
        assert label is not None
        return label.text() if label.isVisible() else ""

    def nothing(self) -> str:
        label = self.finding.hits.findChild(QLabel, "empty")
        assert label is not None
        return label.text() if label.isVisible() else ""

    @property
    def audience(self) -> Audience:
        view = self.window.conversations.current
        assert view is not None
        return view.conversation.audience

    def chosen(self) -> str:
        """Give what is chosen in the conversation on the screen."""
        view = self.window.conversations.current
        assert view is not None
        index = view.reading.currentIndex()
        return view.reading.messages.row(index).text if index.isValid() else ""


class LookingTests(FindCase):
    def test_here(self) -> None:
        """Ctrl+F finds in the conversation on the screen, the newest first."""
        self.begin("CABLE")
        self.assertTrue(self.finding.lists)
        self.assertEqual(
            ["carol, is there a spare cable left?", "Port 7 is up. It was the patch cable."], self.found()
        )
        self.assertEqual("2 messages", self.text("findCount"))

    def test_by_mouse(self) -> None:
        """The sign beside the tabs begins it, too."""
        QTest.mouseClick(self.window.conversations.search, Qt.MouseButton.LeftButton)
        self.assertIs(self.finding.field, QApplication.focusWidget())

    def test_everywhere(self) -> None:
        """Ctrl+Shift+F, or a tick, finds in all of them, and says in which."""
        self.begin("cable", everywhere=True)
        self.assertIn("And the long cable.", self.found())
        self.assertEqual(
            ["bob, carol", "bob, carol", "Everyone"], [hit.where for hit in self.finding.model.rows]
        )
        box = self.finding.findChild(QCheckBox, "findEverywhere")
        assert box is not None
        box.click()
        self.settle()
        self.assertNotIn("And the long cable.", self.found())

    def test_typing_gathers(self) -> None:
        """Letters typed without a rest are one question, and Enter waits for none."""
        self.begin()
        QTest.keyClicks(self.finding.field, "cable")
        self.assertEqual([], self.asked)
        self.pause()
        self.assertEqual([("cable", BOTH)], self.asked)
        QTest.keyClicks(self.finding.field, "s")
        self.press(KEY.Key_Return)
        self.assertEqual(("cables", BOTH), self.asked[-1])

    def test_not_wanted_any_more(self) -> None:
        """What another letter has made needless is let go, and its late answer is not shown."""
        asked: list[Deferred[Found]] = []

        def later(words: str, audience: Audience | None = None, *before: int) -> Deferred[Found]:
            asked.append(Deferred())
            return asked[-1]

        self.client.find = later  # type: ignore[method-assign]
        self.begin("c")
        QTest.keyClicks(self.finding.field, "a")
        self.pause()
        self.assertTrue(asked[0].called)
        said = self.client.conversations.get(BOTH).messages[:1]
        asked[1].callback(Found(said))
        self.assertEqual([said[0].text], self.found())
        self.assertEqual(2, len(asked))

    def test_nothing(self) -> None:
        """Where nothing is found it is said, and that older messages may be with the server."""
        self.client.holds_all = False
        self.begin("projector")
        self.assertEqual("Nobody said “projector” in this conversation.", self.nothing())
        self.assertEqual(
            "Older messages that only the server has are not looked through.", self.text("findFoot")
        )
        self.client.holds_all = True
        self.begin("xyzzy", everywhere=True)
        self.assertEqual(("Nobody said “xyzzy”.", ""), (self.nothing(), self.text("findFoot")))

    def test_cannot_be_read(self) -> None:
        """A disk that cannot be read is told of."""
        self.client.refuse = OSError("no disk")
        self.begin("cable")
        self.assertEqual("What this device holds cannot be read now.", self.nothing())

    def test_many(self) -> None:
        """More is looked for as one comes to the end of what was found; nothing comes twice."""
        texts = [f"needle {number}" for number in range(120)]
        for text in texts:
            self.client.hear("bob", Audience.of(ME, "carol"), text)
        self.begin("needle")
        self.assertEqual("The newest 50; further down are more", self.text("findCount"))
        for _ in range(3):
            bar = self.finding.hits.verticalScrollBar()
            bar.setValue(bar.maximum())
            self.settle()
        self.assertEqual(texts[::-1], self.found())
        self.assertEqual("120 messages", self.text("findCount"))

    def test_empty_field(self) -> None:
        """Where nothing stands in the field one sees the conversation."""
        self.begin("cable")
        self.finding.field.selectAll()
        self.press(KEY.Key_Delete)
        self.pause()
        self.assertFalse(self.finding.lists)

    def test_nothing_is_read(self) -> None:
        """What comes while the list stands over a conversation is unread until one sees it."""
        self.client.conversations.get(BOTH).shown()
        self.begin("cable")
        self.client.hear("bob", Audience.of(ME, "carol"), "new")
        self.settle()
        self.assertEqual(1, self.client.conversations.get(BOTH).unread)

    def test_by_command(self) -> None:
        """/find words looks for them in all conversations."""
        QTest.keyClicks(self.window.composer.edit, "/find long cable")
        QTest.keyClick(self.window.composer.edit, KEY.Key_Return)
        self.settle()
        self.assertEqual(["And the long cable."], self.found())


class GoingTests(FindCase):
    def test_go(self) -> None:
        """Enter in the field goes to a message in its conversation: it is chosen, and marked for a moment."""
        self.begin("poster", everywhere=True)
        self.press(KEY.Key_Return)
        self.assertEqual(ERIN, self.audience)
        self.assertEqual("The poster is printed, who fetches it?", self.chosen())
        view = self.window.conversations.current
        assert view is not None
        self.assertIs(view.transcript, QApplication.focusWidget())
        self.assertEqual(self.chosen(), view.model.marked.text if view.model.marked else None)
        view.transcript._marking.timeout.emit()
        self.assertIsNone(view.model.marked)
        self.assertEqual("1 of 1", self.text("findWhich"))

    def test_by_mouse(self) -> None:
        """A click on a row goes there, too."""
        self.begin("cable")
        place = self.finding.hits.visualRect(self.finding.model.index(1)).center()
        QTest.mouseClick(self.finding.hits.viewport(), Qt.MouseButton.LeftButton, pos=place)
        self.settle()
        self.assertEqual("Port 7 is up. It was the patch cable.", self.chosen())

    def test_on_and_back(self) -> None:
        """F3 goes to the one said before, Shift+F3 back; so do the buttons; at the ends it stays."""
        self.begin("cable", everywhere=True)
        self.press(KEY.Key_Down)
        self.press(KEY.Key_Return)
        self.assertEqual("Port 7 is up. It was the patch cable.", self.chosen())
        self.press(KEY.Key_F3)
        self.assertEqual((EVERYONE, "And the long cable."), (self.audience, self.chosen()))
        self.press(KEY.Key_F3)
        self.assertEqual("And the long cable.", self.chosen())
        self.press(KEY.Key_F3, Qt.KeyboardModifier.ShiftModifier)
        self.assertEqual(BOTH, self.audience)
        newer = self.finding.findChild(QWidget, "findNewer")
        QTest.mouseClick(newer, Qt.MouseButton.LeftButton)
        self.settle()
        self.assertEqual("carol, is there a spare cable left?", self.chosen())
        self.assertFalse(newer.isEnabled())

    def test_escape(self) -> None:
        """Escape leads back to what was found, and then to where one was."""
        self.begin("poster", everywhere=True)
        self.press(KEY.Key_Return)
        self.press(KEY.Key_Escape)
        self.assertTrue(self.finding.lists)
        self.assertIs(self.finding.field, QApplication.focusWidget())
        self.press(KEY.Key_Escape)
        self.assertFalse(self.finding.is_open)
        self.assertEqual(BOTH, self.audience)

    def test_stay(self) -> None:
        """The cross closes it, and one stays where one is."""
        self.begin("poster", everywhere=True)
        self.press(KEY.Key_Return)
        cross = self.finding.findChild(QWidget, "closeFind")
        QTest.mouseClick(cross, Qt.MouseButton.LeftButton)
        self.settle()
        self.assertFalse(self.finding.is_open)
        self.assertEqual(ERIN, self.audience)

    def test_where_one_was(self) -> None:
        """Who had scrolled to a place is led back to that place, and not to the end."""
        for number in range(3 * MOST):
            self.client.hear("bob", Audience.of(ME, "carol"), f"m{number}")
        view = self.window.conversations.current
        assert view is not None
        self.settle()
        view.transcript.bar.setValue(view.transcript.bar.maximum() // 2)
        self.settle()
        before, at = view.transcript.anchor()
        self.begin("m17")
        self.press(KEY.Key_Return)
        self.assertEqual("m179", self.chosen())
        self.press(KEY.Key_Escape)
        self.press(KEY.Key_Escape)
        self.assertEqual((before, at), view.transcript.anchor())

    def test_far_up(self) -> None:
        """A message that is in memory, and not in the window on it, is shown with what stands around it."""
        for number in range(4 * WINDOW):
            self.client.hear("bob", Audience.of(ME, "carol"), f"m{number}")
        self.begin("m17")
        while self.chosen() != "m17":
            before = self.chosen()
            (self.press(KEY.Key_F3) if before else self.press(KEY.Key_Return))
            self.assertNotEqual(before, self.chosen())
        view = self.window.conversations.current
        assert view is not None
        place = view.transcript.visualRect(view.transcript.currentIndex())
        self.assertTrue(view.transcript.viewport().rect().contains(place))
        self.assertFalse(view.model.following)

    def test_another_tab(self) -> None:
        """Who goes to another tab sees it, and finds there from then on."""
        self.begin("poster")
        self.assertEqual([], self.found())
        self.window.conversations.open(ERIN)
        self.settle()
        self.assertFalse(self.finding.lists)
        self.finding.field.setFocus()
        self.press(KEY.Key_Down)
        self.assertEqual(["The poster is printed, who fetches it?"], self.found())

    def test_letters_in_the_list(self) -> None:
        """Letters typed in the list go on in the field; Enter there goes to the message."""
        self.begin("cabl")
        self.finding.hits.setFocus()
        self.press(KEY.Key_E)
        self.assertEqual("cable", self.finding.field.text())
        self.pause()
        self.finding.hits.setFocus()
        self.press(KEY.Key_Down)
        self.press(KEY.Key_Return)
        self.assertEqual("Port 7 is up. It was the patch cable.", self.chosen())

    def test_from_a_window_of_its_own(self) -> None:
        """Ctrl+F in a conversation's own window finds in all, and leads into that window."""
        self.window.conversations.open(ERIN)
        self.window.conversations.set_current_apart()
        self.settle()
        [apart] = [one for one in app.topLevelWidgets() if isinstance(one, TalkWindow) and one.isVisible()]
        apart.find_wanted.emit()
        QTest.keyClicks(self.finding.field, "poster")
        self.pause()
        self.press(KEY.Key_Return)
        index = apart.view.reading.currentIndex()
        self.assertEqual("The poster is printed, who fetches it?", apart.view.model.row(index).text)

    def test_reached(self) -> None:
        """Tab reaches every control, of the list and of what one has gone to."""
        self.begin("cable")
        self.assertEqual([], reach.missed(self.window))
        self.assertEqual([], reach.silent(self.window))
        self.finding.field.setFocus()
        self.press(KEY.Key_Return)
        self.assertEqual([], reach.missed(self.window))
        self.assertEqual([], reach.silent(self.window))


class GlanceTests(QtCase):
    def test_in_sight(self) -> None:
        """What was found far back in a text stands where there is room, at a word, and is marked."""
        for room in (120, 60, 20):
            text, places = glance("word " * 200 + "the needle is here\nbelow", Sought.of("NEEDLE"), room)
            self.assertRegex(text, "^…(word|the|needle) ", room)
            self.assertEqual(["needle"], [text[begin:end] for begin, end in places])
            self.assertLess(places[0][1], room)
        text, places = glance("w" * 300 + "needle", Sought.of("needle"), 40)
        self.assertEqual("…" + "w" * 13 + "needle", text)

    def test_short(self) -> None:
        """A text that has room stands as it is, in one line."""
        self.assertEqual(
            ("Port 7 is up.", [(0, 4), (10, 12)]), glance("Port 7\n  is up.", Sought.of("port up"), 13)
        )

    def test_costly(self) -> None:
        """Of pictures without end few are set, and none turns round what stands beside it."""
        text, places = glance("😀" * 1000 + " needle \u202e", Sought.of("needle"), 60)
        self.assertLess(text.count("😀"), 20)
        self.assertEqual(["needle"], [text[begin:end] for begin, end in places])
        self.assertNotIn("\u202e", text)
