"""The tables, said once for SQLite and PostgreSQL.

What a database really has is made by the steps in ``migrations``; a test holds the two
together.  Nothing is ever removed from ``entry`` and ``audience`` because it was sent.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    literal_column,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)

#: Numbers of entries and accounts.  To SQLite only ``INTEGER PRIMARY KEY`` is the row itself.
Number = BigInteger().with_variant(Integer(), "sqlite")

#: The one row that every storing transaction locks: number order is commit order.
log = Table(
    "log",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Text, nullable=False),
    Column("last", Number, nullable=False),
    Column("accounts", Number, nullable=False),
    CheckConstraint("one = 1", name="one"),
)

account = Table(
    "account",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("registered", Number, nullable=False),
    Index("account_name", "name", unique=True),
)

entry = Table(
    "entry",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Number, nullable=False),
    Column("account", Number, ForeignKey("account.id"), nullable=False),
    Column("sender", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("to", Number, nullable=False),
    Column("text", Text, nullable=False),
    Column("ref", Text),
)

# Literals and not parameters: an index of a part is used only if the question is seen to lie within it.
#: What is about who there is: in everybody's stream.
ABOUT_PEOPLE = entry.c.kind != literal_column("'message'")
#: What was said to everyone: in the stream of everybody who was registered by then.
SAID_TO_EVERYONE = and_(
    entry.c.kind == literal_column("'message'"), entry.c.audience == literal_column("'*'")
)
#: What can be asked for by its sender's own name for it.
HAS_REF = entry.c.ref.is_not(None)

Index("entry_ref", entry.c.account, entry.c.ref, unique=True, sqlite_where=HAS_REF, postgresql_where=HAS_REF)
Index("entry_about_people", entry.c.number, sqlite_where=ABOUT_PEOPLE, postgresql_where=ABOUT_PEOPLE)
Index("entry_to_everyone", entry.c.number, sqlite_where=SAID_TO_EVERYONE, postgresql_where=SAID_TO_EVERYONE)

#: Whose streams a message to named people is in; its sender is one of them.
audience = Table(
    "audience",
    metadata,
    Column("account", Number, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("entry", Number, ForeignKey("entry.number"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

device = Table(
    "device",
    metadata,
    Column("account", Number, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("cursor", Number, nullable=False),
    Column("used", Number, nullable=False),
    sqlite_with_rowid=False,
)
