"""Each entry's checksum: what is read otherwise than it was written is noticed, and shown to nobody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from .interface import Damaged
from .records import Entry, EntryKind

_KINDS = {kind.value: kind for kind in EntryKind}
_MESSAGE = EntryKind.MESSAGE.value


def checksum(
    number: int,
    kind: str,
    at: int,
    account: int,
    sender: str,
    audience: str,
    to: int,
    text: str,
    ref: str | None,
    conversation: int | None,
    announce: int | None,
) -> int:
    """Give the checksum of a row: CRC-32 over its columns in their order, parted by a sign none holds."""
    named = f"{number}\0{kind}\0{at}\0{account}\0{sender}\0{audience}\0{to}\0{text}"
    return crc32(f"{named}\0{ref}\0{conversation}\0{announce}".encode())


def as_entry(row: Iterable[Any]) -> Entry:
    """Make an entry of its row; raises ``Damaged`` if it is not there, or not as it was written."""
    *columns, written = row
    number, kind, at, account, sender, audience, to, text, ref, conversation, announce = columns
    if written is None and kind == _MESSAGE and conversation is None:
        pass  # it was let go: there are no words that could be wrong
    elif written != checksum(*columns):
        raise Damaged(f"entry {number} is not as it was written")
    return Entry(number, _KINDS[kind], at, account, sender, audience, to, text, ref, announce=bool(announce))


def as_told_to(reader: int, row: Iterable[Any]) -> Entry:
    """Make an entry of its row and its conversation's people; raises ``Damaged`` also if it is not theirs.

    What an account's stream is, two tables say: a damage of one of them shows nobody what is another's.
    """
    *columns, people = row
    entry = as_entry(columns)
    if entry.kind is EntryKind.MESSAGE and people != "*" and f",{reader}," not in f",{people},":
        raise Damaged(f"entry {entry.number} is not for account {reader}, as it seemed")
    return entry
