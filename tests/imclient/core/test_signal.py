"""Signals."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imclient.core.signal import Signal


class SignalTests(SynchronousTestCase):
    def test_order(self) -> None:
        """Who is connected is called at once, in the order they came."""
        heard: list[tuple[str, int]] = []
        signal: Signal[int] = Signal()
        signal.connect(lambda n: heard.append(("a", n)))
        signal.connect(lambda n: heard.append(("b", n)))
        signal.emit(7)
        self.assertEqual([("a", 7), ("b", 7)], heard)

    def test_disconnect(self) -> None:
        """Who is disconnected hears nothing more, and may be disconnected twice."""
        heard: list[int] = []
        signal: Signal[int] = Signal()
        signal.connect(heard.append)
        signal.disconnect(heard.append)
        signal.disconnect(heard.append)
        signal.emit(7)
        self.assertEqual([], heard)

    def test_disconnect_meanwhile(self) -> None:
        """A slot may disconnect itself while it is called, and the others are still called."""
        heard: list[str] = []
        signal: Signal[()] = Signal()

        def once() -> None:
            heard.append("once")
            signal.disconnect(once)

        signal.connect(once)
        signal.connect(lambda: heard.append("other"))
        signal.emit()
        signal.emit()
        self.assertEqual(["once", "other", "other"], heard)

    def test_stumbling(self) -> None:
        """A slot that raises is logged and stops nobody."""
        heard: list[int] = []
        signal: Signal[int] = Signal()
        signal.connect(lambda n: 1 // 0)
        signal.connect(heard.append)
        signal.emit(7)
        self.assertEqual([7], heard)
        self.assertEqual(1, len(self.flushLoggedErrors(ZeroDivisionError)))
