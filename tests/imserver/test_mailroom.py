"""What was committed reaches exactly the sessions it is for, however far behind they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from improtocol import codec
from improtocol.events import Bye, PingTold
from improtocol.vocabulary import Event
from imserver.avatar import Avatar
from imserver.mailroom import PAGES, Mailroom
from imserver.storage.interface import Log, StorageError
from imserver.storage.records import Account, Entry, EntryKind, Page
from imserver.users import User, Users

ALICE, BOB, CAROL = (Account(n, name, n) for n, name in enumerate(["alice", "bob", "carol"], 1))
RING, PAGE = 4, 3
_TELLING = re.compile("[A-Z]+|[0-9]+|ref=.*|told=.*").fullmatch


def said(number: int, by: Account = ALICE, to: Account | None = BOB, ref: str | None = None) -> Entry:
    """Make a message, to everyone if nobody is named."""
    people = frozenset() if to is None else frozenset({to.id})
    audience = "*" if to is None else to.name
    return Entry(number, EntryKind.MESSAGE, 0, by.id, by.name, audience, 1, "hello", ref, people)


def came(number: int, who: Account) -> Entry:
    """Make the entry of somebody new."""
    return Entry(number, EntryKind.REGISTER, 0, who.id, who.name, "*", 1)


class Disk:
    """Pages that arrive when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int]] = []
        self._waiting: list[Deferred[Page]] = []

    def page_after(self, account: int, position: int, limit: int) -> Deferred[Page]:
        self.asked.append((account, position, limit))
        self._waiting.append(Deferred())
        return self._waiting[-1]

    def bring(self, upto: int, *entries: Entry, gap: int = 0) -> None:
        """Let the page arrive that was asked for first."""
        self._waiting.pop(0).callback(Page(entries, upto, gap))

    def fail(self) -> None:
        """Let it not arrive."""
        self._waiting.pop(0).errback(StorageError("the disk is gone"))


class Reader:
    """A session that writes down what it is told; it can stop reading."""

    number = 1
    source = None

    def __init__(self, mailroom: Mailroom, account: Account) -> None:
        self._mailroom = mailroom
        self.avatar = Avatar(User(account), self)
        self.carrier = self
        self.written: list[bytes] = []
        self.bye: Bye | None = None
        self.is_slow = False

    def tell(self, event: Event) -> None:
        self.write(codec.write(event).encode() + b"\n")

    def write(self, lines: bytes) -> None:
        self.written.append(lines)
        if self.is_slow:
            self._mailroom.hold_back(self.avatar)

    def close(self, bye: Bye | None) -> None:
        self.bye = bye

    def end(self, bye: Bye) -> None:
        self._mailroom.close(self.avatar)
        self.close(bye)

    def afterwards(self, act: Callable[[], None]) -> None:
        act()

    def log_out(self, reason: str) -> None:
        raise NotImplementedError

    def told(self) -> list[str]:
        """Give what was told since last asked: verb and number, and the ref if there is one."""
        lines = b"".join(self.written).decode().splitlines()
        self.written.clear()
        return [" ".join(filter(_TELLING, line.partition(" :")[0].split()[1:])) for line in lines]


class MailroomCase(SynchronousTestCase):
    """A mailroom with a small ring, over a disk that the test holds."""

    def setUp(self) -> None:
        self.disk = Disk()
        self.users = Users([ALICE, BOB, CAROL])
        self.turns: list[Callable[[], None]] = []
        self.mailroom = Mailroom(
            cast(Log, self.disk), self.users, 3, self.turns.append, ring=RING, page=PAGE, part=100
        )

    def end_turns(self) -> None:
        while self.turns:
            self.turns.pop(0)()

    def join(self, account: Account, position: int | None = None) -> Reader:
        """Let a session begin, where the log ends if nothing else is said."""
        reader = Reader(self.mailroom, account)
        self.users.of(account.id).avatars.append(reader.avatar)
        self.mailroom.open(reader.avatar, self.mailroom.last if position is None else position)
        self.end_turns()
        return reader

    def commit(self, *entries: Entry) -> None:
        """Commit in one go."""
        self.users.committed(entries)
        self.mailroom.committed(entries)
        self.end_turns()

    def say(self, reader: Reader, *entries: Entry) -> None:
        """Commit what a session said: its OKs come first, then the news."""
        for entry in entries:
            self.mailroom.said(reader.avatar, entry.number)
            reader.write(b"OK %d\n" % entry.number)
        self.commit(*entries)


class FanOut(MailroomCase):
    """What is told as it happens."""

    def test_to_those_it_is_for(self) -> None:
        """A message is told to the sessions of those it names, and to nobody else."""
        alice, bob, carol = map(self.join, (ALICE, BOB, CAROL))
        for reader in (alice, bob, carol):
            self.assertEqual(reader.told(), ["LIVE 3 told=0"])
        self.commit(said(4, by=CAROL, to=BOB))
        self.assertEqual([reader.told() for reader in (alice, bob)], [[], ["MESSAGE 4"]])

    def test_written_once_for_all(self) -> None:
        """What a commit has for everybody is one bytes object, written once to each."""
        readers = [self.join(account) for account in (BOB, CAROL, BOB)]
        for reader in readers:
            reader.told()
        self.commit(said(4, to=None), came(5, Account(5, "dave", 5)), said(6, to=None))
        for reader in readers:
            self.assertEqual(len(reader.written), 1)
            self.assertIs(reader.written[0], readers[0].written[0])
        self.assertEqual(readers[0].told(), ["MESSAGE 4", "REGISTER 5", "MESSAGE 6"])

    def test_one_write_for_a_commit(self) -> None:
        """Who is told something of its own besides is told all of it in order, in one write as well."""
        bob = self.join(BOB)
        bob.told()
        self.commit(said(4, to=None), said(5, to=BOB), said(6, to=CAROL), said(7, to=None))
        self.assertEqual(len(bob.written), 1)
        self.assertEqual(bob.told(), ["MESSAGE 4", "MESSAGE 5", "MESSAGE 7"])

    def test_the_speaker(self) -> None:
        """The session that said it has its OK; the account's others are told, with the ref (R22)."""
        desk, phone, bob = self.join(ALICE), self.join(ALICE), self.join(BOB)
        for reader in (desk, phone, bob):
            reader.told()
        self.say(desk, said(4, ref="r"), said(5, to=None, ref="s"), said(6, to=ALICE))
        self.assertEqual(desk.told(), ["4", "5", "6"])
        self.assertEqual(phone.told(), ["MESSAGE 4 ref=r", "MESSAGE 5 ref=s", "MESSAGE 6"])
        self.assertEqual(bob.told(), ["MESSAGE 4", "MESSAGE 5"])

    def test_how_far_it_was_told(self) -> None:
        """What was told, and an own OK, may be acknowledged; what was told to others may not."""
        alice, bob = self.join(ALICE), self.join(BOB)
        self.say(alice, said(4))
        self.commit(said(5, by=CAROL, to=BOB), said(6, by=BOB, to=CAROL))
        assert alice.avatar.stream is not None
        assert bob.avatar.stream is not None
        self.assertEqual(alice.avatar.stream.told, 4)
        self.assertEqual(bob.avatar.stream.told, 6)
        self.commit(said(7, by=CAROL, to=None))
        self.assertEqual(alice.avatar.stream.told, 7)

    def test_nobody_is_told_after_the_end(self) -> None:
        """A session that has left is told nothing more, also if a page for it is still under way."""
        self.commit(*(said(n) for n in range(4, 12)))
        bob, behind = self.join(BOB), self.join(BOB, 3)
        bob.told()
        for reader in (bob, behind):
            self.mailroom.close(reader.avatar)
            self.mailroom.close(reader.avatar)
        self.commit(said(12), said(13, to=None))
        self.disk.bring(11, said(4))
        self.end_turns()
        self.assertEqual([bob.told(), behind.told()], [[], []])

    def test_said_by_one_that_was_replaced(self) -> None:
        """What a session said that has ended meanwhile is told to those who are there in its place."""
        old, new = self.join(ALICE), self.join(ALICE)
        new.told()
        self.mailroom.close(old.avatar)
        self.mailroom.said(old.avatar, 4)
        self.commit(said(4, ref="r"))
        self.assertEqual(new.told(), ["MESSAGE 4 ref=r"])

    def test_what_has_no_number(self) -> None:
        """News without a number are one bytes object, told to everybody who is in, behind or not."""
        self.commit(*(said(n) for n in range(4, 12)))
        bob, behind = self.join(BOB), self.join(CAROL, 3)
        bob.told()
        self.mailroom.tell_everyone([PingTold("alice"), PingTold("dave")])
        self.assertIs(bob.written[0], behind.written[0])
        self.assertEqual(behind.told(), ["PING", "PING"])


class CatchingUp(MailroomCase):
    """What was said before a session came, or while it was behind."""

    def test_from_the_ring(self) -> None:
        """What lies in the ring is told without a read of the disk, and then LIVE counts it."""
        self.commit(*(said(n, to=BOB if n % 2 else CAROL) for n in range(4, 8)))
        bob = self.join(BOB, 3)
        self.assertEqual(bob.told(), ["MESSAGE 5", "MESSAGE 7", "LIVE 7 told=2"])
        self.assertEqual(self.disk.asked, [])

    def test_from_the_disk(self) -> None:
        """What lies further back is read by the page until the rest is in the ring."""
        self.commit(*(said(n) for n in range(4, 14)))
        bob = self.join(BOB, 3)
        self.disk.bring(6, said(4), said(5), said(6))
        self.end_turns()
        self.assertEqual(self.disk.asked, [(BOB.id, 3, PAGE), (BOB.id, 6, PAGE)])
        self.disk.bring(9, said(7), said(8), said(9))
        self.end_turns()
        self.assertEqual(bob.told(), [f"MESSAGE {n}" for n in range(4, 14)] + ["LIVE 13 told=10"])

    def test_a_short_page_is_not_the_end(self) -> None:
        """What was committed while a page was read is told behind it, though the page was short."""
        self.commit(*(said(n, to=CAROL) for n in range(4, 10)))
        bob = self.join(BOB, 3)
        self.commit(*(said(n) for n in range(10, 12)))
        self.disk.bring(9)
        self.end_turns()
        self.assertEqual(bob.told(), ["MESSAGE 10", "MESSAGE 11", "LIVE 11 told=2"])
        self.commit(said(12))
        self.assertEqual(bob.told(), ["MESSAGE 12"])

    def test_a_ring_overrun(self) -> None:
        """When more was committed meanwhile than the ring holds, the next page is read."""
        self.commit(*(said(n, to=CAROL) for n in range(4, 10)))
        bob = self.join(BOB, 3)
        self.commit(*(said(n) for n in range(10, 16)))
        self.disk.bring(9)
        self.end_turns()
        self.assertEqual(bob.told(), [])
        self.disk.bring(12, said(10), said(11), said(12))
        self.end_turns()
        self.assertEqual(bob.told(), [f"MESSAGE {n}" for n in range(10, 16)] + ["LIVE 15 told=6"])

    def test_a_page_that_knows_more(self) -> None:
        """What is on disk before it came by here is told once, when it comes by (R28)."""
        self.commit(*(said(n) for n in range(4, 10)))
        bob = self.join(BOB, 3)
        self.disk.bring(6, said(4), said(5), said(6))
        self.end_turns()
        self.assertEqual(bob.told(), [f"MESSAGE {n}" for n in range(4, 10)] + ["LIVE 9 told=6"])
        behind = self.join(BOB, 3)
        self.disk.bring(11, *(said(n) for n in range(4, 12)))
        self.end_turns()
        self.assertEqual(behind.told(), [f"MESSAGE {n}" for n in range(4, 10)] + ["LIVE 9 told=6"])
        self.commit(said(10), said(11))
        self.assertEqual(behind.told(), ["MESSAGE 10", "MESSAGE 11"])

    def test_one_s_own_words_on_disk_before_their_ok(self) -> None:
        """What a session says while it catches up is told by its OK alone, also if a page has it first."""
        self.commit(*(said(n, to=CAROL) for n in range(4, 10)))
        alice = self.join(ALICE, 3)
        self.disk.bring(10, *(said(n, to=CAROL) for n in range(4, 11)))
        self.say(alice, said(10, to=CAROL))
        self.assertEqual(alice.told(), [f"MESSAGE {n}" for n in range(4, 10)] + ["10", "LIVE 10 told=6"])

    def test_said_while_behind(self) -> None:
        """What a session says while it catches up is told by its OK, and not again by page or ring."""
        self.commit(*(said(n, by=BOB, to=CAROL) for n in range(4, 10)))
        alice = self.join(ALICE, 3)
        self.say(alice, said(10), said(11, to=None))
        self.commit(said(12, by=BOB, to=ALICE))
        self.disk.bring(10, said(10))
        self.end_turns()
        self.assertEqual(alice.told(), ["10", "11", "MESSAGE 12", "LIVE 12 told=1"])

    def test_nothing_from_before_one_was_there(self) -> None:
        """What was said to everyone before one's registration is not told from the ring (R20)."""
        eve = Account(6, "eve", 6)
        self.commit(said(4, to=None), said(5, to=BOB), came(6, eve), said(7, to=None))
        self.assertEqual(self.join(eve, 3).told(), ["REGISTER 6", "MESSAGE 7", "LIVE 7 told=2"])

    def test_in_parts(self) -> None:
        """A long rest is written in parts, a turn for each, and what comes between is not passed over."""
        self.commit(*(said(n, to=None) for n in range(4, 8)))
        bob = Reader(self.mailroom, BOB)
        self.users.of(BOB.id).avatars.append(bob.avatar)
        self.mailroom.open(bob.avatar, 3)
        self.mailroom.committed((said(8, to=None),))
        self.assertEqual(bob.told(), ["MESSAGE 4", "MESSAGE 5"])
        self.end_turns()
        self.assertEqual(len(bob.written), 3)
        self.assertEqual(bob.told(), ["MESSAGE 6", "MESSAGE 7", "MESSAGE 8", "LIVE 8 told=5"])

    def test_a_page_that_cannot_be_read(self) -> None:
        """A read that fails ends that session alone, with the second it may come back."""
        self.commit(*(said(n) for n in range(4, 10)))
        bob, other = self.join(BOB, 3), self.join(BOB)
        other.told()
        self.disk.fail()
        self.end_turns()
        assert bob.bye is not None
        self.assertEqual((bob.bye.reason, bob.bye.retry_after), ("internal", 5))
        self.assertEqual(len(self.flushLoggedErrors(StorageError)), 1)
        self.commit(said(10))
        self.assertEqual((bob.told(), other.told()), ([], ["MESSAGE 10"]))

    def test_few_pages_at_once(self) -> None:
        """However many catch up, a few pages are read at once, one stream after the other."""
        self.commit(*(said(n, to=None) for n in range(4, 12)))
        readers = [self.join(BOB, 3) for _ in range(PAGES + 4)]
        self.assertEqual(PAGES, len(self.disk.asked))
        self.mailroom.close(readers[PAGES].avatar)  # who has left is not read for
        self.disk.fail()
        self.assertEqual(PAGES + 1, len(self.disk.asked))
        for _ in range(PAGES + 2):
            self.disk.bring(11, *(said(n, to=None) for n in range(4, 12)))
            self.end_turns()
        caught_up = [bool(reader.told()) for reader in readers]
        self.assertEqual([False, *[True] * (PAGES - 1), False, True, True, True], caught_up)
        self.assertEqual(PAGES + 3, len(self.disk.asked))
        self.flushLoggedErrors(StorageError)

    def test_a_page_that_cannot_be_read_for_nobody(self) -> None:
        """A read that fails when its session has left disturbs nobody."""
        self.commit(*(said(n) for n in range(4, 10)))
        bob = self.join(BOB, 3)
        self.mailroom.close(bob.avatar)
        self.disk.fail()
        self.assertIsNone(bob.bye)
        self.flushLoggedErrors(StorageError)


class Gaps(MailroomCase):
    """What is no longer kept is not passed over in silence (R30)."""

    def setUp(self) -> None:
        super().setUp()
        self.commit(*(said(n) for n in range(4, 14)))

    def test_where_it_lies(self) -> None:
        """It stands behind who came before it and before what is kept, and counts for nothing."""
        bob = self.join(BOB, 3)
        self.disk.bring(9, came(4, CAROL), came(6, CAROL), said(9), gap=7)
        self.end_turns()
        kept = [f"MESSAGE {n}" for n in range(9, 14)]
        self.assertEqual(bob.told(), ["REGISTER 4", "REGISTER 6", "GAP 7", *kept, "LIVE 13 told=7"])

    def test_the_last_of_all(self) -> None:
        """Of whose stream nothing is kept hears of that alone, and may hold it."""
        self.mailroom.let_go(13)
        bob = self.join(BOB, 3)
        self.disk.bring(13, gap=12)
        self.end_turns()
        self.assertEqual(bob.told(), ["GAP 12", "LIVE 12 told=0"])
        assert bob.avatar.stream is not None
        self.assertEqual(bob.avatar.stream.told, 12)

    def test_behind_a_full_page(self) -> None:
        """When more came before it than a page holds, it is told with a later page, once."""
        bob = self.join(BOB, 3)
        self.disk.bring(6, came(4, CAROL), came(5, CAROL), came(6, CAROL), gap=8)
        self.end_turns()
        self.assertEqual(bob.told(), ["REGISTER 4", "REGISTER 5", "REGISTER 6"])
        self.disk.bring(9, came(7, CAROL), said(9), gap=8)
        self.end_turns()
        self.assertEqual(bob.told()[:3], ["REGISTER 7", "GAP 8", "MESSAGE 9"])

    def test_in_memory_and_gone(self) -> None:
        """What is gone on disk is told as a gap, also while memory still holds the last of it."""
        bob = self.join(BOB, 3)
        self.disk.bring(9, came(9, CAROL), gap=11)  # 4 to 8 are gone, and 10 and 11, which are in memory yet
        self.end_turns()
        self.disk.bring(13, said(12), said(13), gap=11)
        self.end_turns()
        told = ["REGISTER 9", "GAP 11", "MESSAGE 12", "MESSAGE 13", "LIVE 13 told=3"]
        self.assertEqual(bob.told(), told)

    def test_not_from_memory(self) -> None:
        """What is let go is in no ring any more: whoever is behind it is told from the disk."""
        self.mailroom.let_go(11)
        self.assertIsNone(self.mailroom.recent(10, 13))
        bob = self.join(BOB, 10)
        self.assertEqual(self.disk.asked, [(BOB.id, 10, PAGE)])
        self.disk.bring(13, said(12), said(13), gap=11)
        self.end_turns()
        self.assertEqual(bob.told(), ["GAP 11", "MESSAGE 12", "MESSAGE 13", "LIVE 13 told=2"])
        self.assertEqual(self.join(BOB, 11).told(), ["MESSAGE 12", "MESSAGE 13", "LIVE 13 told=2"])

    def test_a_page_of_another_beginning(self) -> None:
        """A gap in a page that was under way at a SYNC is told where the new beginning finds it."""
        bob = self.join(BOB, 5)
        self.mailroom.again(bob.avatar, 8)
        self.disk.bring(9, gap=7)
        self.end_turns()
        self.assertEqual(bob.told(), [])


class Again(MailroomCase):
    """SYNC: the stream is told anew from a number on (R31)."""

    def test_again(self) -> None:
        """All is told again, one's own words among it, and LIVE counts anew."""
        alice = self.join(ALICE)
        self.say(alice, said(4, ref="r"))
        self.commit(said(5, by=BOB, to=ALICE))
        alice.told()
        self.mailroom.again(alice.avatar, 3)
        self.end_turns()
        self.assertEqual(alice.told(), ["MESSAGE 4 ref=r", "MESSAGE 5", "LIVE 5 told=2"])
        self.commit(said(6, by=BOB, to=ALICE))
        self.assertEqual(alice.told(), ["MESSAGE 6"])

    def test_during_a_page(self) -> None:
        """A page that was under way is let go: the stream begins where it was asked to."""
        self.commit(*(said(n) for n in range(4, 14)))
        bob = self.join(BOB, 6)
        self.mailroom.again(bob.avatar, 3)
        self.end_turns()
        self.disk.bring(9, said(7), said(8), said(9))
        self.end_turns()
        self.assertEqual(bob.told(), [])
        self.disk.bring(6, said(4), said(5), said(6))
        self.end_turns()
        self.disk.bring(9, said(7), said(8), said(9))
        self.end_turns()
        self.assertEqual(bob.told(), [f"MESSAGE {n}" for n in range(4, 14)] + ["LIVE 13 told=10"])
        self.assertEqual([position for _, position, _ in self.disk.asked], [6, 3, 6])

    def test_in_the_turn_of_a_commit(self) -> None:
        """What is committed in the turn of the SYNC is told too, by whomever it was said."""
        alice = self.join(ALICE)
        alice.told()
        self.mailroom.said(alice.avatar, 5)
        self.mailroom.again(alice.avatar, 3)
        self.commit(said(4, by=BOB, to=ALICE), said(5))
        self.assertEqual(alice.told(), ["MESSAGE 4", "MESSAGE 5", "LIVE 5 told=2"])

    def test_nobody(self) -> None:
        """For a session that has left there is nothing to tell again."""
        bob = self.join(BOB)
        bob.told()
        self.mailroom.close(bob.avatar)
        self.mailroom.again(bob.avatar, 0)
        self.mailroom.hold_back(bob.avatar)
        self.mailroom.go_on(bob.avatar)
        self.end_turns()
        self.assertEqual(bob.told(), [])


class SlowReaders(MailroomCase):
    """Who does not read is told nothing more until it does (promise B3)."""

    def test_the_rest_from_the_ring(self) -> None:
        """It goes on where it stopped, once, without another LIVE; nobody else waits for it."""
        slow, other = self.join(BOB), self.join(BOB)
        slow.told(), other.told()
        slow.is_slow = True
        self.commit(said(4), said(5))
        self.assertEqual(slow.told(), ["MESSAGE 4", "MESSAGE 5"])
        self.commit(said(6))
        self.commit(said(7, to=None))
        self.assertEqual((slow.told(), len(other.told())), ([], 4))
        slow.is_slow = False
        self.mailroom.go_on(slow.avatar)
        self.end_turns()
        self.assertEqual(slow.told(), ["MESSAGE 6", "MESSAGE 7"])
        self.commit(said(8))
        self.assertEqual(slow.told(), ["MESSAGE 8"])

    def test_the_rest_from_the_disk(self) -> None:
        """When the ring went on without it, it is read from the disk."""
        slow = self.join(BOB)
        slow.told()
        self.mailroom.hold_back(slow.avatar)
        self.commit(*(said(n) for n in range(4, 12)))
        self.mailroom.go_on(slow.avatar)
        self.mailroom.go_on(slow.avatar)
        self.assertEqual(self.disk.asked, [(BOB.id, 3, PAGE)])
        self.disk.bring(7, *(said(n) for n in range(4, 8)))
        self.end_turns()
        self.assertEqual(slow.told(), [f"MESSAGE {n}" for n in range(4, 12)])

    def test_slow_in_the_middle_of_its_own_commit(self) -> None:
        """An OK that was too much for it holds back what its commit tells, and is not told again."""
        alice = self.join(ALICE)
        alice.told()
        alice.is_slow = True
        self.say(alice, said(4), said(5, to=None))
        self.commit(said(6, by=BOB, to=ALICE))
        self.assertEqual(alice.told(), ["4", "5"])
        alice.is_slow = False
        self.mailroom.go_on(alice.avatar)
        self.end_turns()
        self.assertEqual(alice.told(), ["MESSAGE 6"])

    def test_slow_while_it_catches_up(self) -> None:
        """Nothing is read for it meanwhile; LIVE comes when it has everything, and counts it all."""
        self.commit(*(said(n) for n in range(4, 14)))
        slow = self.join(BOB, 3)
        slow.is_slow = True
        self.disk.bring(6, said(4), said(5), said(6))
        self.end_turns()
        self.assertEqual(len(self.disk.asked), 1)
        slow.is_slow = False
        self.mailroom.go_on(slow.avatar)
        self.disk.bring(9, said(7), said(8), said(9))
        self.end_turns()
        self.assertEqual(slow.told(), [f"MESSAGE {n}" for n in range(4, 14)] + ["LIVE 13 told=10"])

    def test_slow_at_the_last_part(self) -> None:
        """LIVE waits for a reader that cannot take the last of it."""
        self.commit(said(4))
        slow = Reader(self.mailroom, BOB)
        slow.is_slow = True
        self.users.of(BOB.id).avatars.append(slow.avatar)
        self.mailroom.open(slow.avatar, 3)
        self.end_turns()
        self.assertEqual(slow.told(), ["MESSAGE 4"])
        self.commit(said(5))
        slow.is_slow = False
        self.mailroom.go_on(slow.avatar)
        self.end_turns()
        self.assertEqual(slow.told(), ["MESSAGE 5", "LIVE 5 told=2"])
