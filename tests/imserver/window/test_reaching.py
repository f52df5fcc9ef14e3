"""Where a server is, as it is typed, and why it cannot be reached, as it is said."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL, crypto
from twisted.internet.error import ConnectionRefusedError, DNSLookupError
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from improtocol.invite import Invite, is_here
from imserver.window.notes import is_drop, read, sentence
from imserver.window.reaching import NoWay, Pinned, read_address, way_in_words, why


class AddressTests(SynchronousTestCase):
    def test_typed(self) -> None:
        """A host, a host with a port, and an invite's line each say where a server is."""
        pin = "4e" * 32
        self.assertEqual(Invite("lab.example"), read_address(" lab.example "))
        self.assertEqual(Invite("lab.example", 12001), read_address("lab.example:12001"))
        self.assertEqual(Invite("::1"), read_address("[::1]"))
        self.assertEqual(Invite("::1", 12001), read_address("[::1]:12001"))
        for written in ("lab:example:12001", "[lab]:12001:2", "::x"):
            self.assertRaises(NoWay, read_address, written)
        invite = read_address(f"imserver://lab.example:12001/#sha256:{pin}")
        self.assertEqual(Invite("lab.example", 12001, fingerprint=pin), invite)

    def test_no_address(self) -> None:
        """What names no server is refused with a sentence."""
        for typed in ("", "lab:", "lab:many", "lab:70000", "imserver://"):
            self.assertRaises(NoWay, read_address, typed)

    def test_here(self) -> None:
        """Only this machine is spoken to in clear."""
        self.assertEqual(
            [True, True, True, False, False],
            [is_here(host) for host in ("127.0.0.1", "localhost", "::1", "192.0.2.7", "lab.example")],
        )

    def test_sentences(self) -> None:
        """Why there is no connection is said with the host's name or its port."""
        server = Invite("lab.example", 12001)
        refused = "lab.example answers, but nobody listens at port 12001."
        self.assertEqual(refused, why(Failure(ConnectionRefusedError()), server))
        self.assertEqual("There is no computer called lab.example.", why(Failure(DNSLookupError()), server))
        self.assertIn("Nobody whom this machine trusts", why(Failure(SSL.Error()), server))
        known = Invite("lab.example", 12001, fingerprint="4e" * 32)
        self.assertIn("is not the server whose fingerprint", why(Failure(SSL.Error()), known))


class NoteTests(SynchronousTestCase):
    def test_read(self) -> None:
        """A line of server.log is read back: the moment, the event, its facts with their blanks."""
        note = read("2026-11-20T10:00:00.500Z broke session=7 error=no\\sroom")
        assert note is not None
        self.assertEqual((1_795_168_800.5, "broke"), (note.at, note.event))
        self.assertEqual({"session": "7", "error": "no room"}, note.facts)
        self.assertEqual(7, note.number("session"))

    def test_no_note(self) -> None:
        """What is no such line is passed over."""
        for line in ("", "hello", "yesterday came session=1"):
            self.assertIsNone(read(line))

    def test_drop(self) -> None:
        """Who left is told from who dropped out."""
        for why_, dropped in (("left", False), ("dropped", True), ("too-slow", True), ("shutdown", False)):
            note = read(f"2026-11-20T10:00:00.500Z went session=7 why={why_}")
            assert note is not None
            self.assertEqual(dropped, is_drop(note), sentence(note))


class PinnedTests(SynchronousTestCase):
    """The handshake, in memory."""

    def shake(self, fingerprint: str) -> None:
        """Let a window that knows a server by this meet the server; raises `SSL.Error` if it will not."""
        own = SSL.Context(SSL.TLS_SERVER_METHOD)
        own.use_privatekey(crypto.PKey.from_cryptography_key(KEY))
        own.use_certificate(crypto.X509.from_cryptography(CERTIFICATE))
        server = SSL.Connection(own, None)
        server.set_accept_state()
        window = Pinned(fingerprint).clientConnectionForTLS(None)  # type: ignore[arg-type]
        window.set_connect_state()
        for _ in range(6):
            for one, other in ((window, server), (server, window)):
                with contextlib.suppress(SSL.WantReadError):
                    one.do_handshake()
                with contextlib.suppress(SSL.WantReadError):
                    other.bio_write(one.bio_read(1 << 16))

    def test_known(self) -> None:
        """The server whose fingerprint is known is spoken to, whoever signed its certificate."""
        self.shake(FINGERPRINT)

    def test_another(self) -> None:
        """Any other is not, and hears nothing."""
        self.assertRaises(SSL.Error, self.shake, "4e" * 32)


class VouchedForTests(SynchronousTestCase):
    """A server whose certificate an authority signed, through another one that it did."""

    def test_way(self) -> None:
        """A server elsewhere is spoken to by TLS, by its name; only this machine is in clear."""
        words = [way_in_words(Invite(host)) for host in ("lab.example", "localhost")]
        self.assertEqual(["by TLS, vouched for by an authority", "on this machine"], words)


def _certificate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "imserver")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(36500))
    return key, made.sign(key, hashes.SHA256())


KEY, CERTIFICATE = _certificate()
FINGERPRINT = CERTIFICATE.fingerprint(hashes.SHA256()).hex()
