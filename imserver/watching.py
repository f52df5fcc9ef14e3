"""Administrators who watch: what happens is told to them as it happens, and never more than they read.

It costs a server that nobody watches one look at whether somebody does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from improtocol import codec
from improtocol.commands import Close, Help, Login, Register, SignOut
from improtocol.errors import NoSuchDevice, RepeatedKey, UnknownKey
from improtocol.events import LineTold, NoteTold
from improtocol.fields import Right, Way
from improtocol.names import ANY_NAMES
from improtocol.vocabulary import Command, Event, Item, Reply

from .avatar import Avatar
from .server_log import ServerLog
from .turn import Turn

#: Lines that are told in one turn of the reactor; past that they are counted.  A person sees no more of them.
MOST = 200
#: A command up to the name in it.
_NAMED = re.compile(r"(\A(?:@\S+)? *\S+ +)[^ ]+")
_REFUSED = re.compile(r"((?:@\S+ )?ERR )(\S+) (\S+)(.*)", re.DOTALL)
#: Refusals that say what word was not understood.
_REPEATING = frozenset([UnknownKey.code, RepeatedKey.code, NoSuchDevice.code])


@dataclass(slots=True, eq=False)
class Watcher:
    """One who watches, and what."""

    avatar: Avatar
    lines: bool
    texts: bool
    missed: int = 0  #: lines since the last that was told


class Watching:
    """Everybody who watches.

    ``knows`` tells whether a name is or was somebody's.
    """

    def __init__(self, turn: Turn, log: ServerLog, knows: Callable[[str], bool]) -> None:
        self._turn = turn
        self._log = log
        self._knows = knows
        self._watchers: dict[Avatar, Watcher] = {}
        self._told = 0  # lines of this turn
        self.lines = False  #: whether anybody wants to see lines

    def begin(self, avatar: Avatar, *, lines: bool, texts: bool) -> None:
        """Tell an administrator from now on."""
        self._watchers[avatar] = Watcher(avatar, lines, texts)
        self._look()

    def end(self, avatar: Avatar) -> None:
        """Tell them no more."""
        self._watchers.pop(avatar, None)
        self._look()

    def _look(self) -> None:
        self.lines = any(watcher.lines for watcher in self._watchers.values())
        self._log.told = self.noted if self._watchers else None

    # --- what happens ---

    def noted(self, line: str) -> None:
        """Tell a line of ``server.log``."""
        for watcher in list(self._watchers.values()):
            self._tell(watcher, NoteTold(line))

    def went(self, way: Way, session: int, avatar: Avatar | None, raw: bytes) -> None:
        """Tell the lines that a session said or heard; those of watchers would go round in a ring."""
        if avatar in self._watchers:
            return
        user = None if avatar is None else avatar.name
        for line in raw.decode("utf-8", "replace").rstrip("\n").split("\n"):
            if not self._told:
                self._turn.at_end(self)
            self._told += 1
            for watcher in list(self._watchers.values()):
                if not watcher.lines:
                    continue
                if self._told > MOST:
                    watcher.missed += 1
                    continue
                shown = seen(way, line, texts=watcher.texts, knows=self._knows)
                self._tell(
                    watcher, LineTold(way, shown, session=session, user=user, missed=watcher.missed or None)
                )

    def flush(self) -> None:
        """Begin to count the lines of the next turn."""
        self._told = 0

    def _tell(self, watcher: Watcher, event: Event) -> None:
        stream = watcher.avatar.stream
        if stream is None or not watcher.avatar.may(Right.ADMINISTRATOR):
            self.end(watcher.avatar)  # it is gone, or may not look any more
        elif stream.full:
            watcher.missed += 1
        else:
            watcher.avatar.session.carrier.tell(event)
            watcher.missed = 0


def seen(way: Way, line: str, *, texts: bool, knows: Callable[[str], bool]) -> str:
    """Write another's line as an administrator may see it: no secret ever, and texts only if asked for."""
    covered = _said(line, knows) if way is Way.IN else _answered(line)
    if not covered.isprintable():
        covered = "".join(sign if sign.isprintable() else "\ufffd" for sign in covered)
    head, colon, text = covered.partition(" :")
    if texts or not colon or text == codec.MASK or not _is_said(way, head):
        return covered
    return f"{head} :[{len(text.encode())} bytes]"


def _said(line: str, knows: Callable[[str], bool]) -> str:
    """Cover what may be a password: what cannot be read, a name that is nobody's, a device perhaps."""
    asked = codec.parse_from_client(line.encode("utf-8", "replace"), ANY_NAMES)
    verb = asked.verb if asked.verb in Command.by_verb else ""
    if not isinstance(asked.what, Command):
        alone = line.removeprefix(asked.tag).strip(" ").upper() == verb
        return " ".join(filter(None, [asked.tag, verb, "" if alone else codec.MASK]))
    covered = codec.masked(line)
    unknown = isinstance(asked.what, Login | Register | Close) and not knows(asked.what.name)
    misheard = isinstance(asked.what, Help) and asked.what.verb_ not in {None, *Command.by_verb}
    if unknown or misheard or isinstance(asked.what, SignOut):  # its OK says which device that was
        return _NAMED.sub(rf"\1{codec.MASK}", covered)
    return covered


def _answered(line: str) -> str:
    """Cover what an answer gives to be kept, and what a refusal repeats of a line that may be anything."""
    refused = _REFUSED.match(line)
    if refused is None:
        return codec.masked_from_server(line)
    opening, verb, code, rest = refused.groups()
    if verb not in Command.by_verb:
        verb = "?"
    return f"{opening}{verb} {code} {codec.MASK}" if code in _REPEATING else f"{opening}{verb} {code}{rest}"


def _is_said(way: Way, head: str) -> bool:
    """Whether a line's text is what a person said, and not the server's own words."""
    words = [word for word in head.split(" ") if word and not word.startswith("@")]
    if way is Way.IN:
        described = Command.by_verb.get(words[0].upper()) if words else None
        return described is None or described.text_argument is not None
    families = {"*": Event.by_verb, "+": Item.by_verb, "OK": Reply.by_verb}
    family = families.get(words[0]) if words else None
    described_as = family.get(words[1]) if family and len(words) > 1 else None
    argument = described_as.text_argument if described_as is not None else None
    return argument is not None and argument.kind.name in ("text", "status")
