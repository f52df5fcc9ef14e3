"""Scenes: the language acted out line by line, by whatever cast is given, and checked to the letter.

``alice> LINE`` is typed and ``alice< LINE`` must be heard.  In an expected line ``...`` stands for any
further key=values (and, as its last word, for a text too), ``:...`` for any text, ``N`` for any number
and ``{n}`` for one that has a name: in whatever line it stands again it must be the same, and in a line
that is typed it is filled in; ``{console}`` is the code that the server's console shows at its start.
``#`` begins a comment.  Lines told (``*``) that are not shown may come between; every answer must be
shown, unless the next line expected is one that is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Cast(Protocol):
    """Those who act: each name is somebody at the other end of a connection of their own."""

    def say(self, who: str, line: str) -> None:
        """Type a line; who was not there connects."""

    def hear(self, who: str) -> str | None:
        """Give the next line somebody hears, without its end; None if nothing comes."""


class NotAScene(Exception):
    """What is written there has no meaning in a scene."""


class Spoilt(AssertionError):
    """The play did not go as it is written."""


@dataclass(frozen=True)
class Cue:
    """One line of a scene: who types it, or who must hear it."""

    place: str  #: file:line
    who: str
    typed: bool
    line: str


@dataclass(frozen=True)
class Scene:
    """Cues in order."""

    place: str  #: file:line where it begins
    title: str  #: its first comment
    cues: tuple[Cue, ...]
    before: Scene | None = None  #: it goes on where that one ended


_CUE = re.compile(r"(?P<who>[a-z]\w*)(?P<sign>[<>]) (?P<line>.*)")
_EXAMPLE = re.compile(r"^```scene(?P<continues> continue)?\n(?P<lines>.*?)^```$", re.DOTALL | re.MULTILINE)


def read_scene(path: Path) -> Scene:
    """Read a file that is one scene."""
    return _scene(path.name, 1, path.read_text(encoding="utf-8"))


def read_examples(path: Path) -> list[Scene]:
    """Read the blocks of a document that begin with ```` ```scene ```` or ```` ```scene continue ````."""
    document = path.read_text(encoding="utf-8")
    scenes: list[Scene] = []
    for found in _EXAMPLE.finditer(document):
        first = document.count("\n", 0, found.start("lines")) + 1
        if found["continues"] and not scenes:
            raise NotAScene(f"{path.name}:{first - 1}: there is nothing to continue")
        scenes.append(_scene(path.name, first, found["lines"], scenes[-1] if found["continues"] else None))
    return scenes


def _scene(name: str, first: int, lines: str, before: Scene | None = None) -> Scene:
    cues = []
    title = ""
    for number, line in enumerate(lines.removesuffix("\n").split("\n"), first):
        if cue := _CUE.fullmatch(line):
            cues.append(Cue(f"{name}:{number}", cue["who"], cue["sign"] == ">", cue["line"]))
        elif line.startswith("#"):
            title = title or line.lstrip("# ")
        elif line.strip():
            raise NotAScene(f"{name}:{number}: neither typed nor heard nor a comment: {line}")
    return Scene(f"{name}:{first}", title, tuple(cues), before)


# --- what an expected line stands for -------------------------------------------------------------------

_NUMBER = "(?:0|[1-9][0-9]*)"
_FURTHER = r"(?: [a-z][a-z-]*=[^ ]*)*"
_ANY_TEXT = "(?: :.*)?"
_PART = re.compile(r"(\{\w+\}|\.\.\.)")


def pattern_of(expected: str, bound: Mapping[str, str]) -> re.Pattern[str]:
    """Make of an expected line what matches the lines it stands for; names not bound yet become groups."""
    head, colon, text = expected.partition(" :")
    named: set[str] = set()
    pattern = "".join(_word(word, bound, named) for word in head.split(" "))
    if colon:
        pattern += " :" + (".*" if text == "..." else re.escape(text))
    elif head.endswith(" ..."):
        pattern += _ANY_TEXT
    return re.compile(pattern.removeprefix(" "))


def _word(word: str, bound: Mapping[str, str], named: set[str]) -> str:
    if word == "...":
        return _FURTHER
    if word == "N":
        return f" {_NUMBER}"
    return " " + "".join(_part(part, bound, named) for part in _PART.split(word))


def _part(part: str, bound: Mapping[str, str], named: set[str]) -> str:
    if part == "...":
        return "[^ ]*"
    if not _PART.fullmatch(part):
        return re.escape(part)
    name = part[1:-1]
    if name in bound:
        return re.escape(bound[name])
    if name in named:
        return f"(?P={name})"
    named.add(name)
    return f"(?P<{name}>[^ ]+)"


def is_told(line: str) -> bool:
    """Whether the server says it unasked; an answer may have a tag before it, what is told has none."""
    return line.startswith("* ")


# --- the play -------------------------------------------------------------------------------------------


@dataclass
class Play:
    """A cast at work on a scene, and what was found out on the way."""

    cast: Cast
    bound: dict[str, str] = field(default_factory=dict)  #: what the names of this play stand for

    def act(self, scene: Scene) -> None:
        """Act a scene out, after what it continues; raises `Spoilt` where it does not go as written."""
        if scene.before is not None:
            self.act(scene.before)
        for cue in scene.cues:
            if cue.typed:
                self.cast.say(cue.who, self._filled_in(cue))
            else:
                self._expect(cue)

    def end(self, scene: Scene) -> None:
        """Make sure that nobody hears an answer after the last line: it would be one too many."""
        for who in dict.fromkeys(cue.who for cue in scene.cues):
            for heard in self._what_comes(who):
                if not is_told(heard):
                    raise Spoilt(f"{scene.place}: at the end {who} hears an answer more:\n    {heard}")

    def _filled_in(self, cue: Cue) -> str:
        head, colon, text = cue.line.partition(" :")

        def meant(name: re.Match[str]) -> str:
            if name[1] not in self.bound:
                raise NotAScene(f"{cue.place}: nothing is known as {name[0]}")
            return self.bound[name[1]]

        return re.sub(r"\{(\w+)\}", meant, head) + colon + text

    def _expect(self, cue: Cue) -> None:
        pattern = pattern_of(cue.line, self.bound)
        passed_over: list[str] = []
        for heard in self._what_comes(cue.who):
            if found := pattern.fullmatch(heard):
                self.bound.update(found.groupdict())
                return
            if not is_told(heard) and not is_told(cue.line):
                raise _spoilt(cue, self.bound, heard, passed_over)
            passed_over.append(heard)
        raise _spoilt(cue, self.bound, None, passed_over)

    def _what_comes(self, who: str) -> Iterator[str]:
        while (heard := self.cast.hear(who)) is not None:
            yield heard


def _spoilt(cue: Cue, bound: Mapping[str, str], heard: str | None, passed_over: list[str]) -> Spoilt:
    known = ", ".join(f"{{{name}}} is {value}" for name, value in bound.items() if f"{{{name}}}" in cue.line)
    said = [
        f"{cue.place}: {cue.who} should have heard",
        f"    {cue.line}" + (f"    ({known})" if known else ""),
        f"and heard\n    {heard}" if heard is not None else "and heard nothing more",
    ]
    if passed_over:
        said += ["after this had been passed over:", *(f"    {line}" for line in passed_over)]
    return Spoilt("\n".join(said))
