"""The running server: what it opens when it is made, how it begins, and how it ends."""

from __future__ import annotations

import gc
import os
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredLock, maybeDeferred
from twisted.internet.error import ReactorNotRunning
from twisted.internet.interfaces import IListeningPort
from twisted.internet.task import LoopingCall
from twisted.python.usage import UsageError

from improtocol import __version__
from improtocol.events import Bye
from improtocol.invite import Invite

from .assembly import put_together
from .backing_up import BackingUp, Elsewhere
from .bounds import Bounds
from .cannot_start import CannotStart
from .counters import Counters
from .data_folder import DataFolder
from .doors import Doors
from .encryption import Encryption
from .features.upkeep import BACK, STOPPED
from .listening import Door, entrance, listen, policy_for
from .log_lines import Write, as_json, plain
from .memory import Frugal, share_one_arena
from .notifying import READY, STOPPING, notify, stay_alive
from .opening import first_code, opened
from .options import NAMES, Options
from .portal.enrolling import Policy
from .reloading import AT_ONCE, differences
from .retention import Retention
from .server_log import ServerLog
from .threads import Threads
from .told import Told
from .turn import Turn
from .welcome import welcome

__all__ = ["Imserver", "Options", "makeService"]  # twistd asks the plug-in's module for the options, too

#: A hash takes 19 MiB and a core; with more threads than this, logging in would crowd out what they came for.
HASHING = min(2, os.cpu_count() or 1)
GOODBYE = Bye("shutdown", BACK, STOPPED)
#: Where this machine reaches a server whose own ports are all for others.
ASIDE = "tcp:0:interface=127.0.0.1"


class Reach(Enum):
    """Who can reach a server, and how."""

    HERE = "for this machine alone"
    TLS = "for other machines by TLS"
    IN_CLEAR = "for other machines IN CLEAR"


def makeService(options: Options) -> Imserver:
    """Make everything ready: folder, database, ports; raises ``CannotStart`` if it cannot be."""
    from twisted.internet import reactor  # noqa: PLC0415

    # Twisted's timers follow the wall clock, and would stand still when that is set back.
    reactor.seconds = time.monotonic  # type: ignore[method-assign]
    stop_once(reactor)
    os.umask(0o077)
    return Imserver(reactor, options)


def stop_once(reactor: Any) -> None:
    """Let a second Ctrl-C, or STOP, go by that asks for what is under way: Twisted prints a traceback."""
    stop = reactor.stop

    def stop_or_go_on_stopping() -> None:
        with suppress(ReactorNotRunning):
            stop()

    reactor.stop = stop_or_go_on_stopping


class Imserver(Service):
    """The running server: ready when it is made, open when it is started, empty when it has stopped."""

    def __init__(self, reactor: Any, options: Options) -> None:
        self._reactor = reactor
        self._options = options
        self._reloading = DeferredLock()
        self._alive: LoopingCall | None = None
        share_one_arena()  # before there are threads
        self._folder = DataFolder(Path(options["data"] or user_data_path("imserver")).absolute())
        turn = Turn(self._soon)
        self._bounds: Bounds = replace(options["bounds"])  # every part looks at it, and a reload changes it
        bounds = self._bounds
        self._folder.take()
        counters = Counters(reactor.seconds)
        self._log_file = log_file = self._folder.open_log(bounds.log_size)
        self._log = ServerLog(
            log_file,
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
            self._storage, self._opening = opened(url, reactor, _now, self._told)
        except CannotStart:
            self._log.close()
            self._folder.leave()
            raise
        self._first = first_code(self._storage)
        self._hashing = Threads(reactor, HASHING, "passwords")
        self._frugal = Frugal(reactor, self._hashing)
        self._retention = self._retaining(options["keep"])
        self._copying = Threads(reactor, 1, "backups")
        self._backups = self._backing_up(options)
        self._goodbye = GOODBYE
        self._server = put_together(
            reactor,
            self._storage,
            self._opening,
            self._log,
            turn,
            soon=self._soon,
            run=self._frugal,
            names=NAMES[options["names"]],
            start=secrets.token_hex(4),
            may_address_everyone=_those_named(options["everyone"]),
            bounds=bounds,
            line_of=self.invite_line,
            retention=self._retention,
            counters=counters,
            backups=self._backups,
        )
        self._server.stop = self._stop_for
        self._storage.in_doubt = self._end_in_doubt
        self._server.room = self._folder.room
        self._encryption = Encryption(
            reactor, (options["certificate"], options["key"]), self._folder.path, self._log.note, bounds
        )
        self._doors = Doors(self._listen)
        self._doors.open(options["listen"])
        self._metrics = self._opened_metrics(options["metrics"], outside=bool(options["metrics-outside"]))
        self._look_at_doors(options)

    def _retaining(self, days: str | None) -> Retention | None:
        return Retention(self._reactor, self._storage, self._log, _now, int(days)) if days else None

    def _backing_up(self, options: Options) -> BackingUp | Elsewhere:
        mine = self._folder.database
        if options["database"] not in (None, f"sqlite:///{mine}"):
            return Elsewhere()
        return BackingUp(
            self._folder.path,
            mine,
            self._backups_in(options),
            self._copying,
            lambda error: self._log.note("backup-failed", error=error),
        )

    def _backups_in(self, options: Options) -> Path:
        return Path(options["backups"] or self._folder.path / "backups").absolute()

    def _stop_for(self, goodbye: Bye) -> None:
        """Stop as an administrator asked for it; everybody is told so much."""
        self._goodbye = goodbye
        self._soon(self._reactor.stop)

    def _listen(self, description: str) -> Door:
        clear = bool(self._options["clear-outside"])
        return listen(self._reactor, description, self._server, self._encryption.wrap, clear_outside=clear)

    def _look_at_doors(self, options: Options) -> None:
        """Work out what follows from who can come in."""
        self._server.enrolling.policy = policy_for(options["register"], self._doors.all)
        self._entrance = entrance(self._doors.all, self._encryption.papers, options["address"])

    def reload(self) -> Deferred[None]:
        """Read certificate and configuration again, and have hold at once what can; nobody is dropped."""
        return self._reloading.run(lambda: Deferred.fromCoroutine(self._reload()))

    def _hung_up(self) -> None:
        self.reload()

    async def _reload(self) -> None:
        self._encryption.look()
        try:
            after = self._options.again()
            now, later = differences(self._options, after)
            await self._doors.become(after["listen"])
            self._look_at_doors(after)
        except (CannotStart, UsageError) as wrong:
            self._log.note("reload-refused", error=wrong)
            return
        await self._take(after, now)
        self._log.note("reloaded", changed=",".join(sorted(now)) or None)
        for option in sorted(later):
            self._log.note("needs-start", option=option)

    async def _take(self, after: Options, now: set[str]) -> None:
        self._bounds.become(after["bounds"])
        self._log.limit(self._bounds.log_lines)
        self._log_file.most = self._bounds.log_size
        self._log.write_line, self._log.texts = _lines(after), bool(after["log-texts"])
        self._encryption.look_on()
        self._backups.folder = self._backups_in(after)
        if "everyone" in now:
            self._server.let_address_everyone(_those_named(after["everyone"]))
        if "keep" in now:
            self._keep(after["keep"])
        if now & {"metrics", "metrics-outside"}:
            await self._reopen_metrics(after)
        for name in AT_ONCE:
            self._options[name] = after[name]
        self._options["bounds"] = after["bounds"]

    async def _reopen_metrics(self, after: Options) -> None:
        if self._metrics is not None:
            await maybeDeferred(self._metrics.stopListening)
            self._metrics = None
        try:
            self._metrics = self._opened_metrics(after["metrics"], outside=bool(after["metrics-outside"]))
        except CannotStart as wrong:
            self._log.note("reload-refused", error=wrong)

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
        clear = (door for door in self._doors.all if not door.outside and not door.encrypted)
        found: list[Any] = [door.port.getHost() for door in clear]
        return next(((where.host, where.port) for where in found if hasattr(where, "port")), None)

    @property
    def entrance(self) -> Invite | None:
        """Give what leads in from the farthest; None: nothing but a Unix socket does."""
        return self._entrance

    @property
    def reach(self) -> Reach:
        """Say who can reach it, and how."""
        doors = [door for door in self._doors.all if door.outside]
        if not doors:
            return Reach.HERE
        return Reach.IN_CLEAR if any(door.in_clear_outside for door in doors) else Reach.TLS

    def open_aside(self, why: str) -> tuple[str, int]:
        """Give where this machine alone reaches it, in clear; if all ports are for others, open one more."""
        if self.loopback is None:
            door = listen(self._reactor, ASIDE, self._server, self._encryption.wrap)
            self._doors.add(replace(door, why=why))
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
        self._encryption.reload = self._hung_up
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
        """End what asks for something before what is asked: first who may come, last the disk."""
        notify(STOPPING)
        await self._reloading.acquire()  # for ever: nothing is opened or begun any more
        self._encryption.stop()
        if self._alive is not None:
            self._alive.stop()
        if self._retention is not None:
            self._retention.end()
        await self._doors.close()
        if self._metrics is not None:
            await maybeDeferred(self._metrics.stopListening)
        self._backups.stop()
        self._server.ending = self._goodbye
        await self._server.end_all(self._goodbye)
        # Nobody waits for the hashes that are left, and they may be seconds of work; one begun is stored.
        await self._hashing.leave()
        self._frugal.stop()
        await self._copying.stop()
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
            self._doors.all,
            self._encryption.papers,
            self._entrance,
            f"{people}, {entries} of the log",
            self._folder.path,
            self._first,
            policy=self._server.enrolling.policy,
        )


def _lines(options: Options) -> Write:
    return as_json if options["log-json"] else plain


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
