"""Listens to the kernel's news of the network, brings up the one card there is, and says what it hears."""

import fcntl
import socket
import struct
from random import Random

from twisted.internet import reactor

from imclient.core import network

SET_FLAGS = 0x8914  # SIOCSIFFLAGS


def up() -> None:
    """Bring it up."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", 0x1 | network.RUNNING))
    print("up", flush=True)


def changed() -> None:
    """Say so, and end."""
    print("changed", flush=True)
    reactor.stop()


if __name__ == "__main__":
    end = network.listen(reactor, Random(1), changed)
    print("listening", flush=True)
    reactor.callWhenRunning(up)
    reactor.callLater(30, reactor.stop)
    reactor.run()
    end()
