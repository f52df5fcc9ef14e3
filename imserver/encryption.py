"""TLS for the ports that need it; its certificate is opened when the first of them does."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.task import LoopingCall

from .bounds import Bounds
from .certificate import LOOK, Certificate, Papers, open_certificate
from .tls import EncryptedFactory
from .vestibule import Vestibule


class Encryption:
    """The server's certificate, if it needs one, and who looks whether it has been renewed."""

    def __init__(
        self,
        reactor: Any,
        given: tuple[str | None, str | None],
        folder: Path,
        note: Callable[..., None],
        bounds: Bounds,
    ) -> None:
        self._reactor = reactor
        self._given = given
        self._folder = folder
        self._note = note
        self._bounds = bounds
        self._vestibule = Vestibule(reactor, bounds)
        self._certificate: Certificate | None = None
        self._looking = LoopingCall(self.look)
        self._looking.clock = reactor
        self._in_terminal = False
        self.reload = self.look  #: called at SIGHUP

    def wrap(self, factory: IProtocolFactory) -> IProtocolFactory:
        """Put TLS around what a factory makes."""
        if self._certificate is None:
            self._certificate = open_certificate(self._given, self._folder, self._note)
        return EncryptedFactory(self._certificate, factory, self._reactor, self._bounds, self._vestibule)

    @property
    def papers(self) -> Papers | None:
        """What this server shows; None: nobody needs it."""
        return None if self._certificate is None else self._certificate.papers

    def look(self) -> None:
        """Read the certificate again if its files have changed."""
        if self._certificate is not None:
            self._certificate.look()

    def start(self) -> None:
        """Look once a minute, and have SIGHUP reload."""
        self.look_on()
        self._in_terminal = _has_terminal()
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda *_: self._reactor.callFromThread(self._hung_up))

    def look_on(self) -> None:
        """Look once a minute from now on, if there is anything to look at."""
        if self._certificate is not None and not self._looking.running:
            self._looking.start(LOOK, now=False)

    def stop(self) -> None:
        """Look no more."""
        if self._looking.running:
            self._looking.stop()
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # by default it would end what is ending in order

    def _hung_up(self) -> None:
        """Tell whoever sent SIGHUP to have the files read from a terminal that was closed."""
        if self._in_terminal and not _has_terminal():
            self._reactor.stop()
        else:
            self.reload()


def _has_terminal() -> bool:
    return sys.__stdin__ is not None and not sys.__stdin__.closed and os.isatty(sys.__stdin__.fileno())
