"""How fast passwords may be tried: slowly from anywhere, and the owner is let in always (promise D4)."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater
from twisted.trial.unittest import SynchronousTestCase

from improtocol.errors import Busy, LoginRefused, Refusal, TooOften
from imserver.bounds import UNBOUNDED, Bounds
from imserver.portal.enrolling import Enrolling
from imserver.portal.guessing import Guess, Guessing
from imserver.tallies import WINDOW

BOUNDS = Bounds()
HASH = 0.025  #: seconds a hash takes
HOUR = 3600


class Attempt:
    """One try, and what came of it."""

    def __init__(self, house: GuessingCase, guess: Guess, *, right: bool) -> None:
        self._house = house
        self._right = right
        self.begun = house.clock.seconds()
        self.outcome: str | None = None
        self.took = 0.0
        self.retry_after = 0
        self.hashed = False
        Deferred.fromCoroutine(house.guessing.attempt(guess, self._prove)).addCallbacks(
            lambda _: self._came("in"), lambda failure: self._refused(failure.value)
        )

    async def _prove(self) -> None:
        self.hashed = True
        self._house.hashes.append(self._house.clock.seconds())
        await deferLater(self._house.clock, HASH)
        if not self._right:
            raise LoginRefused()

    def _refused(self, refusal: Refusal) -> None:
        self.retry_after = refusal.retry_after or 0
        self._came(refusal.code)

    def _came(self, outcome: str) -> None:
        self.outcome = outcome
        self.took = self._house.clock.seconds() - self.begun


class GuessingCase(SynchronousTestCase):
    """A lock, a clock, and every hash that was made."""

    def setUp(self) -> None:
        self.begin(BOUNDS)

    def begin(self, bounds: Bounds) -> None:
        """Begin anew."""
        self.clock = Clock()
        self.hashes: list[float] = []
        self.guessing = Guessing(self.clock, bounds)

    def knock(
        self, name: str = "alice", source: str | None = "a", device: str | None = None, *, right: bool = False
    ) -> Attempt:
        """Try a password, and do not wait."""
        return Attempt(self, Guess(name, source, device), right=right)

    def wait(self, seconds: float) -> None:
        """Let time pass, stopping wherever something happens."""
        end = self.clock.seconds() + seconds
        while due := [call.getTime() for call in self.clock.getDelayedCalls() if call.getTime() <= end]:
            self.clock.advance(max(0.0, min(due) - self.clock.seconds()))
        self.clock.advance(max(0.0, end - self.clock.seconds()))

    def attempt(
        self, name: str = "alice", source: str | None = "a", device: str | None = None, *, right: bool = False
    ) -> Attempt:
        """Try a password, and wait for what comes of it."""
        attempt = self.knock(name, source, device, right=right)
        while attempt.outcome is None:
            self.wait(min(call.getTime() for call in self.clock.getDelayedCalls()) - self.clock.seconds())
        return attempt

    def guess_for(self, seconds: float, *attackers: tuple[str, str]) -> int:
        """Have attackers (a name, a source) guess as fast as they are let; say how often a hash was made."""
        end = self.clock.seconds() + seconds
        before = len(self.hashes)
        next_time = dict.fromkeys(attackers, self.clock.seconds())
        while (soonest := min(next_time, key=next_time.__getitem__)) and next_time[soonest] < end:
            self.wait(next_time[soonest] - self.clock.seconds())
            attempt = self.attempt(*soonest)
            next_time[soonest] = self.clock.seconds() + attempt.retry_after
        return sum(at < end for at in self.hashes[before:])


class SourceTests(GuessingCase):
    def test_penalty(self) -> None:
        """Two slips are free; with the third a source waits 15 s, and each further costs it 5 s more."""
        for name in "xyz":
            self.assertEqual(self.attempt(name).outcome, "login-refused")
        self.assertEqual(self.attempt("other", "b").outcome, "login-refused")
        for penalty in (15, 20, 25, 30):
            refused = self.attempt("another")
            self.assertEqual(
                (refused.outcome, refused.retry_after, refused.hashed), ("too-often", penalty, False)
            )
            self.wait(penalty - 2.1)
            self.assertEqual(self.attempt("another").retry_after, 3)
            self.wait(2.1)
            self.assertEqual(self.attempt(f"new{penalty}").outcome, "login-refused")

    def test_cap(self) -> None:
        """No source waits for more than ten minutes."""
        for number in range(130):
            attempt = self.attempt(f"name{number}")
            if attempt.retry_after:
                self.assertLessEqual(attempt.retry_after, 600)
                self.wait(attempt.retry_after)
                self.attempt(f"name{number}")

    def test_forgotten(self) -> None:
        """Ten minutes without a slip, and it begins anew."""
        for name in "xy":
            self.attempt(name)
        self.wait(600)
        self.assertEqual([self.attempt(name).outcome for name in "uvw"], ["login-refused"] * 3)
        self.assertEqual(self.attempt("t").outcome, "too-often")

    def test_ten_a_minute(self) -> None:
        """No source makes more than ten guesses in a minute, whatever names it tries, in turn or at once."""
        names = [(f"name{number}", "a") for number in range(50)]
        self.assertLessEqual(self.guess_for(60, *names), 10)
        self.begin(BOUNDS)
        for _ in range(600):
            for number in range(10):
                self.knock(f"name{number}")
            self.wait(0.1)
        self.assertLessEqual(len(self.hashes), 10)

    def test_at_once(self) -> None:
        """As many are tried at once as may all fail for nothing; the rest hear what came of them."""
        attempts = [self.knock(f"name{number}") for number in range(20)]
        self.assertEqual(len(self.hashes), 3)
        self.wait(1)
        self.assertEqual(
            [attempt.outcome for attempt in attempts], ["login-refused"] * 3 + ["too-often"] * 17
        )

    def test_many_come_back(self) -> None:
        """Fifty who know their passwords come in at once from one source, none refused."""
        attempts = [self.knock(f"name{number}", right=True) for number in range(50)]
        self.wait(5)
        self.assertEqual([attempt.outcome for attempt in attempts], ["in"] * 50)

    def test_not_counted(self) -> None:
        """Who has no source is counted by name alone."""
        self.assertEqual({self.attempt(f"name{n}", None).outcome for n in range(50)}, {"login-refused"})


class NameTests(GuessingCase):
    def test_delay(self) -> None:
        """The wait between guesses at one name doubles, up to 66 s, wherever they come from: never a lock."""
        waits = []
        for number in range(12):
            attempt = self.attempt("alice", f"s{number}")
            if attempt.retry_after:
                self.assertFalse(attempt.hashed)
                self.wait(attempt.retry_after)
                again = self.attempt("alice", f"s{number}")
                self.assertEqual(again.outcome, "login-refused")
            waits.append(attempt.retry_after or round(attempt.took))
        self.assertEqual(waits, [0, 1, 2, 4, 8, 16, 32, 64, 66, 66, 66, 66])

    def test_short_waits(self) -> None:
        """Whoever slips twice and types again at once is not refused: the wait is waited out."""
        outcomes = [self.attempt().outcome, self.attempt().outcome, self.attempt(right=True).outcome]
        self.assertEqual(outcomes, ["login-refused", "login-refused", "in"])
        self.assertAlmostEqual(self.clock.seconds(), 1 + 2 + 3 * HASH, places=3)

    def test_sixty_an_hour(self) -> None:
        """Sixty guesses an hour at one name, from two hundred sources that try without a pause."""
        sources = [("alice", f"s{number}") for number in range(200)]
        self.assertLessEqual(self.guess_for(HOUR, *sources), 60)
        self.assertLessEqual(self.guess_for(HOUR, *sources), 60)

    def test_never_a_lock(self) -> None:
        """However long others have guessed, whoever knows the password is in as soon as they pause."""
        self.guess_for(6 * HOUR, ("alice", "a"), ("alice", "b"), ("alice", "c"))
        refused = self.attempt("alice", "elsewhere", right=True)
        self.assertLessEqual(refused.retry_after, 66)
        self.wait(refused.retry_after)
        self.assertEqual(self.attempt("alice", "elsewhere", right=True).outcome, "in")

    def test_all_at_once(self) -> None:
        """A thousand guesses at one name in one moment are one guess, and what follows by the clock."""
        attempts = [self.knock("alice", f"s{number}") for number in range(1000)]
        self.wait(60)
        self.assertEqual(len(self.hashes), 3)  # at once, and what was waited out: after 1 s, after 2 s
        self.assertEqual({attempt.outcome for attempt in attempts}, {"login-refused", "too-often"})

    def test_nobody_s_name(self) -> None:
        """A name that is nobody's is treated like any other: the lock does not know which exist (R39)."""
        for number in range(6):
            self.assertEqual(
                (self.attempt("alice", f"s{number}").outcome, self.attempt("nosuch", f"t{number}").outcome),
                (("login-refused",) * 2 if number < 3 else ("too-often",) * 2),
            )

    def test_busy_is_no_failure(self) -> None:
        """A password that could not be tried counts as none."""

        async def busy() -> None:
            raise Busy(retry_after=2)

        for _ in range(10):
            self.failureResultOf(
                Deferred.fromCoroutine(self.guessing.attempt(Guess("alice", "a", None), busy)), Busy
            )
        self.assertEqual(self.attempt().outcome, "login-refused")


class OwnerTests(GuessingCase):
    """Alice has come in from home with her phone; others guess."""

    def setUp(self) -> None:
        super().setUp()
        self.attempt("alice", "home", "k7", right=True)

    def test_while_a_thousand_guess(self) -> None:
        """From where she came in before she is in within five seconds, whoever guesses elsewhere."""
        for _ in range(20):
            for number in range(1000):
                self.knock("alice", f"s{number}")
            self.wait(7)
            for source, device in (("home", None), ("home", "k7"), ("road", "k7")):
                owner = self.attempt("alice", source, device, right=True)
                self.assertEqual(owner.outcome, "in")
                self.assertLess(owner.took, 1)

    def test_others_at_her_address(self) -> None:
        """Those who share her address, and try other names, do not keep her waiting."""
        for number in range(10):
            self.attempt(f"name{number}", "home")
        self.assertEqual(self.attempt("name", "home").outcome, "too-often")
        owner = self.attempt("alice", "home", right=True)
        self.assertEqual((owner.outcome, round(owner.took, 6)), ("in", HASH))

    def test_her_own_slips(self) -> None:
        """Four slips of her own, and she is in within five seconds all the same."""
        for _ in range(4):
            slip = self.attempt("alice", "home")
            self.wait(slip.retry_after)
            if slip.retry_after:
                self.assertEqual(self.attempt("alice", "home").outcome, "login-refused")
        began = self.clock.seconds()
        owner = self.attempt("alice", "home", right=True)
        if owner.retry_after:
            self.wait(owner.retry_after)
            owner = self.attempt("alice", "home", right=True)
        self.assertEqual(owner.outcome, "in")
        self.assertLessEqual(self.clock.seconds() - began, 5)

    def test_a_thief_at_her_address(self) -> None:
        """Who guesses at her address gains five guesses by it; with her device she is in as before."""
        for _ in range(60):
            guess = self.attempt("alice", "home")
            self.wait(guess.retry_after)
        self.assertNotIn(("known", "alice", "from", "home"), self.guessing._marks)
        owner = self.attempt("alice", "home", "k7", right=True)
        self.assertEqual((owner.outcome, round(owner.took, 6)), ("in", HASH))

    def test_elsewhere_all_together(self) -> None:
        """A thief who knows the device's word has sixty guesses an hour, and five."""
        thieves = [("alice", f"s{number}") for number in range(100)]
        before = len(self.hashes)
        end = self.clock.seconds() + HOUR
        while self.clock.seconds() < end:
            waits = [self.attempt(*thief, "k7").retry_after for thief in thieves]
            self.wait(max(1, min(waits)))
        self.assertLessEqual(len(self.hashes) - before, 65)

    def test_her_coming_in(self) -> None:
        """That she comes and goes makes guessing no faster."""
        guesses = 0
        for _ in range(HOUR // 60):
            guesses += self.guess_for(60, *(("alice", f"s{number}") for number in range(10)))
            self.assertEqual(self.attempt("alice", "home", right=True).outcome, "in")
        self.assertLessEqual(guesses, 60)

    def test_hashes_are_kept_for_her(self) -> None:
        """While so many strangers wait for a hash that more are told busy, she is not."""
        strangers = [self.knock(f"name{n}", f"s{n}", right=True) for n in range(97)]
        self.assertEqual([attempt.outcome for attempt in strangers], [None] * 96 + ["busy"])
        owner = self.knock("alice", "home", right=True)
        self.wait(1)
        self.assertEqual(owner.outcome, "in")

    def test_another_s_mark(self) -> None:
        """A place where she came in is nothing to another name."""
        for number in range(3):
            self.attempt(f"name{number}", "home", "k7")
        self.assertEqual(self.attempt("bob", "home", "k7").outcome, "too-often")


class TableTests(GuessingCase):
    def test_bound(self) -> None:
        """However many sources, names and devices there are, only so many are remembered."""
        self.begin(replace(BOUNDS, remembered=100))
        for number in range(500):
            self.attempt(f"name{number}", f"s{number}")
            self.attempt(f"good{number}", f"t{number}", f"d{number}", right=True)
        tables: list[Sized] = [*self.guessing._failures.values(), self.guessing._marks]
        self.assertEqual([len(table) for table in tables], [100, 100, 0, 100])

    def test_nothing_is_left_behind(self) -> None:
        """When nobody is at the door and ten minutes have passed, only marks are left."""
        for number in range(100):
            self.knock(f"name{number % 7}", f"s{number % 5}", right=number % 3 == 0)
        self.wait(HOUR)
        self.assertEqual([len(table) for table in self.guessing._failures.values()], [0, 0, 0])
        self.assertEqual((self.guessing._lanes, self.guessing._strangers), ({}, 0))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_none(self) -> None:
        """Without limits every guess is tried, at once."""
        self.begin(UNBOUNDED)
        attempts = [self.knock() for _ in range(500)]
        self.wait(HASH)
        self.assertEqual({attempt.outcome for attempt in attempts}, {"login-refused"})


class EnrollingTests(SynchronousTestCase):
    """How many accounts may be asked for."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.enrolling = Enrolling(self.clock, BOUNDS)

    def refused(self, source: str | None) -> int:
        """Ask for one that is refused; say when it may be asked for again."""
        refusal = self.assertRaises(TooOften, self.enrolling.ask, source)
        return refusal.retry_after or 0

    def test_of_a_source(self) -> None:
        """Thirty from one source in ten minutes; then it is told when to come back, and others are not."""
        for _ in range(30):
            self.enrolling.ask("a")
        self.clock.advance(100.5)
        self.assertEqual(self.refused("a"), WINDOW - 100)
        self.enrolling.ask("b")
        self.clock.advance(WINDOW - 100.5)
        self.enrolling.ask("a")

    def test_of_all(self) -> None:
        """Three hundred from all together in ten minutes, those who are not counted by source among them."""
        for number in range(299):
            self.enrolling.ask(f"s{number}")
        self.enrolling.ask(None)
        self.assertEqual((self.refused("new"), self.refused(None)), (WINDOW, WINDOW))
