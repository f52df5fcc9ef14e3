"""The judge of the hour finds each kind of difference, and nothing where log, files and windows agree."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench import people
from bench.hour_judge import Judge, Line, talk_of
from bench.ledger import CHANGED, DOUBLED, LOST, STRANGE
from imserver.storage.records import Draft

NAMES = ("alice", "bob", "carol")
FIRST, SECOND, THIRD = (
    Line(4, "alice", "bob", "to one"),
    Line(5, "alice", "bob,carol", "to several"),
    Line(6, "bob", "*", "to everyone"),
)


class HourJudgeTests(SynchronousTestCase):
    """Three people have said something in each of the three modes."""

    def setUp(self) -> None:
        folder = Path(self.mktemp())
        people.settle(folder, NAMES)
        with people.unserved(folder) as (database, _):
            for sender, named, line in ((1, {2}, FIRST), (1, {2, 3}, SECOND), (2, set[int](), THIRD)):
                ref = f"r{line.number}"
                database.append(Draft(sender, line.sender, frozenset(named), line.to, line.text, ref))
        self.judge = Judge(folder / people.DATABASE, NAMES)
        for line in (FIRST, SECOND, THIRD):
            self.judge.say(line.sender, line.to, line.text)

    def found(self) -> set[str]:
        """Give the kinds of what was found, and forget it."""
        kinds = {kind for kind, count in self.judge.findings.counts.items() if count}
        self.judge.findings.counts.clear()
        return kinds

    def test_all_is_well(self) -> None:
        """Nothing is found where all agree, and each has the conversations that are theirs."""
        self.judge.judge_log()
        self.assertEqual(
            {"*": [THIRD], "alice": [FIRST], "carol": [], "alice,carol": [SECOND]},
            self.judge.conversations("bob"),
        )
        self.assertEqual("bob,carol", talk_of(self.judge.log()[1], "alice"))
        self.judge.compare("a window", [FIRST, SECOND], [FIRST, SECOND])
        self.assertEqual(set(), self.found())

    def test_what_was_said(self) -> None:
        """What was said and is not in the log is lost, and what is there otherwise is changed."""
        self.judge.say("carol", "*", "never came")
        self.judge.judge_log()
        self.assertEqual({LOST}, self.found())
        del self.judge.said["never came"]
        self.judge.said["to one"] = ("alice", "carol")
        self.judge.judge_log()
        self.assertEqual({CHANGED}, self.found())

    def test_what_nobody_said(self) -> None:
        """A message in the log that nobody wrote so is strange: a letter more, or somebody else's."""
        del self.judge.said["to several"]
        self.judge.judge_log()
        self.assertEqual({STRANGE}, self.found())

    def test_burst(self) -> None:
        """Of a burst that a kill ended the beginning may be there, and nothing behind what is missing."""
        self.judge.unsure = [["to one", "to several", "not said any more"]]
        self.judge.judge_log()
        self.assertEqual(set(), self.found())
        self.judge.unsure = [["to one", "swallowed", "to several"]]
        self.judge.judge_log()
        self.assertEqual({LOST}, self.found())

    def test_what_is_shown(self) -> None:
        """A window must show the same, in the same order, each once."""
        wanted = [FIRST, SECOND, THIRD]
        for seen, kind in (
            ([FIRST, THIRD], LOST),
            ([FIRST, SECOND, SECOND, THIRD], DOUBLED),
            ([FIRST, SECOND, THIRD._replace(text="other words")], CHANGED),
            ([*wanted, Line(7, "carol", "*", "made up")], STRANGE),
            ([SECOND, FIRST, THIRD], STRANGE),
        ):
            self.judge.compare("a window", wanted, seen)
            self.assertEqual({kind}, self.found(), f"{kind} in {seen}")

    def test_receipts(self) -> None:
        """Everything must be shown as read; of what went to everyone, the newest."""
        read = [4, "alice", "bob", "to one", True, "read", [1, 1, 1]]
        self.judge.judge_receipts("alice", {"bob": [read]})
        self.assertEqual(set(), self.found())
        self.judge.judge_receipts("alice", {"bob": [[*read[:5], "delivered", [1, 0, 1]]]})
        self.assertEqual({STRANGE}, self.found())
        self.judge.judge_receipts("bob", {"*": [[6, "bob", "*", "to everyone", True, "sent", [0, 0, 2]]]})
        self.assertEqual({STRANGE}, self.found())
