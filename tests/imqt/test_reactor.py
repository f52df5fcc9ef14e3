"""The reactor under the windows: how programs on it live and end, and that Twisted finds it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import ClassVar, NamedTuple

from PyQt5.QtCore import QCoreApplication, Qt
from twisted.application.reactors import IReactorInstaller
from twisted.plugin import getPlugins
from twisted.trial.unittest import SynchronousTestCase

from imqt.reactor import ImQtReactor, make_application
from tests.imqt.scenarios import SCENARIOS
from tests.qt_case import QtCase

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0  #: seconds a scenario may take, on a busy machine; the longest needs 1.6
HANG = 2.0  #: seconds after which a stock reactor is known to hang
AT_ONCE = 3  #: scenarios that run at the same time; they wait more than they work


def environment(**more: str) -> dict[str, str]:
    """Return the environment for a child without a screen."""
    return os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)} | more


class Outcome(NamedTuple):
    """How a scenario went."""

    lines: Sequence[str]
    code: int | None  #: None if it had to be killed
    errors: str

    def number(self, word: str) -> float:
        """Return the number said after a word."""
        return next(float(line.split()[-1]) for line in self.lines if line.startswith(word))


def play(kind: str, name: str, patience: float = PATIENCE) -> Outcome:
    """Play a scenario in a process of its own, and end it if it does not end."""
    begins, told = os.pipe()
    command = [sys.executable, "-m", "tests.imqt.scenarios", kind, name, str(told)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=pipe, stderr=pipe, text=True, pass_fds=[told]
    ) as child:
        os.close(told)
        wait_for_the_end_of(begins)  # to load Qt takes long on a busy machine, and is no part of it
        try:
            out, errors = child.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            child.kill()
            out, errors = child.communicate()
            return Outcome(out.splitlines(), None, errors)
    return Outcome(out.splitlines(), child.returncode, errors)


def wait_for_the_end_of(pipe: int) -> None:
    """Wait until nobody holds the other end any more, but not for ever."""
    select.select([pipe], [], [], 60)
    os.close(pipe)


class Players:
    """Plays scenarios a little ahead of the tests that ask for them."""

    def __init__(self, kind: str, names: Iterable[str], patience: float) -> None:
        self._kind, self._names, self._patience = kind, sorted(names), patience
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._played: dict[str, Future[Outcome]] = {}

    def outcome(self, name: str) -> Outcome:
        """Return how it went; meanwhile the next ones are on."""
        at = self._names.index(name)
        for following in self._names[at : at + AT_ONCE]:
            if following not in self._played:
                self._played[following] = self._pool.submit(play, self._kind, following, self._patience)
        return self._played[name].result()


class ScenarioCase(SynchronousTestCase):
    """Each test is named for the scenario it judges."""

    kind: ClassVar[str]
    patience: ClassVar[float] = PATIENCE

    @classmethod
    @cache
    def players(cls) -> Players:
        """Return who plays for this class."""
        names = {name.removeprefix("test_") for name in dir(cls)}
        return Players(cls.kind, names & set(SCENARIOS), cls.patience)

    def play(self) -> Outcome:
        """Return how the scenario of this test's name went."""
        return self.players().outcome(self._testMethodName.removeprefix("test_"))

    def assert_said(self, *expected: str, code: int = 0) -> Outcome:
        """Play, and compare all that was said with what was expected."""
        outcome = self.play()
        self.assertEqual((list(expected), code), (list(outcome.lines), outcome.code), outcome.errors)
        return outcome


RETURNED = "returned ['MainThread']"
CLOSED = "last window closed"
LOGGED_OUT = ("logging out", "logged out")
ENDED = ("shut down", RETURNED)
DIALOG = ("dialog 1", "timer in dialog", "dialog closed")


class EndingTests(ScenarioCase):
    """However a program ends, it ends: in order, and with everything done."""

    kind = "imqt"

    def test_close_last_window(self) -> None:
        """Closing the last window ends the process."""
        self.assert_said(CLOSED, *ENDED)

    def test_close_last_window_after_a_thread(self) -> None:
        """So it does when the thread pool was used."""
        self.assert_said(CLOSED, *ENDED)

    def test_close_last_window_waits_for_log_out(self) -> None:
        """What is to be done before shutdown is finished before the process ends."""
        self.assert_said(CLOSED, *LOGGED_OUT, *ENDED)

    def test_close_last_window_waits_for_a_thread(self) -> None:
        """A thread of the pool that is at work may finish it."""
        self.assert_said(CLOSED, "work done", *ENDED)

    def test_close_last_window_as_the_client_does(self) -> None:
        """The last window's closing may also be answered by a stop in the slot."""
        self.assert_said(CLOSED, *LOGGED_OUT, *ENDED)

    def test_close_last_window_sends_a_farewell(self) -> None:
        """What a window writes while it closes reaches the other side."""
        self.assert_said(CLOSED, *ENDED, "peer heard QUIT")

    def test_app_quit(self) -> None:
        """Telling Qt to quit ends the process."""
        self.assert_said(*ENDED)

    def test_app_quit_waits_for_log_out(self) -> None:
        """Telling Qt to quit does not cut off what is to be done before shutdown."""
        self.assert_said(*LOGGED_OUT, *ENDED)

    def test_app_quit_sends_what_is_queued(self) -> None:
        """Telling Qt to quit loses no byte that was written."""
        self.assert_said(*ENDED, "peer heard 4000000")

    def test_stop_in_a_slot(self) -> None:
        """A stop in a slot is heard although nothing else happens."""
        self.assert_said(*ENDED)

    def test_stop_in_a_slot_with_a_far_timer(self) -> None:
        """A stop in a slot does not wait for the next timer."""
        self.assert_said(*ENDED)

    def test_stop_by_call_later(self) -> None:
        """A stop in a timed call ends the process."""
        self.assert_said(*ENDED)

    def test_stop_by_call_from_thread(self) -> None:
        """A stop asked for by another thread ends the process."""
        self.assert_said(*ENDED)

    def test_stop_waits_for_a_slot(self) -> None:
        """A shutdown that waits for something that happens in a slot goes on when it has."""
        self.assert_said(*ENDED)

    def test_stop_at_once(self) -> None:
        """A stop as soon as it runs ends the process."""
        self.assert_said(*ENDED)

    def test_crash_in_a_slot(self) -> None:
        """A crash in a slot ends the loop without a shutdown."""
        self.assert_said(RETURNED)

    def test_sigint(self) -> None:
        """Ctrl-C ends the process in order though nothing else happens."""
        self.assert_said(*ENDED)

    def test_sigterm(self) -> None:
        """SIGTERM ends the process in order though nothing else happens."""
        self.assert_said(*ENDED)

    def test_sigint_and_sigterm(self) -> None:
        """A second signal changes nothing about the stop that is under way, and says nothing."""
        self.assert_said("logging out", "logged out", *ENDED)

    def test_sigint_under_a_dialog(self) -> None:
        """Ctrl-C is not held up by a dialog that turns a loop of its own."""
        self.assert_said("dialog 1", "timer in dialog", "shut down", "dialog closed", RETURNED)

    def test_children_are_as_before(self) -> None:
        """After the end nothing of the reactor listens for the death of children."""
        self.assert_said(*ENDED, "as before True True")

    def test_run_twice(self) -> None:
        """Like every reactor of Twisted it runs once."""
        self.assert_said(*ENDED, "again ReactorNotRestartable")

    def test_sys_exit_in_a_slot(self) -> None:
        """sys.exit in a slot exits, with its code."""
        self.assertEqual(3, self.play().code)


class TimeTests(ScenarioCase):
    """Timers ring when they should, once, and nothing runs in between."""

    kind = "imqt"

    def test_timer_set_sooner_in_a_slot(self) -> None:
        """A timer set sooner rings sooner."""
        self.assertLess(self.play().number("rang after"), 1.0)

    def test_timer_cancelled_in_a_slot(self) -> None:
        """A timer cancelled does not ring."""
        self.assert_said(*ENDED)

    def test_timer_in_sixty_days(self) -> None:
        """A timer further off than Qt can count is no trouble."""
        self.assert_said(*ENDED)

    def test_timers_are_on_time(self) -> None:
        """No timer is early, hardly one is late, and the loop turns about once for each."""
        outcome = self.play()
        self.assertGreaterEqual(outcome.number("earliest"), 0)
        self.assertLess(outcome.number("latest"), 0.03)
        self.assertLess(outcome.number("turns"), 100)
        self.assertEqual(Qt.TimerType.PreciseTimer, outcome.number("coarseness"))

    def test_idle(self) -> None:
        """Waiting costs nothing: less than 2 % of a processor, in fact 0.01."""
        self.assertLess(self.play().number("spent"), 0.02)

    def test_seconds(self) -> None:
        """Time is counted by a clock that nobody can set."""
        self.assertIs(time.monotonic, ImQtReactor.seconds)


class DialogTests(ScenarioCase):
    """A dialog may turn a loop of its own almost anywhere; one that is opened may anywhere."""

    kind = "imqt"

    def test_dialog_run_in_call_from_thread(self) -> None:
        """A dialog run in a call from a thread, as any failed look-up of a name is, comes once."""
        self.assert_said(*DIALOG, *ENDED)

    def test_dialog_run_in_call_from_call_from_thread(self) -> None:
        """So it does in a call that such a call has asked for."""
        self.assert_said(*DIALOG, *ENDED)

    def test_dialog_run_before_another_call(self) -> None:
        """The next call from a thread does not wait for the dialog, and comes once."""
        self.assert_said("dialog 1", "another call", "timer in dialog", "dialog closed", *ENDED)

    def test_dialog_run_in_call_later(self) -> None:
        """A dialog run in a timed call comes once, and timers go on."""
        self.assert_said(*DIALOG, *ENDED)

    def test_dialog_run_in_data_received(self) -> None:
        """A dialog run in dataReceived holds up that connection only until it is closed."""
        self.assert_said("heard A", *DIALOG, "heard B", *ENDED)

    def test_dialog_opened_in_call_from_thread(self) -> None:
        """A dialog that is opened comes once."""
        self.assert_said("dialog", "finished 1", *ENDED)


class ExceptionTests(ScenarioCase):
    """An exception that nobody caught ends no program."""

    kind = "imqt"

    def test_exception_in_a_slot_unlogged(self) -> None:
        """Left to itself PyQt5 aborts the process for an exception in a slot."""
        self.assertEqual(-6, self.play().code)

    def test_exception_in_a_slot_logged(self) -> None:
        """With log_slot_exceptions it is logged, and the program goes on."""
        self.assert_said("logged ValueError", *ENDED)

    def test_exception_in_data_received(self) -> None:
        """One in dataReceived is logged and ends that connection only."""
        self.assert_said("logged ValueError", "connection lost", *ENDED)


class StockTests(ScenarioCase):
    """The scenarios can fail: on qt5reactor as it comes they do. Where one no longer does, rejoice."""

    kind = "stock"
    patience = HANG

    def test_close_last_window(self) -> None:
        """Closing the last window does not end the process."""
        self.assertEqual(None, self.play().code)

    def test_stop_in_a_slot(self) -> None:
        """A stop in a slot is not heard."""
        self.assertEqual(None, self.play().code)

    def test_app_quit_waits_for_log_out(self) -> None:
        """Qt's quitting cuts off what is to be done before shutdown."""
        self.assertNotIn("logged out", self.play().lines)

    def test_dialog_run_in_call_from_thread(self) -> None:
        """A dialog run in a call from a thread comes again and again."""
        self.assertIn("dialog 5", self.play().lines)

    def test_timers_are_on_time(self) -> None:
        """The loop turns far more often than there is anything to do."""
        self.assertGreater(self.play().number("turns"), 200)


class ScenarioTests(SynchronousTestCase):
    """No scenario is forgotten."""

    def test_each_is_judged(self) -> None:
        """Each scenario has its test."""
        cases = (EndingTests, TimeTests, DialogTests, ExceptionTests)
        judged = {name.removeprefix("test_") for case in cases for name in dir(case)}
        self.assertEqual(set(), set(SCENARIOS) - judged)


class InstallationTests(QtCase):
    """What `install` makes, and who finds it."""

    def test_application(self) -> None:
        """There is one application; windows that close do not end it, and pixels are scaled."""
        app = make_application()
        self.assertIs(app, make_application())
        self.assertFalse(app.quitOnLastWindowClosed())
        for attribute in (
            Qt.ApplicationAttribute.AA_EnableHighDpiScaling,
            Qt.ApplicationAttribute.AA_UseHighDpiPixmaps,
        ):
            self.assertTrue(QCoreApplication.testAttribute(attribute))

    def test_plugin(self) -> None:
        """Twistd and trial know a reactor called imqt."""
        [found] = [plugin for plugin in getPlugins(IReactorInstaller) if plugin.shortName == "imqt"]
        self.assertEqual("imqt.reactor", found.moduleName)

    def _child(self, program: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program],
            env=environment(**environ),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=ROOT,
        )

    def test_no_screen(self) -> None:
        """Without a screen install says so in a sentence, where Qt would abort the process."""
        nothing = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"), "")
        child = self._child("from imqt.reactor import install; install()", **nothing)
        self.assertEqual(1, child.returncode)
        self.assertIn("NoScreenError: There is no screen here: set DISPLAY", child.stderr)

    def test_lists(self) -> None:
        """What is waited for is told in lists, as Twisted promises."""
        program = "from imqt.reactor import install; r = install(); print(r.getReaders() + r.getWriters())"
        self.assertEqual(0, self._child(program).returncode)

    def test_bare_application(self) -> None:
        """Where there is an application that can have no windows, install says so, and does not go on."""
        program = (
            "from PyQt5.QtCore import *; app = QCoreApplication([]); import imqt.reactor as r; r.install()"
        )
        self.assertIn("RuntimeError: there is an application without windows", self._child(program).stderr)

    def test_trial(self) -> None:
        """``trial --reactor imqt`` runs tests of Twisted's own on it."""
        with tempfile.TemporaryDirectory() as folder:
            command = ["-m", "twisted.trial", "--temp-directory", f"{folder}/trial", "--reactor", "imqt"]
            child = subprocess.run(
                [sys.executable, *command, "twisted.test.test_threads", "twisted.test.test_task"],
                env=environment(),
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
        self.assertEqual(0, child.returncode, child.stdout[-2000:])
        self.assertIn("PASSED", child.stdout)
