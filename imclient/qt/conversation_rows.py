"""What a transcript shows, line by line: days, "New since you left", messages, slim lines, notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from heapq import merge
from math import inf

from imclient.core.conversations import Said
from imqt import moments
from imtongue import phrase, tr

MISSING = phrase("What was said here meanwhile may be missing.")


class Kind(Enum):
    """The kinds of rows."""

    DAY = auto()  #: a new day begins
    NEW = auto()  #: what follows came while its reader was away
    MESSAGE = auto()  #: somebody said something
    ASIDE = auto()  #: it was said to everyone, and is shown in passing
    NOTICE = auto()  #: this program has something to say
    GAP = auto()  #: between what stands above and below, something was lost
    EDGE = auto()  #: above all that is shown: more is being loaded, or there is no more


@dataclass(eq=False, slots=True)
class Row:
    """One line of a transcript."""

    kind: Kind
    text: str
    said: Said | None = None
    opening: bool = False  #: the first of a sender's messages in a row: it bears the name
    at: float | None = None
    shape: dict[object, object] = field(default_factory=dict)  #: what the painter measured

    def same(self, other: Row) -> bool:
        """Tell whether this row and another show the same."""
        return (
            self.said is other.said
            and self.kind is other.kind
            and self.opening is other.opening
            and self.text == other.text
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """What the program says in a conversation, below what was last said then."""

    text: str
    at: float
    after: Said | None


@dataclass(slots=True)
class Extras:
    """What stands in a transcript beside the messages."""

    new_after: int | None = None  #: its reader had seen it up to that number
    left_at: float | None = None  #: when the reader went
    gap: int = 0  #: before that number something may be lost; 0: nothing is
    edge: str = ""  #: what stands above the oldest message there is
    notices: list[Notice] = field(default_factory=list)


def rows_of(
    messages: Sequence[Said],
    aside: Iterable[Said],
    extras: Extras,
    today: date,
    at_start: bool,
    at_end: bool = True,
) -> list[Row]:
    """Lay out messages, and in passing what was said to everyone, in the order of the log."""
    rows: list[Row] = []
    before = 0
    new = first_new(messages, extras.new_after)
    if at_start and extras.edge and messages:
        rows.append(Row(Kind.EDGE, extras.edge))
    last_day: date | None = None
    notices = _notices(extras.notices)
    if at_start:
        rows += notices.get(id(None), [])
    for said, kind in _in_order(messages, aside):
        if said.at is not None and moments.day_of(said.at) != last_day:
            last_day = moments.day_of(said.at)
            rows.append(Row(Kind.DAY, moments.day(last_day, today)))
        if _is_missing_between(before, said.number, extras.gap):
            rows.append(Row(Kind.GAP, tr(MISSING)))
        before = said.number or before
        if said is new:
            rows.append(Row(Kind.NEW, _since(extras.left_at)))
        rows.append(Row(kind, said.text, said, not _goes_on(rows, said), said.at))
        rows += notices.get(id(said), [])
    if at_end and _is_missing_between(before, None, extras.gap):
        rows.append(Row(Kind.GAP, tr(MISSING)))
    return rows


def _is_missing_between(before: int, after: int | None, gap: int) -> bool:
    """Tell whether the place where something was lost is right there; what waits has no number."""
    return 0 < before <= gap and (after is None or after > gap)


def first_new(messages: Iterable[Said], seen: int | None) -> Said | None:
    """Give the first message of others behind a number."""
    if seen is None:
        return None
    new = (said for said in messages if not said.mine and said.number is not None and said.number > seen)
    return next(new, None)


def aside_of(everyone: list[Said], messages: list[Said], to_the_end: bool, most: int = 100) -> list[Said]:
    """Choose what was said to everyone between the first and the last of these messages."""
    low = next((said.number for said in messages if said.number is not None), None)
    if low is None:
        return []
    high = inf if to_the_end else _order(messages[-1])
    chosen: list[Said] = []
    for said in reversed(everyone):
        if _order(said) < low or len(chosen) == most:
            break
        if said.number is not None and said.number <= high:
            chosen.append(said)
    return chosen[::-1]


def _in_order(messages: Iterable[Said], aside: Iterable[Said]) -> Iterator[tuple[Said, Kind]]:
    said = ((message, Kind.MESSAGE) for message in messages)
    passing = ((message, Kind.ASIDE) for message in aside)
    return merge(said, passing, key=lambda pair: _order(pair[0]))


def _order(said: Said) -> float:
    return inf if said.number is None else said.number


def _goes_on(rows: list[Row], said: Said) -> bool:
    """Tell whether a message stands under the name of the one before: same people, same minute."""
    last = rows[-1] if rows else None
    if last is None or last.kind is not Kind.MESSAGE or last.said is None:
        return False
    before = last.said
    return (before.sender, before.to) == (said.sender, said.to) and (
        said.mine or _minute(before) == _minute(said)
    )


def _minute(said: Said) -> int | None:
    return None if said.at is None else int(said.at // 60)


def _since(left_at: float | None) -> str:
    if left_at is None:
        return tr("New since you left")
    return tr("New since you left, {time}", time=moments.clock(left_at))


def _notices(notices: list[Notice]) -> dict[int, list[Row]]:
    by_message: dict[int, list[Row]] = {}
    for notice in notices:
        row = Row(Kind.NOTICE, notice.text, at=notice.at)
        by_message.setdefault(id(notice.after), []).append(row)
    return by_message
