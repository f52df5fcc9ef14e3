"""The table of limits: declared once, moved from the command line, shown as it is typed."""

from __future__ import annotations

import io
import sys
from dataclasses import fields
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import BOUNDS, UNBOUNDED, UNHURRIED, BadBound, changed, listed, table
from imserver.options import Options

LIMITS = Path(__file__).parent.parent.parent / "docs" / "limits.md"


def options(*words: str) -> Options:
    """Read a command line."""
    made = Options()
    made.parseOptions(words)
    return made


class TableTests(SynchronousTestCase):
    def test_each(self) -> None:
        """Each limit has a name that can be typed, a unit, a reason of its own, and a value from one on."""
        bounds = listed(BOUNDS)
        for bound in bounds:
            self.assertRegex(bound.name, r"\A[a-z]+(-[a-z]+)*\Z")
            self.assertTrue(bound.unit and bound.reason, bound.name)
            self.assertTrue(bound.value >= 1 or bound.unit == "on or off", bound.name)
        self.assertEqual(len({bound.reason for bound in bounds}), len(bounds))

    def test_can_be_typed(self) -> None:
        """What is shown can be typed again: each line begins with what --limit takes."""
        for bounds in (BOUNDS, UNHURRIED, UNBOUNDED):
            again = UNBOUNDED
            for line in table(bounds).splitlines():
                again = changed(again, line.split()[0])
            self.assertEqual(again, bounds)

    def test_document(self) -> None:
        """docs/limits.md shows the table as `twistd imserver --limits` prints it."""
        self.assertIn(f"```\n{table(BOUNDS)}\n```\n", LIMITS.read_text(encoding="utf-8"))

    def test_without(self) -> None:
        """Where no limit is wanted nothing has one; where nobody is in a hurry only what is kept has."""
        self.assertTrue(all(bound.value == bound.lifted for bound in listed(UNBOUNDED)))
        kept = {bound.name for bound in listed(UNHURRIED) if bound.value != bound.lifted}
        self.assertLess(kept, {field.name.replace("_", "-") for field in fields(BOUNDS)})
        self.assertIn("queue-hard", kept)
        self.assertNotIn("rate", kept)


class MovingTests(SynchronousTestCase):
    def test_moved(self) -> None:
        """A limit can be moved, lifted, and moved again; the others stay."""
        moved = options("--limit=burst=50", "--limit", "rate=none", "--limit=burst=60")["bounds"]
        self.assertEqual((moved.burst, moved.rate, moved.crowd), (60, UNBOUNDED.rate, BOUNDS.crowd))
        self.assertTrue(options("--limit=loopback-sources=on")["bounds"].loopback_sources)
        self.assertEqual(options()["bounds"], BOUNDS)

    def test_all(self) -> None:
        """All can be lifted at once, and some set again behind it."""
        moved = options("--limit=all=none", "--limit=queue-hard=1000")["bounds"]
        self.assertEqual((moved.burst, moved.queue_hard), (UNBOUNDED.burst, 1000))

    def test_wrong(self) -> None:
        """What is no limit, or no value of it, is said in one sentence, and the exit status is 1."""
        for described, sentence in {
            "nosuch=1": "--limit knows no nosuch; --limits lists those there are.",
            "": "--limit knows no limit without a name; --limits lists those there are.",
            "burst": "--limit burst= takes a whole number of commands from 1 on, or none, not nothing.",
            "burst=0": "--limit burst= takes a whole number of commands from 1 on, or none, not 0.",
            "burst=-1": "--limit burst= takes a whole number of commands from 1 on, or none, not -1.",
            "burst=1.5": "--limit burst= takes a whole number of commands from 1 on, or none, not 1.5.",
            "burst=\u0663": "--limit burst= takes a whole number of commands from 1 on, or none, not \u0663.",
            "loopback-sources=1": "--limit loopback-sources= takes on or off, not 1.",
        }.items():
            self.assertEqual(str(self.assertRaises(BadBound, changed, BOUNDS, described)), sentence)
            ended = self.assertRaises(SystemExit, options, f"--limit={described}")
            self.assertEqual(ended.code, f"imserver: {sentence}")  # what Python prints, and exits with 1

    def test_shown(self) -> None:
        """--limits prints them as they were moved before it, and that is all."""
        shown = io.StringIO()
        self.patch(sys, "stdout", shown)
        ended = self.assertRaises(SystemExit, options, "--limit=burst=50", "--limits")
        self.assertEqual((ended.code, shown.getvalue()), (0, table(changed(BOUNDS, "burst=50")) + "\n"))

    def test_help(self) -> None:
        """--help tells of both."""
        told = options().getUsage()
        self.assertIn("--limit=", told)
        self.assertIn("--limits", told)
