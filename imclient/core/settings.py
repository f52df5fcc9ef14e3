"""What is remembered from one start to the next, per profile; never a password."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import platformdirs

from improtocol.invite import PORT, Invite, fingerprint_of

from . import private_file

HOST = "127.0.0.1"
#: So many servers are remembered, the newest first.
MOST_SERVERS = 20
#: And so many are known again by their fingerprint; of one that is forgotten its user is asked anew.
MOST_KNOWN = 200
#: What a server invents must not fill the file: an account keeps five names.
MOST_NAMES = 100
_PROFILE = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Options:
    """What was said on the command line."""

    host: str = HOST
    port: int = PORT
    profile: str = "default"
    name: str | None = None
    geometry: tuple[int, int, int, int] | None = None  #: x, y, width, height of the window
    theme: str = "system"  #: light, dark or system
    control: int | None = None  #: a port for the tests of windows
    invite: Invite | None = None  #: what was pasted in the place of a host
    terminal: bool = False  #: in the terminal, without windows
    password_file: str | None = None  #: whose first line is the password
    remember: bool = False  #: come back without it the next time

    @property
    def asks_for_nothing(self) -> bool:
        """Whether it is but the program itself that is wanted, wherever one was last."""
        particular = self.invite or self.name or self.control
        return not particular and (self.host, self.port) == (HOST, PORT)


@dataclass(slots=True)
class Preferences:
    """How somebody likes the windows to be."""

    theme: str = "system"  #: light, dark or system
    scale: float = 1.0  #: how much larger the type is
    language: str = ""  #: empty: what the system speaks
    spelling: str = "en_US"  #: whose words a dictionary knows, where there is one
    asides: bool = True  #: what went to everyone is shown in passing
    quiet: bool = False  #: nobody calls: do not disturb
    notify: bool = True  #: the desktop shows what came
    texts: bool = True  #: and what it says
    sound: bool = False
    away_after: int = 10  #: minutes without a key or the mouse; 0: never
    geometry: str = ""  #: where the window stood, as Qt writes it

    @classmethod
    def of(cls, read: object) -> Preferences:
        """Take what is as it should be, and of the rest what is usual."""
        given = read if isinstance(read, dict) else {}
        usual = asdict(cls())
        right = {key: given[key] for key, value in usual.items() if type(given.get(key)) is type(value)}
        return cls(**{**usual, **right})


@dataclass(slots=True)
class Server:
    """A server that was used, and the names one has there, the last used first."""

    host: str
    port: int
    names: list[str] = field(default_factory=list)
    first: dict[str, str] = field(default_factory=dict)  #: the name each had when its file here was begun


def profile_folder(profile: str) -> Path:
    """Give the folder of a profile; raises ValueError for a name that could leave its place."""
    if not _PROFILE.fullmatch(profile) or profile.startswith("."):
        raise ValueError("A profile is named with letters, digits, dot, dash and underscore.")
    return Path(platformdirs.user_data_path("imclient")) / "profiles" / profile


def private(folder: Path) -> Path:
    """Make a folder that only its user can look into."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


class Settings:
    """The servers and names of one profile, by what each is known, and the word this device goes by."""

    def __init__(
        self,
        folder: Path,
        device: str,
        servers: list[Server],
        known: dict[str, str] | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        self.folder = folder
        self.device = device
        self.servers = servers
        self.preferences = preferences or Preferences()
        self._known = known or {}  # fingerprints by place, the newest last

    @classmethod
    def open(cls, folder: Path, random: Random, kind: str = "desk") -> Settings:
        """Read the settings of a profile; what cannot be read is begun anew, as a device of that kind."""
        private(folder)
        try:
            read: Any = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
            servers = [
                Server(
                    str(s["host"]),
                    int(s["port"]),
                    [str(name) for name in s["names"]],
                    {str(now): str(first) for now, first in s.get("first", {}).items()},
                )
                for s in read["servers"]
            ]
            known = {str(place): fingerprint_of(found) for place, found in read.get("known", {}).items()}
            preferences = Preferences.of(read.get("preferences"))
            return cls(folder, _word(read["device"]), servers[:MOST_SERVERS], known, preferences)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            settings = cls(folder, f"{kind}-{random.getrandbits(32):08x}", [])
            settings.save()
            return settings

    @property
    def host(self) -> str:
        """The server that was used last."""
        return self.servers[0].host if self.servers else HOST

    @property
    def port(self) -> int:
        """Its port."""
        return self.servers[0].port if self.servers else PORT

    @property
    def name(self) -> str | None:
        """The name that was used there last."""
        return next(iter(self.names(self.host, self.port)), None)

    def names(self, host: str, port: int) -> list[str]:
        """Give the names that were used at a server, the last used first."""
        return next((s.names for s in self.servers if (s.host, s.port) == (host, port)), [])

    def first_name(self, host: str, port: int, name: str) -> str:
        """Give the name an account had when this device began to hold it."""
        return next((s.first.get(name, name) for s in self.servers if (s.host, s.port) == (host, port)), name)

    def rename(self, host: str, port: int, before: str, name: str) -> None:
        """Note that an account of one's own is called otherwise."""
        for server in self.servers:
            if (server.host, server.port) == (host, port):
                server.names = [name, *(n for n in server.names if n not in (before, name))][:MOST_NAMES]
                first = server.first.pop(before, before)
                others = list(server.first.items())[: MOST_NAMES - 2]
                server.first = {name: first, before: first, **dict(others)}

    def remember(self, host: str, port: int, name: str) -> None:
        """Note where one is and under which name, as the newest."""
        names = [name, *(n for n in self.names(host, port) if n != name)]
        first = next((s.first for s in self.servers if (s.host, s.port) == (host, port)), {})
        others = [s for s in self.servers if (s.host, s.port) != (host, port)]
        self.servers = [Server(host, port, names, first), *others][:MOST_SERVERS]

    def fingerprint(self, host: str, port: int) -> str | None:
        """Give the fingerprint a server is known by; None: by those who vouch for it."""
        return self._known.get(_place(host, port))

    def know(self, host: str, port: int, fingerprint: str | None) -> None:
        """Know a server by this from now on."""
        self._known.pop(_place(host, port), None)
        if fingerprint is not None:
            self._known[_place(host, port)] = fingerprint
            self._known = dict(list(self._known.items())[-MOST_KNOWN:])

    def save(self) -> None:
        """Write them; it blocks.  A computer switched off meanwhile keeps the old ones."""
        kept = {
            "device": self.device,
            "servers": [asdict(server) for server in self.servers],
            "known": self._known,
            "preferences": asdict(self.preferences),
        }
        private_file.write(self.folder / "settings.json", json.dumps(kept, indent=2))


def _place(host: str, port: int) -> str:
    return f"{host.lower()} {port}"


def _word(device: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,32}", device):
        raise ValueError("not a device")
    return device
