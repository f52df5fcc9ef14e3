"""Somebody who speaks to the server in command objects: a session, and neither line nor socket."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from improtocol import codec
from improtocol.commands import Login, Register
from improtocol.errors import NameTaken, Refusal
from improtocol.events import Bye
from improtocol.vocabulary import Command, Event, Reply
from imserver.session import Session
from tests.stage import Stage

R = TypeVar("R", bound=Reply)
PASSWORD = "correct horse"


class Guest:
    """A session's carrier, and who sits behind it."""

    def __init__(self, stage: Stage, number: int = 1) -> None:
        self._stage = stage
        self.session = Session(stage.server.dispatcher, self, number)
        self.bye: Bye | None = None
        self._told: list[Event] = []

    # --- what a carrier does ---

    def tell(self, event: Event) -> None:
        """Hear something."""
        self._told.append(event)

    def write(self, lines: bytes) -> None:
        """Hear what many hear."""
        for line in lines.splitlines():
            heard = codec.parse_from_server(line).what
            assert isinstance(heard, Event), heard
            self._told.append(heard)

    def close(self, bye: Bye | None) -> None:
        """Hear a good-bye."""
        self.bye = bye

    # --- what a person does ---

    def begin(self, command: Command[R]) -> Deferred[R]:
        """Ask, and do not wait."""

        def answered(outcome: R | Failure) -> R | Failure:
            self.session.answered()
            return outcome

        done: Deferred[R] = Deferred.fromCoroutine(self.session.perform(command))
        return done.addBoth(answered)

    def ask(self, command: Command[R]) -> R:
        """Ask, and wait for the reply."""
        outcome = self._outcome(command)
        if isinstance(outcome, Failure):
            outcome.raiseException()
        assert isinstance(outcome, Reply), outcome
        return outcome  # type: ignore[return-value]

    def refused(self, command: Command[Any]) -> Refusal:
        """Ask what is refused, and give the refusal."""
        outcome = self._outcome(command)
        assert isinstance(outcome, Failure), outcome
        outcome.trap(Refusal)
        refusal = outcome.value
        assert isinstance(refusal, Refusal)
        return refusal

    def _outcome(self, command: Command[Any]) -> object:
        outcomes: list[object] = []
        self.begin(command).addBoth(outcomes.append)
        self._stage.wait(1)
        assert outcomes, f"{command!r} was not answered in a second"
        return outcomes[0]

    def enter(self, name: str, *, administrator: bool = False, **keys: Any) -> Guest:
        """Take a name if it is free, log in, and pass over what that tells."""
        with suppress(NameTaken):
            self.ask(Register(name, PASSWORD))
        if administrator:
            self._stage.appoint(name)
        self.ask(Login(name, PASSWORD, **keys))
        self.told()
        return self

    def told(self, *kinds: type[Event]) -> list[Event]:
        """Give all that was told since last asked, or what of it is of these kinds."""
        told, self._told = self._told, []
        return [event for event in told if not kinds or isinstance(event, kinds)]

    def leave(self) -> None:
        """Be gone without a word."""
        self.session.close("dropped")
