"""Conversations, how far they are read, how far an account ever held its stream, and blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Rows that are read, and written, at a time: a log may be larger than the memory.
AT_A_TIME = 10_000


def upgrade() -> None:
    _make_tables()
    op.execute("UPDATE account SET held = registered")
    op.execute(
        "UPDATE account SET held = device.cursor FROM device"
        " WHERE device.account = account.id AND device.cursor > account.held AND NOT EXISTS ("
        "SELECT 1 FROM device AS other WHERE other.account = device.account AND other.cursor > device.cursor)"
    )
    op.execute("INSERT INTO conversation (id, people) VALUES (0, '*')")
    op.execute(
        "INSERT INTO member (account, conversation, after, read) SELECT id, 0, registered, 0 FROM account"
    )
    op.execute("UPDATE entry SET conversation = 0 WHERE kind = 'message' AND audience = '*'")
    _find_conversations(op.get_bind())
    _tell_audiences_more()
    op.drop_index("entry_to_everyone", "entry")
    to_everyone = sa.text("conversation = 0")
    op.create_index(
        "entry_to_everyone",
        "entry",
        ["number", "account"],
        sqlite_where=to_everyone,
        postgresql_where=to_everyone,
    )
    op.create_index("entry_conversation", "entry", ["conversation", "number", "account"])


def _make_tables() -> None:
    op.add_column("account", sa.Column("held", NUMBER, nullable=False, server_default="0"))
    op.create_table(
        "conversation",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("people", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="conversation_pk"),
    )
    op.create_index("conversation_people", "conversation", ["people"], unique=True)
    op.add_column("entry", sa.Column("conversation", NUMBER))
    op.create_table(
        "member",
        sa.Column("account", NUMBER, autoincrement=False, nullable=False),
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("after", NUMBER, nullable=False),
        sa.Column("read", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("account", "conversation", name="member_pk"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="member_account"),
        sa.ForeignKeyConstraint(["conversation"], ["conversation.id"], name="member_conversation"),
        sqlite_with_rowid=False,
    )
    op.create_index("member_by_conversation", "member", ["conversation"])
    op.create_table(
        "block",
        sa.Column("account", NUMBER, autoincrement=False, nullable=False),
        sa.Column("whom", NUMBER, autoincrement=False, nullable=False),
        sa.Column("after", NUMBER, autoincrement=False, nullable=False),
        sa.Column("upto", NUMBER),
        sa.PrimaryKeyConstraint("account", "whom", "after", name="block_pk"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="block_account"),
        sa.ForeignKeyConstraint(["whom"], ["account.id"], name="block_whom"),
        sqlite_with_rowid=False,
    )


def _find_conversations(connection: sa.Connection) -> None:
    """Number the sets of people that something was said among, in the order in which they first spoke."""
    found: dict[str, int] = {}
    said = _people_of_entries(connection)
    while some := list(islice(said, AT_A_TIME)):
        known = len(found)
        rows = [
            {"number": number, "conversation": found.setdefault(people, len(found) + 1)}
            for number, people in some
        ]
        connection.execute(
            sa.text("UPDATE entry SET conversation = :conversation WHERE number = :number"), rows
        )
        _keep(connection, islice(found.items(), known, None))


def _people_of_entries(connection: sa.Connection) -> Iterator[tuple[int, str]]:
    # Not put together by the database: in which order it does is for each to say in another way.
    rows = connection.execute(
        sa.text("SELECT entry, account FROM audience ORDER BY entry, account"),
        execution_options={"yield_per": AT_A_TIME},
    )
    for number, named in groupby(rows, key=lambda row: row.entry):
        yield number, ",".join(str(row.account) for row in named)


def _keep(connection: sa.Connection, found: Iterable[tuple[str, int]]) -> None:
    new = list(found)
    if not new:
        return
    connection.execute(
        sa.text("INSERT INTO conversation (id, people) VALUES (:id, :people)"),
        [{"id": conversation, "people": people} for people, conversation in new],
    )
    connection.execute(
        sa.text("INSERT INTO member (account, conversation, after, read) VALUES (:account, :id, 0, 0)"),
        [
            {"account": int(account), "id": conversation}
            for people, conversation in new
            for account in people.split(",")
        ],
    )


def _tell_audiences_more() -> None:
    # Made anew: SQLite adds no column without a default to a table.
    op.execute(
        "CREATE TABLE audience_before AS SELECT audience.account, audience.entry,"
        " entry.account AS sender, entry.conversation FROM audience"
        " JOIN entry ON entry.number = audience.entry"
    )
    op.drop_table("audience")
    op.create_table(
        "audience",
        sa.Column("account", NUMBER, autoincrement=False, nullable=False),
        sa.Column("entry", NUMBER, autoincrement=False, nullable=False),
        sa.Column("sender", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("account", "entry", name="audience_pk"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="audience_account"),
        sa.ForeignKeyConstraint(["entry"], ["entry.number"], name="audience_entry"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO audience (account, entry, sender, conversation)"
        " SELECT account, entry, sender, conversation FROM audience_before ORDER BY account, entry"
    )
    op.drop_table("audience_before")
