"""The devices of an account, and being signed out: at the real server, in memory."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractButton, QAction, QWidget

from imclient.core.client import LinkState
from imclient.core.settings import Options
from imclient.qt.app import Windows
from imclient.qt.devices_window import DevicesWindow
from imclient.qt.main_window import MainWindow
from imclient.qt.start_dialog import StartDialog
from imqt.plain import Notice, PlainLabel

from .windows_case import WindowsCase


class DevicesTests(WindowsCase):
    """Alice has a window here, and is logged in elsewhere too."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.window("alice")
        self.phone = self.come_in(self.start(), "alice")
        self.wait(1)

    def devices(self) -> DevicesWindow:
        self.alice.findChild(QAction, "listDevices").trigger()
        self.wait(1)
        return self.alice.findChild(DevicesWindow)

    def lines(self, devices: DevicesWindow) -> list[str]:
        labels = [one for one in devices.findChildren(PlainLabel) if one.isVisible()]
        return [one.text() for one in labels]

    def buttons(self, devices: DevicesWindow) -> list[str]:
        found = devices.findChildren(QAbstractButton)
        return [one.objectName() for one in found if one.objectName().startswith("listing-")]

    def test_list(self) -> None:
        """Each is listed with its last use, and all but this one can be signed out."""
        devices = self.devices()
        here, there = (client.settings.device for client in (self.alice._client, self.phone))
        lines = self.lines(devices)
        self.assertEqual("this device, in use now", lines[lines.index(here) + 1])
        self.assertEqual("in use now", lines[lines.index(there) + 1])
        self.assertEqual([f"listing-{there}"], self.buttons(devices))

    def test_sign_out(self) -> None:
        """One is signed out after a question, and is gone from the list."""
        devices = self.devices()
        there = self.phone.settings.device
        self.press(devices, f"listing-{there}")
        self.assertIs(LinkState.ONLINE, self.phone.link.state)
        question = devices.findChild(Notice)
        self.assertIn(there, question.windowTitle())
        act = next(one for one in question.findChildren(QAbstractButton) if one.text() == "Sign out")
        QTest.mouseClick(act, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        self.wait(2)
        self.assertIs(LinkState.SIGNED_OUT, self.phone.link.state)
        self.assertEqual([], self.buttons(devices))

    def test_no_connection(self) -> None:
        """Without a connection it says so, and nothing is waited for."""
        self.leave(self.alice)
        self.assertIn("Not connected.", self.lines(self.devices()))

    def test_by_slash(self) -> None:
        """/devices lists them too."""
        QTest.keyClicks(self.alice.composer.edit, "/devices")
        QTest.keyClick(self.alice.composer.edit, Qt.Key.Key_Return)
        self.wait(1)
        self.assertIsNotNone(self.alice.findChild(DevicesWindow))


class SignedOutTests(WindowsCase):
    def test_signed_out(self) -> None:
        """Who is signed out from elsewhere reads why in the start window, and may log in again."""
        self.person("alice")
        elsewhere = self.come_in(self.start(), "alice")
        options = Options(host="lab.example", port=12000, name="alice")
        stops: list[str] = []
        windows = Windows(self.start, self.dress, options, lambda: stops.append("stop"))
        windows.begin()
        self.log_in(windows)
        client = windows.client
        self.assertIsInstance(self.on_screen(windows), MainWindow)
        done = elsewhere.sign_out(client.settings.device)
        self.wait(2)
        self.successResultOf(done)
        start = self.on_screen(windows)
        self.assertIsInstance(start, StartDialog)
        self.assertIn("To come back, log in.", self.text(start, "startWhy"))
        self.assertEqual([], stops)
        self.log_in(windows)
        self.assertIsInstance(self.on_screen(windows), MainWindow)

    def on_screen(self, windows: Windows) -> QWidget:
        self.settle()
        shown = windows._window
        assert shown is not None
        if shown not in self._windows:
            self._windows.append(shown)
        return shown

    def log_in(self, windows: Windows) -> None:
        form = self.on_screen(windows).form
        form.password.setText("correct horse")
        form.log_in.click()
        self.wait(2)
