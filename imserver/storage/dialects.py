"""What is handed to the driver in another way than SQLAlchemy's usual one, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class JsonArray(FunctionElement[Any]):
    """The members of an array that is handed over as one parameter, each a row; the words for it differ."""

    inherit_cache = True


@compiles(JsonArray, "sqlite")
def _each(members: JsonArray, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(members.clauses, **options)})"


@compiles(JsonArray, "postgresql")
def _elements(members: JsonArray, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(members.clauses, **options)} AS json))"


class WholeRows:
    """An insert of whole rows, tuples in the order of the columns.

    SQLAlchemy says the statement, once a dialect, and the driver gets the tuples as they are:
    naming and sorting the parameters of every row anew took a quarter of the writer's time.
    """

    def __init__(self, table: Table) -> None:
        self._insert = insert(table)
        self._said: dict[str, str] = {}

    def write(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert the rows."""
        dialect = connection.dialect
        if (text := self._said.get(dialect.name)) is None:
            text = self._said[dialect.name] = self._say(dialect)
        connection.exec_driver_sql(text, list(rows))

    def _say(self, dialect: Dialect) -> str:
        by_position: Literal["qmark", "format"] = "qmark" if dialect.paramstyle == "qmark" else "format"
        same = cast(type[DefaultDialect], type(dialect))
        return str(self._insert.compile(dialect=same(paramstyle=by_position)))
