"""Who comes and goes is told at once, and never in a storm (language, R36)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from improtocol.events import UserTold
from improtocol.fields import Presence as How
from improtocol.vocabulary import Event
from imserver.avatar import Avatar, Speaker
from imserver.presence import CHANGES, GATHERING, WINDOW, Presence
from imserver.storage.records import Account
from imserver.users import User, Users


class PresenceTests(SynchronousTestCase):
    """What everybody is told, and when."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.told: list[tuple[float, str]] = []
        accounts = [Account(n, name, n) for n, name in enumerate(["alice", "bob"])]
        users = Users(accounts)
        self.presence = Presence(self.clock, users, self.tell)
        self.alice, self.bob = (users.of(account.id) for account in accounts)

    def tell(self, events: Iterable[Event]) -> None:
        """Keep what is told in one breath, and when."""
        words = [f"{event.name} {event.presence.value}" for event in events if isinstance(event, UserTold)]
        self.told.append((round(self.clock.seconds(), 3), ", ".join(words)))

    def come(self, user: User) -> None:
        user.avatars.append(Avatar(user, cast(Speaker, None)))
        self.presence.changed(user)

    def go(self, user: User) -> None:
        user.avatars.pop()
        self.presence.changed(user)

    def flap(self, user: User, times: int) -> None:
        """Come and go so many times, a second apart."""
        for _ in range(times):
            self.go(user) if user.avatars else self.come(user)
            self.clock.advance(1)

    def test_at_once(self) -> None:
        """Who comes is told in the same moment, and who goes."""
        self.come(self.alice)
        self.assertEqual(self.told, [(0, "alice online")])
        self.clock.advance(1)
        self.go(self.alice)
        self.assertEqual(self.told[1:], [(1, "alice offline")])

    def test_nothing_new(self) -> None:
        """Another session of somebody who is there is no news, nor is the end of one of several."""
        self.come(self.alice)
        self.clock.advance(1)
        self.come(self.alice)
        self.go(self.alice)
        self.clock.advance(60)
        self.assertEqual(self.told, [(0, "alice online")])

    def test_gathered(self) -> None:
        """What comes right behind is gathered for 250 ms and written once for all, of each the last."""
        self.come(self.alice)
        self.clock.advance(0.1)
        self.come(self.bob)
        self.clock.advance(0.1)
        self.go(self.alice)
        self.assertEqual(len(self.told), 1)
        self.clock.advance(GATHERING)
        self.assertEqual([words for _, words in self.told[1:]], ["bob online, alice offline"])
        self.clock.advance(60)
        self.assertEqual(len(self.told), 2)

    def test_never_later_than_it_says(self) -> None:
        """However many come, news is told each 250 ms."""
        users = [User(Account(n, f"u{n}", n)) for n in range(100)]
        for user in users:
            self.come(user)
            self.clock.advance(0.01)
        self.clock.advance(GATHERING)
        moments = [moment for moment, _ in self.told]
        self.assertLessEqual(len(moments), 1 + 100 * 0.01 / GATHERING + 1)
        for a, b in pairwise(moments):
            self.assertAlmostEqual(b - a, GATHERING, delta=0.011)
        self.assertEqual(sum(len(words.split(",")) for _, words in self.told), 100)

    def test_four_changes(self) -> None:
        """Four changes of one user are told at once; of what comes then, the last at the end of 10 s."""
        self.flap(self.alice, CHANGES)
        self.assertEqual([moment for moment, _ in self.told], [0, 1, 2, 3])
        self.flap(self.alice, 3)
        self.assertEqual(len(self.told), CHANGES)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.clock.advance(WINDOW - 7)
        self.assertEqual(self.told[CHANGES:], [(WINDOW, "alice online")])
        self.clock.advance(WINDOW)
        self.go(self.alice)
        self.assertEqual(self.told[CHANGES + 1 :], [(2 * WINDOW, "alice offline")])

    def test_back_where_it_was(self) -> None:
        """When the last change leads back to what was told, there is nothing to tell."""
        self.flap(self.alice, CHANGES + 2)
        self.clock.advance(60)
        self.assertEqual(len(self.told), CHANGES)

    def test_one_at_a_time(self) -> None:
        """One who comes and goes all the time delays nobody else's news."""
        self.flap(self.alice, CHANGES + 1)
        self.come(self.bob)
        self.assertEqual(self.told[-1], (5, "bob online"))

    def test_any_ten_seconds(self) -> None:
        """In no 10 seconds are there more than four changes of one user, and the last is always told."""
        for n in range(200):
            self.go(self.alice) if n % 2 else self.come(self.alice)
            self.clock.advance(0.7)
        self.clock.advance(WINDOW)
        self.come(self.alice)
        self.clock.advance(2 * WINDOW)
        moments = [moment for moment, _ in self.told]
        self.assertGreater(len(moments), 200 * 0.7 / WINDOW)
        for first, fifth in zip(moments, moments[CHANGES:], strict=False):
            self.assertGreaterEqual(fifth - first, WINDOW - 0.001)
        self.assertEqual(self.told[-1][1], f"alice {How.ONLINE.value}")
