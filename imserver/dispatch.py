"""Which method answers which command; a server in which one has no answer, or two, does not start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from improtocol.errors import Busy
from improtocol.vocabulary import Command, Reply

from .bounds import BOUNDS, Bounds

F = TypeVar("F", bound=object)
C = TypeVar("C", bound=object)
R = TypeVar("R", bound=Reply)
Answer = Callable[[Any, Command[Reply]], Awaitable[Reply]]
_MARK = "__answers__"
#: Seconds until what waits for the writer now is long done.
COME_AGAIN = 2


def answers(
    described: type[Command[R]], *, writes: bool = False
) -> Callable[[Callable[[F, C, Any], Awaitable[R]]], Callable[[F, C, Any], Awaitable[R]]]:
    """Mark a method as the one that answers a command.

    A command that is only for those who are logged in is answered for an `Avatar`, any other for
    a `Session`; so there is no way to answer the former for nobody.  ``writes`` says that the
    method asks the writer for something, and so makes everybody wait when much is to be written.
    """

    def mark(method: Callable[[F, C, Any], Awaitable[R]]) -> Callable[[F, C, Any], Awaitable[R]]:
        setattr(method, _MARK, (described, writes))
        return method

    return mark


class Dispatcher:
    """Every declared command, and the one method that answers it.

    While so many that write are under way, one more is refused at once rather than late (promise
    B10); whatever only reads goes on.
    """

    def __init__(self, *features: object, bounds: Bounds = BOUNDS) -> None:
        self._answers: dict[type[Any], Answer] = {}
        self._writing: set[type[Any]] = set()
        self._bounds = bounds
        self._under_way = 0
        for feature in features:
            for described, writes, method in _marked(feature):
                if described in self._answers:
                    raise TypeError(
                        f"{described.verb} has two answers: {self._answers[described]} and {method}"
                    )
                self._answers[described] = method
                if writes:
                    self._writing.add(described)
        without = sorted(c.verb for c in Command.by_verb.values() if c not in self._answers)
        if without:
            raise TypeError(f"no feature answers {', '.join(without)}")

    def answer(self, caller: object, command: Command[R]) -> Awaitable[R]:
        """Have the command answered, or refuse it at once."""
        method = self._answers[type(command)]
        if type(command) not in self._writing:
            return method(caller, command)  # type: ignore[return-value]
        if self._under_way >= self._bounds.writes_waiting:
            raise Busy(retry_after=COME_AGAIN)
        return self._counted(method(caller, command))  # type: ignore[arg-type]

    async def _counted(self, answer: Awaitable[R]) -> R:
        self._under_way += 1
        try:
            return await answer
        finally:
            self._under_way -= 1


def _marked(feature: object) -> Iterator[tuple[type[Command[Reply]], bool, Answer]]:
    for name in dir(type(feature)):
        mark = getattr(getattr(type(feature), name), _MARK, None)
        if mark is not None:
            yield *mark, getattr(feature, name)
