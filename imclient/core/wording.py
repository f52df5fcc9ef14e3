"""Sentences about people and audiences, said in one way everywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from improtocol.audience import Audience

from .lookalike import shown

#: The line to type, at the end of a server's sentence.
_EXAMPLE = re.compile(r": [A-Z]{3,} [^.]*$")
#: More names than this are counted, not listed: a line stays a line.
LISTED = 4


def named(name: str) -> str:
    """Write a name so that nothing in it hides or turns round what stands beside it."""
    return shown(name)


def listed(names: Sequence[str], most: int = LISTED) -> str:
    """List names: ``bob``, ``bob and carol``, ``bob, carol and 3 others``."""
    if len(names) > most:
        first, rest = [shown(name) for name in names[: most - 1]], len(names) - most + 1
        return f"{', '.join(first)} and {rest} others"
    written = [shown(name) for name in names]
    if len(names) < 2:
        return "".join(written)
    return f"{', '.join(written[:-1])} and {written[-1]}"


def people(count: int) -> str:
    """Count people."""
    return "1 person" if count == 1 else f"{count} people"


def told_to(audience: Audience, me: str, most: int = LISTED) -> str:
    """Say whom a message is for, as ``me`` reads it: ``to you, bob``."""
    if audience.everyone:
        return "to everyone"
    others = [name for name in audience.names if name != me]
    if me not in audience.names:
        return f"to {commas(others, most)}"
    return f"to {commas(['you', *others], most)}" if others else "to you"


def commas(names: Sequence[str], most: int = LISTED) -> str:
    """List names as an audience is written: ``bob, carol``, ``bob, carol, dave and 5 others``."""
    return ", ".join(map(shown, names)) if len(names) <= most else listed(names, most)


def title(audience: Audience, me: str) -> str:
    """Name a conversation for a tab."""
    if audience.everyone:
        return "Everyone"
    return "Notes" if audience.names == (me,) else ", ".join(map(shown, audience.names))


def waits_for(away: Sequence[str]) -> str:
    """Say who will see it later: ``carol is not connected: it will wait for carol.``"""
    if not away:
        return ""
    who = listed(away)
    return f"{who} {'is' if len(away) == 1 else 'are'} not connected: it will wait for {who}."


def waiting_for(away: Sequence[str]) -> str:
    """Say for whom a message waits that was sent: ``waiting for bob, who is not connected``."""
    if not away:
        return ""
    return f"waiting for {listed(away)}, who {'is' if len(away) == 1 else 'are'} not connected"


def shown_as(away: bool, text: str) -> str:
    """Say how somebody is shown who is connected: ``In the lab``, ``Away: back at six``."""
    if away:
        return f"Away: {text}" if text else "Away"
    return text or "Online"


def you_are(away: bool, text: str) -> str:
    """Say how one is shown now."""
    told = "You are shown as away" if away else "You are shown as online"
    return f"{told}: {text}" if text else f"{told}."


def is_away(name: str, text: str) -> str:
    """Say that somebody is away, as they put it."""
    return f"{shown(name)} is away: {text}" if text else f"{shown(name)} is away."


def are_blocked(names: Sequence[str]) -> str:
    """Say that people are blocked."""
    return f"You have blocked {listed(names)}: no answer reaches you."


def blocking(name: str) -> str:
    """Say what it means to block somebody."""
    name = shown(name)
    return (
        f"From now on you hear nothing of what {name} says, to you or to others with you, on none of your "
        f"devices. {name} is not told. What was said before stays; what {name} says meanwhile stays unheard, "
        "also when you unblock."
    )


def everyone_means(others: int, away: Sequence[str]) -> str:
    """Say how many a message to everyone is for, and for whom it waits."""
    if not others:
        return "Nobody else is registered yet."
    if others == 1:
        meant = "Everyone is one other person so far."
    else:
        meant = f"Everyone means all {others} others who are registered now."
    if len(away) > LISTED:
        return f"{meant} {len(away)} are not connected: it will wait for them."
    return f"{meant} {waits_for(away)}".strip()


def looks_like(name: str, other: str, me: str) -> str:
    """Warn of a name that may be taken for another."""
    whom = "you" if other == me else shown(other)
    return f"{shown(name)} looks like {whom}, and is somebody else."


def unknown(names: Sequence[str]) -> str:
    """Say that names are nobody's."""
    if len(names) == 1:
        return f"There is no user called {shown(names[0])}."
    return f"There are no users called {', '.join(map(shown, names))}."


def plainly(error: object) -> str:
    """Say what went wrong to somebody who types no lines: without the line that a server shows to type."""
    return _EXAMPLE.sub(".", str(error))


def milliseconds(seconds: float) -> str:
    """Say how long a round trip took."""
    took = round(seconds * 1000)
    return f"{took} ms" if took else "less than 1 ms"
