"""The server's window, put together: reactor, look, perhaps a server of its own, link and windows.

The one place in ``imserver.window`` that installs a reactor, before anything can fetch another one.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from platformdirs import user_config_path
from PyQt5.QtWidgets import QWidget
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.python.failure import Failure
from twisted.python.usage import UsageError

import imtongue
from improtocol.errors import Refusal
from improtocol.invite import Invite
from imqt import qt_words
from imqt import reactor as imqt_reactor
from imqt.dress import Choice, Dress

from ..cannot_start import CannotStart
from ..options import Options
from ..service import stop_once
from . import emblem, keys
from .entrance_dialog import ELSEWHERE, HERE, NEW, EntranceDialog
from .link import DEVICE, Key
from .main_window import MainWindow
from .overseer import Overseer
from .own import OwnServer
from .reaching import NoWay, read_address, way_in_words, way_to, why
from .remembered import Remembered

#: What the first administrator is called, unless they want another name.
NAME = "operator"


class WindowOptions(Options):
    """What ``imserver window`` is told: all that a server is told, and where another one is."""

    synopsis = "imserver window [options]"
    longdesc = (
        "Start a server with a window, for one person on one machine: closing the window stops it. "
        "With --attach the window is one on a server that runs already."
    )
    optParameters: ClassVar = [
        ["attach", None, None, "look at a running server: HOST, HOST:PORT or the line of an invite"],
        ["name", None, None, "the administrator's name"],
        ["theme", None, "system", "light, dark or system"],
    ]

    def opt_version(self) -> None:
        """Say which version it is, and exit."""
        from improtocol import __version__

        print(f"imserver {__version__}")
        raise SystemExit(0)

    def postOptions(self) -> None:
        """Refuse what is not known."""
        super().postOptions()
        if self["theme"] not in list(Choice):
            raise UsageError(f"--theme is {', '.join(Choice)}, not {self['theme']}.")


class Windows:
    """The entrance, then the main window, of a server here or elsewhere."""

    def __init__(self, reactor: Any, options: WindowOptions, dress: Dress, own: OwnServer | None) -> None:
        self._reactor, self._options, self._dress, self._own = reactor, options, dress, own
        self._server = own.address if own is not None else Invite("127.0.0.1")
        self._window: QWidget | None = None
        self._folder = user_config_path("imserver")
        self._liked = Remembered.read(self._folder)
        asked, known = Choice(options["theme"]), self._liked.theme
        self._asked = asked if asked is not Choice.SYSTEM else None
        dress.wear(self._asked or Choice(known if known in list(Choice) else "system"), self._liked.scale)
        device = DEVICE if own is not None else self._liked.named()
        self.overseer = Overseer(reactor, time.time, self._way, self._keep, device)

    def _way(self) -> IStreamClientEndpoint:
        return way_to(self._reactor, self._own.address if self._own is not None else self._server)

    @property
    def _key_file(self) -> Path:
        own = self._own
        return own.key_file if own is not None else keys.file_for(self._folder, self._server)

    def _keep(self, key: Key) -> None:
        keys.write(self._key_file, key)

    def begin(self) -> None:
        """Come in as last time, or ask."""
        if self._own is None and self._options["attach"]:
            self._server = read_address(self._options["attach"])
        key, name = keys.read(self._key_file), self._options["name"]
        if key is None or name not in (None, key.name):
            self._ask()
        else:
            self.overseer.enter(key).addCallbacks(
                lambda _: self._open(), self._not_in, errbackArgs=(key.name,)
            )

    def _not_in(self, failure: Failure, name: str) -> None:
        dialog = self._ask(name)
        if not failure.check(Refusal):
            dialog.refuse(why(failure, self._server))

    def close(self) -> Deferred[None]:
        """Leave; a server of our own is stopped in order first, and tells this window, too."""
        self._remember()
        if self._own is None:
            return self.overseer.close()
        own = self._own
        self.overseer.stays_away()
        return own.stop().addBoth(self._left)

    def _remember(self) -> None:
        """Keep how the window is liked; what was said on the command line holds for this time alone."""
        liked, dress = self._liked, self._dress
        liked.scale = dress.scale
        if dress.choice is not self._asked:
            liked.theme = dress.choice.value
        if isinstance(self._window, MainWindow):
            liked.take_place(self._window)
        liked.write(self._folder)

    def _left(self, result: object) -> Deferred[None]:
        left = self.overseer.close()
        return left.addCallback(lambda _: result if isinstance(result, Failure) else None)

    def _ask(self, last: str = "") -> EntranceDialog:
        code = self._own.service.first_code if self._own is not None else None
        if self._own is None:
            asked = replace(ELSEWHERE, server=self._options["attach"] or "")
        elif code is not None:
            asked = replace(NEW, code=code)
        else:
            asked = HERE
        dialog = EntranceDialog(asked, self._options["name"] or last or (NAME if code else ""), self._enter)
        dialog.entered.connect(self._open)
        dialog.closed.connect(self._stop)
        self._show(dialog)
        return dialog

    def _enter(self, server: Invite | None, key: Key) -> Deferred[None]:
        self._server = server or self._server
        return self.overseer.enter(key)

    def _open(self) -> None:
        own = self._own
        at = own.entrance if own is not None else self._server
        way = imtongue.tr(own.service.reach.value) if own is not None else way_in_words(at)
        place = f"{at.host}:{at.port}"
        window = MainWindow(self.overseer, self._dress, place, way, own=own is not None)
        window.closed.connect(self._stop)
        window.language_chosen.connect(self._speak)
        self._liked.place_again(window)
        self._show(window)

    def _speak(self, language: str) -> None:
        self._liked.language = language

    def _show(self, window: QWidget) -> None:
        before, self._window = self._window, window
        window.show()
        window.activateWindow()
        if before is not None:
            before.close()
            before.deleteLater()

    def _stop(self) -> None:
        try:
            self._reactor.stop()
        except ReactorNotRunning:
            return  # it stops already


def _options(argv: Sequence[str]) -> WindowOptions:
    options = WindowOptions()
    options.parseOptions(list(argv))
    if options["attach"]:
        read_address(options["attach"])
    return options


def main(argv: Sequence[str]) -> int:
    """Run the server's window until it is closed."""
    liked = Remembered.read(user_config_path("imserver"))
    imtongue.speak(liked.language or imtongue.of_the_system(os.environ))
    try:
        options = _options(argv)
        reactor = imqt_reactor.install()
    except (UsageError, CannotStart, NoWay, imqt_reactor.NoScreenError) as error:
        print(f"imserver: {error}", file=sys.stderr)
        return 1
    reactor.seconds = time.monotonic
    stop_once(reactor)
    imqt_reactor.log_slot_exceptions()
    imqt_reactor.log_what_went_wrong()
    app = imqt_reactor.make_application()
    app.setApplicationName("imserver")
    qt_words.speak(app)
    app.setWindowIcon(emblem.icon())
    dress = Dress(app)
    attached = options["attach"] is not None
    try:
        own = None if attached else OwnServer(reactor, options)
    except CannotStart as error:
        print(f"imserver: {error}", file=sys.stderr)
        return 1
    windows = Windows(reactor, options, dress, own)
    reactor.addSystemEventTrigger("before", "shutdown", windows.close)
    if own is not None:
        own.start()
    windows.begin()
    from imqt.system_look import SystemLook

    SystemLook(dress.follow, app)
    reactor.run()
    return 0
