"""A PostgreSQL server of the tests' own: a folder, a Unix socket, gone when they end."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from imserver.storage import postgresql
from imserver.storage.database import Engines

_INSTALLED = Path("/usr/lib/postgresql")  # where Debian puts each version


class Cluster:
    """A running server whose folder is its own."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._folder = tempfile.mkdtemp(prefix="imserver-pg-")
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale")
        self.go_on()
        atexit.register(self.stop)

    @property
    def url(self) -> str:
        """Where its one database is."""
        return f"postgresql+psycopg://postgres@/postgres?host={self._folder}"

    def empty(self) -> None:
        """Take everything out of its database."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()

    def pause(self) -> None:
        """Be away, as after a crash."""
        self._run("pg_ctl", "--wait", "--silent", "--mode=immediate", "stop")

    def go_on(self) -> None:
        """Be there, again."""
        settings = f"-c listen_addresses= -c unix_socket_directories={self._folder}"
        self._run(
            "pg_ctl", "--wait", "--silent", f"--log={self._folder}/log", f"--options={settings}", "start"
        )

    def stop(self) -> None:
        """End it and remove what it wrote."""
        self._run("pg_ctl", "--wait", "--silent", "--mode=fast", "stop")
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        as_its_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_its_user, str(self._binaries / program), f"--pgdata={self._folder}", *arguments]
        # Not through a pipe: the server would inherit it, and its reader wait for the server's end.
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)


def why_not() -> str:
    """Say why there can be no cluster here, or nothing."""
    if os.environ.get("CI"):
        return ""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed"
    return "" if _found() else f"there is no PostgreSQL server in {_INSTALLED}"


def _found() -> Path | None:
    versions = sorted(_INSTALLED.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@functools.cache
def cluster() -> Cluster:
    """Start the one cluster of this process, when it is first needed."""
    found = _found()
    assert found is not None, f"there is no PostgreSQL server in {_INSTALLED}"
    return Cluster(found)


def opened(*, empty: bool = False) -> Engines:
    """Open its one database, as it is or with nothing in it."""
    if empty:
        cluster().empty()
    return postgresql.open_server(make_url(cluster().url))


class OnPostgreSQL:
    """Makes a case of a storage one on PostgreSQL; it begins with an empty database."""

    skip = why_not() or None

    def setUp(self) -> None:
        cluster().empty()
        super().setUp()  # type: ignore[misc]

    def engines(self) -> Engines:
        """Open the database."""
        return opened()
