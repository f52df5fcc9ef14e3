"""Which server it is: nothing is said to one that is not known."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet.defer import Deferred, succeed
from twisted.internet.protocol import Factory

from imclient.core.client import Client, LinkState
from imclient.core.reaching import Unreachable
from imclient.core.trust import AnotherServer, Stranger
from improtocol.invite import BadInvite, Invite, is_here, shown
from imserver.certificate import Certificate, make
from imserver.tls import EncryptedFactory

from .case import FakeCase
from .fake_server import HELLO, FakeServer

HOST, PORT = "lab.example", 12000


class Authority:
    """Somebody who vouches for servers."""

    def __init__(self, folder: Path, name: str = "Made Up Authority") -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        own = self._signed(self._name, self._key, ca=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def certificate(self, *hosts: str, until: int = 2099) -> Certificate:
        """Vouch for a server."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
        made = self._signed(name, key, hosts, until)
        file = self.folder / f"{hosts[0]}-{until}.pem"
        kind = serialization.PrivateFormat.PKCS8
        file.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return Certificate(file, file, lambda *_, **__: None)

    def _signed(
        self, name: x509.Name, key: Any, hosts: tuple[str, ...] = (), until: int = 2099, *, ca: bool = False
    ) -> x509.Certificate:
        names = [x509.IPAddress(ip_address(h)) if h[0].isdigit() else x509.DNSName(h) for h in hosts]
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names or [x509.DNSName("ca.example")]), critical=False)
            .sign(self._key, hashes.SHA256())
        )


class TrustCase(FakeCase):
    """A server that speaks TLS, with a certificate of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.certificate = self.own()
        self.net.serve = self.serve_encrypted

    def authority(self) -> Authority:
        """Have this computer trust somebody."""
        made = Authority(self.folder)
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = str(made.file)
        if before is None:
            self.addCleanup(os.environ.pop, "SSL_CERT_FILE")
        else:
            self.addCleanup(os.environ.__setitem__, "SSL_CERT_FILE", before)
        return made

    def own(self) -> Certificate:
        """Make a certificate that nobody vouches for."""
        file = self.folder / "own.pem"
        make(file)
        return Certificate(file, file, lambda *_, **__: None)

    def serve_encrypted(self) -> Any:
        factory = Factory.forProtocol(self.serve)  # type: ignore[arg-type]
        factory.buildProtocol = lambda addr: self.serve()  # type: ignore[method-assign,assignment,return-value]
        return EncryptedFactory(self.certificate, factory, self.clock).buildProtocol(None)  # type: ignore[arg-type]

    def careful(self, folder: Path | None = None) -> Client:
        """Make a client that does not believe everybody."""
        client = self.client(folder, dial=self.net.reach)
        client.link._reach = client.trust.reach
        return client

    def reach(self, client: Client, host: str = HOST) -> None:
        connected = client.connect(host, PORT)
        self.net.wait(1)
        self.successResultOf(connected)
        self.assertEqual(LinkState.ONLINE, client.link.state)

    def fails(self, client: Client, host: str = HOST, kind: type[Unreachable] = Unreachable) -> Any:
        connected = client.connect(host, PORT)
        self.net.wait(1)
        trouble = self.failureResultOf(connected, kind).value
        self.assertEqual((LinkState.OFFLINE, str(trouble)), (client.link.state, client.link.sentence))
        self.assertEqual([], [line for server in self.servers for line in server.heard])
        self.assertTrue(all(server.gone for server in self.servers))
        self.assertIsNone(client.link.connection)
        return trouble

    @property
    def fingerprint(self) -> str:
        return self.certificate.papers.fingerprint


class PinTests(TrustCase):
    def test_invite(self) -> None:
        """Who takes an invite reaches the server it names, and knows it again after the next start."""
        client = self.careful(self.folder / "profile")
        invite = client.take_invite(f" <{Invite(HOST, PORT, 'K7', self.fingerprint)}>\n")
        self.assertEqual("K7", invite.code)
        self.reach(client, invite.host)
        again = self.careful(self.folder / "profile")
        self.reach(again)
        self.assertEqual(self.fingerprint, again.settings.fingerprint(HOST, PORT))

    def test_code(self) -> None:
        """Whoever takes a name comes in by the code of the invite, and once; a server must know of such."""
        for hello, expected in (
            (HELLO, "REGISTER bob :correct horse"),
            (HELLO.replace(" :", " register=invite :"), "REGISTER bob invite=K7 :correct horse"),
        ):
            self.hello = hello
            client = self.careful()
            client.take_invite(str(Invite(HOST, PORT, "K7", self.fingerprint)))
            self.reach(client)
            for name in ("bob", "carol"):
                registered = client.register(name, "correct horse")
                self.net.settle()
                self.server.answer(f"OK REGISTER {name}", to="REGISTER")
                self.net.settle()
                self.successResultOf(registered)
            self.assertEqual([expected, "REGISTER carol :correct horse"], self.server.heard)

    def test_another(self) -> None:
        """Another certificate than the known one: both are shown, and not a byte of ours was sent."""
        client = self.careful()
        client.take_invite(str(Invite(HOST, PORT, fingerprint="ab" * 32)))
        trouble = self.fails(client, kind=AnotherServer)
        self.assertIn(f"Known: {shown('ab' * 32)}. Shown: {shown(self.fingerprint)}.", str(trouble))
        self.assertIn("paste its new invite", str(trouble))
        self.assertIsNone(client.settings.fingerprint(HOST, PORT))

    def test_never_asked(self) -> None:
        """Nobody is asked about another certificate than the known one: that would be clicked away."""
        client = self.careful()
        client.ask_trust = lambda stranger: self.fail("asked")  # type: ignore[assignment,return-value]
        client.take_invite(str(Invite(HOST, PORT, fingerprint="ab" * 32)))
        self.fails(client, kind=AnotherServer)

    def test_vouched_for_is_not_enough(self) -> None:
        """Who is known by a fingerprint is not replaced by somebody whom others vouch for."""
        authority = self.authority()
        client = self.careful()
        client.take_invite(str(Invite(HOST, PORT, fingerprint=self.fingerprint)))
        self.reach(client)
        self.net.wait(1)
        self.successResultOf(self._left(client))
        self.servers = []
        self.certificate = authority.certificate(HOST)
        self.fails(client, kind=AnotherServer)

    def test_new_invite(self) -> None:
        """A new invite takes the place of what was known; one that fails changes nothing."""
        client = self.careful()
        old = self.fingerprint
        client.settings.know(HOST, PORT, old)
        client.take_invite(str(Invite(HOST, PORT, fingerprint="ab" * 32)))
        self.fails(client, kind=AnotherServer)
        self.assertEqual(old, client.settings.fingerprint(HOST, PORT))
        self.certificate = self.own()
        client.take_invite(str(Invite(HOST, PORT, fingerprint=self.fingerprint)))
        self.reach(client)
        self.assertEqual(self.fingerprint, client.settings.fingerprint(HOST, PORT))

    def test_on_return(self) -> None:
        """Another server in its place is noticed on each return; then the client stays away and says why."""
        client = self.careful()
        client.take_invite(str(Invite(HOST, PORT, fingerprint=self.fingerprint)))
        self.reach(client)
        self.come_in(client)
        heard = self.server.heard
        self.certificate = self.own()
        self.net.wire.cut(ConnectionError())
        self.net.wait(60)
        self.assertEqual(LinkState.OFFLINE, client.link.state)
        self.assertIn("Another server answers at lab.example:12000", client.link.sentence)
        self.assertEqual(2, len(self.servers))
        self.assertEqual([], self.server.heard)
        self.assertTrue(heard)

    def test_bad_invite(self) -> None:
        """What is no invite changes nothing."""
        self.assertRaises(BadInvite, self.careful().take_invite, "lab.example 12000")

    def _left(self, client: Client) -> Deferred[None]:
        left = client.leave()
        self.net.settle()
        self.server.answer("OK QUIT", to="QUIT")
        self.net.wait(1)
        return left


class StrangerTests(TrustCase):
    def test_refused(self) -> None:
        """A server that nobody vouches for is refused with its fingerprint, and nothing was sent."""
        trouble = self.fails(self.careful(), kind=Stranger)
        self.assertEqual(self.fingerprint, trouble.fingerprint)
        self.assertIn(shown(self.fingerprint), str(trouble))
        self.assertIn("nothing was sent to it. Paste its invite", str(trouble))

    def test_asked(self) -> None:
        """Its user is asked, once, and may take all the time there is; a yes is kept."""
        client = self.careful()
        asked: list[Stranger] = []
        answer: Deferred[bool] = Deferred()

        def ask(stranger: Stranger) -> Deferred[bool]:
            asked.append(stranger)
            return answer

        client.ask_trust = ask
        connected = client.connect(HOST, PORT)
        self.net.wait(1000)
        self.assertNoResult(connected)
        self.assertEqual([self.fingerprint], [stranger.fingerprint for stranger in asked])
        self.assertEqual([], [line for server in self.servers for line in server.heard])
        answer.callback(True)
        self.net.wait(1)
        self.successResultOf(connected)
        self.assertEqual(self.fingerprint, client.settings.fingerprint(HOST, PORT))

    def test_swapped_while_asking(self) -> None:
        """The yes is for the fingerprint that was shown, and for no other."""
        client = self.careful()

        def ask(stranger: Stranger) -> Deferred[bool]:
            self.certificate = self.own()
            return succeed(True)

        client.ask_trust = ask
        self.fails(client, kind=AnotherServer)

    def test_no(self) -> None:
        """A no ends it."""
        client = self.careful()
        client.ask_trust = lambda stranger: succeed(False)
        self.fails(client, kind=Stranger)
        self.assertIsNone(client.settings.fingerprint(HOST, PORT))


class VouchedForTests(TrustCase):
    def setUp(self) -> None:
        super().setUp()
        self.trusted = self.authority()

    def test_reached(self) -> None:
        """A server that is vouched for under its name, or address, needs no fingerprint."""
        self.certificate = self.trusted.certificate(HOST, "192.0.2.7")
        for host in (HOST, "Lab.Example", "192.0.2.7"):
            client = self.careful()
            self.reach(client, host)
            self.assertIsNone(client.settings.fingerprint(host, PORT))

    def test_doubts(self) -> None:
        """Not for another name, not after its time, not by anybody else: each is said."""
        for certificate, host, why in (
            (self.trusted.certificate("other.example"), HOST, "is not for lab.example"),
            (self.trusted.certificate(HOST), "192.0.2.7", "is not for 192.0.2.7"),
            (self.trusted.certificate(HOST, until=2021), HOST, "has expired"),
        ):
            self.certificate = certificate
            self.assertIn(why, str(self.fails(self.careful(), host, Stranger)))
        (self.folder / "else").mkdir()
        self.certificate = Authority(self.folder / "else", "Nobody").certificate(HOST)
        self.assertIn("nobody this computer trusts", str(self.fails(self.careful(), kind=Stranger)))


class InClearTests(TrustCase):
    def test_here(self) -> None:
        """In clear one speaks on this computer alone."""
        for host in ("127.0.0.1", "127.8.9.10", "::1", "localhost", "LOCALHOST."):
            self.assertTrue(is_here(host), host)
        for host in (
            "lab.example",
            "10.0.0.1",
            "localhost.example",
            "0.0.0.0",
            "127.1",
            "",
            "::",
            "fe80::1%lo",
        ):
            self.assertFalse(is_here(host), host)
        self.net.serve = self.serve
        self.reach(self.careful(), "127.0.0.1")

    def test_tls_to_a_plain_port(self) -> None:
        """To a server that speaks in clear elsewhere nothing is sent, and the sentence says what to do."""
        self.net.serve = lambda: self._kept(_Deaf(HELLO))
        sentence = str(self.fails(self.careful()))
        self.assertIn("answers at lab.example:12000 does not speak TLS, so nothing was sent.", sentence)
        self.assertIn("127.0.0.1", sentence)

    def _kept(self, server: FakeServer) -> FakeServer:
        self.servers.append(server)
        return server

    def test_plain_to_a_tls_port(self) -> None:
        """Here, too, a server may speak TLS, as through a tunnel: the sentence says what to do."""
        client = self.careful()
        connected = client.connect("127.0.0.1", PORT)
        self.net.wait(11)
        sentence = str(self.failureResultOf(connected, Unreachable).value)
        self.assertIn("The server speaks TLS here, and was spoken to in clear: paste its invite.", sentence)
        client.take_invite(str(Invite("127.0.0.1", PORT, fingerprint=self.fingerprint)))
        self.reach(client, "127.0.0.1")

    def test_closed(self) -> None:
        """A server that closes during the handshake is named."""
        self.net.budgets = [100]
        self.assertIn("closed during the TLS handshake", str(self.fails(self.careful())))

    def test_silent(self) -> None:
        """One that says nothing is given up after ten seconds."""
        self.net.serve = lambda: _Deaf("")
        client = self.careful()
        connected = client.connect(HOST, PORT)
        self.net.wait(11)
        self.assertIn("did not answer within 10", str(self.failureResultOf(connected, Unreachable).value))


class _Deaf(FakeServer):
    def dataReceived(self, data: bytes) -> None:
        pass
