"""The line to type in: ``/all``, ``/whisper``, ``/who`` as in every client, and what else the language has.

Whatever stands behind the slash and is a command is said to the server as it stands: ``/suspend bob :why``.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from improtocol import codec, commands
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import Refusal
from improtocol.states import State
from improtocol.vocabulary import Command
from imtongue import number, phrase, tr, trn

from .connection import Lost, Strange, in_tongue
from .overseer import Overseer
from .people import People, Person

#: Names that one line of /who tells.
MOST = 40
#: Ways on that are offered at once.
OFFERED = 8
#: What is made for people: how each is written, and what it does.
OWN = {
    "all": ("TEXT", phrase("say it to everyone")),
    "whisper": ("NAME TEXT", phrase("say it to one")),
    "announce": ("TEXT", commands.Announce.does),
    "who": ("", phrase("who is connected")),
    "help": ("[COMMAND]", phrase("this, or all about one command")),
}
#: What the window says by itself, or must not say.
_NOT_HERE = frozenset(
    ("REGISTER", "LOGIN", "LOGOUT", "QUIT", "ACK", "SYNC", "PONG", "WATCH", "UNWATCH", "HELP", "PASSWORD")
)


@dataclass(frozen=True)
class Outcome:
    """What came of a line: what is to be shown, and whether it was done."""

    lines: tuple[str, ...] = field(default=())
    done: bool = True


# --- while it is typed ---


def hint(line: str, people: People, me: str) -> str:
    """Say where a line would go."""
    word, _, rest = line.strip().partition(" ")
    if word in ("/all", "/announce"):
        others = _people(max(0, people.names - 1))
        here = max(0, people.connected - 1)
        return trn(
            "goes to {people}, {count} is connected",
            "goes to {people}, {count} are connected",
            here,
            people=others,
        )
    if word == "/whisper" and rest:
        return _hint_of(rest.partition(" ")[0].lower(), " " in rest, people, me)
    return tr("begin with /all or /whisper NAME") if line and not line.startswith("/") else ""


def _hint_of(name: str, complete: bool, people: People, me: str) -> str:
    person = people.get(name)
    if person is None:
        return tr("There is no user called {name}.", name=name) if complete else ""
    if person.name == me:
        return tr("that is you")
    if person.connected:
        return tr("{name} is connected", name=person.name)
    return tr("it will wait for {name}", name=person.name)


@dataclass(frozen=True)
class Completion:
    """A way to go on: what takes the place of the last so many characters, and a remark."""

    text: str
    replaces: int
    remark: str = ""


def ways_on(before: str, people: People) -> list[Completion]:
    """Say how a line may go on that was typed so far."""
    word, blank, rest = before.partition(" ")
    if not word.startswith("/"):
        return []
    if not blank:
        fitting = [one for one in known() if one.startswith(word[1:].lower())]
        return [Completion(f"/{one}", len(word), _does(one)) for one in fitting[:OFFERED]]
    if " " in rest:
        return []
    if word == "/help":
        return [Completion(one, len(rest), _does(one)) for one in known() if one.startswith(rest)][:OFFERED]
    names = people.beginning(rest.lower(), OFFERED) if _takes_name(word[1:].lower()) else []
    return [Completion(name, len(rest), _how(people.get(name))) for name in names]


def known() -> list[str]:
    """Give the words that a line may begin with, the window's own first, then those of administrators."""
    every = sorted(Command.by_verb.values(), key=lambda one: (one.right is None, one.verb))
    found = (one for one in every if one.verb not in _NOT_HERE and State.LOGGED_IN in one.allowed_in)
    others = [one.verb.lower() for one in found if not one.has_secret()]
    return [*OWN, *(one for one in others if one not in OWN)]


def usage(word: str) -> str:
    """Show how a command is written."""
    arguments = OWN[word][0] if word in OWN else Command.by_verb[word.upper()].syntax().partition(" ")[2]
    return f"/{word} {arguments}".rstrip()


def _does(word: str) -> str:
    return tr(OWN[word][1] if word in OWN else Command.by_verb[word.upper()].does)


def _how(person: Person | None) -> str:
    return person.being.word if person is not None else ""


def _takes_name(word: str) -> bool:
    """Whether the word behind this one is somebody's name."""
    described = Command.by_verb.get(word.upper())
    if word in OWN or described is None:
        return word == "whisper"
    first = described.word_arguments[:1]
    return bool(first) and first[0].key in ("name", "audience")


# --- doing it ---


async def obey(line: str, overseer: Overseer) -> Outcome:
    """Do what a line says; whatever is wrong comes back as a sentence."""
    line = line.strip()
    if not line.startswith("/"):
        return Outcome((tr("Begin with /all to say it to everyone, or with /whisper NAME."),), done=False)
    word, _, rest = line[1:].partition(" ")
    word, rest = word.lower(), rest.strip()
    act = _ACTS.get(word)
    try:
        return await (act(rest, overseer) if act else _as_declared(word.upper(), rest, overseer))
    except (Refusal, Lost, Strange) as wrong:
        return Outcome((str(wrong),), done=False)


async def _help(rest: str, _overseer: Overseer) -> Outcome:
    word = rest.removeprefix("/").lower()
    if not word:
        return Outcome(tuple(f"{usage(one)}: {_does(one)}" for one in known()))
    if word not in known():
        return Outcome((_not_known(word),), done=False)
    described = None if word in OWN else Command.by_verb[word.upper()]
    meant = [tr(" ".join((described.__doc__ or "").split()))] if described is not None else []
    return Outcome((f"{usage(word)}: {_does(word)}", *meant))


def _not_known(word: str) -> str:
    near = difflib.get_close_matches(word, known(), 1, 0.6)
    if near:
        return tr("There is no command /{word}. Did you mean /{near}?", word=word, near=near[0])
    return f"{tr('There is no command /{word}.', word=word)} {tr('/help lists what there is.')}"


async def _tell_who(_rest: str, overseer: Overseer) -> Outcome:
    return Outcome(tuple(_who(overseer.people.people)))


async def _all(rest: str, overseer: Overseer) -> Outcome:
    return await _send(EVERYONE, rest, overseer, "all")


async def _whisper(rest: str, overseer: Overseer) -> Outcome:
    name, _, text = rest.partition(" ")
    return await _send(Audience.of(name.lower()), text.strip(), overseer, "whisper")


async def _announce(rest: str, overseer: Overseer) -> Outcome:
    text = rest.removeprefix(":")
    if not text:
        return Outcome((tr("Write {usage}.", usage=usage("announce")),), done=False)
    told = (await overseer.ask(commands.Announce(text))).reply
    return Outcome((tr("Announced to {people}.", people=_people(told.to)),))


_ACTS: dict[str, Callable[[str, Overseer], Awaitable[Outcome]]] = {
    "help": _help,
    "who": _tell_who,
    "all": _all,
    "whisper": _whisper,
    "announce": _announce,
}


async def _send(audience: Audience, text: str, overseer: Overseer, word: str) -> Outcome:
    if not text:
        return Outcome((tr("Write {usage}.", usage=usage(word)),), done=False)
    sent = (await overseer.ask(commands.Send(audience, text))).reply
    if audience.everyone:
        return Outcome((tr("Said to {people}.", people=_people(sent.to)),))
    person = overseer.people.people.get(audience.names[0])
    waits = person is not None and not person.connected
    name = person.name if person is not None else audience.names[0]
    if waits:
        return Outcome((tr("It waits for {name}, who is not connected.", name=name),))
    return Outcome((tr("Said to {people}.", people=name),))


async def _as_declared(verb: str, rest: str, overseer: Overseer) -> Outcome:
    if verb not in Command.by_verb or verb in _NOT_HERE:
        return Outcome((_not_known(verb.lower()),), done=False)
    asked = codec.parse_from_client(f"{verb} {rest}".strip().encode()).what
    if isinstance(asked, Refusal):
        written = tr("It is written {syntax}.", syntax=Command.by_verb[verb].syntax())
        return Outcome((f"{in_tongue(asked)} {written}",), done=False)
    answer = await overseer.ask(asked)
    return Outcome((*map(codec.write, answer.items), codec.write(answer.reply)))


def _who(people: People) -> Iterator[str]:
    here = people.beginning("", people.names)[: people.connected]
    names = ", ".join(here[:MOST])
    if len(here) > MOST:
        names = tr("{names} and {count} more", names=names, count=number(len(here) - MOST))
    counted = tr("Connected, {here} of {all}", here=number(len(here)), all=number(people.names))
    yield f"{counted}: {names}"
    known = sum(len(person.links) for person in people.all.values() if person.connected)
    if strangers := people.connections - known:
        yield trn(
            "{count} connection without a name yet", "{count} connections without a name yet", strangers
        )


def _people(count: int) -> str:
    return trn("{count} person", "{count} people", count)
