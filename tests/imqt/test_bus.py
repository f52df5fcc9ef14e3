"""The desktop's bus, and the notes that go over it: with a desktop of the test's own, on a bus of its own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from shutil import which

from twisted.internet import reactor
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import SkipTest, TestCase

ROOT = Path(__file__).parents[2]

SAYS = """
from imqt.reactor import make_application
app = make_application()
from PyQt5.QtCore import QTimer
from imclient.qt.notes import Notes
notes = Notes(lambda heading, text: print("balloon", heading, text, flush=True))
def answered(kind):
    print("clicked", kind, flush=True)
    notes.take_back(kind)
    QTimer.singleShot(100, app.quit)
notes.clicked.connect(answered)
QTimer.singleShot(200, lambda: notes.say("bob", "bob <b>", "<i>x</i> & y", sound=True))
QTimer.singleShot(5000, app.quit)
app.exec_()
"""


class NotesTests(TestCase):
    """What the desktop is asked."""

    timeout = 30
    if which("dbus-run-session") is None:
        skip = "there is no dbus-run-session here"

    async def said(self, *options: str) -> list[str]:
        """Say something on a desktop with these; give the lines that it and the program print."""
        python = [sys.executable, "-m", "tests.imqt.notification_daemon", *options]
        command = ["dbus-run-session", "--", *python, "--", sys.executable, "-c", SAYS]
        around = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        found = await getProcessOutputAndValue("/usr/bin/env", command, around, str(ROOT), reactor)
        if found[2] != 0:
            raise SkipTest("no bus of one's own can be started here")
        return found[0].decode().splitlines()

    async def test_no_markup(self) -> None:
        """Where the desktop takes markup, what would be markup is quoted; a click leads to its place."""
        lines = await self.said("--markup")
        note = json.loads(lines[0])
        self.assertEqual("&lt;i&gt;x&lt;/i&gt; &amp; y", note["body"])
        self.assertIn("sound-name", note["hints"])
        self.assertEqual(["clicked bob", '{"closed": 1}'], lines[1:])

    async def test_plain(self) -> None:
        """Where it takes none, the text stands as it is."""
        note = json.loads((await self.said())[0])
        self.assertEqual(("bob <b>", "<i>x</i> & y"), (note["heading"], note["body"]))
