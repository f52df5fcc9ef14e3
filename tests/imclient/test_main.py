"""The command line."""

from __future__ import annotations

import io
import os
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from imclient.__main__ import options
from imclient.core.settings import Options


class CommandLineTests(SynchronousTestCase):
    def leaves(self, *arguments: str) -> tuple[object, str]:
        """Give the exit status and what was said."""
        said = io.StringIO()
        self.patch(sys, "stderr", said)
        self.patch(sys, "stdout", said)
        left = self.assertRaises(SystemExit, options, arguments)
        return left.code, said.getvalue()

    def test_options(self) -> None:
        """Each option arrives; what is not said stays as it is."""
        self.assertEqual(Options(), options([]))
        self.assertEqual(
            Options("lab.example", 12001, "work", "alice", (10, -20, 800, 600), "dark", 12002),
            options(
                [
                    *("lab.example", "12001", "--profile", "work", "--name", "alice"),
                    *("--geometry=10,-20,800,600", "--theme", "dark", "--control", "12002"),
                ]
            ),
        )

    def test_terminal(self) -> None:
        """In the terminal it has a profile of its own: two clients on one would end each other's session."""
        self.assertEqual(
            Options(profile="terminal", terminal=True, password_file="f"),
            options(["--terminal", "--password-file", "f"]),
        )
        self.assertEqual("work", options(["--terminal", "--profile", "work"]).profile)

    def test_invite(self) -> None:
        """In the place of host and port stands an invite, as it was pasted."""
        written = f"imserver://lab.example:12001/K7#sha256:{'ab' * 32}"
        found = options([f" <{written}>\n"])
        self.assertEqual(("lab.example", 12001, written), (found.host, found.port, str(found.invite)))
        code, said = self.leaves("imserver://lab.example/K7#sha256:ab")
        self.assertEqual(2, code)
        self.assertIn("this one is damaged", said)

    def test_wrong(self) -> None:
        """What is wrong is said in one sentence, with status 2."""
        for wrong in (
            ["h", "0"],
            ["h", "65536"],
            ["h", "x"],
            ["h", "9" * 99],
            ["--profile", "../x"],
            ["--geometry", "1"],
        ):
            code, said = self.leaves(*wrong)
            self.assertEqual((2, 1), (code, said.count("\n")), said)

    def test_version(self) -> None:
        """The version is told without a window."""
        code, said = self.leaves("--version")
        self.assertEqual(0, code)
        self.assertRegex(said, r"^imclient \d+\.\d+")

    def test_without_prompt_toolkit(self) -> None:
        """A window needs no prompt_toolkit; the terminal says what to install, with status 1."""
        without = (
            "import sys; sys.modules['prompt_toolkit'] = None;"
            "sys.stdin.isatty = sys.stdout.isatty = lambda: 1;"
            "from imclient.__main__ import main; import imclient.qt.texts;"
            "sys.exit(main(['--terminal', '--profile', 'none']))"
        )
        environment = {**os.environ, "XDG_DATA_HOME": self.mktemp()}
        done = subprocess.run(
            [sys.executable, "-c", without],
            capture_output=True, text=True, timeout=60, check=False, env=environment,
        )  # fmt: skip
        said = "imclient needs prompt_toolkit for that: in the checkout, pip install '.[terminal]'\n"
        self.assertEqual((1, said), (done.returncode, done.stderr))

    def test_without_pyqt(self) -> None:
        """Without PyQt5 it says what to install, and leaves with status 1."""
        without = (
            "import sys; sys.modules['PyQt5'] = None; from imclient.__main__ import main; sys.exit(main([]))"
        )
        # In a process of its own: here the windows may have been imported by another test.
        done = subprocess.run(
            [sys.executable, "-c", without], capture_output=True, text=True, timeout=60, check=False
        )
        said = "imclient needs PyQt5 for its window: in the checkout, pip install '.[gui]'\n"
        self.assertEqual((1, said), (done.returncode, done.stderr))
