"""The main window, driven by keys and mouse."""

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractButton, QLineEdit, QListView, QPlainTextEdit, QTabBar, QWidget

from examples.made_up import BOB, BOTH, ME, MadeUpClient, lab
from imclient.core.client import LinkState
from imclient.core.roster import Presence
from imclient.qt.main_window import PANES, MainWindow
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import TooLong
from imqt import theme
from imqt.colours import Scheme
from imqt.dress import SCALES, Choice, Dress
from tests.qt_case import QtCase, app

KEY, ALT, CTRL = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
MARKUP = "<b>bold</b> &amp; <img src='file:///etc/passwd'>"


class WindowCase(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = lab()
        self.dress = Dress(app, Choice.LIGHT)
        self.addCleanup(self.dress.choose, Choice.LIGHT)
        self.window = self.open(self.client)

    def open(self, client: MadeUpClient) -> MainWindow:
        window = MainWindow(client, self.dress, "lab.example", 12001)
        window.resize(1180, 760)
        self.show(window)
        self.settle()
        return window

    def find(self, name: str) -> QWidget:
        found = self.window.findChildren(QWidget, name)
        return next((widget for widget in found if widget.isVisible()), found[0])

    def click(self, name: str, pos: QPoint | None = None) -> None:
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton, pos=pos or QPoint())
        self.settle()

    def key(self, name: str, key: int) -> None:
        QTest.keyClick(self.find(name), key)
        self.settle()

    def type(self, name: str, text: str) -> None:
        QTest.keyClicks(self.find(name), text)

    def go_to(self, audience: Audience) -> None:
        self.window.conversations.open(audience)
        self.settle()

    @property
    def audience(self) -> Audience | None:
        """The conversation on the screen."""
        view = self.window.conversations.current
        return view.conversation.audience if view is not None else None


class PaneTests(QtCase):
    def test_every_pane_opens(self) -> None:
        """Each pane can be shown alone, with nothing but a client."""
        Dress(app, Choice.LIGHT)
        for make in PANES.values():
            self.show(make(lab()))
            self.settle()


class SendingTests(WindowCase):
    def test_enter_sends(self) -> None:
        """Enter sends to the conversation on the screen and empties the text."""
        self.go_to(BOTH)
        self.type("composer", "Lunch?")
        self.key("composer", KEY.Key_Return)
        self.assertEqual([(BOTH, "Lunch?")], self.client.said)
        self.assertEqual("", self.window.composer.edit.toPlainText())

    def test_new_line(self) -> None:
        """Shift and Enter begin a new line and send nothing."""
        self.type("composer", "one")
        QTest.keyClick(self.find("composer"), KEY.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        self.type("composer", "two")
        self.assertEqual("one\ntwo", self.window.composer.edit.toPlainText())
        self.assertEqual([], self.client.said)

    def test_send_button(self) -> None:
        """The button sends as Enter does."""
        self.go_to(EVERYONE)
        self.type("composer", "The lab closes at six.")
        self.click("send")
        self.assertEqual([(EVERYONE, "The lab closes at six.")], self.client.said)

    def test_nothing_to_send(self) -> None:
        """Blanks alone are not sent."""
        self.type("composer", "  ")
        self.key("composer", KEY.Key_Return)
        self.assertEqual([], self.client.said)

    def test_refused_at_once(self) -> None:
        """What the core refuses stays in the text, with the sentence under it."""
        self.client.refuse = TooLong("text", 4096)
        self.type("composer", "too much")
        self.key("composer", KEY.Key_Return)
        self.assertEqual("too much", self.window.composer.edit.toPlainText())
        self.assertEqual("The text may have 4096 bytes at most.", self.find("hint").text())


class SlashTests(WindowCase):
    def test_all(self) -> None:
        """/all chooses everyone as soon as it is typed, and the text goes on."""
        self.go_to(BOTH)
        self.type("composer", "/all The lab closes at six.")
        self.assertEqual(EVERYONE, self.audience)
        self.key("composer", KEY.Key_Return)
        self.assertEqual([(EVERYONE, "The lab closes at six.")], self.client.said)

    def test_whisper(self) -> None:
        """/whisper chooses one."""
        self.go_to(BOTH)
        self.type("composer", "/whisper dave psst")
        self.key("composer", KEY.Key_Return)
        self.assertEqual([(Audience.of("dave"), "psst")], self.client.said)

    def test_whisper_to_nobody(self) -> None:
        """A whisper to nobody says so, and sends nothing."""
        self.go_to(BOTH)
        self.type("composer", "/whisper karol psst")
        self.key("composer", KEY.Key_Return)
        self.assertEqual("There is no user called karol. Did you mean carol?", self.find("hint").text())
        self.assertEqual((BOTH, []), (self.audience, self.client.said))

    def test_unknown(self) -> None:
        """An unknown command names those there are, and sends nothing."""
        self.type("composer", "/foo bar")
        self.key("composer", KEY.Key_Return)
        self.assertIn("There is no command /foo.", self.find("hint").text())
        self.assertEqual([], self.client.said)

    def test_two_slashes(self) -> None:
        """Two slashes say a text that begins with one; a path is a text anyway."""
        self.go_to(BOB)
        for text in ("//who", "/etc/hosts is wrong"):
            self.type("composer", text)
            self.key("composer", KEY.Key_Return)
        self.assertEqual([(BOB, "/who"), (BOB, "/etc/hosts is wrong")], self.client.said)


class AudienceTests(WindowCase):
    def add(self, name: str) -> None:
        self.type("addPerson", name)
        self.key("addPerson", KEY.Key_Return)

    def test_modes_by_key(self) -> None:
        """Alt+1, Alt+2 and Alt+3 choose the mode from anywhere."""
        self.go_to(BOTH)
        QTest.keyClick(self.window, KEY.Key_3, ALT)
        self.assertEqual(EVERYONE, self.audience)
        QTest.keyClick(self.window, KEY.Key_2, ALT)
        self.assertEqual(BOTH, self.audience)
        QTest.keyClick(self.window, KEY.Key_1, ALT)
        self.assertEqual(BOB, self.audience)

    def test_modes_by_mouse(self) -> None:
        """The switch does the same by mouse."""
        self.go_to(BOTH)
        self.click("modeEveryone")
        self.assertEqual(EVERYONE, self.audience)
        self.click("modeSeveral")
        self.assertEqual(BOTH, self.audience)
        self.click("modeOne")
        self.assertEqual(BOB, self.audience)

    def test_one_to_several(self) -> None:
        """Several asks for one more name, and goes to the conversation with both."""
        self.go_to(BOB)
        self.click("modeSeveral")
        self.assertTrue(self.find("addPerson").isVisible())
        self.add("dave")
        self.assertEqual(Audience.of("bob", "dave"), self.audience)

    def test_several_without_a_second(self) -> None:
        """Given up, Several with one name is One again."""
        self.go_to(BOB)
        self.click("modeSeveral")
        self.key("addPerson", KEY.Key_Escape)
        self.assertTrue(self.find("modeOne").isChecked())
        self.assertEqual(BOB, self.audience)

    def test_unknown_name(self) -> None:
        """A name that is nobody's never becomes a chip; the sentence says so."""
        self.go_to(BOTH)
        self.click("add")
        self.add("karol")
        self.assertEqual(BOTH, self.audience)
        self.assertEqual("There is no user called karol. Did you mean carol?", self.find("hint").text())
        self.assertIsNone(self.window.findChild(QWidget, "chip-karol"))

    def test_comma_makes_a_chip(self) -> None:
        """A comma makes a chip as Enter does."""
        self.go_to(BOTH)
        self.click("add")
        self.type("addPerson", "dave,")
        self.assertEqual(Audience.of("bob", "carol", "dave"), self.audience)

    def test_cross_removes(self) -> None:
        """The cross of a chip takes the name away; with one left it is One."""
        self.go_to(BOTH)
        chip = self.find("chip-carol")
        self.click("chip-carol", QPoint(chip.width() - 10, chip.height() // 2))
        self.assertEqual(BOB, self.audience)
        self.assertTrue(self.find("modeOne").isChecked())

    def test_delete_removes(self) -> None:
        """Delete on a chip takes the name away too."""
        self.go_to(BOTH)
        self.key("chip-bob", KEY.Key_Delete)
        self.assertEqual(Audience.of("carol"), self.audience)

    def test_draft_goes_along(self) -> None:
        """The text goes along when its writer chooses another audience."""
        self.go_to(BOB)
        self.type("composer", "shall we?")
        self.click("modeEveryone")
        self.assertEqual("shall we?", self.window.composer.edit.toPlainText())
        self.go_to(BOB)
        self.assertEqual("", self.window.composer.edit.toPlainText())

    def test_draft_stays(self) -> None:
        """The text stays with its conversation when its writer goes to another tab."""
        self.go_to(BOB)
        self.type("composer", "for bob")
        self.go_to(EVERYONE)
        self.assertEqual("", self.window.composer.edit.toPlainText())
        self.go_to(BOB)
        self.assertEqual("for bob", self.window.composer.edit.toPlainText())

    def test_hint(self) -> None:
        """The hint says who is not connected, and of how many Everyone consists."""
        self.go_to(BOTH)
        self.assertEqual("carol is not connected: it will wait for carol.", self.find("hint").text())
        self.go_to(EVERYONE)
        self.assertIn("all 11 others", self.find("hint").text())
        self.go_to(BOB)
        self.assertEqual("", self.find("hint").text())

    def test_no_tab_is_left_behind(self) -> None:
        """A conversation in which nothing was said gives its tab to the one chosen instead."""
        self.go_to(Audience.of("dave"))
        self.click("modeSeveral")
        self.add("grace")
        self.add("oscar")
        titles = [title for _, title, _ in self.window.conversations.tabs.titles()]
        self.assertIn("dave, grace, oscar", titles)
        self.assertNotIn("dave", titles)
        self.assertNotIn("dave, grace", titles)


class RosterTests(WindowCase):
    def row_place(self, name: str, on_avatar: bool = False) -> tuple[QWidget, QPoint]:
        people = self.window.roster.list
        place = people.visualRect(people.people.find(name))
        return people.viewport(), QPoint(24 if on_avatar else place.center().x(), place.center().y())

    def words(self) -> list[str]:
        return [row.in_words() for row in self.window.roster.model.rows]

    def click_person(self, name: str, on_avatar: bool = False) -> None:
        viewport, place = self.row_place(name, on_avatar)
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
        self.settle()

    def test_click_opens(self) -> None:
        """A click on a person opens the conversation."""
        self.click_person("dave")
        self.assertEqual(Audience.of("dave"), self.audience)

    def test_choose_several(self) -> None:
        """Two chosen by their avatars are written to by one button."""
        self.click_person("dave", on_avatar=True)
        self.click_person("grace", on_avatar=True)
        self.assertIn("Write to these 2", self.find("writeToChosen").text())
        self.click("writeToChosen")
        self.assertEqual(Audience.of("dave", "grace"), self.audience)
        self.assertTrue(self.find("modeSeveral").isChecked())
        self.assertEqual([], self.window.roster.model.chosen())

    def test_choose_by_key(self) -> None:
        """Space chooses, Enter writes."""
        people = self.window.roster.list
        for name in ("dave", "grace"):
            people.setCurrentIndex(people.people.find(name))
            QTest.keyClick(people, KEY.Key_Space)
        QTest.keyClick(people, KEY.Key_Return)
        self.assertEqual(Audience.of("dave", "grace"), self.audience)

    def test_search(self) -> None:
        """Typing shows only who has these letters; Enter writes to the first."""
        QTest.keyClick(self.window, KEY.Key_K, CTRL)
        self.type("findPerson", "gra")
        names = [row.name for row in self.window.roster.model.rows if not row.heading]
        self.assertEqual(["grace"], names)
        self.key("findPerson", KEY.Key_Return)
        self.assertEqual(Audience.of("grace"), self.audience)

    def test_nobody_found(self) -> None:
        """A search that finds nobody says so."""
        self.type("findPerson", "kar")
        words = [label.text() for label in self.window.roster.findChildren(QWidget) if hasattr(label, "text")]
        self.assertIn("Nobody is called kar.", words)

    def test_presence_moves(self) -> None:
        """Who leaves goes down among those who are not connected."""
        self.client.roster.told("bob", Presence.OFFLINE, "")
        self.window.roster.model.refresh()
        rows = self.window.roster.model.rows
        self.assertEqual("Connected, 6 of 11", rows[0].name)
        self.assertGreater(
            [row.name for row in rows].index("bob"), [row.name for row in rows].index("Not connected, 5")
        )

    def test_what_nobody_knows(self) -> None:
        """While the link is down the roster says who was connected, not who is."""
        self.client.link.become(LinkState.WAITING, "Not connected, trying again in 8 s.")
        self.window.roster.model.refresh()
        rows = [row.in_words() for row in self.window.roster.model.rows]
        self.assertEqual("Was connected, 7 of 11", rows[0])
        self.assertIn("bob, was online, Yes, one is good 🍜", rows)
        self.client.link.become(LinkState.ONLINE, "Connected.")
        self.window.roster.model.refresh()
        self.assertEqual("Connected, 7 of 11", self.window.roster.model.rows[0].name)

    def test_unread(self) -> None:
        """What is unread is counted, and not any more when it was shown."""
        self.assertIn(
            "erin, online, It is heavy., 3 unread", [r.in_words() for r in self.window.roster.model.rows]
        )
        self.window.conversations.be_here(True)
        self.click_person("erin")
        self.window.roster.model.refresh()
        self.assertIn("erin, online, It is heavy.", self.words())


class ConversationTests(WindowCase):
    def titles(self) -> list[str]:
        return [title for _, title, _ in self.window.conversations.tabs.titles()]

    def test_tabs_by_key(self) -> None:
        """Ctrl+Tab goes on, Ctrl+W closes."""
        self.go_to(BOTH)
        before = self.audience
        QTest.keyClick(self.window, KEY.Key_Tab, CTRL)
        self.assertNotEqual(before, self.audience)
        self.go_to(BOB)
        QTest.keyClick(self.window, KEY.Key_W, CTRL)
        self.assertNotIn("bob", self.titles())

    def test_news_opens_a_tab(self) -> None:
        """Who writes first gets a tab with a badge, and takes nothing from what is on the screen."""
        self.go_to(BOTH)
        self.client.hear("oscar", Audience.of(ME), "Are you there?")
        self.settle()
        tabs = self.window.conversations.tabs
        self.assertEqual(BOTH, self.audience)
        self.assertIn(("person", "oscar", 1), tabs.titles())

    def test_closing_every_tab(self) -> None:
        """When the last tab is closed, Everyone is there."""
        for _ in range(self.window.conversations.tabs.count()):
            self.window.conversations.close_current()
        self.assertEqual(EVERYONE, self.audience)

    def test_ping(self) -> None:
        """Ping shows the round trip in the conversation and in the status bar."""
        self.go_to(BOB)
        self.click("ping")
        view = self.window.conversations.current
        self.assertEqual("bob answered in 12 ms.", view.model.rows[-1].text)
        self.assertEqual("bob answered in 12 ms.", self.find("news").text())

    def test_ping_to_nobody(self) -> None:
        """Whoever is not connected is named."""
        self.go_to(Audience.of("carol"))
        self.click("ping")
        self.assertEqual("carol is not connected.", self.find("news").text())

    def test_no_ping_to_everyone(self) -> None:
        """There is no ping to everyone."""
        self.go_to(EVERYONE)
        self.assertFalse(self.find("ping").isEnabled())

    def test_markup_is_text(self) -> None:
        """Markup in a message, a name or a line is shown as it stands."""
        self.client.hear("bob", Audience.of(ME), MARKUP)
        self.client.link.become(LinkState.ONLINE, MARKUP)
        self.go_to(BOB)
        view = self.window.conversations.current
        view.model.flush()
        self.settle()
        self.assertEqual(MARKUP, view.model.rows[-1].text)
        self.assertEqual(f"{MARKUP}, TLS", self.find("linkState").text())
        self.window.roster.model.refresh()
        self.assertIn(MARKUP, [row.line for row in self.window.roster.model.rows])

    def test_reader_stays(self) -> None:
        """Who reads further up stays there when something new comes, and can go back to the newest."""
        for number in range(400):
            self.client.hear("bob", Audience.of(ME), f"line {number}")
        self.go_to(BOB)
        transcript = self.window.conversations.current.transcript
        transcript.messages.flush()
        self.settle()
        transcript.bar.setValue(transcript.bar.maximum() // 2)
        self.assertFalse(transcript.messages.following)
        before = transcript.indexAt(QPoint(8, 8)).data()
        self.client.hear("bob", Audience.of(ME), "news")
        transcript.messages.flush()
        self.settle()
        self.assertEqual(before, transcript.indexAt(QPoint(8, 8)).data())
        self.click("newest")
        self.assertTrue(transcript.messages.following)
        self.assertEqual("news", transcript.messages.rows[-1].text)


class LookTests(WindowCase):
    def test_theme_at_run_time(self) -> None:
        """Light and dark change while the window is open."""
        light = self.window.grab().toImage().pixelColor(600, 400)
        self.window.dress(Choice.DARK)
        self.settle()
        self.assertIs(Scheme.DARK, theme.scheme())
        dark = self.window.grab().toImage().pixelColor(600, 400)
        self.assertGreater(light.lightness(), 200)
        self.assertLess(dark.lightness(), 60)

    def test_larger_type(self) -> None:
        """The type grows step by step to twice its size, and the window stands it."""
        self.addCleanup(self.window.scale, 0)
        for _ in SCALES:
            self.window.scale(1)
            self.settle()
        self.assertEqual(2.0, self.dress.scale)
        people = self.window.roster.list
        self.assertEqual(theme.heights().roster_row, people.visualRect(people.people.find("bob")).height())
        self.window.grab()

    def test_every_control_has_a_name(self) -> None:
        """Whatever can be used says to a screen reader what it is."""
        self.window.show_wire(True)
        self.go_to(BOTH)
        kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QListView, QTabBar)
        nameless = [
            f"{type(widget).__name__} {widget.objectName()}"
            for kind in kinds
            for widget in self.window.findChildren(kind)
            if widget.isVisible()
            and not widget.accessibleName()
            and not widget.objectName().startswith("qt_")
        ]
        self.assertEqual([], nameless)

    def test_f6_goes_round(self) -> None:
        """F6 goes from one part of the window to the next, and comes back."""
        self.go_to(BOTH)
        self.window.composer.edit.setFocus()
        been = []
        for _ in range(5):
            QTest.keyClick(self.window, KEY.Key_F6)
            been.append(app.focusWidget().objectName())
        self.assertEqual(["findPerson", "roster", "tabs", "transcript", "composer"], been)

    def test_enter_presses(self) -> None:
        """Enter presses the button that has the focus, as Space does."""
        self.window.roster.model.choose(["dave", "grace"])
        self.key("writeToChosen", KEY.Key_Return)
        self.assertEqual(Audience.of("dave", "grace"), self.audience)

    def test_long_names(self) -> None:
        """A name of 32 letters gives way in a narrow window: nothing is wider than its row."""
        longest = "m" * 32
        self.client.meet(longest)
        self.window.resize(self.window.minimumSize())
        self.go_to(Audience.of("bob", longest))
        chip = self.find(f"chip-{longest}")
        self.assertLessEqual(chip.geometry().right(), chip.parentWidget().width())
        self.assertIn(longest, chip.toolTip())
        tabs = self.window.conversations.tabs
        self.assertLessEqual(tabs.tabRect(tabs.currentIndex()).width(), tabs.width())
        self.assertGreaterEqual(self.window.roster.width(), 180)

    def test_narrow(self) -> None:
        """Half a laptop's screen is enough, with the wire below the conversation."""
        self.window.show_wire(True)
        self.window.resize(590, 700)
        self.settle()
        self.assertEqual(590, self.window.width())
        wire, talk = self.find("wire"), self.find("composer")
        self.assertGreater(wire.mapTo(self.window, QPoint()).y(), talk.mapTo(self.window, QPoint()).y())


class EmptyTests(WindowCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = MadeUpClient()
        self.window = self.open(self.client)

    def test_first_one_here(self) -> None:
        """The first one sees how to bring somebody here."""
        self.assertIsNotNone(self.window.findChild(QWidget, "welcome"))
        self.click("copyInvitation")
        self.assertEqual("imclient lab.example 12001", app.clipboard().text())

    def test_note(self) -> None:
        """A note to oneself works alone."""
        self.click("writeNote")
        self.assertEqual(Audience.of(ME), self.audience)
        self.type("composer", "milk")
        self.key("composer", KEY.Key_Return)
        self.assertEqual([(Audience.of(ME), "milk")], self.client.said)

    def test_somebody_comes(self) -> None:
        """When somebody else is there, Everyone is shown instead."""
        self.client.meet("bob")
        self.settle()
        self.assertEqual(EVERYONE, self.audience)
        self.assertTrue(self.find("composer").isVisible())

    def test_wire(self) -> None:
        """The wire can be watched from here."""
        self.click("watchWire")
        self.assertTrue(self.find("wire").isVisible())


class EndTests(WindowCase):
    def test_closing(self) -> None:
        """Closing the window tells so, and leaves nothing that listens."""
        closed = []
        self.window.closed.connect(lambda: closed.append(1))
        self.window.close()
        self.assertEqual([1], closed)
        self.client.hear("bob", Audience.of(ME), "too late")
        self.client.meet("zoe")
        self.client.link.become(LinkState.OFFLINE, "gone")

    def test_log_out(self) -> None:
        """Logging out tells so, and does not end the program."""
        told = []
        self.window.logged_out.connect(lambda: told.append("out"))
        self.window.closed.connect(lambda: told.append("closed"))
        self.window.log_out()
        self.assertEqual(["out"], told)
