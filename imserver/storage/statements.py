"""What the writer says, once for both dialects, built once when the program starts.

What the readers ask stands in ``queries``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Text,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from . import schema
from .dialects import JsonArray, WholeRows
from .records import Account, EntryKind

#: What makes an entry, as ``checksums.as_entry`` takes it.
ENTRY = (
    schema.entry.c.number,
    schema.entry.c.kind,
    schema.entry.c.at,
    schema.entry.c.account,
    schema.entry.c.sender,
    schema.entry.c.audience,
    schema.entry.c.to,
    schema.entry.c.text,
    schema.entry.c.ref,
    schema.entry.c.conversation,
    schema.entry.c.announce,
    schema.entry.c.checksum,
)


def as_account(row: Row[*tuple[Any, ...]], earlier: tuple[str, ...] = ()) -> Account:
    """Make an account of a row that begins with what makes one."""
    number, name, registered, administrator, everyone, suspended, closed = row[:7]
    return Account(
        number,
        name,
        registered,
        administrator=bool(administrator),
        everyone=None if everyone is None else bool(everyone),
        suspended=suspended,
        closed=closed,
        earlier=earlier,
    )


def part_of(members: Any, at: int) -> ColumnElement[str]:
    """Give a part of a member of a JSON array of arrays."""
    part: ColumnElement[str] = members.c.value.op("->>")(literal_column(str(at)))
    return part


def number_in(members: Any, at: int) -> ColumnElement[int]:
    """Give a part that is a number."""
    return cast(part_of(members, at), schema.Number)


# --- The log's own row -----------------------------------------------------------------------

begin_log = insert(schema.log).values(one=1, last=0, accounts=0)
read_log = select(schema.log.c.epoch, schema.log.c.last, schema.log.c.accounts, schema.log.c.gone)
#: First in every storing transaction: on PostgreSQL it waits for the other nodes' (SQLite waits at BEGIN).
lock_log = read_log.with_for_update()
rename_log = update(schema.log).values(epoch=bindparam("to_epoch"))
newest = select(func.coalesce(func.max(schema.entry.c.number), 0))
move_log = update(schema.log).values(last=bindparam("to_last"), accounts=bindparam("to_accounts"))
move_gone = update(schema.log).values(gone=bindparam("to_gone"))

# --- Accounts ------------------------------------------------------------------------------

_WHO = bindparam("who", type_=schema.Number)
_THE_ACCOUNT = schema.account.c.id == _WHO

#: What makes an account.
ACCOUNT = (
    schema.account.c.id,
    schema.account.c.name,
    schema.account.c.registered,
    schema.account.c.administrator,
    schema.account.c.everyone,
    schema.account.c.suspended,
    schema.account.c.closed,
)
accounts = select(*ACCOUNT, schema.account.c.held).order_by(schema.account.c.id)
#: Names that accounts had before, the first first.
earlier_names = (
    select(schema.name.c.account, schema.name.c.name)
    .join(schema.account, schema.account.c.id == schema.name.c.account)
    .where(schema.name.c.name != schema.account.c.name)
    .order_by(schema.name.c.account, schema.name.c.since)
)
closed_accounts = select(schema.account.c.id).where(schema.account.c.closed.is_not(None))
owners = select(schema.name.c.name, schema.name.c.account).where(
    schema.name.c.name.in_(bindparam("names", expanding=True))
)
#: Each name an account ever had, beside its current one.
names_of = (
    select(schema.name.c.name, schema.account.c.name.label("current"))
    .join(schema.account, schema.account.c.id == schema.name.c.account)
    .where(schema.name.c.account == _WHO)
)
#: Those whose REGISTER is not where they say it is.
unsure = (
    select(schema.account.c.id)
    .outerjoin(
        schema.entry,
        and_(
            schema.entry.c.number == schema.account.c.registered,
            schema.entry.c.account == schema.account.c.id,
            schema.entry.c.kind == EntryKind.REGISTER.value,
        ),
    )
    .where(schema.entry.c.number.is_(None))
)
highest_account = select(func.coalesce(func.max(schema.account.c.id), 0))
add_account = insert(schema.account)
add_names = WholeRows(schema.name)
move_name = update(schema.account).where(_THE_ACCOUNT).values(name=bindparam("to_name"))
kept_hash = select(schema.account.c.password_hash).where(_THE_ACCOUNT)
set_password = update(schema.account).where(_THE_ACCOUNT).values(password_hash=bindparam("to_hash"))
#: Nothing is a hash's secret whose hash is empty.
close_account = (
    update(schema.account).where(_THE_ACCOUNT).values(password_hash="", closed=bindparam("number"))
)
_GOOD = and_(schema.invite.c.uses > 0, schema.invite.c.until > bindparam("now", type_=schema.Number))
#: The invite of a code that is good now.
good_invite = select(schema.invite.c.id, schema.invite.c.administrator).where(
    schema.invite.c.code_hash == bindparam("hashed"), _GOOD
)
use_invite = (
    update(schema.invite)
    .where(schema.invite.c.id == bindparam("which"))
    .values(uses=schema.invite.c.uses - 1)
)

# --- The log ---------------------------------------------------------------------------------

add_entries = WholeRows(schema.entry)
add_audiences = WholeRows(schema.audience)
# Pairs of account and ref in one parameter: for ``(account, ref) IN (...)`` SQLite reads the whole table.
_refs = JsonArray(bindparam("refs", type_=Text)).table_valued("value")
#: The entries under any of ``refs``, a JSON array of [account, ref].
said_under = select(*ENTRY).join_from(
    _refs,
    schema.entry,
    and_(
        schema.entry.c.account == number_in(_refs, 0),
        schema.entry.c.ref == part_of(_refs, 1),
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
_groups = JsonArray(bindparam("groups", type_=Text)).table_valued("value")
#: The conversations among any of ``groups``, a JSON array of [people].
conversations_among = select(schema.conversation.c.people, schema.conversation.c.id).join_from(
    _groups, schema.conversation, schema.conversation.c.people == part_of(_groups, 0)
)
highest_conversation = select(func.coalesce(func.max(schema.conversation.c.id), 0))
add_conversations = WholeRows(schema.conversation)
add_members = WholeRows(schema.member)

_BEHIND_GONE = bindparam("gone", type_=schema.Number)
_oldest = (
    select(
        schema.entry.c.number,
        schema.entry.c.at,
        schema.entry.c.text,
        schema.entry.c.ref,
        schema.entry.c.conversation,
    )
    .where(schema.entry.c.number > _BEHIND_GONE, schema.entry.c.conversation.is_not(None))
    .order_by(schema.entry.c.number)
    .limit(bindparam("limit", type_=Integer))
    .subquery("oldest")
)
#: The first messages that are kept, numbers rising.
oldest_kept = (
    select(_oldest, schema.conversation.c.people)
    .join_from(_oldest, schema.conversation, schema.conversation.c.id == _oldest.c.conversation)
    .order_by(_oldest.c.number)
)
empty_entry = (
    update(schema.entry)
    .where(schema.entry.c.number == bindparam("which"))
    .values(text=bindparam("left"), audience="", conversation=None, checksum=None)
)
#: Named by account, since the key begins with it.
drop_audiences = delete_from(schema.audience).where(
    schema.audience.c.account.in_(bindparam("accounts", expanding=True)),
    schema.audience.c.entry > _BEHIND_GONE,
    schema.audience.c.entry <= bindparam("to_gone"),
)
move_conversation = (
    update(schema.conversation)
    .where(schema.conversation.c.id == bindparam("which"))
    .values(gone=bindparam("to_gone"))
)

# --- Devices ---------------------------------------------------------------------------------

_ONE_DEVICE = and_(schema.device.c.account == _WHO, schema.device.c.name == bindparam("named"))
_holders = JsonArray(bindparam("accounts", type_=Text)).table_valued("value")

#: Each of ``accounts``, a JSON array of [account], with each of its devices, or once without.
holders = (
    select(
        schema.account.c.id,
        schema.account.c.held,
        schema.device.c.name,
        schema.device.c.used,
        schema.device.c.cursor,
    )
    .join_from(_holders, schema.account, schema.account.c.id == number_in(_holders, 0))
    .outerjoin(schema.device, schema.device.c.account == schema.account.c.id)
)
add_devices = WholeRows(schema.device)
forget_device = delete_from(schema.device).where(_ONE_DEVICE)
move_device = (
    update(schema.device).where(_ONE_DEVICE).values(used=bindparam("to_used"), cursor=bindparam("to_cursor"))
)
move_account = update(schema.account).where(_THE_ACCOUNT).values(held=bindparam("to_held"))

# --- Tokens ----------------------------------------------------------------------------------

_OF_DEVICE = and_(schema.token.c.account == _WHO, schema.token.c.device == bindparam("of"))

add_token = WholeRows(schema.token)
count_token = (
    select(func.count())
    .select_from(schema.token)
    .where(_OF_DEVICE, schema.token.c.hash == bindparam("hashed"))
)
revoke_others = delete_from(schema.token).where(_OF_DEVICE, schema.token.c.hash != bindparam("kept"))
revoke_all = delete_from(schema.token).where(schema.token.c.account == _WHO)

# --- Marks ----------------------------------------------------------------------------------

mark_read = (
    update(schema.member)
    .where(schema.member.c.account == _WHO, schema.member.c.conversation == bindparam("which"))
    .values(read=bindparam("to_read"))
)

# --- Blocks ----------------------------------------------------------------------------------

_GOES_ON = and_(
    schema.block.c.account == _WHO, schema.block.c.whom == bindparam("blocked"), schema.block.c.upto.is_(None)
)

blocks = select(schema.block).order_by(schema.block.c.account, schema.block.c.whom, schema.block.c.after)
block_that_goes_on = select(schema.block.c.after).where(_GOES_ON)
add_block = WholeRows(schema.block)
end_block = update(schema.block).where(_GOES_ON).values(upto=bindparam("last"))
drop_block = delete_from(schema.block).where(_GOES_ON)

# --- Administration --------------------------------------------------------------------------

highest_invite = select(func.coalesce(func.max(schema.invite.c.id), 0))
add_invite = insert(schema.invite)
#: Those that can still be used, the oldest first.
good_invites = (
    select(
        schema.invite.c.id,
        schema.invite.c.maker,
        schema.invite.c.uses,
        schema.invite.c.until,
        schema.invite.c.administrator,
    )
    .where(_GOOD)
    .order_by(schema.invite.c.id)
)
end_invite = update(schema.invite).where(schema.invite.c.id == bindparam("which"), _GOOD).values(uses=0)
#: Those that the server made itself.
end_own_invites = update(schema.invite).where(schema.invite.c.maker.is_(None)).values(uses=0)

#: Those who can come in.
administrators = select(schema.account.c.id).where(
    schema.account.c.administrator == 1,
    schema.account.c.suspended.is_(None),
    schema.account.c.closed.is_(None),
)
set_administrator = (
    update(schema.account).where(_THE_ACCOUNT).values(administrator=bindparam("to_administrator"))
)
set_everyone = update(schema.account).where(_THE_ACCOUNT).values(everyone=bindparam("to_everyone"))
suspend = (
    update(schema.account)
    .where(_THE_ACCOUNT, schema.account.c.suspended.is_(None))
    .values(suspended=bindparam("now", type_=schema.Number))
)
suspended_since = select(schema.account.c.suspended).where(_THE_ACCOUNT)
restore = update(schema.account).where(_THE_ACCOUNT).values(suspended=None)
