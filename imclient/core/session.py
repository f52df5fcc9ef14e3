"""What is asked on one connection, once somebody is in."""

from __future__ import annotations

from typing import TypeVar

from twisted.internet.defer import Deferred

from improtocol.replies import LoggedIn
from improtocol.vocabulary import Command, Reply

from .connection import Answer, Connection
from .reaching import LinkLost, NotConnected, Unable

R = TypeVar("R", bound=Reply)
T = TypeVar("T")


class Session:
    """A session of an account, from its OK LOGIN to the end; when it is over nothing comes of it any more."""

    def __init__(self, connection: Connection, reply: LoggedIn, able: frozenset[str]) -> None:
        self.reply = reply
        self.rights = frozenset(reply.rights)  #: what one may do beyond what everybody may, as it is now
        self._connection: Connection | None = connection
        self._able = able

    def can(self, what: str) -> bool:
        """Whether this server knows those words beyond protocol 1 (``can=``, language R10)."""
        return what in self._able

    def end(self) -> None:
        """Hear no more answers."""
        self._connection = None

    def perform(self, command: Command[R]) -> Deferred[R]:
        """Give a command; fails with its `Refusal`, or `Unreachable`."""
        return self.ask(command).addCallback(lambda answer: answer.reply)

    def ask(self, command: Command[R]) -> Deferred[Answer[R]]:
        """Give a command whose answer has lines of its own."""
        if self._connection is None:
            raise NotConnected()
        return self._connection.ask(command).addCallback(self._still)

    def _still(self, answer: T) -> T:
        if self._connection is None:
            raise LinkLost()
        return answer


def needs(session: Session | None, what: str) -> Session:
    """Give the session for something beyond protocol 1; raises `Unreachable` without one that can it."""
    if session is None:
        raise NotConnected()
    if not session.can(what):
        raise Unable()
    return session
