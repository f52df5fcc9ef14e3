"""The kinds of argument a message can carry: how each is read, written and described."""

from __future__ import annotations

import enum
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from . import limits
from .audience import EVERYONE, EVERYONE_SIGN, Audience
from .errors import BadArgument, BadEscape, BadName, BadPassword, NoText, TooLong
from .names import NamePolicy


@dataclass(frozen=True)
class Kind:
    """One kind of argument.

    ``read`` takes what stands on the line (without the escapes of a value or text, unless ``raw``)
    and the policy for names; it raises a refusal.  ``write`` is its inverse.
    """

    name: str
    rule: str  #: what it is, as in "The number is ..."
    read: Callable[[str, NamePolicy], Any]
    write: Callable[[Any], str] = str
    text: bool = False  #: it stands behind the colon
    raw: bool = False  #: it is taken as it stands, without escapes
    secret: bool = False  #: it is kept out of logs, reprs and wire views
    limit: limits.Limit | None = None  #: its length as written on the line
    otherwise: Callable[[str], Any] | None = None  #: what a client makes of one it does not understand
    abnf: str = ""  #: its rule in the grammar of the specification


def _matching(pattern: str, kind: str, rule: str) -> Callable[[str, NamePolicy], str]:
    regex = re.compile(pattern)

    def read(written: str, names: NamePolicy) -> str:
        if not regex.fullmatch(written):
            raise BadArgument(kind, rule=rule)
        return written

    return read


def _read_name(written: str, names: NamePolicy) -> str:
    return names.canonical(written)


_NUMBER = re.compile(rf"0|[1-9][0-9]{{0,{limits.DIGITS - 1}}}")
_NUMBER_RULE = f"0 or digits that do not begin with 0, {limits.DIGITS} at most"


def read_number(written: str, names: NamePolicy) -> int:
    """Read a number (R4)."""
    if not _NUMBER.fullmatch(written):
        raise BadArgument("number", rule=_NUMBER_RULE)
    return int(written)


_AUDIENCE_RULE = f"one name, or up to {limits.AUDIENCE} parted by commas without blanks, or * for everyone"


def _read_audience(written: str, names: NamePolicy) -> Audience:
    if written == EVERYONE_SIGN:
        return EVERYONE
    if "," not in written:
        return Audience((names.canonical(written),))
    parts = written.split(",")
    if len(parts) > limits.AUDIENCE:
        raise TooLong("audience", limits.AUDIENCE)
    if "" in parts or EVERYONE_SIGN in parts:
        raise BadArgument("audience", rule=_AUDIENCE_RULE)
    return Audience.of(*map(names.canonical, parts))


def _write_audience(audience: Audience) -> str:
    written = str(audience)
    # Nobody may be added by a name that means several, or everyone.
    if written.count(",") != max(len(audience.names) - 1, 0) or EVERYONE_SIGN in audience.names:
        raise BadArgument("audience", rule=_AUDIENCE_RULE)
    return written


def _read_text(written: str, names: NamePolicy) -> str:
    if not written:
        raise NoText()
    return written


def _read_password(written: str, names: NamePolicy) -> str:
    if not limits.PASSWORD_LEAST <= len(written.encode()) <= limits.PASSWORD:
        raise BadPassword(limits.PASSWORD_LEAST, limits.PASSWORD)
    return written


def _read_moment(written: str, names: NamePolicy) -> int:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise BadArgument("moment", rule="like 2026-11-20T10:00:28.120Z") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def write_moment(milliseconds: int) -> str:
    """Write milliseconds since 1970, UTC."""
    # Many messages share a second, so only the rest is written anew.
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03}Z"


def _up_to(most: int, kind: str) -> Callable[[str, NamePolicy], int]:
    def read(written: str, names: NamePolicy) -> int:
        if not _NUMBER.fullmatch(written) or not 1 <= int(written) <= most:
            raise BadArgument(kind, rule=f"a number from 1 to {most}")
        return int(written)

    return read


def _read_verb(written: str, names: NamePolicy) -> str:
    if not _LETTERS.fullmatch(written):
        raise BadArgument("verb", rule=_VERB_RULE)
    return written.upper()


_LETTERS = re.compile("[A-Za-z]+")
_VERB_RULE = "a command, such as SEND"


def _read_words(written: str, names: NamePolicy) -> tuple[str, ...]:
    return tuple(written.split(","))


def _write_names(names: tuple[str, ...]) -> str:
    # One name may not be read as several.
    if any(not name or "," in name for name in names):
        raise BadArgument("names", rule="names parted by commas")
    return ",".join(names)


class Presence(enum.StrEnum):
    """How somebody is: the best of all that account's sessions."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"
    CLOSED = "closed"


class Shown(enum.StrEnum):
    """What one may say of oneself."""

    ONLINE = "online"
    AWAY = "away"


class Standing(enum.StrEnum):
    """The state of a connection, as an administrator sees it."""

    UNREGISTERED = "unregistered"
    REGISTERED = "registered"
    LOGGED_IN = "logged-in"


class Way(enum.StrEnum):
    """Which way a line went."""

    IN = "in"
    OUT = "out"


class Reached(enum.StrEnum):
    """How far a message came with somebody."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    READ = "read"


class Right(enum.StrEnum):
    """What an account may be given to do."""

    ADMINISTRATOR = "administrator"  #: what administrators' commands do
    EVERYONE = "everyone"  #: say something to everyone


#: Who WHO tells of, when not everybody.
class Which(enum.StrEnum):
    """A part of the roster."""

    ONLINE = "online"


def _one_of(choices: type[enum.StrEnum], kind: str) -> Callable[[str, NamePolicy], enum.StrEnum]:
    rule = " or ".join(choices)

    def read(written: str, names: NamePolicy) -> enum.StrEnum:
        try:
            return choices(written.lower())
        except ValueError:
            raise BadArgument(kind, rule=rule) from None

    return read


_read_yes = _matching("yes", "yes", "yes")

_WORD = r"[A-Za-z0-9._-]+"
_WORD_RULE = "made of A-Z a-z 0-9 . _ -"
_REF_RULE = "not empty"

UserName = Annotated[
    str,
    Kind(
        "name",
        "a letter, then small letters, digits, dot, dash and underscore",
        _read_name,
        limit=limits.NAME,
        abnf="name",
    ),
]
Password = Annotated[
    str,
    Kind(
        "password",
        f"{limits.PASSWORD_LEAST} to {limits.PASSWORD} bytes, blanks and backslashes as they stand",
        _read_password,
        text=True,
        raw=True,
        secret=True,
        abnf="password",
    ),
]
AudienceField = Annotated[
    Audience,
    Kind(
        "audience",
        _AUDIENCE_RULE,
        _read_audience,
        _write_audience,
        otherwise=Audience.of,
        abnf="audience",
    ),
]
Text = Annotated[
    str,
    Kind("text", "anything but control characters", _read_text, text=True, limit=limits.TEXT, abnf="text"),
]
Line = Annotated[
    str,
    Kind("line", "a line for people", lambda written, names: written, text=True, abnf="line"),
]
Number = Annotated[int, Kind("number", _NUMBER_RULE, read_number, abnf="number")]
Moment = Annotated[
    int,
    Kind("moment", "a time in UTC with milliseconds, for people", _read_moment, write_moment, abnf="moment"),
]
Device = Annotated[
    str,
    Kind("device", _WORD_RULE, _matching(_WORD, "device", _WORD_RULE), limit=limits.DEVICE, abnf="device"),
]
Epoch = Annotated[
    str,
    Kind("epoch", _WORD_RULE, _matching(_WORD, "epoch", _WORD_RULE), limit=limits.EPOCH, abnf="epoch"),
]
Ref = Annotated[
    str,
    Kind("ref", _REF_RULE, _matching(r"(?s:.+)", "ref", _REF_RULE), limit=limits.REF, abnf="value"),
]
Token = Annotated[
    str,
    Kind("token", _REF_RULE, _matching(r"(?s:.+)", "token", _REF_RULE), limit=limits.TOKEN, abnf="value"),
]
ResumeToken = Annotated[
    str,
    Kind(
        "resume",
        _WORD_RULE,
        _matching(_WORD, "resume", _WORD_RULE),
        secret=True,
        limit=limits.RESUME_TOKEN,
        abnf="resume",
    ),
]
Yes = Annotated[
    bool,
    Kind(
        "yes",
        "yes, or the key is left out",
        lambda written, names: bool(_read_yes(written, names)),
        lambda said: "yes" if said else "no",
        abnf="yes",
    ),
]
Figure = Annotated[
    str,
    Kind("figure", _WORD_RULE, _matching(_WORD, "figure", _WORD_RULE), limit=limits.MARK, abnf="figure"),
]
Verb = Annotated[
    str,
    Kind(
        "verb",
        _VERB_RULE,
        _read_verb,
        limit=limits.VERB,
        abnf="verb",
    ),
]
Words = Annotated[
    tuple[str, ...],
    Kind("words", "words parted by commas", _read_words, ",".join, abnf="words"),
]
Word = Annotated[str, Kind("word", "a word", lambda written, names: written, abnf="word")]
PresenceField = Annotated[
    Presence, Kind("presence", " or ".join(Presence), _one_of(Presence, "presence"), abnf="presence")
]
ShownField = Annotated[Shown, Kind("shown", " or ".join(Shown), _one_of(Shown, "presence"), abnf="shown")]
ReachedField = Annotated[
    Reached,
    Kind("reached", " or ".join(Reached), _one_of(Reached, "reached"), abnf="reached"),
]
StandingField = Annotated[
    Standing, Kind("standing", " or ".join(Standing), _one_of(Standing, "standing"), abnf="standing")
]
WayField = Annotated[Way, Kind("way", " or ".join(Way), _one_of(Way, "way"), abnf="way")]
Status = Annotated[
    str,
    Kind(
        "status",
        "a line for people",
        lambda written, names: written,
        text=True,
        limit=limits.STATUS,
        abnf="line",
    ),
]
Mark = Annotated[
    str,
    Kind("mark", _WORD_RULE, _matching(_WORD, "mark", _WORD_RULE), limit=limits.MARK, abnf="mark"),
]
Names = Annotated[
    tuple[str, ...],
    Kind("names", "names parted by commas", _read_words, _write_names, abnf="words"),
]
WhichField = Annotated[Which, Kind("online", " or ".join(Which), _one_of(Which, "online"), abnf='"online"')]

RightField = Annotated[Right, Kind("right", " or ".join(Right), _one_of(Right, "right"), abnf="right")]
Uses = Annotated[
    int,
    Kind("count", f"1 to {limits.INVITE_USES}", _up_to(limits.INVITE_USES, "count"), abnf="few"),
]
Days = Annotated[
    int, Kind("days", f"1 to {limits.INVITE_DAYS}", _up_to(limits.INVITE_DAYS, "days"), abnf="few")
]
#: How many lines somebody asks for; none would leave open whether there are more (R12).
Asked = Annotated[int, Kind("limit", "1 to 999", _up_to(999, "limit"), abnf="few")]
Seconds = Annotated[
    int, Kind("seconds", f"1 to {limits.BACK}", _up_to(limits.BACK, "seconds"), abnf="seconds")
]
#: What lets somebody in who has no account yet.
Code = Annotated[
    str,
    Kind(
        "code",
        "letters, digits and dashes; O counts as 0, I and L as 1, and dashes not at all",
        _matching(r"[A-Za-z0-9-]+", "code", "letters, digits and dashes"),
        secret=True,
        limit=limits.CODE,
        abnf="invite-code",
    ),
]
#: A secret that the server makes and tells once.
Secret = Annotated[
    str, Kind("secret", "a secret, told once", lambda written, names: written, secret=True, abnf="value")
]

# --- escapes (R3) ---------------------------------------------------------------------------------

_TEXT_ESCAPES = {"\n": "\\n", "\t": "\\t", "\\": "\\\\"}
_VALUE_ESCAPES = {**_TEXT_ESCAPES, " ": "\\s"}
_TEXT_WRITTEN = str.maketrans(_TEXT_ESCAPES)
_VALUE_WRITTEN = str.maketrans(_VALUE_ESCAPES)
_TEXT_READ = {written[1]: meant for meant, written in _TEXT_ESCAPES.items()}
_VALUE_READ = {written[1]: meant for meant, written in _VALUE_ESCAPES.items()}
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)


def unescape(written: str, *, value: bool, lenient: bool = False) -> str:
    """Read the escapes of a text or a value; a lenient reader leaves what it does not know as it stands."""
    if "\\" not in written:
        return written
    meanings = _VALUE_READ if value else _TEXT_READ

    def one(found: re.Match[str]) -> str:
        meant = meanings.get(found[1])
        if meant is None:
            if lenient:
                return found[0]
            raise BadEscape()
        return meant

    return _ESCAPE.sub(one, written)


def escape(meant: str, *, value: bool) -> str:
    """Write the escapes of a text or a value."""
    if "\\" not in meant and "\n" not in meant and "\t" not in meant and not (value and " " in meant):
        return meant
    return meant.translate(_VALUE_WRITTEN if value else _TEXT_WRITTEN)


__all__ = [
    "Asked",
    "AudienceField",
    "BadName",
    "Code",
    "Days",
    "Device",
    "Epoch",
    "Figure",
    "Kind",
    "Line",
    "Mark",
    "Moment",
    "Names",
    "Number",
    "Password",
    "Presence",
    "PresenceField",
    "Reached",
    "ReachedField",
    "Ref",
    "ResumeToken",
    "Right",
    "RightField",
    "Seconds",
    "Secret",
    "Shown",
    "ShownField",
    "Standing",
    "StandingField",
    "Status",
    "Text",
    "Token",
    "UserName",
    "Uses",
    "Verb",
    "Way",
    "WayField",
    "Which",
    "WhichField",
    "Word",
    "Words",
    "Yes",
    "escape",
    "unescape",
]
