"""The certificate: made once, read again when it changes, and never lost to a bad file."""

from __future__ import annotations

import os
import re
import ssl
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.trial.unittest import SynchronousTestCase

from imserver.cannot_start import CannotStart
from imserver.certificate import Certificate, make, open_certificate

NOBODY = serialization.NoEncryption()


def vouched_for(folder: Path, *names: str, until: int = 2040) -> None:
    """Put a certificate that somebody else signed, and its key, where others put theirs."""
    own, authority = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Made Up Authority")]))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(authority, hashes.SHA256())
    )
    replaced(folder / "fullchain.pem", made.public_bytes(serialization.Encoding.PEM))
    kind = serialization.PrivateFormat.PKCS8
    replaced(folder / "privkey.pem", own.private_bytes(serialization.Encoding.PEM, kind, NOBODY))


def replaced(file: Path, written: bytes) -> None:
    """Write a file as certbot does: another one stands there afterwards."""
    new = file.with_suffix(".tmp")
    new.write_bytes(written)
    new.replace(file)


class CertificateCase(SynchronousTestCase):
    """A folder, and what the log was told."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.noted: list[tuple[str, dict[str, object]]] = []

    def note(self, event: str, **facts: object) -> None:
        self.noted.append((event, facts))

    def open(self, certificate: str | None = None, key: str | None = None) -> Certificate:
        given = [None if name is None else str(self.folder / name) for name in (certificate, key)]
        return open_certificate((given[0], given[1]), self.folder, self.note)

    def refused(self, certificate: str | None = None, key: str | None = None) -> str:
        return str(self.assertRaises(CannotStart, self.open, certificate, key))

    @property
    def shown(self) -> str:
        """What openssl would say of the file."""
        text = (self.folder / "certificate.pem").read_text()
        found = re.search("-----BEGIN CERTIFICATE.*", text, re.DOTALL)
        assert found is not None
        return sha256(ssl.PEM_cert_to_DER_cert(found[0])).hexdigest()


class OwnTests(CertificateCase):
    def test_made_once(self) -> None:
        """At first start it is made, for its owner's eyes alone; from then on it is the same."""
        papers = self.open().papers
        self.assertEqual((papers.fingerprint, papers.self_signed, papers.names), (self.shown, True, ()))
        self.assertEqual(0o600, (self.folder / "certificate.pem").stat().st_mode & 0o777)
        self.assertEqual(papers.fingerprint, self.open().papers.fingerprint)
        self.assertEqual(["certificate.pem"], os.listdir(self.folder))

    def test_for_good(self) -> None:
        """It is a P-256 one and does not expire: nobody must be asked to trust it anew."""
        papers = self.open().papers
        self.assertEqual(9999, papers.until.year)
        found = x509.load_pem_x509_certificate((self.folder / "certificate.pem").read_bytes())
        key = found.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        self.assertEqual("secp256r1", key.curve.name)

    def test_each_its_own(self) -> None:
        """No two servers have the same."""
        first = self.open().papers.fingerprint
        (self.folder / "certificate.pem").unlink()
        self.assertNotEqual(first, self.open().papers.fingerprint)

    def test_damaged(self) -> None:
        """One that is damaged is never replaced in silence: who pinned it would be turned away."""
        (self.folder / "certificate.pem").write_text("Dear diary")
        self.assertIn("holds no certificate", self.refused())
        self.assertEqual("Dear diary", (self.folder / "certificate.pem").read_text())


class GivenTests(CertificateCase):
    def test_vouched_for(self) -> None:
        """One that others vouch for is used as it is given, and known by its names."""
        vouched_for(self.folder, "lab.example", "*.lab.example")
        papers = self.open("fullchain.pem", "privkey.pem").papers
        self.assertEqual(
            (("lab.example",), False, 2040), (papers.names, papers.self_signed, papers.until.year)
        )

    def test_one_file(self) -> None:
        """Certificate and key may be in one file."""
        make(self.folder / "both.pem")
        self.assertTrue(self.open("both.pem").papers.self_signed)

    def test_refused(self) -> None:
        """What cannot be used is named, with the reason."""
        vouched_for(self.folder, "lab.example")
        make(self.folder / "other.pem")
        self.assertIn("nowhere.pem: No such file", self.refused("nowhere.pem"))
        self.assertIn("No such file", self.refused("fullchain.pem", "nowhere.pem"))
        self.assertIn("belongs to another certificate", self.refused("fullchain.pem", "other.pem"))
        self.assertIn("holds no certificate", self.refused("privkey.pem"))
        self.assertIn("a key in PEM", self.refused("fullchain.pem"))
        self.assertIn("--key needs its certificate", self.refused(None, "privkey.pem"))
        (self.folder / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        self.assertIn("is damaged", self.refused("bad.pem", "privkey.pem"))

    def test_password(self) -> None:
        """A key behind a password is refused; the server asks nobody at the terminal."""
        vouched_for(self.folder, "lab.example")
        key = ec.generate_private_key(ec.SECP256R1())
        (self.folder / "privkey.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"sesame"),
            )
        )
        self.assertIn("without a password?", self.refused("fullchain.pem", "privkey.pem"))


class RenewalTests(CertificateCase):
    def setUp(self) -> None:
        super().setUp()
        vouched_for(self.folder, "lab.example", until=2031)
        self.certificate = self.open("fullchain.pem", "privkey.pem")
        self.noted = []

    def test_renewed(self) -> None:
        """A renewed one is used from the next connection on, and the log says so."""
        before = self.certificate.papers
        vouched_for(self.folder, "lab.example", until=2032)
        self.certificate.look()
        self.assertEqual(2032, self.certificate.papers.until.year)
        self.assertNotEqual(before.fingerprint, self.certificate.papers.fingerprint)
        self.assertIsNot(before.context, self.certificate.papers.context)
        self.assertEqual(["certificate"], [event for event, _ in self.noted])

    def test_unchanged(self) -> None:
        """As long as the files stay the same nothing is read."""
        before = self.certificate.papers
        self.certificate.look()
        self.assertIs(before, self.certificate.papers)
        self.assertEqual([], self.noted)

    def test_half_way(self) -> None:
        """While only one of the two files is new, the old one stays; the log says so once."""
        before = self.certificate.papers
        old_key = (self.folder / "privkey.pem").read_bytes()
        vouched_for(self.folder, "lab.example", until=2032)
        new_key = (self.folder / "privkey.pem").read_bytes()
        replaced(self.folder / "privkey.pem", old_key)
        for _ in range(3):
            self.certificate.look()
        self.assertIs(before, self.certificate.papers)
        self.assertEqual(["certificate-kept"], [event for event, _ in self.noted])
        self.assertIn("belongs to another certificate", str(self.noted[0][1]["error"]))
        replaced(self.folder / "privkey.pem", new_key)
        self.certificate.look()
        self.assertEqual(2032, self.certificate.papers.until.year)

    def test_gone(self) -> None:
        """Files that are gone, or are no certificate, change nothing until they are there again."""
        before = self.certificate.papers
        (self.folder / "fullchain.pem").unlink()
        self.certificate.look()
        (self.folder / "fullchain.pem").write_text("Dear diary")
        self.certificate.look()
        self.assertIs(before, self.certificate.papers)
        self.assertEqual(["certificate-kept"] * 2, [event for event, _ in self.noted])
