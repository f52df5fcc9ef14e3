"""What was said is found by words, in what this device holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core import finder, searching, tables
from imclient.core.cache import Cache, cache_path
from imclient.core.conversations import Conversations
from imclient.core.excerpt import Excerpt
from imclient.core.finder import Finder, Found
from imclient.core.records import Message, Past, Receipt
from improtocol.audience import EVERYONE, Audience

from .case import Later
from .test_end_to_end import RealCase

ALICE, BOB, CAROL = (Audience.of(name) for name in ("alice", "bob", "carol"))


class FinderCase(SynchronousTestCase):
    """Alice's device, and what it holds."""

    def setUp(self) -> None:
        self.disk = Later()
        self.path = cache_path(Path(self.mktemp()), "lab.example", 12000, "alice", "desk-1")
        self.cache = Cache(self.path, "alice", self.disk, Clock())
        self.addCleanup(self.cache.close)
        self.conversations = Conversations()
        self.finder = Finder(self.conversations)

    def start(self) -> None:
        """Start with what is held."""
        held = self.successResultOf(self.cache.load())
        self.conversations.restore("alice", None, held.talks)
        self.conversations.ledger.held_from = held.held_from
        self.finder.restore("alice", self.cache)

    def hold(self, number: int, text: str, sender: str = "bob", to: Audience = ALICE) -> None:
        self.cache.keep(number, Message(number, sender, to, text, 1000 * number))

    def find(self, words: str, audience: Audience | None = None, **more: Any) -> Found:
        return self.successResultOf(Deferred.fromCoroutine(self.finder.find(words, audience, **more)))

    def numbers(self, words: str, audience: Audience | None = None) -> list[int | None]:
        return [said.number for said in self.find(words, audience).hits]

    def around(self, audience: Audience, number: int) -> Excerpt | None:
        return self.successResultOf(Deferred.fromCoroutine(self.finder.around(audience, number)))


class FindingTests(FinderCase):
    def test_newest_first(self) -> None:
        """What was said in any conversation comes, the newest first, as its reader sees it."""
        self.hold(4, "the cable is here")
        self.hold(5, "lunch?", "alice", BOB)
        self.hold(6, "Which CABLE?", "alice", EVERYONE)
        self.start()
        hits = self.find("cable").hits
        self.assertEqual(
            [(6, EVERYONE, "alice", True), (4, BOB, "bob", False)],
            [(said.number, said.audience, said.sender, said.mine) for said in hits],
        )

    def test_in_one(self) -> None:
        """In one conversation is only what was said there; everyone is one of them."""
        self.hold(4, "cable")
        self.hold(5, "cable", "carol")
        self.hold(6, "cable", "carol", EVERYONE)
        self.hold(7, "cable", "carol", Audience.of("alice", "bob"))
        self.start()
        for audience, numbers in ((BOB, [4]), (CAROL, [5]), (EVERYONE, [6]), (Audience.of("dave"), [])):
            self.assertEqual(numbers, self.numbers("cable", audience), audience)
        self.assertEqual([7, 6, 5, 4], self.numbers("cable"))

    def test_signs_of_like(self) -> None:
        """A wild-card that was typed is itself."""
        self.hold(4, "100 percent")
        self.hold(5, "100% sure")
        self.start()
        self.assertEqual([5], self.numbers("100%"))

    def test_case(self) -> None:
        """Case is no matter beyond ASCII either, and a letter is no other."""
        self.hold(4, "Über den Tisch")
        self.hold(5, "aber nicht")
        self.start()
        self.assertEqual([4], self.numbers("üBER"))

    def test_pages(self) -> None:
        """A page is so many; the next begins before where it ended, and nothing comes twice or is missed."""
        self.patch(finder, "PAGE", 3)
        self.patch(searching, "LOOKED_THROUGH", 4)
        for number in range(1, 24):
            self.hold(number, f"cable {number}" if number % 2 else "no")
        self.start()
        found: list[int | None] = []
        page = self.find("cable", most=3)
        while page.hits:
            self.assertLessEqual(len(page.hits), 3)
            found += [said.number for said in page.hits]
            page = self.find("cable", before=page.on, most=3) if page.on else Found([])
        self.assertEqual([*range(23, 0, -2)], found)

    def test_renamed(self) -> None:
        """What was said with somebody is found in the conversation of the name they have now."""
        self.hold(4, "cable")
        self.cache.rename("bob", "rob", mine=False)
        self.start()
        [said] = self.find("cable", Audience.of("rob")).hits
        self.assertEqual((Audience.of("rob"), "bob"), (said.audience, said.sender))
        self.assertEqual([], self.numbers("cable", BOB))

    def test_nothing(self) -> None:
        """Without a word, and without an account, nothing is found, at once."""
        self.assertEqual(Found([]), self.find("cable"))
        self.hold(4, "cable")
        self.start()
        self.assertEqual(([], 0), (self.find("  ").hits, self.find("  ").on))

    def test_says_what_it_holds(self) -> None:
        """What is found tells whether there may be older messages that only the server has."""
        self.cache.keep_epoch("k3", 99)
        self.hold(110, "cable")
        self.start()
        self.assertFalse(self.find("cable").whole)
        self.conversations.get(BOB).put_past(Past([], 0))
        self.assertTrue(self.find("cable", BOB).whole)
        self.assertFalse(self.find("cable", CAROL).whole)

    def test_not_wanted_any_more(self) -> None:
        """A search that is cancelled ends with the piece under way: the next does not wait for its rest."""
        self.patch(searching, "LOOKED_THROUGH", 2)
        for number in range(1, 21):
            self.hold(number, "lunch" if number > 1 else "cable")
        self.start()
        looks: list[int] = []
        found = self.cache.found
        self.patch(self.cache, "found", lambda *asked: looks.append(asked[2]) or found(*asked))
        self.disk.held = True
        first = Deferred.fromCoroutine(self.finder.find("cable", None))
        first.cancel()
        self.failureResultOf(first, CancelledError)
        second = Deferred.fromCoroutine(self.finder.find("lunch", None, most=1))
        self.disk.let()
        self.assertEqual([20], [said.number for said in self.successResultOf(second).hits])
        self.assertEqual(2, len(looks))

    def test_full_disk(self) -> None:
        """While nothing can be kept, what is held is found."""
        self.hold(4, "cable")
        self.start()

        def full(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        self.patch(tables, "put", full)
        self.hold(5, "another cable")
        self.assertEqual([4], self.numbers("cable"))
        self.flushLoggedErrors(sqlite3.OperationalError)


class ExcerptTests(FinderCase):
    """What stands around a message that is far back."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(tables, "NEWEST", 10)
        self.patch(tables, "AROUND", 3)
        self.patch(tables, "PAGE", 5)
        for number in range(1, 41):
            self.hold(number, f"m{number}", *(("alice", BOB) if number % 4 == 0 else ()))
        self.start()

    def excerpt(self, number: int) -> Excerpt:
        found = self.around(BOB, number)
        assert found is not None
        self.addCleanup(found.close)
        return found

    def held(self, excerpt: Excerpt) -> list[int | None]:
        return [said.number for said in excerpt.messages]

    def test_around(self) -> None:
        """It holds some on each side, in order, and nothing of what is read or unread changes."""
        before = [(talk.unread, len(talk.messages)) for talk in self.conversations.all()]
        excerpt = self.excerpt(20)
        self.assertEqual([18, 19, 20, 21, 22, 23], self.held(excerpt))
        self.assertEqual(before, [(talk.unread, len(talk.messages)) for talk in self.conversations.all()])

    def test_back(self) -> None:
        """It is read back page by page to the beginning, each message once."""
        self.patch(self.conversations.get(BOB), "shelf", self)
        excerpt = self.excerpt(20)
        while excerpt.more:
            self.assertTrue(self.successResultOf(excerpt.earlier()))
        self.assertEqual([*range(1, 24)], self.held(excerpt))

    far = False

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        """Be the shelf."""
        return self.cache.older(audience, before)

    def test_on_into_the_present(self) -> None:
        """It reads on page by page, each message once, to where the conversation is in memory, and on."""
        excerpt = self.excerpt(20)
        whole = self.conversations.get(BOB)
        self.assertIsNone(whole.at(20))
        while self.successResultOf(excerpt.later()):
            pass
        self.assertEqual([*range(18, 41)], self.held(excerpt))
        self.assertEqual(31, whole.messages[0].number)
        self.assertIsNotNone(whole.at(31))

    def test_not_held(self) -> None:
        """Around what is not held is nothing."""
        self.assertIsNone(self.around(BOB, 99))
        self.assertIsNone(self.around(CAROL, 20))

    def test_receipts(self) -> None:
        """How far one's own came is told where the message is shown, and no more when that is gone."""
        excerpt = self.excerpt(20)
        said = excerpt.at(20)
        assert said is not None
        self.assertTrue(self.conversations.reached(20, Receipt(1, 1, 1)))
        self.assertEqual(Receipt(1, 1, 1), said.receipt)
        excerpt.close()
        self.assertIsNone(self.conversations.own(20))
        self.assertIsNotNone(self.conversations.own(40))


class RealTests(RealCase):
    """Alice, Bob and Carol talk by the real server."""

    def test_blocked(self) -> None:
        """What is hidden in a conversation is not found: what was said while its sender was blocked."""
        alice, bob = self.person("alice"), self.person("bob")
        self.wait(1)
        bob.say(ALICE, "first cable")
        self.wait(1)
        alice.block("bob")
        self.wait(1)
        bob.say(ALICE, "hidden cable")
        bob.say(EVERYONE, "hidden cable, too")
        self.wait(1)
        alice.unblock("bob")
        self.wait(1)
        bob.say(ALICE, "last cable")
        self.wait(1)
        asked = alice.find("cable")
        self.wait(1)
        self.assertEqual(
            ["last cable", "first cable"], [said.text for said in self.successResultOf(asked).hits]
        )
