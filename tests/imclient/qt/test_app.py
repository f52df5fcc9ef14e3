"""One window after the other, and the end of the program."""

import gc
from pathlib import Path
from random import Random

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QLabel
from twisted.internet.defer import succeed

from examples.made_up import MadeUpClient
from imclient.core.settings import Options, Settings
from imclient.qt.app import Windows
from imclient.qt.main_window import MainWindow
from imclient.qt.start_dialog import StartDialog
from imqt import theme
from imqt.colours import Scheme
from imqt.dress import Choice, Dress
from imqt.plain import PlainLabel
from tests.qt_case import QtCase, app


class WindowsTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.clients: list[MadeUpClient] = []
        self.folder = Path(self.mktemp())
        self.stops: list[str] = []
        self.token: str | None = None
        self.windows = self.begin(Options(host="lab.example", port=12001, name="alice"))

    def begin(self, options: Options) -> Windows:
        windows = Windows(self.make, Dress(app, Choice.LIGHT), options, lambda: self.stops.append("stop"))
        windows.begin()
        return windows

    def make(self) -> MadeUpClient:
        client = MadeUpClient(None)
        client.settings = Settings.open(self.folder, Random(1))
        client.tokens.find = lambda *_: succeed(self.token)
        self.clients.append(client)
        return client

    @property
    def window(self) -> StartDialog | MainWindow:
        self.settle()
        shown = self.windows._window
        if shown not in self._windows:
            self._windows.append(shown)
        return shown

    def fields(self) -> list[str]:
        form = self.window.form
        return [field.text() for field in (form.host, form.port, form.name)]

    def come_in(self) -> None:
        self.window.form.password.setText("correct horse")
        self.window.form.log_in.click()

    def test_garbage(self) -> None:
        """Python does not look for garbage again and again among what was there when the window opened."""
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        self.addCleanup(gc.unfreeze)
        gc.unfreeze()
        self.come_in()
        self.assertIsInstance(self.window, MainWindow)
        self.assertGreater(gc.get_freeze_count(), 10_000)

    def test_command_line(self) -> None:
        """What the command line says stands in the fields."""
        form = self.window.form
        self.assertEqual(
            ("lab.example", "12001", "alice"), (form.host.text(), form.port.text(), form.name.text())
        )

    def test_where_one_was_last(self) -> None:
        """Without it, where one was last stands there."""
        settings = Settings.open(self.folder, Random(1))
        settings.remember("class.example", 12002, "bob")
        settings.save()
        self.window.close()
        self.windows = self.begin(Options())
        form = self.window.form
        self.assertEqual(
            ("class.example", "12002", "bob"), (form.host.text(), form.port.text(), form.name.text())
        )

    def test_the_name_there(self) -> None:
        """Of a server that is named on the command line the name stands there that was used at it last."""
        settings = Settings.open(self.folder, Random(1))
        for host, name in (("class.example", "bob"), ("class.example", "rob"), ("lab.example", "alice")):
            settings.remember(host, 12002, name)
        settings.save()
        self.window.close()
        self.windows = self.begin(Options(host="class.example", port=12002))
        self.assertEqual(["class.example", "12002", "rob"], self.fields())
        self.assertTrue(self.window.form.password.hasFocus())
        self.window.close()
        self.windows = self.begin(Options(host="other.example", port=12002))
        self.assertEqual(["other.example", "12002", ""], self.fields())
        self.assertTrue(self.window.form.name.hasFocus())

    def test_recent(self) -> None:
        """All servers one was at are beside the fields, each with the name that was used there last."""
        settings = Settings.open(self.folder, Random(1))
        for host, name in (("class.example", "bob"), ("lab.example", "alice"), ("class.example", "rob")):
            settings.remember(host, 12002, name)
        settings.save()
        self.window.close()
        self.windows = self.begin(Options())
        beside = [one.accessibleName() for one in self.window.side._recent]
        self.assertEqual(["class.example:12002 as rob", "lab.example:12002 as alice"], beside)

    def test_stayed_logged_in(self) -> None:
        """Who stays logged in finds that still wanted where the password is asked for once more."""
        settings = Settings.open(self.folder, Random(1))
        settings.remember("lab.example", 12001, "alice")
        settings.save()
        self.window.close()
        self.token = "t1"
        self.patch(MadeUpClient, "come_back", lambda client, name: succeed(False))
        self.windows = self.begin(Options())
        self.assertTrue(self.window.form.remember.isChecked())

    def test_before_the_window(self) -> None:
        """What is said before there is a window is said in it, and what is so no more by then is not."""
        client = self.clients[0]
        for sentence in ("The disk is full.", "You are no administrator any more."):
            client.notice.emit(sentence)
        client.over.emit("The disk is full.")
        self.come_in()
        shown = self.window.findChild(PlainLabel, "notice").text()
        self.assertEqual("You are no administrator any more.", shown)

    def test_coming_in(self) -> None:
        """After the log-in the main window stands in the place of the start window."""
        self.come_in()
        self.assertIsInstance(self.window, MainWindow)
        self.assertEqual("alice - imclient", self.window.windowTitle())
        self.assertEqual([], self.stops)

    def test_as_liked(self) -> None:
        """Whoever likes it dark, in larger type, finds it so at the next start; Ctrl+0 ends that."""
        self.addCleanup(Dress, app, Choice.LIGHT)
        self.come_in()
        window = self.window
        window.findChild(QAction, "theme-dark").trigger()
        QTest.keyClick(window, Qt.Key_Plus, Qt.ControlModifier)
        self.clients[0].settings.save()
        window.close()
        self.windows = self.begin(Options(host="lab.example", port=12001, name="alice"))
        self.assertEqual((Scheme.DARK, 10.5 * 1.1), (theme.scheme(), app.font().pointSizeF()))
        self.come_in()
        window = self.window
        self.assertTrue(window.findChild(QAction, "theme-dark").isChecked())
        QTest.keyClick(window, Qt.Key_0, Qt.ControlModifier)
        self.assertEqual(10.5, app.font().pointSizeF())

    def test_closing_the_window(self) -> None:
        """Closing the main window ends the program."""
        self.come_in()
        self.window.close()
        self.assertEqual(["stop"], self.stops)
        self.successResultOf(self.windows.close())
        self.assertTrue(self.clients[0].closed)

    def test_closing_the_start_window(self) -> None:
        """So does closing the start window."""
        self.window.close()
        self.assertEqual(["stop"], self.stops)

    def test_logging_out(self) -> None:
        """Logging out closes that client and asks again who one is; it does not come back by itself."""
        self.window.close()
        settings = Settings.open(self.folder, Random(1))
        settings.remember("lab.example", 12001, "alice")
        settings.save()
        self.windows = self.begin(Options())
        self.clients[:1] = []
        self.stops.clear()
        self.come_in()
        self.token = "t1"
        self.window.log_out()
        self.assertIsInstance(self.window, StartDialog)
        self.assertFalse(self.clients[0].stays_logged_in)
        self.assertEqual([True, False], [client.closed for client in self.clients])
        self.assertEqual([], self.stops)

    def test_logging_out_where_the_server_is_gone(self) -> None:
        """What could not be said to the server stands in the window that asks who one is."""
        self.come_in()
        self.clients[0].not_told = "The server could not be told."
        self.window.log_out()
        self.assertIsInstance(self.window, StartDialog)
        self.assertEqual("The server could not be told.", self.window.findChild(QLabel, "startWhy").text())
