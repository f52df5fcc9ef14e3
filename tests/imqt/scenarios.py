"""The lives and ends of a program with windows, each played in a process of its own.

``python -m tests.imqt.scenarios imqt close_last_window`` plays one; ``stock`` instead of ``imqt`` plays it on
qt5reactor as it comes. What happens is said line by line, so that it is known even of a run that hangs.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QTimer
from PyQt5.QtGui import QCloseEvent
from PyQt5.QtWidgets import QApplication, QDialog, QMainWindow

SOON = 0.1  #: seconds; when a scenario does what it is about
FAR = 3.0  #: seconds; when something rings that nobody should have to wait for

Scenario = Callable[["Stage"], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(play: Scenario) -> Scenario:
    """Enter a scenario under its name."""
    SCENARIOS[play.__name__] = play
    return play


def say(*words: object) -> None:
    """Tell whoever started this process."""
    print(*words, flush=True)


class Stage:
    """A program with one window, about to run."""

    def __init__(self, kind: str) -> None:
        self.reactor = _install(kind)
        from twisted.internet import defer, task, threads
        from twisted.logger import globalLogBeginner

        self.defer, self.task, self.threads = defer, task, threads
        globalLogBeginner.beginLoggingTo([self._logged], redirectStandardIO=False)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.app = app
        self.app.setQuitOnLastWindowClosed(True)
        self.app.lastWindowClosed.connect(lambda: say("last window closed"))
        self.window = QMainWindow()
        self.window.show()
        self.reactor.addSystemEventTrigger("after", "shutdown", say, "shut down")

    def run(self) -> None:
        """Run to the end."""
        self.reactor.run()
        say("returned", [thread.name for thread in threading.enumerate() if not thread.daemon])

    def in_a_slot(self, act: Callable[..., Any], after: float = SOON) -> None:
        """Have Qt, not Twisted, call `act`."""
        QTimer.singleShot(int(after * 1000), act)

    def from_a_thread(self, act: Callable[[], Any], after: float = SOON) -> None:
        """Do `act` in a thread of its own."""
        timer = threading.Timer(after, act)
        timer.daemon = True  # it may still be on its way out when the reactor is
        timer.start()

    def use_a_thread(self) -> None:
        """Have the thread pool started, as the first look-up of a name does."""
        self.reactor.callWhenRunning(self.threads.deferToThread, time.sleep, 0.01)

    def log_out_slowly(self) -> None:
        """Have something to do before the end that takes a while."""

        def log_out() -> Any:
            say("logging out")
            return self.task.deferLater(self.reactor, 0.1, say, "logged out")

        self.reactor.addSystemEventTrigger("before", "shutdown", log_out)

    def run_a_dialog(self, seconds: float = 0.2) -> None:
        """Open a dialog that turns Qt's loop itself until it is closed; never more than five."""
        self.dialogs = getattr(self, "dialogs", 0) + 1
        say("dialog", self.dialogs)
        if self.dialogs == 5:
            os._exit(9)
        dialog = QDialog(self.window)
        self.in_a_slot(dialog.accept, seconds)
        self.reactor.callLater(0.05, say, "timer in dialog")
        dialog.exec_()
        say("dialog closed")

    def connect(self, protocol: Any) -> socket.socket:
        """Put `protocol` on a connection, and return its other end, a plain socket."""
        from twisted.internet.protocol import Factory

        with socket.create_server(("127.0.0.1", 0)) as listener:
            peer = socket.create_connection(listener.getsockname())
            ours, _ = listener.accept()
        ours.setblocking(False)
        factory = Factory()
        factory.buildProtocol = lambda address: protocol  # type: ignore[method-assign]
        self.reactor.adoptStreamConnection(ours.fileno(), socket.AF_INET, factory)
        ours.close()
        return peer

    def _logged(self, event: dict[str, Any]) -> None:
        failure = event.get("log_failure") or event.get("failure")  # as new code logs it, and as old
        if failure is not None:
            say("logged", failure.type.__name__)


def _install(kind: str) -> Any:
    if kind == "imqt":
        from imqt.reactor import install

        return install()
    app = QApplication(["stock"])
    import qt5reactor

    qt5reactor.install()
    from twisted.internet import reactor

    reactor.kept = app  # type: ignore[attr-defined]
    return reactor


# --- how it ends


@scenario
def close_last_window(stage: Stage) -> None:
    stage.in_a_slot(stage.window.close)
    stage.run()


@scenario
def close_last_window_after_a_thread(stage: Stage) -> None:
    stage.use_a_thread()
    stage.in_a_slot(stage.window.close)
    stage.run()


@scenario
def close_last_window_waits_for_log_out(stage: Stage) -> None:
    stage.use_a_thread()
    stage.log_out_slowly()
    stage.in_a_slot(stage.window.close)
    stage.run()


@scenario
def close_last_window_waits_for_a_thread(stage: Stage) -> None:
    def work() -> None:
        time.sleep(0.4)
        say("work done")

    stage.reactor.callInThread(work)
    stage.in_a_slot(stage.window.close)
    stage.run()


@scenario
def close_last_window_as_the_client_does(stage: Stage) -> None:
    stage.app.setQuitOnLastWindowClosed(False)
    stage.app.lastWindowClosed.connect(stage.reactor.stop)
    stage.use_a_thread()
    stage.log_out_slowly()
    stage.in_a_slot(stage.window.close)
    stage.run()


@scenario
def close_last_window_sends_a_farewell(stage: Stage) -> None:
    from twisted.internet.protocol import Protocol

    client: Any = Protocol()
    peer = stage.connect(client)

    class Window(QMainWindow):
        def closeEvent(self, event: QCloseEvent | None) -> None:
            client.transport.write(b"QUIT\r\n")
            client.transport.loseConnection()

    window = Window()
    window.show()
    stage.window.close()
    stage.in_a_slot(window.close)
    stage.run()
    peer.settimeout(1)
    say("peer heard", peer.recv(100).decode().strip())


@scenario
def app_quit(stage: Stage) -> None:
    stage.in_a_slot(stage.app.quit)
    stage.run()


@scenario
def app_quit_waits_for_log_out(stage: Stage) -> None:
    stage.use_a_thread()
    stage.log_out_slowly()
    stage.in_a_slot(stage.app.quit)
    stage.run()


@scenario
def app_quit_sends_what_is_queued(stage: Stage) -> None:
    from twisted.internet.protocol import Protocol

    gone: Any = stage.defer.Deferred()

    class Client(Protocol):
        def connectionMade(self) -> None:
            assert self.transport is not None
            self.transport.write(b"x" * 4_000_000)
            stage.in_a_slot(stage.app.quit, 0.01)

        def connectionLost(self, reason: Any = None) -> None:
            gone.callback(None)

    client: Any = Client()

    def leave() -> Any:
        client.transport.loseConnection()
        return gone

    def read() -> None:
        heard = 0
        while chunk := peer.recv(65536):
            heard += len(chunk)
            time.sleep(0.001)  # a slow reader: most is still queued when the application quits
        say("peer heard", heard)

    peer = stage.connect(client)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    stage.reactor.addSystemEventTrigger("before", "shutdown", leave)
    stage.run()
    reader.join(2)


@scenario
def stop_in_a_slot(stage: Stage) -> None:
    stage.in_a_slot(stage.reactor.stop)
    stage.run()


@scenario
def stop_in_a_slot_with_a_far_timer(stage: Stage) -> None:
    stage.reactor.callLater(FAR, say, "far timer")
    stage.in_a_slot(stage.reactor.stop)
    stage.run()


@scenario
def stop_by_call_later(stage: Stage) -> None:
    stage.reactor.callLater(SOON, stage.reactor.stop)
    stage.run()


@scenario
def stop_by_call_from_thread(stage: Stage) -> None:
    stage.from_a_thread(lambda: stage.reactor.callFromThread(stage.reactor.stop))
    stage.run()


@scenario
def stop_waits_for_a_slot(stage: Stage) -> None:
    answered: Any = stage.defer.Deferred()

    def wait() -> Any:
        stage.in_a_slot(lambda: answered.callback(None))
        return answered

    stage.reactor.addSystemEventTrigger("before", "shutdown", wait)
    stage.reactor.callLater(SOON, stage.reactor.stop)
    stage.run()


@scenario
def stop_at_once(stage: Stage) -> None:
    stage.reactor.callWhenRunning(stage.reactor.stop)
    stage.run()


@scenario
def crash_in_a_slot(stage: Stage) -> None:
    stage.in_a_slot(stage.reactor.crash)
    stage.run()


@scenario
def sigint(stage: Stage) -> None:
    stage.from_a_thread(lambda: os.kill(os.getpid(), signal.SIGINT))
    stage.run()


@scenario
def sigterm(stage: Stage) -> None:
    stage.from_a_thread(lambda: os.kill(os.getpid(), signal.SIGTERM))
    stage.run()


@scenario
def sigint_and_sigterm(stage: Stage) -> None:
    stage.log_out_slowly()
    stage.from_a_thread(lambda: os.kill(os.getpid(), signal.SIGINT))
    stage.from_a_thread(lambda: os.kill(os.getpid(), signal.SIGTERM), 1.5 * SOON)
    stage.run()


@scenario
def sigint_under_a_dialog(stage: Stage) -> None:
    stage.in_a_slot(lambda: stage.run_a_dialog(FAR))
    stage.from_a_thread(lambda: os.kill(os.getpid(), signal.SIGINT), 0.3)
    stage.run()


@scenario
def children_are_as_before(stage: Stage) -> None:
    before = signal.getsignal(signal.SIGCHLD)
    stage.reactor.callLater(SOON, stage.reactor.stop)
    stage.run()
    say("as before", signal.getsignal(signal.SIGCHLD) == before, signal.set_wakeup_fd(-1) == -1)


@scenario
def run_twice(stage: Stage) -> None:
    stage.reactor.callLater(SOON, stage.reactor.stop)
    stage.run()
    try:
        stage.reactor.run()
    except Exception as error:
        say("again", type(error).__name__)


@scenario
def sys_exit_in_a_slot(stage: Stage) -> None:
    stage.in_a_slot(lambda: sys.exit(3))
    stage.run()


# --- time


@scenario
def timer_set_sooner_in_a_slot(stage: Stage) -> None:
    began = time.monotonic()

    def ring() -> None:
        say("rang after", time.monotonic() - began)
        stage.reactor.stop()

    far = stage.reactor.callLater(FAR, ring)
    stage.in_a_slot(lambda: far.reset(SOON))
    stage.run()


@scenario
def timer_cancelled_in_a_slot(stage: Stage) -> None:
    cancelled = stage.reactor.callLater(0.3, say, "rang though cancelled")
    stage.in_a_slot(cancelled.cancel)
    stage.reactor.callLater(0.5, stage.reactor.stop)
    stage.run()


@scenario
def timer_in_sixty_days(stage: Stage) -> None:
    stage.reactor.callLater(60 * 86400, say, "rang")
    stage.reactor.callLater(SOON, stage.reactor.stop)
    stage.run()


@scenario
def timers_are_on_time(stage: Stage) -> None:
    late: list[float] = []
    turns = [0]
    one_turn = stage.reactor.doIteration

    def counted(*args: Any, **kwargs: Any) -> None:
        turns[0] += 1
        one_turn(*args, **kwargs)

    stage.reactor.doIteration = counted
    for number in range(40):
        wanted = 0.3 + number * 0.0013
        due = stage.reactor.seconds() + wanted
        stage.reactor.callLater(wanted, lambda due=due: late.append(stage.reactor.seconds() - due))
    stage.reactor.callLater(0.5, stage.reactor.stop)
    stage.run()
    say("earliest", min(late))
    say("latest", sorted(late)[-4])  # a busy machine may hold up a few
    say("turns", turns[0])
    # A coarse timer is late by a twentieth of the time asked for, which is too long to wait for here.
    say("coarseness", stage.reactor._timer.timerType())


@scenario
def idle(stage: Stage) -> None:
    stage.reactor.callLater(30, say, "rang")
    spent: list[float] = []

    def look() -> None:
        spent.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime)

    stage.in_a_slot(look, 0.3)
    stage.in_a_slot(look, 1.3)
    stage.in_a_slot(stage.reactor.stop, 1.3)
    stage.run()
    say("spent", spent[1] - spent[0])


# --- dialogs


@scenario
def dialog_run_in_call_from_thread(stage: Stage) -> None:
    stage.from_a_thread(lambda: stage.reactor.callFromThread(stage.run_a_dialog))
    stage.reactor.callLater(0.8, stage.reactor.stop)
    stage.run()


@scenario
def dialog_run_in_call_from_call_from_thread(stage: Stage) -> None:
    call = stage.reactor.callFromThread
    stage.from_a_thread(lambda: call(call, stage.run_a_dialog))
    stage.reactor.callLater(0.8, stage.reactor.stop)
    stage.run()


@scenario
def dialog_run_before_another_call(stage: Stage) -> None:
    def ask() -> None:
        stage.reactor.callFromThread(stage.run_a_dialog)
        stage.reactor.callFromThread(say, "another call")

    stage.in_a_slot(ask)
    stage.reactor.callLater(0.8, stage.reactor.stop)
    stage.run()


@scenario
def dialog_run_in_call_later(stage: Stage) -> None:
    stage.reactor.callLater(SOON, stage.run_a_dialog)
    stage.reactor.callLater(0.8, stage.reactor.stop)
    stage.run()


@scenario
def dialog_run_in_data_received(stage: Stage) -> None:
    from twisted.internet.protocol import Protocol

    class Client(Protocol):
        def dataReceived(self, data: bytes) -> None:
            say("heard", data.decode())
            if data == b"A":
                stage.run_a_dialog()
            else:
                stage.reactor.stop()

    peer = stage.connect(Client())
    peer.send(b"A")
    stage.from_a_thread(lambda: peer.send(b"B"), 0.3)
    stage.run()


@scenario
def dialog_opened_in_call_from_thread(stage: Stage) -> None:
    def open_it() -> None:
        say("dialog")
        dialog = QDialog(stage.window)
        stage.in_a_slot(dialog.accept)
        dialog.finished.connect(lambda result: say("finished", result))
        dialog.open()

    stage.from_a_thread(lambda: stage.reactor.callFromThread(open_it))
    stage.reactor.callLater(0.5, stage.reactor.stop)
    stage.run()


# --- exceptions


def _fail() -> None:
    raise ValueError("in a slot")


@scenario
def exception_in_a_slot_unlogged(stage: Stage) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    stage.in_a_slot(_fail)
    stage.reactor.callLater(0.3, stage.reactor.stop)
    stage.run()


@scenario
def exception_in_a_slot_logged(stage: Stage) -> None:
    from imqt.reactor import log_slot_exceptions

    log_slot_exceptions()
    stage.in_a_slot(_fail)
    stage.reactor.callLater(0.3, stage.reactor.stop)
    stage.run()


@scenario
def exception_in_data_received(stage: Stage) -> None:
    from twisted.internet.protocol import Protocol

    class Client(Protocol):
        def dataReceived(self, data: bytes) -> None:
            raise ValueError

        def connectionLost(self, reason: Any = None) -> None:
            say("connection lost")
            stage.reactor.callLater(SOON, stage.reactor.stop)

    peer = stage.connect(Client())
    peer.send(b"A")
    stage.run()


if __name__ == "__main__":
    stage = Stage(sys.argv[1])
    os.close(int(sys.argv[3]))  # tells whoever waits at the other end that it begins
    SCENARIOS[sys.argv[2]](stage)
