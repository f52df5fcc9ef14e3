"""Lines to messages and back.  Pure and total: any bytes give a message or a refusal.

The server's side is strict: what it does not know it refuses, and nothing is half understood.  The
client's side is lenient: it passes over what it does not know (language, R10).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from . import commands as _commands
from . import events as _events
from . import limits
from . import replies as _replies
from .errors import (
    BadArgument,
    BadLine,
    ExtraText,
    ExtraWord,
    MissingKey,
    MissingWord,
    NoText,
    Refusal,
    RepeatedKey,
    TooLong,
    UnknownKey,
    UnknownRefusal,
    UnknownVerb,
)
from .fields import escape, unescape
from .framing import Overlong
from .names import ANY_NAMES, ASCII_NAMES, NamePolicy
from .vocabulary import Argument, Command, Event, Item, Message, Reply

__all__ = ["Asked", "Heard", "Line", "Unknown", "masked", "parse_from_client", "parse_from_server", "write"]

# The vocabulary must be declared before anything can be looked up in it.
_declared = (_commands, _events, _replies)

M = TypeVar("M", bound=Message)

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # every Cc, and the two line ends of Unicode (R1)
_TAG = re.compile(rf"@([A-Za-z0-9._-]{{1,{limits.TAG}}})(?: +|$)")
_VERB = re.compile(rf"[A-Za-z]{{1,{limits.VERB}}}")
_KEY = re.compile(rf"[a-z][a-z-]{{0,{limits.KEY - 1}}}")
UNREADABLE = "?"  #: the verb of a refusal when no verb could be read


@dataclass(frozen=True, slots=True)
class Line:
    """A line cut into its parts, before anybody asks what they mean."""

    words: list[str]
    keys: dict[str, str]  #: values as written, with their escapes
    text: str | None  #: as written; None: there is no colon


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client's line asks, or why it cannot be answered."""

    tag: str  #: with its @, or empty
    verb: str
    what: Command[Reply] | Refusal


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message of a later edition of the language; a client passes over it (R10)."""

    verb: str
    line: Line
    number: int | None = None  #: of an event: the stream is told up to here (R16)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a server's line says."""

    tag: str
    verb: str
    what: Reply | Item | Event | Refusal | Unknown


# --- a client's line, as the server reads it --------------------------------------------------------


def parse_from_client(raw: bytes | Overlong, names: NamePolicy = ASCII_NAMES) -> Asked:
    """Read a line that a client wrote; never raises."""
    if isinstance(raw, Overlong):
        tag, _ = _take_tag(raw.beginning.decode("utf-8", "replace"))
        return Asked(tag, UNREADABLE, BadLine("too-long", raw.limit))
    tag, verb, example = "", UNREADABLE, ""
    try:
        line = _readable(raw)
        tag, rest = _take_tag(line)
        verb = rest.lstrip(" ").partition(" ")[0].upper()
        if not _VERB.fullmatch(verb):
            raise BadLine("no-verb")
        described = Command.by_verb.get(verb)
        if described is None:
            raise UnknownVerb(next(iter(difflib.get_close_matches(verb, Command.by_verb, 1)), None))
        example = described.example
        return Asked(tag, verb, _strict(described, _split(rest), names))
    except BadLine as refused:
        return Asked(tag or _take_tag(raw.decode("utf-8", "replace"))[0], UNREADABLE, refused)
    except Refusal as refused:
        refused.example = example
        return Asked(tag, verb, refused)


def _readable(raw: bytes) -> str:
    try:
        line = raw.decode()
    except UnicodeDecodeError:
        raise BadLine("not-utf-8") from None
    if _FORBIDDEN.search(line):
        raise BadLine("control-character")
    if line.startswith("@") and not _TAG.match(line):
        raise BadLine("bad-tag")
    return line


def _take_tag(line: str) -> tuple[str, str]:
    found = _TAG.match(line)
    return (f"@{found[1]}", line[found.end() :]) if found else ("", line)


def _split(line: str, *, lenient: bool = False) -> Line:
    """Cut a line (without its tag) into words, key=values and text (R2)."""
    if line.startswith(":"):
        head, text = "", line[1:]
    else:
        head, colon, behind = line.partition(" :")
        text = behind if colon else None  # type: ignore[assignment]
    if not head.isascii() and any(c.isspace() and c != " " for c in head) and not lenient:
        raise BadLine("white-space")
    words: list[str] = []
    keys: dict[str, str] = {}
    for part in head.split(" "):
        key, equals, value = part.partition("=")
        if not part:
            continue
        if not equals:
            if keys and not lenient:
                raise BadLine("word-behind-key")
            words.append(part)
        elif not _KEY.fullmatch(key):
            if not lenient:
                raise BadLine("bad-key")
        elif key in keys and not lenient:
            raise RepeatedKey(key)
        else:
            keys.setdefault(key, value)
    if len(keys) > limits.KEYS and not lenient:
        raise BadLine("too-many-keys", limits.KEYS)
    return Line(words, keys, text)


def _strict(described: type[M], line: Line, names: NamePolicy) -> M:
    """Read the parts as that message; whatever it has no place for is refused."""
    values: dict[str, Any] = {}
    given = line.words[1:]
    if described.text_argument and described.text_argument.required and line.text is None:
        raise NoText()
    for argument, word in zip(described.word_arguments, given, strict=False):
        values[argument.name] = _read(argument, word, names, word=True)
    if len(given) < len(described.word_arguments) and described.word_arguments[len(given)].required:
        raise MissingWord(described.word_arguments[len(given)].key)
    if len(given) > len(described.word_arguments):
        raise ExtraWord(" ".join(a.key for a in described.word_arguments) or "none")
    for key, written in line.keys.items():
        if key not in described.key_arguments:
            raise UnknownKey(key, tuple(described.key_arguments))
        values[described.key_arguments[key].name] = _read(described.key_arguments[key], written, names)
    if line.text is not None:
        if described.text_argument is None:
            raise ExtraText()
        values[described.text_argument.name] = _read(described.text_argument, line.text, names)
    for argument in described.key_arguments.values():
        if argument.required and argument.name not in values:
            raise MissingKey(argument.key)
    return described(**values)


def _read(
    argument: Argument, written: str, names: NamePolicy, *, word: bool = False, lenient: bool = False
) -> Any:
    kind = argument.kind
    if kind.limit is not None and not lenient and len(written.encode()) > kind.limit:
        raise TooLong(argument.key, kind.limit)
    if not word and not kind.raw:
        written = unescape(written, value=not kind.text, lenient=lenient)
    try:
        return kind.read(written, names)
    except BadArgument as refused:
        refused.argument = argument.key
        raise


# --- a server's line, as a client reads it ----------------------------------------------------------


def parse_from_server(raw: bytes) -> Heard:
    """Read a line that a server wrote; what is not understood comes back as ``Unknown``; never raises."""
    tag, rest = _take_tag(raw.decode("utf-8", "replace"))
    line = _split(rest, lenient=True)
    mark, *words = line.words or [""]
    family = _FAMILIES.get(mark)
    if family is None:  # a line of no shape we know
        return Heard(tag, mark, Unknown(mark, line))
    verb = words[0] if words else ""
    line = Line(words, line.keys, line.text)
    if family is Refusal:
        return Heard(tag, verb, _refusal(line))
    described = family.by_verb.get(verb)
    if described is not None:
        try:
            return Heard(tag, verb, _lenient(described, line))
        except (Refusal, TypeError):
            pass  # it has the verb of something we know and cannot be read as it: passed over
    number = int(words[1]) if family is Event and len(words) > 1 and words[1].isdecimal() else None
    return Heard(tag, verb, Unknown(verb, line, number))


_FAMILIES: dict[str, Any] = {"OK": Reply, "+": Item, "*": Event, "ERR": Refusal}


def _lenient(described: type[Message], line: Line) -> Any:
    """Read the parts that the message has a place for."""
    values: dict[str, Any] = {}
    for argument, word in zip(described.word_arguments, line.words[1:], strict=False):
        values[argument.name] = _read(argument, word, ANY_NAMES, word=True, lenient=True)
    for key, argument in described.key_arguments.items():
        if key in line.keys:
            values[argument.name] = _read(argument, line.keys[key], ANY_NAMES, lenient=True)
    if described.text_argument and line.text is not None:
        values[described.text_argument.name] = _read(
            described.text_argument, line.text, ANY_NAMES, lenient=True
        )
    return described(**values)


def _refusal(line: Line) -> Refusal:
    """Read ``ERR VERB code word ... key=value ... :Sentence`` as the exception that was raised."""
    code, *words = line.words[1:] or [""]
    told = line.text or ""
    retry_after = line.keys.get("retry-after", "")
    after = int(retry_after) if retry_after.isdecimal() else None
    described = Refusal.by_code.get(code)
    if described is not None:
        places = {f.name: str(f.type) for f in fields(described)}
        try:
            values = {
                name: _as_declared(places[name], word)
                for name, word in zip(described.word_fields(), words, strict=False)
            }
            for name in described.key_fields():
                if (written := line.keys.get(name.replace("_", "-"))) is not None:
                    values[name] = _as_declared(places[name], unescape(written, value=True, lenient=True))
            return described(**values, told=told)
        except (TypeError, ValueError):
            pass  # another edition's words; its code and sentence still hold
    return UnknownRefusal(named=code, words=tuple(words), retry_after=after, told=told)


def _as_declared(annotation: str, written: str) -> Any:
    if annotation.startswith("int"):
        return int(written)
    if annotation.startswith("tuple"):
        return tuple(written.split(","))
    return written


# --- writing ------------------------------------------------------------------------------------------


def write(message: Message, tag: str = "") -> str:
    """Write a message as the line that says it, without the line end.

    Raises a refusal when it says what no line can: a control character, a blank in a word.
    """
    parts = [f"{tag} {message.prefix}{message.verb}" if tag else f"{message.prefix}{message.verb}"]
    for argument in message.word_arguments:
        value = getattr(message, argument.name)
        if value is None:
            break
        parts.append(_word(argument.key, argument.kind.write(value)))
    for key, argument in message.key_arguments.items():
        value = getattr(message, argument.name)
        if value is not None:
            parts.append(
                f"{key}={_allowed(key, escape(argument.kind.write(value), value=True), blank=False)}"
            )
    if message.text_argument is not None:
        value = getattr(message, message.text_argument.name)
        if value or message.text_argument.required:
            written = message.text_argument.kind.write(value)
            raw = message.text_argument.kind.raw
            parts.append(
                ":" + _allowed(message.text_argument.key, written if raw else escape(written, value=False))
            )
    return " ".join(parts)


def write_refusal(refused: Refusal, verb: str, tag: str = "") -> str:
    """Write a refusal of a command as its ERR line."""
    parts = [*([tag] if tag else []), "ERR", verb or UNREADABLE, refused.code]
    parts += [_plain(getattr(refused, name)) for name in refused.word_fields()]
    for name in refused.key_fields():
        value = getattr(refused, name)
        if value not in (None, ()):
            parts.append(f"{name.replace('_', '-')}={escape(_plain(value), value=True)}")
    parts.append(":" + escape(str(refused), value=False))
    return " ".join(parts)


def _plain(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _word(name: str, written: str) -> str:
    if not written or "=" in written or written.startswith(":"):
        raise BadArgument(name, rule="a word")
    return _allowed(name, written, blank=False)


def _allowed(name: str, written: str, *, blank: bool = True) -> str:
    if _FORBIDDEN.search(written) or (not blank and any(map(str.isspace, written))):
        raise BadLine("control-character" if blank else "white-space")
    try:
        written.encode()
    except UnicodeEncodeError:
        raise BadLine("not-utf-8") from None
    return written


# --- what may be shown --------------------------------------------------------------------------------

MASK = "●●●●●●●●"


def masked(line: str) -> str:
    """Write a client's line with its secrets covered, for logs and wire views.

    What cannot be read may be a mistyped LOGIN, so its text is covered too, and so is everything
    behind the name when somebody forgot the colon.
    """
    tag, rest = _take_tag(line)
    verb, _, behind = rest.lstrip(" ").partition(" ")
    described = Command.by_verb.get(verb.upper())
    if not behind or (described is not None and not described.has_secret()):
        return line
    head, colon, _ = line.partition(" :")
    if colon:
        return f"{head} :{MASK}"
    if described is None:
        return line
    return " ".join([*([tag] if tag else []), verb, behind.lstrip(" ").partition(" ")[0], MASK])
