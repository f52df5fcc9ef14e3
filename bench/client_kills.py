"""Promise A7 for bot, terminal and desktop: handing a message over does not consume it.

``python -m bench.client_kills bot|terminal|desktop [--kills 500] [--seed 1] [--plant DEFECT]`` has somebody
talk to a real client over a real server, kills the client with SIGKILL after a random moment again and again,
and starts it again.  In the end what it holds is compared with the log: of the bot, that every message
was handled at least once and answered exactly once; of terminal and desktop, that the file holds every
message as it was said, and that each came to the terminal's screen, or stands in the desktop's conversations.
"""

from __future__ import annotations

import argparse
import os
import pty
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Protocol

from . import people
from .altered_client import PLANTS
from .desks import Desk, eventually
from .evidence import ROOT, Progress, circumstances, write_evidence
from .ledger import Entry, read_log
from .running import HERE, Running

VICTIM, TALKER = "victim", "talker"
#: Seconds that a client lives, at most; the terminal needs most of one until it is in.
LONGEST = {"bot": 0.9, "terminal": 1.4, "desktop": 2.0}
#: Seconds between two messages.
PACE = 0.012
#: Seconds that a client lives at most once it is at work, where that is waited for.
AT_WORK = 0.3
#: Seconds without any progress after which a client will not catch up any more.
PATIENCE = 8.0
#: A planted defect must be found in so many kills, of clients that had time to come in.
PLANTED_KILLS = 4
#: One that is only a moment wide is hit by chance: so often it is tried.
PLANTED_TRIES = 8


class Talker:
    """Somebody who says a line now and then, whatever comes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HERE, port))
        self._socket.sendall(f"LOGIN {TALKER} :{people.PASSWORD}\n".encode())
        self._going = True
        self.said = 0
        self._threads = [threading.Thread(target=act, daemon=True) for act in (self._talk, self._hear)]
        for thread in self._threads:
            thread.start()

    def _talk(self) -> None:
        while self._going:
            self.said += 1
            everyone = self.said % 7 == 0
            self._socket.sendall(
                f"SEND {'*' if everyone else VICTIM} ref=t{self.said} :m{self.said};\n".encode()
            )
            time.sleep(PACE)

    def _hear(self) -> None:
        with suppress(OSError):
            while self._socket.recv(65536):
                pass

    def stop(self) -> None:
        """Say no more."""
        self._going = False
        self._threads[0].join()
        self._socket.sendall(b"QUIT\n")
        self._threads[1].join(10)
        self._socket.close()


class Client(Protocol):
    """Somebody who is killed."""

    def start(self) -> None:
        """Start its program."""

    def kill(self) -> None:
        """Kill it."""

    def stirs(self) -> int:
        """Give a number that changes when it works."""

    def has_all(self, entries: list[Entry]) -> bool:
        """Whether it has caught up."""

    def come(self, entries: list[Entry]) -> int:
        """Say how far it has come."""

    def judge(self, entries: list[Entry]) -> dict[str, int]:
        """Compare it with the log: how much is lost, doubled, changed, and what else is worth a number."""


class _Process:
    """What bot and terminal have: a process, and how it is started."""

    def __init__(self, folder: Path, port: int, plant: str | None, who: str) -> None:
        self.folder, self.port, self.planted = folder, port, plant is not None
        self.password = folder / "password"
        self.password.write_text(f"{people.PASSWORD}\n")
        planted = ["--plant", plant] if plant else []
        self.command = [sys.executable, "-m", "bench.altered_client", *planted, who]
        self.environment = {**os.environ, "XDG_DATA_HOME": str(folder), "PYTHONWARNINGS": "", "TERM": "xterm"}
        self.environment["PROMPT_TOOLKIT_NO_CPR"] = "1"
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self, words: list[str], **streams: Any) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            [*self.command, *words], cwd=ROOT, env=self.environment, process_group=0, **streams
        )

    def kill(self) -> None:
        """Kill it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Bot(_Process):
    """A bot that writes down what it has handled, and answers it."""

    def __init__(self, folder: Path, port: int, plant: str | None) -> None:
        super().__init__(folder, port, plant, "bot")
        self._record = folder / "record"
        self._record.touch()

    def start(self) -> None:
        """Start it."""
        words = [str(self.port), str(self.password), str(self._record)]
        with (self.folder / "bot.log").open("ab") as log:
            self.begin(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stirs(self) -> int:
        """Look at what it has written down."""
        return self._record.stat().st_size

    def has_all(self, entries: list[Entry]) -> bool:
        """Whether everything was answered; with a defect, whether the newest was, since not all will be."""
        answers = {entry.text for entry in entries if entry.sender == VICTIM}
        said = [entry.text for entry in entries if entry.sender == TALKER]
        return all(f"re {text}" in answers for text in (said[-1:] if self.planted else said))

    def come(self, entries: list[Entry]) -> int:
        """Count its answers."""
        return sum(entry.sender == VICTIM for entry in entries)

    def judge(self, entries: list[Entry]) -> dict[str, int]:
        """Compare what it wrote down and what it said with what was said to it."""
        said = {entry.number: entry.text for entry in entries if entry.sender == TALKER}
        handled = Counter(line.partition(" ")[0] for line in self._record.read_text().splitlines())
        answers = Counter(entry.text for entry in entries if entry.sender == VICTIM)
        return {
            "messages": len(said),
            "lost": sum(not handled[str(number)] for number in said),
            "not_answered": sum(not answers[f"re {text}"] for text in said.values()),
            "doubled": sum(times - 1 for times in answers.values()),
            "handed_over_again": sum(times - 1 for times in handled.values()),
        }


class _Holding:
    """What terminal and desktop have: a file that holds what they were told."""

    folder: Path

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        found = list(self.folder.glob(f"imclient/profiles/*/accounts/*/{VICTIM}@*.db"))
        if not found:
            return []
        with (
            closing(sqlite3.connect(f"{found[0].as_uri()}?mode=ro", uri=True)) as connection,
            suppress(sqlite3.OperationalError),  # it has no tables yet
        ):
            return connection.execute(query).fetchall()
        return []

    def stirs(self) -> int:
        """Look up to where it holds the stream."""
        return self.come([])

    def has_all(self, entries: list[Entry]) -> bool:
        """Whether it holds all up to the newest."""
        return self.come(entries) >= max(entry.number for entry in entries)

    def come(self, entries: list[Entry]) -> int:
        """Look up to where it holds the stream."""
        rows = self._rows("SELECT value FROM about WHERE key = 'position'")
        return int(rows[0][0]) if rows else 0

    def _compare(self, said: dict[int, str]) -> dict[str, int]:
        held = dict(self._rows("SELECT number, text FROM messages"))
        return {
            "messages": len(said),
            "lost": sum(number not in held for number in said),
            "changed": sum(held.get(number, text) != text for number, text in said.items()),
        }


class Terminal(_Process, _Holding):
    """A terminal client on a terminal, where somebody touches a key now and then."""

    def __init__(self, folder: Path, port: int, plant: str | None) -> None:
        super().__init__(folder, port, plant, "terminal")
        self._screen = bytearray()
        self._keyboard = -1
        self._shown: set[bytes] = set()

    def start(self) -> None:
        """Start it on a terminal of its own."""
        self._end_screen()
        self._keyboard, end = pty.openpty()
        words = ["--terminal", "--name", VICTIM, "--password-file", str(self.password), HERE, str(self.port)]
        self.begin(words, stdin=end, stdout=end, stderr=end)
        os.close(end)
        threading.Thread(target=self._read, args=(self._keyboard,), daemon=True).start()

    def touch(self) -> None:
        """Touch a key."""
        with suppress(OSError):
            os.write(self._keyboard, b"x\x7f")

    def _read(self, screen: int) -> None:
        with suppress(OSError):
            while data := os.read(screen, 65536):
                self._screen += data

    def _end_screen(self) -> None:
        self._shown |= set(re.findall(rb"m\d+;", bytes(self._screen)))
        self._screen.clear()
        if self._keyboard >= 0:
            os.close(self._keyboard)

    def judge(self, entries: list[Entry]) -> dict[str, int]:
        """Compare its file, and what came to the screen, with what was said to it."""
        self._end_screen()
        self._keyboard = -1
        said = _said(entries)
        not_shown = sum(text.encode() not in self._shown for text in said.values())
        return {**self._compare(said), "not_shown": not_shown}


class Desktop(_Holding):
    """A desktop client that comes back by itself each time; in the end somebody looks at its windows."""

    def __init__(self, folder: Path, port: int, plant: str | None) -> None:
        self.folder = folder
        self._desk = Desk(VICTIM, folder, port, plant=plant)
        self._began_by_hand()

    def _began_by_hand(self) -> None:
        """Log in once, and stay logged in from then on."""
        self._desk.start()
        self._desk.come_in(stay=True)
        eventually(lambda: list(self.folder.glob("imclient/profiles/*/tokens.json")), what="a token")
        self._desk.kill()

    def start(self) -> None:
        """Start it; it comes in without its password."""
        self._desk.begin_start(driven=False)

    def kill(self) -> None:
        """Kill it."""
        self._desk.kill()

    def judge(self, entries: list[Entry]) -> dict[str, int]:
        """Compare its file, and what its conversations hold, with what was said to it."""
        said = _said(entries)
        self._desk.start()
        self._desk.wait_until_in()
        wanted: dict[str, list[int]] = {"*": [], TALKER: []}
        for entry in entries:
            wanted["*" if entry.audience == "*" else TALKER].append(entry.number)
        unequal = 0
        for talk, numbers in wanted.items():
            there = [row[0] for row in self._desk.do("held")[talk]]
            unequal += there != numbers[-len(there) :]
        self._desk.kill()
        return {**self._compare(said), "not_shown": unequal}


def _said(entries: list[Entry]) -> dict[int, str]:
    return {entry.number: entry.text for entry in entries if entry.sender == TALKER}


def killed(who: str, kills: int, seed: int, plant: str | None = None) -> dict[str, int]:
    """Kill one again and again, and judge it."""
    chance, shown = random.Random(seed), Progress()
    with tempfile.TemporaryDirectory(prefix="imclient-proof-") as name:
        folder = Path(name)
        people.settle(folder / "data", [VICTIM, TALKER])
        server = Running(folder / "data")
        server.begin()
        server.wait_until_open()
        client: Any = {"bot": Bot, "terminal": Terminal, "desktop": Desktop}[who](folder, server.port, plant)
        talker = Talker(server.port)
        try:
            for number in range(kills):
                # In every other round it has come in and is at work: on a busy machine that takes a while.
                if plant or number % 2:
                    _at_work(client, chance.uniform(0, AT_WORK))
                else:
                    _once(client, chance.uniform(0, LONGEST[who]))
                shown.show(f"A7, {who}: {number + 1} kills, {talker.said} messages")
            talker.stop()
            facts = {"kills": kills, **_in_the_end(client, folder / "data" / people.DATABASE)}
            if bad(facts) and plant is None:
                shutil.copytree(folder, ROOT / "build" / f"A7-{who}-{seed}", dirs_exist_ok=True)
            return facts
        finally:
            with suppress(OSError, AssertionError):
                client.kill()
            server.kill()


def _at_work(client: Any, seconds: float) -> None:
    """Let it come in and begin to work, and live for a moment then."""
    before, began = client.stirs(), time.monotonic()
    client.start()
    while client.stirs() == before and time.monotonic() < began + PATIENCE:
        time.sleep(0.01)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.05))
        if isinstance(client, Terminal):
            client.touch()
    client.kill()


def _once(client: Any, seconds: float) -> None:
    """Let it live for a moment."""
    client.start()
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.1))
        if isinstance(client, Terminal):
            client.touch()
    client.kill()


def _in_the_end(client: Any, database: Path) -> dict[str, int]:
    """Let it catch up, and judge it."""
    client.start()
    newest, since = -1, time.monotonic()
    while time.monotonic() < since + PATIENCE:
        entries = [entry for entry in read_log(database, 0)[1] if entry.kind == "message"]
        if client.has_all(entries):
            break
        if (come := client.come(entries)) != newest:
            newest, since = come, time.monotonic()
        time.sleep(0.2)
    time.sleep(1.5)  # for the screen; and for an answer that is one too many
    client.kill()
    entries = [entry for entry in read_log(database, 0)[1] if entry.kind == "message"]
    return client.judge(entries)  # type: ignore[no-any-return]


def bad(facts: dict[str, int]) -> bool:
    """Whether anything was found that may not be."""
    kinds = ("lost", "not_answered", "doubled", "changed", "not_shown")
    return any(facts.get(kind) for kind in kinds)


def prove(who: str, kills: int, seed: int, *, evidence: bool) -> bool:
    """Kill it, then plant its defect, which must be found; say whether all that was so."""
    began, around, progress = time.monotonic(), circumstances(), Progress()
    facts = killed(who, kills, seed)
    took = time.monotonic() - began
    progress.end(f"A7, {who} killed: {facts}, {took:.0f} s")
    held = not bad(facts)
    planted: dict[str, object] = {}
    for defect in (plant for plant in PLANTS if who in PLANTS[plant][0]):
        for again in range(PLANTED_TRIES):
            found = killed(who, PLANTED_KILLS, seed + again, defect)
            if bad(found):
                break
        planted[defect] = found
        progress.end(f"planted: {defect}: {found}")
        if not bad(found):
            print(f"    the defect {defect} was not found, so the proof proves nothing")
            held = False
    if evidence:
        kept = {**facts, "seed": seed, "seconds": round(took), "planted": planted}
        write_evidence(f"A7-{who}", kept, around)
    return held


def main() -> int:
    """Read the arguments; the exit status says whether the promise held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("who", choices=list(LONGEST))
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=PLANTS, help="this alone, in so many kills")
    parser.add_argument("--no-evidence", action="store_false", dest="evidence", help="write no file")
    asked = parser.parse_args()
    if asked.plant:
        facts = killed(asked.who, asked.kills, asked.seed, asked.plant)
        print(facts)
        return 1 if bad(facts) else 0
    return 0 if prove(asked.who, asked.kills, asked.seed, evidence=asked.evidence) else 1


if __name__ == "__main__":
    sys.exit(main())
