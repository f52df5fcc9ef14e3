"""What the slash commands do on a client; each gives what is to be shown of it."""

from __future__ import annotations

import difflib
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Any, Protocol

from twisted.internet.defer import Deferred, gatherResults
from twisted.python.failure import Failure

from improtocol import codec
from improtocol.audience import EVERYONE, EVERYONE_SIGN, Audience
from improtocol.errors import Refusal, Unconfirmed
from improtocol.fields import Reached
from improtocol.names import UnicodeNames
from improtocol.vocabulary import Command, Item, Message
from imtongue import phrase, tr

from . import showing, wording
from .client import Client
from .finder import Found
from .refusals import why_not
from .roster import Presence, Roster
from .said import Said
from .saying import canonical

#: Messages that /history shows when it is not said how many.
A_PAGE = 20

#: Sentences, and messages in the way the front end shows messages.
Lines = Sequence[str | Said]


class Unclear(Exception):
    """It cannot be done as it was typed; ``str`` says why, or is empty: show how it is written."""


class Front(Protocol):
    """The front end that a command was typed in."""

    @property
    def client(self) -> Client:
        """Its client."""

    @property
    def audience(self) -> Audience | None:
        """Whom one writes to now; None: not yet chosen."""

    def turn_to(self, audience: Audience) -> None:
        """Let what is written from now on go to these."""

    def show_wire(self) -> bool:
        """Show the lines on the wire from now on, or no more; say which."""

    def leave(self) -> None:
        """Disconnect and end."""

    def log_out(self) -> None:
        """Leave, and have nothing left to come back with."""

    def ask_secret(self, question: str) -> Awaitable[str]:
        """Ask for something that nobody may read along."""


Act = Callable[[Front, str], Awaitable[Lines]]


# Whom


def nobody(names: Sequence[str], roster: Roster) -> str:
    """Say that names are nobody's, and whose they are nearly."""
    everybody = [person.name for person in roster.people()]
    near = [match for name in names for match in difflib.get_close_matches(name, everybody, 1, 0.6)]
    said = wording.unknown(names)
    return f"{said} {tr('Did you mean {names}?', names=wording.listed(near))}" if near else said


def audience_of(written: str, client: Client) -> Audience:
    """Read whom something is for: names with commas between, or all; raises `Unclear` for nobody's name."""
    words = written.replace(",", " ").split()
    if not words:
        raise Unclear()
    if words in (["all"], ["everyone"], [EVERYONE_SIGN]):
        return EVERYONE
    names = [canonical(word) for word in words]
    unknown = client.roster.unknown(names) if client.roster.complete else ()
    if unknown:
        raise Unclear(nobody(unknown, client.roster))
    return Audience.of(*names)


def _one(written: str, client: Client) -> str:
    audience = audience_of(written, client)
    if len(audience.names) != 1:
        raise Unclear()
    return audience.names[0]


def _talk(written: str, front: Front) -> Audience:
    if written:
        return audience_of(written, front.client)
    if front.audience is None:
        raise Unclear(tr("To whom? Say whose it is, or choose with /to NAME first."))
    return front.audience


# Saying


async def say_to_all(front: Front, rest: str) -> Lines:
    """Say something to everyone."""
    front.client.say(EVERYONE, rest)
    return []


async def announce(front: Front, rest: str) -> Lines:
    """Say something to everyone as their administrator."""
    front.client.announce(rest)
    return []


async def whisper(front: Front, rest: str) -> Lines:
    """Say something to one."""
    name, _, text = rest.partition(" ")
    if not text.strip():
        raise Unclear()
    front.client.say(Audience.of(_one(name, front.client)), text)
    return []


async def turn_to(front: Front, rest: str) -> Lines:
    """Write to these from now on."""
    audience = audience_of(rest, front.client)
    front.turn_to(audience)
    people = front.client.roster.people()
    away = [person.name for person in people if person.presence is Presence.OFFLINE]
    if audience.everyone:
        return [wording.everyone_means(len(people), away)]
    meant = wording.waits_for([name for name in away if name in audience.names])
    return [meant] if meant else []


# Who there is


async def who(front: Front, rest: str) -> Lines:
    """List everybody, or those who are connected."""
    people = sorted(front.client.roster.people(), key=lambda one: (_distance(one.presence), one.name))
    shown = [one for one in people if rest.lower() != "online" or _distance(one.presence) < 2]
    lines = [f"{one.name}: {_how(one.presence, one.text)}" for one in shown]
    if not front.client.roster.complete:
        return [*lines, tr("The server has not told yet who there is.")]
    return lines or [tr("Nobody else is here.") if rest else tr("Nobody else is registered yet.")]


def _distance(presence: Presence) -> int:
    return [Presence.ONLINE, Presence.AWAY, Presence.OFFLINE, Presence.CLOSED].index(presence)


def _how(presence: Presence, text: str) -> str:
    said = wording.presence(presence)
    return f"{said}, {text}" if text else said


async def ping(front: Front, rest: str) -> Lines:
    """Measure the way to these, or to those one writes to."""
    audience = _talk(rest, front)
    if audience.everyone:
        raise Unclear()
    names = [name for name in audience.names if name != front.client.name]
    return await gatherResults([_pinged(front.client, name) for name in names])


def _pinged(client: Client, name: str) -> Deferred[str]:
    def answered(seconds: float) -> str:
        return wording.answered(name, seconds)

    def not_answered(failure: Failure) -> str:
        return why_not(failure.value) or wording.not_answered(name)

    return client.ping(name).addCallbacks(answered, not_answered)


# What was said


async def conversations(front: Front, rest: str) -> Lines:
    """List the conversations in which anything was said, the newest first, and what is unread in them."""
    talks = [talk for talk in front.client.conversations.all() if talk.newest]
    talks.sort(key=lambda talk: talk.newest, reverse=True)
    lines = [f"{talk.title}: {wording.unread(talk.unread)}" for talk in talks]
    return lines or [tr("Nothing was said there yet.")]


async def history(front: Front, rest: str) -> Lines:
    """Show the newest messages of a conversation."""
    whom, count = rest, A_PAGE
    head, _, last = rest.rpartition(" ")
    if last.isdecimal() and last.isascii():
        whom, count = head, min(int(last[:6]), 10_000)
    conversation = front.client.conversations.get(_talk(whom, front))
    while len(conversation.messages) < count and conversation.more:
        if not await conversation.earlier():
            break
    shown = conversation.messages[-count:] if count else []
    whole = len(shown) == len(conversation.messages) and not conversation.more
    if whole and conversation.gone:
        return [wording.no_longer_kept(), *shown]
    return shown or [tr("Nothing was said there yet.")]


async def find(front: Front, rest: str) -> Lines:
    """Show the newest messages in which all these words stand, the newest last."""
    found = await front.client.find(rest)
    shown = found.hits[:A_PAGE]
    if not shown:
        return [wording.not_found(rest), *_unheld(found)]
    more = len(found.hits) > len(shown) or found.on
    told = [tr("These are the newest {count}; a word more finds fewer.", count=A_PAGE)] if more else []
    return [*shown[::-1], *told, *([] if more else _unheld(found))]


def _unheld(found: Found) -> list[str]:
    return [] if found.whole else [wording.not_all_is_held()]


async def receipts(front: Front, rest: str) -> Lines:
    """Tell how far a message of one's own came, the newest if none is named."""
    number = _own(rest, front)
    reached = await front.client.receipts(number)
    lines = [f"{name}: {tr(_REACHED[how])}" for name, how in reached.items()]
    return lines or [tr("#{number} is for you alone.", number=number)]


async def again(front: Front, rest: str) -> Lines:
    """Say a message of one's own again to those whom it has not reached."""
    number = _own(rest, front)
    said = await front.client.say_again(number)
    return [] if said is not None else [tr("#{number} has reached everybody it is for.", number=number)]


def _own(rest: str, front: Front) -> int:
    """Read which message of one's own is meant: the newest where one writes, if none is named."""
    if not rest:
        newest = front.client.conversations.get(_talk("", front)).newest_own
        if newest is None or newest.number is None:
            raise Unclear(tr("You have said nothing there yet."))
        return newest.number
    if not (rest.isdecimal() and rest.isascii() and len(rest) <= 18):
        raise Unclear()
    return int(rest)


_REACHED = {
    Reached.WAITING: phrase("waiting"),
    Reached.DELIVERED: phrase("delivered"),
    Reached.READ: phrase("read"),
}


# How one is shown, whom one hears, where one is


async def away(front: Front, rest: str) -> Lines:
    """Be shown as away."""
    await front.client.show(showing.Shown.AWAY, rest)
    return [wording.you_are(True, rest)]


async def back(front: Front, rest: str) -> Lines:
    """Be shown as online."""
    await front.client.show(showing.Shown.ONLINE, rest)
    return [wording.you_are(False, rest)]


async def block(front: Front, rest: str) -> Lines:
    """Hear nothing more of what somebody says."""
    name = _one(rest, front.client)
    await front.client.block(name)
    return [wording.is_blocked(name)]


async def unblock(front: Front, rest: str) -> Lines:
    """Hear somebody again."""
    name = _one(rest, front.client)
    await front.client.unblock(name)
    return [wording.is_heard(name)]


async def blocked(front: Front, rest: str) -> Lines:
    """List those who are blocked."""
    names = sorted(front.client.blocked.names)
    if not names:
        return [tr("You have blocked nobody.")]
    return [tr("You have blocked {names}.", names=", ".join(names))]


async def devices(front: Front, rest: str) -> Lines:
    """List one's devices."""
    lines = []
    for one in await front.client.devices():
        place = tr("this one") if one.here else tr("in use") if one.sessions else tr("not in use")
        told = tr(
            "{device}: {place}, last used {when}, holds up to {number}",
            device=one.name or tr("(without a name)"),
            place=place,
            when=time.strftime("%Y-%m-%d %H:%M", time.localtime(one.used)),
            number=one.cursor,
        )
        lines.append(told)
    return lines


async def sign_out(front: Front, rest: str) -> Lines:
    """End a device's session."""
    await front.client.sign_out(rest)
    return [tr("{device} is signed out.", device=rest)]


async def new_name(front: Front, rest: str) -> Lines:
    """Be called otherwise."""
    await front.client.rename(rest)
    return [tr("You are {name} now; your names before go on meaning you.", name=front.client.name)]


async def password(front: Front, rest: str) -> Lines:
    """Choose another password; it is asked for, so that it stands nowhere."""
    if rest:
        raise Unclear(tr("Write /password alone; the new one is asked for, so that it is not seen."))
    new = await front.ask_secret(tr("New password"))
    if not new or await front.ask_secret(tr("The new password again")) != new:
        raise Unclear(tr("That was not the same twice; the password stays as it was."))
    try:
        await front.client.change_password(None, new)
    except Unconfirmed:
        await front.client.change_password(await front.ask_secret(tr("Your password as it was")), new)
    return [tr("That is your password now; your other sessions have ended.")]


async def close_account(front: Front, rest: str) -> Lines:
    """Close one's account, for ever; the password is asked for, as whoever sits here may be somebody else."""
    if canonical(rest) != front.client.name:
        raise Unclear(
            tr("It closes your own account, for ever: say its name, which is {name}.", name=front.client.name)
        )
    password = await front.ask_secret(
        tr("Your password; {name} is closed then, for ever", name=front.client.name)
    )
    if not password:
        raise Unclear(tr("The account stays open."))
    await front.client.close_account(password)
    return [tr("Your account is closed.")]


# The rest


async def wire(front: Front, rest: str) -> Lines:
    """Show the wire, or no more."""
    if front.show_wire():
        return [tr("What goes over the wire is shown.")]
    return [tr("The wire is not shown any more.")]


async def connect(front: Front, rest: str) -> Lines:
    """Come back now, without waiting for the next try."""
    link = front.client.link
    if not link.is_away:
        return [link.sentence]
    link.try_now()
    return []


async def disc(front: Front, rest: str) -> Lines:
    """Leave."""
    front.leave()
    return []


async def log_out(front: Front, rest: str) -> Lines:
    """Leave, with nothing left to come back with."""
    front.log_out()
    return []


async def as_declared(command: type[Command[Any]], front: Front, rest: str) -> Lines:
    """Ask what the language can and nobody wrote a word for; show the answer as it stands."""
    asked = codec.parse_from_client(f"{command.verb} {rest}".rstrip().encode(), UnicodeNames()).what
    if isinstance(asked, Refusal):
        raise asked
    answer = await front.client.ask(asked)
    return [*islice((_plain(item) for item in answer.items), 1000), _plain(answer.reply)]


def _plain(message: Message) -> str:
    line = codec.write(message)
    return line.partition(" ")[2].capitalize() if isinstance(message, Item) else line
