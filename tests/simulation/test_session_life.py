"""Lives drawn from seeds keep every promise, and the judge finds each defect that is planted."""

from __future__ import annotations

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from imserver.avatar import Avatar
from imserver.session import Session
from imserver.storage import letting_go

from . import session_life
from .course import Course
from .letters import Violation
from .planted import PLANTED
from .session_life import Parts, live

ACTS = 150
SEEDS = range(1, 26)
#: What is rare is looked for in so many lives.
MOST_SEEDS = 201


class SessionLifeTests(SynchronousTestCase):
    """What becomes of a stream when everything breaks (promises A4 to A7 and A15, rule R30)."""

    def test_whole_lives(self) -> None:
        """Every device holds its stream once, in order, whole, whatever broke; and much did."""
        course = Course()
        for seed in SEEDS:
            course.add(live(seed, ACTS))
        for what, least in {"entries": 40, "sessions": 20, "breaks": 2, "reads": 50}.items():
            self.assertGreater(getattr(course, what), least * len(SEEDS), course)
        for what in ("gaps", "let_go", "receipts", "shown"):
            self.assertGreater(getattr(course, what), len(SEEDS), course)
        for what in ("device_crashes", "server_crashes", "server_stops", "outcomes_unknown"):
            self.assertGreater(getattr(course, what), 0, course)
        self.flushLoggedErrors()  # of the disk, on purpose; any other is a violation

    def test_a_seed_is_a_life(self) -> None:
        """The same seed gives the same life, line by line."""
        first: list[str] = []
        second: list[str] = []
        live(7, ACTS, trace=first.append)
        live(7, ACTS, trace=second.append)
        self.assertGreater(len(first), ACTS)
        self.assertEqual(first, second)

    def test_the_judge_is_awake(self) -> None:
        """Every defect that is planted is found in some life, and told in one line with its seed."""
        for name, parts in PLANTED.items():
            complaint = self.first_complaint(parts)
            self.flushLoggedErrors()
            self.assertRegex(complaint, r"\Aseed=\d+ acts=150: .+\Z", name)

    def test_a_replaced_session_is_missed(self) -> None:
        """A session that is not ended when its device came in elsewhere is found (R24)."""
        end = Session.end
        self.patch(Session, "end", lambda session, bye: bye.reason == "replaced" or end(session, bye))
        self.assertIn("has 2 sessions", self.first_complaint(Parts()))
        self.flushLoggedErrors()

    def test_a_forgotten_ref_is_missed(self) -> None:
        """A ref that means nothing, or anything, when its words are let go of is found (R21)."""
        unlike = count()
        self.patch(letting_go, "digest", lambda people, text: f"{next(unlike)}")
        self.assertIn("is said to be", self.first_complaint(Parts()))
        self.patch(letting_go, "digest", lambda people, text: "")
        self.assertIn("is used", self.first_complaint(Parts()))
        self.flushLoggedErrors()

    def test_a_device_that_is_never_noted_is_missed(self) -> None:
        """A device that came while the disk was full, and whose ACK is answered and not kept, is found."""
        never = property(lambda avatar: None, lambda avatar, begins: None)
        setattr(Avatar, "begins", never)  # noqa: B010
        self.addCleanup(delattr, Avatar, "begins")
        self.patch(session_life, "FULL", 0.05)  # so rare else that it would need luck
        self.first_complaint(Parts(), "the cursor went back")
        self.flushLoggedErrors()

    def first_complaint(self, parts: Parts, saying: str = "") -> str:
        """Give the first complaint of the judge, or the first that says so."""
        for seed in range(1, MOST_SEEDS):
            try:
                live(seed, ACTS, parts)
            except Violation as violation:
                if saying in str(violation):
                    return str(violation)
        raise self.failureException(f"none in {MOST_SEEDS - 1} lives")
