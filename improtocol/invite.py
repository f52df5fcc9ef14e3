"""The invite line: where a server is, the code that lets somebody in, and by what the server is known.

It is no part of the dialogue: people hand it to each other.  It is one word that is taken as pasted:

    imserver://HOST[:PORT]/[CODE][#sha256:FINGERPRINT]
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from .sentence import Say, in_english

#: Where a server listens when nothing else is said.
PORT = 12000
#: No invite is longer; what is pasted by mistake may be.
MOST = 1024
#: Hexadecimal digits of SHA-256.
DIGITS = 64

_INVITE = re.compile(
    r"imserver://"
    r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})))"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/(?P<code>[A-Za-z0-9._~-]{1,64})?)?"
    r"(?:\#(?P<way>[a-z0-9-]{1,16}):(?P<fingerprint>.+))?",
    re.IGNORECASE | re.ASCII,
)


def is_here(host: str) -> bool:
    """Whether this is this machine, by its address or by the name that every machine has for itself.

    Nobody is on the way then, and there need be no TLS.
    """
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


class BadInvite(ValueError):
    """That is no invite; ``str`` gives the sentence that says why."""

    def __init__(self, text: str, /, **parts: object) -> None:
        super().__init__(in_english(text, **parts))
        self._text, self._parts = text, parts

    def sentence(self, say: Say = in_english) -> str:
        """Say in one sentence what is wrong."""
        return say(self._text, **self._parts)


@dataclass(frozen=True)
class Invite:
    """Where a server is (a name, or an address without brackets), and how one comes in.

    Without a code anybody may come who may come.  With a fingerprint the server is spoken to by TLS and
    is the one whose certificate has this SHA-256; without one it is known by the authorities this
    computer trusts, or is on this computer.
    """

    host: str
    port: int = PORT
    code: str | None = None
    fingerprint: str | None = None  #: 64 hexadecimal digits, small

    def __str__(self) -> str:
        """Write it as it is handed over."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        pin = f"#sha256:{self.fingerprint}" if self.fingerprint else ""
        return f"imserver://{host}:{self.port}/{self.code or ''}{pin}"

    def __repr__(self) -> str:
        """Show it without its code, which is a secret."""
        return f"<Invite to {self.host}:{self.port}>"


def parse(pasted: str) -> Invite:
    """Read an invite as it was pasted; raises `BadInvite`, whatever was pasted instead."""
    written = "".join(filter(_counts, pasted[: 4 * MOST]))
    found = _INVITE.fullmatch(written) if len(written) <= MOST else None
    if found is None:
        raise BadInvite(
            "That is no invite; one looks like {like}#sha256:….", like=Invite("HOST", code="CODE")
        )
    six, name, port, code, way, fingerprint = found.group(*_PARTS)
    if way is not None and way.lower() != "sha256":
        raise BadInvite("This invite knows its server by {way}; get a newer imclient.", way=way)
    return Invite(
        _address(six) if six else name.lower(),
        PORT if port is None else _port(port),
        code,
        None if fingerprint is None else fingerprint_of(fingerprint),
    )


def looks_like_one(pasted: str) -> bool:
    """Tell an invite, whole or damaged, from the name of a host."""
    return "imserver:" in pasted.lower()


def fingerprint_of(written: str) -> str:
    """Read a fingerprint as some program shows it, with colons or not; raises `BadInvite`."""
    digits = "".join(filter(_counts, written)).replace(":", "").lower()
    if not re.fullmatch(f"[0-9a-f]{{{DIGITS}}}", digits):
        raise BadInvite("A fingerprint has {digits} digits from 0 to f; this one is damaged.", digits=DIGITS)
    return digits


def shown(fingerprint: str) -> str:
    """Write a fingerprint so that people can compare it: as openssl does, in pairs."""
    return ":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2)).upper()


_PARTS = ("six", "name", "port", "code", "way", "fingerprint")


def _counts(sign: str) -> bool:
    """Tell what is written from what a mailer or a page puts between: blanks, line breaks, <>, the unseen."""
    return not sign.isspace() and sign not in "<>" and unicodedata.category(sign) not in ("Cc", "Cf")


def _address(written: str) -> str:
    try:
        return str(IPv6Address(written))
    except ValueError:
        raise BadInvite("The address in this invite is none: [{written}].", written=written) from None


def _port(written: str) -> int:
    port = int(written)
    if not 1 <= port <= 65535:
        raise BadInvite("A port is a number from 1 to 65535, not {written}.", written=written)
    return port
