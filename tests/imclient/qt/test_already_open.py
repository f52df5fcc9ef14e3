"""Whoever starts the program again is shown the window that is open."""

from __future__ import annotations

import socket
from pathlib import Path

from twisted.internet.testing import MemoryReactor, StringTransport
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.settings import Options
from imclient.qt import already_open
from improtocol.invite import Invite


class AlreadyOpenTests(SynchronousTestCase):
    """A profile with a window, or without one."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()

    def test_asked(self) -> None:
        """Whoever asks is told that the window was shown, once it was."""
        shown: list[str] = []
        reactor = MemoryReactor()
        already_open.listen(reactor, self.folder, lambda: shown.append("the window"))
        [(_, door, *_)] = reactor.unixServers
        asking = StringTransport()
        door.buildProtocol(None).makeConnection(asking)
        self.assertEqual((["the window"], already_open.SHOWN), (shown, asking.value()))
        self.assertTrue(asking.disconnecting)

    def test_nobody_there(self) -> None:
        """Where no window is open, or one that does not answer in time, one is opened."""
        self.assertFalse(already_open.come_forward(self.folder))
        self.patch(already_open, "PATIENCE", 0.0)
        with socket.socket(socket.AF_UNIX) as stuck, already_open._place(self.folder) as place:
            stuck.bind(place)
            stuck.listen()
            self.assertFalse(already_open.come_forward(self.folder))

    def test_something_particular(self) -> None:
        """Who asks for a server, a name or more than the program itself gets a window of their own."""
        self.assertTrue(Options().asks_for_nothing)
        for asked in (
            Options(host="lab.example"),
            Options(port=12001),
            Options(name="alice"),
            Options(invite=Invite("lab.example")),
            Options(control=12002),
        ):
            self.assertFalse(asked.asks_for_nothing, asked)
