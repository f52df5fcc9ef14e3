"""Promise E7 in the window: whatever a server says, nothing is raised in it, and the next is understood."""

from __future__ import annotations

from pathlib import Path

from twisted.logger import globalLogPublisher

from bench.lied_to import Found, Life, Watch
from imclient.qt.conversations_view import ConversationsView
from imclient.qt.main_window import MainWindow
from imqt.dress import Choice, Dress
from tests.qt_case import QtCase, app


class Watched(Life):
    """A client with a window, from the first time it is in."""

    window: MainWindow | None = None
    most_held_ms = 2000  # its painting counts here: how long a text may take is told by bench.desk

    def _come_in(self, epoch: str) -> None:
        super()._come_in(epoch)
        if self.window is None and self._client.name:
            self.window = MainWindow(self._client, Dress(app, Choice.LIGHT), "lab.example", 12000)
            self.window.show()
            self.window.show_wire(True)
        app.processEvents()

    def _lie(self, lines: int, tags: list[str]) -> None:
        super()._lie(lines, tags)
        app.processEvents()
        if self.window is not None and self._random.random() < 0.2:
            self.window.conversations.step(1)
            app.processEvents()


class HostileTests(QtCase):
    def lives(self, seeds: range, sessions: int = 2) -> Found:
        """Let so many clients be lied to, each in its window."""
        found = Found()
        watch = Watch(found)
        globalLogPublisher.addObserver(watch)
        self.addCleanup(globalLogPublisher.removeObserver, watch)
        for seed in seeds:
            life = Watched(seed, Path(self.mktemp()), found)
            life.live(sessions)
            assert life.window is not None
            life.window.close()
            life.window.deleteLater()
            self.settle()
        return found

    def test_lied_to(self) -> None:
        """Windows of clients that are lied to stand it."""
        found = self.lives(range(1, 2))
        self.assertEqual([], found.complaints)
        self.assertGreater(found.tried, 500)

    def test_would_be_found(self) -> None:
        """What a slot raises is found."""

        def raises(*_: object) -> None:
            raise RuntimeError("planted")

        self.patch(ConversationsView, "_show_counts", raises)
        self.lives(range(1, 2), 1)
        self.assertNotEqual([], self.flush_slot_errors())
