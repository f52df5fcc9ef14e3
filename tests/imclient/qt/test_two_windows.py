"""Two real windows on two real clients and the real server, in memory, on a Clock."""

from __future__ import annotations

from PyQt5.QtWidgets import QWidget

from imclient.qt.conversation_rows import Kind

from .windows_case import WindowsCase


class TwoWindowsTests(WindowsCase):
    """Alice and Bob."""

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
