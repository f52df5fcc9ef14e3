"""Backups of a server that runs: one at a time, in a folder of its own, by a program beside it.

A database is read to its end before a backup of it counts, which in this process would take the
interpreter from the reactor again and again; so it is `imserver backup` that does it all, and gives way.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from improtocol.errors import DiskFull, NotBackedUp, UnderWay
from improtocol.replies import BackedUp

from .portal.passwords import Run
from .storage.copying import size_of

#: Bytes that stay free for the server itself, whatever a backup takes.
SPARE = 64 * 1024 * 1024
#: How nice it is: whoever is served comes first.
BEHIND = 10
#: Seconds to wait before asking again for what the disk had no room for.
COME_AGAIN = 300


class Elsewhere:
    """Stands for the backups of a server whose data is not in a file of its own."""

    folder = Path()

    async def make(self) -> BackedUp:
        """Refuse."""
        raise NotBackedUp("elsewhere")

    def stop(self) -> None:
        """Do nothing."""


class BackingUp:
    """Makes backups of a data folder into another one, of which no name comes from the wire."""

    def __init__(
        self,
        data: Path,
        database: Path,
        folder: Path,
        run: Run,
        broke: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._data = data
        self._database = database
        self.folder = folder  #: where the next is written
        self._run = run
        self._broke = broke  #: told what went wrong in words that are not for the wire
        self._under_way = False
        self._program: subprocess.Popen[bytes] | None = None
        self._stopped = False

    async def make(self) -> BackedUp:
        """Make one, read back and on disk."""
        if self._stopped:
            raise NotBackedUp("stopping")
        if self._under_way:
            raise UnderWay()
        self._under_way = True
        try:
            return await self._run(self._make)
        except OSError as error:
            self._broke(f"{error.filename or self.folder}: {error.strerror or error}")
            raise NotBackedUp("failed") from None
        finally:
            self._under_way = False

    def stop(self) -> None:
        """End what is under way: what it wrote is taken away."""
        self._stopped = True
        if self._program is not None:
            self._program.kill()

    def _make(self) -> BackedUp:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()
        # At its largest there is the copy, and the file that it is packed into.
        if shutil.disk_usage(self.folder).free < 2 * size_of(self._database) + SPARE:
            raise DiskFull(retry_after=COME_AGAIN)
        begun = time.monotonic()
        try:
            made = self._written(self._new_file())
        finally:
            self._sweep()
        took = time.monotonic() - begun
        shown = os.fsencode(made["file"]).decode(errors="replace")
        return BackedUp(file=shown, bytes_=made["bytes"], entries=made["entries"], seconds=round(took))

    def _new_file(self) -> Path:
        name = time.strftime("imserver-%Y%m%dT%H%M%SZ", time.gmtime())
        file, others = self.folder / f"{name}.backup", 1
        while file.exists():
            others += 1
            file = self.folder / f"{name}-{others}.backup"
        return file

    def _sweep(self) -> None:
        """Take away what was begun and not finished: nobody else writes here."""
        for part in self.folder.glob("imserver-*.part*"):
            with suppress(OSError):
                part.unlink()

    def _written(self, file: Path) -> dict[str, Any]:
        words = [sys.executable, "-m", "imserver", "backup", "--json", "--data", str(self._data), str(file)]
        # In a session of its own: Ctrl-C is for the server, which ends this.
        with subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as program:
            self._program = program
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, program.pid, BEHIND)
            if self._stopped:
                program.kill()
            out, error = program.communicate()
            self._program = None
        if program.returncode == 0:
            return dict(json.loads(out))
        file.unlink(missing_ok=True)
        raise self._why_not(error.decode(errors="replace"))

    def _why_not(self, error: str) -> Exception:
        if self._stopped:
            return NotBackedUp("stopping")
        last = error.strip().rpartition("\n")[2]
        try:
            said = json.loads(last)
            code, sentence = str(said["error"]), str(said["sentence"])
        except (ValueError, KeyError, TypeError):
            code, sentence = "", last
        self._broke(sentence)
        if code == "disk-full":
            return DiskFull(retry_after=COME_AGAIN)
        return NotBackedUp("damaged" if code == "damaged" else "failed")
