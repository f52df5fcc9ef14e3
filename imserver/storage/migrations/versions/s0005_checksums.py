"""A checksum in each entry."""

from __future__ import annotations

from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Rows that are read, and written, at a time: a log may be larger than the memory.
AT_A_TIME = 10_000

#: All but the messages that were let go, of which there are no words left.
SOME = sa.text(
    'SELECT number, kind, at, account, sender, audience, "to", text, ref, conversation, announce FROM entry'
    " WHERE number > :behind AND (kind <> 'message' OR conversation IS NOT NULL)"
    " ORDER BY number LIMIT :most"
)
WRITE = sa.text("UPDATE entry SET checksum = :checksum WHERE number = :number")


def upgrade() -> None:
    op.add_column("entry", sa.Column("checksum", NUMBER))
    connection = op.get_bind()
    behind = 0
    while rows := connection.execute(SOME, {"behind": behind, "most": AT_A_TIME}).all():
        connection.execute(WRITE, [{"number": row[0], "checksum": _checksum(row)} for row in rows])
        behind = rows[-1][0]


def _checksum(row: sa.Row[tuple[object, ...]]) -> int:
    return crc32("\0".join(map(str, row)).encode())
