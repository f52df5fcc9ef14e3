"""By what certificate this server is known: made at first start, or given, and read again when it changes."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from . import private_file
from .cannot_start import CannotStart

#: Seconds between two looks at the files.
LOOK = 60
#: X.509's way to say that a certificate does not expire (RFC 5280, 4.1.2.5).
FOR_EVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
#: TLS 1.2 with what Mozilla's "intermediate" takes; TLS 1.3 brings its own.
CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


class BadCertificate(Exception):
    """The files cannot be used; ``str`` says why, without a full stop."""


@dataclass(frozen=True)
class Papers:
    """What was read from the files."""

    context: SSL.Context  #: what OpenSSL makes connections from
    fingerprint: str  #: SHA-256 of the certificate, 64 hexadecimal digits
    names: tuple[str, ...]  #: the hosts it is for
    until: datetime  #: after that nobody vouches for it any more
    self_signed: bool  #: nobody vouches for it: it is known by its fingerprint alone


class Certificate:
    """The certificate as it stands.

    ``note`` writes a line of server.log.  When the files change they are read again; files that cannot
    be used, as when only one of them is new yet, change nothing.
    """

    def __init__(self, certificate: Path, key: Path, note: Callable[..., None]) -> None:
        self._files = (certificate, key)
        self._note = note
        self._seen = self._state()
        self.papers = read(certificate, key)
        self._tell()

    def look(self) -> None:
        """Read the files again if they have changed."""
        seen = self._state()
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self.papers = read(*self._files)
        except BadCertificate as bad:
            self._note("certificate-kept", file=self._files[0], error=bad)
        else:
            self._tell()

    def _tell(self) -> None:
        until = self.papers.until
        self._note("certificate", fingerprint=self.papers.fingerprint, until=f"{until:%Y-%m-%dT%H:%M:%SZ}")

    def _state(self) -> object:
        """Give what differs when a file was written or put in another's place."""
        try:
            return [(s.st_mtime_ns, s.st_size, s.st_ino) for s in map(os.stat, self._files)]
        except OSError as error:
            return error.errno


def open_certificate(
    given: tuple[str | None, str | None], folder: Path, note: Callable[..., None]
) -> Certificate:
    """Open the one that was given, or the server's own, which is made if need be; raises ``CannotStart``."""
    certificate, key = given
    own = folder / "certificate.pem"
    try:
        if certificate is None and key is None:
            if not own.exists():
                make(own)
            return Certificate(own, own, note)
        if certificate is None:
            raise CannotStart("--key needs its certificate: --certificate FILE.")
        return Certificate(Path(certificate), Path(key or certificate), note)
    except BadCertificate as bad:
        what = "--certificate and --key cannot be used" if certificate else f"{own} cannot be used"
        raise CannotStart(f"{what}: {bad}.") from None
    except OSError as error:
        raise CannotStart(f"The certificate {own} cannot be made: {error.strerror}.") from None


def read(certificate: Path, key: Path) -> Papers:
    """Read certificate (and those that vouch for it, behind it) and key, in PEM; raises `BadCertificate`."""
    try:
        for file in (certificate, key):
            file.read_bytes()  # OpenSSL does not say which one it cannot read
        first = _PEM.search(certificate.read_bytes())
        if first is None:
            raise BadCertificate(f"{certificate} holds no certificate in PEM")
        der = base64.b64decode(first[1])
        found = x509.load_der_x509_certificate(der)
        names = _names(found)
    except OSError as error:
        raise BadCertificate(f"{error.filename}: {error.strerror}") from None
    except ValueError:
        raise BadCertificate(f"the certificate in {certificate} is damaged") from None
    return Papers(
        _context(certificate, key),
        hashlib.sha256(der).hexdigest(),
        names,
        found.not_valid_after_utc,
        found.issuer == found.subject,
    )


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(name for name in extension.value.get_values_for_type(x509.DNSName) if "*" not in name)


def _context(certificate: Path, key: Path) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(
        SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET | SSL.OP_CIPHER_SERVER_PREFERENCE
    )
    # Nobody resumes a session, so none is kept: each handshake has keys of its own, and costs a millisecond.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_cipher_list(CIPHERS)
    context.set_passwd_cb(lambda *_: b"")  # a key behind a password is refused, not asked for at the terminal
    try:
        context.use_certificate_chain_file(os.fspath(certificate))
        context.use_privatekey_file(os.fspath(key))
        context.check_privatekey()
    except SSL.Error as error:
        raise BadCertificate(_why(error, key)) from None
    return context


def _why(error: SSL.Error, key: Path) -> str:
    reason = reason_of(error)
    if "mismatch" in reason:
        return f"the key in {key} belongs to another certificate"
    return f"{reason} (is {key} a key in PEM, without a password?)"


def reason_of(error: SSL.Error) -> str:
    """Give OpenSSL's last words."""
    if isinstance(error, SSL.SysCallError):
        return str(error.args[-1]).lower()
    try:
        return str(error.args[0][-1][-1]) or "no reason given"
    except (IndexError, TypeError):
        return str(error) or "no reason given"


def make(path: Path) -> None:
    """Make a certificate with its key, signed by itself, in one file that only its owner can read."""
    key = ec.generate_private_key(ec.SECP256R1())
    # Neither host nor date: it is known by its fingerprint alone, and a machine may change its name.
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "imserver")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))  # also for a computer whose clock is slow
        .not_valid_after(FOR_EVER)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    private_file.write(path, written)
