"""What the server's window costs with very many users, the server in the same process.

``python -m bench.overseer [--people 10000] [--crowd 300] [--rate 40]`` settles so many people in a data
folder, starts ``imserver window``'s own server and window on it, lets a crowd in another process come and
talk, and measures: the start, until everybody is shown, finding a name, sorting, a change, a burst of events,
the longest hold of the loop under that load, and the memory, alone and with the crowd.  It keeps
`bench/evidence/overseer.json`; a figure past its bound is marked.  Without ``DISPLAY`` it runs on Qt's
platform without a screen.

All is counted in processor time, how long the loop is held in its own thread's: other work on the machine
changes it little.  The start by the clock stands among the details.  What holds the loop longest under load
is the server's: to tell three hundred sockets something, Qt is given three hundred notifiers to wait by.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .evidence import write_evidence
from .people import PASSWORD, settle
from .process import MIB, resident
from .running import HERE, free_port
from .window_figures import Bounds, fail, told

NAME, DEVICE = "ada", "desk"
BOUNDS: Bounds = {
    "start": (3000, "ms"),
    "filled": (6000, "ms"),
    "filter_letter": (50, "ms"),
    "sort": (100, "ms"),
    "change": (16, "ms"),
    "burst_block": (50, "ms"),
    "load_block": (50, "ms"),
    "memory": (150, "MB"),
    "memory_crowd": (190, "MB"),
    "idle": (3, "%"),
}
#: Seconds of the crowd's talk that are measured.
TALK = 20.0
#: Notes of ``server.log`` that come in a burst, and in a turn of the loop.
BURST, A_TURN = 10_000, 200


def names(count: int) -> list[str]:
    """Name the people."""
    return [f"person{number:05}" for number in range(count)]


class Run:
    """One server with its window, and what was measured of it."""

    def __init__(self, folder: Path, people: int, crowd: int, rate: float) -> None:
        self._folder, self._people, self._crowd, self._rate = folder, people, crowd, rate
        self.found: dict[str, float] = {}
        self.details: dict[str, object] = {}

    def live(self) -> None:
        """Start it and do all of it."""
        self._begun = float(os.environ["OVERSEER_BEGUN"])
        from imqt import reactor as imqt_reactor  # noqa: PLC0415

        self._reactor: Any = imqt_reactor.install()
        self._reactor.seconds = time.monotonic
        self._app = imqt_reactor.make_application()

        from imqt.dress import Dress  # noqa: PLC0415
        from imserver.window.app import WindowOptions, Windows  # noqa: PLC0415
        from imserver.window.link import Key  # noqa: PLC0415
        from imserver.window.own import OwnServer  # noqa: PLC0415

        self._port = free_port()
        options = WindowOptions()
        options.parseOptions([
            f"--data={self._folder}", f"--listen=tcp:{self._port}:interface={HERE}", "--theme=light",
            "--limit=all=none",
        ])  # fmt: skip
        own = OwnServer(self._reactor, options)
        self._windows = Windows(self._reactor, options, Dress(self._app), own)
        self._reactor.addSystemEventTrigger("before", "shutdown", self._windows.close)
        own.start()
        self._overseer = self._windows.overseer
        self._overseer.filled.connect(self._on_filled)
        first = Key(NAME, PASSWORD, code=own.service.first_code or "")
        self._overseer.enter(first).addCallbacks(lambda _: self._windows._open(), fail)
        self._look_for_window()
        self._reactor.run()

    def _look_for_window(self) -> None:
        from imserver.window.main_window import MainWindow  # noqa: PLC0415

        shown = [
            one for one in self._app.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()
        ]
        if not shown:
            self._reactor.callLater(0.005, self._look_for_window)
            return
        self._window = shown[0]
        self._app.processEvents()
        self.found["start"] = 1000 * time.process_time()
        self.details["start_by_the_clock"] = round(1000 * (time.time() - self._begun))

    def _on_filled(self) -> None:
        self.found["filled"] = 1000 * time.process_time()
        self.details["filled_by_the_clock"] = round(1000 * (time.time() - self._begun))
        self._overseer.filled.disconnect(self._on_filled)
        self._reactor.callLater(2, self._measure)

    def _measure(self) -> None:
        try:
            self.found["memory"] = resident() / MIB
            self._measure_finding()
            self._measure_sorting()
            self._measure_change()
            self._measure_burst()
            self._reactor.callLater(1, self._measure_idle)
        except BaseException as error:
            fail(error)

    def _block(self, act: Callable[[], object], seconds: float = 0.2) -> float:
        """Act and let the window go on; give the longest time in which it did not answer, in ms."""
        worst = Worst()
        end = time.perf_counter() + seconds
        act()
        while time.perf_counter() < end:
            self._app.processEvents()
            worst.beat()
        return worst.end()

    def _measure_finding(self) -> None:
        """Type a name letter by letter, and take it back."""
        field, took = self._window.bar.sought, []
        word = names(self._people)[self._people // 3]
        for end in (*range(1, len(word) + 1), 0):
            took.append(self._block(lambda end=end: field.setText(word[:end])))  # type: ignore[misc]
        self.found["filter_letter"] = max(took)
        self.details["filter_letters"] = [round(one, 1) for one in took]

    def _measure_sorting(self) -> None:
        """Sort by each column."""
        from imserver.window.people_model import Column  # noqa: PLC0415

        took = {column.name: self._block(lambda c=column: self._window.people.sort(c)) for column in Column}  # type: ignore[misc]
        self.details["sorts"] = {name: round(one, 1) for name, one in took.items()}
        self.found["sort"] = max(took.values())
        self._window.people.sort(Column.STATE)

    def _note(self, event: str, **facts: object) -> None:
        from imserver.window.notes import Note  # noqa: PLC0415

        given = {key: str(value) for key, value in facts.items()}
        self._overseer.people.people.note(Note(time.time(), event, given))

    def _measure_change(self) -> None:
        """Let one person come in a quiet window: until the row is painted."""
        took = []
        for number, name in enumerate(names(self._people)[100:120]):
            self._note("came", session=900_000 + number, where="10.0.4.17:40000")
            took.append(
                self._block(lambda: self._note("logged-in", session=900_000 + number, user=name))  # noqa: B023
            )
            self._note("went", session=900_000 + number)
        took.sort()
        self.found["change"] = took[-2]

    def _measure_burst(self) -> None:
        """Let very many come at once."""
        from PyQt5.QtCore import QTimer  # noqa: PLC0415

        waiting = list(enumerate(names(self._people)[: BURST // 2]))

        def turn() -> None:
            for number, name in waiting[: A_TURN // 2]:
                self._note("came", session=1_000_000 + number, where="10.0.4.17:40000")
                self._note("logged-in", session=1_000_000 + number, user=name)
            del waiting[: A_TURN // 2]
            if not waiting:
                timer.stop()

        timer = QTimer()
        timer.timeout.connect(turn)
        self.found["burst_block"] = self._block(lambda: timer.start(0), 4)
        for number in range(BURST // 2):
            self._note("went", session=1_000_000 + number)

    def _measure_idle(self) -> None:
        before, begun = time.process_time(), time.monotonic()

        def end() -> None:
            self.found["idle"] = 100 * (time.process_time() - before) / (time.monotonic() - begun)
            self._let_talk()

        self._reactor.callLater(10, end)

    # --- the crowd ---

    def _let_talk(self) -> None:
        words = [str(self._port), str(self._people), str(self._crowd), str(self._rate)]
        self._talkers = subprocess.Popen([sys.executable, "-m", "bench.overseer", "--talk", *words])
        self._reactor.callLater(5 + self._crowd / 50, self._measure_load)

    def _measure_load(self) -> None:
        """Beat as often as the loop turns, while the crowd talks."""
        from PyQt5.QtCore import QTimer  # noqa: PLC0415

        worst, timer = Worst(), QTimer()
        timer.timeout.connect(worst.beat)
        timer.start(0)
        before = self._overseer.figures.now.get("sends", 0)
        used = time.process_time()

        def end() -> None:
            timer.stop()
            self.found["load_block"] = worst.end()
            self.found["memory_crowd"] = resident() / MIB
            self.details["connected"] = self._overseer.people.people.connected
            self.details["messages_a_second"] = round(
                (self._overseer.figures.now.get("sends", 0) - before) / TALK, 1
            )
            self.details["held_over_20_ms"] = worst.long
            self.details["processor_under_load"] = round((time.process_time() - used) / TALK, 2)
            self._talkers.terminate()
            self._talkers.wait(10)
            self._reactor.stop()

        self._reactor.callLater(TALK, end)


class Worst:
    """The longest time between two beats, in this thread's processor time."""

    def __init__(self) -> None:
        self._last = time.thread_time()
        self._worst = 0.0
        self.long = 0  #: so many were over 20 ms

    def beat(self) -> None:
        """Note a beat."""
        now = time.thread_time()
        held = now - self._last
        self._worst = max(self._worst, held)
        self.long += held > 0.02
        self._last = now

    def end(self) -> float:
        """Give the longest, in milliseconds."""
        self.beat()
        return 1000 * self._worst


def talk(port: int, people: int, crowd: int, rate: float) -> None:
    """Be a crowd, for as long as somebody measures."""
    from twisted.internet import protocol, reactor  # noqa: PLC0415
    from twisted.protocols.basic import LineOnlyReceiver  # noqa: PLC0415

    loop: Any = reactor
    chance, everybody, live, tokens = random.Random(5), names(people), [], dict[str, str]()

    class Talker(LineOnlyReceiver):
        delimiter = b"\n"
        name = ""

        def connectionMade(self) -> None:
            # By token, as clients come back: a password's hash takes 19 MiB, which are kept for the next one.
            token = tokens.get(self.name)
            proof = f"token={token}" if token else f"remember=yes :{PASSWORD}"
            self.say(f"LOGIN {self.name} device={DEVICE} {proof}")

        def say(self, line: str) -> None:
            self.sendLine(line.encode())  # type: ignore[no-untyped-call]

        def lineReceived(self, line: bytes) -> None:
            if line.startswith(b"OK LOGIN"):
                live.append(self)
                tokens[self.name] = re.findall(r" token=(\S+)", line.decode())[0]

        def connectionLost(self, reason: Any = None) -> None:
            if self in live:
                live.remove(self)

    def come(name: str) -> None:
        class Way(protocol.ClientFactory[Talker]):
            noisy = False

            def buildProtocol(self, addr: object) -> Talker:
                made = Talker()
                made.name = name
                return made

        loop.connectTCP(HERE, port, Way())

    def say() -> None:
        if live:
            speaker = chance.choice(live)
            to = ",".join(
                sorted({*chance.choices(everybody, k=chance.choice((1, 1, 2, 3)))} - {speaker.name})
            )
            if to:
                speaker.say(f"SEND {to} :{'x' * chance.randrange(8, 80)}")
            if chance.random() < 0.02:
                speaker.transport.abortConnection()  # type: ignore[union-attr]
                loop.callLater(2, come, speaker.name)
        loop.callLater(chance.expovariate(rate), say)

    for place, name in enumerate(everybody[:: max(1, people // crowd)][:crowd]):
        loop.callLater(place / 50, come, name)
    say()
    loop.callLater(120, loop.stop)
    loop.run()


def main() -> int:
    """Measure, tell, and keep it."""
    if sys.argv[1:2] == ["--talk"]:
        port, people, crowd, rate = sys.argv[2:]
        talk(int(port), int(people), int(crowd), float(rate))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--crowd", type=int, default=300)
    parser.add_argument("--rate", type=float, default=40.0)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside is None:
        return outside(asked.people)
    run = Run(Path(asked.inside), asked.people, asked.crowd, asked.rate)
    run.live()
    print(*told(run.found, BOUNDS), sep="\n")
    print(run.details)
    figures = {name: round(figure, 1) for name, figure in run.found.items()}
    screen = "offscreen" if os.environ.get("QT_QPA_PLATFORM") == "offscreen" else "X11"
    facts = {"figures": figures, "details": run.details, "screen": screen}
    write_evidence("overseer", {**facts, "asked": [asked.people, asked.crowd, asked.rate]})
    return 0 if all(run.found[name] <= bound for name, (bound, _) in BOUNDS.items()) else 1


def outside(people: int) -> int:
    """Settle the people here, and measure in a process that has only just begun."""
    with tempfile.TemporaryDirectory(prefix="overseer-") as folder:
        data = Path(folder) / "data"
        settle(data, names(people), long_ago=True, device=DEVICE)
        around = {**os.environ, "XDG_RUNTIME_DIR": folder, "XDG_CONFIG_HOME": folder}
        around["OVERSEER_BEGUN"] = str(time.time())
        if not around.get("DISPLAY"):
            around.setdefault("QT_QPA_PLATFORM", "offscreen")
        command = [sys.executable, "-m", "bench.overseer", *sys.argv[1:], "--inside", str(data)]
        return subprocess.run(command, env=around, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
