"""What was lost or begins anew is seen: at the real server, in memory."""

from __future__ import annotations

from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from imclient.core.settings import Options
from imclient.qt.app import Windows
from imclient.qt.conversation_rows import Kind
from imclient.qt.main_window import MainWindow
from improtocol.audience import Audience
from tests.imclient.core.real_server import RealServer

from .windows_case import WindowsCase

BOB = Audience.of("bob")
ANEW = "The server's log is another than before, as after a restore: everything is read anew."


class ResyncTests(WindowsCase):
    """Alice comes back, and the server's log is another, or has lost something."""

    def pass_time(self) -> None:
        for _ in range(3):
            QTest.qWait(40)
            self.wait(0.5)

    def another_log(self) -> None:
        """Let the server begin with a log of its own, in which alice and bob have names."""
        self.real = RealServer(self.clock, epoch="k4")
        for name in ("alice", "bob"):
            self.come_in(self.start(), name, register=True)

    def test_a_disk_that_is_well_again(self) -> None:
        """What is said of this computer's disk is taken back when it is well again, and nothing else."""
        alice = self.window("alice")
        alice._client.notice.emit("Another sentence.")
        trouble = alice._client._accounts.trouble
        trouble.emit("The disk is full.")
        self.assertEqual("Another sentence.\nThe disk is full.", self.text(alice, "notice"))
        trouble.emit("")
        self.assertEqual("Another sentence.", self.text(alice, "notice"))
        trouble.emit("The disk is full.")
        alice.notices.close_notice()
        trouble.emit("")
        self.assertEqual("", self.text(alice, "notice"))
        trouble.emit("The disk is full.")
        trouble.emit("")
        self.assertFalse(alice.notices.isVisible())

    def test_in_the_window(self) -> None:
        """In the middle of a session a strip says so, stops nobody, and goes when it is closed."""
        alice, _bob = (self.window(name) for name in ("alice", "bob"))
        self.say(alice, "before", "bob")
        back = self.leave(alice)
        self.another_log()
        back()
        self.pass_time()
        self.assertEqual(ANEW, self.text(alice, "notice"))
        self.assertIsNone(QApplication.activeModalWidget())
        self.assertNotIn("before", " ".join(self.words(alice)))
        self.press(alice, "closeNotice")
        self.assertEqual("", self.text(alice, "notice"))

    def test_at_the_login(self) -> None:
        """At a login it is said as soon as there is a window."""
        options = Options(host="lab.example", port=12000, name="alice")
        folder = self.come_in(self.start(), "alice", register=True).settings.folder
        self.another_log()
        windows = Windows(lambda: self.start(folder), self.dress, options, lambda: None)
        windows.begin()
        self._windows.append(windows._window)
        windows._window.form.password.setText("correct horse")
        windows._window.form.log_in.click()
        self.wait(2)
        window = windows._window
        assert isinstance(window, MainWindow)
        self._windows.append(window)
        self.assertEqual(ANEW, self.text(window, "notice"))

    def test_gap(self) -> None:
        """Where something was lost, a line says so between what was before and what comes after."""
        alice, bob = (self.window(name) for name in ("alice", "bob"))
        self.say(bob, "before", "alice")
        alice.write_to(["bob"])
        self.wait(1)
        client = alice._client
        number = client.conversations.get(BOB).messages[-1].number
        client.link.connection.dataReceived(b"* GAP %d :Older messages are no longer kept.\n" % (number + 1))
        self.pass_time()
        self.assertIn("no longer kept", self.text(alice, "notice"))
        kinds = [row.kind for row in alice.conversations.current.model.rows]
        self.assertEqual([Kind.DAY, Kind.MESSAGE, Kind.GAP], kinds)
