"""Sentences about people and audiences, said in one way everywhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from improtocol.audience import Audience
from imtongue import number, phrase, tr, trn

from .lookalike import shown
from .refusals import why_not
from .roster import Presence
from .said import Said

#: The line to type, at the end of a server's sentence.
_EXAMPLE = re.compile(r": [A-Z]{3,} [^.]*$")
#: More names than this are counted, not listed: a line stays a line.
LISTED = 4


def named(name: str) -> str:
    """Write a name so that nothing in it hides or turns round what stands beside it."""
    return shown(name)


def renamed(before: str, name: str) -> str:
    """Say that somebody is called otherwise."""
    return tr("{before} is called {name} now.", before=shown(before), name=shown(name))


def listed(names: Sequence[str], most: int = LISTED) -> str:
    """List names: ``bob``, ``bob and carol``, ``bob, carol and 3 others``."""
    if len(names) > most:
        first = ", ".join(shown(name) for name in names[: most - 1])
        return trn(
            "{names} and {count} other", "{names} and {count} others", len(names) - most + 1, names=first
        )
    written = [shown(name) for name in names]
    if len(names) < 2:
        return "".join(written)
    return tr("{names} and {last}", names=", ".join(written[:-1]), last=written[-1])


def people(count: int) -> str:
    """Count people."""
    return trn("{count} person", "{count} people", count)


def told_to(audience: Audience, me: str, most: int = LISTED) -> str:
    """Say whom a message is for, as ``me`` reads it: ``to you, bob``."""
    if audience.everyone:
        return tr("to everyone")
    others = [name for name in audience.names if name != me]
    if me not in audience.names:
        return tr("to {names}", names=commas(others, most))
    if not others:
        return tr("to you")
    # Whoever reads is one of those who are listed.
    return tr("to you, {names}", names=commas(others, most - 1))


def commas(names: Sequence[str], most: int = LISTED) -> str:
    """List names as an audience is written: ``bob, carol``, ``bob, carol, dave and 5 others``."""
    return ", ".join(map(shown, names)) if len(names) <= most else listed(names, most)


def title(audience: Audience, me: str) -> str:
    """Name a conversation for a tab."""
    if audience.everyone:
        return tr("Everyone")
    return tr("Notes") if audience.names == (me,) else ", ".join(map(shown, audience.names))


def waits_for(away: Sequence[str]) -> str:
    """Say who will see it later: ``carol is not connected: it will wait for carol.``, and guess no sex."""
    if not away:
        return ""
    return trn(
        "{names} is not connected: it will wait for {names}.",
        "{names} are not connected: it will wait for them.",
        len(away),
        names=listed(away),
    )


def waiting_for(away: Sequence[str]) -> str:
    """Say for whom a message waits that was sent: ``waiting for bob, who is not connected``."""
    if not away:
        return ""
    return trn(
        "waiting for {names}, who is not connected",
        "waiting for {names}, who are not connected",
        len(away),
        names=listed(away),
    )


def shown_as(away: bool, text: str) -> str:
    """Say how somebody is shown who is connected: ``In the lab``, ``Away: back at six``."""
    if away:
        return tr("Away: {text}", text=text) if text else tr("Away")
    return text or tr("Online")


#: How somebody is while one is not connected oneself.
NOT_KNOWN = phrase("not known")


def presence(word: str) -> str:
    """Say in a word how somebody is: a `Presence`, or `NOT_KNOWN`."""
    return tr(_PRESENCES.get(word, word))


_PRESENCES: Mapping[str, str] = {
    Presence.ONLINE: phrase("online"),
    Presence.AWAY: phrase("away"),
    Presence.OFFLINE: phrase("offline"),
    Presence.CLOSED: phrase("closed"),
}


def you_are(away: bool, text: str) -> str:
    """Say how one is shown now."""
    if text:
        told = tr("You are shown as away: {text}") if away else tr("You are shown as online: {text}")
        return told.format(text=text)
    return tr("You are shown as away.") if away else tr("You are shown as online.")


def is_away(name: str, text: str) -> str:
    """Say that somebody is away, as they put it."""
    name = shown(name)
    return tr("{name} is away: {text}", name=name, text=text) if text else tr("{name} is away.", name=name)


def are_blocked(names: Sequence[str]) -> str:
    """Say that people are blocked."""
    return tr("You have blocked {names}: no answer reaches you.", names=listed(names))


def blocking(name: str) -> str:
    """Say what it means to block somebody."""
    return tr(
        "From now on you hear nothing of what {name} says, to you or to others with you, on none of your "
        "devices. {name} is not told. What was said before stays; what {name} says meanwhile stays unheard, "
        "also when you unblock.",
        name=shown(name),
    )


def is_blocked(name: str) -> str:
    """Say that somebody is blocked from now on."""
    return tr("{name} is blocked: you hear nothing of what {name} says.", name=shown(name))


def is_heard(name: str) -> str:
    """Say that somebody is blocked no more."""
    return tr("You hear {name} again, from now on.", name=shown(name))


def everyone_means(others: int, away: Sequence[str]) -> str:
    """Say how many a message to everyone is for, and for whom it waits."""
    if not others:
        return tr("Nobody else is registered yet.")
    meant = trn(
        "Everyone is one other person so far.",
        "Everyone means all {count} others who are registered now.",
        others,
    )
    if len(away) > LISTED:
        wait = trn(
            "{count} is not connected: it will wait.",
            "{count} are not connected: it will wait for them.",
            len(away),
        )
        return f"{meant} {wait}"
    return f"{meant} {waits_for(away)}".strip()


def no_longer_kept() -> str:
    """Say that the server has let go of what came before."""
    return tr("Older messages are no longer kept by the server.")


def not_found(words: str) -> str:
    """Say that nothing was found."""
    return tr("Nobody said “{words}”.", words=words)


def not_all_is_held() -> str:
    """Say that a device looks through what it holds, and that there is more."""
    return tr("Older messages that only the server has are not looked through.")


def entitled(before: Collection[str], now: Collection[str]) -> list[str]:
    """Say what one may do that one might not, and the other way round."""
    told = {
        "administrator": (tr("You are an administrator now."), tr("You are no administrator any more.")),
        "everyone": (
            tr("You may say something to everyone again."),
            tr("You may not say anything to everyone any more."),
        ),
    }
    changed = [right for right in told if (right in before) != (right in now)]
    return [told[right][right not in now] for right in changed]


def looks_like(name: str, other: str, me: str) -> str:
    """Warn of a name that may be taken for another."""
    if other == me:
        return tr("{name} looks like you, and is somebody else.", name=shown(name))
    return tr("{name} looks like {other}, and is somebody else.", name=shown(name), other=shown(other))


def unknown(names: Sequence[str]) -> str:
    """Say that names are nobody's."""
    return trn(
        "There is no user called {names}.",
        "There are no users called {names}.",
        len(names),
        names=", ".join(map(shown, names)),
    )


def plainly(error: BaseException | None) -> str:
    """Say what went wrong to somebody who types no lines: without the line that a server shows to type."""
    return _EXAMPLE.sub(".", why_not(error))


def answered(name: str, seconds: float) -> str:
    """Say how long it took to somebody and back."""
    took = round(seconds * 1000)
    if not took:
        return tr("{name} answered in less than 1 ms.", name=shown(name))
    return tr("{name} answered in {count} ms.", name=shown(name), count=number(took))


def not_answered(name: str) -> str:
    """Say that somebody did not."""
    return tr("{name} did not answer.", name=shown(name))


def unread(count: int) -> str:
    """Count what is unread."""
    return trn("{count} unread", "{count} unread", count)


def not_sent(said: Said) -> str:
    """Say that a message was refused, and why."""
    return tr("not sent: {why}", why=said.refusal or tr("it was refused."))


def is_not(other: str, me: str) -> str:
    """Say of somebody whose name looks like another's that they are not that one."""
    if other == me:
        return tr("not you: the name looks alike")
    return tr("not {name}: the name looks alike", name=shown(other))


def not_them(other: str, me: str) -> str:
    """Say the same where there is little room."""
    return tr("Not you: looks alike") if other == me else tr("Not {name}: looks alike", name=shown(other))
