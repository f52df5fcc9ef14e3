"""The judge: what each session and each device must have been told, from the log as it is on disk.

It knows the rules of the language (R15, R16, R19 to R22) and nothing of how the server keeps them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy import text as sql

from .letters import Letter, Segment, Told, expect


@dataclass(frozen=True)
class Kept:
    """An entry as it is on disk."""

    number: int
    is_message: bool
    told: Told
    to: int

    @property
    def named(self) -> set[str]:
        """Give whom a message names, its sender among them; nobody: everyone."""
        return set() if self.told.audience == "*" else {*self.told.audience.split(","), self.told.sender}


class Judge:
    """Compares what was heard with what there is."""

    def __init__(self, engine: Engine, letters: Iterable[Letter]) -> None:
        with engine.connect() as disk:
            rows = disk.execute(sql('SELECT number, kind, "to", sender, at, audience, text, ref FROM entry'))
            self.entries = sorted((_kept(*row) for row in rows), key=lambda kept: kept.number)
            self._last = disk.execute(sql("SELECT last FROM log")).scalar_one()
            names = "SELECT entry, name FROM audience JOIN account ON account.id = account"
            self._named = list(disk.execute(sql(names)).tuples())
        self._letters = {letter.text: letter for letter in letters}
        self._streams: dict[str, dict[int, Told]] = {}
        self._registered = {e.told.sender: e.number for e in self.entries if not e.is_message}

    def stream(self, person: str) -> dict[int, Told]:
        """Give what somebody is told of the whole log (R16, R20); the ref is its sender's alone (R22)."""
        if person not in self._streams:
            self._streams[person] = {
                entry.number: entry.told if entry.told.sender == person else entry.told._replace(ref=None)
                for entry in self.entries
                if person in entry.named
                or not entry.is_message
                or (not entry.named and entry.number > self._registered[person])
            }
        return self._streams[person]

    def judge_log(self) -> None:
        """Numbers have no hole; what was said is stored once, whole, for all or for nobody."""
        expect([entry.number for entry in self.entries] == list(range(1, self._last + 1)), "there is a hole")
        whole = sorted((entry.number, name) for entry in self.entries for name in entry.named)
        expect(sorted(self._named) == whole, "a message is not stored for exactly those whom it names")
        for text, times in Counter(entry.told.text for entry in self.entries if entry.is_message).items():
            expect(times == 1 and text in self._letters, f"{text!r} is stored {times} times")
        for entry in self.entries:
            others = entry.named - {entry.told.sender} if entry.named else self._others(entry)
            expect(entry.to == len(others), f"{entry} is for {len(others)} others")
        by_text = {entry.told.text: entry for entry in self.entries}
        for letter in self._letters.values():
            self._judge_letter(letter, by_text.get(letter.text))

    def _others(self, entry: Kept) -> set[str]:
        return {n for n, at in self._registered.items() if at < entry.number} - {entry.told.sender}

    def _judge_letter(self, letter: Letter, entry: Kept | None) -> None:
        if entry is None:
            expect(letter.number is None, f"{letter} was answered OK and is not on disk")
        else:
            expect(letter.refused < len(letter.said_in), f"{letter} was refused each time and is on disk")
            expect(letter.number in (None, entry.number), f"{letter} is on disk as {entry.number}")
            expect(letter.told(entry.told.at) == entry.told, f"{letter} is on disk as {entry}")

    def judge_segment(self, segment: Segment) -> None:
        """Everything of its stream is told once, in order, whole, and nothing else (R16, R22)."""
        stream = self.stream(segment.person)
        there = sum(number > segment.begin for number in stream)
        expect(segment.waiting <= there, f"{segment.waiting} were waiting, and there are {there}")
        for number, told in segment.told.items():
            expect(number in stream, f"{segment.person} was told {told}, which is for others")
            expect(told == stream[number], f"{segment.person} was told {told}, and it is {stream[number]}")
        for number in stream:
            if segment.begin < number <= segment.furthest:
                self._judge_entry(segment, number, self._letters.get(stream[number].text))

    def _judge_entry(self, segment: Segment, number: int, letter: Letter | None) -> None:
        is_told = number in segment.told
        if letter is None or segment not in letter.said_in:
            expect(is_told, f"{segment.person} was told {segment.furthest} and not {number}")
        else:
            # Which of two sessions that said it was first, only the server knows.
            own = all(other is segment for other in letter.said_in)
            expect(not (own and is_told), f"{segment.person} was told again {number}, which it said itself")
            expect(
                is_told or number in segment.answered,
                f"{segment.person} was told {segment.furthest}, and no OK of its own {number}",
            )

    def judge_device(self, name: str, person: str, base: int, held: Mapping[int, Told]) -> None:
        """A device that has come to rest holds its stream exactly, whatever became of its sessions (A5)."""
        must = {number: told for number, told in self.stream(person).items() if number > base}
        expect(not (lost := sorted(must.keys() - held.keys())), f"{name} does not hold {lost}")
        expect(not (more := sorted(held.keys() - must.keys())), f"{name} holds {more}, which are not its own")
        for number, told in must.items():
            expect(held[number] == told, f"{name} holds {held[number]}, and it is {told}")


def _kept(number: int, kind: str, to: int, sender: str, at: int, audience: str, text: str, ref: str) -> Kept:
    return Kept(number, kind == "message", Told(sender, at, audience, text, ref), to)
