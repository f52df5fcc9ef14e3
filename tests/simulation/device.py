"""Somebody, and the devices they come with: what is kept through every break, and what a crash takes away."""

from __future__ import annotations

import random
from collections import deque

from .letters import Letter, Told, expect
from .visit import Visit


class Person:
    """An account, and what is known of its cursors."""

    password = "correct horse"

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_registered = False  #: as far as any of its devices was told
        self._cursors: dict[str, int] = {}  # of each device, what it is at least
        self.said_it_holds = 0  #: the furthest it ever said, whether it was answered or not
        self.said_it_read = 0

    def least_cursor(self, word: str | None) -> int:
        """Say how far a device's cursor must be; that of a new one is the account's furthest."""
        return self._cursors.setdefault(word or "", max(self._cursors.values(), default=0))

    def acked(self, word: str | None, number: int) -> None:
        """Note that a cursor is as far as that."""
        self._cursors[word or ""] = max(number, self.least_cursor(word))


class Device:
    """A program with a disk of its own: it holds what it stored, and says so with ACK or ``since=``.

    What it hears it stores in the order it heard it, some time later; a crash takes away what it
    had not stored.  One that keeps nothing has no word either: its sessions share one cursor.
    """

    #: Planted in a client: an OK moves its cursor as what was told does.
    takes_an_ok_for_the_stream = False

    def __init__(self, person: Person, word: str | None, keeps: bool, chance: random.Random) -> None:
        self.person = person
        self.word = word
        self.keeps = keeps
        # What was read anew from the beginning lies before the cursor that a new device begins with.
        self._only_since = keeps and word is None
        self._chance = chance
        self.visit: Visit | None = None
        self.visits: list[Visit] = []
        # On disk:
        self.epoch: str | None = None
        self.is_known = True  #: the server keeps its cursor, and said so
        self.base = 0  #: its stream begins behind this number
        self.cursor = 0  #: and is held up to this one
        self.held: dict[int, Told] = {}
        self.gap = 0  #: what it was not told up to there is no longer kept
        self.outbox: list[Letter] = []
        # In memory, in the order it was heard:
        self._heard: deque[tuple[int, Told | None, Letter | None]] = deque()

    def __str__(self) -> str:
        return f"{self.person.name}/{self.word or '-'}"

    def come(self, visit: Visit) -> None:
        """Begin a visit, and heed no other."""
        self.visit = visit
        self.visits.append(visit)

    def alone(self) -> None:
        """Note that the visit is over."""
        self.visit = None

    def crash(self) -> None:
        """Forget everything that is not on disk."""
        self._heard.clear()

    def remember_another_log(self) -> None:
        """Come with what is left of another log."""
        self.epoch, self.cursor, self._only_since = "another", 7, True
        self.held.clear()
        self.gap = 0
        self._heard.clear()

    @property
    def is_at_rest(self) -> bool:
        """Whether it is logged in and live, with nothing to say, and everything stored."""
        visit = self.visit
        live = visit is not None and visit.inside and visit.segment.live is not None
        return live and not (self._heard or self.outbox)

    def choose_since(self) -> tuple[int | None, str | None]:
        """Choose what to say at LOGIN."""
        knows = self.keeps and self.epoch is not None
        if knows and (self._only_since or not self.is_known or self._chance.random() < 0.5):
            return self.cursor, self.epoch
        return None, None

    def begin(self, begin: int, epoch: str) -> None:
        """Begin a session: forget what is of another log, and say again what has no answer yet."""
        if self.keeps and self.epoch == epoch:
            expect(begin <= self.cursor, f"{self} holds {self.cursor}, and is told from behind {begin}")
        else:
            self.epoch, self.base, self.cursor = epoch, begin, begin
            self.held.clear()
            self.gap = 0
            self._heard.clear()
        self.say_again()

    def say_again(self) -> None:
        """Say again what has no answer yet."""
        answered = {letter for _, _, letter in self._heard if letter is not None}
        if unanswered := [letter for letter in self.outbox if letter not in answered]:
            assert self.visit is not None
            self.visit.send(unanswered)

    def told(self, number: int, content: Told | None) -> None:
        """Hear an entry, or of a gap."""
        self._heard.append((number, content, None))

    def answered(self, letter: Letter, content: Told) -> None:
        """Hear an OK."""
        assert letter.number is not None
        self._heard.append((letter.number, content, letter))

    def store(self, most: int | None = None) -> None:
        """Take to disk what was heard, or the first of it."""
        for _ in range(len(self._heard) if most is None else min(most, len(self._heard))):
            number, content, letter = self._heard.popleft()
            if content is None:
                self.gap = number
            if letter is None or self.takes_an_ok_for_the_stream:
                self.cursor = max(self.cursor, number)
            if letter in self.outbox:
                self.outbox.remove(letter)
            if self.keeps and content is not None and number > self.base:
                before = self.held.setdefault(number, content)
                expect(before == content, f"{self} was told {number} as {before} and as {content}")
