"""The steps to this version's tables: they end where ``schema`` is, and run only if need be."""

from __future__ import annotations

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url, text
from twisted.trial.unittest import SynchronousTestCase

from imserver.storage import postgresql, schema, sqlite
from imserver.storage.interface import NewerDatabase
from imserver.storage.migrations import HEAD
from imserver.storage.upgrading import upgrade

from .cluster import cluster, why_not

_OPEN = """
import sys
from sqlalchemy import make_url
from imserver.storage import sqlite
from imserver.storage.upgrading import upgrade
with sqlite.open_file(make_url(sys.argv[1])).writing.begin() as connection:
    upgrade(connection, lambda: "epoch")
assert "alembic" not in sys.modules
"""


class Migrations(SynchronousTestCase):
    """What a new database is made of, and what becomes of an old one."""

    def test_the_head_is_the_last_step(self) -> None:
        """The step that is said to be the last is the last there is."""
        config = Config()
        config.set_main_option("script_location", "imserver.storage:migrations")
        self.assertEqual(ScriptDirectory.from_config(config).get_heads(), [HEAD])

    def test_the_steps_make_the_schema(self) -> None:
        """SQLite has the same tables and indexes by the steps as by the schema, to the letter."""
        by_steps, by_schema = _in_memory(), _in_memory()
        with by_steps.begin() as connection:
            upgrade(connection, lambda: "epoch")
            self.assertEqual(_differences(connection), [])
            made = _said(connection)
        with by_schema.begin() as connection:
            schema.metadata.create_all(connection)
            self.assertEqual(made, _said(connection))

    def test_the_steps_make_the_schema_on_postgresql(self) -> None:
        """PostgreSQL has the same columns, constraints and indexes by the steps as by the schema."""
        if reason := why_not():
            self.skipTest(reason)
        made = []
        for make in (lambda connection: upgrade(connection, lambda: "epoch"), schema.metadata.create_all):
            cluster().empty()
            engine = postgresql.open_server(make_url(cluster().url)).writing
            with engine.begin() as connection:
                make(connection)
                made.append([list(connection.execute(text(question))) for question in _CATALOGUE])
            engine.dispose()
        self.assertEqual(*made)

    def test_an_up_to_date_database_is_opened_quickly(self) -> None:
        """A database that lacks no step is opened without loading Alembic."""
        url = f"sqlite:///{self.mktemp()}"
        engine = sqlite.open_file(make_url(url)).writing
        with engine.begin() as connection:
            upgrade(connection, lambda: "epoch")
        engine.dispose()
        subprocess.run([sys.executable, "-c", _OPEN, url], check=True)

    def test_a_newer_database_is_left_alone(self) -> None:
        """A database with a step that this program does not know is refused, and not touched."""
        with _in_memory().begin() as connection:
            upgrade(connection, lambda: "epoch")
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            before = _said(connection)
            self.assertRaises(NewerDatabase, upgrade, connection, lambda: "other")
            self.assertEqual(_said(connection), before)

    def test_an_epoch_is_for_ever(self) -> None:
        """A database is given an epoch once, however often it is opened."""
        with _in_memory().begin() as connection:
            for epoch in ("first", "second"):
                upgrade(connection, lambda epoch=epoch: epoch)
            self.assertEqual(connection.execute(text("SELECT epoch, last FROM log")).all(), [("first", 0)])


_CATALOGUE = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%' ORDER BY 1, 2",
    "SELECT indexdef FROM pg_indexes"
    " WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1",
)


def _in_memory() -> Engine:
    return sqlite.open_memory().writing


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, schema.metadata))


def _said(connection: Connection) -> list[tuple[str, list[str]]]:
    """Give what SQLite was told of each table and index, the lines of a table in any order."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
    return [
        (name, sorted(line.strip().rstrip(",") for line in sql.splitlines()))
        for name, sql in rows
        if name != "alembic_version"
    ]
