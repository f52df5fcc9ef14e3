"""An hour of three people at their windows, with all that goes wrong in one; at the end all show the log."""

from __future__ import annotations

from pathlib import Path
from random import Random

from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest

from imclient.core.client import Client, LinkState
from imclient.qt.audience_choice import Mode
from imclient.qt.conversation_view import ConversationView
from imclient.qt.main_window import MainWindow
from improtocol.audience import EVERYONE, Audience
from tests.imclient.core.case import Later

from .windows_case import WindowsCase

NAMES = ("alice", "bob", "carol")


class HourTests(WindowsCase):
    def setUp(self) -> None:
        super().setUp()
        self.random = Random(60)
        self.said: set[str] = set()
        self.folders = {name: Path(self.mktemp()) for name in NAMES}
        self.disks = {name: Later() for name in NAMES}
        self.windows: dict[str, MainWindow] = {}
        for name in NAMES:
            client = self.start(self.folders[name], self.disks[name])
            dialog = self.begin(client, name)
            self.press(dialog, "startRegister")
            self.press(dialog, "startLogIn")
            self.wait(0.5)
            dialog.close()
            self.windows[name] = self.open(client)
            self.look_at(self.windows[name])

    def minutes(self, count: float) -> None:
        """Let time pass, faster than it does."""
        for _ in range(round(count * 12)):
            self.clock.advance(5)
            self.settle()

    # What they do

    def write(self, name: str, text: str) -> None:
        """Let somebody say something to one, to the two others, or to everyone, by key."""
        window, others = self.windows[name], [other for other in NAMES if other != name]
        mode = self.random.choice(list(Mode))
        if mode is Mode.EVERYONE:
            window.choose_mode(mode)
        else:
            window.write_to(others if mode is Mode.SEVERAL else [self.random.choice(others)])
        window.composer.edit.setPlainText(text)
        QTest.keyClick(window.composer.edit, Qt.Key_Return)
        self.said.add(text)

    def talk(self, minutes: int, label: str) -> None:
        for minute in range(minutes):
            for number in range(self.random.randint(1, 3)):
                name = self.random.choice(NAMES)
                self.write(name, f"{label} {minute}.{number} by {name}")
            self.minutes(1)

    def restart_server(self) -> None:
        """Take the server away for half a minute, amid what they say; they write on meanwhile."""
        for name in NAMES:  # what is under way is cut somewhere: before the server has it, or before its OK
            wire = self.nets[self.windows[name]._client].wire
            wire.budget = wire.carried + self.random.randrange(60, 260)
            for number in range(3):
                self.write(name, f"cut {number}, by {name}")
        self.settle()
        serving = {client: net.serve for client, net in self.nets.items()}
        for client, net in self.nets.items():
            net.serve = None
            self.cut(client)
        for name in NAMES:
            self.write(name, f"while it was away, by {name}")
        self.minutes(0.5)
        for client, serve in serving.items():
            self.nets[client].serve = serve
        self.minutes(3)

    def kill(self, name: str) -> None:
        """End somebody's program in the middle, and start it again."""
        self.windows.pop(name).close()
        again = self.killed_client(name)
        self.windows[name] = self.open(again)
        self.look_at(self.windows[name])

    def killed_client(self, name: str) -> Client:
        old = next(client for client in self.nets if client.name == name)
        disk, self.disks[name] = self.disks[name], Later()
        return self.killed(old, self.folders[name], disk, self.disks[name])

    # What is true at the end

    def test_hour(self) -> None:
        """In all modes, through a restart, a kill and a full disk: nothing lost, doubled or misplaced."""
        self.talk(12, "morning")
        self.restart_server()
        self.talk(12, "noon")
        self.kill("carol")
        self.talk(8, "afternoon")
        self.disks["alice"].held = True  # her disk is full: nothing is kept, so nothing is acknowledged
        self.talk(8, "full")
        self.disks["alice"].let()
        self.talk(8, "evening")
        self.minutes(5)
        self.judge()
        for window in self.windows.values():
            window.close()

    def judge(self) -> None:
        log = [entry for entry in self.real.entries if entry.text]
        texts = [entry.text for entry in log]
        self.assertEqual(len(set(texts)), len(texts), "said twice")
        self.assertEqual(set(), self.said - set(texts), "lost")
        for name, window in self.windows.items():
            self.assertIs(LinkState.ONLINE, window._client.link.state)
            self.assertEqual(0, window._client.outbox.waiting)
            for audience in (EVERYONE, *(Audience.of(*ones) for ones in self.circles(name))):
                expected = [
                    entry.text
                    for entry in log
                    if self.audience_of(entry).conversation(entry.sender, name) == audience
                    and (entry.everyone or name in (entry.sender, *self.audience_of(entry).names))
                ]
                self.assertEqual(expected, self.shown_by(window, audience), f"{name}, {audience}")

    @staticmethod
    def circles(name: str) -> list[list[str]]:
        others = [other for other in NAMES if other != name]
        return [[others[0]], [others[1]], others]

    @staticmethod
    def audience_of(entry: object) -> Audience:
        everyone, written = entry.everyone, entry.audience  # type: ignore[attr-defined]
        return EVERYONE if everyone else Audience.of(*written.split(","))

    def shown_by(self, window: MainWindow, audience: Audience) -> list[str]:
        """Give what a window shows of a conversation, from its beginning."""
        window.conversations.open(audience)
        view = window.conversations.current
        assert isinstance(view, ConversationView)
        view.model.show_aside(False)
        while view.model.older():
            pass
        return [row.text for row in view.model.rows if row.said is not None]
