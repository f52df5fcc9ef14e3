"""The judge of a scripted hour: what desks hold and show is compared with the log, read independently."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .ledger import CHANGED, DOUBLED, LOST, STRANGE, Entry, Findings, read_log

EVERYONE = "*"
READ = "read"


class Line(NamedTuple):
    """One message, as log, file, model and eyes must agree on it."""

    number: int
    sender: str
    to: str
    text: str


@dataclass
class Judge:
    """What was said, what the log holds, and what was found to differ."""

    database: Path
    names: Sequence[str]
    findings: Findings = field(default_factory=Findings)
    said: dict[str, tuple[str, str]] = field(default_factory=dict)  #: sender and audience, by text
    unsure: list[list[str]] = field(default_factory=list)  #: bursts amid which a client was killed
    compared: Counter[str] = field(default_factory=Counter)

    def log(self) -> list[Entry]:
        """Read the messages of the log."""
        return [entry for entry in read_log(self.database, 0)[1] if entry.kind == "message"]

    def conversations(self, name: str) -> dict[str, list[Line]]:
        """Say what somebody must hold, by conversation."""
        found: dict[str, list[Line]] = {talk: [] for talk in self.circles(name)}
        for entry in self.log():
            if entry.is_for(name):
                found[talk_of(entry, name)].append(line_of(entry))
        return found

    def circles(self, name: str) -> list[str]:
        """Name the conversations somebody can be in."""
        others = [other for other in self.names if other != name]
        return [EVERYONE, *others, ",".join(others)]

    # What was said

    def say(self, name: str, to: str, text: str) -> None:
        """Note that somebody has said something, which must come."""
        self.said[text] = (name, to)

    def judge_log(self) -> None:
        """All that was said is in the log, once, as it was said; of a burst that was cut, its beginning."""
        log = self.log()
        times = Counter(entry.text for entry in log)
        for text, count in times.items():
            if count > 1:
                self.findings.add(DOUBLED, f"{text!r} stands {count} times in the log")
        by_text = {entry.text: entry for entry in log}
        wanted = {*self.said, *(text for burst in self.unsure for text in burst)}
        for text in times:
            if text not in wanted:
                self.findings.add(STRANGE, f"nobody said {by_text[text]}")
        for text, (name, to) in self.said.items():
            entry = by_text.get(text)
            if entry is None:
                self.findings.add(LOST, f"{text!r}, said by {name} to {to}, is not in the log")
            elif (entry.sender, entry.audience) != (name, to):
                self.findings.add(CHANGED, f"{text!r}, said by {name} to {to}, is there as {entry}")
        for burst in self.unsure:
            came = [text in by_text for text in burst]
            if came != sorted(came, reverse=True):
                self.findings.add(LOST, f"of {burst} something in the middle is not in the log: {came}")
        numbers = [by_text[text].number for burst in self.unsure for text in burst if text in by_text]
        if numbers != sorted(numbers):
            self.findings.add(STRANGE, "what was said in a burst is in the log in another order")

    # What is held and shown

    def compare(self, what: str, wanted: Sequence[Line], seen: Sequence[Line]) -> None:
        """Hold what was seen somewhere against what must be there: the same, in the same order, once."""
        self.compared["places"] += 1
        self.compared["messages"] += len(wanted)
        if list(wanted) == list(seen):
            return
        before = sum(self.findings.counts.values())
        there, right = {line.number: line for line in seen}, {line.number: line for line in wanted}
        for number, times in Counter(line.number for line in seen).items():
            if times > 1:
                self.findings.add(DOUBLED, f"{what}: {there[number]} is there {times} times")
        for number in sorted(there.keys() - right.keys(), key=str):
            self.findings.add(STRANGE, f"{what}: {there[number]} is there and not in the log")
        for number in sorted(right.keys() - there.keys()):
            self.findings.add(LOST, f"{what}: {right[number]} is missing")
        for number in right.keys() & there.keys():
            if right[number] != there[number]:
                self.findings.add(CHANGED, f"{what}: {there[number]} is there, the log has {right[number]}")
        if sum(self.findings.counts.values()) == before:
            place = next(at for at, (a, b) in enumerate(zip(wanted, seen, strict=True)) if a != b)
            self.findings.add(STRANGE, f"{what}: another order, from {seen[place]} on")

    def judge_file(self, name: str, file: Path) -> None:
        """What a device holds on its disk is what the log holds for it, under the right conversation."""
        for talk, wanted in self.conversations(name).items():
            kept = _rows(file, "SELECT number, sender, audience, text FROM messages WHERE talk = ?", talk)
            self.compare(f"{name}'s file, {talk}", wanted, sorted(kept))
        if waiting := outbox(file):
            self.findings.add(STRANGE, f"{name}'s outbox still holds {waiting}")

    def judge_receipts(self, name: str, held: dict[str, list[list[Any]]]) -> None:
        """Everybody has read everything, and that is shown: of what went to everyone, of the newest."""
        for talk, rows in held.items():
            own = [row for row in rows if row[4]]
            for number, _, _, text, _, progress, came in own[-1:] if talk == EVERYONE else own:
                self.compared["receipts"] += 1
                others = len(self.names) - 1 if talk == EVERYONE else len(talk.split(","))
                if progress != READ or came[1:] != [others, others]:
                    state = f"{progress}, {came}"
                    self.findings.add(STRANGE, f"{name} sees of {number}, {text!r} to {talk}: {state}")


def talk_of(entry: Entry, name: str) -> str:
    """Say in which conversation somebody has a message."""
    if entry.audience == EVERYONE:
        return EVERYONE
    return ",".join(sorted({entry.sender, *entry.audience.split(",")} - {name}))


def line_of(entry: Entry) -> Line:
    """Take what is compared of an entry."""
    return Line(entry.number, entry.sender, entry.audience, entry.text)


def lines_of(rows: Iterable[Sequence[Any]]) -> list[Line]:
    """Take what is compared of what a model holds."""
    return [Line(*row[:4]) for row in rows]


def outbox(file: Path) -> list[str]:
    """Read what waits on a device's disk."""
    return [line[0] for line in _read(file, "SELECT text FROM outbox ORDER BY place")]


def kept(file: Path) -> list[str]:
    """Read which texts a device's disk holds as told or answered."""
    return [line[0] for line in _read(file, "SELECT text FROM messages ORDER BY number")]


def _rows(file: Path, query: str, *words: str) -> list[Line]:
    return [Line(*row) for row in _read(file, query, *words)]


def _read(file: Path, query: str, *words: str) -> list[tuple[Any, ...]]:
    # Not read-only: where a client was killed, what it has written ahead must be found, too.
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query, words).fetchall()
