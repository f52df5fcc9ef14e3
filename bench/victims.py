"""Clients that a proof kills, bot, terminal and desktop: each is started, looked at, killed and judged."""

from __future__ import annotations

import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Protocol

from . import people
from .desks import Desk, eventually
from .evidence import ROOT
from .ledger import Entry
from .running import HERE

VICTIM, TALKER = "victim", "talker"


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
