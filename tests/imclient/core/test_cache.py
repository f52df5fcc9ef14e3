"""What a device holds."""

from __future__ import annotations

import stat
from pathlib import Path

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core import tables as subject
from imclient.core.cache import Cache, cache_path
from imclient.core.records import Held, Mark, Message, Waiting
from improtocol.audience import EVERYONE, Audience

from .case import at_once

BOB = Audience.of("bob")


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

    def test_damaged(self) -> None:
        """A file that is no database is put aside, and everything is told anew."""
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes(b"this is no database, but it is long enough to be looked at" * 100)
        self.assertEqual(Held(), self.successResultOf(self.cache.load()))
        self.assertTrue(self.path.with_name(self.path.name + ".damaged").exists())
