"""The window itself: what a click does, what is said, and that every control can be reached and named."""

from __future__ import annotations

import time

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLineEdit, QSpinBox, QWidget

from improtocol.errors import NotBackedUp
from imqt.dress import Choice
from imqt.plain import Notice, PlainLabel
from imserver.window.deed import Deed
from imserver.window.link import State
from imserver.window.main_window import MainWindow

from .case import PASSWORD, WindowCase


class TypingTests(WindowCase):
    def test_all(self) -> None:
        """/all says it to everyone."""
        bob = self.stage.enter("bob")
        window = self.window()
        window.line.field.setText("/all The lab closes at six")
        self.assertEqual("goes to 1 person, 1 is connected", self.text(window, "commandHint"))
        bob.forget()
        self.type_line(window, "/all The lab closes at six")
        self.assertRegex("\n".join(bob.heard()), r"\* MESSAGE \d+ ada \* .* :The lab closes at six")
        self.assertEqual("Said to 1 person.", self.text(window, "news"))
        self.assertEqual("", window.line.field.text())

    def test_whisper(self) -> None:
        """/whisper says it to one; whoever is away, is said to be; whoever is nobody, too."""
        bob = self.stage.enter("bob")
        self.register("carol")
        window = self.window()
        bob.forget()
        self.type_line(window, "/whisper bob hello")
        self.assertRegex("\n".join(bob.heard()), r"\* MESSAGE \d+ ada bob .* :hello")
        self.type_line(window, "/whisper carol hello")
        self.assertEqual("It waits for carol, who is not connected.", self.text(window, "news"))
        self.type_line(window, "/whisper karol hello")
        self.assertEqual("There is no user called karol.", self.text(window, "news"))
        self.assertEqual("/whisper karol hello", window.line.field.text())

    def test_who(self) -> None:
        """/who tells who is connected."""
        self.stage.enter("bob")
        self.register("carol")
        window = self.window()
        self.type_line(window, "/who")
        self.assertEqual("Connected, 2 of 3: ada, bob", self.text(window, "news"))

    def test_the_language(self) -> None:
        """Every command of the language can be typed; what is wrong is said with how it is written."""
        self.stage.enter("bob")
        window = self.window()
        self.type_line(window, "/suspend bob :until we have talked")
        self.assertEqual("OK SUSPEND bob", self.text(window, "news"))
        self.type_line(window, "/frobnicate")
        self.assertIn("There is no command /frobnicate", self.text(window, "news"))
        self.type_line(window, "/suspend")
        self.assertIn("SUSPEND name [:why]", self.text(window, "news"))
        self.type_line(window, "hello")
        self.assertIn("Begin with /all", self.text(window, "news"))

    def test_completion(self) -> None:
        """A slash offers the commands with what they do, Tab takes one; behind it names are offered."""
        self.stage.enter("bob")
        window = self.window()
        window.activateWindow()
        field, ways = window.line.field, window.line.completing.ways
        field.setFocus()
        QTest.keyClicks(field, "/wh")
        self.assertEqual(["/whisper", "/who", "/why"], [way.text for way in ways.offered])
        self.assertEqual("say it to one", ways.offered[0].remark)
        QTest.keyClick(field, Qt.Key.Key_Tab)
        self.assertEqual("/whisper ", field.text())
        QTest.keyClicks(field, "b")
        self.assertEqual([("bob", "logged-in")], [(way.text, way.remark) for way in ways.offered])
        QTest.keyClick(field, Qt.Key.Key_Tab)
        self.assertEqual(("/whisper bob ", False), (field.text(), ways.isVisible()))
        self.assertTrue(field.hasFocus())

    def test_help(self) -> None:
        """/help says of each command how it is written and what it does; of one, all of it."""
        window = self.window()
        self.type_line(window, "/help")
        told = self.text(window, "news").splitlines()
        self.assertEqual("/all TEXT: say it to everyone", told[0])
        self.assertIn("/suspend name [:why]: end somebody's sessions and let them in no more", told)
        self.type_line(window, "/help suspend")
        self.assertGreater(len(self.text(window, "news").splitlines()), 1)
        self.type_line(window, "/suspnd bob")
        self.assertIn("Did you mean /suspend?", self.text(window, "news"))

    def test_long_answers(self) -> None:
        """However long an answer is, the window keeps its size, and all of it can be read."""
        for number in range(60):
            self.register(f"user{number:02}")
        window = self.window()
        height = window.height()
        self.type_line(window, "/accounts")
        self.assertEqual(62, len(self.text(window, "news").splitlines()))
        self.assertEqual(height, window.height())
        self.assertGreater(window.people.height(), 100)

    def test_costly_text(self) -> None:
        """What somebody says to the administrator can neither hold up the window nor fill it."""
        bob = self.stage.enter("bob")
        window = self.window()
        bob.say("SEND ada :" + "\U0001f469\u200d\U0001f680" * 350)
        begun = time.perf_counter()
        self.wait(0.2)
        window.grab()
        self.assertLess(time.perf_counter() - begun, 2.0)
        self.assertLess(len(self.text(window, "news")), 400)


class ActTests(WindowCase):
    """Each everyday act, by its button."""

    def deed(self, window: MainWindow) -> Deed:
        return next(deed for deed in window.findChildren(Deed) if deed.isVisible())

    def chosen(self, name: str) -> MainWindow:
        window = self.window()
        self.assertTrue(window.people.choose(name))
        self.wait()
        return window

    def test_invite(self) -> None:
        """Invite shows what is to be handed over, to be copied."""
        window = self.window()
        self.press(window, "invite")
        self.press(self.deed(window), "deedAct")
        self.assertRegex(self.text(window, "deedResult"), r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
        self.press(window, "deedCopy")
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        self.assertEqual(self.text(window, "deedResult"), clipboard.text())

    def test_reset(self) -> None:
        """Reset shows another password once, which lets them in; the old one does not."""
        self.stage.enter("bob")
        window = self.chosen("bob")
        self.press(window, "reset")
        self.press(self.deed(window), "deedAct")
        password = self.text(window, "deedResult")
        self.press(self.deed(window), "deedLeave")
        self.assertIn("ERR LOGIN login-refused", self.stage.newcomer().ask(f"LOGIN bob :{PASSWORD}")[0])
        self.stage.wait(20)
        self.assertIn("OK LOGIN bob", self.stage.newcomer().ask(f"LOGIN bob :{password}")[0])

    def test_suspend_and_let_in_again(self) -> None:
        """Suspend ends sessions at once and says so in the table; the same button lets in again."""
        bob = self.stage.enter("bob")
        window = self.chosen("bob")
        self.press(window, "suspend")
        self.press(self.deed(window), "deedAct")
        self.assertIn("* BYE suspended", "\n".join(bob.heard()))
        self.assertTrue([row for row in self.rows() if row.startswith("bob, suspended")], self.rows())
        self.assertEqual("Let in again", window.bar.suspend.accessibleName())
        self.press(window, "suspend")
        self.assertTrue([row for row in self.rows() if row.startswith("bob, offline")], self.rows())

    def test_disconnect(self) -> None:
        """Disconnect ends sessions; whoever is not there cannot be disconnected, and the button says why."""
        bob = self.stage.enter("bob")
        window = self.chosen("bob")
        self.press(window, "disconnect")
        self.press(self.deed(window), "deedAct")
        self.assertIn("* BYE disconnected", "\n".join(bob.heard()))
        self.assertFalse(window.bar.disconnect_.isEnabled())
        self.assertIn("bob is not connected.", window.bar.disconnect_.toolTip())

    def test_announce(self) -> None:
        """Announce has the text typed at the bottom; everybody is told it as an announcement."""
        bob = self.stage.enter("bob")
        window = self.window()
        self.press(window, "announce")
        self.assertEqual("/announce ", window.line.field.text())
        bob.forget()
        self.type_line(window, "/announce The server rests at six")
        self.assertRegex("\n".join(bob.heard()), r"\* MESSAGE .* announce=yes :The server rests at six")

    def test_write(self) -> None:
        """Enter on a name has a text for them typed."""
        self.stage.enter("bob")
        window = self.chosen("bob")
        QTest.keyClick(window.people, Qt.Key.Key_Return)
        self.assertEqual("/whisper bob ", window.line.field.text())

    def test_refused(self) -> None:
        """What the server refuses is said in the small window, which stays."""
        window = self.window()
        window.people.choose("ada")
        self.assertFalse(window.bar.reset.isEnabled())
        window.make_administrator()
        self.press(self.deed(window), "deedAct")
        self.assertIn("There must be an administrator", self.text(window, "deedError"))

    def test_back_up(self) -> None:
        """Back up has the server make one, and says where it is; the figures are not asked for meanwhile."""
        window = self.window(own=False)
        self.press(window, "backUp")
        self.press(self.deed(window), "deedAct")
        self.assertEqual(1, self.stage.shelf.made)
        self.assertEqual(
            "/var/lib/imserver/backups/imserver-20261120T100001Z.backup", self.text(window, "deedResult")
        )

    def test_no_backup(self) -> None:
        """What the server refuses is said, and the link lives on."""
        self.stage.shelf.why_not = NotBackedUp("damaged")
        window = self.window()
        self.press(window, "backUp")
        self.press(self.deed(window), "deedAct")
        self.assertIn("The database is damaged", self.text(window, "deedError"))
        self.wait(30)
        self.assertIs(State.ONLINE, self.overseer.link.state)

    def test_stop_elsewhere(self) -> None:
        """A window on a server elsewhere stops it when asked to, after a question; the window stays."""
        bob = self.stage.enter("bob")
        window = self.window(own=False)
        window.stop()
        notice = window.findChild(Notice)
        assert notice is not None
        (act,) = [one for one in notice.findChildren(QAbstractButton) if one.text() == "Stop the server"]
        QTest.mouseClick(act, Qt.MouseButton.LeftButton)
        self.wait(1)
        self.assertIn("* BYE shutdown retry-after=5", " ".join(bob.heard()))
        self.assertTrue(window.isVisible())

    def test_what_a_stop_means(self) -> None:
        """The others are told when to come back; where nobody else is, that is said of nobody."""
        window = self.window(own=False)
        self.assertEqual("Nobody else is connected; nothing is lost.", self.asked(window))
        self.stage.enter("bob")
        self.wait(3)
        self.assertEqual(
            "One other person is connected. Everybody is told when to come back, and nothing is lost.",
            self.asked(window),
        )

    def asked(self, window: MainWindow) -> str:
        """Be asked whether to stop it, and leave it; give the words."""
        window.stop()
        notice = window.findChild(Notice)
        assert notice is not None
        words: str = notice.findChildren(PlainLabel)[1].text()
        notice.close()
        self.wait(0.1)
        return words


class LookTests(WindowCase):
    def test_link(self) -> None:
        """A broken link is said at the head, and what needs it rests."""
        window = self.window()
        self.assertRegex(self.text(window, "linkState"), "^Running for .* · you are ada$")
        self.cables.laid[-1].actor.wire.drop()
        self.wait(0.1)
        self.assertIn("Not connected, trying again", self.text(window, "linkState"))
        self.assertFalse(window.head.invite.isEnabled())
        self.assertRegex(self.text(window, "counts"), r"as it was at \d\d:\d\d")
        self.assertEqual(self.text(window, "counts"), self.text(window, "figuresWhen"))
        self.assertEqual(self.text(window, "counts"), window.figures.accessibleDescription())
        when = window.findChild(QWidget, "figuresWhen")
        self.assertTrue(when.isVisible())
        self.wait(30)
        self.assertIs(State.ONLINE, self.overseer.link.state)
        self.assertFalse(when.isVisible())
        self.assertEqual("", window.figures.accessibleDescription())
        self.wait(5)
        self.assertTrue(window.head.invite.isEnabled())
        self.assertEqual("1 of 1 connected", self.text(window, "counts"))
        self.assertFalse(window.head.connect_.isVisible())

    def test_alone(self) -> None:
        """Whoever is the first one is told what to do; as soon as somebody comes, no more."""
        window = self.window()
        self.assertIn("Invite somebody", self.text(window.people, "empty"))
        self.stage.enter("bob")
        self.wait()
        self.assertEqual("", self.text(window.people, "empty"))

    def test_ended(self) -> None:
        """Who was sent away stays away, is told why, and comes back when asked to."""
        self.stage.enter("eve")
        self.stage.appoint("eve")
        window = self.window()
        self.stage.actor("eve").say("DISCONNECT ada")
        self.wait(40)
        self.assertIn("An administrator has ended this session", self.text(window, "linkState"))
        self.assertIn("An administrator has ended this session", self.text(window, "news"))
        self.press(window, "connect")
        self.wait(3)
        self.assertEqual("", self.text(window, "news"))
        self.assertRegex(self.text(window, "linkState"), "^Running for .* · you are ada$")

    def test_names(self) -> None:
        """Every control has a name for those who do not see it, and can be reached by key."""
        window = self.window()
        kinds = (QAbstractButton, QLineEdit, QAbstractItemView, QSpinBox)
        found = [one for one in window.findChildren(QWidget) if isinstance(one, kinds) and one.isVisible()]
        unnamed = [f"{one.objectName()} {type(one).__name__}" for one in found if not one.accessibleName()]
        self.assertEqual([], unnamed)
        for one in found:
            inside = isinstance(one.parent(), QLineEdit) or one.objectName() == "qt_spinbox_lineedit"
            reached = one.focusPolicy() & Qt.FocusPolicy.TabFocus
            self.assertTrue(inside or reached or "Header" in type(one).__name__, one.accessibleName())

    def test_looks(self) -> None:
        """It is painted in the light, in the dark, and with type of twice the size."""
        self.stage.enter("bob")
        window = self.window()
        for choice in (Choice.DARK, Choice.LIGHT):
            window.dress.choose(choice)
            self.assertFalse(window.grab().isNull())
        window.dress.wear(Choice.LIGHT, 2.0)
        self.assertFalse(window.grab().isNull())

    def test_sorting(self) -> None:
        """The table is sorted by any column, and who is chosen stays chosen."""
        for name in ("bob", "carol", "dave"):
            self.register(name)
        window = self.window()
        window.people.choose("carol")
        names = [row.split(",")[0] for row in self.rows()]
        self.assertEqual(["ada", "bob", "carol", "dave"], names)
        self.overseer.people.sort(0, Qt.SortOrder.DescendingOrder)
        self.assertEqual(["dave", "carol", "bob", "ada"], [row.split(",")[0] for row in self.rows()])
        person = window.people.person()
        self.assertEqual("carol", person.name if person else "")
        window.bar.sought.setText("car")
        self.assertEqual(["carol"], [row.split(",")[0] for row in self.rows()])
