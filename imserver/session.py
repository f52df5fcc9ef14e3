"""One client's conversation with the server: its state, and whom it speaks for.  No sockets, no text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from improtocol.errors import WrongState
from improtocol.events import Bye
from improtocol.states import State
from improtocol.vocabulary import Command, Event, Reply

from .avatar import Avatar, Carrier
from .dispatch import Dispatcher

R = TypeVar("R", bound=Reply)
ONLY_LOGGED_IN = frozenset([State.LOGGED_IN])


class Nobody:
    """Carries the session of somebody who is gone, so that no ring keeps what the real carrier held."""

    def tell(self, event: Event) -> None:
        """Say it to nobody."""

    def write(self, lines: bytes) -> None:
        """Say it to nobody."""

    def close(self, bye: Bye | None) -> None:
        """Do nothing: it has ended."""


NOBODY = Nobody()


class Session:
    """A client's state, which only commands that were done can move.

    A command that is allowed only when logged in is answered for the avatar, any other for the
    session, so that no feature need ask who is there.
    """

    def __init__(self, dispatcher: Dispatcher, carrier: Carrier, number: int) -> None:
        self._dispatcher = dispatcher
        self.carrier: Carrier = carrier
        self.number = number  #: for the log
        self.source: str | None = None  #: where it comes from, for what is counted; None: not counted
        self.state = State.UNREGISTERED
        self.avatar: Avatar | None = None
        self.account: int | None = None  #: whose name it took, or spoke for last; nothing is proved by it
        self.closed = False
        self._leave: Callable[[str], None] | None = None
        self._afterwards: list[Callable[[], None]] = []

    async def perform(self, command: Command[R]) -> R:
        """Have a command answered, and step to the state it leads to."""
        if self.state not in command.allowed_in:
            raise self.wrong_state()
        if command.right is not None:
            self.speaker().must(command.right)
        caller = self.avatar if command.allowed_in == ONLY_LOGGED_IN else self
        reply = await self._dispatcher.answer(caller, command)
        if command.enters is not None:
            self.state = command.enters
        return reply

    def speaker(self) -> Avatar:
        """Give the avatar, or refuse: for a command that only some of its forms need one."""
        if self.avatar is None:
            raise self.wrong_state()
        return self.avatar

    def wrong_state(self) -> WrongState:
        """Say what may be said now."""
        return WrongState(self.state.value, tuple(sorted(command.verb for command in self.may_say())))

    def may_say(self) -> list[type[Command[Reply]]]:
        """Give the commands there are for this state, and for who is there."""
        return [
            command
            for command in Command.by_verb.values()
            if self.state in command.allowed_in
            and (command.right is None or (self.avatar is not None and self.avatar.may(command.right)))
        ]

    def inhabit(self, avatar: Avatar, leave: Callable[[str], None]) -> None:
        """Speak for an avatar whose secret was proved; ``leave`` is told why when that ends."""
        self.avatar, self._leave = avatar, leave
        self.account = avatar.account.id

    def log_out(self, reason: str) -> None:
        """Speak for nobody any more."""
        leave, self._leave, self.avatar = self._leave, None, None
        if leave is not None:
            leave(reason)

    def afterwards(self, act: Callable[[], None]) -> None:
        """Have something done as soon as the answer under way has been written."""
        self._afterwards.append(act)

    def answered(self) -> None:
        """Note that the answer has been written."""
        acts, self._afterwards = self._afterwards, []
        for act in acts:
            act()

    def end(self, bye: Bye) -> None:
        """Be ended by the server."""
        self.log_out(bye.reason)
        self.carrier.close(bye)

    def close(self, reason: str) -> None:
        """Note that the carrier is gone."""
        self.closed = True
        self._afterwards = []
        self.log_out(reason)
        self.carrier = NOBODY
