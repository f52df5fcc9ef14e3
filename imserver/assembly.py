"""All that is between the storage and the sockets, put together: what a test has, and what people have."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher
from twisted.cred.portal import Portal
from twisted.internet.interfaces import IReactorTime

from improtocol.names import ASCII_NAMES, NamePolicy

from .backing_up import Elsewhere
from .backlog import Backlog
from .bounds import BOUNDS, Bounds
from .claims import Claims
from .counters import Counters
from .dispatch import Dispatcher
from .features.administration import Administration
from .features.blocking import Blocking
from .features.cursors import Cursors
from .features.devices import Devices
from .features.housekeeping import Housekeeping
from .features.inviting import Inviting, LineOf
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
from .features.upkeep import Backups, Upkeep
from .mailroom import Mailroom, Soon
from .passing import Passing
from .portal.checkers import PasswordChecker
from .portal.confirming import Confirming
from .portal.enrolling import Enrolling, Policy
from .portal.guessing import Guessing
from .portal.passwords import OWASP, Passwords, Run
from .portal.realm import Realm
from .portal.tokens import TokenChecker
from .presence import Presence
from .receipts import ReceiptNews
from .retention import Retention
from .server import Server
from .server_log import ServerLog
from .storage.interface import Storage
from .storage.records import Entry, Opening
from .turn import Turn
from .users import Users
from .watchdog import Watchdog
from .watching import Watching


@dataclass(frozen=True)
class Ground:
    """What the features stand on."""

    clock: IReactorTime
    storage: Storage
    log: ServerLog
    bounds: Bounds
    users: Users
    mailroom: Mailroom
    presence: Presence
    passwords: Passwords


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
    backups: Backups | None = None,
) -> Server:
    """Make every part, hand each what it needs, and have what is committed go on to whom it is for."""
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
    passwords = Passwords(run, hasher, bounds)
    ground = Ground(clock, storage, log, bounds, users, mailroom, presence, passwords)
    enrolling = Enrolling(clock, bounds, policy)
    watching = Watching(turn, log, lambda name: users.ever(name.lower()) is not None)
    backlog = Backlog(clock.seconds, storage.backlog)
    dispatcher = Dispatcher(
        *_of_accounts(ground, enrolling, opening.epoch),
        *_of_messages(ground),
        Inviting(storage, users, log, draw, line_of),
        Administration(storage, storage, passwords, users, log, draw),
        Overseeing(storage, users, watching, backlog, lambda: server),
        Upkeep(backups or Elsewhere(), log, lambda: server),
        Housekeeping(),
        bounds=bounds,
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
        reactor=clock,
        dispatcher=dispatcher,
        mailroom=mailroom,
        log=log,
        turn=turn,
        names=names,
        bounds=bounds,
        enrolling=enrolling,
        counters=counters,
        watchdog=watchdog,
        watching=watching,
        draw=draw,
    )
    server.backlog = backlog
    server.let_address_everyone = users.let_address_everyone
    return server


def _of_accounts(ground: Ground, enrolling: Enrolling, epoch: str) -> tuple[object, ...]:
    """Make the features of who comes in, and of what is one's own."""
    storage, users, log = ground.storage, ground.users, ground.log
    checker = PasswordChecker(storage, ground.passwords)
    portal = Portal(Realm(users), [checker, TokenChecker(storage)])
    claims = Claims(users)
    guessing, confirming = Guessing(ground.clock, ground.bounds), Confirming(ground.clock)
    return (
        Registration(storage, ground.passwords, claims, log, enrolling),
        Login(
            portal,
            guessing,
            confirming,
            storage,
            storage,
            users,
            ground.mailroom,
            ground.presence,
            log,
            epoch,
        ),
        OwnAccount(storage, checker, confirming, guessing, ground.passwords, users, log),
        Renaming(storage, claims, ground.mailroom, log),
        Devices(storage, users),
    )


def _of_messages(ground: Ground) -> tuple[object, ...]:
    """Make the features of who there is, and of what they say to each other."""
    storage, users, mailroom = ground.storage, ground.users, ground.mailroom
    receipts = ReceiptNews(ground.clock, storage, users, mailroom)
    passing = Passing(ground.clock, storage, users, mailroom, receipts)
    mailroom.left_out = passing.left_out
    return (
        Roster(users),
        Messaging(storage, users, mailroom, receipts, ground.log, ground.bounds),
        Reading(storage, users, receipts),
        Receipts(storage),
        Cursors(storage, mailroom, passing),
        Showing(users, ground.presence),
        Blocking(storage, users),
        PeerPing(users),
    )
