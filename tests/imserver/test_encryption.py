"""When the certificate is looked at, and what SIGHUP means."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import BOUNDS
from imserver.certificate import make
from imserver.encryption import Encryption


class Reactor(Clock):
    """A clock that can be stopped, and hears from signals."""

    stopped = False

    def callFromThread(self, act: Callable[..., object], *args: Any) -> None:
        act(*args)

    def stop(self) -> None:
        self.stopped = True


class Terminal:
    """A standard input: a terminal's end that may be closed, or none."""

    closed = False

    def __init__(self, file: int) -> None:
        self._file = file

    def fileno(self) -> int:
        return self._file


class HangUpTests(SynchronousTestCase):
    """A server whose certificate may be renewed."""

    def setUp(self) -> None:
        before = signal.getsignal(signal.SIGHUP)
        self.addCleanup(signal.signal, signal.SIGHUP, before)
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.noted: list[str] = []
        self.reactor = Reactor()
        self.encryption = Encryption(
            self.reactor, (None, None), self.folder, lambda event, **_: self.noted.append(event), BOUNDS
        )

    def begin(self) -> None:
        self.encryption.wrap(Factory())
        self.encryption.start()
        self.addCleanup(self.encryption.stop)
        make(self.folder / "certificate.pem")

    def test_asked(self) -> None:
        """SIGHUP has a renewed certificate read."""
        self.begin()
        signal.raise_signal(signal.SIGHUP)
        self.assertEqual(["certificate", "certificate"], self.noted)
        self.assertFalse(self.reactor.stopped)

    def test_terminal(self) -> None:
        """A terminal that is closed ends a server that was started in it; one that is there does not."""
        primary, secondary = os.openpty()
        self.patch(sys, "__stdin__", Terminal(secondary))
        self.begin()
        signal.raise_signal(signal.SIGHUP)
        self.assertEqual((False, 2), (self.reactor.stopped, len(self.noted)))
        os.close(primary)
        signal.raise_signal(signal.SIGHUP)
        self.assertTrue(self.reactor.stopped)
        os.close(secondary)

    def test_nothing_to_renew(self) -> None:
        """Without TLS the configuration is read again; from the end on the signal does nothing."""
        asked: list[str] = []
        self.encryption.reload = lambda: asked.append("reload")
        self.encryption.start()
        signal.raise_signal(signal.SIGHUP)
        self.encryption.stop()
        self.assertEqual((["reload"], signal.SIG_IGN), (asked, signal.getsignal(signal.SIGHUP)))
