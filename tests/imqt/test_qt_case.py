"""The case under the tests of windows can fail: it sees what goes wrong out of sight."""

from __future__ import annotations

from PyQt5.QtCore import Qt, QTimer, qWarning
from PyQt5.QtWidgets import QWidget
from twisted.trial.reporter import TestResult
from twisted.trial.unittest import SynchronousTestCase

from tests.qt_case import QtCase, app


class Planted(QtCase):
    """Tests that go wrong out of sight."""

    def exception_in_a_slot(self) -> None:
        QTimer.singleShot(0, [].pop)
        self.settle()

    def qt_warning(self) -> None:
        qWarning(b"a wire is loose")

    def window_left_open(self) -> None:
        self.show(QWidget())

    def window_that_frees_itself(self) -> None:
        self.show(QWidget()).setAttribute(Qt.WA_DeleteOnClose)
        for window in app.topLevelWidgets():
            window.close()
        self.settle()

    def exception_wanted(self) -> None:
        self.exception_in_a_slot()
        [error] = self.flush_slot_errors()
        self.assertIsInstance(error, IndexError)


class QtCaseTests(SynchronousTestCase):
    """A test of windows fails for what nobody would have seen."""

    def judge(self, name: str) -> TestResult:
        result = TestResult()
        Planted(name).run(result)
        return result

    def test_exception_in_a_slot(self) -> None:
        """An exception in a slot fails the test."""
        [(_, failure)] = self.judge("exception_in_a_slot").errors
        self.assertIs(IndexError, failure.type)

    def test_qt_warning(self) -> None:
        """A warning of Qt fails the test."""
        [(_, failure)] = self.judge("qt_warning").errors
        self.assertIn("a wire is loose", failure.getErrorMessage())

    def test_good(self) -> None:
        """What is right, or was wanted, does not."""
        for name in ("window_left_open", "window_that_frees_itself", "exception_wanted"):
            result = self.judge(name)
            self.assertTrue(result.wasSuccessful(), (name, result.errors, result.failures))

    def test_windows_are_freed(self) -> None:
        """A test leaves no window behind."""
        before = len(app.topLevelWidgets())
        self.judge("window_left_open")
        self.assertEqual(before, len(app.topLevelWidgets()))
