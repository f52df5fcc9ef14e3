"""The operator's program as a whole: whatever is typed, the status is true, and JSON is JSON."""

from __future__ import annotations

import errno
import json
import os
import pwd
import subprocess
import sys
from typing import Any

import click

from imserver.operator import program, upkeep
from imserver.operator.calling import nearer, read_address
from imserver.operator.saying import Status, telling, why
from imserver.running_as import user

from .folder_case import FolderCase


class JsonTests(FolderCase):
    """What a program reads that asked for JSON and got nothing."""

    def failed(self, *words: str, status: int) -> Any:
        """Type what fails; give the one object that stands on standard error."""
        self.assertEqual("", self.typed(*words, "--json", status=status))
        return json.loads(self.complaint)

    def test_mistyped(self) -> None:
        """A command, an option or a word that is not known, or is missing, is told as an object."""
        for words in (
            ["frobnicate"],
            ["users", "--frobnicate"],
            ["users", "foo"],
            ["announce"],
            ["prune", "--older", "x"],
            ["verify", str(self.home)],
        ):
            said = self.failed(*words, status=Status.MISTYPED)
            self.assertEqual("mistyped", said["error"], words)
            self.assertIn("`imserver --help` tells more.", said["sentence"])

    def test_a_password_that_is_no_utf8(self) -> None:
        """A password's file of another encoding is said so, and nothing of it is shown."""
        file = self.home / "password"
        file.write_bytes("correct h\u00f6rse".encode("latin-1"))
        said = self.failed("login", "127.0.0.1:1", "x", "--password-file", str(file), status=Status.MISTYPED)
        self.assertEqual(f"The password in {file} is not UTF-8.", said["sentence"])

    def test_nobody_is_logged_in(self) -> None:
        """Whoever has not logged in is told how."""
        self.patch(os, "environ", {**os.environ, "IMSERVER_LOGIN": str(self.home / "login.json")})
        said = self.failed("users", status=Status.NOT_DONE)
        self.assertEqual("no-login", said["error"])
        self.assertIn("imserver login ADDRESS NAME", said["sentence"])

    def broken(self, error: BaseException) -> None:
        """Have a command fail as nobody foresaw."""

        @click.command()
        @telling
        def verify(say: object) -> None:
            raise error

        self.patch(upkeep, "COMMANDS", {"verify": verify})
        self.assertEqual("upkeep", program.COMMANDS["verify"])

    def test_a_mistake_of_ours(self) -> None:
        """What nobody foresaw is told as an object, too; a person sees where it was."""
        self.broken(ZeroDivisionError("by nothing"))
        said = self.failed("verify", status=Status.NOT_DONE)
        self.assertEqual(
            ("internal", True), (said["error"], "ZeroDivisionError: by nothing" in said["sentence"])
        )
        self.assertRaises(ZeroDivisionError, self.typed, "verify")

    def test_what_the_system_would_not_do(self) -> None:
        """It is told in a sentence, with the name of whoever lacks the right."""
        self.broken(PermissionError(errno.EACCES, "Permission denied", "/root/x"))
        self.typed("verify", status=1)
        self.assertEqual(
            f"imserver: /root/x: Permission denied. This was asked as {user()}, who needs the right to it; "
            "or name another place.\n",
            self.complaint,
        )
        self.assertEqual("f: No room.", why(OSError(errno.ENOSPC, "No room", "f")))

    def test_ended_at_a_question(self) -> None:
        """Who ends a command while it asks, or works, is told no mistake of ours."""
        for error in (click.Abort(), KeyboardInterrupt()):
            self.broken(error)
            self.assertEqual("ended", self.failed("verify", status=Status.NOT_DONE)["error"])

    def test_no_password(self) -> None:
        """A file without a password is said to be one, and no server is asked."""
        file = self.home / "password"
        file.write_text("\n")
        words = ["login", "127.0.0.1:1", "ana", "--password-file", str(file)]
        said = self.failed(*words, status=Status.MISTYPED)
        self.assertEqual("mistyped", said["error"])
        self.assertIn(f"no password in the first line of {file}", said["sentence"])

    def test_nobody_reads_it(self) -> None:
        """What cannot be printed, since the disk is full or the reader gone, is no success."""
        self.fill()
        words = [sys.executable, "-m", "imserver", "export", f"--data={self.folder}"]
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
            )
        self.assertEqual(
            (1, "imserver: What is printed: No space left on device.\n"), (done.returncode, done.stderr)
        )
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            words, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
        os.close(writing)
        self.assertEqual((1, ""), (done.returncode, done.stderr))

    def test_the_way_in_from_its_own_machine(self) -> None:
        """Who cannot reach a server by the name that others use is told the line for its own machine."""
        for address in (
            f"imserver://127.0.0.1:1/#sha256:{'0' * 64}",
            str(self.home),
            "chat.example.org:12000",
        ):
            self.assertEqual("", nearer(read_address(address)))
        there = read_address(f"imserver://chat.example.org:12000/#sha256:{'0' * 64}")
        self.assertIn(f"'imserver://127.0.0.1:12000/#sha256:{'0' * 64}'", nearer(there))

    def test_who_asks(self) -> None:
        """It is whose rights count, whatever the environment says; who has no name has a number."""
        self.patch(os, "environ", {**os.environ, "LOGNAME": "somebody", "USER": "somebody"})
        self.assertEqual(pwd.getpwuid(os.geteuid()).pw_name, user())
        self.patch(os, "geteuid", lambda: 4_000_000)
        self.assertEqual("user 4000000", user())
