"""An operator at a shell: a server of their own, and commands whose exit status is looked at."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from typing import Any

from imserver.operator.program import program

from .case import EndToEndCase
from .child import Child

PASSWORD = "correct horse"


class OperatorCase(EndToEndCase):
    """A test with an operator whose commands keep what they keep in the test's folder."""

    def setUp(self) -> None:
        super().setUp()
        self.environment = {"IMSERVER_LOGIN": str(self.folder / "login.json")}
        for name, value in self.environment.items():
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name)

    def began(self, *words: str, stdin: int = subprocess.DEVNULL) -> Child:
        """Begin a command."""
        made = Child(
            [sys.executable, "-m", "imserver", *words],
            self.folder,
            f"command-{next(self._count)}",
            environment=self.environment,
            stdin=stdin,
        )
        self.addCleanup(made.end)
        return made

    def typed(self, *words: str, status: int = 0, stdin: str = "") -> str:
        """Type a command to its end; give what it says, or, if it is not done, its complaint.

        It is done in this process, which spares a start; ``began`` is for those that must have their own.
        """
        said, complained, ended = io.StringIO(), io.StringIO(), 0
        self.patch(sys, "stdin", io.StringIO(stdin))
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            try:
                program(list(words), prog_name="imserver")
            except SystemExit as end:
                ended = int(end.code or 0)
        self.assertEqual(status, ended, f"{words}: {said.getvalue()}{complained.getvalue()}")
        return complained.getvalue() if status else said.getvalue()

    def typed_json(self, *words: str) -> Any:
        """The same for programs."""
        return json.loads(self.typed(*words, "--json"))

    def log_in(self, server: Child, name: str = "ada") -> str:
        """Be the first administrator, by the line that the server shows; give that line."""
        line = re.search(r"imserver://\S*/\w\S*", server.out)
        assert line is not None, server.out
        self.enter(line[0], name)
        return line[0]

    def enter(self, address: str, name: str, status: int = 0) -> str:
        """Log in, with the password on standard input."""
        return self.typed(
            "login", address, name, "--password-file", "-", status=status, stdin=f"{PASSWORD}\n"
        )
