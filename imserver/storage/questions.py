"""What is only read: each question is asked of one snapshot and answered in records."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection

from . import queries, statements
from .checksums import as_told_to
from .conversations import people_read, people_written
from .interface import NoSuchMessage
from .records import (
    Account,
    Conversation,
    Credential,
    Device,
    Entry,
    Invite,
    Outline,
    Page,
    People,
    Reached,
    Receipt,
    Receipts,
    Shown,
    Waiting,
)
from .statements import as_account

#: Behind every number there will ever be.
END = 2**62


def credential(connection: Connection, name: str) -> Credential | None:
    """Look up what proves an account."""
    row = connection.execute(queries.credential, {"named": name}).one_or_none()
    return row and Credential(as_account(row), row.password_hash)


def invited(connection: Connection, invite_hash: str, now: int) -> bool:
    """Say whether an invite is good."""
    asked = {"hashed": invite_hash, "now": now}
    return connection.execute(statements.good_invite, asked).one_or_none() is not None


def token_of(connection: Connection, name: str, device: str, token_hash: str) -> Account | None:
    """Give the account of a name if that is a token of its device's."""
    one = {"named": name, "of": device, "hashed": token_hash}
    row = connection.execute(queries.token_of, one).one_or_none()
    return row and as_account(row)


# --- Streams ---


def page_after(connection: Connection, account: int, position: int, limit: int) -> Page:
    """Read an account's stream behind a position."""
    rows = connection.execute(queries.page, {"who": account, "position": position, "limit": limit})
    entries = tuple(as_told_to(account, row) for row in rows)
    last, gone = connection.execute(queries.ends).one()
    gap = 0
    if position < gone:
        gap = connection.execute(queries.newest_gone, {"who": account, "position": position}).scalar_one()
    return Page(entries, entries[-1].number if len(entries) == limit else last, gap)


def count_after(connection: Connection, account: int, position: int) -> int:
    """Count an account's stream behind a position."""
    found: int = connection.execute(queries.count, {"who": account, "position": position}).scalar_one()
    return found


# --- Reading back ---


def history(
    connection: Connection, account: int, people: People | None, after: int, before: int | None, limit: int
) -> Shown:
    """Read back one conversation, or all that was said in a stream."""
    newest = after == 0
    asked = {
        "who": account,
        "position": after,
        "before": END if before is None else before,
        "limit": limit + 1,
    }
    if people is None:
        shown = _shown(connection, queries.newest if newest else queries.oldest, asked, newest)
        if newest and shown.more:
            return shown
        gone: int = connection.execute(queries.newest_gone, {"who": account, "position": after}).scalar_one()
        return replace(shown, gone=gone)
    place = connection.execute(
        queries.place, {"who": account, "people": people_written(people)}
    ).one_or_none()
    if place is None:
        return Shown((), more=False)
    asked |= {"conversation": place.conversation, "position": max(after, place.after)}
    shown = _shown(connection, queries.newest_in if newest else queries.oldest_in, asked, newest)
    hidden = (newest and shown.more) or place.gone <= asked["position"]
    return shown if hidden else replace(shown, gone=place.gone)


def _shown(
    connection: Connection, query: queries.Entries, asked: dict[str, int], newest: bool = False
) -> Shown:
    """Show what was found but for the one entry too many that says that there is more."""
    entries: list[Entry] = [as_told_to(asked["who"], row) for row in connection.execute(query, asked)]
    shown = entries[: asked["limit"] - 1]
    return Shown(tuple(reversed(shown) if newest else shown), more=len(entries) > len(shown))


def conversations(
    connection: Connection, account: int, before: int | None, limit: int
) -> tuple[Conversation, ...]:
    """Give an account's conversations, the newest first."""
    asked = {"who": account, "before": END if before is None else before, "limit": limit}
    rows = connection.execute(queries.conversations, asked)
    return tuple(Conversation(people_read(people), *counts) for people, *counts in rows)


def unread(
    connection: Connection, account: int, people: People, after: int, limit: int
) -> tuple[Conversation, Shown]:
    """Give a conversation, and what is unread of it behind a number."""
    asked = {"who": account, "people": people_written(people)}
    place = connection.execute(queries.place, asked).one_or_none()
    if place is None:
        return Conversation(people, 0, 0, 0), Shown((), more=False)
    last, count = connection.execute(queries.conversation, asked).one()
    behind = max(after, place.after, place.read)
    others = {
        "who": account,
        "conversation": place.conversation,
        "position": behind,
        "before": END,
        "limit": limit + 1,
    }
    return Conversation(people, last or 0, place.read, count), _shown(connection, queries.others_in, others)


# --- How far messages came ---


def reached(connection: Connection, account: int, after: int, upto: int) -> tuple[Reached, ...]:
    """Give the newest of each other speaker and conversation in a range."""
    asked = {"who": account, "position": after, "upto": upto}
    rows = connection.execute(queries.reached, asked)
    return tuple(Reached(number, sender, people_read(people)) for number, sender, people in rows)


def receipts_of(connection: Connection, numbers: Collection[int]) -> tuple[Receipts, ...]:
    """Count how far messages came."""
    asked = {"numbers": list(numbers)}
    waiting: dict[int, list[int]] = {}
    for number, account in connection.execute(queries.waited_for, asked):
        waiting.setdefault(number, []).append(account)
    return tuple(
        Receipts(number, sender, people_read(people), delivered, read, to, tuple(waiting.get(number, ())))
        for number, sender, people, delivered, read, to in connection.execute(queries.receipts, asked)
    )


def receipts(
    connection: Connection, sender: int, number: int, after: str | None, limit: int
) -> tuple[Receipts, tuple[Receipt, ...]]:
    """Count how far a message came, and say how far with whom."""
    counts = receipts_of(connection, [number])
    if not counts or counts[0].sender != sender:
        raise NoSuchMessage
    by_name = queries.receipts_by_name if counts[0].people else queries.receipts_of_everyones
    rows = connection.execute(
        by_name, {"sender": sender, "number": number, "after": after or "", "limit": limit}
    )
    return counts[0], tuple(Receipt(name, bool(delivered), bool(read)) for name, delivered, read in rows)


def waiting(connection: Connection, sender: int, account: int) -> int:
    """Count what one said to another that is not held yet."""
    return connection.execute(queries.waiting, {"sender": sender, "who": account}).scalar_one()


def devices(connection: Connection, account: int) -> tuple[Device, ...]:
    """Give an account's devices, the one last used first."""
    return tuple(Device(*row) for row in connection.execute(queries.devices, {"who": account}))


def outlines(connection: Connection, after: str, limit: int) -> tuple[Outline, ...]:
    """Give the accounts behind a name, in the order of their names."""
    rows = connection.execute(queries.outlines, {"after": after, "limit": limit})
    return tuple(Outline(*row) for row in rows)


#: Of what was said to everyone so much is looked through: who is farther behind has at least so much.
TO_EVERYONE = 10_000


def backlog(connection: Connection) -> Waiting:
    """Count what waits for all accounts."""
    to_everyone = [
        tuple(row) for row in connection.execute(queries.newest_to_everyone, {"limit": TO_EVERYONE})
    ]
    to_everyone.reverse()
    numbers = [number for number, _ in to_everyone]
    own: dict[int, list[int]] = {}
    for number, account in to_everyone:
        own.setdefault(account, []).append(number)
    messages, people, firsts = 0, 0, set()
    for account, held, named, first in connection.execute(queries.positions):
        behind, mine = bisect_right(numbers, held), own.get(account, [])
        everyones = len(numbers) - behind - (len(mine) - bisect_right(mine, held))
        if named:
            firsts.add(first)
        if everyones:
            firsts.add(
                next(numbers[at] for at in range(behind, len(numbers)) if to_everyone[at][1] != account)
            )
        messages, people = messages + named + everyones, people + bool(named or everyones)
    at = connection.scalar(queries.said_at, {"number": min(firsts)}) if firsts else None
    return Waiting(messages, people, at)


# --- Invites ---


def invites(connection: Connection, now: int) -> tuple[Invite, ...]:
    """Give the invites that are good."""
    rows = connection.execute(statements.good_invites, {"now": now})
    return tuple(
        Invite(number, maker, left, until, bool(administrator))
        for number, maker, left, until, administrator in rows
    )
