"""The steps to this version's tables: they end where ``schema`` is, and run only if need be."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, make_url, select, text
from twisted.trial.unittest import SynchronousTestCase

from imserver.storage import schema, sqlite
from imserver.storage.copying import as_it_stands
from imserver.storage.database import Database, Engines
from imserver.storage.interface import NewerDatabase
from imserver.storage.migrations import HEAD
from imserver.storage.records import NAMELESS, EntryKind
from imserver.storage.upgrading import step_of, upgrade
from imserver.storage.verifying import verify

from . import contract
from .cluster import opened, why_not
from .model import Model, as_read_back, people_of

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
            engine = opened(empty=True).writing
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
        here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", _OPEN, url], check=True, env=here)

    def test_a_copy_is_kept(self) -> None:
        """From whichever step: before the first change a copy of the file is kept, and is as it was."""
        steps = _steps()
        self.assertEqual(HEAD, steps[-1])
        for step in steps[:-1]:
            path = Path(self.mktemp())
            engines = sqlite.open_file(make_url(f"sqlite:///{path}"))
            with engines.writing.begin() as connection:
                _take_steps_to(connection, step)
                _fill(connection, _life()) if step == "0001" else None
                before = _said(connection)
            self._start(engines)
            copy = path.with_name(f"{path.name}.step-{step}")
            self.assertEqual(0o600, copy.stat().st_mode & 0o777)
            with as_it_stands(copy, alone=True).begin() as connection:
                self.assertEqual((step, before), (step_of(connection), _said(connection)))
            with as_it_stands(path).begin() as connection:
                self.assertEqual(verify(connection).wrong, [])
            copy.unlink()
            self._start(engines)
            self.assertFalse(copy.exists(), "nothing was changed any more")

    def _start(self, engines: Engines) -> None:
        run, soon = contract.at_once, contract.Turns().soon
        Database(engines, write=run, read=run, soon=soon, now=lambda: 0).open()

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
    """Give what SQLite was told of each table and index, the parts of a table in any order."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
    return [(name, sorted(_parts(sql))) for name, sql in rows if name != "alembic_version"]


def _parts(sql: str) -> list[str]:
    """Take a statement apart at the commas that are in no bracket but the first."""
    before, _, behind = sql.partition("(")
    inside, _, rest = behind.rpartition(")")
    parts, depth = [""], 0
    for sign in inside:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [" ".join(part.split()) for part in (before, *parts, rest)]


class FromTheFirstStep(contract.StorageCase):
    """A database of the first step's that was in use: what becomes of it with this program."""

    def engines(self) -> Engines:
        engines = self.empty()
        with engines.writing.begin() as connection:
            _take_the_first_step(connection)
            _fill(connection, self.model)
        return engines

    def empty(self) -> Engines:
        return sqlite.open_memory()

    def setUp(self) -> None:
        self.model = _life()
        super().setUp()

    def test_it_goes_on_as_if_it_had_always_been_so(self) -> None:
        """What was said, held and registered before is found as in the model that lived through it."""
        for account in range(1, len(self.model.names) + 1):
            for name in ("conversations", "history"):
                more = {"people": None, "after": 0} if name == "history" else {}
                asked = contract.Act(name, account, **more, before=None, limit=9999)
                found = self.done(asked.of(self.storage))
                self.assertEqual(as_read_back(found), as_read_back(asked.of(self.model)))
        self.live_like(self.model, 1000)


class FromTheFirstStepOnPostgreSQL(FromTheFirstStep):
    """The same on a server."""

    skip = why_not() or None

    def empty(self) -> Engines:
        return opened(empty=True)


#: What there may be in the tables of the later steps, and in their columns of earlier tables.
_LATER = {
    "0002": ("INSERT INTO block VALUES (1, 2, 5, NULL)", "INSERT INTO block VALUES (1, 3, 2, 9)"),
    "0004": (
        "UPDATE account SET administrator = 1, everyone = 0, suspended = 7 WHERE id = 2",
        "INSERT INTO name VALUES ('earlier', 1, 3)",
        "INSERT INTO invite VALUES (1, 'code', 1, 1, 2, 3, 0)",
        "INSERT INTO token VALUES ('hash', 1, 'phone', 4)",
    ),
}


class FromEveryStep(SynchronousTestCase):
    """A database of any step with something in each of its tables."""

    def empty(self) -> Engines:
        """Give a database with nothing in it."""
        return sqlite.open_memory()

    def test_nothing_is_lost(self) -> None:
        """From whichever step to the last: every row of every table is there afterwards, as it was."""
        steps = _steps()
        for step in steps[:-1]:
            engine = self.empty().writing
            with engine.begin() as connection:
                for taken in steps[: steps.index(step) + 1]:
                    _take_steps_to(connection, taken)
                    _fill(connection, _life()) if taken == steps[0] else None
                    for row in _LATER.get(taken, ()):
                        connection.execute(text(row))
                before = _rows(connection)
                self.assertEqual([], [name for name, rows in before.items() if not rows])
                upgrade(connection, lambda: "other")
                after = _rows(connection)
                self.assertEqual([], [name for name, rows in after.items() if not rows and name in before])
                for name, rows in before.items():
                    kept = [{key: row[key] for key in rows[0] if key in row} for row in after[name]]
                    self.assertEqual(rows, kept, f"{name}, from step {step}")
                self.assertEqual(HEAD, step_of(connection))
                self.assertEqual([], verify(connection).wrong)
            engine.dispose()


class FromEveryStepOnPostgreSQL(FromEveryStep):
    """The same on a server."""

    skip = why_not() or None

    def empty(self) -> Engines:
        """Give a database with nothing in it."""
        return opened(empty=True)


def _steps() -> list[str]:
    """Give all steps, the first one first."""
    config = Config()
    config.set_main_option("script_location", "imserver.storage:migrations")
    return [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def _rows(connection: Connection) -> dict[str, list[dict[str, object]]]:
    """Read all tables, in the order of their keys."""
    found = MetaData()
    found.reflect(connection)
    return {
        name: [
            dict(row._mapping)
            for row in connection.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for name, table in found.tables.items()
        if name != "alembic_version"
    }


_FOUND = """
    SELECT people, count(*), min(number)
    FROM entry LEFT JOIN conversation ON conversation.id = entry.conversation GROUP BY people ORDER BY people
"""


class ALongLog(SynchronousTestCase):
    """A log of which not everything is read at once."""

    def test_every_message_finds_its_conversation(self) -> None:
        """However long the log is, each message has its conversation, and each conversation is there once."""
        model = Model()
        for name in ("name1", "name2", "name3"):
            model.register(name, "")
        for n in range(11_000):
            model.append(contract.draft("x", by=n % 3 + 1, to={(n + 1) % 3 + 1}))
        with _in_memory().begin() as connection:
            _take_the_first_step(connection)
            _fill(connection, model)
            upgrade(connection, lambda: "epoch")
            found = connection.execute(text(_FOUND)).all()
            members = connection.scalar(text("SELECT count(*) FROM member WHERE conversation > 0"))
        self.assertEqual(found, [(None, 3, 1), ("1,2", 3667, 4), ("1,3", 3666, 6), ("2,3", 3667, 5)])
        self.assertEqual(members, 6)


def _life() -> Model:
    """Live a while with what there was then."""
    chance = random.Random(1)
    model = Model()
    for name in "abcdef":
        model.register(name, f"hash of {name}")
        for _ in range(60):
            model.now += 1
            account = chance.randint(1, len(model.names))
            others = chance.sample(range(1, len(model.names) + 1), chance.randint(1, len(model.names)))
            people = set(others) - {account} or {account}
            ref = chance.choice([None, str(model.now)])
            to = chance.choice([people, None])
            model.append(contract.draft(f"{model.now}", by=account, to=to, ref=ref))
            device = chance.choice([NAMELESS, "phone"])
            model.arrive(account, device, 20)
            if chance.random() < 0.3:
                model.hold(account, device, chance.randint(1, len(model.entries)))
    return model


def _take_the_first_step(connection: Connection) -> None:
    _take_steps_to(connection, "0001")


def _take_steps_to(connection: Connection, step: str) -> None:
    config = Config()
    config.set_main_option("script_location", "imserver.storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, step)


def _fill(connection: Connection, model: Model) -> None:
    """Write what the model remembers, as a program of the first step did."""
    connection.execute(
        text("INSERT INTO log VALUES (1, 'epoch', :last, :accounts)"),
        {"last": len(model.entries), "accounts": len(model.names)},
    )
    _insert(connection, "account", list(zip(*_columns(model), strict=True)))
    entries = [
        (e.number, e.kind.value, e.at, e.account, e.sender, e.audience, e.to, e.text, e.ref)
        for e in model.entries
    ]
    _insert(connection, "entry", entries)
    named = [
        (account, entry.number)
        for entry in model.entries
        if entry.kind is EntryKind.MESSAGE
        for account in people_of(entry)
    ]
    _insert(connection, "audience", named)
    devices = [
        (account, name, cursor, used)
        for account, devices in model.cursors.items()
        for name, (used, cursor) in devices.items()
    ]
    _insert(connection, "device", devices)


def _columns(model: Model) -> tuple[list[int], list[str], list[str], list[int]]:
    return (
        list(range(1, len(model.names) + 1)),
        model.names,
        [f"hash of {name}" for name in model.names],
        model.registered,
    )


def _insert(connection: Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        names = [f"c{at}" for at in range(len(rows[0]))]
        values = ", ".join(f":{name}" for name in names)
        connection.execute(
            text(f"INSERT INTO {table} VALUES ({values})"),
            [dict(zip(names, row, strict=True)) for row in rows],
        )
