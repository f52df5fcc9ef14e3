"""A bot's command, made from a function: its words are its parameters, its help is its docstring."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from .message import Message

_READ: dict[object, Callable[[str], Any]] = {str: str, int: int, float: float, Any: str}
_SAID = {int: "a whole number", float: "a number"}


class Unclear(Exception):
    """What was typed is not how the command is written; ``str`` says how it is."""


class BotCommand:
    """A word that a bot obeys.

    The function is given the `Message`, then a word for each parameter, read as it is annotated (str, int,
    float); ``*names`` takes all words that are left, a parameter behind ``*`` the rest as it stands.
    """

    def __init__(self, function: Callable[..., Any], word: str | None = None) -> None:
        self.function = function
        self.word = word or function.__name__.replace("_", "-")
        self.does = inspect.getdoc(function) or ""
        hints = typing.get_type_hints(function)
        _message, *rest = inspect.signature(function).parameters.values()
        self._words = [p for p in rest if p.kind is p.POSITIONAL_OR_KEYWORD]
        self._many = next((p for p in rest if p.kind is p.VAR_POSITIONAL), None)
        self._text = next((p for p in rest if p.kind is p.KEYWORD_ONLY), None)
        self._kinds = {p.name: hints.get(p.name, Any) for p in rest}
        for name, kind in self._kinds.items():
            if kind not in _READ:
                raise TypeError(f"{self.word}: {name} is str, int or float, not {kind}")

    @property
    def usage(self) -> str:
        """Show how it is written."""
        shown = [self.word, *(_shown(p) for p in self._words)]
        shown += [f"[{self._many.name.upper()} ...]"] if self._many else []
        shown += [_shown(self._text)] if self._text else []
        return " ".join(shown)

    @property
    def help(self) -> str:
        """Say what it does."""
        return f"{self.usage}: {self.does.partition(chr(10))[0]}" if self.does else self.usage

    def call(self, message: Message, rest: str) -> Any:
        """Call the function with the words that stand behind; raises `Unclear`."""
        taken: list[Any] = []
        for parameter in self._words:
            word, _, behind = rest.lstrip().partition(" ")
            if not word and parameter.default is parameter.empty:
                raise Unclear(f"Write {self.usage}.")
            if word:
                taken.append(self._read(parameter, word))
                rest = behind
            else:
                taken.append(parameter.default)
        rest = rest.strip()
        if self._many:
            taken += [self._read(self._many, word) for word in rest.split()]
        elif not self._text and rest:
            raise Unclear(f"Write {self.usage}.")
        return self.function(message, *taken, **self._take_text(rest))

    def _take_text(self, rest: str) -> dict[str, Any]:
        if not self._text or self._many:
            return {}
        if not rest and self._text.default is not self._text.empty:
            return {}
        if not rest:
            raise Unclear(f"Write {self.usage}.")
        return {self._text.name: self._read(self._text, rest)}

    def _read(self, parameter: inspect.Parameter, word: str) -> Any:
        kind = self._kinds[parameter.name]
        try:
            return _READ[kind](word)
        except ValueError:
            said = f"{parameter.name.upper()} is {_SAID[kind]}, not {word}."
            raise Unclear(f"{said} Write {self.usage}.") from None


def _shown(parameter: inspect.Parameter) -> str:
    name = parameter.name.upper()
    return name if parameter.default is parameter.empty else f"[{name}]"
