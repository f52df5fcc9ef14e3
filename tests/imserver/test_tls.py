"""TLS around connections: only what was encrypted acts, and every bound holds as it does in clear."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from improtocol.events import Bye
from imserver.bounds import BOUNDS
from imserver.tls import GOODBYE, Encrypted, EncryptedFactory, Unspoken
from imserver.transports import waiting
from imserver.vestibule import LINGERS, Vestibule
from tests.stage import Stage

from .tls_caller import Caller, certificate_in, client_context

KIB = 1024
HANDSHAKE, MOST = BOUNDS.handshake_seconds, BOUNDS.handshake_bytes
#: What one write of ours, one read of the socket's and the records around them may add to a bound.
SLACK = 160 * KIB
IN_CLEAR = b"\nREGISTER mallory :correct horse\nLOGIN mallory :correct horse\n"


class TLSCase(SynchronousTestCase):
    """A server in memory, and callers."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.certificate = certificate_in(Path(self.mktemp()))

    def call(self, context: SSL.Context | None = None) -> Caller:
        return Caller(self.stage, self.certificate, context)


class LinesTests(TLSCase):
    def test_lines(self) -> None:
        """By TLS one hears and says what one does in clear."""
        alice = self.call().enter("alice")
        bob = self.stage.enter("bob")
        alice.heard()
        alice.say("SEND bob :hello")
        self.assertIn("OK SEND 3", " ".join(alice.heard()))
        self.assertIn("* MESSAGE 3 alice bob", " ".join(bob.heard()))

    def test_versions(self) -> None:
        """TLS 1.2 and 1.3 are spoken; what is older is not."""
        self.assertEqual("TLSv1.3", self.call().shake_hands().tls.get_protocol_version_name())
        old = self.call(client_context(SSL.TLS1_2_VERSION)).shake_hands()
        self.assertEqual("TLSv1.2", old.tls.get_protocol_version_name())
        self.assertIn("* HELLO", old.heard()[0])
        older = client_context(SSL.TLS1_1_VERSION)
        older.set_cipher_list(b"ALL:@SECLEVEL=0")
        caller = self.call(older)
        self.assertRaises(SSL.Error, caller.shake_hands)
        self.assertTrue(caller.wire.closed)

    def test_quit(self) -> None:
        """Whoever quits hears the answer, and the connection closes at once, in order."""
        alice = self.call().enter("alice")
        alice.say("QUIT", wait=0)
        self.assertEqual(["OK QUIT"], alice.heard())
        self.assertTrue(alice.tls.get_shutdown() & SSL.RECEIVED_SHUTDOWN)
        alice.close()
        self.stage.settle()
        self.assertTrue(alice.wire.closed)
        self.assertFalse(alice.wire.aborted)

    def test_quit_at_full_speed(self) -> None:
        """One who is read slowly just then hears the server close in order, too."""
        alice = self.call().enter("alice")
        alice.say(*["ACK 1"] * 90, wait=0)
        self.stage.server.end_all(_bye())
        self.stage.settle()
        self.assertIn("* BYE shutdown", alice.heard()[-1])
        alice.close()
        self.assertTrue(alice.wire.closed)
        self.assertFalse(alice.wire.aborted)

    def test_closed_by_the_peer(self) -> None:
        """A peer that ends TLS and reads nothing more is waited for a moment, not for ever."""
        alice = self.call().enter("alice")
        alice.connection.write(b"x" * 100_000 + b"\n")
        self.stage.settle()
        alice.wire.stuck = True
        alice.close()
        self.stage.wait(GOODBYE - 0.1)
        self.assertFalse(alice.wire.closed)
        self.stage.wait(0.2)
        self.assertTrue(alice.wire.aborted)

    def test_talks_on(self) -> None:
        """Of what a peer says while the connection closes nothing is kept."""
        alice = self.call().enter("alice")
        alice.wire.stuck = True
        alice.connection.close(_bye())
        self.stage.settle()
        for _ in range(50):
            alice.say("x" * 8000, wait=0)
        self.assertEqual(0, alice.connection._framer.held)
        self.stage.wait(GOODBYE)
        self.assertTrue(alice.wire.aborted)


class InClearTests(TLSCase):
    def test_every_offset(self) -> None:
        """Whatever comes in clear, after however many bytes of TLS, is nobody's command (promise C7)."""
        whole = self.call().shake_hands()
        whole.say("PING")
        self.assertIn("OK PING", whole.heard())
        for offset in range(whole.sent + 1):
            caller = self.call().shake_hands(offset)
            if offset > caller.sent:
                caller.tls.send(b"PING\n")
                caller.give(offset - caller.sent)
            caller.send(IN_CLEAR)
            self.stage.wait(HANDSHAKE + GOODBYE)
            caller.send(IN_CLEAR)
            self.assertFalse([line for line in _heard(caller) if "REGISTER" in line or "ERR" in line], offset)
            caller.wire.drop()
        self.assertEqual([], [line for line in self.stage.logged if "registered" in line])

    def test_browser(self) -> None:
        """A browser that speaks TLS is sent away before a second line is read (promise C8)."""
        for line in ("GET / HTTP/1.1", "PRI * HTTP/2.0", "OPTIONS * HTTP/1.1"):
            caller = self.call().shake_hands()
            caller.say(line, "REGISTER mallory :correct horse")
            self.assertIn("* BYE not-http", caller.heard()[-1])
        self.assertEqual([], [line for line in self.stage.logged if "registered" in line])

    def test_ends_at_once(self) -> None:
        """Whoever begins in clear hears so in one line, at the first byte, and is cut; the log says why."""
        for data in (b"R", IN_CLEAR, b"GET / HTTP/1.1\r\n", b"\n", b"\x00"):
            caller = self.call()
            caller.send(data)
            self.assertTrue(caller.wire.disconnecting, data)
            self.assertRegex(bytes(caller.wire.take()), rb"\A\* BYE needs-tls :[^\n]+\n\Z")
            self.stage.wait(GOODBYE)
            self.assertTrue(caller.wire.closed, data)
        self.assertIn("speaks\\sin\\sclear", self.stage.logged[-1])


class HandshakeTests(TLSCase):
    def test_unspoken(self) -> None:
        """For who says nothing OpenSSL holds nothing ready; with the first record it does (promise B1)."""
        factory = EncryptedFactory(self.certificate, self.stage.server, self.stage.clock)
        silent = factory.buildProtocol(None)
        assert isinstance(silent, Encrypted)
        silent.makeConnection(StringTransport())
        self.assertIsInstance(silent._tlsConnection, Unspoken)
        silent.dataReceived(b"\x16")
        self.assertIsInstance(silent._tlsConnection, SSL.Connection)
        silent.connectionLost(Failure(ConnectionDone()))

    def test_nothing_stays(self) -> None:
        """What OpenSSL had ready goes with the peer, wherever it had come to; no ring keeps it (B2)."""
        gc.disable()
        self.addCleanup(gc.enable)
        for begun in (1, 200, 600, None):
            caller = self.call().shake_hands(begun)
            kept = weakref.ref(caller.encrypted._tlsConnection)
            caller.wire.drop()
            self.stage.settle()
            del caller
            self.assertIsNone(kept(), begun)

    def test_no_place(self) -> None:
        """Only so many have what OpenSSL needs at once; the others are read when a handshake is done (B1)."""
        self.stage = Stage(bounds=replace(BOUNDS, handshakes=2))
        vestibule = Vestibule(self.stage.clock, self.stage.server.bounds)
        begun = self.stage.clock.seconds()
        callers = [Caller(self.stage, self.certificate, vestibule=vestibule) for _ in range(5)]
        for caller in callers:
            caller.shake_hands(200)
        self.assertEqual(2, sum(isinstance(one.encrypted._tlsConnection, SSL.Connection) for one in callers))
        self.assertEqual(["producing"] * 2 + ["paused"] * 3, [one.wire.producerState for one in callers])
        self.assertIn("* HELLO", self.greeting(callers[0]))
        self.assertIn("* HELLO", self.greeting(callers[2]))
        self.stage.wait(begun + LINGERS - self.stage.clock.seconds())
        self.assertEqual([False, True, False, False, False], [one.wire.closed for one in callers])
        self.assertIn("others\\swaited", self.stage.logged[-1])
        self.assertIn("* HELLO", self.greeting(callers[4]))

    def greeting(self, caller: Caller) -> str:
        """Go on where the server has begun to answer."""
        caller.take()
        return caller.shake_hands().heard()[0]

    def test_gone_while_waiting(self) -> None:
        """Who is sent away while waiting for a place takes none."""
        self.stage = Stage(bounds=replace(BOUNDS, handshakes=1))
        vestibule = Vestibule(self.stage.clock, self.stage.server.bounds)
        first, waits = (Caller(self.stage, self.certificate, vestibule=vestibule) for _ in range(2))
        first.shake_hands(200)
        waits.shake_hands()
        waits.encrypted.resumeProducing()
        self.assertEqual("paused", waits.wire.producerState)
        waits.connection.close(Bye("crowded"))
        vestibule.leave(first.encrypted)
        self.assertIsInstance(waits.encrypted._tlsConnection, Unspoken)
        self.stage.settle()
        self.assertEqual((True, 0), (waits.wire.closed, len(vestibule)))

    def test_late(self) -> None:
        """A handshake that is not done in ten seconds is waited for no longer."""
        for begun in (0, 1, 200):
            caller = self.call().shake_hands(begun)
            self.stage.wait(HANDSHAKE - 0.1)
            self.assertFalse(caller.wire.closed)
            self.stage.wait(0.1)
            self.assertTrue(caller.wire.aborted)
            self.assertIn("no\\shandshake", self.stage.logged[-1])

    def test_in_time(self) -> None:
        """After it a stranger has as long as any to log in."""
        caller = self.call().shake_hands()
        self.stage.wait(BOUNDS.stranger_seconds - 1)
        self.assertFalse(caller.wire.closed)
        self.stage.wait(1)
        self.assertIn("* BYE too-late", caller.heard()[-1])

    def test_endless(self) -> None:
        """One that goes on and on is cut before much is kept of it."""
        caller = self.call()
        record = b"\x16\x03\x01\x40\x00"
        caller.send(record + b"\x01\x01\xff\xff" + bytes(KIB))
        sent = 0
        while not caller.wire.closed and sent < 2 * MOST:
            caller.send(bytes(KIB))
            sent += KIB
        self.assertTrue(caller.wire.closed)
        self.assertLessEqual(sent, MOST)

    def test_turned_away(self) -> None:
        """Whoever is not let in is cut before a handshake is spent on them."""
        self.stage = Stage(bounds=replace(BOUNDS, strangers_per_source=3, loopback_sources=True))
        callers = [self.call() for _ in range(4)]
        self.assertEqual([False] * 3 + [True], [caller.wire.aborted for caller in callers])
        self.assertIn("why=too-many", self.stage.logged[-1])
        callers[0].shake_hands()
        self.assertIn("* HELLO", callers[0].heard()[0])

    def test_many(self) -> None:
        """Only so many strangers with shaken hands may stay, as TLS holds memory for each; no user is one."""
        self.stage = Stage(bounds=replace(BOUNDS, encrypted_strangers=3))
        waiting = [self.call() for _ in range(5)]
        alice = self.call().enter("alice")
        callers = [self.call().shake_hands() for _ in range(5)]
        self.stage.settle()
        self.assertEqual(2, sum(caller.wire.closed for caller in callers))
        self.assertFalse(any(caller.wire.closed for caller in (*waiting, alice)))
        self.assertEqual(8, len(self.stage.server.strangers))
        alice.say("LOGOUT")  # who logs out is one
        self.assertEqual(3, sum(caller.wire.closed for caller in callers))
        self.assertEqual(8, len(self.stage.server.strangers))

    def test_sent_away(self) -> None:
        """A stranger who is sent away is not waited for: what TLS holds for it others are to have."""
        caller = self.call().shake_hands()
        caller.say("QUIT")
        self.assertTrue(caller.wire.closed)
        self.assertIn("OK QUIT", " ".join(caller.heard()))

    def test_counted(self) -> None:
        """Somebody who has not shaken hands yet is a stranger like any other."""
        callers = [self.call() for _ in range(3)]
        self.assertEqual(3, len(self.stage.server.strangers))
        for caller in callers:
            caller.wire.drop()
        self.stage.settle()
        self.assertEqual(0, len(self.stage.server.strangers))


class SlowReaderTests(TLSCase):
    def test_cut(self) -> None:
        """For somebody who reads nothing no more waits than in clear, counted as it goes over the wire."""
        alice = self.call().enter("alice")
        most = 0
        for _ in range(4000):
            alice.connection.write(b"x" * 999 + b"\n")
            self.stage.settle()
            most = max(most, alice.connection.unread)
            if alice.wire.closed:
                break
        self.assertTrue(alice.wire.aborted)
        self.assertIn("why=too-slow", self.stage.logged[-1])
        self.assertGreater(most, BOUNDS.queue_hard)
        self.assertLess(most, BOUNDS.queue_hard + SLACK)

    def test_held_back(self) -> None:
        """Beyond the soft bound a user is told nothing more until all is read, and then everything, once."""
        alice = self.call().enter("alice")
        bob = self.stage.enter("bob")
        alice.heard()
        for number in range(200):
            bob.say(f"SEND alice :{number} {'x' * 4000}", wait=2)
            self.assertLess(alice.connection.unread, BOUNDS.queue_soft + SLACK)
        self.assertFalse(alice.wire.closed)
        heard: list[str] = []
        while more := alice.heard():
            heard += more
            self.stage.wait(1)
        said = [line.partition(" :")[2].split()[0] for line in heard if line.startswith("* MESSAGE")]
        self.assertEqual([str(number) for number in range(200)], said)

    def test_shed(self) -> None:
        """What waits under TLS counts when the biggest queue is looked for."""
        alice = self.call().enter("alice")
        alice.connection.write(b"x" * 200_000 + b"\n")
        self.stage.settle()
        self.assertGreater(alice.connection.unread, 200_000)
        self.assertEqual(alice.connection.unread, waiting(alice.encrypted))

    def test_stranger(self) -> None:
        """Nothing more is begun for a stranger who does not read."""
        caller = self.call().shake_hands()
        for _ in range(60):
            caller.say("HELP", wait=0.2)
        self.assertLess(caller.connection.unread + caller.connection._framer.held, 16 * KIB)

    def test_asks_tls(self) -> None:
        """Who makes TLS itself answer and answer, and reads nothing of it, is cut."""
        alice = self.call(client_context(SSL.TLS1_2_VERSION)).enter("alice")
        for _ in range(20_000):
            alice.tls.renegotiate()
            alice._try_handshake()
            if not alice.give() or alice.wire.closed:
                break
        self.assertLess(waiting(alice.encrypted), SLACK)


def _bye() -> Bye:
    return Bye("shutdown", 5, "The server is being stopped; come back later.")


def _heard(caller: Caller) -> list[str]:
    try:
        return caller.heard()
    except SSL.Error:
        return []
