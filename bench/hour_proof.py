"""A day's work at three desks (promise A5): real windows and a real server in a scripted hour of mishaps.

``python -m bench.hour_proof [--quick] [--seed 1] [--plant DEFECT] [--pictures FOLDER]``, or with ``--prove``

Alice, Bob and Carol sit at three `imclient` windows on one screen (Xvfb, openbox) and write to one, to two
and to everyone, by mouse and keyboard, while the server is stopped and started, dies between a commit and its
answer, and is killed; Carol's client is killed as she sends, and again together with the server; the disk
under Alice's messages is full, and her client is killed on it.  Ten thousand messages were said before.  In
the end each pages through all of them, and log, files, models and what was painted are compared.  Nothing
waits for the clock, so the hour takes some minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from imserver.storage.records import NAMELESS, Draft

from .altered_client import HOUR, PLANTS
from .altered_server import launcher
from .desks import Astray, Desk, Screen, Stuck, eventually, missing
from .evidence import Progress, circumstances, write_evidence
from .hour_judge import EVERYONE, Judge, Line, kept, lines_of, outbox
from .ledger import CHANGED, DOUBLED, LOST, STRANGE, STUCK
from .people import DATABASE, settle, unserved
from .running import Running

#: What this is, to a person.
TITLE = "an hour at three desks"
NAMES = ALICE, BOB, CAROL = "alice", "bob", "carol"
#: Bytes of the disk under Alice's messages.
DISK = 32 * 1024 * 1024
WIDTH, HEIGHT = 700, 860
#: Of what was said before, so much was read before on some other device, and so much goes to everyone.
READ_BEFORE, TO_EVERYONE = 0.3, 0.9
#: The server dies behind so many batches with messages, at most.
PASSES = 6
#: What was said in a burst that a kill ended, and how long that takes.
BURST, BURST_SECONDS = 8, 0.25
#: Seconds in which a window comes before the eyes, usually.
A_TURN = 5.0
#: Keys pressed that show nothing else, after which no page comes any more.
STILL = 20
NOTE = "disk cannot be written"


@dataclass(frozen=True)
class Extent:
    """How long the hour is."""

    scrollback: int  #: messages to everyone that were said before
    talk: int  #: messages between two misfortunes
    kills: int  #: of a client that sends


QUICK, FULL = Extent(500, 4, 1), Extent(10_000, 24, 6)


class Hour:
    """One hour, on a folder and a screen of its own."""

    def __init__(self, folder: Path, extent: Extent, seed: int, plant: str | None, screen: Screen) -> None:
        self._folder, self.extent, self._screen = folder, extent, screen
        self._random = random.Random(seed)
        self._server = Running(folder / "data")
        self._disk = folder / ALICE
        self._disk.mkdir()
        self._progress = Progress()
        self.judge = Judge(folder / "data" / DATABASE, NAMES)
        self.facts: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        self.pictures: Path | None = None
        self._desks = {
            name: Desk(
                name,
                folder / name,
                self._server.port,
                screen=screen,
                plant=plant,
                place=f"{place * WIDTH},0,{WIDTH - 6},{HEIGHT}",
            )
            for place, name in enumerate(NAMES)
        }

    # The hour

    def pass_by(self) -> None:
        """Let the hour pass; what is found stands in the judge's findings."""
        script: list[tuple[str, Callable[[], None]]] = [
            ("what was said before", self._say_before),
            ("coming in", self._come_in),
            ("the morning", self._talk),
            ("the server is stopped and started", self._restart),
            ("it dies between commit and answer", self._die_unanswered),
            ("it is killed", self._kill_server),
            ("Carol's client is killed as she sends", self._kill_sender),
            ("the power fails under her and the server", self._fail_power),
            ("Alice's disk is full", self._fill_disk),
            ("her client is killed on a full disk", self._kill_on_full_disk),
            ("the evening", self._talk),
            ("all is read", self._read_all),
            ("all is paged through", self._page_through),
            ("the files", self._judge_files),
        ]
        try:
            self._mount()
            for what, act in script:
                began = time.monotonic()
                try:
                    act()
                except Stuck as stuck:
                    self.judge.findings.add(STUCK, f"{what}: {stuck}")
                    self._picture("stuck")
                    return
                except Astray as astray:
                    self.judge.findings.add(STRANGE, f"{what}: {astray}")
                    self._picture("astray")
                    return
                self.seconds[what] = round(time.monotonic() - began, 1)
                self._progress.show(f"the hour: {what}, {self.seconds[what]} s")
            self._picture("the-end")
        finally:
            self._end()

    def _mount(self) -> None:
        words = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "none", str(self._disk)]
        subprocess.run(words, check=True, capture_output=True)

    def _end(self) -> None:
        for desk in self._desks.values():
            desk.kill()
        self._server.kill()
        subprocess.run(["umount", "-l", str(self._disk)], check=False, capture_output=True)

    def _picture(self, name: str) -> None:
        if self.pictures is not None:
            self._screen.picture(self.pictures / f"{name}.png")

    # What was said before

    def _say_before(self) -> None:
        """Fill the log while nobody serves: most was read before elsewhere, the rest waits."""
        settle(self._server.folder, NAMES)
        count = round(self.extent.scrollback / TO_EVERYONE)
        with unserved(self._server.folder) as (database, done):
            for number in range(count):
                sender = number % len(NAMES)
                talks = self.judge.circles(NAMES[sender])
                to = EVERYONE if self._random.random() < TO_EVERYONE else self._random.choice(talks[1:])
                named = frozenset(NAMES.index(name) + 1 for name in to.split(",") if name in NAMES)
                text = f"before {number}, said by {NAMES[sender]}" + " and so on" * self._random.randrange(12)
                database.append(Draft(sender + 1, NAMES[sender], named, to, text, f"b{number}"))
                self.judge.say(NAMES[sender], to, text)
                if number == round(count * READ_BEFORE):
                    done()
                    for account in range(1, len(NAMES) + 1):
                        database.arrive(account, NAMELESS, 1)
                        database.hold(account, NAMELESS, number)
        self.facts["said_before"] = count

    def _come_in(self) -> None:
        self._begin_server()
        for desk in self._desks.values():
            desk.begin_start()
        for desk in self._desks.values():
            desk.take_hold()
            desk.turn_to()
            desk.come_in()
        self._calm()

    # What they do

    def _talk(self) -> None:
        for _ in range(self.extent.talk):
            self._say(self._random.choice(NAMES))

    def _say(self, name: str, about: str = "", to: str = "") -> None:
        """Let somebody say something, in any of the three modes."""
        desk, to = self._desks[name], to or self._random.choice(self.judge.circles(name))
        self.facts["said"] += 1
        text = f"{about or 'talk'} {self.facts['said']} by {name}"
        by_keyboard = to in NAMES and self._random.random() < 0.15
        if by_keyboard or self._random.random() < 0.4:
            try:
                desk.turn_to(A_TURN)
            except Stuck:  # the screen gave the keyboard to another window: the mouse finds this one
                by_keyboard = False
        (desk.say_by_keyboard if by_keyboard else desk.say)(to, text)
        self.facts["to_everyone" if to == EVERYONE else "to_several" if "," in to else "to_one"] += 1
        self.facts["by_the_screens_keyboard"] += by_keyboard
        self.judge.say(name, to, text)

    def _calm(self, *names: str) -> None:
        """Wait until everybody is connected, has been told everything, and nothing waits."""
        for name in names or NAMES:
            desk = self._desks[name]
            eventually(partial(desk.do, "how"), partial(self._is_calm, name), what=f"{name} is calm")

    def _is_calm(self, name: str, how: dict[str, Any]) -> bool:
        """Whether nothing is on its way; one's own messages are not told (R22)."""
        if how["link"] == "waiting":
            self._desks[name].do("wake")  # nothing here waits for the clock
        quiet = how["link"] == "online" and not how["waiting"] and not how["backlog"]
        theirs = (entry.number for entry in self.judge.log() if entry.is_for(name) and entry.sender != name)
        return quiet and how["position"] >= max(theirs)

    # The server

    def _begin_server(self, words: list[str] | None = None) -> None:
        self._server.begin(words) if words else self._server.begin()
        self._server.wait_until_open()

    def _restart(self) -> None:
        """Stop it as an operator does; they write on meanwhile."""
        for name in NAMES:
            self._say(name, "cut")
        self._server.stop()
        for name in NAMES:
            self._say(name, "while it was away")
        # The next one will die of itself, behind a commit that nobody hears of.
        self._begin_server(launcher(None, f"before-told:{self._random.randint(2, PASSES)}"))
        self.facts["server_stopped"] += 1

    def _die_unanswered(self) -> None:
        end = time.monotonic() + 60
        while not self._server.ended and time.monotonic() < end:
            self._say(self._random.choice(NAMES), "dying")
        if not self._server.was_killed:
            raise Stuck("the server did not die where it should")
        self._begin_server()
        self.facts["server_died_unanswered"] += 1
        self._calm()

    def _kill_server(self) -> None:
        """Kill it as they write, and start it again while they write on."""
        self._server.kill_in(self._random.uniform(0, 0.5))
        for _ in range(3):
            for name in NAMES:
                self._say(name, "killed")
        eventually(lambda: self._server.ended, what="the server is killed")
        self._begin_server()
        self.facts["server_killed"] += 1
        self._calm()

    # A client

    @property
    def _carols(self) -> Path:
        return self._file(CAROL)

    def _file(self, name: str) -> Path:
        return next((self._folder / name).glob(f"imclient/profiles/default/accounts/*/{name}@*.db"))

    def _again(self, name: str) -> None:
        """Start somebody's client again."""
        desk = self._desks[name]
        desk.start()
        desk.turn_to()
        desk.come_in()

    def _kill_sender(self) -> None:
        """Kill Carol's client amid a burst: what her disk holds goes out, once; others talk meanwhile."""
        for _ in range(self.extent.kills):
            burst, desk = self._burst(), self._desks[CAROL]
            desk.aim(BOB)
            for text in burst:
                desk.begin("type", name="composer", text=text)
                desk.begin("key", name="composer", key="Return")
            time.sleep(self._random.uniform(0, BURST_SECONDS))
            desk.kill()
            self._note_burst(burst)
            self._say(ALICE, "while carol is away")
            self._say(BOB, "while carol is away")
            self._again(CAROL)
            self._calm()

    def _burst(self) -> list[str]:
        self.facts["clients_killed"] += 1
        return [f"burst {self.facts['clients_killed']}.{number} by carol" for number in range(BURST)]

    def _note_burst(self, burst: list[str]) -> None:
        """Take note of what she can rely on: what her disk holds, waiting or answered."""
        waits, told = outbox(self._carols), set(kept(self._carols))
        there = {entry.text for entry in self.judge.log()}
        self.judge.unsure.append(burst)
        for text in burst:
            if text in waits or text in told:
                self.judge.say(CAROL, BOB, text)
            self.facts["killed_with_it_waiting"] += text in waits and text not in there
            self.facts["killed_with_it_stored_and_waiting"] += text in waits and text in there

    def _fail_power(self) -> None:
        """Kill Carol's client with something under way that the server has not read, and the server."""
        desk = self._desks[CAROL]
        os.kill(self._server.pid, signal.SIGSTOP)
        for _ in range(3):
            self._say(CAROL, "power")
        eventually(lambda: desk.do("how"), lambda how: not how["backlog"], what="carol's disk holds it")
        self._server.kill()
        desk.kill()
        self.facts["clients_killed"] += 1
        self.facts["server_killed"] += 1
        self._begin_server()
        self._again(CAROL)
        self._calm()

    # A disk

    def _fill_disk(self) -> None:
        """Fill the disk under Alice's messages while all talk; she writes, too, and it comes later."""
        alice = self._desks[ALICE]
        alice.close()  # and what was written ahead is folded in: from now on each message needs room
        self._again(ALICE)
        self._calm()
        self._take_room()
        self._wait_for_note()
        self._talk()
        self._free_room()
        self._calm()
        # What is kept from now on must not hide what was not.
        self._say(BOB, "there is room", EVERYONE)
        self._calm()

    def _kill_on_full_disk(self) -> None:
        """Let others talk while there is no room, and kill Alice's client: she is told again."""
        alice = self._desks[ALICE]
        alice.close()
        self._again(ALICE)
        self._calm()
        self._take_room()
        self._wait_for_note()
        for _ in range(self.extent.talk):
            self._say(self._random.choice((BOB, CAROL)), "not kept")
        self._calm(BOB, CAROL)
        alice.kill()
        self.facts["clients_killed"] += 1
        self._free_room()
        self._again(ALICE)
        self._calm()

    def _wait_for_note(self) -> None:
        """Let the others talk until Alice's window says that there is no room."""
        alice = self._desks[ALICE]

        def noted() -> bool:
            self._say(self._random.choice((BOB, CAROL)), "until it is full")
            return alice.do("visible", name="notice") and NOTE in alice.do("text", name="notice")

        eventually(noted, what="alice is told that her disk is full")
        alice.do("click", name="closeNotice")
        self.facts["disk_full"] += 1

    def _take_room(self) -> None:
        with (self._disk / "ballast").open("wb", buffering=0) as ballast:
            for piece in (1024 * 1024, 4096, 1):
                with suppress(OSError):
                    while ballast.write(b"\0" * piece):
                        pass

    def _free_room(self) -> None:
        (self._disk / "ballast").unlink()

    # What is true at the end

    def _read_all(self) -> None:
        """Everybody goes to the end of each conversation; then everybody's messages are read by all."""
        self._calm()
        for name, desk in self._desks.items():
            desk.turn_to()
            for talk in self.judge.circles(name):
                self._go_to(desk, talk)
                what = f"{name} reads {talk}"
                eventually(partial(desk.do, "eyes"), lambda eyes: not eyes["unread"], what=what)
            eventually(partial(desk.do, "how"), lambda how: not how["unread"], what=f"{name} has read")
        for name, desk in self._desks.items():
            what = f"what {name} said is read"
            eventually(partial(self._unread_of, desk), lambda left: not left, within=20, what=what)

    @staticmethod
    def _unread_of(desk: Desk) -> list[object]:
        """Give what of somebody's named conversations is not shown as read by all."""
        return [
            row
            for talk, rows in desk.do("held").items()
            for row in ([row for row in rows if row[4]][-1:] if talk == EVERYONE else rows)
            if row[4] and row[5] != "read"
        ]

    @staticmethod
    def _go_to(desk: Desk, talk: str) -> None:
        """Go to a conversation, and to its end."""
        desk.aim(talk)

        def look() -> dict[str, Any]:
            if desk.do("visible", name="newest"):
                desk.do("click", name="newest")
            eyes = desk.do("eyes")
            assert isinstance(eyes, dict)
            return eyes

        what = f"{desk.name} is at the end of {talk}"
        eventually(look, lambda eyes: eyes["talk"] == talk and eyes["end"], what=what)

    def _page_through(self) -> None:
        """All three page up to the beginning of each conversation at once; models and eyes are compared."""
        troubles: list[Stuck] = []

        def page(name: str, desk: Desk) -> None:
            try:
                for talk, wanted in self.judge.conversations(name).items():
                    self._page_up(name, desk, talk, wanted)
                self.judge.judge_receipts(name, desk.do("held"))
            except Stuck as stuck:
                troubles.append(stuck)

        self._desks[CAROL].turn_to()
        pagers = [threading.Thread(target=page, args=pair) for pair in self._desks.items()]
        for pager in pagers:
            pager.start()
        for pager in pagers:
            pager.join()
        if troubles:
            raise troubles[0]

    def _page_up(self, name: str, desk: Desk, talk: str, wanted: list[Line]) -> None:
        self._go_to(desk, talk)
        desk.do("focus")
        seen: dict[int, str] = {}
        order = {line.number: place for place, line in enumerate(wanted)}
        by_key = name == CAROL  # the keyboard is hers; the others have a wheel
        still, before = 0, None
        while True:
            now = eventually(lambda: desk.do("eyes"), lambda eyes: not eyes["busy"], what="a page")
            rows: list[tuple[int, str]] = [(number, text) for number, text in now["rows"] if number]
            seen.update(rows)
            places = [order.get(number, -1) for number, _ in rows]
            if places and places != list(range(places[0], places[0] + len(places))):
                self.judge.findings.add(LOST, f"{name} sees in {talk} what does not follow: {rows}")
            self.facts["pages"] += 1
            if now["top"]:
                break
            still, before = (still + 1 if now == before else 0), now
            if still > STILL:
                raise Stuck(f"{name} comes no further up in {talk}: {now}")
            desk.do("key", name="transcript", key="PageUp") if by_key else desk.do("roll", notches=8)
        there = {line.number: line for line in wanted}
        shown = [
            there.get(number, Line(number, "", "", text))._replace(text=text) for number, text in seen.items()
        ]
        self.judge.compare(f"{name}'s eyes, {talk}", wanted, sorted(shown))
        self.judge.compare(f"{name}'s model, {talk}", wanted, lines_of(desk.do("held")[talk]))

    def _judge_files(self) -> None:
        self.judge.judge_log()
        for name, desk in self._desks.items():
            if refused := desk.do("how")["refused"]:
                self.judge.findings.add(STRANGE, f"{name}'s window says that these were refused: {refused}")
            self.judge.judge_file(name, self._file(name))


def why_not() -> str | None:
    """Say why it cannot be proved here."""
    if lacking := missing():
        return f"there is no {', '.join(lacking)} here"
    if os.geteuid() != 0:
        return "a disk that can be filled (tmpfs) is made by root alone"
    return None


def hour(extent: Extent, seed: int, plant: str | None = None, pictures: Path | None = None) -> Hour:
    """Let one hour pass."""
    with tempfile.TemporaryDirectory(prefix="hour-", ignore_cleanup_errors=True) as folder:
        screen = Screen(len(NAMES) * WIDTH, HEIGHT + 30)
        try:
            passed = Hour(Path(folder), extent, seed, plant, screen)
            passed.pictures = pictures
            passed.pass_by()
            return passed
        finally:
            screen.close()


def planted() -> list[str]:
    """Name the defects that it must find."""
    return [plant for plant in PLANTS if HOUR in PLANTS[plant][0]]


def prove(seed: int, *, quick: bool, evidence: bool) -> dict[str, bool]:
    """Let an hour pass, and, if it is not quick, a short one with each defect, which must be found."""
    if why := why_not():
        print(f"{TITLE}: NOT PROVED: {why}", flush=True)
        return {TITLE: False}
    around, began, progress = circumstances(), time.monotonic(), Progress()
    passed = hour(QUICK if quick else FULL, seed)
    if quick and passed.judge.findings.only_late:  # as in `kill_proof.prove`: on a busy machine
        for sentence in passed.judge.findings.sentences:
            print(f"    once, and now again: {sentence}")
        passed = hour(QUICK, seed + 1)
    facts = _told(passed, time.monotonic() - began)
    progress.end(f"{TITLE}: {passed.judge.findings}, {facts}")
    for sentence in passed.judge.findings.sentences:
        print(f"    {sentence}")
    held = {TITLE: not passed.judge.findings}
    found: dict[str, dict[str, int]] = {}

    def keep() -> None:
        if evidence:
            write_evidence("hour", {**facts, "seed": seed, "planted": found}, around)

    keep()
    for plant in [] if quick else planted():
        findings = hour(QUICK, seed, plant).judge.findings
        found[plant] = dict(findings.counts)
        seen = any(findings.counts[kind] for kind in (LOST, DOUBLED, CHANGED, STRANGE))
        held[f"planted: {plant}, in an hour"] = seen
        progress.end(
            f"planted: {plant}, in an hour: {findings}{'' if seen else ', so the proof proves nothing'}"
        )
        keep()
    return held


def _told(passed: Hour, seconds: float) -> dict[str, object]:
    """Say what came to pass in it."""
    return {
        "extent": asdict(passed.extent),
        **passed.facts,
        "compared": dict(passed.judge.compared),
        "found": dict(passed.judge.findings.counts),
        "seconds": round(seconds),
    }


def main() -> None:
    """Let it pass; the exit status says whether nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="half a minute of it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=planted(), help="this alone")
    parser.add_argument("--prove", action="store_true", help="with every defect; keep evidence")
    parser.add_argument("--pictures", type=Path, help="keep pictures of the screen there")
    asked = parser.parse_args()
    if why := why_not():
        sys.exit(f"NOT PROVED: {why}")
    if asked.prove:
        sys.exit(not all(prove(asked.seed, quick=False, evidence=True).values()))
    began = time.monotonic()
    passed = hour(QUICK if asked.quick else FULL, asked.seed, asked.plant, asked.pictures)
    print(passed.seconds)
    print(_told(passed, time.monotonic() - began))
    for sentence in passed.judge.findings.sentences:
        print(f"    {sentence}")
    print(passed.judge.findings)
    sys.exit(bool(passed.judge.findings))


if __name__ == "__main__":
    main()
