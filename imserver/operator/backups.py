"""A backup: one file with all that is needed to be the same server elsewhere, and the way back.

It is a tar with the database as it was at one moment, the server's own certificate (clients know the
server by it), its configuration, and a list that says what each must be to the bit.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shlex
import sqlite3
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from improtocol.version import __version__

from ..cannot_start import CannotStart
from ..data_folder import DataFolder
from ..running_as import user
from ..storage.copying import as_it_stands, copy, in_words, is_damage, synchronise
from ..storage.database import random_epoch
from ..storage.interface import Damaged, DiskFull, NewerDatabase, OlderDatabase, StorageError
from ..storage.verifying import Findings, verify
from ..told import Told
from .databases import database_of, file_of, in_clear, must_be_there, reading
from .saying import NotDone, why

LIST = "backup.json"
DATABASE = "imserver.db"
#: What lies beside the database and goes along.
BESIDE = ("certificate.pem", "imserver.toml")
MOST_LISTED = 64 * 1024
#: What is said where the data is not in a file of its own.
BY_PG_DUMP = (
    "The data of this server is in PostgreSQL, which is copied by its own program, while the server runs: "
    "pg_dump --format=custom --file=FILE {url}  Take certificate.pem and imserver.toml along."
)
BY_PG_RESTORE = (
    "The data of this server is in PostgreSQL, which its own program puts back, while no server runs: "
    "pg_restore --clean --if-exists --no-owner --dbname={url} FILE  The next start compares it with what was "
    "told, and gives the log a new epoch if it is behind that, or if nobody knows."
)
#: What the system says when there is no room.
FULL = (errno.ENOSPC, errno.EDQUOT)
#: What is done about damage.
RESTORE = "Stop the server and restore the last good backup."


def backup(folder: Path, file: Path) -> dict[str, Any]:
    """Make a backup of a data folder, in use or not, and read it back; give its list."""
    _must_be_a_file(folder, BY_PG_DUMP)
    database = folder / DATABASE
    must_be_there(database)
    if file.exists():
        raise NotDone(f"{file} is there already; name another file.")
    if not file.parent.is_dir():
        raise NotDone(f"There is no folder {file.parent}; make it, or name another FILE.")
    copied, unfinished = file.with_name(f"{file.name}.db.part"), file.with_name(f"{file.name}.part")
    try:
        with in_a_sentence(file):
            copy(database, copied)
            found = findings(copied, alone=True)
            if found.faults:
                raise NotDone(
                    f"The database is damaged ({found.wrong[0]}), so this would be no backup. "
                    "`imserver verify` tells all; restore the last good one.",
                    code="damaged",
                )
            listed = _pack(unfinished, copied, folder, found)
            check(unfinished)
            unfinished.replace(file)
            synchronise(file.parent)
    finally:
        for left in (copied, unfinished):
            left.unlink(missing_ok=True)
    return {"file": str(file.absolute()), "bytes": file.stat().st_size, **listed}


def _must_be_a_file(folder: Path, otherwise: str) -> None:
    """Say how it is done where PostgreSQL has the data: it copies itself, and knows best how."""
    url = database_of(folder)
    if file_of(url) is None:
        raise NotDone(otherwise.format(url=shlex.quote(in_clear(url))), code="elsewhere")


def _pack(target: Path, copied: Path, folder: Path, found: Findings) -> dict[str, Any]:
    members = {DATABASE: copied, **{name: folder / name for name in BESIDE if (folder / name).is_file()}}
    listed = {
        "imserver": __version__,
        "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "step": found.step,
        "epoch": found.epoch,
        "entries": found.entries,
        "accounts": found.accounts,
        "sha256": {name: digest(path) for name, path in members.items()},
    }
    written = json.dumps(listed, indent=1).encode()
    opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(opened, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
        head = tarfile.TarInfo(LIST)
        head.size, head.mode, head.mtime = len(written), 0o600, int(time.time())
        tar.addfile(head, io.BytesIO(written))
        for name, path in members.items():
            tar.add(path, name, filter=_nobodys)
    synchronise(target)
    return listed


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out whose it was: elsewhere that is somebody else."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def check(file: Path) -> dict[str, Any]:
    """Read a backup to its end, and give its list; raises `NotDone` if it is not what it was made."""
    with _opened(file) as tar:
        listed = _list(tar, file)
        for name, expected in listed["sha256"].items():
            if _digest_of(_member(tar, name, file)) != expected:
                raise NotDone(f"{name} in {file} is damaged; take another backup.", code="damaged")
    return listed


def unpack(file: Path, name: str, target: Path) -> None:
    """Take one file out of a backup."""
    with _opened(file) as tar, _member(tar, name, file) as source:
        opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(opened, "wb") as out:
            while part := source.read(1 << 20):
                out.write(part)
    synchronise(target)


def restore(file: Path, folder: Path, *, replace: bool) -> dict[str, Any]:
    """Put a backup in a data folder that no server uses, as a log with a new epoch; give its list."""
    _must_be_a_file(folder, BY_PG_RESTORE)
    with in_a_sentence(file):
        listed = check(file)
    with taken(folder), in_a_sentence(folder):
        database = folder / DATABASE
        if database.exists() and not replace:
            raise NotDone(
                f"There is a database in {folder}. To put the backup in its place say --replace; "
                "what is there is kept beside it."
            )
        unpacked = folder / f"{DATABASE}.part"
        try:
            unpack(file, DATABASE, unpacked)
            renamed = _renamed(unpacked)
            listed["epoch"], listed["epoch-before"] = renamed.epoch, listed["epoch"]
            told = DataFolder(folder).told
            # From here on a server that is started gives the log a new epoch by itself, too.
            told.unlink(missing_ok=True)
            listed["kept"] = [str(kept) for kept in _put_aside(folder, listed)]
            unpacked.replace(database)
            for name in BESIDE:
                if name in listed["sha256"] and not (folder / name).exists():
                    unpack(file, name, folder / name)
            _vouch(told, renamed)
            synchronise(folder)
        finally:
            unpacked.unlink(missing_ok=True)
    return {"folder": str(folder.absolute()), **listed}


def _vouch(told: Path, log: Findings) -> None:
    """Have a server know this log when it starts, so that the epoch that is told here is the one it has."""
    witness = Told(told)
    witness.begin(log.epoch, log.entries)
    witness.close()


def _renamed(database: Path) -> Findings:
    """Give a log a new epoch: its numbers may mean other words than those that were told (R15)."""
    epoch = random_epoch()
    connection = sqlite3.connect(database)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        with connection:
            if connection.execute("UPDATE log SET epoch = ?", (epoch,)).rowcount != 1:
                raise sqlite3.DatabaseError("it holds no log")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    found = findings(database, alone=True)
    if found.faults or found.epoch != epoch:
        raise NotDone(f"The backup is damaged ({' '.join(found.wrong[:1])}).", code="damaged")
    return found


def _put_aside(folder: Path, listed: dict[str, Any]) -> list[Path]:
    """Move what is there out of the way, under names that nobody has."""
    when = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    while (folder / f"{DATABASE}.replaced-{when}").exists():
        when += "+"
    replaced = f"{DATABASE}.replaced-{when}"
    # SQLite finds a write-ahead log by the name of its database.
    moves = {f"{DATABASE}{part}": f"{replaced}{part}" for part in ("", "-wal", "-shm")}
    for name in BESIDE:
        path = folder / name
        if name in listed["sha256"] and path.exists() and digest(path) != listed["sha256"][name]:
            moves[name] = f"{name}.replaced-{when}"
    there = {folder / name: folder / aside for name, aside in moves.items() if (folder / name).exists()}
    for path, aside in there.items():
        path.rename(aside)
    return list(there.values())


def older_copies(database: Path) -> list[Path]:
    """Give what was kept of a database when another took its place, or its tables were changed."""
    beside = sorted(database.parent.glob(f"{database.name}.*"))
    return [path for path in beside if path.suffix.startswith((".step", ".repl"))]


def findings(database: Path, *, alone: bool = False) -> Findings:
    """Read a database from end to end."""
    with as_it_stands(database, alone=alone).begin() as connection:
        return verify(connection)


def findings_of(url: URL) -> Findings:
    """Read whichever database a server uses from end to end."""
    with reading(url) as connection:
        return verify(connection)


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return _digest_of(file)


def _digest_of(file: IO[bytes]) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except tarfile.TarError:
        raise NotDone(f"{file} is no backup of an imserver, or is damaged.", code="damaged") from None


def _member(tar: tarfile.TarFile, name: str, file: Path) -> IO[bytes]:
    with suppress(KeyError):
        found = tar.getmember(name)
        if found.isreg() and (source := tar.extractfile(found)) is not None:
            return source
    raise NotDone(f"{file} is no backup of an imserver: there is no {name} in it.", code="damaged")


def _list(tar: tarfile.TarFile, file: Path) -> dict[str, Any]:
    with _member(tar, LIST, file) as source, suppress(ValueError, TypeError):
        listed = json.loads(source.read(MOST_LISTED))
        if DATABASE in listed["sha256"] and set(listed["sha256"]) <= {DATABASE, *BESIDE}:
            return dict(listed)
    raise NotDone(f"{file} is no backup of an imserver, or is damaged.", code="damaged")


@contextmanager
def taken(folder: Path) -> Iterator[None]:
    """Have a data folder alone; raises `NotDone` if a server uses it."""
    lock = DataFolder(folder)
    try:
        lock.take()
    except CannotStart as cannot:
        raise NotDone(str(cannot).removeprefix("imserver: "), code="in-use") from None
    try:
        yield
    finally:
        lock.leave()


@contextmanager
def in_a_sentence(what: Path) -> Iterator[None]:
    """Say in a sentence what the system or the database would not do."""
    try:
        yield
    except NewerDatabase as error:
        raise NotDone(f"It is of a newer imserver: {error}; use that one.", code="newer") from None
    except DiskFull as error:
        raise NotDone(f"There is no room: {error}.", code="disk-full") from None
    except OlderDatabase as error:
        raise NotDone(
            f"It is of an older imserver: {error}. Start a server on it, which brings it up to date.",
            code="older",
        ) from None
    except Damaged as error:
        raise NotDone(f"The database is damaged: {error}. {RESTORE}", code="damaged") from None
    except StorageError as error:
        raise NotDone(f"It cannot be read: {error}.") from None
    except OperationalError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise _unread(error.orig) from None
        raise NotDone(
            f"The database cannot be reached: {_first_line(error.orig)}", code="not-reached"
        ) from None
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _unread(getattr(error, "orig", None) or error) from None
    except OSError as error:
        code = "disk-full" if error.errno in FULL else "not-done"
        raise NotDone(why(error, what), code=code) from None


def _unread(error: Exception) -> NotDone:
    """Say what SQLite did not read, and what to do; a file that it cannot open is not damaged by that."""
    said = f"The database cannot be read: {in_words(error)}."
    if is_damage(error):
        return NotDone(f"{said} {RESTORE}", code="damaged")
    return NotDone(f"{said} Is the disk all right, and may {user()} read and write its folder?")


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]
