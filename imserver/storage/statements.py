"""Every statement, once for both dialects, built once when the program starts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy import delete as delete_from

from . import schema
from .dialects import JsonArray, WholeRows
from .records import Entry, EntryKind

_ENTRY = (
    schema.entry.c.number,
    schema.entry.c.kind,
    schema.entry.c.at,
    schema.entry.c.account,
    schema.entry.c.sender,
    schema.entry.c.audience,
    schema.entry.c.to,
    schema.entry.c.text,
    schema.entry.c.ref,
)


def as_entry(row: Row[*tuple[Any, ...]]) -> Entry:
    """Make an entry of a row that one of the statements below gave."""
    number, kind, at, account, sender, audience, to, text, ref = row
    return Entry(number, EntryKind(kind), at, account, sender, audience, to, text, ref)


# --- The log's own row -----------------------------------------------------------------------

begin_log = insert(schema.log).values(one=1, last=0, accounts=0)
read_log = select(schema.log.c.epoch, schema.log.c.last, schema.log.c.accounts)
#: First in every storing transaction: on PostgreSQL it waits for the other nodes' (SQLite waits at BEGIN).
lock_log = read_log.with_for_update()
move_log = update(schema.log).values(last=bindparam("to_last"), accounts=bindparam("to_accounts"))
last_number = select(schema.log.c.last)

# --- Accounts --------------------------------------------------------------------------------

accounts = select(schema.account.c.id, schema.account.c.name, schema.account.c.registered).order_by(
    schema.account.c.id
)
credential = select(
    schema.account.c.id, schema.account.c.name, schema.account.c.registered, schema.account.c.password_hash
).where(schema.account.c.name == bindparam("named"))
taken_names = select(schema.account.c.name).where(
    schema.account.c.name.in_(bindparam("names", expanding=True))
)
highest_account = select(func.coalesce(func.max(schema.account.c.id), 0))
registered = select(schema.account.c.registered).where(schema.account.c.id == bindparam("who"))
add_account = insert(schema.account)

# --- The log ---------------------------------------------------------------------------------

add_entries = WholeRows(schema.entry)
add_audiences = WholeRows(schema.audience)
# Pairs of account and ref in one parameter: for ``(account, ref) IN (...)`` SQLite reads the whole table.
_asked = JsonArray(bindparam("refs", type_=Text)).table_valued("value")
#: The entries under any of ``refs``, a JSON array of [account, ref].
said_under = select(*_ENTRY).join_from(
    _asked,
    schema.entry,
    and_(
        schema.entry.c.account == cast(_asked.c.value.op("->>")(literal_column("0")), schema.Number),
        schema.entry.c.ref == _asked.c.value.op("->>")(literal_column("1")),
        schema.HAS_REF,
    ),
)
#: How many of ``people`` an entry names (by the key of ``audience``, which begins with the account).
named_among = (
    select(func.count())
    .select_from(schema.audience)
    .where(
        schema.audience.c.entry == bindparam("number"),
        schema.audience.c.account.in_(bindparam("people", expanding=True)),
    )
)

# --- Streams ---------------------------------------------------------------------------------
# An account's stream has three sources.  Each is one range of one index, so that a page costs
# the same wherever it lies and however much was said before the account was made.

_POSITION = bindparam("position", type_=schema.Number)
_LIMIT = bindparam("limit", type_=Integer)
_WHO = bindparam("who", type_=schema.Number)

#: Nothing said to everyone before one's own registration is one's own, even if asked for from 0.
_FROM_REGISTRATION = (
    select(case((schema.account.c.registered > _POSITION, schema.account.c.registered), else_=_POSITION))
    .where(schema.account.c.id == _WHO)
    .scalar_subquery()
)
_NAMING = and_(schema.audience.c.account == _WHO, schema.audience.c.entry > _POSITION)
_ABOUT_PEOPLE = and_(schema.ABOUT_PEOPLE, schema.entry.c.number > _POSITION)
_TO_EVERYONE = and_(schema.SAID_TO_EVERYONE, schema.entry.c.number > _FROM_REGISTRATION)


def _first(number: ColumnElement[int], entries: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    return select(entries.order_by(number).limit(_LIMIT).subquery())


_named_entries = select(*_ENTRY).join_from(
    schema.audience, schema.entry, schema.entry.c.number == schema.audience.c.entry
)
_sources = union_all(
    _first(schema.audience.c.entry, _named_entries.where(_NAMING)),
    _first(schema.entry.c.number, select(*_ENTRY).where(_ABOUT_PEOPLE)),
    _first(schema.entry.c.number, select(*_ENTRY).where(_TO_EVERYONE)),
).subquery()

#: At most ``limit`` entries of the stream of ``who`` behind ``position``, numbers rising.
page = select(_sources).order_by(_sources.c.number).limit(_LIMIT)
#: How many there are.
count = select(
    select(func.count()).select_from(schema.audience).where(_NAMING).scalar_subquery()
    + select(func.count()).select_from(schema.entry).where(_ABOUT_PEOPLE).scalar_subquery()
    + select(func.count()).select_from(schema.entry).where(_TO_EVERYONE).scalar_subquery()
)

# --- Devices ---------------------------------------------------------------------------------

_ONE_DEVICE = and_(schema.device.c.account == bindparam("who"), schema.device.c.name == bindparam("named"))

devices = select(schema.device.c.name, schema.device.c.cursor, schema.device.c.used).where(
    schema.device.c.account == bindparam("who")
)
add_device = insert(schema.device)
forget_device = delete_from(schema.device).where(_ONE_DEVICE)
use_device = update(schema.device).where(_ONE_DEVICE).values(used=bindparam("at"))
hold = (
    update(schema.device)
    .where(_ONE_DEVICE)
    .values(
        used=bindparam("at"),
        cursor=case(
            (schema.device.c.cursor < bindparam("number"), bindparam("number")), else_=schema.device.c.cursor
        ),
    )
)
