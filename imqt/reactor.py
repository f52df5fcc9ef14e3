"""The reactor under every window: qt5reactor's ``QtReactor``, which turns Twisted in Qt's loop, made right.

qt5reactor 0.6.3 reads and writes well, but starts, stops and counts time badly: closing the last window
leaves the process hanging, a stop asked for in a slot is not heard until something else happens, and what
must be finished before the end (log out, flush) is cut off. It will not be repaired upstream, so it is
repaired here: a subclass, nothing copied. Each override says which defect it mends.

It leans on names that are private to qt5reactor (``_timer``, ``_blockApp``, ``qApp``, ``_reads``,
``_writes``, ``reactorInvocation``) and to Twisted (``threadCallQueue``, ``_moveCallLaterSooner``,
``_started``, ``_stopped``, ``_signals``): hence both are pinned, and ``tests/imqt`` holds them to it.

Two things it leaves as they are. No ``exec_()`` in ``dataReceived``: that connection rests until the dialog
closes (open it with ``open()``). And blocking work in a slot blocks everything, as in any reactor.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from PyQt5.QtCore import QCoreApplication, Qt
from PyQt5.QtWidgets import QApplication
from qt5reactor import QtReactor
from twisted.internet.interfaces import IReadDescriptor, IWriteDescriptor
from twisted.internet.main import installReactor
from twisted.logger import (
    FilteringLogObserver,
    Logger,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)
from twisted.python.failure import Failure

_log = Logger()

ThreadCall = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class NoScreenError(RuntimeError):
    """There is no screen to open a window on."""

    def __str__(self) -> str:
        return "There is no screen here: set DISPLAY, or QT_QPA_PLATFORM=offscreen to do without one."


class _ThreadCalls(list[ThreadCall]):
    """The calls other threads asked for: empty in the eyes of Twisted, which leaves them to `ImQtReactor`."""

    def __bool__(self) -> bool:
        return False


class ImQtReactor(QtReactor):  # type: ignore[misc]  # qt5reactor has no types
    """Twisted and Qt in one loop on one thread."""

    #: Twisted counts by the wall clock (twisted#2424): when it is set two hours on, every timer of an hour
    #: fires at once; two hours back, and all of them stand still. This reactor counts time that only grows.
    seconds = staticmethod(time.monotonic)

    def __init__(self) -> None:
        super().__init__()
        self.threadCallQueue = _ThreadCalls()
        self._signalled = False
        # A coarse timer, Qt's usual one, is up to 5 % late: 0.3 s for a timer of half a minute.
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)

    # What changes when the loop must next wake has to wind the timer again. Stock does so for callLater
    # alone: a stop or a crash asked for in a slot waited for the next packet, and a timer set sooner rang at
    # its old time.

    def stop(self) -> None:
        """End the loop, after everything that is to happen before shutdown."""
        super().stop()
        self.reactorInvocation()

    def crash(self) -> None:
        """End the loop at once."""
        super().crash()
        self.reactorInvocation()

    # Asked to stop a second time, by a signal, Twisted prints a traceback: the first is under way.

    def sigInt(self, number: int, frame: FrameType | None = None) -> None:
        """Stop in order."""
        if self._is_first_signal():
            super().sigInt(number, frame)

    def sigTerm(self, number: int, frame: FrameType | None = None) -> None:
        """Stop in order."""
        if self._is_first_signal():
            super().sigTerm(number, frame)

    def _is_first_signal(self) -> bool:
        first, self._signalled = not self._signalled, True
        return first

    def _moveCallLaterSooner(self, delayedCall: object) -> None:
        super()._moveCallLaterSooner(delayedCall)
        self.reactorInvocation()

    def doIteration(self, delay: float | None = None, fromqt: bool = False) -> None:
        """Wait for what is next, and never wake too early.

        Stock cuts the timeout to whole milliseconds: the timer rang early, found nothing to do, and spun.
        """
        super().doIteration(delay, fromqt=fromqt)
        timeout = self.timeout()
        if self._timer.isActive() and timeout is not None:
            self._timer.start(math.ceil(timeout * 1000))

    def runUntilCurrent(self) -> None:
        """Do what is due, each call from another thread once.

        Twisted takes such a call off its list only after it has run. If it opens a dialog with ``exec_()``,
        the loop inside the dialog finds it still there and opens the next one, without end (twisted#11070).
        """
        self._run_thread_calls()
        super().runUntilCurrent()

    def _run_thread_calls(self) -> None:
        calls = self.threadCallQueue
        for _ in range(len(calls)):  # those that come meanwhile have woken the loop for a turn of their own
            if not len(calls):  # a loop inside one of them has run the rest
                return
            function, args, kwargs = calls.pop(0)
            with _log.failuresHandled("while handling thread call"):
                function(*args, **kwargs)

    def run(self, installSignalHandlers: bool = True) -> None:
        """Turn until stopped, and until all that was to happen before shutdown has happened.

        Stock turns a bare ``QEventLoop``, in which Qt never says that the last window was closed; and once
        the application quits it goes home, without waiting for log-outs, unsent bytes or the thread pool.
        """
        self.runReturn(installSignalHandlers=installSignalHandlers)
        self._blockApp = self.qApp
        try:
            while self._started:
                self.qApp.exec_()
                if self._started and not self._stopped:
                    self.stop()
        finally:
            self._blockApp = None  # a reactor that has stopped must not end a loop that others turn
            self._signals.uninstall()

    # IReactorFDSet promises lists; stock gives the views of its dictionaries.

    def getReaders(self) -> list[IReadDescriptor]:
        """Return what is waited for to read."""
        return list(self._reads)

    def getWriters(self) -> list[IWriteDescriptor]:
        """Return what is waited for to write."""
        return list(self._writes)


def install() -> ImQtReactor:
    """Make the application, if there is none, and make this the reactor of the process.

    Before anything imports ``twisted.internet.reactor``. Raises `NoScreenError`.
    """
    make_application()
    reactor = ImQtReactor()
    installReactor(reactor)
    return reactor


_application: QApplication | None = None  # Qt's application ends when nobody in Python holds it


def make_application() -> QApplication:
    """Return the one application of the process; its windows may all close without ending it."""
    global _application  # noqa: PLW0603
    there = QCoreApplication.instance()
    if isinstance(there, QApplication):
        return there
    if there is not None:
        raise RuntimeError("there is an application without windows already; install imqt.reactor first")
    if _has_no_screen():
        raise NoScreenError
    # These windows are painted without OpenGL; its drivers, loaded all the same, would take 50 MB.
    os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_EnableHighDpiScaling)
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_UseHighDpiPixmaps)
    _application = QApplication(sys.argv[:1])
    # When Qt quits, the reactor stops. Whether a closed window means that, only a program's own app.py says:
    # tests close windows all the time.
    _application.setQuitOnLastWindowClosed(False)
    return _application


def _has_no_screen() -> bool:
    """Tell whether Qt, asked for an application, would abort the process for want of a screen."""
    return sys.platform == "linux" and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )


def log_what_went_wrong() -> None:
    """Write warnings and worse to the terminal, and nothing else: the rest is told in the window."""
    written = textFileLogObserver(sys.stderr)
    observer = FilteringLogObserver(written, [LogLevelFilterPredicate(LogLevel.warn)])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


def log_slot_exceptions() -> None:
    """From now on log an exception that nobody caught; PyQt5 aborts the process for one in a slot."""
    sys.excepthook = _log_exception


def _log_exception(
    kind: type[BaseException], exception: BaseException, traceback: TracebackType | None
) -> None:
    _log.failure("an exception nobody caught", Failure(exception, kind, traceback))
