"""HELP and the tables of the specification, as they are printed."""

from __future__ import annotations

import io
import runpy
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.codec import parse_from_client, write
from improtocol.errors import Refusal
from improtocol.reference import TABLES, WIDTH, help_for, help_on, main, missing_from, printed_into
from improtocol.replies import HelpLine
from improtocol.states import State
from improtocol.vocabulary import Command

from .declared import COMMANDS, REFUSALS, TOLD

MARKS = "\n".join(f"<!-- printed: {name} -->\nSTALE\n<!-- end -->\n" for name in TABLES)


def size(lines: list[str]) -> int:
    """Count the bytes of an answer of HELP."""
    return sum(len(write(HelpLine(line), "@" + "t" * limits.TAG).encode()) + 1 for line in lines)


class HelpTests(SynchronousTestCase):
    """What HELP says."""

    def test_small(self) -> None:
        """It stays under 3 KiB, whatever it is asked about, with the longest tag (promise B1)."""
        for state in State:
            self.assertLess(size(help_for(state)), 3072)
        for command in COMMANDS:
            self.assertLess(size(help_on(command)), 3072)
            self.assertLessEqual(max(map(len, help_on(command))), WIDTH, command.verb)

    def test_what_may_be_said_now(self) -> None:
        """Each command that the state allows is named, and none that it does not, or that needs a right."""
        for state in State:
            said = "\n".join(help_for(state))
            for command in COMMANDS:
                may = state in command.allowed_in and command.right is None
                self.assertEqual(command.verb in said, may, (state, command.verb))

    def test_all_about_one(self) -> None:
        """Its syntax, its arguments, its states, its refusals, and a line that can be typed."""
        lines = help_on(Command.by_verb["LOGIN"])
        self.assertEqual(
            lines[0],
            "LOGIN name [device=device] [since=number] [epoch=epoch]"
            " [token=resume] [remember=yes] [:password]",
        )
        self.assertIn("For example: LOGIN alice :correct horse", lines)
        self.assertIn("In state: unregistered, registered", lines)
        self.assertIn(
            "May be refused with: "
            "login-refused, suspended, bad-password, not-told, too-many-sessions, too-often",
            lines,
        )
        self.assertIn("password: 8 to 256 bytes, blanks and backslashes as they stand", lines)

    def test_examples_can_be_typed(self) -> None:
        """Each command's example is that command."""
        for command in COMMANDS:
            asked = parse_from_client(command.example.encode())
            self.assertNotIsInstance(asked.what, Refusal)
            self.assertEqual(asked.verb, command.verb)


class TableTests(SynchronousTestCase):
    """What the specification's tables say."""

    def test_complete(self) -> None:
        """Every verb, code, limit and kind stands in its table."""
        printed = printed_into(MARKS)
        for described in [*COMMANDS, *TOLD]:
            self.assertIn(f"`{described.syntax()}`", printed)
        for refusal in REFUSALS:
            self.assertIn(f"| `{refusal.code}", printed)
        for value in (value for value in vars(limits).values() if isinstance(value, limits.Limit)):
            self.assertIn(f"| {value:d} {value.unit} ", printed)
        self.assertNotIn("STALE", printed)

    def test_tables_are_tables(self) -> None:
        """Each row of a table has as many cells as its head."""
        for table in TABLES.values():
            rows = table().replace(r"\|", "").splitlines()
            self.assertEqual({row.count("|") for row in rows}, {rows[0].count("|")})

    def test_printed_twice(self) -> None:
        """Printing again changes nothing, and what stands beside the marks stays."""
        document = f"before\n{MARKS}after\n"
        printed = printed_into(document)
        self.assertEqual(printed_into(printed), printed)
        self.assertTrue(printed.startswith("before\n") and printed.endswith("after\n"))

    def test_missing(self) -> None:
        """A table that the document has no place for is named."""
        self.assertEqual(missing_from(MARKS), [])
        self.assertEqual(missing_from(MARKS.replace("printed: limits", "printed:limits")), ["limits"])


class CommandLineTests(SynchronousTestCase):
    """``python -m improtocol.reference``."""

    def run_main(self, *arguments: str) -> tuple[int, str]:
        """Run it and give its exit status and what it said."""
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            status = main(list(arguments))
        return status, said.getvalue()

    def test_write_and_check(self) -> None:
        """It finds stale tables, writes them, finds them right, and needs a place for each."""
        path = Path(self.mktemp())
        path.write_text(MARKS, encoding="utf-8")
        status, said = self.run_main("--check", str(path))
        self.assertEqual(status, 1)
        self.assertIn(f"--write {path}", said)
        self.assertEqual(self.run_main("--write", str(path)), (0, ""))
        self.assertEqual(self.run_main("--check", str(path)), (0, ""))
        path.write_text("nothing", encoding="utf-8")
        status, said = self.run_main("--write", str(path))
        self.assertEqual(status, 1)
        self.assertIn("no place for: bad-lines, commands", said)

    def test_usage(self) -> None:
        """Asked wrongly, it says how."""
        for arguments in ((), ("--print", "x"), ("--check",)):
            status, said = self.run_main(*arguments)
            self.assertEqual((status, said[:32]), (2, "python -m improtocol.reference -"))

    def test_run_as_a_program(self) -> None:
        """Its exit status is the program's."""
        self.patch(sys, "argv", ["reference"])
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")  # it has been imported already: that is how it is tested
            left = self.assertRaises(
                SystemExit, runpy.run_module, "improtocol.reference", run_name="__main__"
            )
        self.assertEqual(left.code, 2)
