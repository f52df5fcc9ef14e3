"""The desktop client, put together: reactor, look, client and windows.

The one place in ``imclient.qt`` that installs a reactor, before anything can fetch another one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from random import SystemRandom

from PyQt5.QtCore import QRect, QTimer
from PyQt5.QtWidgets import QApplication, QWidget
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.error import ReactorNotRunning
from twisted.logger import Logger

from imclient.core import keyring_tokens, network
from imclient.core.client import Client
from imclient.core.running import OneThread
from imclient.core.settings import HOST, Options, profile_folder
from improtocol.invite import PORT
from imqt import garbage, qt_words
from imqt import reactor as imqt_reactor
from imqt.dress import Choice, Dress

from . import already_open, emblem
from .main_window import MainWindow
from .start_dialog import StartDialog
from .start_side import Recent

_log = Logger()

#: Milliseconds after which a desktop has put a frame round a new window.
FRAMED = 200


class Windows:
    """The start window, then the main window, then perhaps the start window again; and their client."""

    def __init__(
        self, make_client: Callable[[], Client], dress: Dress, options: Options, stop: Callable[[], None]
    ) -> None:
        self._make_client = make_client
        self._dress, self._options, self._stop = dress, options, stop
        self._window: QWidget | None = None
        #: what was asked for, until the window stands there with its frame
        self._place = None if options.geometry is None else QRect(*options.geometry)
        self._changing = False  #: one window takes the place of another
        self._leaving: list[Deferred[None]] = []
        self._noticed: list[str] = []  #: before there was a window to say it
        self.client = self._new_client()

    def begin(self) -> None:
        """Ask where to, and who; whoever stayed logged in is in at once."""
        dialog = self._ask()
        if self._options.name is None:
            dialog.come_back()

    def _ask(self, why: str = "") -> StartDialog:
        """Ask where to, and who; `why`: what ended it before."""
        host, port, name = self._where()
        dialog = StartDialog(self.client, host, port, name, recent(self.client), why)
        dialog.logged_in.connect(lambda: self._enter(dialog))
        dialog.closed.connect(self._on_closed)
        self._show(dialog)
        return dialog

    def bring(self) -> None:
        """Show the window to whoever looks for it."""
        window = self._window
        if isinstance(window, MainWindow):
            window.bring()
        elif window is not None:
            window.raise_()
            window.activateWindow()

    def close(self) -> Deferred[None]:
        """Say good-bye to the server, and write what is to be written."""
        return gatherResults([*self._leaving, self.client.close()]).addCallback(lambda _: None)

    def _where(self) -> tuple[str, int, str]:
        """Give what the command line said, or else where one was last."""
        options, settings = self._options, self.client.settings
        if options.invite is not None or (options.host, options.port) != (HOST, PORT):
            host, port = options.host, options.port
        else:
            host, port = settings.host, settings.port
        names = settings.names(host, port)
        return host, port, options.name or (names[0] if names else "")

    def _enter(self, dialog: StartDialog) -> None:
        link = self.client.link
        window = MainWindow(self.client, self._dress, link.host, link.port)
        window.closed.connect(self._on_closed)
        window.logged_out.connect(self._leave)
        window.signed_out.connect(self._leave)
        for sentence in self._noticed:
            window.notices.tell(sentence)
        self.client.notice.disconnect(self._noticed.append)
        self.client.over.disconnect(self._take_back)
        self._show(window)
        garbage.look_seldom()

    def _new_client(self) -> Client:
        client = self._make_client()
        self._noticed = []
        client.notice.connect(self._noticed.append)
        client.over.connect(self._take_back)
        liked, asked = client.settings.preferences, Choice(self._options.theme)
        known = liked.theme if liked.theme in tuple(Choice) else Choice.SYSTEM
        self._dress.wear(asked if asked is not Choice.SYSTEM else Choice(known), liked.scale)
        return client

    def _take_back(self, sentence: str) -> None:
        """Forget what is so no more."""
        self._noticed[:] = [one for one in self._noticed if one != sentence]

    def _leave(self, why: str = "") -> None:
        """Close what belongs to the account, and begin again."""
        self._leaving.append(self.client.close())
        self.client = self._new_client()
        self._ask(why)

    def _show(self, window: QWidget) -> None:
        """Show a window in the place of the one before."""
        before, self._window = self._window, window
        if before is not None:
            window.setGeometry(before.geometry())
        elif self._place is None and (kept := _place(self.client.settings.preferences.geometry)):
            window.setGeometry(kept)
        elif self._place is not None:
            window.move(self._place.topLeft())
            window.resize(self._place.size())
        else:
            window.resize(window.sizeHint())
        if self._place is not None:
            QTimer.singleShot(FRAMED, self._fit)
        window.show()
        window.activateWindow()
        if before is not None:
            self._changing = True
            before.close()
            self._changing = False
            before.deleteLater()

    def _fit(self) -> None:
        """Let the window with its frame be as large as was asked for; once is enough."""
        window, place = self._window, self._place
        if window is None or place is None or not window.isVisible():
            return
        frame = window.frameGeometry().size() - window.size()
        if not frame.isNull():
            self._place = None
            window.resize(place.size() - frame)

    def _on_closed(self) -> None:
        if not self._changing:
            self._stop()


def _place(written: str) -> QRect | None:
    """Read where a window stood; None, if that is on no screen of today."""
    try:
        x, y, width, height = map(int, written.split(","))
    except ValueError:
        return None
    place = QRect(x, y, width, height)
    screens = (screen.availableGeometry() for screen in QApplication.screens())
    return place if any(screen.contains(place.center()) for screen in screens) else None


def recent(client: Client) -> list[Recent]:
    """Give the servers one was at, the newest first."""
    servers = client.settings.servers
    return [Recent(server.host, server.port, next(iter(server.names), "")) for server in servers]


def main(options: Options) -> int:
    """Run the desktop client until its window is closed."""
    folder = profile_folder(options.profile)
    if options.asks_for_nothing and already_open.come_forward(folder):
        return 0
    try:
        reactor = imqt_reactor.install()
    except imqt_reactor.NoScreenError as error:
        print(error, file=sys.stderr)
        return 1
    reactor.seconds = time.monotonic
    imqt_reactor.log_slot_exceptions()
    imqt_reactor.log_what_went_wrong()
    app = imqt_reactor.make_application()
    qt_words.speak(app)
    app.setWindowIcon(emblem.icon())

    def stop() -> None:
        try:
            reactor.stop()
        except ReactorNotRunning:
            _log.debug("it stops already")

    dress = Dress(app, Choice(options.theme))
    ring, thread = keyring_tokens.installed(), None
    if ring is not None:
        thread = OneThread(reactor)

    def make_client() -> Client:
        client = Client(reactor, folder, invite=options.invite)
        if ring is not None and thread is not None:
            client.tokens = keyring_tokens.KeyringTokens(reactor, thread, ring, client.tokens)
        return client

    windows = Windows(make_client, dress, options, stop)
    reactor.addSystemEventTrigger("before", "shutdown", windows.close)
    # The client of then: who logs out gets another one.
    no_more = network.listen(reactor, SystemRandom(), lambda: windows.client.link.woke())  # noqa: PLW0108
    reactor.addSystemEventTrigger("before", "shutdown", no_more)
    windows.begin()
    already_open.listen(reactor, folder, windows.bring)
    from imqt.system_look import SystemLook

    SystemLook(dress.follow, app)
    if options.control is not None:
        from . import control

        control.attach(reactor, options.control, options.profile)
    reactor.run()
    return 0
