"""What goes out to a peer that is slow, or reads nothing: held back, cut, and never lost."""

from __future__ import annotations

from improtocol import limits
from imserver.bounds import UNHURRIED
from imserver.connection import KNOWN
from tests.stage import Stage

from .peer import Peer
from .sizes import HARD, SOFT
from .stage_case import StageCase, answers


class SlowReaderTests(StageCase):
    def test_nothing_is_begun(self) -> None:
        """For a peer that does not read nothing is begun or read, and nothing is lost once it does."""
        alice = self.stage.enter("alice")
        slow = Peer(self.stage)
        slow.give(b"LOGIN alice :correct horse\n")
        self.stage.wait(1)
        slow.take()
        self.fill(slow, KNOWN + SOFT + 2)
        self.assertEqual(slow.give(b"SEND alice :x\nPING\n"), 0)
        slow.connection.dataReceived(b"SEND alice :x\n" * 3)  # what had been on its way
        self.stage.settle()
        self.assertEqual(alice.heard(), [])
        heard = slow.take()
        self.assertEqual([line.split(" ")[:2] for line in answers(heard)], [["OK", "SEND"]] * 3)
        self.assertEqual(len(alice.heard()), 3)
        self.assertEqual(slow.give(b"PING\n"), 5)
        self.assertEqual(slow.take(), ["OK PING"])

    def fill(self, peer: Peer, size: int) -> None:
        """Have so many bytes written for a peer, in two turns."""
        for part in (KNOWN + 1, size - KNOWN - 1):
            peer.connection.write(b"* " + b"x" * (part - 3) + b"\n")
            self.stage.settle()

    def logged_in(self, name: str) -> Peer:
        """Give a peer who is logged in and has read all."""
        peer = Peer(self.stage)
        peer.give(f"REGISTER {name} :correct horse\nLOGIN {name} :correct horse\n".encode())
        self.stage.wait(1)
        peer.take()
        return peer

    def test_reading_back(self) -> None:
        """For who reads back no more waits than a socket takes and a page; the disk keeps the rest (B3)."""
        self.stage = Stage(bounds=UNHURRIED)
        bob, slow = self.stage.enter("bob"), self.logged_in("alice")
        for _ in range(8):
            bob.send(f"SEND alice :{'x' * 1000}\n".encode() * 100)
            self.stage.settle()
        slow.take()
        slow.give(b"SYNC 1\n")
        self.stage.wait(1)
        self.assertLess(slow.wire.waiting, KNOWN + 2 * limits.PAGE_BYTES)
        self.assertGreater(slow.wire.waiting, KNOWN)
        heard = slow.take()
        self.assertEqual(800, sum(line.startswith("* MESSAGE") for line in heard))
        self.assertIn("* LIVE", heard[-1])

    def test_soft(self) -> None:
        """Up to the soft limit a reader is told on; beyond it, nothing until it has read, and then all."""
        alice, bob = self.logged_in("alice"), self.stage.enter("bob")
        self.fill(alice, KNOWN + 1 + SOFT - 200)
        bob.say("SEND alice :still")
        self.assertIn(b":still", alice.wire.value())
        self.fill(alice, KNOWN + 400)
        waiting = alice.wire.waiting
        for n in range(50):
            bob.say(f"SEND alice :{n}")
        self.assertEqual(alice.wire.waiting, waiting)
        self.assertEqual(alice.wire.producerState, "paused")
        heard = [line.partition(" :")[2] for line in alice.take() if line.startswith("* MESSAGE")]
        self.assertEqual(heard, ["still", *map(str, range(50))])
        bob.say("SEND alice :live")
        self.assertIn(":live", alice.take()[-1])

    def test_hard(self) -> None:
        """A reader is cut when more than the hard limit waits for it; what it was not told waits."""
        alice, bob = self.logged_in("alice"), self.stage.enter("bob")
        self.fill(alice, KNOWN + 1 + HARD)
        self.assertFalse(alice.wire.closed)
        alice.connection.write(b"\n")
        self.stage.settle()
        self.assertTrue(alice.wire.aborted)
        self.assertTrue(self.events("went")[-1].endswith("why=too-slow"))
        self.assertEqual(bob.ask("PING alice"), ["ERR PING offline alice :alice is not connected."])
        bob.say("SEND alice :waits")
        again = self.logged_in("alice")
        again.give(b"SYNC 0\n")
        self.assertTrue(any(line.endswith(":waits") for line in again.take()))

    def test_normal_readers(self) -> None:
        """A burst of more than a socket takes makes nobody slow who reads it."""
        alice, bob = self.logged_in("alice"), self.stage.enter("bob")
        self.send(bob, *[f"SEND alice :{'x' * 4000}"] * 40)
        self.assertEqual(len([line for line in alice.take() if line.startswith("* MESSAGE")]), 40)
        self.assertEqual(alice.give(b"PING\n"), 5)
        self.assertEqual(alice.take(), ["OK PING"])

    def test_slow_while_coming_in(self) -> None:
        """Who reads nothing while coming in is told the stream no further than a slow reader is."""
        bob = self.stage.enter("bob")
        self.stage.enter("alice").leave()
        for _ in range(10):
            self.send(bob, *[f"SEND alice :{'x' * 4000}"] * 50)
        peer = Peer(self.stage)
        peer.give(b"HELP LOGIN\n" * 4 + b"LOGIN alice :correct horse\n")
        peer.connection.pauseProducing()
        self.stage.wait(5)
        self.assertFalse(peer.wire.closed)
        self.assertLess(peer.kept, KNOWN + SOFT + 2 * limits.PAGE_BYTES)
        for _ in range(50):
            peer.take()
            self.stage.wait(0.1)
        self.assertIn("* MESSAGE 502 ", "\n".join([*peer.take(), *self.last_messages(peer)]))

    def last_messages(self, peer: Peer) -> list[str]:
        """Ask for the newest message."""
        peer.give(b"SYNC 502\n")
        return peer.take()
