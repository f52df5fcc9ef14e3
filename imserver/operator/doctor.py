"""Looks a server over: what is wrong, or soon will be, each in a sentence with what to do."""

from __future__ import annotations

import fcntl
import os
import resource
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import SQLAlchemyError

from improtocol.invite import Invite, is_here

from ..storage.copying import as_it_stands, is_damage
from ..storage.migrations import HEAD
from ..storage.postgresql import ENCODING
from ..storage.upgrading import step_of
from .backups import DATABASE, older_copies
from .calling import Call, read_address
from .configuring import options_of
from .databases import database_of, file_of, reading
from .saying import NotDone, size

#: Settings of PostgreSQL without which its COMMIT promises nothing.
PROMISED = ("fsync", "full_page_writes")
GOOD, SOON, BAD = "good", "soon", "bad"
DAYS = 21  #: of a certificate's life: who renews by machine has done so by then
FREE, LITTLE = 1 << 30, 100 << 20
FILES = 4096
SLOW = 0.1  #: seconds for a synchronisation: what a person notices


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do."""

    what: str
    how: str
    sentence: str


def examine(
    folder: Path,
    addresses: tuple[str, ...] = (),
    now: Callable[[], float] = time.time,
    database: str | None = None,
) -> list[Finding]:
    """Look at everything that can be looked at from outside."""
    found = [*_folder(folder)]
    server = fingerprint = None
    if folder.is_dir():
        configuration, files = _configuration(folder)
        certificate, fingerprint = _certificate(files, now())
        server = holder(folder / "lock")
        found += [configuration, *_databases(folder, database, now()), *_disk(folder)]
        found += [*certificate, _server(folder)]
    found += [_clock(now()), _open_files(server)]
    found += [_listener(address, fingerprint) for address in addresses]
    return found


def _folder(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding("folder", BAD, f"There is no {folder}. Name the data folder with --data FOLDER.")
        return
    # Into a folder that is closed nobody looks, whatever root put there.
    open_ = [path.name for path in (folder, *folder.iterdir()) if _for_others(path)]
    if _for_others(folder):
        yield Finding("permissions", BAD, f"Others may read {', '.join(open_[:5])}: chmod -R go= {folder}")
    else:
        yield Finding("permissions", GOOD, f"Only its owner may look into {folder}.")
    if folder.stat().st_uid != os.geteuid():
        yield Finding("owner", SOON, f"{folder} is somebody else's; look as the user the server runs as.")
    if copies := older_copies(folder / DATABASE):
        names = ", ".join(path.name for path in copies)
        yield Finding(
            "copies",
            SOON,
            f"Older copies take {size(sum(p.stat().st_size for p in copies))}: {names}. "
            "When you need them no more, remove them; what was let go is still in them.",
        )


def _for_others(path: Path) -> bool:
    return not path.is_symlink() and bool(stat.S_IMODE(path.lstat().st_mode) & 0o077)


def _databases(folder: Path, said: str | None, now: float) -> Iterator[Finding]:
    try:
        url = database_of(folder, said)
    except NotDone as not_done:
        yield Finding("database", BAD, str(not_done))
        return
    file = file_of(url)
    if file is None:
        yield from _postgresql(url, now)
    elif not file.exists():
        yield Finding("database", SOON, f"There is none in {file.parent} yet.")
    else:
        yield from _database(file, now)


def _database(database: Path, now: float) -> Iterator[Finding]:
    try:
        with as_it_stands(database).begin() as connection:
            step, newest = _step_and_newest(connection)
            damage = connection.scalar(text("PRAGMA quick_check(1)"))
    except (SQLAlchemyError, OSError) as error:
        said = getattr(error, "orig", None) or error
        todo = "Restore the last good backup." if is_damage(said) else "Look at the disk, and whose it is."
        yield Finding("database", BAD, f"{database} cannot be read: {said}. {todo}")
        return
    if step is None:
        empty = (
            "There is nothing in it. If there ever was, restore the last good backup: a start begins anew."
        )
        yield Finding("database", BAD, empty)
        return
    if damage != "ok":
        yield Finding("database", BAD, f"{database} is damaged: {damage}. Restore the last good backup.")
    else:
        yield _stepped(step, f"{size(database.stat().st_size)}, and it holds together")
    yield from _newest(newest, now)


def _postgresql(url: URL, now: float) -> Iterator[Finding]:
    """Look at a PostgreSQL: whether what it answers is on its disk, and whether it notices damage there."""
    try:
        with reading(url) as connection:
            step, newest = _step_and_newest(connection)
            taken = connection.scalar(text("SELECT pg_database_size(current_database())"))
            encoding = connection.scalar(text("SHOW server_encoding"))
            settings = {
                name: connection.scalar(text(f"SHOW {name}")) for name in (*PROMISED, "data_checksums")
            }
    except (NotDone, SQLAlchemyError) as error:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        yield Finding("database", BAD, f"PostgreSQL cannot be asked: {said}")
        return
    if encoding != ENCODING:
        yield Finding(
            "database", BAD, f"It keeps text as {encoding}: createdb --encoding={ENCODING} makes one."
        )
    if step is None:
        yield Finding("database", SOON, "There is nothing in it; the first start makes its tables.")
    else:
        yield _stepped(step, f"{size(taken or 0)} in PostgreSQL")
    for name in PROMISED:
        if settings[name] == "off":
            yield Finding("database", BAD, f"PostgreSQL has {name} off: what was answered OK can be lost.")
    if settings["data_checksums"] != "on":
        yield Finding(
            "database", SOON, "PostgreSQL would not notice damage on its disk: pg_checksums --enable"
        )
    yield from _newest(newest, now)


def _step_and_newest(connection: Connection) -> tuple[str | None, int | None]:
    step = step_of(connection)
    return step, connection.scalar(text("SELECT max(at) FROM entry")) if step else None


def _stepped(step: str, good: str) -> Finding:
    if step == HEAD:
        return Finding("database", GOOD, f"{good}; `imserver verify` reads every entry.")
    older = step < HEAD
    what = "the next start brings it up to date" if older else "a newer imserver wrote it; use that one"
    return Finding(
        "database", SOON if older else BAD, f"It is at step {step}, this program at {HEAD}: {what}."
    )


def _newest(newest: int | None, now: float) -> Iterator[Finding]:
    if newest is not None and newest / 1000 > now + 60:
        yield Finding("clock", BAD, "Entries are from the future: this machine's clock is behind. Set it.")


def _disk(folder: Path) -> Iterator[Finding]:
    free, room = shutil.disk_usage(folder).free, os.statvfs(folder)
    how = BAD if free < LITTLE else SOON if free < FREE else GOOD
    advice = "" if how == GOOD else " When it is full, nothing can be said until there is room."
    yield Finding("disk", how, f"{size(free)} are free.{advice}")
    if room.f_files and room.f_favail < 1000:
        yield Finding("disk", BAD, "There are hardly any inodes left: remove files.")
    try:
        took = _synchronising(folder)
    except OSError as error:
        yield Finding("disk", BAD, f"Nothing can be written to {folder}: {error.strerror}.")
        return
    slow = " Each OK waits so long: use another disk." if took > SLOW else ""
    yield Finding("synchronising", SOON if slow else GOOD, f"It takes {took * 1000:.1f} ms.{slow}")


def _synchronising(folder: Path) -> float:
    path = folder / ".doctor"
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        took = []
        for _ in range(5):
            os.write(opened, b"?" * 4096)
            began = time.monotonic()
            os.fdatasync(opened)
            took.append(time.monotonic() - began)
        return sorted(took)[2]
    finally:
        os.close(opened)
        path.unlink()


def _configuration(folder: Path) -> tuple[Finding, tuple[Path, Path]]:
    """Look whether a server could be started with the file, and give the certificate and key it would use."""
    own = folder / "certificate.pem"
    try:
        told = {one.name: one.value for one in options_of(str(folder), None).options}
    except NotDone as not_done:
        return Finding("configuration", BAD, str(not_done)), (own, own)
    certificate = Path(told["certificate"] or own)
    there = (
        "imserver.toml can be used." if (folder / "imserver.toml").exists() else "All options are as ever."
    )
    return Finding("configuration", GOOD, there), (certificate, Path(told["key"] or certificate))


def _certificate(files: tuple[Path, Path], now: float) -> tuple[list[Finding], str | None]:
    """Look at the certificate, and give its fingerprint."""
    from ..certificate import FOR_EVER, BadCertificate, read  # noqa: PLC0415

    if files[0].name == "certificate.pem" and not files[0].exists():
        return [], None  # it is made when it is needed
    try:
        papers = read(*files)
    except BadCertificate as bad:
        return [Finding("certificate", BAD, f"{files[0]} cannot be used: {bad}.")], None
    if papers.until.replace(microsecond=0) == FOR_EVER:
        own = "The server's own, which does not end; clients know its fingerprint."
        return [Finding("certificate", GOOD, own)], papers.fingerprint
    left = (papers.until - datetime.fromtimestamp(now, UTC)).days
    how = BAD if left < 0 else SOON if left < DAYS else GOOD
    renew = "" if how == GOOD else " Renew it: it is read again by itself when the file changes."
    return [Finding("certificate", how, f"It has {left} days left.{renew}")], papers.fingerprint


def _server(folder: Path) -> Finding:
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return Finding("server", SOON, "None runs on this folder: imserver run")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return Finding("server", GOOD, "One runs on this folder.")
    finally:
        os.close(lock)
    return Finding("server", SOON, "None runs on this folder: imserver run")


def holder(lock: Path) -> int | None:
    """Find the process that holds a lock; None: none does, or nobody says."""
    with suppress(OSError, ValueError):
        number = f":{lock.stat().st_ino}"
        for line in Path("/proc/locks").read_text().splitlines():
            _, kind, _, _, process, where, *_ = line.split()
            if kind == "FLOCK" and where.endswith(number) and int(process) > 0:
                return int(process)
    return None


def _listener(address: str, fingerprint: str | None) -> Finding:
    began = time.monotonic()
    try:
        with _called(read_address(address), fingerprint):
            pass
    except NotDone as not_done:
        return Finding("listener", BAD, str(not_done))
    return Finding("listener", GOOD, f"{address} answers in {(time.monotonic() - began) * 1000:.0f} ms.")


def _called(where: Invite | Path, fingerprint: str | None) -> Call:
    """Call; on this machine that may be in TLS, and then it must be with the folder's certificate."""
    if (
        isinstance(where, Invite)
        and where.fingerprint is None
        and fingerprint is not None
        and is_here(where.host)
    ):
        try:
            return Call(replace(where, fingerprint=fingerprint))
        except NotDone as not_done:
            if not_done.code != "not-reached":
                raise
    return Call(where)


def _clock(now: float) -> Finding:
    if now < datetime(2025, 1, 1, tzinfo=UTC).timestamp():
        return Finding("clock", BAD, "It is wrong by years: set it, or the moments of messages will be.")
    return Finding("clock", GOOD, f"It says {datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC.")


def _open_files(server: int | None) -> Finding:
    """Look how many connections there may be: the server that runs has limits of its own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if server is not None:
        with suppress(OSError, ValueError):
            soft, hard = resource.prlimit(server, resource.RLIMIT_NOFILE)
    if soft < FILES:
        more = min(hard, 65536)
        return Finding("files", SOON, f"{soft} open files are allowed, one a connection: ulimit -n {more}")
    return Finding("files", GOOD, f"{soft} open files are allowed: enough for {soft - 100} connections.")
