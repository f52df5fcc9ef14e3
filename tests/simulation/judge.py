"""The judge: what each session and each device must have been told, from the log as it is on disk.

It knows the rules of the language (R15, R16, R19 to R22) and nothing of how the server keeps them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy import text as sql

from .device import Person
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


def on_disk(engine: Engine) -> list[Kept]:
    """Give all entries as they are on disk."""
    with engine.connect() as disk:
        rows = disk.execute(sql('SELECT number, kind, "to", sender, at, audience, text, ref FROM entry'))
        return sorted((_kept(*row) for row in rows), key=lambda kept: kept.number)


class Judge:
    """Compares what was heard with what there is, or was before it was let go."""

    def __init__(self, engine: Engine, letters: Iterable[Letter], archive: Mapping[int, Kept]) -> None:
        with engine.connect() as disk:
            self._last, self.gone = disk.execute(sql("SELECT last, gone FROM log")).one()
            names = "SELECT entry, name FROM audience JOIN account ON account.id = account"
            self._named = list(disk.execute(sql(names)).tuples())
        self.entries = [self._before(entry, archive) for entry in on_disk(engine)]
        self._by_number = {entry.number: entry for entry in self.entries}
        self._letters = {letter.text: letter for letter in letters}
        self._streams: dict[str, dict[int, Told]] = {}
        self._registered = {e.told.sender: e.number for e in self.entries if not e.is_message}

    def _before(self, entry: Kept, archive: Mapping[int, Kept]) -> Kept:
        """Give an entry as it was; of what was let go there stay number, moment, count and ref (R21)."""
        if entry.number > self.gone or not entry.is_message:
            return entry
        expect(entry.number in archive, f"{entry.number} was let go of before it was old")
        was = archive[entry.number]
        left = (was.to, was.told.at, was.told.ref)
        expect((entry.to, entry.told.at, entry.told.ref) == left, f"of {was} there is left {entry}")
        expect(entry.told.text != was.told.text and not entry.told.audience, f"{was} was not let go of")
        return was

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
        whole = [(number, name) for number, name in whole if number > self.gone]
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
        for gap in segment.gaps:
            expect(gap in stream and gap <= self.gone, f"{segment.person} was told of a gap at {gap}")
            expect(self._by_number[gap].is_message, f"{segment.person} was told of a gap at {gap}")
        for number, shown in segment.shown:
            expect(
                stream.get(number) == shown, f"{segment.person} was shown {shown}, it is {stream.get(number)}"
            )
        for number in segment.read:
            expect(number in stream, f"{segment.person} has read {number}, which is for others")
        for number in stream:
            if segment.begin < number <= segment.furthest:
                self._judge_entry(segment, number, self._letters.get(stream[number].text))

    def _judge_entry(self, segment: Segment, number: int, letter: Letter | None) -> None:
        is_told = number in segment.told
        if not is_told and self._is_gone(number) and self._hears_of_a_gap(segment, number):
            return
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

    def _hears_of_a_gap(self, segment: Segment, number: int) -> bool:
        """Whether it was told of a gap, or broke off before the one that stands behind who there is (R37)."""
        if segment.live is None:
            later = (n for n in self.stream(segment.person) if n > segment.furthest)
            if any(self._is_gone(n) for n in later):
                return True
        return any(number <= gap for gap in segment.gaps)

    def _is_gone(self, number: int) -> bool:
        return number <= self.gone and self._by_number[number].is_message

    def judge_receipts(self, segment: Segment, people: Mapping[str, Person]) -> None:
        """How far a message came is told to who said it alone, and never further than it came (R34, R41)."""
        for told in segment.receipts:
            entry = self._by_number[told.message]
            expect(entry.told.sender == segment.person, f"{segment.person} is told how far came {entry}")
            others = entry.named - {segment.person} if entry.named else self._others(entry)
            read = sum(people[name].said_it_read >= entry.number for name in others)
            had = sum(
                max(people[name].said_it_read, people[name].said_it_holds) >= entry.number for name in others
            )
            expect(told.to == len(others), f"{told} is for {len(others)} others")
            expect(told.read <= min(read, told.delivered), f"{told}, and {read} have read it")
            expect(told.delivered <= had, f"{told}, and {had} have it")
            expect(set(told.offline) <= others & entry.named, f"{told} names others than {entry.named}")

    def judge_device(self, name: str, person: str, base: int, held: Mapping[int, Told], gap: int) -> None:
        """A device that has come to rest holds its stream, whatever became of its sessions (A5).

        Nothing is missing but what is no longer kept and it was told of (R30).
        """
        must = {
            number: told
            for number, told in self.stream(person).items()
            if number > base and (number in held or number > gap or not self._is_gone(number))
        }
        expect(not (lost := sorted(must.keys() - held.keys())), f"{name} does not hold {lost}")
        expect(not (more := sorted(held.keys() - must.keys())), f"{name} holds {more}, which are not its own")
        for number, told in must.items():
            expect(held[number] == told, f"{name} holds {held[number]}, and it is {told}")


def _kept(number: int, kind: str, to: int, sender: str, at: int, audience: str, text: str, ref: str) -> Kept:
    return Kept(number, kind == "message", Told(sender, at, audience, text, ref), to)
