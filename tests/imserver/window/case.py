"""The server's window on the whole server, in memory, on a Clock."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QWidget
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from imqt.dress import Choice, Dress
from imserver.window.link import Key
from imserver.window.main_window import MainWindow
from imserver.window.overseer import Overseer
from imserver.window.wire_model import Kind
from tests.qt_case import QtCase, W, app, process
from tests.stage import Actor, Stage

PASSWORD = "correct horse"
#: Seconds in which nobody in these tests says more than once what waits for an answer.
STEP = 0.05


class Cable(StringTransport):
    """The window's end of a connection to the stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.actor = Actor(stage, stage.server.buildProtocol(None))
        self.protocol: Any = None
        self.closed = False

    def write(self, data: bytes) -> None:
        """Carry it to the server."""
        if not self.closed:
            self.actor.send(data)

    def loseConnection(self) -> None:
        """Close."""
        self.close()
        self.actor.wire.drop()

    def close(self) -> None:
        """Have the window hear that it is closed."""
        if not self.closed:
            self.closed = True
            self.protocol.connectionLost(Failure(ConnectionDone()))

    def carry(self) -> bool:
        """Carry what the server said to the window; say whether there was anything."""
        wire = self.actor.wire
        said = wire.value()
        wire.clear()
        if said and not self.closed:
            self.protocol.dataReceived(said)
        if wire.closed and not self.closed:
            self.close()
        return bool(said)


class Cables:
    """The way to the stage: an endpoint."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.laid: list[Cable] = []

    def connect(self, factory: Any) -> Deferred[Any]:
        """Lay a cable."""
        cable = Cable(self._stage)
        cable.protocol = factory.buildProtocol(None)
        cable.protocol.makeConnection(cable)
        self.laid.append(cable)
        return succeed(cable.protocol)


class Overseen:
    """A server, its administrator's window, and people; time goes by the server's clock."""

    stage: Stage
    overseer: Overseer

    def begin(self, dress: Dress) -> None:
        """Let there be a server at which nobody is yet."""
        self.stage = Stage()
        self.cables = Cables(self.stage)
        self.dress = dress
        self.kept: list[Key] = []
        self.opened: list[MainWindow] = []

    def now(self) -> float:
        """Tell the time."""
        return self.stage.now() / 1000

    def wait(self, seconds: float = 1.0) -> None:
        """Let time pass for the server, the window, and what is between them."""
        for _ in range(max(1, round(seconds / STEP))):
            self.stage.wait(STEP)
            while sum(cable.carry() for cable in self.cables.laid):
                self.stage.settle()
        for model in self.models:
            model.refresh()
        process()
        for window in self.opened:
            window.counting.now()

    @property
    def models(self) -> list[Any]:
        """Give what gathers news for a moment before it is shown."""
        return [self.overseer.people, self.overseer.wire] if hasattr(self, "overseer") else []

    def oversee(self, name: str = "ada", *, appoint: bool = True) -> Overseer:
        """Let an administrator's window look."""
        self.register(name)
        if appoint:
            self.stage.appoint(name)
        self.overseer = Overseer(self.stage.clock, self.now, lambda: self.cables, self.kept.append)  # type: ignore[arg-type, return-value]
        self.entered = self.overseer.enter(Key(name, PASSWORD))
        self.wait(3)
        return self.overseer

    def window(self, *, own: bool = True, place: str = "127.0.0.1:12000", way: str = "") -> MainWindow:
        """Open the main window."""
        if not hasattr(self, "overseer"):
            self.oversee()
        window = MainWindow(self.overseer, self.dress, place, way, own=own)
        self.show(window)
        self.opened.append(window)
        window.resize(window.sizeHint())
        self.wait(3)
        return window

    def show(self, widget: W) -> W:
        """Leave it to whoever wants to see it."""
        return widget

    def register(self, name: str) -> None:
        """Let somebody take a name, and go."""
        newcomer = self.stage.newcomer()
        newcomer.say(f"REGISTER {name} :{PASSWORD}")
        newcomer.leave()


class WindowCase(QtCase, Overseen):
    """So, in a test."""

    def setUp(self) -> None:
        super().setUp()
        self.begin(Dress(app, Choice.LIGHT))

    def oversee(self, name: str = "ada", *, appoint: bool = True) -> Overseer:
        """Let an administrator's window look, until the test is over."""
        overseer = super().oversee(name, appoint=appoint)
        self.addCleanup(overseer.close)
        return overseer

    # --- what a person does and sees ---

    def press(self, window: QWidget, name: str) -> None:
        button = window.findChild(QWidget, name)
        assert button is not None, name
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        self.wait()

    def type_line(self, window: MainWindow, line: str) -> None:
        """Type a line at the bottom, and Enter."""
        window.line.field.setText(line)
        QTest.keyClick(window.line.field, Qt.Key.Key_Return)
        self.wait()

    def text(self, window: QWidget, name: str) -> str:
        found: Any = next((one for one in window.findChildren(QWidget, name) if one.isVisible()), None)
        return (
            ""
            if found is None
            else str(found.toPlainText() if hasattr(found, "toPlainText") else found.text())
        )

    def rows(self) -> list[str]:
        """Give the table, a row in words."""
        model = self.overseer.people
        model.refresh()
        role = Qt.ItemDataRole.AccessibleTextRole
        return [str(model.data(model.index(row, 0), role)) for row in range(model.rowCount())]

    def lines(self, kind: Kind | None = None) -> list[str]:
        """Give what was seen on the wire."""
        self.overseer.wire.refresh()
        return [row.text for row in self.overseer.wire.rows if kind in (None, row.kind)]
