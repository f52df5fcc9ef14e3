"""The bots of examples/, rehearsed."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.bot.testing import Rehearsal

EXAMPLES = Path(__file__).parents[3] / "examples"


def load(name: str) -> ModuleType:
    """Load an example anew."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ExampleTests(SynchronousTestCase):
    def test_echo(self) -> None:
        """It says what it hears."""
        play = Rehearsal(load("echo_bot").bot)
        play.hear("ana", "hello")
        self.assertEqual([("ana", "hello")], play.said)

    def test_roll_call(self) -> None:
        """Everyone is asked, who answers is thanked, who does not is named."""
        play = Rehearsal(load("roll_call_bot").bot, "bo", "carol", "dave")
        play.hear("ana", "roll-call 5 Fire drill")
        self.assertEqual([("*", "Fire drill: please write me a line, anything will do.")], play.new())
        play.hear("bo", "here")
        play.hear("dave", "me too")
        self.assertEqual([("bo", "Noted, thank you."), ("dave", "Noted, thank you.")], play.new())
        play.wait(5 * 60)
        self.assertEqual([("ana", "2 of 3 answered. Missing: carol.")], play.new())
        play.hear("carol", "late")
        self.assertEqual([], play.new())

    def test_reminder(self) -> None:
        """It reminds once, and a bot that was away meanwhile still does."""
        os.environ["REMINDERS"] = str(Path(self.mktemp()))
        self.addCleanup(os.environ.pop, "REMINDERS")
        play = Rehearsal(load("reminder_bot").bot)
        play.hear("ana", "remind 20 the tea is ready")
        self.assertRegex(play.new()[0][1], r"^I will, at \d\d:\d\d\.$")
        play.hear("bo", "remind 60 go home")
        play.new()
        play.wait(20 * 60)
        self.assertEqual([("ana", "You asked me to remind you: the tea is ready")], play.new())
        play.crash(load("reminder_bot").bot)
        play.wait(39 * 60)
        self.assertEqual([], play.new())
        play.wait(2 * 60)
        self.assertEqual([("bo", "You asked me to remind you: go home")], play.new())

    def test_bridge(self) -> None:
        """What a command prints is said, a few lines together; whether it runs can be asked."""
        example = load("bridge_bot")
        example.TO = "ana"
        example.COMMAND = "true"
        started: list[list[str]] = []

        def spawn(process: object, program: str, words: list[str], env: object) -> None:
            started.append(words)

        Clock.spawnProcess = staticmethod(spawn)  # type: ignore[attr-defined]
        self.addCleanup(delattr, Clock, "spawnProcess")
        play = Rehearsal(example.bot, "ana")
        self.assertEqual([["true"]], started)
        example.bridge.outReceived(b"one\ntwo\nthr")
        example.bridge.outReceived("ee \N{SNOWMAN}\nfour\n".encode())
        self.assertEqual([("ana", "one\ntwo")], play.new())
        play.wait(1)
        self.assertEqual([("ana", "three \N{SNOWMAN}\nfour")], play.new())
        play.hear("ana", "status")
        self.assertEqual([("ana", "It runs.")], play.new())
