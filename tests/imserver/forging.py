"""Promise G1 by chance: whatever is given to server.log is read back as it was, and nobody hides anything.

Three trials, all from one seed: every event with nasty facts; nasty lines through real connections; a flood.
What each finds wrong it gives as sentences; none means that the promise held.
"""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from imserver.bounds import BOUNDS, UNHURRIED
from imserver.log_lines import Write, as_json, plain
from imserver.log_vocabulary import EVENTS, Cause
from imserver.server_log import ServerLog
from imserver.turn import Turn
from tests.log_reader import read_json_line, read_line
from tests.stage import BEGINNING, Actor, Stage

Said = tuple[str, dict[str, str]]
Read = Callable[[str], Said]
#: Each way of writing, and how it is read back.
WAYS: tuple[tuple[Write, Read], ...] = ((plain, read_line), (as_json, read_json_line))

#: What has broken other logs: ends of lines, quotes, escapes, looks of ours, what moves a terminal.
#: Of signs that are half a sign there is only the first half: to JSON both together are one sign.  What comes
#: from outside is UTF-8, and holds none.
NASTY = [
    *map(chr, range(0x21)),
    *"\x7f\x80\x85\x9b\xa0\xad\u2028\u2029\u200b\u200e\u202e\u2066\ufeff\ufffd\ud800\U000e0001\U0010ffff",
    *"\\=:\"'%{}[],*|;&<>#",
    "\\n",
    "\\s",
    "\\u0041",
    "\\U00000041",
    " user=admin",
    "\n2026-11-20T10:00:00.000Z logged-in session=1 user=admin",
    '","event":"sent","user":"admin',
    "\x1b[2K\x1b]0;x\x07",
    "%s%n",
    "{log_failure}",
    "a",
    "é",
    "名",
    "0",
]


def nasty(chance: random.Random, longest: int = 12) -> str:
    """Make up a text of what is nasty."""
    return "".join(chance.choice(NASTY) for _ in range(chance.randint(0, longest)))


def raw(at: int, event: str, facts: Mapping[str, object]) -> str:
    """Write a line as one should not: the planted defect."""
    named = " ".join(f"{key}={fact}" for key, fact in facts.items() if fact is not None)
    return f"2026-11-20T10:00:00.000Z {event} {named}".rstrip().encode(errors="replace").decode() + "\n"


def every_event(chance: random.Random, events: int, ways: tuple[tuple[Write, Read], ...] = WAYS) -> list[str]:
    """Note so many events of every kind, with facts that are nasty, and read them back."""
    wrong: list[str] = []
    for write, read in ways:
        file = io.BytesIO()
        ends: list[Callable[[], None]] = []
        log = ServerLog(file, Turn(ends.append), lambda: BEGINNING, write=write)
        for _ in range(events // len(ways) // 100 + 1):
            expected = [_noted(log, chance) for _ in range(100)]
            while ends:
                ends.pop()()
            lines = file.getvalue().decode(errors="replace").split("\n")
            file.seek(0)
            file.truncate()
            if lines.pop() != "" or len(lines) != len(expected):
                wrong.append(f"{len(expected)} events are {len(lines)} lines")
                continue
            wrong += [line for line, said in zip(lines, expected, strict=True) if _read(read, line) != said]
    return wrong


def _noted(log: ServerLog, chance: random.Random) -> Said:
    event = EVENTS[chance.choice(list(EVENTS))]
    facts: dict[str, object] = {
        fact: chance.choice((None, chance.randrange(10**6), nasty(chance), nasty(chance)))
        for fact in event.facts
    }
    log.note(event.word, **facts)
    return event.word, {fact: str(value) for fact, value in facts.items() if value is not None}


def _read(read: Read, line: str) -> Said | None:
    if not line.isprintable():
        return None
    try:
        return read(line)
    except (AssertionError, ValueError, KeyError):
        return None


# --- through real connections ---

PASSWORD = "planted horse"
_OK = re.compile(r"OK (SEND|REGISTER) (\S+)")


class Visitors:
    """People who say nasty lines, and what server.log must say of them."""

    def __init__(self, chance: random.Random, *, texts: bool, write: Write = plain) -> None:
        self._chance = chance
        self._texts = texts
        self.stage = Stage(texts=texts, write=write, bounds=UNHURRIED)
        self.people = {name: self.stage.enter(name, password=PASSWORD) for name in ("alice", "bob", "carol")}
        self.came = Counter({"127.0.0.1:40000": len(self.people)})
        self.registered = Counter(list(self.people))
        self.sent: Counter[tuple[str, ...]] = Counter()

    def act(self) -> None:
        """Do something."""
        if self._chance.random() < 0.3:
            self._knock()
        else:
            self._speak()

    def _knock(self) -> None:
        host = self._nasty(6)
        self.came[f"{host}:40000"] += 1
        guest = self.stage.newcomer(host)
        for _ in range(self._chance.randint(0, 3)):
            verb = self._chance.choice(("REGISTER", "LOGIN", "HELP", self._nasty(2)))
            name = self._chance.choice(("alice", "dave", self._nasty(4)))
            keys = self._chance.choice(("", f" device={self._nasty(3)}"))
            guest.send(_line(f"{verb} {name}{keys} :{PASSWORD}{self._nasty(3)}"))
            self.stage.wait(1)
        self.registered.update(taken for verb, taken in _done(guest) if verb == "REGISTER")
        guest.leave()

    def _speak(self) -> None:
        name, actor = self._chance.choice(list(self.people.items()))
        to = self._chance.choice(("alice", "bob,carol", "*", self._nasty(2)))
        verb = self._chance.choice(("SEND", "SEND", "SEND", "PRESENCE", "PING", "SIGNOUT", self._nasty(2)))
        ref = self._chance.choice(("", f" ref={self._nasty(2)}"))
        actor.send(_line(f"{verb} {to}{ref} :{self._nasty(12)}"))
        self.stage.wait(0.1)
        self.sent.update((name, number) for verb, number in _done(actor) if verb == "SEND")

    def _nasty(self, longest: int) -> str:
        return nasty(self._chance, longest)

    def wrong(self) -> list[str]:
        """Say what server.log says that was not so, and what it does not say."""
        read = [_read(read_line, line) for line in self.stage.logged]
        if None in read:
            return ["a line cannot be read back"]
        lines = [line for line in read if line is not None]
        found = {
            "came": (self.came, Counter(facts["where"] for facts in _of("came", lines))),
            "registered": (self.registered, Counter(facts["user"] for facts in _of("registered", lines))),
            "sent": (self.sent, Counter((facts["user"], facts["number"]) for facts in _of("sent", lines))),
        }
        return [
            *(
                f"{what}: {so - said} are missing, {said - so} forged"
                for what, (so, said) in found.items()
                if so != said
            ),
            *(f"{event} {facts}" for event, facts in lines if not self._may_be(event, facts)),
        ]

    def _may_be(self, event: str, facts: dict[str, str]) -> bool:
        text = facts.get("text")
        return (
            event != "broke"
            and set(facts) <= set(EVENTS[event].facts)
            and (event != "sent" or (text is not None) == self._texts)
            and (text is None or len(text.encode()) == int(facts["bytes"]))
            and ("user" not in facts or facts["user"] in self.registered)
            and not any("planted" in value for value in facts.values())
        )


def _line(said: str) -> bytes:
    return said.replace("\n", "\r").encode(errors="surrogatepass") + b"\n"


def _done(actor: Actor) -> list[tuple[str, str]]:
    return [(said[1], said[2]) for line in actor.heard() if (said := _OK.match(line))]


def _of(word: str, lines: list[Said]) -> list[dict[str, str]]:
    return [facts for event, facts in lines if event == word]


def visits(chance: random.Random, acts: int, *, texts: bool = True, write: Write = plain) -> list[str]:
    """Have people do so much, and compare."""
    visitors = Visitors(chance, texts=texts, write=write)
    for _ in range(acts):
        visitors.act()
    return visitors.wrong()


# --- a flood ---

#: Messages said at once: more than the limit of lines that strangers have.
TALK = 600


def flood(chance: random.Random, strangers: int) -> list[str]:
    """Have strangers come and go as fast as can be, while two people talk."""
    stage = Stage(bounds=replace(UNHURRIED, log_lines=BOUNDS.log_lines))
    alice, bob = stage.enter("alice"), stage.enter("bob")
    talked = 0
    for number in range(strangers):
        stage.newcomer(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}").leave()
        if number % 1500 == 0:
            alice.send(b"SEND bob :hello\n" * TALK)
            talked += TALK
        stage.clock.advance(chance.random() / 1000)
    stage.wait(2)
    bob.leave()
    lines = [(line[:19], *read_line(line)) for line in stage.logged]
    by_second = Counter(second for second, event, _ in lines if EVENTS[event].cause is Cause.ANYBODY)
    told = Counter(event for _, event, _ in lines)
    suppressed = sum(int(facts["lines"]) for _, event, facts in lines if event == "suppressed")
    # The seconds that are counted do not begin when those do that are written: two of them may share one.
    wrong = [
        f"{second}: {count} lines" for second, count in by_second.items() if count > 2 * BOUNDS.log_lines
    ]
    most = BOUNDS.log_lines * (stage.clock.seconds() + 1)
    if sum(by_second.values()) > most:
        wrong.append(f"{sum(by_second.values())} lines in {stage.clock.seconds():.0f} s")
    if told["came"] + told["went"] + suppressed != 2 * strangers + 3:
        wrong.append(f"{told} and {suppressed} suppressed are not {strangers} who came and went")
    if told["sent"] != talked:
        wrong.append(f"of {talked} messages {told['sent']} are there")
    return wrong
