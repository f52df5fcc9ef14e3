"""Brings the tables of a database up to this program's, before anybody is let in."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, inspect, text

from . import statements
from .interface import NewerDatabase, OlderDatabase, StorageError
from .migrations import HEAD


def upgrade(connection: Connection, name_epoch: Callable[[], str]) -> None:
    """Take the steps a database lacks, and give a new one its epoch; fails with ``NewerDatabase``."""
    if step_of(connection) != HEAD:
        _take_steps(connection)
    if connection.execute(statements.read_log).one_or_none() is None:
        connection.execute(statements.begin_log, {"epoch": name_epoch()})


def lacks_steps(connection: Connection) -> str | None:
    """Say at which step a database is whose tables are about to be changed; None: they are not."""
    step = step_of(connection)
    return step if step is not None and step < HEAD else None


def must_be_now(connection: Connection) -> str:
    """Give the step of a database that is this program's, and raise what else it is."""
    step = step_of(connection)
    if step is None:
        raise StorageError("there is nothing of an imserver in it")
    if step != HEAD:
        kind = NewerDatabase if step > HEAD else OlderDatabase
        raise kind(f"the database is at step {step}, this program at {HEAD}")
    return step


def step_of(connection: Connection) -> str | None:
    """Say at which step the tables of a database are; None: it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    step: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return step


def _take_steps(connection: Connection) -> None:
    # Loading Alembic takes a good part of a start; nearly every start finds nothing to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "imserver.storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise NewerDatabase(
            f"the database is at step {step_of(connection)}, this program at {HEAD}"
        ) from error
