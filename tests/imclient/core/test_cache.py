"""What a device holds."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core import tables as subject
from imclient.core.cache import Cache, cache_path
from imclient.core.conversation import Conversation
from imclient.core.records import Held, Mark, Message, Past, Receipt, Waiting
from imclient.core.said import said_of
from improtocol.audience import EVERYONE, Audience

from .case import at_once

BOB = Audience.of("bob")
BOTH = Audience.of("bob", "carol")

#: A file as the first version of imclient left it.
FIRST_VERSION = """
CREATE TABLE about (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE messages (
    number INTEGER PRIMARY KEY, talk TEXT NOT NULL, sender TEXT NOT NULL, audience TEXT NOT NULL,
    text TEXT NOT NULL, at INTEGER NOT NULL, ref TEXT);
CREATE INDEX messages_by_talk ON messages (talk, number);
CREATE TABLE talks (audience TEXT PRIMARY KEY, read INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE people (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE outbox (
    place INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, audience TEXT NOT NULL,
    text TEXT NOT NULL, at REAL NOT NULL, refusal TEXT);
INSERT INTO about VALUES ('epoch', 'k3'), ('position', 12);
INSERT INTO messages VALUES
    (7, 'bob', 'bob', 'alice', 'one', 7000, NULL), (9, 'bob', 'alice', 'bob', 'two', 9000, 'r9'),
    (11, 'bob', 'bob', 'alice', 'three', 11000, NULL);
INSERT INTO talks VALUES ('bob', 9);
INSERT INTO people VALUES ('bob');
INSERT INTO outbox VALUES (1, 'r1', 'bob', 'waits', 7.5, NULL);
"""


class CacheTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = cache_path(Path(self.mktemp()), "Lab.example", 12000, "alice", "desk-1")
        self.cache = self.open()

    def open(self) -> Cache:
        cache = Cache(self.path, "alice", at_once, Clock())
        self.addCleanup(cache.close)
        return cache

    def again(self) -> Held:
        """Read it as after a new start."""
        self.successResultOf(self.cache.close())
        self.cache = self.open()
        return self.successResultOf(self.cache.load())

    def message(self, number: int, sender: str = "bob", to: Audience | None = None) -> Message:
        return Message(
            number, sender, to or Audience.of("alice"), f"text {number}\n\u202e\x00", 1000 * number, None
        )

    def test_private(self) -> None:
        """File and folders are their user's alone; each server, name and device has its own."""
        self.cache.keep(1)
        self.assertEqual(0o600, stat.S_IMODE(self.path.stat().st_mode))
        self.assertEqual(0o700, stat.S_IMODE(self.path.parent.stat().st_mode))
        self.assertEqual(0o700, stat.S_IMODE(self.path.parent.parent.stat().st_mode))
        folder = self.path.parent.parent.parent
        others = [("::1", 12000, "alice", "d"), ("a/../b", 1, "alice", "d"), ("::1", 12000, "jörg", "d")]
        paths = {cache_path(folder, *other) for other in others} | {self.path}
        self.assertEqual(4, len(paths))
        for path in paths:
            self.assertEqual(folder / "accounts", path.parent.parent)

    def test_round_trip(self) -> None:
        """What was kept is held after a new start."""
        self.cache.keep_epoch("k3", 3)
        self.cache.keep_person("bob")
        self.cache.keep_person("bob")
        messages = [self.message(4), self.message(5, "alice", BOB), self.message(6, "bob", EVERYONE)]
        for message in messages:
            self.cache.keep(message.number, message)
        self.cache.keep(9)
        held = self.again()
        self.assertEqual(("k3", 9, ["bob"]), (held.epoch, held.position, held.people))
        talks = {talk.audience: (talk.messages, talk.unread) for talk in held.talks}
        self.assertEqual({BOB: (messages[:2], 1), EVERYONE: (messages[2:], 1)}, talks)

    def test_read(self) -> None:
        """How far one has read is kept, and never goes back."""
        for number in (4, 5, 6):
            self.cache.keep(number, self.message(number), read=number == 4)
        self.assertEqual(2, self.again().talks[0].unread)
        self.cache.keep_mark(BOB, Mark(6, 6, 0))
        self.cache.keep_mark(BOB, Mark(5, 6, 0))
        self.assertEqual((6, 0), (self.again().talks[0].mark.read, self.again().talks[0].unread))

    def test_outbox(self) -> None:
        """What waits is held in its order until its OK, which puts the message in its place at once."""
        waiting = [Waiting(f"r{n}", BOB, f"text {n}", 7.5) for n in range(3)]
        for one in waiting:
            self.cache.keep_waiting(one)
        self.assertEqual(waiting, self.again().waiting)
        sent = Message(4, "alice", BOB, "text 0", 4000, "r0")
        self.cache.sent(sent)
        self.cache.keep(5, Message(5, "alice", BOB, "text 1", 5000, "r1"))
        self.cache.keep(5, Message(5, "bob", Audience.of("alice"), "a stranger's ref", 5000, "r2"))
        self.cache.refused("r2", "No.")
        held = self.again()
        self.assertEqual([Waiting("r2", BOB, "text 2", 7.5, "No.")], held.waiting)
        self.assertEqual([4, 5], [message.number for message in held.talks[0].messages])
        self.cache.dismissed("r2")
        self.assertEqual([], self.again().waiting)

    def test_twice(self) -> None:
        """A message kept twice is held once."""
        self.cache.sent(Message(4, "alice", BOB, "hi", 4000, "r0"))
        self.cache.keep(4, Message(4, "alice", BOB, "hi", 4000, "r0"))
        self.assertEqual([4], [message.number for message in self.again().talks[0].messages])

    def test_pages(self) -> None:
        """The newest are read at the start, older ones page by page."""
        self.patch(subject, "NEWEST", 3)
        self.patch(subject, "PAGE", 2)
        for number in range(1, 7):
            self.cache.keep(number, self.message(number))
        talk = self.again().talks[0]
        self.assertEqual(([4, 5, 6], True), ([message.number for message in talk.messages], talk.more))
        page, more = self.successResultOf(self.cache.older(BOB, 4))
        self.assertEqual(([2, 3], True), ([message.number for message in page], more))
        page, more = self.successResultOf(self.cache.older(BOB, 2))
        self.assertEqual(([1], False), ([message.number for message in page], more))

    def test_forget(self) -> None:
        """What the log told can be let go; what waits to be sent is kept."""
        self.cache.keep_epoch("k3", 3)
        self.cache.keep_person("bob")
        self.cache.keep(4, self.message(4))
        self.cache.keep_waiting(Waiting("r0", BOB, "hi", 7.5))
        self.cache.forget()
        self.assertEqual(Held(waiting=[Waiting("r0", BOB, "hi", 7.5)]), self.again())

    def test_past(self) -> None:
        """What was read back is held with where it begins, of one conversation or of all."""
        self.cache.keep_epoch("k3", 100)
        self.assertEqual(101, self.again().held_from)
        self.cache.keep_past(Past([self.message(90), self.message(95, "alice", EVERYONE)], 90))
        self.cache.keep_past(Past([self.message(n) for n in (80, 85, 90)], 80), BOB)
        self.cache.keep_past(Past([], 82), BOB)
        held = self.again()
        self.assertEqual((90, 100), (held.held_from, held.position))
        talks = {talk.audience: talk for talk in held.talks}
        self.assertEqual([80, 85, 90], [message.number for message in talks[BOB].messages])
        self.assertEqual([80, None], [talks[BOB].held_from, talks[EVERYONE].held_from])

    def test_past_of_the_outbox(self) -> None:
        """What waits and is read back waits no more."""
        self.cache.keep_waiting(Waiting("r0", BOB, "hi", 7.5))
        self.cache.keep_past(Past([Message(4, "alice", BOB, "hi", 4000, "r0")], 0), BOB)
        self.assertEqual([], self.again().waiting)

    def test_counted(self) -> None:
        """What the server counts is held, also of a conversation of which nothing else is."""
        self.cache.keep_mark(BOTH, Mark(read=3, counted=9, unread=4))
        for number in (9, 10, 11):
            self.cache.keep(number, Message(number, "carol", Audience.of("alice", "bob"), "hi", 1))
        (talk,) = self.again().talks
        self.assertEqual((BOTH, 6, Mark(3, 9, 4)), (talk.audience, talk.unread, talk.mark))

    def test_gap(self) -> None:
        """That something is lost is held."""
        self.cache.keep_gap(40)
        self.assertEqual((40, 40), (self.again().gap, self.again().position))

    def test_first_version(self) -> None:
        """A file of the first version is brought up to date, and all that is in it is kept."""
        self.path.parent.mkdir(parents=True)
        old = sqlite3.connect(self.path)
        old.executescript(FIRST_VERSION)
        old.close()
        held = self.successResultOf(self.cache.load())
        self.assertEqual(("k3", 12, 7, 0), (held.epoch, held.position, held.held_from, held.gap))
        self.assertEqual((["bob"], [Waiting("r1", BOB, "waits", 7.5)]), (held.people, held.waiting))
        (talk,) = held.talks
        self.assertEqual(["one", "two", "three"], [message.text for message in talk.messages])
        self.assertEqual((1, Mark(9, 0, 0)), (talk.unread, talk.mark))
        self.cache.keep_receipt(9, Receipt(1, 1, 1))
        self.assertEqual(Receipt(1, 1, 1), self.again().talks[0].messages[1].receipt)

    def test_no_login_yet(self) -> None:
        """A file in which nobody was in yet has no place where the stream began."""
        self.path.parent.mkdir(parents=True)
        old = sqlite3.connect(self.path)
        old.executescript(FIRST_VERSION)
        old.execute("DELETE FROM about")
        old.execute("DELETE FROM messages")
        old.commit()
        old.close()
        self.assertEqual((None, 0), (self.again().epoch, self.again().held_from))

    def test_newer_version(self) -> None:
        """A file that a newer imclient wrote is put aside, whole."""
        self.cache.keep(4, self.message(4))
        self.successResultOf(self.cache.close())
        newer = sqlite3.connect(self.path)
        newer.execute("PRAGMA user_version = 99")
        newer.close()
        self.cache = self.open()
        self.assertEqual(Held(), self.successResultOf(self.cache.load()))
        aside = sqlite3.connect(self.path.with_name(self.path.name + ".damaged"))
        self.assertEqual([(4,)], aside.execute("SELECT number FROM messages").fetchall())
        aside.close()

    def test_receipts_of_strangers(self) -> None:
        """Receipts of what is not held, or is not one's own, leave no trace."""
        self.cache.keep(4, self.message(4))
        for number in (4, 5, 10**18 - 1):
            self.cache.keep_receipt(number, Receipt(1, 1, 1))
        self.assertEqual(0, self.rows("receipts"))

    def test_few_receipts(self) -> None:
        """Among named people there are never more rows than steps from nobody to all."""
        for number in range(1, 301):
            self.cache.sent(Message(number, "alice", BOTH, "hi", 1, f"r{number}"))
        for number in range(1, 301):
            self.cache.keep_receipt(number, Receipt(2 * number // 300, number // 300, 2))
        self.assertLessEqual(self.rows("receipts"), 4)

    def rows(self, table: str) -> int:
        self.successResultOf(self.cache.close())
        connection = sqlite3.connect(self.path)
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        connection.close()
        self.cache = self.open()
        return int(count)

    @settings(max_examples=80)
    @given(
        st.sampled_from([BOTH, EVERYONE]),
        st.lists(
            st.tuples(
                st.integers(1, 8),
                st.integers(0, 3),
                st.integers(0, 3),
                st.sampled_from([(), ("bob",), ("bob", "carol"), ("mallory",)]),
            ),
            max_size=12,
        ),
    )
    def test_receipts_as_in_memory(
        self, among: Audience, told: list[tuple[int, int, int, tuple[str, ...]]]
    ) -> None:
        """After a new start messages have come exactly as far as before it."""
        self.setUp()
        talk = Conversation(among, "alice")
        for number in range(1, 8):
            message = Message(number, "bob" if number == 4 else "alice", among, "hi", 1)
            if number == 4 and not among.everyone:
                message = Message(4, "bob", Audience.of("alice", "carol"), "hi", 1)
            talk.put(said_of(message, "alice"))
            self.cache.keep(number, message)
        for number, delivered, read, offline in told:
            talk.reached(number, Receipt(delivered, read, 3, offline))
            self.cache.keep_receipt(number, Receipt(delivered, read, 3, offline))
        (kept,) = self.again().talks
        counts = [(s.receipt.delivered, s.receipt.read) if s.receipt else None for s in talk.messages]
        kept_counts = [(m.receipt.delivered, m.receipt.read) if m.receipt else None for m in kept.messages]
        self.assertEqual(counts, kept_counts)
        self.successResultOf(self.cache.close())

    def test_damaged(self) -> None:
        """A file that is no database is put aside, and everything is told anew."""
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes(b"this is no database, but it is long enough to be looked at" * 100)
        self.assertEqual(Held(), self.successResultOf(self.cache.load()))
        self.assertTrue(self.path.with_name(self.path.name + ".damaged").exists())
