"""``imserver run``: what twistd is told, and what is said of a start that is mistyped."""

from __future__ import annotations

import os
import sys
from typing import Any

from twisted.scripts import twistd

from .folder_case import FolderCase


class RunTests(FolderCase):
    """A start that goes as far as twistd."""

    def setUp(self) -> None:
        super().setUp()
        self.told: list[Any] = []
        self.patch(twistd, "runApp", self.told.append)
        self.patch(sys, "argv", sys.argv)

    def run_(self, *words: str, status: int = 0) -> str:
        return self.typed("run", f"--data={self.folder}", *words, status=status)

    def test_where_nobody_may_be(self) -> None:
        """Where its user may not enter the folder in which it is started it runs elsewhere."""
        self.run_()
        self.patch(os, "access", lambda path, mode: False)
        self.run_()
        here, elsewhere = (told["rundir"] for told in self.told)
        self.assertEqual((".", "/"), (here, elsewhere))

    def test_mistyped(self) -> None:
        """What is mistyped is said in a line, and nothing is begun."""
        for word, said in (("--frobnicate", "--frobnicate not recognized"), ("--keep=0", "whole number")):
            self.run_(word, status=2)
            self.assertEqual(1, sum(said in line for line in self.complaint.splitlines()), self.complaint)
            self.assertNotIn("Traceback", self.complaint)
        self.assertEqual([], self.told)
