"""Adds up what trial said in a log: `count.py LOG [STEP THAT FAILED ...]` ends with "N passed, N failed"."""

import re
import sys
from collections import Counter
from pathlib import Path

#: Tests that may be skipped in CI, each with the reason beside it.  There is none.
MAY_BE_SKIPPED: frozenset[str] = frozenset()

SUMMARY = re.compile(r"^(?:PASSED|FAILED) \((.*)\)$", re.MULTILINE)
SKIPPED = re.compile(r"^\[SKIPPED\]\n(.*?)^(?:===|---)", re.MULTILINE | re.DOTALL)
TEST_NAME = re.compile(r"^tests(?:\.\w+)+$", re.MULTILINE)


def outcomes(log: str) -> Counter[str]:
    """Sum the outcomes of all runs of trial, by trial's own words."""
    pairs = (pair.split("=") for summary in SUMMARY.findall(log) for pair in summary.split(", "))
    total: Counter[str] = Counter()
    for outcome, number in pairs:
        total[outcome] += int(number)
    return total


def skipped(log: str) -> list[str]:
    """Name the tests that were skipped though they may not be."""
    names = (name for reason in SKIPPED.findall(log) for name in TEST_NAME.findall(reason))
    return sorted(set(names) - MAY_BE_SKIPPED)


def main() -> None:
    """Print the sums; end with 1 if anything failed or was skipped that may not be."""
    log = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
    steps = sys.argv[2:]
    total = outcomes(log)
    unheard = skipped(log)
    failed = total["failures"] + total["errors"] + total["unexpectedSuccesses"] + len(unheard)
    for name in unheard:
        print(f"skipped, and may not be: {name}")
    if steps:
        print(f"not all is well in: {', '.join(steps)}")
    passed = total["successes"] + total["expectedFailures"]
    if not passed:
        print("no test ran")
    # A step can fail without a test that does: a lint, a broken import, trial itself.
    failed = max(failed, len(steps), int(not passed))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
