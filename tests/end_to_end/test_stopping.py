"""How a server ends: everybody is told, what was begun is finished, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import socket
import time

from .case import HERE, EndToEndCase
from .patience import eventually

#: A stopped server has ended within so many seconds (promise of `connection.GOODBYE`).
SOON = 5.0


class StoppingTests(EndToEndCase):
    """The server is told to end."""

    def test_signals(self) -> None:
        """Ctrl-C and SIGTERM tell every client, and the folder is free again."""
        for number in (signal.SIGINT, signal.SIGTERM):
            server = self.server()
            logged_in, fresh = self.person("alice"), self.typist()
            fresh.expect("* HELLO")
            server.send(number)
            for typist in (logged_in, fresh):
                self.assertRegex(typist.rest()[-1], r"^\* BYE shutdown retry-after=\d+ :\w.*\.$")
            # twistd dies of the signal it was sent, as a shell and systemd expect.
            self.assertEqual(-number, server.ended(within=SOON))
            self.assertEqual("", server.err)
            self.assertNotIn("Traceback", server.out)

    def test_begun_is_answered(self) -> None:
        """What was under way when the signal came is answered before the good-bye."""
        server = self.server()
        zoe = self.typist()
        # Registering takes a while, for its password is hashed: it is under way when the PING is answered.
        zoe.say("PING", "REGISTER zoe :correct horse")
        zoe.expect("OK PING")
        server.send(signal.SIGTERM)
        told = zoe.rest()
        self.assertEqual("OK REGISTER zoe", told[0])
        self.assertRegex(told[1], r"^\* BYE shutdown")
        server.ended(within=SOON)
        self.server()
        self.assertRegex(self.typist().ask("LOGIN zoe :correct horse"), "^OK LOGIN")

    def test_one_that_talks_on(self) -> None:
        """Whoever is still talking can be told: no connection is cut under what they write."""
        server = self.server()
        self.person("alice")
        with socket.create_connection((HERE, self.port), timeout=SOON) as wire:
            wire.sendall(b"LOGIN alice :correct horse\n" + 30_000 * b"SEND alice :I talk on.\n")
            heard = b""
            while b"OK SEND" not in heard:
                heard += wire.recv(65536)
            server.send(signal.SIGTERM)
            while more := wire.recv(65536):
                heard += more
            end = time.monotonic() + 0.2
            while time.monotonic() < end:
                wire.sendall(b"SEND alice :I talk on.\n")  # whoever this fails for reads no further
        self.assertRegex(heard.splitlines()[-1], rb"^\* BYE shutdown")
        server.ended(within=SOON)

    def test_peer_that_never_reads(self) -> None:
        """A peer that does not read holds the end up for at most five seconds; to ask twice is no error."""
        server = self.server()
        with socket.create_connection((HERE, self.port)) as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.setblocking(False)
            self._fill(deaf)
            alice = self.person("alice")
            began = time.monotonic()
            server.send(signal.SIGTERM)
            self.assertRegex(alice.rest()[-1], r"^\* BYE shutdown")
            self.assertLess(time.monotonic() - began, 1.0, "the deaf one kept the others waiting")
            server.send(signal.SIGTERM)
            server.ended(within=SOON)
        self.assertIn("stopped", self.log())
        self.assertNotIn("Traceback", server.out + server.err)

    def _fill(self, deaf: socket.socket) -> None:
        """Ask until nothing more is taken: what was answered is read by nobody."""
        looks = 0

        def is_full() -> bool:
            nonlocal looks
            try:
                deaf.send(b"HELP\n" * 10_000)
                looks = 0
            except BlockingIOError:
                looks += 1
            return looks == 10  # and not only until the server has read on

        eventually(is_full)

    def test_log(self) -> None:
        """server.log says who came and went and why, who sent how much to whom, and no text."""
        server = self.server()
        alice, bob = self.person("alice"), self.person("bob")
        alice.ask("SEND bob :the secret")
        alice.ask("SEND * :open to all")
        self.assertEqual("OK QUIT", alice.ask("QUIT"))
        alice.rest()
        bob.leave()
        eventually(self.log, lambda log: log.count(" went ") == 2)
        self.typist().say("LOGIN bob :wrong horse battery")
        eventually(self.log, lambda log: "login-refused" in log)
        server.send(signal.SIGTERM)
        server.ended()
        log = self.log()
        events = [line.split()[1] for line in log.splitlines()]
        for event in ("started", "came", "registered", "logged-in", "sent", "logged-out", "went", "stopped"):
            self.assertIn(event, events)
        self.assertRegex(log, r"sent session=1 user=alice to=bob number=\d+ bytes=10\n")
        self.assertRegex(log, r"sent session=1 user=alice to=\* number=\d+ bytes=11\n")
        self.assertRegex(log, r"went session=1 why=left\n")
        self.assertRegex(log, r"login-refused session=\d+ user=bob\n")
        for secret in ("correct horse", "wrong horse", "the secret", "open to all"):
            self.assertNotIn(secret, log + server.out)


class DaemonTests(EndToEndCase):
    """``twistd imserver`` without -n: the server goes to the background."""

    def test_daemon(self) -> None:
        """It serves from the background as well, and is ended by the id in its pid file."""
        server = self.daemon()
        # Registering and logging in take every thread there is: hashes, the writer, the readers.
        alice, bob = self.person("alice"), self.person("bob")
        alice.ask("SEND bob :hello")
        bob.expect("* MESSAGE")
        os.kill(server, signal.SIGTERM)
        self.assertRegex(bob.rest()[-1], r"^\* BYE shutdown")
        eventually(self.log, lambda log: "stopped" in log)
        self.server()  # its folder is free
        self.person("alice")
