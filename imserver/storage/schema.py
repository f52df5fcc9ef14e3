"""The tables, said once for SQLite and PostgreSQL.

What a database really has is made by the steps in ``migrations``; a test holds the two
together.  Nothing is ever removed from ``entry`` and ``audience`` because it was sent.  What is let
go because it is old leaves its row in ``entry``, which keeps number and ref, and nothing else.
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
    Column("gone", Number, nullable=False, server_default="0"),  #: messages up to there are no longer kept
    CheckConstraint("one = 1", name="one"),
)

account = Table(
    "account",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("registered", Number, nullable=False),
    #: The furthest cursor of any of its devices ever; a device that is forgotten takes none of it along.
    Column("held", Number, nullable=False, server_default="0"),
    Column("administrator", Integer, nullable=False, server_default="0"),
    #: Whether it may say something to everyone; null: as the server is told at its start.
    Column("everyone", Integer),
    Column("suspended", Number),  #: since when; null: it is not
    Column("closed", Number),  #: its CLOSE entry; null: it is not
    Index("account_name", "name", unique=True),
)

#: Every name an account ever had: it goes on meaning that account, for ever.
name = Table(
    "name",
    metadata,
    Column("name", Text, primary_key=True),
    Column("account", Number, ForeignKey("account.id"), nullable=False),
    Column("since", Number, nullable=False),  #: the entry that made it so
    Index("name_by_account", "account"),
    sqlite_with_rowid=False,
)

#: What is said among the same people is one conversation.
conversation = Table(
    "conversation",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    #: Its accounts, the speaker's among them: numbers rising, joined by commas; or ``*``.
    Column("people", Text, nullable=False),
    Column("gone", Number, nullable=False, server_default="0"),  #: its newest message that was let go
    Index("conversation_people", "people", unique=True),
)

#: The conversation of everyone, which every account is in.
EVERYONES = 0

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
    # No foreign key: whoever writes an entry has just looked its conversation up, or made it.
    Column("conversation", Number),  #: null for what is about who there is, and for what was let go
    Column("announce", Integer),  #: 1: an administrator announced it; null: somebody said it
    Column("checksum", Number),  #: of the columns before it; null for what was let go
)

# Literals and not parameters: an index of a part is used only if the question is seen to lie within it.
#: What is about who there is: in everybody's stream.
ABOUT_PEOPLE = entry.c.kind != literal_column("'message'")
#: What was said to everyone: in the stream of everybody who was registered by then.
SAID_TO_EVERYONE = entry.c.conversation == literal_column(str(EVERYONES))
#: What can be asked for by its sender's own name for it.
HAS_REF = entry.c.ref.is_not(None)

Index("entry_ref", entry.c.account, entry.c.ref, unique=True, sqlite_where=HAS_REF, postgresql_where=HAS_REF)
Index("entry_about_people", entry.c.number, sqlite_where=ABOUT_PEOPLE, postgresql_where=ABOUT_PEOPLE)
# Both with the speaker, so that what others said is counted without a look at the entries.  The first
# is a part of the second; but without it PostgreSQL goes along all entries to find the few to everyone.
Index(
    "entry_to_everyone",
    entry.c.number,
    entry.c.account,
    sqlite_where=SAID_TO_EVERYONE,
    postgresql_where=SAID_TO_EVERYONE,
)
Index("entry_conversation", entry.c.conversation, entry.c.number, entry.c.account)

#: Whose streams a message to named people is in; its sender is one of them.  What must be known of a
#: message to count it stands here again, so that a stream is counted without a look at its entries.
audience = Table(
    "audience",
    metadata,
    Column("account", Number, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("entry", Number, ForeignKey("entry.number"), primary_key=True, autoincrement=False),
    Column("sender", Number, nullable=False),
    Column("conversation", Number, nullable=False),
    sqlite_with_rowid=False,
)

#: An account in a conversation: what of it is the account's, and what it has read.
member = Table(
    "member",
    metadata,
    Column("account", Number, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("conversation", Number, ForeignKey("conversation.id"), primary_key=True, autoincrement=False),
    Column("after", Number, nullable=False),  #: only what is behind this number is in its stream
    Column("read", Number, nullable=False),  #: everything up to there; 0: nothing
    Index("member_by_conversation", "conversation"),
    sqlite_with_rowid=False,
)

#: What ``account`` does not hear: what ``whom`` said behind ``after`` and up to ``upto``.
block = Table(
    "block",
    metadata,
    Column("account", Number, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("whom", Number, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("after", Number, primary_key=True, autoincrement=False),
    Column("upto", Number),  #: null: it still goes on
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

#: Who has its code may register: so often, and until then.
invite = Table(
    "invite",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("code_hash", Text, nullable=False),
    Column("maker", Number, ForeignKey("account.id")),  #: null: the server, for its first administrator
    Column("made", Number, nullable=False),
    Column("until", Number, nullable=False),
    Column("uses", Number, nullable=False),  #: so many are left
    Column("administrator", Integer, nullable=False),  #: whether who registers with it becomes one
    Index("invite_code", "code_hash", unique=True),
)

#: What a device comes back with in place of the password.  There are at most two of a device: the one it
#: was given last, and the one before, which goes as soon as the last is used.
token = Table(
    "token",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("account", Number, ForeignKey("account.id"), nullable=False),
    Column("device", Text, nullable=False),
    Column("made", Number, nullable=False),
    Index("token_by_device", "account", "device"),
    sqlite_with_rowid=False,
)
