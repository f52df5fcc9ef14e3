"""The one place where the server is put together: what it is told, what it is made of, its life."""

from __future__ import annotations

import gc
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from argon2 import PasswordHasher
from platformdirs import user_data_path
from sqlalchemy.exc import ArgumentError
from twisted.application.service import Service
from twisted.cred.portal import Portal
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IListeningPort, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.python.usage import Options as UsageOptions
from twisted.python.usage import UsageError

from improtocol import __version__
from improtocol.events import Bye
from improtocol.names import ASCII_NAMES, NamePolicy, UnicodeNames

from .bounds import BOUNDS, BadBound, Bounds, changed, table
from .cannot_start import CannotStart
from .claims import Claims
from .counters import Counters
from .data_folder import DataFolder
from .dispatch import Dispatcher
from .encryption import Encryption
from .features.administration import Administration
from .features.blocking import Blocking
from .features.cursors import Cursors
from .features.devices import Devices
from .features.housekeeping import Housekeeping
from .features.inviting import Inviting, LineOf, drawn
from .features.login import Login
from .features.messaging import Messaging
from .features.overseeing import Overseeing
from .features.own_account import OwnAccount
from .features.peer_ping import PeerPing
from .features.reading import Reading
from .features.receipts import Receipts
from .features.registration import Registration
from .features.renaming import Renaming
from .features.roster import Roster
from .features.showing import Showing
from .listening import HERE, entrance, listen, policy_for
from .log_lines import Write, as_json, plain
from .mailroom import Mailroom, Soon
from .notifying import READY, STOPPING, notify, stay_alive
from .portal.checkers import PasswordChecker
from .portal.confirming import Confirming
from .portal.enrolling import Enrolling, Policy
from .portal.guessing import Guessing
from .portal.passwords import OWASP, Passwords, Run
from .portal.realm import Realm
from .portal.tokens import TokenChecker
from .presence import Presence
from .receipts import ReceiptNews
from .reloading import AT_ONCE, bounds_now, differences
from .retention import Retention
from .server import Server
from .server_log import ServerLog
from .storage import open_storage
from .storage.interface import Damaged, DatabaseTaken, NewerDatabase, Storage, StorageError
from .storage.records import Entry, Opening
from .threads import Threads
from .told import Told
from .turn import Turn
from .users import Users
from .watchdog import Watchdog
from .watching import Watching
from .welcome import welcome

#: A hash takes 19 MiB and a core; with more threads than this, logging in would crowd out what they came for.
HASHING = min(2, os.cpu_count() or 1)
#: The file that is read if no other is named.
CONFIGURATION = "imserver.toml"
#: Often it is started again at once.
GOODBYE = Bye("shutdown", 5, "The server is being stopped; come back later.")
#: Where this machine reaches a server whose own ports are all for others.
ASIDE = "tcp:0:interface=127.0.0.1"
#: Days in which the first administrator may come.
FIRST_DAYS = 7
NAMES: dict[str, NamePolicy] = {"ascii": ASCII_NAMES, "unicode": UnicodeNames()}


class Options(UsageOptions):
    """What ``twistd imserver`` is told."""

    longdesc = (
        "An instant messenger: its OK means that it is on disk, "
        "and that everybody it is for will see it once, in the same order."
    )
    optParameters: ClassVar = [
        ["config", None, None, "TOML file with what is not said here; else imserver.toml in the data folder"],
        ["data", None, None, "folder for what must survive and for server.log (kept to its owner)"],
        ["database", None, None, "sqlite:///FILE or postgresql+psycopg://...; else a file in the folder"],
        ["everyone", None, None, "who may say something to everyone: NAME,NAME; else everybody may"],
        ["keep", None, None, "let go of messages older than so many DAYS; else everything is kept"],
        ["metrics", None, None, "show Prometheus the counts here, as in tcp:9100:interface=127.0.0.1"],
        ["names", None, "ascii", "what a user name is made of: ascii or unicode"],
        ["register", None, None, "who may take a name: open, invite or closed; else open on loopback alone"],
        [
            "certificate",
            None,
            None,
            "PEM file of a certificate others vouch for; else one is made at first start",
        ],
        ["key", None, None, "PEM file of its key, if that is not in the same file"],
        ["address", None, None, "HOST or HOST:PORT by which other machines reach this one, for invites"],
    ]
    optFlags: ClassVar = [
        ["clear-outside", None, "let other machines in without TLS: everybody on the way reads passwords"],
        ["metrics-outside", None, "let other machines read the counts, too"],
        ["log-json", None, "write server.log as a JSON object a line"],
        ["log-texts", None, "write into server.log what people say, too"],
    ]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self["listen"] = []
        self["bounds"] = BOUNDS
        self._limits: list[str] = []
        self._words: list[str] = []

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the words, and remember them: what is said so counts more than what a file says."""
        self._words = list(sys.argv[1:] if options is None else options)
        super().parseOptions(self._words)  # type: ignore[no-untyped-call]

    def again(self) -> Options:
        """Read the same words and the file as it is now; raises ``CannotStart`` or ``UsageError``."""
        made = Options()
        made.parseOptions(self._words)
        return made

    def opt_listen(self, description: str) -> None:
        """Listen here, an endpoint; may be given again [default: tcp:12000:interface=127.0.0.1]."""
        self["listen"].append(description)

    def opt_limit(self, described: str) -> None:
        """Move a limit, NAME=VALUE, or lift it, NAME=none; may be given again."""
        self._limits.append(described)
        try:
            self["bounds"] = changed(self["bounds"], described)
        except BadBound as wrong:
            raise CannotStart(str(wrong)) from None

    def opt_limits(self) -> NoReturn:
        """Show all limits, as they stand and as --limit takes them, each with its reason, and exit."""
        print(table(self["bounds"]))
        raise SystemExit(0)

    def postOptions(self) -> None:
        """Fill in what was left out, and refuse what is not known."""
        if (path := self._file()) is not None:
            self._take(path)
        if self["names"] not in NAMES:
            raise UsageError(f"--names is ascii or unicode, not {self['names']}.")
        if self["register"] is not None and self["register"] not in list(Policy):
            raise UsageError(f"--register is {', '.join(Policy)}, not {self['register']}.")
        if self["keep"] is not None and not re.fullmatch("[1-9][0-9]{0,4}", self["keep"]):
            raise UsageError(f"--keep is a whole number of days from 1 on, not {self['keep']}.")
        self["listen"] = self["listen"] or [HERE]

    def _file(self) -> Path | None:
        if self["config"] is not None:
            return Path(self["config"])
        path = Path(self["data"] or user_data_path("imserver")) / CONFIGURATION
        # Of a folder that may not be read it is said elsewhere, in one sentence.
        return path if os.path.isfile(path) else None

    def _take(self, path: Path) -> None:
        """Take what a file says and the words do not."""
        from .configuration import BadConfiguration, read  # noqa: PLC0415  # only who has one pays for it

        try:
            said = read(path)
        except BadConfiguration as bad:
            raise CannotStart(f"{bad}. `imserver config` shows what there is.") from None
        self["bounds"] = BOUNDS
        for described in (*said.pop("limit"), *self._limits):
            self["bounds"] = changed(self["bounds"], described)
        everyone = said.pop("everyone", None)
        if everyone is not None:
            said["everyone"] = ",".join(everyone)
        for name, value in said.items():
            if not any(name.startswith(word) for word in self._said()):
                self[name] = int(value) if isinstance(value, bool) else value

    def _said(self) -> set[str]:
        """Give the options among the words, each as far as it was written."""
        written = {word[2:].partition("=")[0] for word in self._words if word.startswith("--")}
        return written - {""}


def makeService(options: Options) -> Imserver:
    """Make everything ready: folder, database, ports; raises ``CannotStart`` if it cannot be."""
    from twisted.internet import reactor  # noqa: PLC0415

    # Twisted's timers follow the wall clock, and would stand still when that is set back.
    reactor.seconds = time.monotonic  # type: ignore[method-assign]
    os.umask(0o077)
    return Imserver(reactor, options)


class Imserver(Service):
    """The running server: ready when it is made, open when it is started, empty when it has stopped."""

    def __init__(self, reactor: Any, options: Options) -> None:
        self._reactor = reactor
        self._options = options
        self._alive: LoopingCall | None = None
        self._folder = DataFolder(Path(options["data"] or user_data_path("imserver")).absolute())
        turn = Turn(self._soon)
        bounds: Bounds = options["bounds"]
        self._folder.take()
        counters = Counters(reactor.seconds)
        self._log = ServerLog(
            self._folder.open_log(bounds.log_size),
            turn,
            _now,
            reactor,
            bounds.log_lines,
            counters=counters,
            write=_lines(options),
            texts=bool(options["log-texts"]),
        )
        url = options["database"] or f"sqlite:///{self._folder.database}"
        try:
            self._told = Told(self._folder.told)
            self._storage, self._opening = _opened(url, reactor, self._told)
        except CannotStart:
            self._log.close()
            self._folder.leave()
            raise
        self._first = _first_code(self._storage)
        self._hashing = Threads(reactor, HASHING, "passwords")
        self._retention = self._retaining(options["keep"])
        self._server = put_together(
            reactor,
            self._storage,
            self._opening,
            self._log,
            turn,
            soon=self._soon,
            run=self._hashing,
            names=NAMES[options["names"]],
            start=secrets.token_hex(4),
            may_address_everyone=_those_named(options["everyone"]),
            bounds=bounds,
            line_of=self.invite_line,
            retention=self._retention,
            counters=counters,
        )
        self._storage.in_doubt = self._end_in_doubt
        self._server.room = self._folder.room
        self._encryption = Encryption(
            reactor, (options["certificate"], options["key"]), self._folder.path, self._log.note, bounds
        )
        self._doors = [
            listen(reactor, text, self._server, self._encryption.wrap, clear_outside=options["clear-outside"])
            for text in options["listen"]
        ]
        self._ports = [door.port for door in self._doors]
        self._server.enrolling.policy = policy_for(options["register"], self._doors)
        self._metrics = self._opened_metrics(options["metrics"], outside=bool(options["metrics-outside"]))
        self._entrance = entrance(self._doors, self._encryption.papers, options["address"])

    def _retaining(self, days: str | None) -> Retention | None:
        return Retention(self._reactor, self._storage, self._log, _now, int(days)) if days else None

    def reload(self) -> None:
        """Read certificate and configuration again, and have hold at once what can; nobody is dropped."""
        self._encryption.look()
        before = self._options
        try:
            after = before.again()
        except (CannotStart, UsageError) as wrong:
            self._log.note("reload-refused", error=wrong)
            return
        now, later = differences(before, after)
        bounds = bounds_now(self._server.bounds, after["bounds"])
        self._server.bounds = self._server.strangers.bounds = bounds
        self._server.enrolling.policy = policy_for(after["register"], self._doors)
        self._log.write_line, self._log.texts = _lines(after), bool(after["log-texts"])
        if "keep" in now:
            self._keep(after["keep"])
        for name in AT_ONCE:
            before[name] = after[name]
        before["bounds"] = bounds
        self._log.note(
            "reloaded", changed=",".join(sorted(now)) or None, later=",".join(sorted(later)) or None
        )

    def _keep(self, days: str | None) -> None:
        if self._retention is not None:
            self._retention.end()
        self._retention = self._retaining(days)
        if self._retention is not None:
            self._retention.let_go = self._server.mailroom.let_go
            self._retention.begin()

    def _opened_metrics(self, description: str | None, *, outside: bool) -> IListeningPort | None:
        if description is None:
            return None
        from .metrics import open_metrics  # noqa: PLC0415  # only who asks for it pays for its libraries

        storage = self._storage
        return open_metrics(
            self._reactor, description, self._server, lambda: storage.jobs_waiting, outside=outside
        )

    @property
    def folder(self) -> Path:
        """Where its data is."""
        return self._folder.path

    @property
    def first_code(self) -> str | None:
        """The code that makes the first administrator, as long as there is none."""
        return None if self._server.enrolling.policy is Policy.CLOSED else self._first

    @property
    def loopback(self) -> tuple[str, int] | None:
        """Give host and port at which this machine alone reaches it, in clear."""
        clear = (door for door in self._doors if not door.outside and not door.encrypted)
        found: list[Any] = [door.port.getHost() for door in clear]
        return next(((where.host, where.port) for where in found if hasattr(where, "port")), None)

    @property
    def entrance(self) -> Invite | None:
        """Give what leads in from the farthest; None: nothing but a Unix socket does."""
        return self._entrance

    @property
    def reach(self) -> str:
        """Say who can reach it, and how."""
        doors = [door for door in self._doors if door.outside]
        if not doors:
            return "for this machine alone"
        return "for other machines " + (
            "IN CLEAR" if any(door.in_clear_outside for door in doors) else "by TLS"
        )

    def open_aside(self, why: str) -> tuple[str, int]:
        """Give where this machine alone reaches it, in clear; if all ports are for others, open one more."""
        if self.loopback is None:
            door = listen(self._reactor, ASIDE, self._server, self._encryption.wrap)
            self._doors.append(replace(door, why=why))
            self._ports.append(door.port)
        assert self.loopback is not None
        return self.loopback

    def invite_line(self, code: str) -> str | None:
        """Write the line that whoever is invited takes as pasted; None: only a Unix socket leads in."""
        return None if self._entrance is None else str(replace(self._entrance, code=code))

    def _end_in_doubt(self, why: str) -> None:
        """End at once, and tell nobody anything: only what is on disk can say what is true now."""
        try:
            self._log.note("ended", why="outcome-unknown", error=why)
            self._log.flush()
            print(
                "imserver: A commit failed, and only the disk knows what became of it. "
                "Start again: what was answered OK is there; clients repeat the rest.",
                file=sys.__stderr__,
                flush=True,
            )
        finally:
            os._exit(1)  # also when the disk takes no word of it

    def _soon(self, act: Callable[[], None]) -> object:
        return self._reactor.callLater(0, act)

    def startService(self) -> None:
        """Begin: connections are taken as soon as the reactor runs."""
        super().startService()  # type: ignore[no-untyped-call]
        _collect_seldom()
        self._log.watch()
        self._encryption.reload = self.reload
        self._encryption.start()
        self._alive = stay_alive(self._reactor)
        self._soon(lambda: notify(READY))
        if self._retention is not None:
            self._soon(self._retention.begin)
        self._log.note("started", version=__version__, entries=self._opening.last)
        if self._opening.before is not None:
            self._log.note("new-epoch", now=self._opening.epoch, before=self._opening.before)
        # twistd has put its log in the place of sys.stdout.
        if sys.__stdout__ is not None:
            print(self.welcome(), file=sys.__stdout__, flush=True)

    def stopService(self) -> Deferred[None]:
        """Take no more connections, answer what was asked, tell everybody, and let go of everything."""
        super().stopService()  # type: ignore[no-untyped-call]
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        notify(STOPPING)
        self._encryption.stop()
        if self._alive is not None:
            self._alive.stop()
        if self._retention is not None:
            self._retention.end()
        for port in (*self._ports, *([self._metrics] if self._metrics is not None else [])):
            await maybeDeferred(port.stopListening)
        await self._server.end_all(GOODBYE)
        self._hashing.stop()
        await self._storage.close()
        self._told.close()
        self._log.note("stopped")
        self._log.close()
        self._folder.leave()

    def welcome(self) -> str:
        """Say in one screen what it does, where its data is and how to connect."""
        people = _count(len(self._opening.accounts), "person", "people")
        entries = _count(self._opening.last, "entry", "entries")
        return welcome(
            self._doors,
            self._encryption.papers,
            self._entrance,
            f"{people}, {entries} of the log",
            self._folder.path,
            self._first,
            policy=self._server.enrolling.policy,
        )


def put_together(
    clock: IReactorTime,
    storage: Storage,
    opening: Opening,
    log: ServerLog,
    turn: Turn,
    *,
    soon: Soon,
    run: Run,
    names: NamePolicy = ASCII_NAMES,
    hasher: PasswordHasher = OWASP,
    start: str = "0",
    may_address_everyone: Callable[[str], bool] = lambda name: True,
    bounds: Bounds = BOUNDS,
    policy: Policy = Policy.OPEN,
    draw: Callable[[int], int] = secrets.randbelow,
    line_of: LineOf = lambda code: None,
    make_mailroom: Callable[[Storage, Users, int, Soon], Mailroom] = Mailroom,
    retention: Retention | None = None,
    counters: Counters | None = None,
) -> Server:
    """Put all that is between the storage and the sockets together: what a test has, and what people have."""
    users = Users(
        opening.accounts,
        names,
        held=opening.held,
        blocks=opening.blocks,
        start=start,
        may_address_everyone=may_address_everyone,
    )
    mailroom = make_mailroom(storage, users, opening.last, soon)
    if retention is not None:
        retention.let_go = mailroom.let_go
    presence = Presence(clock, users, mailroom.tell_everyone)
    receipts = ReceiptNews(clock, storage, users, mailroom)
    watching = Watching(turn, log, lambda name: users.ever(name.lower()) is not None)
    passwords = Passwords(run, hasher, bounds.hashes_waiting)
    checker = PasswordChecker(storage, passwords)
    portal = Portal(Realm(users), [checker, TokenChecker(storage)])
    claims, enrolling = Claims(users), Enrolling(clock, bounds, policy)
    guessing, confirming = Guessing(clock, bounds), Confirming(clock)
    dispatcher = Dispatcher(
        Registration(storage, passwords, claims, log, enrolling),
        Login(
            portal,
            guessing,
            confirming,
            storage,
            storage,
            users,
            mailroom,
            presence,
            log,
            opening.epoch,
        ),
        OwnAccount(storage, checker, confirming, guessing, passwords, users, log),
        Renaming(storage, claims, mailroom, log),
        Roster(users),
        Messaging(storage, users, mailroom, receipts, log, bounds.mailbox),
        Reading(storage, users, receipts),
        Receipts(storage),
        Cursors(storage, users, mailroom, receipts),
        Devices(storage, users),
        Showing(users, presence),
        Blocking(storage, users),
        Inviting(storage, users, log, draw, line_of),
        Administration(storage, storage, passwords, users, log, draw),
        PeerPing(users),
        Overseeing(storage, users, watching, lambda: server),
        Housekeeping(),
        writes_waiting=bounds.writes_waiting,
    )

    counters = counters or Counters(clock.seconds)
    turn.watch = watchdog = Watchdog(counters, log)

    def committed(entries: tuple[Entry, ...]) -> None:
        watchdog.tells()
        users.committed(entries)  # first, so that nobody is told of a name before it is known (R37)
        mailroom.committed(entries)

    storage.committed = committed
    storage.counters = counters
    server = Server(
        clock, dispatcher, mailroom, log, turn, names, bounds, draw, enrolling, counters, watchdog, watching
    )
    return server


def _parted(names: set[str]) -> str | None:
    return ",".join(sorted(names)) or None


def _lines(options: Options) -> Write:
    return as_json if options["log-json"] else plain


def _first_code(storage: Storage) -> str | None:
    """Make an invite for the first administrator; None: there is one, or the disk takes nothing now."""
    code, invitation = drawn(secrets.randbelow, maker=None, uses=1, days=FIRST_DAYS, administrator=True)
    try:
        return code if storage.invite_first(invitation) else None
    except StorageError:
        return None


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _those_named(written: str | None) -> Callable[[str], bool]:
    """Tell those named from the others; without any, everybody is."""
    if written is None:
        return lambda name: True
    names = frozenset(name.strip().lower() for name in written.split(","))
    return lambda name: name in names


def _collect_seldom() -> None:
    """Have Python look for rings of garbage seldom, and never again among what was there at the start.

    Hardly anything here is a ring.  As shipped, looking for them takes a third of the time of a busy
    server and makes its slowest answer wait four times as long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _opened(url: str, reactor: IReactorTime, told: Told) -> tuple[Storage, Opening]:
    """Open the database, or say why it cannot be."""
    try:
        storage = open_storage(url, reactor=reactor, now=_now, witness=told)
        storage.take()
        return storage, storage.open()
    except OSError as error:
        raise CannotStart(f"The data folder cannot be written: {error.strerror}.") from None
    except DatabaseTaken:
        raise CannotStart("Another imserver is using this database. Stop it first.") from None
    except NewerDatabase as error:
        raise CannotStart(
            f"The database was written by a newer imserver ({error}). "
            "Start that version; this one would not know what it finds."
        ) from None
    except Damaged as error:
        raise CannotStart(
            f"The database is damaged, and is not served ({error}). Put a copy from before in its place; "
            "what was said since is then in the clients alone."
        ) from None
    except StorageError as error:
        raise CannotStart(f"The database cannot be opened: {error}. Is --database right?") from None
    except ModuleNotFoundError as error:
        raise CannotStart(f"This database needs {error.name}: pip install 'imserver[postgresql]'") from None
    except (ValueError, ArgumentError) as error:
        raise CannotStart(
            f"--database is sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME, not this: {error}."
        ) from None
