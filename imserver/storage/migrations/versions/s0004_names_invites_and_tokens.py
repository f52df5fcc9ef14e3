"""Names an account ever had, what it may do, announcements, invites, and tokens to come back with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("account", sa.Column("administrator", sa.Integer, nullable=False, server_default="0"))
    op.add_column("account", sa.Column("everyone", sa.Integer))
    op.add_column("account", sa.Column("suspended", NUMBER))
    op.add_column("account", sa.Column("closed", NUMBER))
    op.add_column("entry", sa.Column("announce", sa.Integer))
    op.create_table(
        "name",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("since", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="name_pk"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="name_account"),
        sqlite_with_rowid=False,
    )
    op.create_index("name_by_account", "name", ["account"])
    op.execute("INSERT INTO name (name, account, since) SELECT name, id, registered FROM account")
    op.create_table(
        "invite",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.Text, nullable=False),
        sa.Column("maker", NUMBER),
        sa.Column("made", NUMBER, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.Column("uses", NUMBER, nullable=False),
        sa.Column("administrator", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="invite_pk"),
        sa.ForeignKeyConstraint(["maker"], ["account.id"], name="invite_maker"),
    )
    op.create_index("invite_code", "invite", ["code_hash"], unique=True)
    op.create_table(
        "token",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("made", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="token_pk"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="token_account"),
        sqlite_with_rowid=False,
    )
    op.create_index("token_by_device", "token", ["account", "device"])
