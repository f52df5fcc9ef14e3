"""The real server, whole and in memory, on the test's Clock."""

from __future__ import annotations

import io

from argon2 import PasswordHasher
from twisted.cred.portal import Portal
from twisted.internet.task import Clock

from improtocol.names import ASCII_NAMES
from imserver.connection import Connection, Server
from imserver.dispatch import Dispatcher
from imserver.features.cursors import Cursors
from imserver.features.housekeeping import Housekeeping
from imserver.features.login import Login
from imserver.features.messaging import Messaging
from imserver.features.peer_ping import PeerPing
from imserver.features.registration import Registration
from imserver.features.roster import Roster
from imserver.mailroom import Mailroom
from imserver.portal.checkers import PasswordChecker
from imserver.portal.passwords import Passwords
from imserver.portal.realm import Realm
from imserver.presence import Presence
from imserver.server_log import ServerLog
from imserver.storage import in_memory
from imserver.storage.records import Entry
from imserver.turn import Turn
from imserver.users import Users

from .case import at_once

#: The cheapest that argon2 can do: what it costs is not what is tested here.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class RealServer:
    """A server; `serve` builds the server's end of a connection."""

    def __init__(self, clock: Clock, epoch: str = "k3") -> None:
        def now() -> int:
            return int(clock.seconds() * 1000)

        def soon(act: object) -> object:
            return clock.callLater(0, act)  # type: ignore[arg-type]

        self.entries: list[Entry] = []  #: the log
        self.log = io.StringIO()
        storage = in_memory(now=now, soon=soon, name_epoch=lambda: epoch)
        opened: list[object] = []
        storage.open().addCallback(opened.append)
        (opening,) = opened
        users = Users(opening.accounts)  # type: ignore[attr-defined]
        turn = Turn(soon)
        log = ServerLog(self.log, turn, now)
        mailroom = Mailroom(storage, users, opening.last, soon)  # type: ignore[attr-defined]
        presence = Presence(clock, mailroom.tell_everyone)
        passwords = Passwords(at_once, QUICK)
        portal = Portal(Realm(users), [PasswordChecker(storage, passwords)])

        def committed(entries: tuple[Entry, ...]) -> None:
            self.entries.extend(entries)
            users.committed(entries)
            mailroom.committed(entries)

        storage.committed = committed
        dispatcher = Dispatcher(
            Housekeeping(),
            Registration(storage, passwords, users, log),
            Login(portal, storage, storage, users, mailroom, presence, log, opening.epoch),  # type: ignore[attr-defined]
            Roster(users),
            Messaging(storage, users, mailroom, log),
            Cursors(storage, mailroom),
            PeerPing(users),
        )
        self.server = Server(clock, dispatcher, mailroom, log, turn, ASCII_NAMES)
        self.storage = storage

    def serve(self) -> Connection:
        """Build the server's end of a connection."""
        return self.server.buildProtocol(None)

    def texts(self) -> list[str]:
        """Give what was said, in order."""
        return [entry.text for entry in self.entries if entry.text]
