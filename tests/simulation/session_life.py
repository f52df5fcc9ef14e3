"""A life of a whole server, its clients and the network between them, drawn from one seed (promise A5).

Everything that can happen at any moment does: connections break between two bytes, devices and
servers crash, readers stop and go on, a page of the log arrives when more has been committed
since, a commit is on disk and nobody has been told of it.  At the end all come back and finish;
then the judge compares what everybody heard, and what every device holds, with the log.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from twisted.logger import ILogObserver, LogEvent, globalLogPublisher

from improtocol import commands
from improtocol.audience import EVERYONE, Audience
from improtocol.events import Bye
from imserver.bounds import UNHURRIED
from imserver.mailroom import Mailroom
from imserver.retention import DAY
from imserver.storage import sqlite
from imserver.storage.database import Database
from imserver.storage.interface import OutcomeUnknown, Storage, StorageError
from tests.stage import Stage

from .course import Course
from .device import Device, Person
from .disk import FULL as FULL_DISK
from .disk import Disk
from .judge import Judge, Kept, on_disk
from .letters import Letter, Violation, expect
from .link import Link
from .visit import Question, Visit

NAMES = ("alice", "bob", "carol", "dave")
#: Most devices of a life.
DEVICES = 12
#: Longest times that the disk takes for a commit and for a read, each before and after it is done.
WRITING, READING = 0.2, 0.2
#: How often it is full, and how often nobody knows what became of a commit.
FULL, DOUBTFUL = 0.01, 0.006
#: Seconds in which a server that is stopped has said good-bye to everybody.
STOPPING = 6.0
GOODBYE = Bye("shutdown", 5, "Come back later.")


@dataclass(frozen=True)
class Parts:
    """What a life is made of; a test may plant something else."""

    mailroom: type[Mailroom] = Mailroom
    database: type[Database] = Database
    device: type[Device] = Device


class Life:
    """One server, crashes included, and everybody who ever comes to it."""

    def __init__(self, seed: int, parts: Parts, trace: Callable[[str], None]) -> None:
        self._chance = chance = random.Random(seed)
        self._parts = parts
        self._trace = trace
        self._make_mailroom = partial(
            parts.mailroom,
            ring=chance.choice([1, 4, 16, 64]),
            page=chance.choice([1, 3, 10]),
            part=chance.choice([100, 1000]),
        )
        self._bounds = replace(UNHURRIED, queue_soft=chance.choice([0, 200, 2000]))
        self._engines = sqlite.open_memory()
        self._time = 0.0
        self._trouble = chance.choice([0, 0, 1, 5])
        self._keep = chance.choice([None, None, 2.0, 6.0])
        self._archive: dict[int, Kept] = {}  # what was old when it was looked for what is
        self._stage = self._start_server()
        self._people = [Person(name) for name in NAMES]
        self._letters: list[Letter] = []
        self._failures: list[LogEvent] = []
        self.devices: list[Device] = []
        self.course = Course(lives=1)

    def live(self, acts: int) -> Course:
        """Live it to its end; a broken promise is a `Violation`."""
        with self._watched():
            for _ in range(acts):
                self._act()
            self._come_to_rest()
            self._judge()
        return self.course

    @contextmanager
    def _watched(self) -> Iterator[None]:
        observer = cast(ILogObserver, self._note)
        globalLogPublisher.addObserver(observer)
        try:
            yield
        finally:
            globalLogPublisher.removeObserver(observer)
            self._engines.writing.dispose()

    def _note(self, event: LogEvent) -> None:
        failure = event.get("log_failure")
        if failure is not None and not failure.check(StorageError, OutcomeUnknown):
            self._failures.append(event)

    # --- the server ---

    def _start_server(self) -> Stage:
        self._is_gone = False
        stage = Stage(
            storage=self._storage,
            make_mailroom=self._make_mailroom,
            bounds=self._bounds,
            keep=self._keep and self._keep / DAY,
        )
        stage.clock.advance(self._time)
        stage.storage.in_doubt = self._end_in_doubt
        return stage

    def _storage(self, stage: Stage) -> Storage:
        trouble = self._trouble
        self._reading = Disk(stage.clock, self._chance, READING, trouble * FULL / 3)
        self._writing = Disk(stage.clock, self._chance, WRITING, trouble * FULL, trouble * DOUBTFUL)
        return self._parts.database(
            self._engines,
            write=self._writing,
            read=self._reading,
            soon=stage.soon,
            now=stage.now,
            name_epoch=lambda: "k3",
        )

    def _crash_server(self) -> None:
        """Have it gone at once, with its Clock: what was under way on it never goes on."""
        self._trace("--- the server crashes")
        self.course.server_crashes += 1
        self._vanish()

    def _stop_server(self) -> None:
        """Have it say good-bye to everybody, and end."""
        self._trace("--- the server stops")
        self.course.server_stops += 1
        emptied = self._stage.server.end_all(GOODBYE)
        self._stage.wait(STOPPING)
        expect(emptied.called or self._is_gone, "somebody holds the server up")
        self._vanish()

    def _end_in_doubt(self, why: str) -> None:
        """Have it end itself, as it does when it does not know what became of a commit."""
        self._trace("--- the server does not know")
        self.course.outcomes_unknown += not self._is_gone
        self._vanish()

    def _vanish(self) -> None:
        """Let nobody hear of this server again."""
        self._is_gone = True
        for visit in self._visits():
            visit.link.vanish()

    def _wait(self, seconds: float) -> None:
        self._stage.wait(seconds)
        if self._is_gone:
            self._look_at_its_log()
            self.course.reads += self._reading.times
            self._time = self._stage.clock.seconds()
            self._stage = self._start_server()

    def _look_at_its_log(self) -> None:
        """Nothing broke in the server but what was planned."""
        for line in self._stage.logged:
            planned = f" error={FULL_DISK} " in line or "OutcomeUnknown" in line
            expect(" broke " not in line or planned, line)
        expect(not self._failures, f"the server stumbled: {self._failures}")

    # --- what may happen ---

    def _act(self) -> None:
        self.course.acts += 1
        acts, weights = zip(*ACTS.items(), strict=True)
        self._chance.choices(acts, weights)[0](self)
        self._wait(self._chance.choice([0.0, 0.0, 0.001, 0.01, 0.1, 0.5]))

    def _visits(self) -> list[Visit]:
        return [visit for device in self.devices for visit in device.visits if not visit.link.closed]

    def _inside(self) -> Visit | None:
        """Choose somebody who is logged in."""
        inside = [d.visit for d in self.devices if d.visit is not None and d.visit.inside]
        return self._chance.choice(inside) if inside else None

    def _new_device(self) -> None:
        if len(self.devices) < DEVICES:
            self.course.devices += 1
            person = self._chance.choice(self._people)
            kind = self._chance.choice(["word", "word", "word", "since", "loose"])
            word = f"d{len(self.devices)}" if kind == "word" else None
            self.devices.append(self._parts.device(person, word, kind != "loose", self._chance))
            self._come(self.devices[-1])

    def _come_back(self) -> None:
        away = [device for device in self.devices if device.visit is None]
        if away:
            self._come(self._chance.choice(away))
        else:
            self._new_device()

    def _come(self, device: Device) -> None:
        self.course.sessions += 1

        def connect(visit: Visit) -> Link:
            server = self._stage.server.buildProtocol(None)
            link = Link(self._stage, server, self._chance, visit.heard, visit.ended)
            link.begin()
            return link

        device.come(Visit(device, connect, self._note_line))

    def _note_line(self, line: str) -> None:
        self._trace(f"{self._stage.clock.seconds():.4f} {line}")

    def _come_again(self) -> None:
        """A device comes anew though its old connection still stands: nobody has noticed that it is dead."""
        if self.devices:
            self._come(self._chance.choice(self.devices))

    def _letter(self, person: str) -> Letter:
        known = [p.name for p in self._people if p.is_registered]
        some = self._chance.sample(known, self._chance.randint(1, len(known)))
        audience = self._chance.choice([EVERYONE, Audience.of(*some), Audience.of(some[0])])
        number = len(self._letters)
        ref = f"r{number}" if self._chance.random() < 0.7 else None
        letter = Letter(person, audience, f"{number} {'x' * self._chance.choice([0, 5, 200])}", ref)
        self._letters.append(letter)
        return letter

    def _send(self) -> None:
        if (visit := self._inside()) is not None:
            letters = [self._letter(visit.device.person.name) for _ in range(self._chance.randint(1, 6))]
            visit.device.outbox.extend(letter for letter in letters if letter.ref is not None)
            visit.send(letters, *self._chance.choice([[], self._an_ack(visit), self._a_mistake(visit)]))

    def _repeat(self) -> None:
        """Say something again, whether it was answered or not; or something else under its ref."""
        if (visit := self._inside()) is None:
            return
        person = visit.device.person.name
        said = [letter for letter in self._letters if letter.sender == person and letter.ref is not None]
        if said:
            visit.send([self._chance.choice(said[-20:])])
        if answered := [letter for letter in said if letter.number is not None]:
            letter = self._chance.choice(answered)
            visit.ask((commands.Send(EVERYONE, "something else", letter.ref), letter.number))

    def _a_mistake(self, visit: Visit) -> list[Question]:
        audience = Audience.of("nobody-there", visit.device.person.name)
        return [(commands.Send(audience, "a mistake"), "no-such-user"), (commands.Ack(10**9), "not-told")]

    def _an_ack(self, visit: Visit) -> list[Question]:
        holds = min(visit.device.cursor, visit.may_ack())
        return [(commands.Ack(self._chance.choice([holds, holds, max(holds - 1, 0)])), None)]

    def _ack(self) -> None:
        if (visit := self._inside()) is not None:
            visit.ask(*self._an_ack(visit))

    def _sync(self) -> None:
        if (visit := self._inside()) is not None and visit.segment.furthest:
            visit.sync(self._chance.randint(1, visit.segment.furthest))

    def _let_go(self) -> None:
        """Look for what is old, and let go of it, a few at a time."""
        if self._keep is None or not self._stage.retention:
            return
        before = self._stage.now() - self._keep * 1000
        old = [
            entry
            for entry in on_disk(self._engines.reading)
            if entry.told.at < before and entry.told.audience
        ]
        self._archive |= {entry.number: entry for entry in old if entry.number not in self._archive}
        self._note_line(f"--- the server keeps {self._keep} s")
        self._stage.retention.at_once = self._chance.choice([1, 3, 100])
        self._stage.retention.begin()

    def _read(self) -> None:
        """Say that something that was told is read; perhaps it is nothing that can be."""
        if (visit := self._inside()) is not None and visit.segment.told:
            number = self._chance.choice(list(visit.segment.told))
            visit.ask((commands.Read(number), "no-such-message"))

    def _history(self) -> None:
        if (visit := self._inside()) is not None:
            visit.ask((commands.History(limit=self._chance.choice([1, 10, None])), None))

    def _store(self) -> None:
        if self.devices:
            self._chance.choice(self.devices).store(self._chance.choice([1, 3, None]))

    def _stop_reading(self) -> None:
        if (visit := self._inside()) is not None:
            visit.link.stuck = True

    def _read_on(self) -> None:
        if stuck := [visit for visit in self._visits() if visit.link.stuck]:
            self._chance.choice(stuck).link.read_again()

    def _break(self) -> None:
        if visits := self._visits():
            self.course.breaks += 1
            self._chance.choice(visits).link.drop()

    def _crash_device(self) -> None:
        if self.devices:
            self.course.device_crashes += 1
            device = self._chance.choice(self.devices)
            self._note_line(f"{device} crashes")
            if device.visit is not None:
                device.visit.link.drop()
            device.crash()

    def _log_out(self) -> None:
        if (visit := self._inside()) is not None:
            visit.inside = False
            visit.ask((commands.Logout(), None))

    def _quit(self) -> None:
        if (visit := self._inside()) is not None:
            visit.inside = False
            visit.ask((commands.Quit(), None))

    def _other_log(self) -> None:
        """A device comes with the memory of another log, as after a restore."""
        if away := [d for d in self.devices if d.visit is None and d.keeps]:
            device = self._chance.choice(away)
            device.remember_another_log()
            self._come(device)

    # --- the end ---

    def _come_to_rest(self) -> None:
        """Let all come back, hear everything and have everything answered; the disk has room again."""
        self._reading.full = self._writing.full = self._writing.doubtful = self._trouble = 0
        for visit in self._visits():
            visit.link.read_again()
        for _ in range(20):
            self._wait(10)
            for device in self.devices:
                device.store()
                if device.visit is None:
                    self._come(device)
                elif device.visit.inside:
                    device.say_again()
            if all(device.is_at_rest for device in self.devices):
                break
        restless = [str(device) for device in self.devices if not device.is_at_rest]
        expect(not restless, f"never come to rest: {restless}")

    def _judge(self) -> None:
        judge = Judge(self._engines.reading, self._letters, self._archive)
        judge.judge_log()
        for device in self.devices:
            alive = [visit for visit in device.visits if not visit.link.closed]
            expect(
                device.word is None or alive == [device.visit], f"{device} has {len(alive)} sessions (R24)"
            )
            for visit in device.visits:
                self.course.full_transports += visit.link.times_full
                for segment in visit.segments:
                    self.course.told += len(segment.told)
                    self.course.gaps += len(segment.gaps)
                    self.course.receipts += len(segment.receipts)
                    self.course.shown += len(segment.shown)
                    judge.judge_segment(segment)
                    judge.judge_receipts(segment, {person.name: person for person in self._people})
            if device.keeps:
                judge.judge_device(str(device), device.person.name, device.base, device.held, device.gap)
        self.course.entries = len(judge.entries)
        self.course.let_go = judge.gone
        self.course.reads += self._reading.times
        self._look_at_its_log()


#: What may happen, and how often it does.
ACTS: dict[Callable[[Life], None], int] = {
    Life._new_device: 4,
    Life._come_back: 14,
    Life._come_again: 3,
    Life._send: 24,
    Life._repeat: 4,
    Life._ack: 8,
    Life._sync: 3,
    Life._let_go: 6,
    Life._read: 4,
    Life._history: 3,
    Life._store: 16,
    Life._stop_reading: 6,
    Life._read_on: 8,
    Life._break: 5,
    Life._crash_device: 4,
    Life._log_out: 2,
    Life._quit: 1,
    Life._other_log: 1,
    Life._crash_server: 1,
    Life._stop_server: 1,
}


WHOLE = Parts()
ACTS_OF_A_LIFE = 200


def _unheard(line: str) -> None:
    """Let a trace be."""


def live(
    seed: int, acts: int = ACTS_OF_A_LIFE, parts: Parts = WHOLE, trace: Callable[[str], None] = _unheard
) -> Course:
    """Live the life of a seed; a broken promise is told in one line that begins with the seed."""
    try:
        return Life(seed, parts, trace).live(acts)
    except Violation as violation:
        raise Violation(f"seed={seed} acts={acts}: {violation}") from violation
