"""What every test of a window needs: the one application, and no mistake in a slot that goes unseen."""

from __future__ import annotations

import os
import sys
import tempfile
from types import TracebackType
from typing import TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before the application is made
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))  # Qt complains without one

from PyQt5 import sip
from PyQt5.QtCore import QEvent, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QWidget
from twisted.trial.unittest import SynchronousTestCase

from imqt.reactor import make_application

app = make_application()

W = TypeVar("W", bound=QWidget)


def process() -> None:
    """Let Qt do what it has put off: layouts, paints, deletions."""
    app.processEvents()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()


#: Said by the platform without a screen about itself; no window can help it.
HARMLESS = ("This plugin does not support",)


class QtCase(SynchronousTestCase):
    """A test with windows: fails for an exception in a slot and for a warning of Qt, and frees its windows.

    Where a test waits for a Deferred: ``class SomeTests(QtCase, TestCase)``.
    """

    def setUp(self) -> None:
        super().setUp()
        self._slot_errors: list[BaseException] = []
        self._qt_warnings: list[str] = []
        self._windows: list[QWidget] = []
        previous_hook, sys.excepthook = sys.excepthook, self._caught
        previous_handler = qInstallMessageHandler(self._said)
        # Cleanups run last in, first out: judge when everything is as it was.
        self.addCleanup(self._judge)
        self.addCleanup(qInstallMessageHandler, previous_handler)
        self.addCleanup(setattr, sys, "excepthook", previous_hook)
        self.addCleanup(self._free_windows)

    def show(self, widget: W) -> W:
        """Show a widget, wait until it is painted, and free it after the test."""
        self._windows.append(widget)
        widget.show()
        self.assertTrue(QTest.qWaitForWindowExposed(widget, 3000), "never painted: has it any size?")
        return widget

    def settle(self) -> None:
        """Let Qt do what it has put off: layouts, paints, deletions."""
        process()

    def flush_slot_errors(self) -> list[BaseException]:
        """Return what was raised in slots, and forget it: for a test that wants it so."""
        errors, self._slot_errors = self._slot_errors, []
        return errors

    def flush_qt_warnings(self) -> list[str]:
        """Return what Qt warned of, and forget it: for a test that wants it so."""
        warnings, self._qt_warnings = self._qt_warnings, []
        return warnings

    def _caught(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        self._slot_errors.append(error.with_traceback(traceback))

    def _said(self, kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
        if kind != QtMsgType.QtDebugMsg and message and not message.startswith(HARMLESS):
            self._qt_warnings.append(message)

    def _free_windows(self) -> None:
        for window in self._windows:
            if not sip.isdeleted(window):  # a window may free itself when it is closed
                window.close()
                window.deleteLater()
        self._windows.clear()
        self.settle()

    def _judge(self) -> None:
        for error in self.flush_slot_errors():
            raise error
        self.assertEqual([], self.flush_qt_warnings(), "Qt warned")
