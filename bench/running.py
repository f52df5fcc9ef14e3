"""A real server, `twistd -n imserver`, on loopback, with a data folder of its own; it can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

#: Where a free port is looked for: below what the kernel gives to those who connect.
PORTS = range(23100, 23900)
HERE = "127.0.0.1"
#: Seconds a server has to take connections, and to end.
PATIENCE = 60.0
TWISTD = (str(Path(sys.executable).with_name("twistd")),)


_given = count()


class Ended(Exception):
    """The server is not running any more."""


def free_port() -> int:
    """Find a port that nobody listens on, and that was not given before: some may be on their way there."""
    begin = (os.getpid() + next(_given)) % len(PORTS)
    ports: list[int] = [*PORTS[begin:], *PORTS[:begin]]
    for port in ports:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HERE, port))
            return port
    raise OSError(f"no port is free from {PORTS.start} to {PORTS.stop}")


class Running:
    """One server process after the other on the same folder and port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.output = folder / "output"
        self.more: list[str] = []  #: further words for the server
        self._process: subprocess.Popen[bytes] | None = None
        self._killer: threading.Timer | None = None

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self._process is not None
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended, or was never begun."""
        return self._process is None or self._process.poll() is not None

    @property
    def was_killed(self) -> bool:
        """Whether it ended by SIGKILL, which no process does by itself."""
        return self._process is not None and self._process.poll() == -signal.SIGKILL

    def begin(self, launcher: Sequence[str] = TWISTD) -> None:
        """Start a process; it takes connections a little later."""
        listen = f"tcp:{self.port}:interface={HERE}"
        # It is asked for more than it lets by: what is tried here is what it can do.
        words = ["--data", str(self.folder), "--listen", listen, "--limit", "all=none", *self.more]
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [*launcher, "-n", "--pidfile=", "imserver", *words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def wait_until_open(self, port: int | None = None) -> float:
        """Wait until it takes connections, there or at its own port; give the seconds; raises ``Ended``."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE:
            with socket.socket() as probe:
                if probe.connect_ex((HERE, port or self.port)) == 0:
                    return time.monotonic() - began
            if self.ended:
                raise Ended
            time.sleep(0.002)
        raise Ended

    def kill_in(self, seconds: float) -> None:
        """Have it killed at a moment that nothing here has a say in: by a thread of its own."""
        assert self._process is not None
        self._killer = threading.Timer(seconds, self._process.kill)
        self._killer.daemon = True
        self._killer.start()

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        if self._killer is not None:
            self._killer.cancel()
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)

    def terminate(self) -> None:
        """Tell it to end, as an operator does."""
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """End it as an operator does."""
        self.terminate()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
        self.kill()
