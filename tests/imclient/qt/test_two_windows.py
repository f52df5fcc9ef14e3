"""Two real windows on two real clients and the real server, in memory, on a Clock."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QWidget

from imclient.core.client import Client
from imclient.qt.conversation_rows import Kind
from imclient.qt.dress import Choice, Dress
from imclient.qt.main_window import MainWindow
from imclient.qt.start_dialog import StartDialog
from tests.imclient.core import test_end_to_end
from tests.qt_case import QtCase, app

ENTER = Qt.Key.Key_Return


class TwoWindowsTests(QtCase, test_end_to_end.RealCase):
    """Alice and Bob."""

    def setUp(self) -> None:
        super().setUp()
        self.dress = Dress(app, Choice.LIGHT)

    def settle(self) -> None:
        """Let everything happen, on the wires and on the screen."""
        test_end_to_end.RealCase.settle(self)
        QtCase.settle(self)

    # What a person does

    def begin(self, client: Client, name: str, *, password: str = "correct horse") -> StartDialog:
        """Fill in the start window."""
        dialog = self.show(StartDialog(client, "lab.example", 12000, name))
        dialog.form.password.setText(password)
        return dialog

    def press(self, window: QWidget, name: str) -> None:
        button = window.findChild(QWidget, name)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        self.settle()

    def window(self, name: str) -> MainWindow:
        """Register, log in, and open the main window."""
        client = self.start()
        dialog = self.begin(client, name)
        self.press(dialog, "startRegister")
        self.press(dialog, "startLogIn")
        self.wait(0.5)
        self.assertEqual(name, client.name, dialog.form.subject.text())
        dialog.close()
        return self.show(MainWindow(client, self.dress, "lab.example", 12000))

    def say(self, window: MainWindow, text: str, *to: str) -> None:
        if to:
            window.write_to(list(to))
        QTest.keyClicks(window.composer.edit, text)
        QTest.keyClick(window.composer.edit, ENTER)
        self.wait(0.5)

    def shown(self, window: MainWindow) -> list[tuple[Kind, str]]:
        """Give the messages on a window's screen."""
        view = window.conversations.current
        assert view is not None
        view.model.flush()
        return [(row.kind, row.text) for row in view.model.rows if row.said is not None]

    # What is true

    def test_talk(self) -> None:
        """What Alice says to Bob stands in a tab of Bob's, and his answer in hers."""
        alice, bob = self.window("alice"), self.window("bob")
        self.say(alice, "Lunch at one?", "bob")
        self.assertIn(("person", "alice", 1), bob.conversations.tabs.titles())
        self.say(bob, "Yes <b>please</b>", "alice")
        talk = [(Kind.MESSAGE, "Lunch at one?"), (Kind.MESSAGE, "Yes <b>please</b>")]
        self.assertEqual(talk, self.shown(alice))
        self.assertEqual(talk, self.shown(bob))

    def test_three_modes(self) -> None:
        """One, several and everyone go where they should, and each reader sees to whom."""
        alice, bob, carol = (self.window(name) for name in ("alice", "bob", "carol"))
        self.say(alice, "to one", "bob")
        self.say(alice, "to both", "bob", "carol")
        alice.composer.audience.aim(None)
        self.say(alice, "to all")
        titles = [title for _, title, _ in bob.conversations.tabs.titles()]
        self.assertEqual({"Everyone", "alice", "alice, carol"}, set(titles))
        carol.write_to(["alice", "bob"])
        self.settle()
        self.assertEqual([(Kind.MESSAGE, "to both"), (Kind.ASIDE, "to all")], self.shown(carol))

    def test_ping(self) -> None:
        """A ping finds the other window, which answers by itself."""
        alice, _bob = self.window("alice"), self.window("bob")
        alice.write_to(["bob"])
        self.press(alice, "ping")
        self.wait(0.5)
        self.assertIn("bob answered in", alice.findChild(QWidget, "news").text())

    def test_broken_link(self) -> None:
        """What is written while the link is broken waits in sight, and goes when it is back."""
        alice, bob = self.window("alice"), self.window("bob")
        net = self.nets[alice._client]
        net.serve, serve = None, net.serve
        self.cut(alice._client)
        self.say(alice, "Is anybody there?", "bob")
        self.assertIn("trying again", alice.findChild(QWidget, "linkState").text())
        self.assertEqual("1 message waits in the outbox", alice.findChild(QWidget, "outboxState").text())
        net.serve = serve
        self.wait(60)
        self.assertEqual("Outbox empty", alice.findChild(QWidget, "outboxState").text())
        bob.write_to(["alice"])
        self.settle()
        self.assertEqual([(Kind.MESSAGE, "Is anybody there?")], self.shown(bob))

    def test_people_come_and_go(self) -> None:
        """Who comes is added to the other's roster, who leaves goes down in it."""
        alice = self.window("alice")
        bob = self.window("bob")
        self.wait(1)
        alice.roster.model.refresh()
        self.assertIn("Connected, 1 of 1", [row.name for row in alice.roster.model.rows])
        bob.close()
        self.end(bob._client)
        self.wait(11)
        alice.roster.model.refresh()
        self.assertIn("Not connected, 1", [row.name for row in alice.roster.model.rows])

    def test_refused(self) -> None:
        """A taken name and a wrong password are said under their fields."""
        self.window("alice")
        dialog = self.begin(self.start(), "alice", password="wrong horse")
        self.press(dialog, "startRegister")
        self.wait(10)
        self.assertIn("is taken", dialog.findChild(QWidget, "startError").text())
        self.press(dialog, "startLogIn")
        self.wait(10)
        error = dialog.findChild(QWidget, "startError").text()
        self.assertEqual("Wrong name or password. New here? Then register this name.", error)
