"""What is counted at the end of a whole run, and said again of what failed in it."""

import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

COUNT = Path(__file__).parents[2] / ".ci" / "count.py"

WELL = """\
Ran 2 tests in 0.1s

PASSED (successes=2)
"""
TEST_FAILED = """\
===============================================================================
[FAIL]
Traceback (most recent call last):
  File "somewhere.py", line 3, in test_order
twisted.trial.unittest.FailTest: 1 != 2

tests.somewhere.OrderTests.test_order
-------------------------------------------------------------------------------
Ran 3 tests in 0.1s

FAILED (failures=1, successes=2)
"""
PROOF_FAILED = """\
A1, killed at any instant: 50 kills, 1 lost
    number 7 was told to nobody
A8, 20,000 waited: all came
NOT HELD: A1
FAILED (failures=1, successes=1)
"""


class CountTests(SynchronousTestCase):
    """`.ci/count.py`, given logs."""

    def count(self, log: str, *steps: str) -> tuple[int, list[str]]:
        """Count what is in the log; give the exit status and what was said."""
        path = Path(self.mktemp())
        path.write_text(log)
        words = [sys.executable, str(COUNT), str(path), *steps]
        asked = subprocess.run(words, capture_output=True, text=True, check=False)
        return asked.returncode, asked.stdout.splitlines()

    def test_well(self) -> None:
        """Where all is well, the sum is all that is said."""
        self.assertEqual(self.count(WELL + WELL), (0, ["4 passed, 0 failed"]))

    def test_failed_test(self) -> None:
        """A test that failed is named again, with what was expected, before the sum."""
        status, said = self.count(TEST_FAILED + WELL, "unit")
        self.assertEqual(status, 1)
        self.assertIn("twisted.trial.unittest.FailTest: 1 != 2", said)
        self.assertIn("tests.somewhere.OrderTests.test_order", said)
        self.assertEqual(said[-1], "4 passed, 1 failed")

    def test_failed_proof(self) -> None:
        """Of a proof that did not hold, what it said of itself is said again, and nothing of the others."""
        status, said = self.count(PROOF_FAILED, "prove-ci")
        self.assertEqual(status, 1)
        self.assertIn("    number 7 was told to nobody", said)
        self.assertNotIn("A8, 20,000 waited: all came", said)
        self.assertEqual(said[-1], "1 passed, 1 failed")

    def test_step_alone(self) -> None:
        """A step that failed without a test that did counts as a failure."""
        self.assertEqual(self.count(WELL, "lint"), (1, ["not all is well in: lint", "2 passed, 1 failed"]))

    def test_nothing(self) -> None:
        """A log without any test is no success."""
        self.assertEqual(self.count(""), (1, ["no test ran", "0 passed, 1 failed"]))
