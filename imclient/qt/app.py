"""The desktop client, put together: reactor, look, client and windows.

The one place in ``imclient.qt`` that installs a reactor; it must be imported before anything else does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PyQt5.QtCore import QRect
from PyQt5.QtWidgets import QApplication, QWidget
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorCore
from twisted.logger import Logger

from imclient.core.client import Client
from imclient.core.settings import Options

from .dress import Choice, Dress
from .main_window import MainWindow
from .start_dialog import Recent, StartDialog

_log = Logger()

#: Longer than this nobody waits for a server that does not say good-bye.
GOODBYE = 3.0


class Windows:
    """The start window, then the main window, then perhaps the start window again; and their client."""

    def __init__(
        self, make_client: Callable[[], Client], dress: Dress, options: Options, stop: Callable[[], None]
    ) -> None:
        self._make_client = make_client
        self._dress, self._options, self._stop = dress, options, stop
        self._window: QWidget | None = None
        self._going = False
        self.client = make_client()

    def begin(self, recent: list[Recent]) -> None:
        """Ask where to, and who."""
        options = self._options
        dialog = StartDialog(self.client, options.host or "", options.port, options.name or "", recent)
        dialog.logged_in.connect(lambda: self._enter(dialog))
        dialog.closed.connect(self._on_closed)
        self._show(dialog)

    def close(self) -> Deferred[None]:
        """Say good-bye to the server, flush what is kept."""
        return self.client.close()

    def _enter(self, dialog: StartDialog) -> None:
        host, port = dialog.form.host.text().strip(), dialog.form.port_number or 0
        self._options.host, self._options.port, self._options.name = host, port, self.client.name
        window = MainWindow(self.client, self._dress, host, port)
        window.closed.connect(self._on_closed)
        window.logged_out.connect(self._leave)
        self._show(window)

    def _leave(self) -> None:
        """Close what belongs to the account, and begin again."""
        self.client.close().addErrback(lambda failure: _log.failure("while logging out", failure))
        self.client = self._make_client()
        self.begin([])

    def _show(self, window: QWidget) -> None:
        """Show a window in the place of the one before."""
        before, self._window = self._window, window
        window.resize(window.sizeHint())
        if before is not None:
            window.setGeometry(before.geometry())
        elif self._options.geometry is not None:
            window.setGeometry(QRect(*self._options.geometry))
        window.show()
        if before is not None:
            self._going = True
            before.close()
            self._going = False
            before.deleteLater()

    def _on_closed(self) -> None:
        if not self._going:
            self._stop()


def main(options: Options) -> int:
    """Run the desktop client until its window is closed."""
    from imqt import reactor as imqt_reactor

    reactor = imqt_reactor.install()
    imqt_reactor.log_slot_exceptions()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    dress = Dress(app, Choice(options.theme))
    windows = Windows(lambda: Client(reactor), dress, options, lambda: _stop(reactor))
    reactor.addSystemEventTrigger("before", "shutdown", windows.close)
    windows.begin([])
    reactor.run()
    return 0
