"""Which method answers which command; a server in which one has no answer, or two, does not start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from improtocol.vocabulary import Command, Reply

F = TypeVar("F", bound=object)
C = TypeVar("C", bound=object)
R = TypeVar("R", bound=Reply)
Answer = Callable[[Any, Command[Reply]], Awaitable[Reply]]
_MARK = "__answers__"


def answers(
    described: type[Command[R]],
) -> Callable[[Callable[[F, C, Any], Awaitable[R]]], Callable[[F, C, Any], Awaitable[R]]]:
    """Mark a method as the one that answers a command.

    A command that is only for those who are logged in is answered for an `Avatar`, any other for
    a `Session`; so there is no way to answer the former for nobody.
    """

    def mark(method: Callable[[F, C, Any], Awaitable[R]]) -> Callable[[F, C, Any], Awaitable[R]]:
        setattr(method, _MARK, described)
        return method

    return mark


class Dispatcher:
    """Every declared command, and the one method that answers it."""

    def __init__(self, *features: object) -> None:
        self._answers: dict[type[Any], Answer] = {}
        for feature in features:
            for described, method in _marked(feature):
                if described in self._answers:
                    raise TypeError(
                        f"{described.verb} has two answers: {self._answers[described]} and {method}"
                    )
                self._answers[described] = method
        without = sorted(c.verb for c in Command.by_verb.values() if c not in self._answers)
        if without:
            raise TypeError(f"no feature answers {', '.join(without)}")

    def answer(self, caller: object, command: Command[R]) -> Awaitable[R]:
        """Have the command answered."""
        return self._answers[type(command)](caller, command)  # type: ignore[return-value]


def _marked(feature: object) -> Iterator[tuple[type[Command[Reply]], Answer]]:
    for name in dir(type(feature)):
        described = getattr(getattr(type(feature), name), _MARK, None)
        if described is not None:
            yield described, getattr(feature, name)
