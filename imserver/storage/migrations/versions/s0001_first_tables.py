"""The first tables: the log, the accounts, what was said, for whom, and the devices' cursors."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "log",
        sa.Column("one", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.Column("accounts", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("one", name="log_pk"),
        sa.CheckConstraint("one = 1", name="log_one"),
    )
    op.create_table(
        "account",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("registered", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="account_pk"),
    )
    op.create_index("account_name", "account", ["name"], unique=True)
    op.create_table(
        "entry",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("to", NUMBER, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("ref", sa.Text),
        sa.PrimaryKeyConstraint("number", name="entry_pk"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="entry_account"),
    )
    _partial_index("entry_ref", ["account", "ref"], "ref IS NOT NULL", unique=True)
    _partial_index("entry_about_people", ["number"], "kind != 'message'")
    _partial_index("entry_to_everyone", ["number"], "kind = 'message' AND audience = '*'")
    op.create_table(
        "audience",
        sa.Column("account", NUMBER, autoincrement=False, nullable=False),
        sa.Column("entry", NUMBER, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("account", "entry", name="audience_pk"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="audience_account"),
        sa.ForeignKeyConstraint(["entry"], ["entry.number"], name="audience_entry"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device",
        sa.Column("account", NUMBER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cursor", NUMBER, nullable=False),
        sa.Column("used", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name="device_pk"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="device_account"),
        sqlite_with_rowid=False,
    )


def _partial_index(name: str, columns: list[str], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, "entry", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
