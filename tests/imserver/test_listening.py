"""Which ports a server takes, and what it says of those it does not."""

from __future__ import annotations

import errno
from typing import cast

from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory
from twisted.trial.unittest import SynchronousTestCase

from imserver.cannot_start import CannotStart
from imserver.listening import HERE, listen, place, ways_in

from .harbour import Harbour


class ListenTests(SynchronousTestCase):
    """Ports in memory."""

    def setUp(self) -> None:
        self.reactor = Harbour()

    def listen(self, description: str) -> IListeningPort:
        return listen(self.reactor, description, Factory())

    def refused(self, description: str) -> str:
        return str(self.assertRaises(CannotStart, self.listen, description))

    def test_here(self) -> None:
        """Without a word it is port 12000 of this machine."""
        port = self.listen(HERE)
        self.assertEqual("127.0.0.1 port 12000", place(port))

    def test_ways_in(self) -> None:
        """It says the very lines that lead in; through a Unix socket there is only nc."""
        self.assertEqual(
            ["nc 127.0.0.1 12001", "imclient 127.0.0.1 12001"],
            ways_in(self.listen("tcp:12001:interface=127.0.0.1")),
        )
        door = self.listen("unix:/run/door")
        self.assertEqual(["nc -U /run/door"], ways_in(door))
        self.assertEqual("the socket /run/door", place(door))

    def test_every_loopback(self) -> None:
        """All that only this machine can reach is taken."""
        for description in (
            "tcp:1:interface=127.8.9.10",
            "tcp6:1:interface=\\:\\:1",
            "tcp:1:interface=127.0.0.1:backlog=7",
        ):
            self.assertTrue(cast(object, self.listen(description)))

    def test_beyond(self) -> None:
        """What others could reach is not."""
        for description in ("tcp:1", "tcp:1:interface=0.0.0.0", "tcp6:1:interface=\\:\\:"):
            sentence = self.refused(description)
            self.assertIn(description, sentence)
            self.assertIn("nothing here is encrypted yet", sentence)

    def test_taken(self) -> None:
        """A port of somebody else's is told with what to do, one for root with another thing to do."""
        self.reactor.taken = {7: errno.EADDRINUSE, 8: errno.EACCES, 9: errno.EADDRNOTAVAIL}
        said = [self.refused(f"tcp:{port}:interface=127.0.0.1") for port in (7, 8, 9)]
        self.assertIn("Address already in use. Is another server running?", said[0])
        self.assertIn("Permission denied. A port below 1024 is for root", said[1])
        self.assertEqual(
            "imserver: Cannot listen on tcp:9:interface=127.0.0.1: Cannot assign requested address.", said[2]
        )

    def test_nonsense(self) -> None:
        """What is no endpoint is named, with one that is; no traceback, whatever it was."""
        for description in ("", "nonsense:1", "tcp", "tcp:one", "tcp:1:colour=red", "ssl:1:privateKey=/none"):
            sentence = self.refused(description)
            self.assertIn(HERE, sentence)
            self.assertTrue(sentence.endswith("."), sentence)
