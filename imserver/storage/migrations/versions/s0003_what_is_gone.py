"""Up to where messages are no longer kept, in the log and in each conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("log", "conversation"):
        op.add_column(table, sa.Column("gone", NUMBER, nullable=False, server_default="0"))
