"""Which conversation is meant by a set of people: looked up once a transaction, and remembered."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Mapping

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

    A conversation keeps its number for ever, so that nothing here is ever wrong.  Ten thousand take
    some megabytes, and spare a busy server nearly all questions.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._numbers: OrderedDict[str, int] = OrderedDict()

    def among(self, wanted: Collection[str]) -> dict[str, int]:
        """Give those of the wanted that are remembered."""
        return {people: self._numbers[people] for people in wanted if people in self._numbers}

    def keep(self, numbers: Mapping[str, int]) -> None:
        """Remember more, and forget the oldest for them."""
        self._numbers.update(numbers)
        while len(self._numbers) > self._most:
            self._numbers.popitem(last=False)


class Conversations:
    """The conversations of one transaction."""

    def __init__(self, connection: Connection, remembered: Remembered) -> None:
        self._connection = connection
        self._remembered = remembered
        self.found: dict[str, int] = {}  #: what is not remembered yet

    def numbered(self, wanted: Collection[str]) -> dict[str, int]:
        """Give the number of each; what nobody has spoken in before begins now."""
        numbers = self._remembered.among(wanted)
        if missing := [people for people in wanted if people not in numbers]:
            found = self._look_up(missing)
            found |= self._begin([people for people in missing if people not in found])
            self.found |= found
            numbers |= found
        return numbers

    def _look_up(self, missing: list[str]) -> dict[str, int]:
        question = {"groups": json.dumps([[people] for people in missing])}
        rows = self._connection.execute(statements.conversations_among, question)
        return {row.people: row.id for row in rows}

    def _begin(self, new: list[str]) -> dict[str, int]:
        if not new:
            return {}
        highest = self._connection.execute(statements.highest_conversation).scalar_one()
        begun = {people: number for number, people in enumerate(new, highest + 1)}
        statements.add_conversations.write(
            self._connection, [(number, people) for people, number in begun.items()]
        )
        members = [
            (int(account), number, 0, 0) for people, number in begun.items() for account in people.split(",")
        ]
        statements.add_members.write(self._connection, members)
        return begun
