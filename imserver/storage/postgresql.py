"""PostgreSQL: for several nodes, or for those who have one running."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from .database import Engines
from .interface import Damaged, DiskFull, StorageError

#: What some of PostgreSQL's errors are, by SQLSTATE: disk_full, data_corrupted, index_corrupted.
KINDS: dict[str, type[StorageError]] = {"53100": DiskFull, "XX001": Damaged, "XX002": Damaged}

#: How a database keeps text that people write in any script.
ENCODING = "UTF8"


def open_server(url: URL) -> Engines:
    """Find a database by its address; nothing is connected yet."""
    # One connection for the writer, four for the readers.  A connection is tried before it is
    # used: the server may have been started anew since.  What people say stands in no error and no log.
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=5,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": "-c synchronous_commit=on"},
    )
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(
        engine,
        reading,
        alone=_alone,
        check=_check,  # damage it finds itself: it has checksums page by page (initdb --data-checksums)
        kind=_kind,
        undone=_undone,
        fold=lambda: None,
        keep=lambda step: None,  # its keeper has ways of their own to copy it
        part=engine.dispose,
        take=lambda: _take(engine),
    )


def _kind(error: DBAPIError) -> type[StorageError]:
    return KINDS.get(getattr(error.orig, "sqlstate", None) or "", StorageError)


def _undone(error: DBAPIError) -> bool:
    # At an ERROR a transaction is rolled back.  At a PANIC, which may say the same, nobody knows.
    severity = getattr(getattr(error.orig, "diag", None), "severity_nonlocalized", None)
    return _kind(error) is DiskFull and severity == "ERROR"


def _take(engine: Engine) -> Callable[[], None] | None:
    """Hold a lock as long as a connection lives."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # it is nobody else's, and no idle one
    if connection.exec_driver_sql("SELECT pg_try_advisory_lock(12001)").scalar_one():
        return connection.close
    connection.close()
    return None


def _check(connection: Connection) -> None:
    """Refuse a database that could not keep what people say in all their scripts."""
    if (encoding := connection.exec_driver_sql("SHOW server_encoding").scalar_one()) != ENCODING:
        raise StorageError(
            f"it keeps text as {encoding}, which has no sign for much of what people say; make one by "
            f"createdb --encoding={ENCODING} --template=template0 NAME"
        )


def _alone(connection: Connection) -> None:
    # Of nodes that are started together one makes the tables.  Any number will do that nobody else locks.
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(12000)")
