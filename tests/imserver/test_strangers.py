"""Those who have not logged in: how long they stay, how many there are, whose place a newcomer takes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from improtocol.events import Bye
from imserver.bounds import UNBOUNDED, Bounds
from imserver.strangers import Strangers
from imserver.tallies import WINDOW

BOUNDS = Bounds()


class Visitor:
    """A connection that notes how it ended."""

    def __init__(self, source: str | None = None) -> None:
        self.source = source
        self.bye: Bye | None = None

    def close(self, bye: Bye) -> None:
        """Be ended."""
        self.bye = bye


class StrangersCase(SynchronousTestCase):
    """A house with a door, and a clock."""

    def setUp(self) -> None:
        self.begin(BOUNDS)

    def begin(self, bounds: Bounds, draw: Callable[[int], int] | None = None) -> None:
        """Build the house."""
        self.clock = Clock()
        self.house = Strangers(self.clock, bounds, draw or random.Random(7).randrange)

    def come(self, count: int = 1, source: str | None = None) -> list[Visitor]:
        """Have so many come, and give those who were let in."""
        return [v for v in (Visitor(source) for _ in range(count)) if self.house.arrive(v) is None]

    def refusal(self, source: str | None) -> Bye:
        """Have one come who is not let in, and give what it is told."""
        bye = self.house.arrive(Visitor(source))
        assert bye is not None
        return bye


class DeadlineTests(StrangersCase):
    def test_deadline(self) -> None:
        """After 120 seconds a stranger is sent away, and not a moment before."""
        (visitor,) = self.come()
        self.clock.advance(119.9)
        self.assertIsNone(visitor.bye)
        self.clock.advance(0.1)
        assert visitor.bye is not None
        self.assertEqual((visitor.bye.reason, visitor.bye.retry_after), ("too-late", 1))
        self.assertEqual(len(self.house), 0)

    def test_absolute(self) -> None:
        """Each has its own 120 seconds, whoever comes meanwhile, and one timer serves them all."""
        visitors = []
        for _ in range(100):
            visitors += self.come()
            self.clock.advance(1)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        for gone in range(100):
            self.clock.advance(0 if gone else 19.5)
            self.clock.advance(1)
            self.assertEqual([v.bye is not None for v in visitors].count(True), gone + 1)

    def test_registered(self) -> None:
        """Who has registered has the whole time again."""
        registered, silent = self.come(2)
        self.clock.advance(100)
        self.house.stay(registered)
        self.clock.advance(20)
        self.assertTrue(silent.bye)
        self.clock.advance(99.9)
        self.assertIsNone(registered.bye)
        self.clock.advance(0.1)
        self.assertTrue(registered.bye)

    def test_logged_in(self) -> None:
        """Who has logged in may stay, and who then logs out has the whole time again."""
        (visitor,) = self.come()
        self.house.enter(visitor)
        self.clock.advance(1000)
        self.assertIsNone(visitor.bye)
        self.house.stay(visitor)
        self.clock.advance(119)
        self.assertIsNone(visitor.bye)
        self.clock.advance(1)
        self.assertTrue(visitor.bye)

    def test_crowd(self) -> None:
        """While more than 500 are there, ten seconds must do."""
        visitors = self.come(500)
        self.clock.advance(11)
        self.assertEqual(len(self.house), 500)
        self.come()
        self.clock.advance(0)
        self.assertEqual(visitors[0].bye and visitors[0].bye.reason, "too-late")
        self.assertEqual(len(self.house), 500)
        self.clock.advance(9)
        self.assertEqual(len(self.house), 500)


class CrowdTests(StrangersCase):
    def setUp(self) -> None:
        self.begin(replace(BOUNDS, crowded_seconds=UNBOUNDED.crowded_seconds))

    def test_nobody_pays_below(self) -> None:
        """Up to five hundred and one nobody has to go."""
        self.assertEqual([v for v in self.come(501) if v.bye], [])

    def test_at_most(self) -> None:
        """However many come, there are never more than a thousand, and every newcomer is let in."""
        most = 0
        for _ in range(3000):
            self.assertEqual(len(self.come()), 1)
            most = max(most, len(self.house))
        self.assertLessEqual(most, 1000)
        self.assertGreater(most, 900)

    def test_encrypted(self) -> None:
        """Of those who have shaken hands 350 may stay; for one more another of them goes."""
        in_clear, heavy = self.come(50), self.come(450)
        for number, visitor in enumerate(heavy, 1):
            self.house.shook_hands(visitor)
            self.assertIsNone(visitor.bye)
            self.assertEqual(max(0, number - 350), len([one for one in heavy if one.bye]))
        self.assertEqual(([], 400), ([one for one in in_clear if one.bye], len(self.house)))
        staying = [one for one in heavy if one.bye is None]
        for visitor in staying[:100]:
            self.house.enter(visitor)
            self.house.shook_hands(visitor)  # who is no stranger any more counts no more
        for visitor in self.come(100):
            self.house.shook_hands(visitor)
        self.assertEqual(100, len([one for one in heavy if one.bye]))

    def test_full(self) -> None:
        """A thousand may be there if chance wills it; for one more somebody goes who was there before."""
        # The dice never fall below what the crowd is.
        self.begin(BOUNDS, lambda sides: sides - 1)
        visitors = self.come(1000)
        self.assertEqual((len(self.house), [v for v in visitors if v.bye]), (1000, []))
        (newcomer,) = self.come()
        (gone,) = [v for v in visitors if v.bye]
        self.assertEqual(gone.bye and (gone.bye.reason, gone.bye.retry_after), ("crowded", 10))
        self.assertEqual((len(self.house), newcomer.bye), (1000, None))

    def test_chance_rises(self) -> None:
        """Half way between five hundred and a thousand every second newcomer costs somebody the place."""
        self.come(750)
        while len(self.house) < 750:
            self.come()
        drawn = 0
        for _ in range(1000):
            (newcomer,) = self.come()
            drawn += len(self.house) <= 750
            self.house.leave(newcomer)
            while len(self.house) < 750:
                self.come()
        self.assertTrue(400 < drawn < 600, drawn)

    def test_anybody(self) -> None:
        """Who is drawn is drawn from all: in a flood somebody who logs in at once is hardly ever the one."""
        self.come(1000)
        cut = 0
        for _ in range(200):
            (user,) = self.come()
            self.come(10)  # so many others come while one logs in
            cut += user.bye is not None
            self.house.enter(user)
        self.assertLess(cut, 10)

    def test_old_and_young(self) -> None:
        """It is not always who has been there longest: somebody who types slowly has a chance, too."""
        here = self.come(500)
        while len(self.house) < 990:
            here += self.come()
        here = [visitor for visitor in here if visitor.bye is None]
        self.come(200)
        gone = [number for number, visitor in enumerate(here) if visitor.bye]
        self.assertGreater(len(gone), 100)
        self.assertTrue(len(here) / 3 < sum(gone) / len(gone) < len(here) * 2 / 3, gone)


class SourceTests(StrangersCase):
    def test_at_once(self) -> None:
        """Eight of one source may be there at once; the ninth is turned away, others are not."""
        visitors = self.come(8, "a")
        self.assertEqual(len(visitors), 8)
        bye = self.refusal("a")
        self.assertEqual((bye.reason, bye.retry_after), ("too-many", 10))
        self.assertEqual(len(self.come(1, "b")), 1)
        self.house.leave(visitors[0])
        self.assertEqual(len(self.come(2, "a")), 1)
        self.house.enter(visitors[1])
        self.assertEqual(len(self.come(2, "a")), 1)

    def test_in_ten_minutes(self) -> None:
        """Thirty-two of one source may come in ten minutes; then it is told when the next may."""
        for _ in range(32):
            (visitor,) = self.come(1, "a")
            self.house.leave(visitor)
            self.clock.advance(1)
        bye = self.refusal("a")
        self.assertEqual((bye.reason, bye.retry_after), ("too-often", WINDOW - 32))
        self.assertEqual(len(self.come(1, "b")), 1)
        self.clock.advance(WINDOW - 32)
        self.assertEqual(len(self.come(1, "a")), 1)

    def test_after_a_good_login(self) -> None:
        """From where somebody has logged in as many may come as want to, for a day."""
        (user,) = self.come(1, "a")
        self.house.enter(user)
        for _ in range(100):
            (visitor,) = self.come(1, "a")
            self.house.leave(visitor)
        self.clock.advance(24 * 3600)
        for _ in range(32):
            (visitor,) = self.come(1, "a")
            self.house.leave(visitor)
        self.assertEqual(self.refusal("a").reason, "too-often")

    def test_not_counted(self) -> None:
        """Who has no source is counted nowhere but in the house."""
        self.assertEqual(len(self.come(500)), 500)

    def test_what_is_remembered(self) -> None:
        """However many sources there are, only so many are remembered, the newest."""
        self.begin(replace(BOUNDS, remembered=100))
        for number in range(1000):
            (visitor,) = self.come(1, f"s{number}")
            self.house.enter(visitor)
            (visitor,) = self.come(1, f"s{number}")
            self.house.leave(visitor)
        self.assertEqual((len(self.house._arrivals), len(self.house._welcome)), (100, 100))
        self.assertIn("s999", self.house._welcome)

    def test_nothing_is_left_behind(self) -> None:
        """When a thousand have come and gone and ten minutes have passed, no table knows of them."""
        for number in range(1000):
            (visitor,) = self.come(1, f"s{number % 100}")
            self.house.leave(visitor)
        self.clock.advance(WINDOW)
        house = self.house
        self.assertEqual(
            [
                len(house),
                house._by_source,
                len(house._arrivals),
                len(house._welcome),
                self.clock.getDelayedCalls(),
            ],
            [0, {}, 0, 0, []],
        )

    def test_gone_twice(self) -> None:
        """Who was sent away and then goes is counted once."""
        visitors = self.come(8, "a")
        self.clock.advance(120)
        for visitor in visitors:
            self.house.leave(visitor)
        self.assertEqual((len(self.house), self.house._by_source), (0, {}))
