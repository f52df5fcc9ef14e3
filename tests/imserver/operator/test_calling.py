"""A call to a server: how it ends, and what is said where it cannot be made."""

from __future__ import annotations

import socket
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from imserver.operator import calling
from imserver.operator.calling import LEAVING, Call, read_address
from imserver.operator.saying import NotDone

HELLO = b"* HELLO imserver protocol=1 :Say HELP at any time.\n"


class CallTests(SynchronousTestCase):
    """A server that has said HELLO, and says no more."""

    def setUp(self) -> None:
        self.mine, self.servers = socket.socketpair()
        for end in (self.mine, self.servers):
            self.addCleanup(end.close)
        self.patch(calling, "_connected", lambda where: self.mine)
        self.servers.sendall(HELLO)
        self.servers.shutdown(socket.SHUT_WR)

    def heard(self, error: BaseException | None = None) -> bytes:
        """Call, and end it, or have it end by an error; give what the server has heard."""
        try:
            with Call(Path("door")) as call:
                call.take_time()
                if error is not None:
                    raise error
        except BaseException as raised:
            self.assertIs(error, raised)
        return self.servers.recv(100)

    def test_leaves(self) -> None:
        """Whoever is done leaves with a word, and waits for another only so long."""
        self.assertEqual(b"QUIT\n", self.heard())
        self.assertEqual(LEAVING, self.mine.gettimeout())

    def test_ended_by_hand(self) -> None:
        """So does whoever is ended by Ctrl-C."""
        self.assertEqual(b"QUIT\n", self.heard(KeyboardInterrupt()))

    def test_broken_off(self) -> None:
        """A call that went wrong ends without a word: nobody knows who hears it."""
        self.assertEqual(b"", self.heard(NotDone("It went wrong.")))


class OutOfReachTests(SynchronousTestCase):
    """A server whose name this machine does not know."""

    def test_on_its_own_machine(self) -> None:
        """It is said how it is reached from its own machine."""

        def unknown(where: object) -> socket.socket:
            raise OSError(-2, "Name or service not known")

        self.patch(calling, "_connected", unknown)
        pinned = f"imserver://chat.example.org:12000/#sha256:{'0' * 64}"
        said = str(self.assertRaises(NotDone, Call, read_address(pinned)))
        self.assertIn("cannot be reached: name or service not known.", said)
        self.assertIn("On its own machine give 'imserver://127.0.0.1:12000/#sha256:", said)
