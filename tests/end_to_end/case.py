"""What every test here has: a folder, a port, a server of its own, and people who type."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from . import screen
from .child import Child
from .patience import eventually
from .typist import Typist, at_socket

HERE = "127.0.0.1"
TWISTD = str(Path(sys.executable).with_name("twistd"))

#: Below the ports that the kernel gives to whoever asks for none.
_ports = itertools.count(random.Random(os.getpid()).randrange(20_000, 30_000))


def free_port() -> int:
    """Give a port of the loopback that nobody has."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind((HERE, port))
            except OSError:
                continue
            return port
    raise AssertionError("there is no end of numbers")


class EndToEndCase(SynchronousTestCase):
    """A test with a data folder and a port of its own; what it starts is ended after it."""

    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir(parents=True)
        self.data = self.folder / "data"
        self.port = free_port()
        self._count = itertools.count(1)

    @property
    def listen(self) -> str:
        """The endpoint of this test's server."""
        return f"tcp:{self.port}:interface={HERE}"

    def command(self, *arguments: str) -> list[str]:
        """Give the command that starts this test's server in the foreground."""
        return [TWISTD, "-n", "--pidfile=", "imserver", f"--data={self.data}", *arguments]

    def child(self, *command: str, name: str = "", stdin: int = subprocess.DEVNULL) -> Child:
        """Start a process."""
        made = Child(command, self.folder, name or f"child-{next(self._count)}", stdin=stdin)
        self.addCleanup(made.end)
        return made

    def manage_screen(self) -> None:
        """Have windows framed, and given the keyboard: a window that comes before that is given none."""
        self.child("openbox", "--replace")  # the one of the test before may still be going
        eventually(screen.is_managed)

    def server(self, *arguments: str) -> Child:
        """Start a server and wait until it is ready."""
        made = self.child(*self.command(f"--listen={self.listen}", *arguments))
        eventually(lambda: made.out + made.err, lambda said: "is ready" in said or not made.running)
        self.assertTrue(made.running, made.err)
        return made

    def daemon(self, *arguments: str) -> int:
        """Start a server in the background and give its process id."""
        pidfile = self.folder / "server.pid"
        command = [TWISTD, f"--pidfile={pidfile}", f"--logfile={self.folder}/twistd.log", "imserver"]
        started = self.child(*command, f"--data={self.data}", f"--listen={self.listen}", *arguments)
        self.assertEqual(0, started.ended(), started.err)
        server = int(eventually(lambda: pidfile.read_text("ascii") if pidfile.exists() else ""))
        self.addCleanup(_kill, server)
        return server

    def typist(self) -> Typist:
        """Let somebody connect."""
        made = at_socket(HERE, self.port)
        self.addCleanup(made.leave)
        return made

    def person(self, name: str, *, keys: str = "") -> Typist:
        """Let somebody come in."""
        made = self.typist()
        made.come_in(name, keys=keys)
        return made

    def log(self) -> str:
        """Give server.log."""
        return (self.data / "server.log").read_text("utf-8")


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
