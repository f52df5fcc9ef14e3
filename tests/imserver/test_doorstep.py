"""What a stranger may say: so many lines, so many bytes, and nothing a browser says (promise C8)."""

from __future__ import annotations

import random

from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from tests.stage import Actor, Stage

#: What browsers and the like begin with, and behind it what a page would have us do.
BROWSERS = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1:12000\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1:12000\r\n\r\n",
    b"HEAD /x HTTP/1.0\n",
    b"OPTIONS * HTTP/1.1\r\n",
    b"CONNECT 127.0.0.1:12000 HTTP/1.1\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET /old-as-the-web\r\n",
    b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\n",
    b"REGISTER / HTTP/1.1\r\n",  # a page may choose any word for a method
)
#: ClientHello, also with an h2 in its list of protocols.
HELLOS = (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"r" * 32 + b"h2\n" * 20, b"\x16", b"\x16\x03\n")
BEHIND = b"REGISTER mallory :correct horse\nLOGIN mallory :correct horse\nSEND * :spam\n"
TOO_MUCH = "* BYE too-much retry-after=1 :That was much to say before logging in; come again, and do so."


class DoorstepCase(SynchronousTestCase):
    """A server with the limits as they stand."""

    def setUp(self) -> None:
        self.stage = Stage()

    def stranger(self) -> Actor:
        """Have somebody connect, and pass over HELLO."""
        stranger = self.stage.newcomer()
        stranger.forget()
        return stranger

    def heard(self, *parts: bytes) -> list[str]:
        """Have a stranger send these, and give all that is answered."""
        stranger = self.stranger()
        for part in parts:
            stranger.send(part)
        self.stage.wait(20)
        return stranger.heard()


class BrowserTests(DoorstepCase):
    def test_http(self) -> None:
        """A browser hears one line and is gone, before a second line is read."""
        for said in BROWSERS:
            heard = self.heard(said + BEHIND)
            self.assertEqual(
                heard, ["* BYE not-http :This is an instant messenger, and no web server."], said
            )
        self.assertNotIn("registered", " ".join(self.stage.logged))

    def test_tls(self) -> None:
        """So does whoever begins with TLS, at its first byte."""
        for said in HELLOS:
            heard = self.heard(said + BEHIND)
            self.assertEqual(heard, ["* BYE not-tls :Nothing is encrypted here; connect without TLS."], said)

    def test_byte_by_byte(self) -> None:
        """It is all the same when it comes in pieces."""
        for said in (*BROWSERS, *HELLOS):
            whole = said + BEHIND
            pieces = [whole[at : at + 1] for at in range(len(whole))]
            self.assertEqual(self.heard(*pieces), self.heard(whole), said)

    def test_closed(self) -> None:
        """The connection closes in that very turn."""
        stranger = self.stranger()
        stranger.send(b"GET / HTTP/1.1\r\n")
        self.stage.settle()
        self.assertTrue(stranger.wire.closed)

    def test_people(self) -> None:
        """Whoever only mistypes, or speaks of such things later, is answered like anybody."""
        for said in (b"GET\n", b"get / please\n", b"HTTP/1.1\n", b"POSTE x\n"):
            self.assertIn("ERR ", self.heard(said)[0])
        heard = self.heard(b"PING\nGET / HTTP/1.1\nPING\n")
        self.assertEqual([line.split()[0] for line in heard], ["OK", "ERR", "OK"])


class MuchTests(DoorstepCase):
    def test_lines(self) -> None:
        """Sixty-four lines are answered, empty ones count too, and the next is the last."""
        self.assertEqual(self.heard(b"PING\n" * 64), ["OK PING"] * 64)
        self.assertEqual(self.heard(b"PING\n" * 100), ["OK PING"] * 64 + [TOO_MUCH])
        self.assertEqual(self.heard(b"\n" * 60 + b"PING\n" * 40), ["OK PING"] * 4 + [TOO_MUCH])

    def test_bytes(self) -> None:
        """8 KiB are read, and with one byte more the stranger hears why it must go."""
        line = b"PING :" + b"x" * 505 + b"\n"
        sixteen = self.heard(line * 16)
        self.assertEqual([line.split()[:3] for line in sixteen], [["ERR", "PING", "extra-text"]] * 16)
        self.assertEqual(self.heard(line * 16 + b"x"), [*sixteen, TOO_MUCH])

    def test_unfinished(self) -> None:
        """A line that never ends counts as it comes: 8 KiB, and one byte more."""
        stranger = self.stranger()
        stranger.send(b"x" * 8192)
        self.stage.wait(1)
        self.assertFalse(stranger.wire.closed)
        self.assertEqual(len(stranger.heard()), 1)  # it is too long, and is passed over
        stranger.send(b"x")
        self.stage.wait(1)
        self.assertEqual(stranger.heard(), [TOO_MUCH])

    def test_what_follows_a_login(self) -> None:
        """What is said in one breath behind a LOGIN is a user's, however much it is (R14)."""
        self.stage.enter("alice").leave()
        text = b"SEND alice :" + b"x" * 4000 + b"\n"
        stranger = self.stranger()
        stranger.send(b"LOGIN alice :correct horse\n" + text * 15)
        self.stage.wait(5)
        heard = stranger.heard()
        self.assertEqual(sum(line.startswith("OK SEND") for line in heard), 15)

    def test_what_follows_a_failed_login(self) -> None:
        """Behind one that fails it is a stranger's, and too much."""
        stranger = self.stranger()
        stranger.send(b"LOGIN alice :correct horse\n" + b"PING\n" * 10_000)
        self.stage.wait(30)
        heard = stranger.heard()
        self.assertTrue(heard[0].startswith("ERR LOGIN login-refused"))
        self.assertEqual(heard[1:], ["OK PING"] * 63 + [TOO_MUCH])

    def test_after_logout(self) -> None:
        """Who has logged out may say as much as a stranger who has just come."""
        alice = self.stage.enter("alice")
        alice.send(b"PING\n" * 100)
        self.stage.wait(30)
        alice.ask("LOGOUT")
        self.stage.wait(30)
        alice.send(b"PING\n" * 100)
        self.stage.wait(30)
        self.assertEqual(alice.heard(), ["OK PING"] * 64 + [TOO_MUCH])

    def test_cut_to_pieces(self) -> None:
        """However the bytes are cut, the answers are the same (C3)."""
        chance = random.Random(5)
        lines = [
            b"PING\n",
            b"HELP LOGIN\r\n",
            b"\n",
            b"x" * 700 + b"\n",
            b"LOGIN a :correct horse\n",
            b"\xff\n",
        ]
        for _ in range(30):
            stream = b"".join(chance.choices(lines, k=chance.randrange(1, 90)))
            stream += b"y" * chance.choice([0, 5, limits.EARLY_LINE + 3, 9000])
            cuts = sorted(chance.sample(range(len(stream) + 1), min(len(stream), 40)))
            pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
            self.setUp()
            whole = self.heard(stream)
            self.setUp()
            self.assertEqual(self.heard(*pieces), whole)
