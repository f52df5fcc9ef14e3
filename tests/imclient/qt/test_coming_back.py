"""Who stays logged in is in again at the next start; at the real server, in memory."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtWidgets import QAction

from imclient.core.client import LinkState
from imclient.qt.start_dialog import StartDialog

from .windows_case import WindowsCase


class ComingBackTests(WindowsCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.mktemp())
        self.came_in = 0
        client = self.start(self.folder)
        dialog = self.begin(client, "alice")
        self.press(dialog, "startRegister")
        dialog.form.remember.setChecked(True)
        self.press(dialog, "startLogIn")
        self.wait(1)
        dialog.close()
        self.end(client)
        self.dead.add(client)

    def next_start(self) -> StartDialog:
        client = self.start(self.folder)
        dialog = self.show(StartDialog(client, "lab.example", 12000, "alice"))
        dialog.logged_in.connect(self._count)
        dialog.come_back()
        self.wait(2)
        return dialog

    def _count(self) -> None:
        self.came_in += 1

    def test_without_password(self) -> None:
        """One is in again, and the next time, too; no password stands anywhere in the profile."""
        for expected in (1, 2):
            dialog = self.next_start()
            self.assertEqual(expected, self.came_in, dialog.form.subject.text())
            client = dialog._client
            self.assertEqual(("alice", LinkState.ONLINE), (client.name, client.link.state))
            dialog.close()
            self.end(client)
            self.dead.add(client)
        for file in self.folder.rglob("*"):
            self.assertNotIn(b"correct horse", file.read_bytes() if file.is_file() else b"")

    def test_while_the_server_is_away(self) -> None:
        """One reads and writes at once where the server is away, and is in as soon as it is there."""
        client = self.start(self.folder)
        net = self.nets[client]
        serve, net.serve = net.serve, None
        dialog = self.show(StartDialog(client, "lab.example", 12000, "alice"))
        dialog.logged_in.connect(self._count)
        dialog.come_back()
        self.wait(2)
        self.assertEqual((1, "alice"), (self.came_in, client.name))
        dialog.close()
        window = self.open(client)
        self.say(window, "a note", "alice")
        self.assertIs(LinkState.WAITING, client.link.state)
        net.serve = serve
        self.wait(70)
        self.assertIs(LinkState.ONLINE, client.link.state)
        self.assertEqual(0, client.outbox.waiting)

    def test_signed_out_meanwhile(self) -> None:
        """Who comes back later with what opens nothing any more is asked for the password."""
        other = self.start()
        self.come_in(other, "alice")
        done = other.change_password(None, "battery staple")
        self.wait(1)
        self.successResultOf(done)
        client = self.start(self.folder)
        net = self.nets[client]
        serve, net.serve = net.serve, None
        dialog = self.show(StartDialog(client, "lab.example", 12000, "alice"))
        dialog.come_back()
        self.wait(1)
        dialog.close()
        window = self.open(client)
        why: list[str] = []
        window.signed_out.connect(why.append)
        net.serve = serve
        self.wait(70)
        self.assertIn("Log in", "".join(why))

    def test_not_wanted(self) -> None:
        """Who logs in without wanting it is asked for the password at the next start."""
        dialog = self.next_start()
        dialog.close()
        self.end(dialog._client)
        self.dead.add(dialog._client)
        client = self.start(self.folder)
        again = self.begin(client, "alice")
        self.press(again, "startLogIn")
        self.wait(1)
        again.close()
        self.end(client)
        self.dead.add(client)
        self.came_in = 0
        self.next_start()
        self.assertEqual(0, self.came_in)


class ConnectNowTests(WindowsCase):
    """Alice's link breaks while she looks on."""

    def test_without_waiting(self) -> None:
        """The menu offers to come back at once while one is away from the server, and only then."""
        window = self.window("alice")
        now, link = window.findChild(QAction, "connectNow"), window._client.link
        self.assertFalse(now.isEnabled())
        net = self.nets[window._client]
        serve, net.serve = net.serve, None
        self.cut(window._client)
        self.wait(20)
        self.assertIs(LinkState.WAITING, link.state)
        self.assertTrue(now.isEnabled())
        net.serve = serve
        now.trigger()
        self.settle()
        self.assertIs(LinkState.ONLINE, link.state)
        self.assertFalse(now.isEnabled())
