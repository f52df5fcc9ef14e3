"""The slash commands, the same in every client: how each is written, what it means, what it completes to.

Each stands for a command of the language; what the language can and no line here names is a slash command
all the same, made from its declaration, so that nobody need remember to add it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from improtocol import commands
from improtocol.errors import Refusal
from improtocol.states import State
from improtocol.vocabulary import Command
from imtongue import phrase, tr

from . import obeying, wording
from .obeying import Act, Front, Lines, Unclear
from .reaching import Unreachable
from .roster import Presence, Roster

__all__ = ["Front", "Lines", "Outcome", "Slash", "Typed", "completions", "find", "obey", "read", "spoken"]

_COMMAND = re.compile(r"/(?P<word>[a-z]+)(?:\s+(?P<rest>.*))?", re.DOTALL | re.IGNORECASE)
_NAMES = "NAME,NAME"


@dataclass(frozen=True)
class Slash:
    """A slash command; ``arguments`` shows what stands behind it, in brackets what may be left out."""

    word: str
    arguments: str
    does: str  #: as it stands in the source
    act: Act
    stands_for: tuple[type[Command], ...] = field(default=())  # type: ignore[type-arg]

    @property
    def usage(self) -> str:
        """Show how it is written."""
        return f"/{self.word} {self.arguments}".rstrip()

    @property
    def line(self) -> str:
        """Say what it does, as a line of help."""
        return f"{self.usage}: {tr(self.does)}"

    @property
    def needs_more(self) -> bool:
        """Whether it cannot stand alone."""
        return bool(self.arguments) and not self.arguments.startswith("[")

    def is_for(self, rights: Collection[str]) -> bool:
        """Whether somebody with these rights may do it."""
        return all(command.right is None or command.right in rights for command in self.stands_for)


_BY_HAND = (
    Slash("all", "TEXT", phrase("say it to everyone"), obeying.say_to_all, (commands.Send,)),
    Slash("whisper", "NAME TEXT", phrase("say it to one"), obeying.whisper, (commands.Send,)),
    Slash(
        "to",
        _NAMES,
        phrase("write to one, to several, or to all from now on"),
        obeying.turn_to,
        (commands.Send,),
    ),
    Slash("who", "[online]", phrase("the people, and how they are"), obeying.who, (commands.Who,)),
    Slash(
        "ping",
        f"[{_NAMES}]",
        phrase("how long it takes to somebody and back"),
        obeying.ping,
        (commands.Ping,),
    ),
    Slash(
        "history", f"[{_NAMES}] [COUNT]", phrase("what was said before"), obeying.history, (commands.History,)
    ),
    Slash("find", "WORDS", phrase("what was said with all these words in it"), obeying.find),
    Slash(
        "conversations",
        "",
        commands.Conversations.does,
        obeying.conversations,
        (commands.Conversations,),
    ),
    Slash(
        "receipts",
        "[NUMBER]",
        phrase("how far a message of yours came"),
        obeying.receipts,
        (commands.Receipts,),
    ),
    Slash(
        "again",
        "[NUMBER]",
        phrase("say a message of yours again to those whom it has not reached"),
        obeying.again,
    ),
    Slash("away", "[TEXT]", phrase("be shown as away, with a line of text if you like"), obeying.away),
    Slash(
        "back",
        "[TEXT]",
        phrase("be shown as online again, with a line of text if you like"),
        obeying.back,
        (commands.SetPresence,),
    ),
    Slash("block", "NAME", commands.Block.does, obeying.block, (commands.Block,)),
    Slash("unblock", "NAME", commands.Unblock.does, obeying.unblock, (commands.Unblock,)),
    Slash("blocked", "", commands.Blocked.does, obeying.blocked, (commands.Blocked,)),
    Slash("devices", "", phrase("where your account is in use"), obeying.devices, (commands.Devices,)),
    Slash("signout", "DEVICE", commands.SignOut.does, obeying.sign_out, (commands.SignOut,)),
    Slash("newname", "NAME", commands.Rename.does, obeying.new_name, (commands.Rename,)),
    Slash(
        "password",
        "",
        phrase("choose another password; it is asked for"),
        obeying.password,
        (commands.ChangePassword, commands.Confirm),
    ),
    Slash(
        "close",
        "NAME",
        phrase("close your account, for ever; the password is asked for"),
        obeying.close_account,
        (commands.Close,),
    ),
    Slash("announce", "TEXT", commands.Announce.does, obeying.announce, (commands.Announce,)),
    Slash("wire", "", phrase("watch the lines that go over the wire, or no more"), obeying.wire),
    Slash(
        "help",
        "[COMMAND]",
        phrase("this, or all about one command"),
        lambda front, rest: _help(front, rest),  # noqa: PLW0108  (it needs this table)
    ),
    Slash("connect", "", phrase("come back now, where the next try is waited for"), obeying.connect),
    Slash("logout", "", phrase("leave, and say the password to come back"), obeying.log_out),
    Slash("disc", "", phrase("disconnect and leave"), obeying.disc, (commands.Quit,)),
)
_ALSO = {"online": "back", "quit": "disc", "rename": "newname"}
#: What clients say by themselves, or before anybody is in; or what another word above says.
_NOT_FOR_PEOPLE = (
    *(commands.Register, commands.Login, commands.Logout, commands.Help),
    *(commands.Ack, commands.Sync, commands.Pong),
)


@cache
def known() -> dict[str, Slash]:
    """Give all there are, by word."""
    table = {slash.word: slash for slash in _BY_HAND}
    spoken_for = {command for slash in _BY_HAND for command in slash.stands_for} | {*_NOT_FOR_PEOPLE}
    for command in Command.by_verb.values():
        if command not in spoken_for and State.LOGGED_IN in command.allowed_in and not command.has_secret():
            arguments = command.syntax().partition(" ")[2]
            act = partial(obeying.as_declared, command)
            table.setdefault(
                command.verb.lower(), Slash(command.verb.lower(), arguments, command.does, act, (command,))
            )
    return table


def find(word: str) -> Slash | None:
    """Find a slash command by its word, or by another it is known by."""
    word = word.lower()
    return known().get(_ALSO.get(word, word))


# Reading a line


@dataclass(frozen=True)
class Typed:
    """A line that begins with a slash command, known or not."""

    word: str
    rest: str


def read(line: str) -> Typed | None:
    """Read the command that a line begins with; a path such as /etc/hosts is none, nor are two slashes."""
    match = _COMMAND.fullmatch(line)
    return None if match is None else Typed(match["word"].lower(), (match["rest"] or "").strip())


def spoken(line: str) -> str:
    """Give what is said by a line that is no command: two slashes at its beginning stand for one."""
    return line[1:] if line.startswith("//") else line


def not_known(word: str, rights: Collection[str] = ()) -> str:
    """Say that there is no such command, which one is like it, and what there is for these rights."""
    there_are = ", ".join(f"/{each.word}" for each in known().values() if each.is_for(rights))
    return f"{no_such(word)} {tr('There are {commands}.', commands=there_are)}"


def no_such(word: str) -> str:
    """Say that there is no such command, and which one is like it."""
    near = difflib.get_close_matches(word, [*known(), *_ALSO], 1, 0.6)
    if not near:
        return tr("There is no command /{word}.", word=word)
    return tr("There is no command /{word}. Did you mean /{near}?", word=word, near=near[0])


def not_complete(slash: Slash) -> str:
    """Say how a command that needs more is written."""
    return tr("Write {usage}.", usage=slash.usage)


def lines_of_help(rights: Collection[str] = ()) -> list[str]:
    """Say of each what it does; of those that need a right, only if it is there."""
    return [slash.line for slash in known().values() if slash.is_for(rights)]


# Doing it


@dataclass(frozen=True)
class Outcome:
    """What came of a command: what is to be shown, and whether it was done."""

    shown: Lines = ()
    done: bool = True


async def obey(front: Front, typed: Typed) -> Outcome:
    """Do what a command says; whatever is wrong comes back as a sentence."""
    slash = find(typed.word)
    if slash is None:
        return Outcome((not_known(typed.word, front.client.rights),), done=False)
    if slash.needs_more and not typed.rest:
        return Outcome((not_complete(slash),), done=False)
    try:
        return Outcome(tuple(await slash.act(front, typed.rest)))
    except Unclear as unclear:
        return Outcome((str(unclear) or not_complete(slash),), done=False)
    except (Refusal, Unreachable, TimeoutError) as wrong:
        return Outcome((wording.plainly(wrong),), done=False)


async def _help(front: Front, rest: str) -> Lines:
    if not rest:
        return lines_of_help(front.client.rights)
    slash = find(rest.removeprefix("/"))
    if slash is None:
        return [not_known(rest.removeprefix("/"), front.client.rights)]
    return [slash.line, *(tr(meaning(command)) for command in slash.stands_for)]


def meaning(command: type[Command[Any]]) -> str:
    """Give all that the language says about one of its commands."""
    return " ".join((command.__doc__ or "").split())


# Completing it


@dataclass(frozen=True)
class Completion:
    """A way to go on: what takes the place of the last so many characters, and a remark."""

    text: str
    replaces: int
    remark: str = ""


def completions(line: str, roster: Roster, rights: Collection[str] = ()) -> Iterator[Completion]:
    """Say how a line that was typed so far may go on, for somebody with these rights."""
    head, blank, rest = line.partition(" ")
    if not head.startswith("/") or head.startswith("//"):
        return
    if not blank:
        for slash in _beginning(head[1:], rights):
            yield Completion(f"/{slash.word}", len(head), tr(slash.does))
        return
    found = find(head[1:])
    if found is None or " " in rest or "\n" in rest:
        return
    if found.word == "help":
        for slash in _beginning(rest, rights):
            yield Completion(slash.word, len(rest), tr(slash.does))
        return
    yield from _arguments(found.arguments.strip("[]").partition("]")[0].partition(" ")[0], rest, roster)


def _beginning(begun: str, rights: Collection[str]) -> Iterator[Slash]:
    return (one for one in known().values() if one.word.startswith(begun.lower()) and one.is_for(rights))


def _arguments(kind: str, begun: str, roster: Roster) -> Iterator[Completion]:
    if kind not in ("NAME", "name", _NAMES):
        return
    before, _, last = begun.rpartition(",") if kind == _NAMES else ("", "", begun)
    named = {*before.split(",")}
    if kind == _NAMES and not before and "all".startswith(begun):
        yield Completion("all", len(begun), tr("everyone"))
    for person in sorted(roster.people(), key=lambda one: (one.presence is not Presence.ONLINE, one.name)):
        fits = person.name.startswith(last.lower()) and person.name not in named
        if fits and person.presence is not Presence.CLOSED:
            yield Completion(person.name, len(last), wording.presence(person.presence))
