"""How a message is declared: the one description that codec, session, HELP and specification read.

A message is a class whose annotated attributes are its arguments, each with its kind (`fields`).
Where an argument stands on the line follows from its declaration: without a default it is a word,
with ``optional_word`` a word that may be left out, with any other default or ``key()`` a key=value;
a kind that is a text stands behind the colon.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, Generic, Self, TypeVar, dataclass_transform, get_args, get_type_hints

from .errors import NotAllowed, Refusal
from .fields import Kind, Right
from .states import State


def optional_word(*, default: None) -> Any:
    """Declare an argument that is a word and may be left out; the type checker reads ``default=None``."""
    return field(default=default, metadata={"word": True})


def key() -> Any:
    """Declare an argument that is a key=value and must be there."""
    return field(kw_only=True)


@dataclass(frozen=True)
class Argument:
    """One argument of a message, as declared."""

    name: str  #: the attribute
    key: str  #: how the line calls it
    kind: Kind
    required: bool
    default: Any  #: None, when it is required
    word: bool  #: it stands among the words
    escaped: bool  #: it is written with escapes (R3)


@dataclass_transform(frozen_default=True, field_specifiers=(field, optional_word, key))
class Message:
    """Something one side says to the other, in one line."""

    prefix: ClassVar[str] = ""  #: what stands before the verb
    verb: ClassVar[str]
    opening: ClassVar[str]  #: prefix and verb
    required: ClassVar[frozenset[str]]  #: the arguments that must be there
    word_arguments: ClassVar[tuple[Argument, ...]]
    key_arguments: ClassVar[dict[str, Argument]]
    text_argument: ClassVar[Argument | None]
    by_verb: ClassVar[dict[str, type[Message]]]

    def __init_subclass__(cls, *, verb: str = "", prefix: str | None = None) -> None:
        super().__init_subclass__()
        if not verb:  # a family of messages: its members register here
            cls.by_verb = {}
            cls.prefix = prefix or ""
            return
        # Once: to resolve them takes long, and every program of ours starts with it.
        hints = get_type_hints(cls, include_extras=True)
        hidden = _secrets(hints)
        for name in hidden:
            setattr(cls, name, _hidden(cls.__dict__.get(name, MISSING)))
        dataclass(frozen=True)(cls)
        cls.verb = verb
        cls.opening = cls.prefix + verb
        arguments = [_argument(hints, described) for described in fields(cls)]  # type: ignore[arg-type]
        cls.word_arguments = tuple(a for a in arguments if a.word)
        cls.key_arguments = {a.key: a for a in arguments if not a.word and not a.kind.text}
        cls.text_argument = next((a for a in arguments if a.kind.text), None)
        cls.required = frozenset(a.name for a in arguments if a.required)
        if cls.by_verb.setdefault(verb, cls) is not cls:
            raise TypeError(f"{verb} is declared twice")

    @classmethod
    def arguments(cls) -> list[Argument]:
        """Give all arguments in the order they are written."""
        return [
            *cls.word_arguments,
            *cls.key_arguments.values(),
            *([cls.text_argument] if cls.text_argument else []),
        ]

    @classmethod
    def syntax(cls) -> str:
        """Show the shape of the line, as HELP and the specification print it."""
        parts = [cls.opening]
        parts += [a.key if a.required else f"[{a.key}]" for a in cls.word_arguments]
        parts += [
            f"{k}={a.kind.name}" if a.required else f"[{k}={a.kind.name}]"
            for k, a in cls.key_arguments.items()
        ]
        if cls.text_argument:
            parts.append(
                f":{cls.text_argument.key}" if cls.text_argument.required else f"[:{cls.text_argument.key}]"
            )
        return " ".join(parts)

    @classmethod
    def summary(cls) -> str:
        """Give the first sentence of what it means."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

    @classmethod
    def has_secret(cls) -> bool:
        """Whether some of it must not be shown."""
        return any(argument.kind.secret for argument in cls.arguments())


def _kind_of(annotation: Any) -> Kind:
    """Find the kind in an annotation, which may be optional."""
    if isinstance(kind := getattr(annotation, "__metadata__", (None,))[0], Kind):
        return kind
    return next(_kind_of(part) for part in get_args(annotation) if part is not type(None))


def _secrets(hints: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, annotation in hints.items()
        if name not in _CLASS_ATTRIBUTES and _kind_of(annotation).secret
    ]


def _hidden(default: Any) -> Any:
    """Keep an argument out of ``repr``, however it was declared."""
    if isinstance(default, Field):
        default.repr = False
        return default
    return field(default=default, repr=False)


def _argument(hints: Mapping[str, Any], described: Any) -> Argument:
    kind = _kind_of(hints[described.name])
    required = described.default is MISSING
    word = not kind.text and (described.metadata.get("word", False) or (required and not described.kw_only))
    return Argument(
        name=described.name,
        key=described.name.rstrip("_").replace("_", "-"),
        kind=kind,
        required=required,
        default=None if required else described.default,
        word=word,
        escaped=not word and not kind.raw,
    )


class Reply(Message, prefix="OK "):
    """What ends the answer to a command that was done."""

    items: ClassVar[tuple[Item, ...]] = ()  #: the lines of the answer before it

    def behind(self, *items: Item) -> Self:
        """Put lines of the answer before it."""
        object.__setattr__(self, "items", items)
        return self


class Item(Message, prefix="+ "):
    """A line of an answer; more is to come."""


class Event(Message, prefix="* "):
    """What the server says unasked.

    ``numbered`` events say by their first word, a number, how far the stream has been told.
    """

    numbered: ClassVar[bool] = False

    def __init_subclass__(cls, *, verb: str = "", numbered: bool = False) -> None:
        super().__init_subclass__(verb=verb, prefix="* ")
        cls.numbered = numbered


R = TypeVar("R", bound=Reply, covariant=True)  # noqa: PLC0105


class Command(Message, Generic[R], prefix=""):
    """What a client asks of the server; ``R`` is the reply that ends its answer."""

    allowed_in: ClassVar[frozenset[State]]
    enters: ClassVar[State | None]  #: the state that follows when it was done
    right: ClassVar[Right | None]  #: what its speaker must have been given; None: nothing
    refused_with: ClassVar[tuple[type[Refusal], ...]]  #: beyond what any command may be refused with
    example: ClassVar[str]  #: a line that can be typed
    does: ClassVar[str]  #: what HELP says of it in a few words
    pipelined: ClassVar[bool]  #: begun as it arrives; others wait for the answers before them (R8, R14)
    reply: ClassVar[type[Reply]]
    by_verb: ClassVar[dict[str, type[Command[Any]]]]  # type: ignore[assignment]

    def __init_subclass__(
        cls,
        *,
        verb: str,
        allowed_in: Iterable[State],
        example: str,
        does: str,
        enters: State | None = None,
        right: Right | None = None,
        refused_with: Iterable[type[Refusal]] = (),
        pipelined: bool = False,
    ) -> None:
        super().__init_subclass__(verb=verb)
        cls.allowed_in = frozenset(allowed_in)
        cls.enters = enters
        cls.right = right
        cls.refused_with = (*([NotAllowed] if right else []), *refused_with)
        cls.example, cls.does, cls.pipelined = example, does, pipelined
        cls.reply = get_args(cls.__orig_bases__[0])[0]  # type: ignore[attr-defined]


_CLASS_ATTRIBUTES = frozenset(
    name for family in (Message, Reply, Command, Event) for name in inspect.get_annotations(family)
)
