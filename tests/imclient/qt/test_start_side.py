"""The left of the start window fills in the fields at one stroke."""

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLineEdit, QWidget

from examples.made_up import MadeUpClient
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
