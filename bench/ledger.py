"""The judge of a proof: what was said, answered and told is held against the log as it is on disk.

It shares no code with the server: it writes every line it expects by the words of protocol_spec.md.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

#: Sentences kept of what was found; the rest is only counted.
EXAMPLES = 20
#: Answers of before the last recount that are kept, since senders still ask for a few of them.
EARLIER = 50_000
#: What must never be found.
LOST, DOUBLED, CHANGED, HOLES, STRANGE = "lost", "doubled", "changed", "holes", "strange"
#: Nor may the server refuse, fall silent or end by itself.
REFUSED, STUCK, DIED = "refused", "stuck", "died"

_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t"})

Ref = tuple[str, str]  # a sender and their name for something they said


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log, as it is on disk."""

    number: int
    kind: str
    at: int
    sender: str
    audience: str
    to: int
    text: str
    ref: str | None

    def told(self, *, with_ref: bool) -> bytes:
        """Write it as it is told."""
        moment = written_moment(self.at)
        if self.kind == "register":
            return f"* REGISTER {self.number} {self.sender} at={moment}".encode()
        ref = f" ref={self.ref}" if with_ref and self.ref is not None else ""
        text = self.text.translate(_ESCAPED)
        return f"* MESSAGE {self.number} {self.sender} {self.audience} at={moment}{ref} :{text}".encode()

    def ok(self) -> bytes:
        """Write the answer to whoever said it."""
        return f"OK SEND {self.number} at={written_moment(self.at)} to={self.to} ref={self.ref}".encode()

    def is_for(self, name: str) -> bool:
        """Whether it is in somebody's stream."""
        return self.audience == "*" or name == self.sender or name in self.audience.split(",")


def written_moment(milliseconds: int) -> str:
    """Write milliseconds since 1970 as the wire does."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest:03}Z"


def read_log(database: Path, after: int) -> tuple[int, list[Entry]]:
    """Read the number the log stands at, and its entries behind another."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")
        last = connection.execute("SELECT last FROM log").fetchone()[0]
        rows = connection.execute(
            'SELECT number, kind, at, sender, audience, "to", text, ref FROM entry'
            " WHERE number > ? ORDER BY number",
            (after,),
        )
        return last, [Entry(*row) for row in rows]


@dataclass(slots=True)
class View:
    """What one device was told, and what its own OKs told it, behind the last recount."""

    name: str  #: the account
    label: str  #: for people
    begins: int = 0  #: its stream begins behind this number
    told: dict[int, bytes] = field(default_factory=dict)
    said: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Said:
    """What a sender asked to be stored."""

    audience: str
    text: str


class Findings:
    """What was found that may not be: how often, and the first few in words."""

    kinds = (LOST, DOUBLED, CHANGED, HOLES, STRANGE, REFUSED, STUCK, DIED)

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.sentences: list[str] = []

    def add(self, kind: str, sentence: str) -> None:
        """Note a finding."""
        self.counts[kind] += 1
        if len(self.sentences) < EXAMPLES:
            self.sentences.append(f"{kind}: {sentence}")

    @property
    def only_late(self) -> bool:
        """Whether something did not come in time, and that is all."""
        return set(+self.counts) == {STUCK}

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.counts)

    def __str__(self) -> str:
        """Say how often what was found."""
        return ", ".join(f"{self.counts[kind]} {kind}" for kind in self.kinds[:2]) + "".join(
            f", {self.counts[kind]} {kind}" for kind in self.kinds[2:] if self.counts[kind]
        )


class Ledger:
    """Everything since the last recount, and the sums of all before."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.checked = 0  #: the log and all devices have been compared up to here
        self.oks = 0  #: messages that were answered OK
        self.repeats = 0  #: answers to what had been asked before
        self.tellings = 0  #: entries told to devices
        self._said: dict[Ref, Said] = {}
        self._answers: dict[Ref, bytes] = {}
        self._earlier: dict[Ref, bytes] = {}  # of recounts before this one, for what is still repeated

    # --- while it happens ---

    def ask(self, sender: str, ref: str, audience: str, text: str) -> None:
        """Note what a sender is about to say for the first time."""
        self._said[sender, ref] = Said(audience, text)

    def answered(self, sender: str, ref: str, line: bytes) -> None:
        """Note an OK; the second of one ref must be the first again."""
        key = sender, ref
        first = self._answers.get(key) or self._earlier.get(key)
        if first is None:
            self.oks += 1
            self._answers[key] = line
            return
        self.repeats += 1
        if first != line:
            self.findings.add(CHANGED, f"{sender} ref={ref} was answered {first!r}, then {line!r}")

    def tell(self, view: View, number: int, line: bytes) -> None:
        """Note an entry that a device was told, perhaps not for the first time."""
        self.tellings += 1
        if number <= self.checked:
            self.findings.add(DOUBLED, f"{view.label} was told {number} again, which it held")
        elif view.told.setdefault(number, line) != line:
            self.findings.add(CHANGED, f"{view.label} was told {view.told[number]!r}, then {line!r}")

    # --- when all is quiet ---

    def recount(self, last: int, entries: Sequence[Entry], views: Iterable[View], *, all_told: bool) -> None:
        """Compare everything since the last recount; what was in order is forgotten.

        Unless all has been told, what a device has not heard may still be on its way.
        """
        self._count_numbers(last, entries)
        self._count_log(entries)
        for view in views:
            self.compare(entries, view, all_told=all_told)
            view.told.clear()
            view.said.clear()
        self._forget()
        self.checked = last

    def _count_numbers(self, last: int, entries: Sequence[Entry]) -> None:
        found = {entry.number for entry in entries}
        for number in sorted(found ^ set(range(self.checked + 1, last + 1))):
            where = "is in the log, which ends before" if number in found else "is missing in the log"
            self.findings.add(HOLES, f"{number} {where}")

    def _count_log(self, entries: Sequence[Entry]) -> None:
        messages = [entry for entry in entries if entry.kind == "message"]
        for (sender, ref), times in Counter((e.sender, e.ref or "") for e in messages).items():
            if times > 1:
                self.findings.add(DOUBLED, f"{sender} ref={ref} is {times} times in the log")
        stored = {(entry.sender, entry.ref or ""): entry for entry in messages}
        for key, line in self._answers.items():
            self._compare_answer(key, line, stored.get(key))
        for key, entry in stored.items():
            said = self._said.get(key)
            if said != Said(entry.audience, entry.text):
                kind = DOUBLED if key in self._earlier else STRANGE if said is None else CHANGED
                self.findings.add(kind, f"{entry} stands in the log; {said} was said")

    def _compare_answer(self, key: Ref, line: bytes, entry: Entry | None) -> None:
        if entry is None:
            self.findings.add(LOST, f"{key[0]} ref={key[1]} was answered {line!r} and is not in the log")
        elif entry.ok() != line:
            self.findings.add(CHANGED, f"{key[0]} was answered {line!r}, and the log has {entry}")

    def compare(self, entries: Sequence[Entry], view: View, *, all_told: bool = True) -> None:
        """Compare what a device was told with what it had to be told."""
        rest = dict(view.told)
        for entry in entries:
            if entry.number <= view.begins or not entry.is_for(view.name):
                continue
            line = rest.pop(entry.number, None)
            if line is None and all_told and entry.number not in view.said:
                self.findings.add(LOST, f"{view.label} was never told {entry.number}")
            elif line is not None and line != entry.told(with_ref=entry.sender == view.name):
                self.findings.add(CHANGED, f"{view.label} was told {line!r}, and the log has {entry}")
        there = {entry.number for entry in entries}
        for number, line in rest.items():
            if number in there:
                self.findings.add(STRANGE, f"{view.label} was told {line!r}, which is not for it")
            else:
                self.findings.add(LOST, f"{view.label} was told {line!r}, which is not in the log")

    def begin_anew(self, upto: int) -> None:
        """Take what is there up to a number for all there is: the log is another one."""
        self.checked = upto
        self._earlier.clear()
        self._answers.clear()
        self._said.clear()

    def _forget(self) -> None:
        """Keep no more than the newest answers: they are still asked for again after the next kills."""
        self._earlier.update(self._answers)
        for key in list(self._earlier)[:-EARLIER]:
            del self._earlier[key]
        self._answers.clear()
        self._said.clear()
