"""Which conversation is meant by a set of people: looked up once a transaction, and remembered."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from . import statements
from .records import People

EVERYONE = "*"


def people_written(people: People) -> str:
    """Write a conversation's accounts in the one way there is."""
    return ",".join(map(str, sorted(people))) if people else EVERYONE


def people_read(written: str) -> People:
    """Read them back."""
    return frozenset() if written == EVERYONE else frozenset(map(int, written.split(",")))


class Remembered:
    """Conversations that were spoken in lately, all of them committed: their numbers, by their people.

    A conversation keeps its number for ever, so that nothing here is ever wrong.  It spares a busy
    server nearly all questions; ``most`` bounds the people named, which take some ten megabytes.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._room = most
        self._numbers: OrderedDict[People, int] = OrderedDict()

    def numbers_of(self, among: Sequence[People]) -> list[int | None]:
        """Give the number of each that is remembered."""
        return list(map(self._numbers.get, among))

    def keep(self, numbers: Mapping[People, int]) -> None:
        """Remember more, and forget the oldest for them."""
        for people, number in numbers.items():
            self._numbers[people] = number
            self._room -= 1 + len(people)
        while self._room < 0:
            forgotten, _ = self._numbers.popitem(last=False)
            self._room += 1 + len(forgotten)


class Conversations:
    """The conversations of one transaction."""

    def __init__(self, connection: Connection, remembered: Remembered) -> None:
        self._connection = connection
        self._remembered = remembered
        self.found: dict[People, int] = {}  #: what is not remembered yet

    def numbers_of(self, among: Sequence[People]) -> list[int]:
        """Give the number of each; what nobody has spoken in before begins now."""
        numbers = self._remembered.numbers_of(among)
        if None in numbers:
            self._find({people for people, number in zip(among, numbers, strict=True) if number is None})
        return [
            self.found[people] if number is None else number
            for people, number in zip(among, numbers, strict=True)
        ]

    def _find(self, unknown: Collection[People]) -> None:
        missing = {people_written(people): people for people in unknown}
        found = self._look_up(missing)
        found |= self._begin([written for written in missing if written not in found], missing)
        self.found |= {missing[written]: number for written, number in found.items()}

    def _look_up(self, missing: Iterable[str]) -> dict[str, int]:
        question = {"groups": json.dumps([[written] for written in missing])}
        rows = self._connection.execute(statements.conversations_among, question)
        return {row.people: row.id for row in rows}

    def _begin(self, new: list[str], people: Mapping[str, People]) -> dict[str, int]:
        if not new:
            return {}
        highest = self._connection.execute(statements.highest_conversation).scalar_one()
        numbers = range(highest + 1, highest + 1 + len(new))
        statements.add_conversations.write(
            self._connection, [(number, written, 0) for number, written in zip(numbers, new, strict=True)]
        )
        members = [
            (account, number, 0, 0)
            for number, written in zip(numbers, new, strict=True)
            for account in people[written]
        ]
        statements.add_members.write(self._connection, members)
        return dict(zip(new, numbers, strict=True))
