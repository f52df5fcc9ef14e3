"""``imserver doctor``: what is wrong is found, and what is well is not complained of."""

from __future__ import annotations

import os
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from imserver.certificate import make
from imserver.operator import backups
from imserver.operator.doctor import BAD, GOOD, SOON, examine, holder

from .folder_case import FolderCase


class DoctorTests(FolderCase):
    """A folder is looked over."""

    def setUp(self) -> None:
        super().setUp()
        self.fill()
        for path in self.folder.iterdir():
            path.chmod(0o600)

    def how(self, what: str, now: float | None = None) -> str:
        """Say how something was found, the worst of it."""
        found = examine(self.folder, now=lambda: time.time() if now is None else now)
        self.sentence = " ".join(one.sentence for one in found if one.what == what)
        hows = [one.how for one in found if one.what == what]
        return max(hows, key=[GOOD, SOON, BAD].index)

    def test_well(self) -> None:
        """Of a server that is well nothing is bad, and the status says so."""
        make(self.folder / "certificate.pem")
        for what in ("permissions", "database", "clock", "certificate"):
            self.assertEqual(GOOD, self.how(what), self.sentence)
        self.assertIn("permissions", self.on_folder("doctor"))

    def test_permissions(self) -> None:
        """What others may read is named; in a folder that is closed they may read nothing."""
        self.database.chmod(0o644)
        self.assertEqual(GOOD, self.how("permissions"))
        self.folder.chmod(0o755)
        self.assertEqual(BAD, self.how("permissions"))
        self.assertIn("imserver.db", self.sentence)
        self.on_folder("doctor", status=1)
        self.assertIn("chmod", self.complaint)

    def test_database(self) -> None:
        """A damaged database is bad; one of an older step is not, one of a newer is."""
        connection = sqlite3.connect(self.database)
        for step, how in (("0001", SOON), ("9999", BAD)):
            with connection:
                connection.execute("UPDATE alembic_version SET version_num = ?", (step,))
            self.assertEqual(how, self.how("database"))
        connection.close()
        self.database.write_bytes(self.database.read_bytes()[:4096] + os.urandom(8192))
        self.assertEqual(BAD, self.how("database"))
        self.database.write_bytes(b"")
        self.assertEqual(BAD, self.how("database"))
        self.assertIn("There is nothing in it", self.sentence)
        self.database.unlink()
        self.database.mkdir()
        self.assertEqual(BAD, self.how("database"))
        self.assertIn("Look at the disk, and whose it is.", self.sentence)

    def test_clock(self) -> None:
        """A clock behind the log, or years wrong, is noticed."""
        self.assertEqual(BAD, self.how("clock", now=time.time() - 3600))
        self.assertEqual(BAD, self.how("clock", now=0))

    def test_certificate(self) -> None:
        """A certificate that ends soon, or has ended, or is none, is noticed with its days."""
        own = self.folder / "certificate.pem"
        for days, how in ((90, GOOD), (20, SOON), (-1, BAD)):
            ending(own, days)
            self.assertEqual(how, self.how("certificate"), self.sentence)
        self.assertIn("-1 days left", self.sentence)
        own.write_text("Dear diary")
        self.assertEqual(BAD, self.how("certificate"))

    def test_configuration(self) -> None:
        """A file with which no server would start is bad, and the certificate it names is looked at."""
        file = self.folder / "imserver.toml"
        file.write_text("keep = 0\n")
        file.chmod(0o600)
        self.assertEqual(BAD, self.how("configuration"))
        self.assertIn("keep:", self.sentence)
        given = self.home / "given.pem"
        ending(given, 3)
        file.write_text(f'certificate = "{given}"\n')
        self.assertEqual((GOOD, SOON), (self.how("configuration"), self.how("certificate")))

    def test_server(self) -> None:
        """Whether a server runs on the folder is told; looking does not disturb it."""
        self.assertEqual(SOON, self.how("server"))
        self.assertIsNone(holder(self.folder / "lock"))
        with backups.taken(self.folder):
            self.assertEqual(GOOD, self.how("server"))
            self.assertEqual(os.getpid(), holder(self.folder / "lock"))

    def test_listener(self) -> None:
        """An address that should answer and does not is bad."""
        self.on_folder("doctor", str(self.home / "no-socket"), status=1)
        self.assertIn("cannot be reached", self.complaint)

    def test_copies(self) -> None:
        """Copies that lie about are named."""
        (self.folder / "imserver.db.step-0001").touch(0o600)
        self.assertEqual(SOON, self.how("copies"))

    def test_nothing_there(self) -> None:
        """A folder that is not there is named."""
        self.folder = self.home / "nowhere"
        self.assertEqual(BAD, self.how("folder"))


def ending(path: Path, days: int) -> None:
    """Make a certificate that ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "imserver")])
    now = datetime.now(UTC)
    begins, ends = now - timedelta(99), now + timedelta(days, 60)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begins, ends)
    made = builder.sign(key, hashes.SHA256())
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(written + made.public_bytes(serialization.Encoding.PEM))
    path.chmod(0o600)
