"""The line to type in: ``/all``, ``/whisper``, ``/who`` as in every client, and what else the language has.

Whatever stands behind the slash and is a command is said to the server as it stands: ``/suspend bob :why``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from improtocol import codec, commands
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import Refusal
from improtocol.states import State
from improtocol.vocabulary import Command

from .connection import Lost, Strange
from .overseer import Overseer
from .people import People

#: Names that one line of /who tells.
MOST = 40
OWN = {
    "all": "/all TEXT: say it to everyone",
    "whisper": "/whisper NAME TEXT: say it to one",
    "announce": "/announce TEXT: say it to everyone as their administrator",
    "who": "/who: who is connected",
    "help": "/help: this",
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
        here = max(0, people.connected - 1)
        return (
            f"goes to {_people(max(0, people.names - 1))}, {here:,} {'is' if here == 1 else 'are'} connected"
        )
    if word == "/whisper" and rest:
        return _hint_of(rest.partition(" ")[0].lower(), " " in rest, people, me)
    return "begin with /all or /whisper NAME" if line and not line.startswith("/") else ""


def _hint_of(name: str, complete: bool, people: People, me: str) -> str:
    person = people.get(name)
    if person is None:
        return f"There is no user called {name}." if complete else ""
    if person.name == me:
        return "that is you"
    return f"{person.name} is connected" if person.connected else f"it will wait for {person.name}"


def words() -> list[str]:
    """Give the words that a line may begin with, the window's own first."""
    return [*OWN, *(one for one in _others() if one not in OWN)]


def takes_name(word: str) -> bool:
    """Whether the word behind this one is somebody's name."""
    described = Command.by_verb.get(word.upper())
    if word in OWN or described is None:
        return word == "whisper"
    first = described.word_arguments[:1]
    return bool(first) and first[0].key in ("name", "audience")


def _others() -> list[str]:
    found = (c for verb, c in sorted(Command.by_verb.items()) if verb not in _NOT_HERE)
    return [c.verb.lower() for c in found if State.LOGGED_IN in c.allowed_in]


# --- doing it ---


async def obey(line: str, overseer: Overseer) -> Outcome:
    """Do what a line says; whatever is wrong comes back as a sentence."""
    line = line.strip()
    if not line.startswith("/"):
        return Outcome(("Begin with /all to say it to everyone, or with /whisper NAME.",), done=False)
    word, _, rest = line[1:].partition(" ")
    word, rest = word.lower(), rest.strip()
    act = _ACTS.get(word)
    try:
        return await (act(rest, overseer) if act else _as_declared(word.upper(), rest, overseer))
    except (Refusal, Lost, Strange) as wrong:
        return Outcome((str(wrong),), done=False)


async def _help(_rest: str, _overseer: Overseer) -> Outcome:
    others = ", ".join(words()[len(OWN) :])
    return Outcome((*OWN.values(), f"and behind a slash, as the language has it: {others}"))


async def _tell_who(_rest: str, overseer: Overseer) -> Outcome:
    return Outcome(tuple(_who(overseer.people.people)))


async def _all(rest: str, overseer: Overseer) -> Outcome:
    return await _send(EVERYONE, rest, overseer, OWN["all"])


async def _whisper(rest: str, overseer: Overseer) -> Outcome:
    name, _, text = rest.partition(" ")
    return await _send(Audience.of(name.lower()), text.strip(), overseer, OWN["whisper"])


async def _announce(rest: str, overseer: Overseer) -> Outcome:
    text = rest.removeprefix(":")
    if not text:
        return Outcome((f"Write {OWN['announce']}.",), done=False)
    told = (await overseer.ask(commands.Announce(text))).reply
    return Outcome((f"Announced to {_people(told.to)}.",))


_ACTS: dict[str, Callable[[str, Overseer], Awaitable[Outcome]]] = {
    "help": _help,
    "who": _tell_who,
    "all": _all,
    "whisper": _whisper,
    "announce": _announce,
}


async def _send(audience: Audience, text: str, overseer: Overseer, usage: str) -> Outcome:
    if not text:
        return Outcome((f"Write {usage}.",), done=False)
    sent = (await overseer.ask(commands.Send(audience, text))).reply
    if audience.everyone:
        return Outcome((f"Said to {_people(sent.to)}.",))
    person = overseer.people.people.get(audience.names[0])
    waits = person is not None and not person.connected
    name = person.name if person is not None else audience.names[0]
    return Outcome((f"It waits for {name}, who is not connected." if waits else f"Said to {name}.",))


async def _as_declared(verb: str, rest: str, overseer: Overseer) -> Outcome:
    if verb not in Command.by_verb or verb in _NOT_HERE:
        return Outcome((f"There is no command /{verb.lower()} here. /help lists what there is.",), done=False)
    asked = codec.parse_from_client(f"{verb} {rest}".strip().encode()).what
    if isinstance(asked, Refusal):
        return Outcome((f"{asked} It is written {Command.by_verb[verb].syntax()}.",), done=False)
    answer = await overseer.ask(asked)
    return Outcome((*map(codec.write, answer.items), codec.write(answer.reply)))


def _who(people: People) -> Iterator[str]:
    here = people.beginning("", people.names)[: people.connected]
    more = f" and {len(here) - MOST:,} more" if len(here) > MOST else ""
    yield f"{len(here):,} of {_people(people.names)} connected: {', '.join(here[:MOST])}{more}"
    known = sum(len(person.links) for person in people.all.values() if person.connected)
    if strangers := people.connections - known:
        yield f"{strangers:,} connection{'s' if strangers > 1 else ''} without a name yet"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"
