"""Lines to messages and back.  Pure and total: any bytes give a message or a refusal.

The server's side is strict: what it does not know it refuses, and nothing is half understood.  The
client's side is lenient: it passes over what it does not know (language, R10).
"""

from __future__ import annotations

import difflib
import re
from itertools import chain
from typing import Any, NamedTuple

from . import commands as _commands
from . import events as _events
from . import limits
from . import replies as _replies
from .errors import (
    BadArgument,
    BadLine,
    ExtraText,
    ExtraWord,
    MissingWord,
    NoText,
    Refusal,
    RepeatedKey,
    TooLong,
    UnknownKey,
    UnknownRefusal,
    UnknownVerb,
)
from .fields import escape, read_number, unescape
from .framing import Overlong
from .names import ANY_NAMES, ASCII_NAMES, NamePolicy
from .vocabulary import Argument, Command, Event, Item, Message, Reply

__all__ = [
    "Asked",
    "Heard",
    "Line",
    "Unknown",
    "masked",
    "masked_from_server",
    "parse_from_client",
    "parse_from_server",
    "write",
    "write_refusal",
]

# The vocabulary must be declared before anything can be looked up in it.
_declared = (_commands, _events, _replies)

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # every Cc, and the two line ends of Unicode (R1)
_TAG = re.compile(rf"(@[A-Za-z0-9._-]{{1,{limits.TAG}}})(?: +|\Z)")
_VERB = re.compile(rf"[A-Za-z]{{1,{limits.VERB}}}")
_KEY = re.compile(rf"[a-z][a-z-]{{0,{limits.KEY - 1}}}")
_WORD = re.compile("[^ =:][^ =]*")
UNREADABLE = "?"  #: the verb of a refusal when no verb could be read


class Line(NamedTuple):
    """A line cut into its parts, before anybody asks what they mean."""

    words: list[str]
    keys: dict[str, str]  #: values as written, with their escapes
    text: str | None  #: as written; None: there is no colon


class Asked(NamedTuple):
    """What a client's line asks, or why it cannot be answered."""

    tag: str  #: with its @, or empty
    verb: str
    what: Command[Reply] | Refusal


class Unknown(NamedTuple):
    """A message of a later edition of the language; a client passes over it (R10)."""

    verb: str
    line: Line
    number: int | None = None  #: of an event: the stream is told up to here (R16)


class Heard(NamedTuple):
    """What a server's line says."""

    tag: str
    verb: str
    what: Reply | Item | Event | Refusal | Unknown


# --- a client's line, as the server reads it --------------------------------------------------------


def parse_from_client(raw: bytes | Overlong, names: NamePolicy = ASCII_NAMES) -> Asked:
    """Read a line that a client wrote; never raises."""
    if isinstance(raw, Overlong):
        return Asked(_tag_of(raw.beginning), UNREADABLE, BadLine("too-long", raw.limit))
    tag, verb, example = "", UNREADABLE, ""
    try:
        line = _readable(raw)
        if line.startswith("@"):
            tag, line = _take_tag(line)
            if not tag:
                raise BadLine("bad-tag")
        head, colon, text = line.partition(" :")
        words = head.split()
        described = Command.by_verb.get(words[0]) if words else None
        if described is None:  # not written large, or not at all
            verb = _verb_of(words)
            described = _described(verb)
        verb, example = described.verb, described.example
        keys = _take_keys(words) if "=" in head else _NO_KEYS
        return Asked(tag, verb, _strict(described, words, keys, text if colon else None, names))
    except BadLine as refused:
        return Asked(_tag_of(raw), UNREADABLE, _as_an_answer(refused))
    except Refusal as refused:
        refused.example = example
        return Asked(tag, verb, _as_an_answer(refused))


def _as_an_answer(refused: Refusal) -> Refusal:
    """Forget where it was raised: the frames would make a ring of garbage with all that the caller holds."""
    refused.__traceback__ = refused.__context__ = refused.__cause__ = None
    return refused


_NO_KEYS: dict[str, str] = {}


def _readable(raw: bytes) -> str:
    try:
        line = raw.decode()
    except UnicodeDecodeError:
        raise BadLine("not-utf-8") from None
    # A printable line, and that is nearly every one, has neither of the two.
    if not line.isprintable():
        if _FORBIDDEN.search(line):
            raise BadLine("control-character")
        if _has_other_blank(line.partition(" :")[0]):
            raise BadLine("white-space")
    return line


def _has_other_blank(written: str) -> bool:
    """Whether white space stands there that is not U+0020."""
    return any(c.isspace() and c != " " for c in written)


def _tag_of(raw: bytes) -> str:
    return _take_tag(raw.decode("utf-8", "replace"))[0]


def _take_tag(line: str) -> tuple[str, str]:
    found = _TAG.match(line)
    return (found[1], line[found.end() :]) if found else ("", line)


def _verb_of(words: list[str]) -> str:
    """Read a verb in any case (R4)."""
    if not words or not _VERB.fullmatch(words[0]):
        raise BadLine("no-verb")
    return words[0].upper()


def _described(verb: str) -> type[Command[Any]]:
    described = Command.by_verb.get(verb)
    if described is None:
        raise UnknownVerb(next(iter(difflib.get_close_matches(verb, Command.by_verb, 1)), None))
    return described


def _take_keys(words: list[str]) -> dict[str, str]:
    """Take the key=values out of the words (R2)."""
    keys: dict[str, str] = {}
    for part in words:
        key, equals, value = part.partition("=")
        if not equals:
            if keys:
                raise BadLine("word-behind-key")
        elif not _KEY.fullmatch(key):
            raise BadLine("bad-key")
        elif key in keys:
            raise RepeatedKey(key)
        else:
            keys[key] = value
    if len(keys) > limits.KEYS:
        raise BadLine("too-many-keys", limits.KEYS)
    del words[-len(keys) :]
    return keys


def _strict(
    described: type[Command[Any]], words: list[str], keys: dict[str, str], text: str | None, names: NamePolicy
) -> Command[Any]:
    """Read the parts as that command; whatever it has no place for is refused."""
    values: dict[str, Any] = {}
    text_argument = described.text_argument
    if text_argument is not None and text_argument.required and text is None:
        raise NoText()
    for argument, word in zip(described.word_arguments, words[1:], strict=False):
        values[argument.name] = _read(argument, word, names)
    if len(words) - 1 != len(described.word_arguments):
        _count_words(described, len(words) - 1)
    for key, written in keys.items():
        if key not in described.key_arguments:
            raise UnknownKey(key, tuple(described.key_arguments))
        argument = described.key_arguments[key]
        values[argument.name] = _read(argument, written, names)
    if text is not None:
        if text_argument is None:
            raise ExtraText()
        values[text_argument.name] = _read(text_argument, text, names)
    return described(**values)


def _count_words(described: type[Command[Any]], given: int) -> None:
    arguments = described.word_arguments
    if given > len(arguments):
        raise ExtraWord(",".join(a.key for a in arguments) or "none")
    if arguments[given].required:
        raise MissingWord(arguments[given].key)


def _read(argument: Argument, written: str, names: NamePolicy) -> Any:
    kind = argument.kind
    # R6: as it stands on the line, in bytes.
    if kind.limit is not None and len(written if written.isascii() else written.encode()) > kind.limit:
        raise TooLong(argument.key, kind.limit)
    if argument.escaped and "\\" in written:
        written = unescape(written, value=not kind.text)
    try:
        return kind.read(written, names)
    except BadArgument as refused:
        refused.argument = argument.key
        raise


# --- a server's line, as a client reads it ----------------------------------------------------------


def parse_from_server(raw: bytes) -> Heard:
    """Read a line that a server wrote; what is not understood comes back as ``Unknown``; never raises."""
    tag, rest = _take_tag(raw.decode("utf-8", "replace"))
    line = _cut(rest)
    mark, *words = line.words or [""]
    family = _FAMILIES.get(mark)
    if family is None:  # a line of no shape we know
        return Heard(tag, mark, Unknown(mark, line))
    verb = words[0] if words else ""
    line = line._replace(words=words)
    if family is Refusal:
        return Heard(tag, verb, _refusal(line))
    described = family.by_verb.get(verb)
    understood = described and _lenient(described, line)
    if understood is not None:
        return Heard(tag, verb, understood)
    number = _number(words[1]) if family is Event and len(words) > 1 else None
    return Heard(tag, verb, Unknown(verb, line, number))


_FAMILIES: dict[str, Any] = {"OK": Reply, "+": Item, "*": Event, "ERR": Refusal}


def _cut(line: str) -> Line:
    """Cut a server's line (without its tag) into its parts; of a repeated key the first counts."""
    head, colon, text = line.partition(" :")
    words: list[str] = []
    keys: dict[str, str] = {}
    for part in filter(None, head.split(" ")):
        key, equals, value = part.partition("=")
        if equals:
            keys.setdefault(key, value)
        else:
            words.append(part)
    return Line(words, keys, text if colon else None)


def _lenient(described: type[Message], line: Line) -> Any:
    """Read the parts that the message has a place for; None: what it cannot do without is not there."""
    values: dict[str, Any] = {}
    given = chain(
        zip(described.word_arguments, line.words[1:], strict=False),
        ((a, line.keys[key]) for key, a in described.key_arguments.items() if key in line.keys),
        [(described.text_argument, line.text)] if described.text_argument and line.text is not None else (),
    )
    for argument, written in given:
        kind = argument.kind
        if argument.escaped and "\\" in written:
            meant = unescape(written, value=not kind.text, lenient=True)
        else:
            meant = written
        try:
            values[argument.name] = kind.read(meant, ANY_NAMES)
        except Refusal:
            if kind.otherwise is not None:
                values[argument.name] = kind.otherwise(meant)
    if any(name not in values for name in described.required):
        return None
    return described(**values)


def _number(written: str) -> int | None:
    try:
        return read_number(written, ANY_NAMES)
    except Refusal:
        return None


def _refusal(line: Line) -> Refusal:
    """Read ``ERR VERB code word ... key=value ... :Sentence`` as the exception that was raised."""
    code, *words = line.words[1:] or [""]
    told = unescape(line.text or "", value=False, lenient=True)
    described = Refusal.by_code.get(code)
    if described is not None:
        places = dict(zip(described.word_fields(), words, strict=False))
        for name in described.key_fields():
            written = line.keys.get(name.replace("_", "-"))
            if written is not None:
                places[name] = unescape(written, value=True, lenient=True)
        try:
            return described(**{n: _as_declared(described, n, w) for n, w in places.items()}, told=told)
        except (TypeError, Refusal):
            pass  # another edition's words; its code and sentence still hold
    after = _number(line.keys.get("retry-after", ""))
    return UnknownRefusal(named=code, words=tuple(words), retry_after=after, told=told)


def _as_declared(described: type[Refusal], field: str, written: str) -> Any:
    annotation = described.annotation(field)
    if annotation.startswith("int"):
        return read_number(written, ANY_NAMES)
    if annotation.startswith("tuple"):
        return tuple(written.split(","))
    return written


# --- writing ------------------------------------------------------------------------------------------


def write(message: Message, tag: str = "") -> str:
    """Write a message as the line that says it, without the line end.

    Raises a refusal when it says what no line can (a control character, a blank in a word), and for a
    command whatever any server would refuse.
    """
    described = type(message)
    values = message.__dict__
    head = f"{tag} {described.opening}" if tag else described.opening
    words = [
        argument.kind.write(value)
        for argument in described.word_arguments
        if (value := values[argument.name]) is not None
    ]
    if words:
        head = f"{head} {' '.join(words)}"
        if "=" in head or " :" in head or "" in words or any(" " in word for word in words):
            raise _no_word(described, words)
    for key, argument in described.key_arguments.items():
        if (value := values[argument.name]) != argument.default:
            head += f" {key}={escape(argument.kind.write(value), value=True)}"
    line, text = head, described.text_argument
    if text is not None and ((value := values[text.name]) or text.required):
        line = f"{head} :{escape(value, value=False) if text.escaped else value}"
    if not line.isprintable():  # only then can there be what no line may hold
        _check_signs(line, head)
    if isinstance(message, Command):
        _check_as_the_server_will(line)
    return line


def _no_word(described: type[Message], words: list[str]) -> BadArgument:
    wrong = next(place for place, word in enumerate(words) if not _WORD.fullmatch(word))
    return BadArgument(described.word_arguments[wrong].key, rule="a word")


def _check_signs(line: str, head: str) -> None:
    if _FORBIDDEN.search(line):
        raise BadLine("control-character")
    if _has_other_blank(head):
        raise BadLine("white-space")
    try:
        line.encode()
    except UnicodeEncodeError:
        raise BadLine("not-utf-8") from None


def _check_as_the_server_will(line: str) -> None:
    """Raise what any server would refuse; which names are names is for that server to say."""
    what = parse_from_client(line.encode(), ANY_NAMES).what
    if isinstance(what, Refusal):
        raise what


def write_refusal(refused: Refusal, verb: str, tag: str = "") -> str:
    """Write a refusal of a command as its ERR line; raises a ``BadLine`` when it says what no line can."""
    opening = f"{tag} ERR {verb}" if tag else f"ERR {verb}"
    words = [_plain(getattr(refused, name)) for name in refused.word_fields()]
    keys = [
        f"{name.replace('_', '-')}={escape(_plain(value), value=True)}"
        for name in refused.key_fields()
        if (value := getattr(refused, name)) not in (None, ())
    ]
    if not all(map(_WORD.fullmatch, words)):
        raise BadLine("white-space")
    head = " ".join([opening, refused.code, *words, *keys])
    line = f"{head} :{escape(str(refused), value=False)}"
    _check_signs(line, head)
    return line


def _plain(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


# --- what may be shown --------------------------------------------------------------------------------

MASK = "●●●●●●●●"


def masked(line: str) -> str:
    """Write a client's line with its secrets covered, for logs and wire views.

    Of a line with a secret, only what was understood is shown.  What cannot be read may be a
    mistyped LOGIN, so that of any other line but a known command's no more than the verb is shown.
    """
    tag, rest = _take_tag(line)
    verb, _, behind = rest.lstrip(" ").partition(" ")
    readable = _VERB.fullmatch(verb) is not None
    described = Command.by_verb.get(verb.upper()) if readable else None
    if not rest or (readable and not behind.strip(" ")) or (described and not described.has_secret()):
        return line
    if described and isinstance(parse_from_client(line.encode("utf-8", "replace")).what, Command):
        return _covered(line, described)
    return " ".join(filter(None, [tag, verb if readable else "", MASK]))


def masked_from_server(line: str) -> str:
    """Write a server's line with its secrets covered, such as a token to come back with."""
    _, rest = _take_tag(line)
    mark, _, behind = rest.partition(" ")
    family = _FAMILIES.get(mark)
    described = family.by_verb.get(behind.partition(" ")[0]) if family not in (None, Refusal) else None
    return _covered(line, described) if described is not None and described.has_secret() else line


def _covered(line: str, described: type[Message]) -> str:
    head, colon, text = line.partition(" :")
    secret = [key for key, argument in described.key_arguments.items() if argument.kind.secret]
    if secret:
        head = re.sub(rf"(?<= )({'|'.join(secret)})=[^ ]*", rf"\1={MASK}", head)
    covered = described.text_argument is not None and described.text_argument.kind.secret
    return f"{head}{colon}{MASK if colon and covered else text}"
