"""What the readers ask, once for both dialects, built once when the program starts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    union_all,
)

from . import schema
from .dialects import JsonArray
from .statements import ACCOUNT, ENTRY, number_in

ends = select(schema.log.c.last, schema.log.c.gone)
#: By any name the account ever had.
credential = (
    select(*ACCOUNT, schema.account.c.password_hash)
    .join_from(schema.name, schema.account, schema.account.c.id == schema.name.c.account)
    .where(schema.name.c.name == bindparam("named"))
)

#: The account of a name, if that is a token of its device's.
token_of = (
    select(*ACCOUNT)
    .join_from(schema.token, schema.account, schema.account.c.id == schema.token.c.account)
    .join(schema.name, schema.name.c.account == schema.account.c.id)
    .where(
        schema.token.c.hash == bindparam("hashed"),
        schema.token.c.device == bindparam("of"),
        schema.name.c.name == bindparam("named"),
    )
)

# --- Streams ---------------------------------------------------------------------------------
# An account's stream has three sources.  Each is one range of one index, so that a page costs
# the same wherever it lies and however much was said before the account was made.

_POSITION = bindparam("position", type_=schema.Number)
_BEFORE = bindparam("before", type_=schema.Number)
_LIMIT = bindparam("limit", type_=Integer)
_WHO = bindparam("who", type_=schema.Number)

Entries = Select[*tuple[Any, ...]]


def _further(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    return case((one > other, one), else_=other)


def _heard(
    who: ColumnElement[int], sender: ColumnElement[int], number: ColumnElement[int]
) -> ColumnElement[bool]:
    """Leave out what somebody said while ``who`` had blocked them."""
    blocked = select(schema.block.c.after).where(
        schema.block.c.account == who,
        schema.block.c.whom == sender,
        schema.block.c.after < number,
        or_(schema.block.c.upto.is_(None), schema.block.c.upto >= number),
    )
    return ~blocked.exists()


#: Nothing said to everyone before one's own registration is one's own, even if asked for from 0.
_FROM_REGISTRATION = (
    select(_further(schema.account.c.registered, _POSITION))
    .where(schema.account.c.id == _WHO)
    .scalar_subquery()
)
_NAMING = and_(
    schema.audience.c.account == _WHO,
    schema.audience.c.entry > _POSITION,
    _heard(_WHO, schema.audience.c.sender, schema.audience.c.entry),
)
_ABOUT_PEOPLE = and_(schema.ABOUT_PEOPLE, schema.entry.c.number > _POSITION)
_HEARD_ENTRY = _heard(_WHO, schema.entry.c.account, schema.entry.c.number)
_TO_EVERYONE = and_(schema.SAID_TO_EVERYONE, schema.entry.c.number > _FROM_REGISTRATION, _HEARD_ENTRY)


def _in_order(number: ColumnElement[int], some: Entries, newest: bool = False) -> Entries:
    return some.order_by(number.desc() if newest else number).limit(_LIMIT)


def _numbers(number: ColumnElement[int], which: ColumnElement[bool], newest: bool = False) -> Entries:
    return _in_order(number, select(number.label("number")).where(which), newest)


def _merged(*sources: Entries, newest: bool = False) -> Entries:
    together = union_all(*(select(source.subquery()) for source in sources)).subquery()
    return _in_order(together.c.number, select(together), newest)


def _entries(numbers: Entries, newest: bool = False) -> Entries:
    """Give what has these numbers.

    First the numbers and only then the entries: so no planner looks for them among the entries of
    others, and nothing long is sorted.  With each come the people of its conversation; what is
    missing comes as nothing, and is noticed.
    """
    some = numbers.subquery()
    found = (
        select(*ENTRY, schema.conversation.c.people)
        .join_from(some, schema.entry, schema.entry.c.number == some.c.number, isouter=True)
        .outerjoin(schema.conversation, schema.conversation.c.id == schema.entry.c.conversation)
    )
    return _in_order(some.c.number, found, newest)


#: At most ``limit`` entries of the stream of ``who`` behind ``position``, numbers rising.
page = _entries(
    _merged(
        _numbers(schema.audience.c.entry, _NAMING),
        _numbers(schema.entry.c.number, _ABOUT_PEOPLE),
        _numbers(schema.entry.c.number, _TO_EVERYONE),
    )
)
#: How many there are.
count = select(
    select(func.count()).select_from(schema.audience).where(_NAMING).scalar_subquery()
    + select(func.count()).select_from(schema.entry).where(_ABOUT_PEOPLE).scalar_subquery()
    + select(func.count()).select_from(schema.entry).where(_TO_EVERYONE).scalar_subquery()
)

#: The newest message of the stream of ``who`` behind ``position`` that was let go.
newest_gone = (
    select(func.coalesce(func.max(schema.conversation.c.gone), 0))
    .join_from(schema.member, schema.conversation, schema.conversation.c.id == schema.member.c.conversation)
    .where(
        schema.member.c.account == _WHO,
        schema.conversation.c.gone > schema.member.c.after,
        schema.conversation.c.gone > _POSITION,
    )
)

# --- Reading back ----------------------------------------------------------------------------
# Of each there are two: the oldest behind ``position``, and the newest before ``before``.


def _history(newest: bool) -> Entries:
    named = and_(_NAMING, schema.audience.c.entry < _BEFORE)
    to_everyone = and_(_TO_EVERYONE, schema.entry.c.number < _BEFORE)
    return _entries(
        _merged(
            _numbers(schema.audience.c.entry, named, newest),
            _numbers(schema.entry.c.number, to_everyone, newest),
            newest=newest,
        ),
        newest,
    )


_IN = and_(
    schema.entry.c.conversation == bindparam("conversation"),
    schema.entry.c.number > _POSITION,
    schema.entry.c.number < _BEFORE,
    _HEARD_ENTRY,
)


def _said_in(which: ColumnElement[bool], newest: bool = False) -> Entries:
    return _entries(_numbers(schema.entry.c.number, which, newest), newest)


#: At most ``limit`` messages of the stream of ``who`` between ``position`` and ``before``.
oldest, newest = _history(newest=False), _history(newest=True)
#: The same of one conversation.
oldest_in, newest_in = _said_in(_IN), _said_in(_IN, newest=True)
#: Those that others said.
others_in = _said_in(and_(_IN, schema.entry.c.account != _WHO))

# --- Conversations ---------------------------------------------------------------------------


def _newest_number(member: Any) -> ColumnElement[int]:
    said = select(schema.entry.c.number).where(
        schema.entry.c.conversation == member.c.conversation,
        schema.entry.c.number > member.c.after,
        _HEARD_ENTRY,
    )
    return said.order_by(schema.entry.c.number.desc()).limit(1).scalar_subquery()


def _unread(member: Any) -> ColumnElement[int]:
    said = (
        select(func.count())
        .select_from(schema.entry)
        .where(
            schema.entry.c.conversation == member.c.conversation,
            schema.entry.c.number > _further(member.c.after, member.c.read),
            schema.entry.c.account != _WHO,
            _HEARD_ENTRY,
        )
    )
    return said.scalar_subquery()


# Computed once for each, and not again for the condition on it.
_all_of_them = (
    select(
        schema.member.c.conversation,
        schema.member.c.after,
        schema.member.c.read,
        _newest_number(schema.member).label("last"),
    )
    .where(schema.member.c.account == _WHO)
    .cte("all_of_them")
    .prefix_with("MATERIALIZED")
)
_some_of_them = (
    select(_all_of_them)
    .where(_all_of_them.c.last < _BEFORE)
    .order_by(_all_of_them.c.last.desc())
    .limit(_LIMIT)
    .subquery("some_of_them")
)
#: At most ``limit`` conversations of ``who`` whose newest message is before ``before``, the newest first.
conversations = (
    select(schema.conversation.c.people, _some_of_them.c.last, _some_of_them.c.read, _unread(_some_of_them))
    .join_from(_some_of_them, schema.conversation, schema.conversation.c.id == _some_of_them.c.conversation)
    .order_by(_some_of_them.c.last.desc())
)
_one_membership = (
    schema.conversation.c.people == bindparam("people"),
    schema.member.c.conversation == schema.conversation.c.id,
    schema.member.c.account == _WHO,
)
#: Which conversation it is among ``people``, and from where on it is that of ``who``.
place = (
    select(
        schema.member.c.conversation, schema.member.c.after, schema.member.c.read, schema.conversation.c.gone
    )
    .join_from(schema.member, schema.conversation, schema.conversation.c.id == schema.member.c.conversation)
    .where(*_one_membership)
)
#: Its newest message, and how many are unread.
conversation = select(_newest_number(schema.member), _unread(schema.member)).where(*_one_membership)

_asked = JsonArray(bindparam("messages", type_=Text)).table_valued("value")
_asking = number_in(_asked, 0)
#: Those of ``messages``, a JSON array of [account, number], that are in that account's stream:
#: with their conversation and how far that account has read it.
in_streams = (
    select(
        schema.member.c.account,
        schema.entry.c.number,
        schema.entry.c.conversation,
        schema.conversation.c.people,
        schema.member.c.read,
    )
    .join_from(_asked, schema.entry, schema.entry.c.number == number_in(_asked, 1))
    .join(
        schema.member,
        and_(
            schema.member.c.account == _asking,
            schema.member.c.conversation == schema.entry.c.conversation,
            schema.member.c.after < schema.entry.c.number,
        ),
    )
    .join(schema.conversation, schema.conversation.c.id == schema.entry.c.conversation)
    .where(_heard(schema.member.c.account, schema.entry.c.account, schema.entry.c.number))
)

# --- How far messages came -------------------------------------------------------------------
# Delivered is what an account holds or has read.  What it has blocked counts as any other: nobody
# shall find out that he is blocked.

_UPTO = bindparam("upto", type_=schema.Number)

_named_speakers = (
    select(
        func.max(schema.audience.c.entry).label("number"),
        schema.audience.c.sender.label("sender"),
        schema.audience.c.conversation.label("conversation"),
    )
    .where(
        schema.audience.c.account == _WHO,
        schema.audience.c.entry > _POSITION,
        schema.audience.c.entry <= _UPTO,
        schema.audience.c.sender != _WHO,
    )
    .group_by(schema.audience.c.conversation, schema.audience.c.sender)
)
_speakers_to_everyone = (
    select(
        func.max(schema.entry.c.number),
        schema.entry.c.account,
        schema.entry.c.conversation,
    )
    .where(
        schema.SAID_TO_EVERYONE,
        schema.entry.c.number > _FROM_REGISTRATION,
        schema.entry.c.number <= _UPTO,
        schema.entry.c.account != _WHO,
    )
    .group_by(schema.entry.c.account, schema.entry.c.conversation)
)
_speakers = union_all(_named_speakers, _speakers_to_everyone).subquery()
#: Of each other speaker the newest to ``who`` in each conversation, behind ``position`` and up to ``upto``.
reached = (
    select(_speakers.c.number, _speakers.c.sender, schema.conversation.c.people)
    .join_from(_speakers, schema.conversation, schema.conversation.c.id == _speakers.c.conversation)
    .order_by(_speakers.c.number)
)

_DELIVERED = or_(
    schema.account.c.held >= schema.entry.c.number, schema.member.c.read >= schema.entry.c.number
)
_READ = schema.member.c.read >= schema.entry.c.number
_ASKED_FOR = schema.entry.c.number.in_(bindparam("numbers", expanding=True))
#: Whom a message is for.
_FOR = and_(
    schema.member.c.conversation == schema.entry.c.conversation,
    schema.member.c.after < schema.entry.c.number,
    schema.member.c.account != schema.entry.c.account,
)

#: How far any of ``numbers`` came, counted; numbers rising.
receipts = (
    select(
        schema.entry.c.number,
        schema.entry.c.account,
        schema.conversation.c.people,
        func.count(case((_DELIVERED, 1))),
        func.count(case((_READ, 1))),
        schema.entry.c.to,
    )
    .join_from(schema.entry, schema.conversation, schema.conversation.c.id == schema.entry.c.conversation)
    .outerjoin(schema.member, _FOR)
    .outerjoin(schema.account, schema.account.c.id == schema.member.c.account)
    .where(_ASKED_FOR)
    .group_by(schema.entry.c.number, schema.entry.c.account, schema.conversation.c.people, schema.entry.c.to)
    .order_by(schema.entry.c.number)
)
#: Whom those of ``numbers`` that name people still wait for.
waited_for = (
    select(schema.entry.c.number, schema.member.c.account)
    .join_from(schema.entry, schema.member, _FOR)
    .join(schema.account, schema.account.c.id == schema.member.c.account)
    .where(_ASKED_FOR, ~schema.SAID_TO_EVERYONE, ~_DELIVERED)
    .order_by(schema.entry.c.number, schema.member.c.account)
)
_BY_NAME = schema.account.c.name > bindparam("after")
#: Those a message to named people is for, in the order of their names.
receipts_by_name = (
    select(schema.account.c.name, _DELIVERED, _READ)
    .join_from(schema.entry, schema.member, _FOR)
    .join(schema.account, schema.account.c.id == schema.member.c.account)
    .where(schema.entry.c.number == bindparam("number"), _BY_NAME)
    .order_by(schema.account.c.name)
    .limit(_LIMIT)
)
_read_of_everyones = (
    select(schema.member.c.read)
    .where(schema.member.c.account == schema.account.c.id, schema.member.c.conversation == schema.EVERYONES)
    .scalar_subquery()
)
_NUMBER = bindparam("number", type_=schema.Number)
#: Those one to everyone is for: along the names, since they may be very many.
receipts_of_everyones = (
    select(
        schema.account.c.name,
        or_(schema.account.c.held >= _NUMBER, _read_of_everyones >= _NUMBER),
        _read_of_everyones >= _NUMBER,
    )
    .where(
        schema.account.c.registered < _NUMBER,
        or_(schema.account.c.closed.is_(None), schema.account.c.closed > _NUMBER),
        schema.account.c.id != bindparam("sender"),
        _BY_NAME,
    )
    .order_by(schema.account.c.name)
    .limit(_LIMIT)
)
#: How many that ``sender`` said to ``who`` by name are not held yet.
waiting = (
    select(func.count())
    .select_from(schema.audience)
    .where(
        schema.audience.c.account == _WHO,
        schema.audience.c.entry
        > select(schema.account.c.held).where(schema.account.c.id == _WHO).scalar_subquery(),
        schema.audience.c.sender == bindparam("sender"),
    )
)

# --- Devices ---------------------------------------------------------------------------------

devices = (
    select(schema.device.c.name, schema.device.c.cursor, schema.device.c.used)
    .where(schema.device.c.account == _WHO)
    .order_by(schema.device.c.used.desc(), schema.device.c.name)
)

# --- Accounts --------------------------------------------------------------------------------


def _of_account(what: ColumnElement[Any], table: Any, *which: ColumnElement[bool]) -> Any:
    return select(what).select_from(table).where(*which).scalar_subquery()


_MINE = schema.account.c.id
#: Waits for them by name.
_WAITS = (
    schema.audience.c.account == _MINE,
    schema.audience.c.entry > schema.account.c.held,
    schema.audience.c.sender != _MINE,
)
#: The accounts behind the name ``after``: what an administrator wants to know of each.
outlines = (
    select(
        _MINE,
        _of_account(func.count(), schema.device, schema.device.c.account == _MINE),
        _of_account(func.max(schema.device.c.used), schema.device, schema.device.c.account == _MINE),
        _of_account(func.count(), schema.audience, *_WAITS)
        + _of_account(
            func.count(),
            schema.entry,
            schema.SAID_TO_EVERYONE,
            schema.entry.c.number > _further(schema.account.c.held, schema.account.c.registered),
            schema.entry.c.account != _MINE,
        ),
    )
    .where(_BY_NAME)
    .order_by(schema.account.c.name)
    .limit(_LIMIT)
)

#: All accounts, how far each holds its stream, and what waits for it by name: a short look at each.
positions = select(
    _MINE,
    _further(schema.account.c.held, schema.account.c.registered),
    _of_account(func.count(), schema.audience, *_WAITS),
    _of_account(func.min(schema.audience.c.entry), schema.audience, *_WAITS),
).where(schema.account.c.closed.is_(None))
#: The newest that was said to everyone, and by whom.
newest_to_everyone = (
    select(schema.entry.c.number, schema.entry.c.account)
    .where(schema.SAID_TO_EVERYONE)
    .order_by(schema.entry.c.number.desc())
    .limit(_LIMIT)
)
said_at = select(schema.entry.c.at).where(schema.entry.c.number == bindparam("number"))
