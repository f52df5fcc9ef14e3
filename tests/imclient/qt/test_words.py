"""How the window says times, people and audiences."""

from datetime import datetime

from twisted.trial.unittest import SynchronousTestCase

from imclient.core import wording
from improtocol import errors
from improtocol.audience import EVERYONE, Audience
from imqt import moments

NOON = datetime(2026, 11, 20, 12, 14).timestamp()
DAY = 24 * 60 * 60


class MomentTests(SynchronousTestCase):
    def test_today_is_a_clock(self) -> None:
        """What was today is said as a time of day."""
        self.assertEqual("12:14", moments.when(NOON, NOON + 60))

    def test_further_back_is_a_day(self) -> None:
        """The longer ago, the coarser it is said."""
        said = [moments.when(NOON - days * DAY, NOON) for days in (1, 3, 17, 400)]
        self.assertEqual(["yesterday", "Tuesday", "3 November", "16 October 2025"], said)

    def test_headings(self) -> None:
        """A day is said in full, today and yesterday by name as well."""
        today = moments.day_of(NOON)
        days = [moments.day(moments.day_of(NOON - days * DAY), today) for days in (0, 1, 2)]
        self.assertEqual("Today, Friday 20 November", days[0])
        self.assertEqual("Yesterday, Thursday 19 November", days[1])
        self.assertEqual("Wednesday 18 November", days[2])


class WordingTests(SynchronousTestCase):
    def test_listed(self) -> None:
        """Few names are listed, many are counted."""
        self.assertEqual("bob", wording.listed(["bob"]))
        self.assertEqual("bob, carol and dave", wording.listed(["bob", "carol", "dave"]))
        self.assertEqual("a, b, c and 3 others", wording.listed(["a", "b", "c", "d", "e", "f"]))

    def test_told_to(self) -> None:
        """A message says whom it is for, and calls its reader you."""
        self.assertEqual("to everyone", wording.told_to(EVERYONE, "alice"))
        self.assertEqual("to you", wording.told_to(Audience.of("alice"), "alice"))
        self.assertEqual("to you, bob", wording.told_to(Audience.of("alice", "bob"), "alice"))
        self.assertEqual("to bob, carol", wording.told_to(Audience.of("bob", "carol"), "alice"))

    def test_who_is_away(self) -> None:
        """The hint repeats names and never guesses her or his."""
        self.assertEqual("", wording.waits_for([]))
        self.assertEqual("carol is not connected: it will wait for carol.", wording.waits_for(["carol"]))
        self.assertEqual(
            "bob and carol are not connected: it will wait for them.",
            wording.waits_for(["bob", "carol"]),
        )

    def test_everyone(self) -> None:
        """What everyone means is said in numbers, and who is away by name while they are few."""
        self.assertEqual("Nobody else is registered yet.", wording.everyone_means(0, []))
        self.assertEqual("Everyone is one other person so far.", wording.everyone_means(1, []))
        self.assertEqual(
            "Everyone means all 3 others who are registered now. "
            "carol is not connected: it will wait for carol.",
            wording.everyone_means(3, ["carol"]),
        )
        self.assertEqual(
            "Everyone means all 9 others who are registered now. 5 are not connected: it will wait for them.",
            wording.everyone_means(9, ["a", "b", "c", "d", "e"]),
        )

    def test_plainly(self) -> None:
        """Whoever types no lines is not shown one; a sentence with a colon stays whole."""
        told = errors.BadPassword(8, 256, told="A password has 8 bytes: PASSWORD :new staple")
        self.assertEqual("A password has 8 bytes.", wording.plainly(told))
        meant = "There is no user called karol. Did you mean: carol?"
        self.assertEqual(meant, wording.plainly(meant))

    def test_round_trip(self) -> None:
        """A round trip is said in whole milliseconds."""
        self.assertEqual("bob answered in 12 ms.", wording.answered("bob", 0.0123))
        self.assertEqual("bob answered in less than 1 ms.", wording.answered("bob", 0.0002))
