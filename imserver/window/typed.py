"""The line to type in: ``/all``, ``/whisper``, ``/who`` as in every client, and every command of the language.

Whatever stands behind the slash and is a command is said to the server as it stands: ``/suspend bob :why``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from improtocol import codec, commands
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import Refusal
from improtocol.states import State
from improtocol.vocabulary import Command, Item, Reply

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
    ["REGISTER", "LOGIN", "LOGOUT", "QUIT", "ACK", "SYNC", "PONG", "WATCH", "UNWATCH", "HELP"]
)


@dataclass(frozen=True)
class Outcome:
    """What came of a line: what is to be shown, and whether it was done."""

    lines: tuple[str, ...] = field(default=())
    done: bool = True


def hint(line: str, people: People, me: str) -> str:
    """Say where a line would go, while it is typed."""
    word, _, rest = line.strip().partition(" ")
    if word in ("/all", "/announce"):
        others = max(0, people.names - 1)
        here = max(0, people.connected - 1)
        return f"goes to {_people(others)}, {here:,} {'is' if here == 1 else 'are'} connected"
    if word == "/whisper" and rest:
        name = rest.split(" ", 1)[0]
        person = people.get(name)
        if person is None:
            return f"There is no user called {name.lower()}." if " " in rest else ""
        if person.name == me:
            return "that is you"
        return f"{person.name} is connected" if person.connected else f"it will wait for {person.name}"
    if line and not line.startswith("/"):
        return "begin with /all or /whisper NAME"
    return ""


async def obey(line: str, overseer: Overseer) -> Outcome:
    """Do what a line says; whatever is wrong comes back as a sentence."""
    line = line.strip()
    if not line.startswith("/"):
        return Outcome(("Begin with /all to say it to everyone, or with /whisper NAME.",), done=False)
    word, _, rest = line[1:].partition(" ")
    try:
        return await _obey(word.lower(), rest.strip(), overseer)
    except Refusal as refused:
        return Outcome((str(refused),), done=False)


async def _obey(word: str, rest: str, overseer: Overseer) -> Outcome:
    people = overseer.people.people
    if word == "help":
        return Outcome((*OWN.values(), f"and as the language has it: {', '.join(_others())}"))
    if word == "who":
        return Outcome(tuple(_who(people)))
    if word == "all":
        return await _send(EVERYONE, rest, overseer, OWN["all"])
    if word == "whisper":
        name, _, text = rest.partition(" ")
        return await _send(Audience((name.lower(),)), text.strip(), overseer, OWN["whisper"])
    if word == "announce":
        if not rest:
            return Outcome((f"Write {OWN['announce']}.",), done=False)
        told = (await overseer.ask(commands.Announce(rest.removeprefix(":")))).reply
        return Outcome((f"Announced to {_people(told.to)}.",))
    return await _as_declared(word.upper(), rest, overseer)


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
    return Outcome(tuple(_told(one) for one in (*answer.items, answer.reply)))


def _told(one: Item | Reply) -> str:
    """Write a line of an answer as it came."""
    return codec.write(one)


def _others() -> list[str]:
    found = (c for v, c in sorted(Command.by_verb.items()) if v not in _NOT_HERE)
    return [f"/{c.verb.lower()}" for c in found if State.LOGGED_IN in c.allowed_in]


def _who(people: People) -> Iterator[str]:
    here = sorted(person.name for person in people.all.values() if person.connected)
    more = f" and {len(here) - MOST:,} more" if len(here) > MOST else ""
    yield f"{len(here):,} of {_people(people.names)} connected: {', '.join(here[:MOST])}{more}"
    strangers = people.connections - sum(
        len(person.links) for person in people.all.values() if person.connected
    )
    if strangers:
        yield f"{strangers:,} connection{'s' if strangers > 1 else ''} without a name yet"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def words() -> list[str]:
    """Give the words that a line may begin with, the window's own first."""
    return [*OWN, *(one[1:] for one in _others() if one[1:] not in OWN)]


def takes_name(word: str) -> bool:
    """Whether the word behind this one is somebody's name."""
    described = Command.by_verb.get(word.upper())
    if word == "whisper":
        return True
    first = described.word_arguments[:1] if described is not None and word not in OWN else ()
    return bool(first) and first[0].key in ("name", "audience")
