"""A data folder with people and messages in it, and the operator who types."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from imserver.operator.program import program
from imserver.storage import sqlite
from imserver.storage.database import Database, Engines
from imserver.storage.records import Draft
from imserver.told import Told

from ..storage.contract import at_once


class FolderCase(SynchronousTestCase):
    """A test with a data folder of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.home = Path(self.mktemp()).absolute()
        self.folder = self.home / "data"
        self.folder.mkdir(parents=True, mode=0o700)
        self.database = self.folder / "imserver.db"

    @contextlib.contextmanager
    def served(self, folder: Path | None = None) -> Iterator[Server]:
        """Have a server's storage on the folder for a while."""
        server = Server(folder or self.folder, self.engines(folder or self.folder))
        try:
            yield server
        finally:
            server.close()

    def engines(self, folder: Path) -> Engines:
        """Open the database of a folder."""
        return sqlite.open_file(make_url(f"sqlite:///{folder / 'imserver.db'}"))

    def fill(self, messages: int = 5) -> None:
        """Have three people, who say something to each other and to everyone."""
        with self.served() as server:
            for name in ("ana", "bea", "cy"):
                server.register(name)
            for n in range(messages):
                server.say(n % 3 + 1, {(n + 1) % 3 + 1} if n % 2 else set(), f"words {n}", ref=f"r{n}")

    def typed(self, *words: str, status: int = 0) -> str:
        """Type a command, and give what it prints; what it complains of is in ``self.complaint``."""
        said, complained, ended = io.StringIO(), io.StringIO(), 0
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            try:
                program(list(words), prog_name="imserver")
            except SystemExit as end:
                ended = int(end.code or 0)
        self.complaint = complained.getvalue()
        self.assertEqual(status, ended, f"{said.getvalue()}{self.complaint}")
        return said.getvalue()

    def typed_json(self, *words: str, status: int = 0) -> Any:
        """Type a command with --json, and give what it prints."""
        return json.loads(self.typed(*words, "--json", status=status))

    def on_folder(self, word: str, *words: str, status: int = 0) -> str:
        """Type a command about the folder."""
        return self.typed(word, *words, f"--data={self.folder}", status=status)


class Server:
    """The storage of a server on a folder, with all work done at once."""

    def __init__(self, folder: Path, engines: Engines) -> None:
        self._soon: list[Callable[[], None]] = []
        self.told = Told(folder / "told")
        self.storage = Database(
            engines,
            write=at_once,
            read=at_once,
            soon=self._soon.append,
            now=lambda: time.time_ns() // 1_000_000,
            witness=self.told,
        )
        self.storage.take()
        self.opening = self.storage.open()

    def register(self, name: str) -> Any:
        """Register somebody nobody has a password of."""
        return self.done(self.storage.register(name, ""))

    def say(self, account: int, to: set[int], text: str, *, ref: str | None = None) -> Any:
        """Say something; to nobody is to everyone."""
        names = {1: "ana", 2: "bea", 3: "cy"}
        audience = ",".join(names.get(one, "?") for one in sorted(to)) or "*"
        return self.done(
            self.storage.append(Draft(account, names[account], frozenset(to), audience, text, ref))
        )

    def done(self, asked: Deferred[Any]) -> Any:
        """Have it done."""
        outcomes: list[Any] = []
        asked.addBoth(outcomes.append)
        while self._soon:
            self._soon.pop(0)()
        (outcome,) = outcomes
        if hasattr(outcome, "raiseException"):
            outcome.raiseException()
        return outcome

    def close(self) -> None:
        """End it."""
        self.done(self.storage.close())
        self.told.close()
