"""The left of the start window fills in the fields at one stroke."""

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLineEdit, QWidget

from examples.made_up import MadeUpClient
from imclient.core.trust import Stranger
from imclient.qt.start_dialog import StartDialog
from imclient.qt.start_side import Recent
from imqt.dress import Choice, Dress
from tests.qt_case import QtCase, app

INVITE = f"imserver://lab.example:12001/K7#sha256:{'ab' * 32}"


class StartSideTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        Dress(app, Choice.LIGHT)
        recent = [Recent("class.example", 12002, "bob", "yesterday")]
        self.dialog = self.show(StartDialog(MadeUpClient(None), recent=recent))
        self.dialog.resize(1180, 760)
        self.settle()

    def test_recent(self) -> None:
        """A click on a recent server fills in the fields."""
        QTest.mouseClick(self.dialog.findChild(QWidget, "recent-class.example"), Qt.MouseButton.LeftButton)
        form = self.dialog.form
        self.assertEqual(
            ("class.example", 12002, "bob"), (form.host.text(), form.port_number, form.name.text())
        )

    def test_another(self) -> None:
        """What was said of the server before is not said of the one that is chosen then."""
        form, client = self.dialog.form, self.dialog._client
        self.dialog._fill("lab.example", 12001, "alice")
        form.password.setText("correct horse")
        form.register.click()
        self.assertIn("You have a name here", form.subject.text())
        client.refuse = Stranger("lab.example", 12001, "ab" * 32, "it made its certificate itself")
        self.dialog._reached = None
        form.log_in.click()
        digits = self.dialog.findChild(QWidget, "startFingerprint")
        self.assertTrue(digits.isVisible())
        QTest.mouseClick(self.dialog.findChild(QWidget, "recent-class.example"), Qt.MouseButton.LeftButton)
        self.settle()
        self.assertFalse(digits.isVisible())
        self.assertNotIn("You have a name here", form.subject.text())

    def test_password(self) -> None:
        """A password that was typed for one server is not said to another that is chosen then."""
        form = self.dialog.form
        self.dialog._fill("lab.example", 12001, "alice")
        form.password.setText("correct horse")
        self.dialog._fill("lab.example", 12001, "carol")
        self.assertEqual("correct horse", form.password.text())
        QTest.mouseClick(self.dialog.findChild(QWidget, "recent-class.example"), Qt.MouseButton.LeftButton)
        self.assertEqual("", form.password.text())

    def test_meant(self) -> None:
        """The server that the fields mean is marked, whoever filled them in."""
        self.dialog._fill("class.example", 12002, "")
        recent = self.dialog.findChild(QWidget, "recent-class.example")
        self.assertEqual("chosen", recent.property("role"))
        self.dialog._fill("class.example", 12002, "carol")
        self.assertEqual("", recent.property("role"))

    def test_invite(self) -> None:
        """An invite that is pasted here fills in host and port, and leaves the field empty."""
        field = self.dialog.findChild(QLineEdit, "startInvite")
        QApplication.clipboard().setText(INVITE)
        field.paste()
        form = self.dialog.form
        self.assertEqual(("lab.example", 12001, ""), (form.host.text(), form.port_number, field.text()))

    def test_typed(self) -> None:
        """One that is typed is read when Enter says that it is whole."""
        field = self.dialog.findChild(QLineEdit, "startInvite")
        QTest.keyClicks(field, "imserver://lab")
        self.assertEqual("", self.dialog.form.host.text())
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.assertEqual("lab", self.dialog.form.host.text())

    def test_damaged(self) -> None:
        """One that is damaged stays, and that is said."""
        field = self.dialog.findChild(QLineEdit, "startInvite")
        QApplication.clipboard().setText("imserver://lab.example/K7#sha256:ab")
        field.paste()
        self.assertEqual("imserver://lab.example/K7#sha256:ab", field.text())
        self.assertIn("this one is damaged", self.dialog.findChild(QWidget, "inviteWords").text())
