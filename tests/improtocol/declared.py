"""Hypothesis strategies made from the declarations, so that nothing declared can be forgotten."""

from __future__ import annotations

import string
from dataclasses import fields

from hypothesis import strategies as st

from improtocol import commands, events, limits, replies
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import Refusal, UnknownRefusal
from improtocol.fields import Kind, Presence, Reached, Right, Shown, Standing, Way, Which, escape
from improtocol.names import RESERVED
from improtocol.vocabulary import Command, Event, Item, Message, Reply

_modules = (commands, events, replies)  # what is declared there is in the registers

#: Every message that is declared, of each family.
COMMANDS: list[type[Command[Reply]]] = list(Command.by_verb.values())
TOLD: list[type[Message]] = [*Reply.by_verb.values(), *Item.by_verb.values(), *Event.by_verb.values()]
REFUSALS: list[type[Refusal]] = [r for r in Refusal.by_code.values() if r is not UnknownRefusal]

# --- signs -------------------------------------------------------------------------------------------

CONTROL = [chr(n) for n in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)]
#: White space that is no control character, and no blank of the language either.
OTHER_BLANKS = [chr(n) for n in (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)]

signs = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
#: What a text can hold: line breaks and tabs have escapes.
meant = st.text(st.one_of(signs, st.sampled_from("\n\t\\ :=")))
_dark = st.one_of(signs.filter(lambda c: not c.isspace()), st.sampled_from("\n\t\\ :="))
_word = "".join(sorted({*string.ascii_letters, *string.digits, *"._-"}))


def _at_most(limit: int, *, value: bool) -> st.SearchStrategy[str]:
    """Make something that has some bytes, and not too many of them once it is written."""
    return st.text(_dark if value else st.one_of(signs, st.sampled_from("\n\t\\ :=")), min_size=1).filter(
        lambda text: len(escape(text, value=value).encode()) <= limit
    )


names = st.from_regex(r"[a-z][a-z0-9._-]{0,31}", fullmatch=True).filter(lambda name: name not in RESERVED)
audiences = st.one_of(
    st.just(EVERYONE),
    st.sets(names, min_size=1, max_size=8).map(lambda chosen: Audience.of(*chosen)),
    st.integers(1, limits.AUDIENCE).map(lambda n: Audience.of(*(f"u{i}" for i in range(n)))),
)
numbers = st.integers(0, 10**limits.DIGITS - 1)
passwords = st.text(signs, min_size=limits.PASSWORD_LEAST).filter(
    lambda password: limits.PASSWORD_LEAST <= len(password.encode()) <= limits.PASSWORD
)

_OF_KIND: dict[str, st.SearchStrategy[object]] = {
    "name": names,
    "password": passwords,
    "audience": audiences,
    "text": _at_most(limits.TEXT, value=False),
    "line": meant,
    "number": numbers,
    "moment": st.integers(0, 253_402_300_799_999),  # to the end of the year 9999
    "device": st.text(_word, min_size=1, max_size=limits.DEVICE),
    "epoch": st.text(_word, min_size=1, max_size=limits.EPOCH),
    "ref": _at_most(limits.REF, value=True),
    "token": _at_most(limits.TOKEN, value=True),
    "verb": st.text(string.ascii_uppercase, min_size=1, max_size=limits.VERB),
    "words": st.lists(st.text(_word, min_size=1), min_size=1).map(tuple),
    "word": st.text(_word, min_size=1),
    "presence": st.sampled_from(Presence),
    "online": st.sampled_from(Which),
    "shown": st.sampled_from(Shown),
    "reached": st.sampled_from(Reached),
    "status": st.one_of(st.just(""), _at_most(limits.STATUS, value=False)),
    "mark": st.text(_word, min_size=1, max_size=limits.MARK),
    "resume": st.text(_word, min_size=1, max_size=limits.RESUME_TOKEN),
    "figure": st.text(_word, min_size=1, max_size=limits.MARK),
    "standing": st.sampled_from(Standing),
    "way": st.sampled_from(Way),
    "names": st.lists(names, min_size=1).map(tuple),
    "right": st.sampled_from(Right),
    "yes": st.just(True),
    "count": st.integers(1, limits.INVITE_USES),
    "limit": st.integers(1, 999),
    "seconds": st.integers(1, limits.BACK),
    "days": st.integers(1, limits.INVITE_DAYS),
    "code": st.from_regex(r"[A-Za-z0-9-]{1,64}", fullmatch=True),
    "secret": st.text(_dark, min_size=1, max_size=80),
}


def of_kind(kind: Kind) -> st.SearchStrategy[object]:
    """Make what a kind of argument can be; a new kind has its line in the table above."""
    return _OF_KIND[kind.name]


def messages(described: type[Message]) -> st.SearchStrategy[Message]:
    """Make messages of one class, with and without what may be left out."""
    return st.builds(
        described,
        **{
            a.name: of_kind(a.kind) if a.required else st.one_of(st.just(a.default), of_kind(a.kind))
            for a in described.arguments()
        },
    )


def refusals(described: type[Refusal]) -> st.SearchStrategy[Refusal]:
    """Make refusals of one class, from the types of its fields."""
    word = st.text(_word, min_size=1)
    of_type = {
        "int": numbers,
        "int | None": st.one_of(st.none(), numbers),
        "str": word,
        "str | None": st.one_of(st.none(), _at_most(64, value=True)),
        "tuple[str, ...]": st.lists(word, min_size=1).map(tuple),
    }
    return st.builds(described, **{f.name: of_type[str(f.type)] for f in fields(described) if f.compare})
