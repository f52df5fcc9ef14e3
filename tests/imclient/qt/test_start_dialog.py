"""The start window."""

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from twisted.internet.defer import Deferred, succeed

from examples.made_up import MadeUpClient
from imclient.core.reaching import NoSuchHost
from imclient.core.trust import AnotherServer, Stranger
from imclient.qt.start_dialog import StartDialog
from improtocol import errors
from improtocol.invite import shown
from imqt.dress import Choice, Dress
from tests.qt_case import QtCase, app


class StartDialogTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        Dress(app, Choice.LIGHT)
        self.client = MadeUpClient(None)
        self.came_in: list[str] = []
        self.dialog = self.open()

    def open(self, **given: object) -> StartDialog:
        dialog = StartDialog(self.client, **given)
        dialog.logged_in.connect(lambda: self.came_in.append(self.client.name))
        self.show(dialog)
        return dialog

    def type(self, name: str, text: str) -> None:
        QTest.keyClicks(self.dialog.findChild(QWidget, name), text)

    def click(self, name: str) -> None:
        QTest.mouseClick(self.dialog.findChild(QWidget, name), Qt.MouseButton.LeftButton)

    def fill(self) -> None:
        self.type("startHost", "lab.example")
        self.type("startPort", "12001")
        self.type("startName", "alice")
        self.type("startPassword", "correct horse")

    def label(self, name: str) -> QLabel:
        return self.dialog.findChild(QLabel, name)

    def test_nothing_without_everything(self) -> None:
        """Register and Log in wait until server, name and password are there."""
        self.assertFalse(self.dialog.form.log_in.isEnabled())
        self.fill()
        self.assertTrue(self.dialog.form.log_in.isEnabled())
        self.assertTrue(self.dialog.form.register.isEnabled())
        self.assertEqual("Register alice", self.dialog.form.register.text())

    def test_enter(self) -> None:
        """Enter goes from field to field until nothing is missing; then it logs in from any of them."""
        form = self.dialog.form
        form.host.setFocus()
        QTest.keyClick(form.host, Qt.Key_Return)
        self.assertTrue(form.port.hasFocus())
        self.fill()
        QTest.keyClick(form.port, Qt.Key_Return)
        self.assertEqual(1, len(self.came_in))

    def test_invite(self) -> None:
        """An invite that is pasted in the place of the host fills in host and port."""
        host = self.dialog.findChild(QLineEdit, "startHost")
        QApplication.clipboard().setText(f"<imserver://lab.example:12001/K7#sha256:{'ab' * 32}>\n")
        host.paste()
        self.assertEqual(("lab.example", "12001"), (host.text(), self.dialog.form.port.text()))
        host.selectAll()
        QApplication.clipboard().setText("imserver://lab.example/K7#sha256:ab")
        host.paste()
        self.assertIn("this one is damaged", self.label("startError").text())
        host.selectAll()
        self.type("startHost", "imserver://lab")
        self.assertEqual("imserver://lab", host.text())

    def test_register_then_log_in(self) -> None:
        """A name is registered, that is said, and Log in is next."""
        self.fill()
        self.click("startRegister")
        self.assertIn("alice is registered", self.label("startDone").text())
        self.assertTrue(self.label("startDone").isVisible())
        self.assertEqual([], self.came_in)
        self.click("startLogIn")
        self.assertEqual(["alice"], self.came_in)

    def test_too_often(self) -> None:
        """Who tried too often reads so under the password: nothing is wrong with the server."""
        self.fill()
        self.dialog._reached = ("lab.example", 12001)
        self.client.refuse = errors.TooOften(retry_after=4)
        self.click("startLogIn")
        self.assertTrue(self.dialog.form.password.property("wrong"))
        self.assertFalse(self.dialog.form.host.property("wrong"))

    def test_wrong_password(self) -> None:
        """A refused log-in says one sentence under the password, which stays, and offers to register."""
        self.fill()
        self.client.refuse = errors.LoginRefused()
        # The connection is made first: it takes the refusal unless that one has been made.
        self.dialog._reached = ("lab.example", 12001)
        self.click("startLogIn")
        error = self.label("startError")
        self.assertEqual("Wrong name or password. New here? Then register this name.", error.text())
        self.settle()
        self.assertTrue(error.isVisible())
        self.assertTrue(self.dialog.form.password.property("wrong"))
        self.assertGreater(
            error.mapTo(self.dialog, error.pos()).y(),
            self.dialog.form.password.mapTo(self.dialog, error.pos()).y(),
        )
        self.assertTrue(self.dialog.form.register.isEnabled())
        self.assertEqual("correct horse", self.dialog.form.password.text())

    def test_name_taken(self) -> None:
        """A name that is taken is said under the name."""
        self.fill()
        self.dialog._reached = ("lab.example", 12001)
        self.client.refuse = errors.NameTaken("alice")
        self.click("startRegister")
        self.assertTrue(self.dialog.form.name.property("wrong"))
        self.assertIn("is taken", self.label("startError").text())

    def test_no_such_computer(self) -> None:
        """What is wrong with the server is said under the server, and can be tried again."""
        self.fill()
        self.client.refuse = OSError("There is no computer called lab.exmaple.")
        self.click("startLogIn")
        self.assertEqual("There is no computer called lab.exmaple.", self.label("startError").text())
        self.assertTrue(self.dialog.form.host.property("wrong"))
        self.click("startLogIn")
        self.assertEqual(["alice"], self.came_in)

    def test_typing_takes_the_error_back(self) -> None:
        """The sentence goes when something is changed."""
        self.fill()
        self.client.refuse = OSError("There is no computer called lab.exmaple.")
        self.click("startLogIn")
        self.type("startHost", "x")
        self.assertEqual("", self.label("startError").text())
        self.assertFalse(self.dialog.form.host.property("wrong"))

    def test_waiting(self) -> None:
        """While the server is asked, nothing can be pressed twice."""
        asked: Deferred[None] = Deferred()
        self.client.connect = lambda host, port: asked
        self.fill()
        self.click("startLogIn")
        self.assertFalse(self.dialog.form.log_in.isEnabled())
        asked.callback(None)
        self.assertEqual(["alice"], self.came_in)

    def test_enter_goes_on(self) -> None:
        """Enter goes from field to field, and at the end logs in."""
        self.dialog.activateWindow()
        self.fill()
        QTest.keyClick(self.dialog.form.password, Qt.Key.Key_Return)
        self.assertEqual(["alice"], self.came_in)

    def test_closing(self) -> None:
        """Closing the window tells so."""
        closed = []
        self.dialog.closed.connect(lambda: closed.append(1))
        self.dialog.close()
        self.assertEqual([1], closed)

    def test_ctrl_q(self) -> None:
        """So does Ctrl+Q, which closes it."""
        closed = []
        self.dialog.closed.connect(lambda: closed.append(1))
        QTest.keyClick(self.dialog, Qt.Key_Q, Qt.ControlModifier)
        self.assertEqual([1], closed)


FINGERPRINT = "ab" * 32


class FirstContactTests(StartDialogTests):
    """Who the server is, invites, and coming back."""

    def refused(self, refusal: Exception) -> None:
        self.fill()
        self.client.refuse = refusal
        self.click("startLogIn")

    def test_pasted(self) -> None:
        """An invite in its own field fills in the server and is taken for its code."""
        QApplication.clipboard().setText(f"imserver://lab.example:12001/K7-x#sha256:{FINGERPRINT}")
        self.dialog.findChild(QLineEdit, "startInvite").paste()
        self.assertEqual("lab.example", self.dialog.form.host.text())
        self.assertEqual("12001", self.dialog.form.port.text())
        self.assertEqual("K7-x", self.client.trust.code("lab.example", 12001))

    def test_damaged(self) -> None:
        """A damaged invite is said to be one, under its field, until another stands there."""
        QApplication.clipboard().setText("imserver://lab.example/K7#sha256:ab")
        field = self.dialog.findChild(QLineEdit, "startInvite")
        field.paste()
        self.assertIn("damaged", self.label("inviteWords").text())
        self.assertTrue(field.property("wrong"))
        self.assertIsNone(self.label("startError"))  # the server is not what is wrong
        field.selectAll()
        QTest.keyClick(field, Qt.Key_Delete)
        self.assertIn("somebody gave you", self.label("inviteWords").text())
        self.dialog.form.host.paste()
        self.assertIn("damaged", self.label("startError").text())

    def test_stranger(self) -> None:
        """Of a stranger the fingerprint is shown; who has compared it goes on by one press."""
        self.refused(Stranger("lab.example", 12001, FINGERPRINT, "it made its certificate itself"))
        self.assertIn("nothing was sent", self.label("startError").text())
        self.assertEqual(shown(FINGERPRINT), self.label("startFingerprint").text())
        self.assertTrue(self.dialog.form.trust.isVisible())
        self.click("startTrust")
        self.assertEqual(["alice"], self.came_in)
        self.assertTrue(self.client.trust.confirm("lab.example", 12001))
        self.assertEqual(FINGERPRINT, self.client.settings.fingerprint("lab.example", 12001))

    def test_another_server(self) -> None:
        """A server with another fingerprint than the known one cannot be trusted by a press."""
        self.client.settings.know("lab.example", 12001, "cd" * 32)
        self.refused(AnotherServer("lab.example", 12001, FINGERPRINT, "cd" * 32))
        self.assertIn("Another server answers", self.label("startError").text())
        self.assertFalse(self.dialog.form.trust.isVisible())
        self.assertEqual([], self.came_in)

    def test_known(self) -> None:
        """The fingerprint by which a server is known stands under it."""
        self.client.settings.know("lab.example", 12001, FINGERPRINT)
        self.fill()
        self.assertEqual(shown(FINGERPRINT), self.label("startFingerprint").text())
        self.assertIn("Known here", self.label("startKnown").text())

    def test_policy(self) -> None:
        """Where a name needs an invite, or none is given, Register says so and rests."""
        for policy, words in (("invite", "needs an invite"), ("closed", "takes no new names")):
            self.client.registering = policy
            self.fill() if policy == "invite" else None
            self.dialog._reached = ("lab.example", 12001)
            self.dialog._show_steps()
            self.assertFalse(self.dialog.form.register.isEnabled())
            self.assertIn(words, self.dialog.form.register.toolTip())
            self.assertTrue(self.dialog.form.log_in.isEnabled())

    def test_remember(self) -> None:
        """Who wants to stay logged in says so, and who does not is not."""
        asked: list[bool] = []
        self.client.log_in = lambda name, password, remember=False: asked.append(remember) or succeed(None)
        self.fill()
        self.click("startLogIn")
        self.dialog.form.remember.setChecked(True)
        self.click("startLogIn")
        self.assertEqual([False, True], asked)

    def test_come_back(self) -> None:
        """Who stayed logged in is in again without a password."""
        self.client.tokens.find = lambda place, name: succeed("t1")
        dialog = self.open(host="lab.example", port=12001, name="alice")
        dialog.come_back()
        self.assertEqual(["alice"], self.came_in)

    def test_come_back_later(self) -> None:
        """Where the server is away one goes on with what this computer holds; where it holds nothing, not."""
        for held in (set(), {"alice"}):
            self.client.held = held
            self.comes_back_to(NoSuchHost("There is no computer called lab.example."))
            self.assertEqual(sorted(held), self.came_in)
        self.assertIsNone(self.label("startError"))

    def test_come_back_to_another(self) -> None:
        """Where another server answers, or it refuses, that is said, and nobody goes on unawares."""
        self.client.held = {"alice"}
        for refusal, words in (
            (AnotherServer("lab.example", 12001, FINGERPRINT, "cd" * 32), "Another server answers"),
            (errors.TooOften(retry_after=4), "4"),
        ):
            self.comes_back_to(refusal)
            self.assertEqual([], self.came_in)
            self.assertIn(words, self.label("startError").text())

    def comes_back_to(self, refusal: Exception) -> None:
        """Begin as who stayed logged in."""
        self.client.tokens.find = lambda place, name: succeed("t1")
        self.client.refuse = refusal
        self.dialog = self.open(host="lab.example", port=12001, name="alice")
        self.dialog.come_back()

    def test_signed_out(self) -> None:
        """Whose token opens nothing any more is told, and says the password."""
        self.client.tokens.find = lambda place, name: succeed("t1")
        self.client.come_back = lambda name: succeed(False)
        self.dialog = self.open(host="lab.example", port=12001, name="alice")
        self.dialog.come_back()
        self.assertIn("say the password again", self.label("startWhy").text())
        self.assertEqual([], self.came_in)

    def test_notice(self) -> None:
        """Who waits for this computer's disk is told so, while it is so; who is in hears it elsewhere."""
        self.client.notice.emit("This computer's disk cannot be written.")
        self.assertIn("disk cannot be written", self.label("startWhy").text())
        self.assertTrue(self.label("startWhy").isVisible())
        self.client.over.emit("Another sentence.")
        self.assertIn("disk cannot be written", self.label("startWhy").text())
        self.client.over.emit("This computer's disk cannot be written.")
        self.assertEqual("", self.label("startWhy").text())
        self.fill()
        self.click("startLogIn")
        self.client.notice.emit("Another sentence.")
        self.assertNotIn("Another", self.label("startWhy").text())

    def test_offline(self) -> None:
        """Where the server cannot be reached, what this computer holds can be read."""
        self.refused(OSError("There is no computer called lab.example."))
        self.assertFalse(self.dialog.form.offline.isVisible())
        self.client.held = {"alice"}
        self.client.refuse = OSError("There is no computer called lab.example.")
        self.click("startLogIn")
        self.assertTrue(self.dialog.form.offline.isVisible())
        self.click("startOffline")
        self.assertEqual(["alice"], self.came_in)
