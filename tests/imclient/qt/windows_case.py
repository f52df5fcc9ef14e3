"""Real windows on real clients and the real server, in memory, on a Clock."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QWidget

from imclient.core.client import Client
from imclient.qt.conversation_model import in_words
from imclient.qt.conversation_rows import Kind
from imclient.qt.main_window import MainWindow
from imclient.qt.start_dialog import StartDialog
from imqt.dress import Choice, Dress
from tests.imclient.core import test_end_to_end
from tests.qt_case import QtCase, app

ENTER = Qt.Key.Key_Return


class WindowsCase(QtCase, test_end_to_end.RealCase):
    """Windows of people who talk."""

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
        return self.open(client)

    def open(self, client: Client) -> MainWindow:
        """Open the main window of somebody who is in."""
        return self.show(MainWindow(client, self.dress, "lab.example", 12000))

    def look_at(self, window: MainWindow, looks: bool = True) -> None:
        """Let somebody look at a window, or away."""
        window.conversations.be_here(looks)
        self.wait(0.5)

    def leave(self, window: MainWindow) -> Callable[[], None]:
        """Break a window's link; give what lets it come back."""
        net = self.nets[window._client]
        serve, net.serve = net.serve, None
        self.cut(window._client)
        self.wait(1)

        def back() -> None:
            net.serve = serve
            self.wait(70)

        return back

    def words(self, window: MainWindow) -> list[str]:
        """Give all there is in the conversation on a window's screen, in words."""
        view = window.conversations.current
        assert view is not None
        view.model.flush()
        return [in_words(row, view.model.me) for row in view.model.rows]

    def text(self, window: QWidget, name: str) -> str:
        """Give the text of a control that is on the screen; empty, if it is not."""
        found = [one for one in window.findChildren(QWidget, name) if one.isVisible()]
        return found[0].text() if found else ""

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
