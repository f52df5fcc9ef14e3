"""Adds up what trial said in a log: `count.py LOG [STEP THAT FAILED ...]` ends with "N passed, N failed"."""

import re
import sys
from collections import Counter
from pathlib import Path

#: Tests that may be skipped in CI, each with the reason beside it.  There is none.
MAY_BE_SKIPPED: frozenset[str] = frozenset()

SUMMARY = re.compile(r"^(?:PASSED|FAILED) \((.*)\)$", re.MULTILINE)
SKIPPED = re.compile(r"^\[SKIPPED\]\n(.*?)^(?:===|---)", re.MULTILINE | re.DOTALL)
#: What trial says of a test that failed: why, and which one it is.
FAILURE = re.compile(r"^\[(?:FAIL|ERROR)\]\n.*?(?=^(?:===|---))", re.MULTILINE | re.DOTALL)
#: What a proof or a ratio says that does not hold.
NOT_HELD = re.compile(r"^NOT HELD: (.*)$", re.MULTILINE)
#: As much of one failure is said again, from its end: there it says what was expected.
ENOUGH = 2_000
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


def failures(log: str) -> list[str]:
    """Gather what failed: whoever sees only the end of a long log is to know what to look at."""
    said = FAILURE.findall(log)
    for name in NOT_HELD.findall(log):
        # What it said of itself: lines that begin with its name, and the indented ones below.
        why = re.findall(rf"^{re.escape(name)}[^\n]*\n(?:    [^\n]*\n)*", log, re.MULTILINE)
        said.append("".join([f"NOT HELD: {name}\n", *why]))
    return [found[-ENOUGH:].rstrip() for found in said]


def main() -> None:
    """Say again what failed, and print the sums; end with 1 if anything failed, or was skipped unheard-of."""
    log = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
    steps = sys.argv[2:]
    total = outcomes(log)
    unheard = skipped(log)
    failed = total["failures"] + total["errors"] + total["unexpectedSuccesses"] + len(unheard)
    for failure in failures(log):
        print(failure)
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
