"""What the desktop client costs with a big roster and a long conversation, on a screen of its own.

``python -m bench.desk [--messages 100000] [--people 1000] [--burst 10000]`` makes a
profile with so much in it, opens the window on it, and measures: the start, the opening of the long
conversation, a message painted, a burst, the memory, the processor when nothing happens, and the messages
that would hold a window longest.  It keeps `bench/evidence/desk.json`; a figure past its bound is marked.

The window lives on one thread, so how long it is held is counted in that thread's processor time: other work
on the machine does not change it.  Only the start is by the clock, the cache's thread and the disk with it.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from .evidence import write_evidence
from .process import MIB, resident
from .window_figures import Bounds, fail, told

ME, HOST, PORT, DEVICE = "alice", "lab.example", 12000, "desk-bench"
BOUNDS: Bounds = {
    "start": (1500, "ms"),
    "opening": (50, "ms"),
    "older_page": (50, "ms"),
    "painted": (16, "ms"),
    "burst_block": (50, "ms"),
    "hostile_block": (50, "ms"),
    "hostile_wire": (50, "ms"),
    "hostile_whole": (50, "ms"),
    "memory": (150, "MB"),
    "idle": (0.5, "%"),
}
#: Lines that a client reads in one turn of the loop.
A_TURN = 32
WORDS = ["port", "cable", "lunch", "poster", "bench", "laptop", "coffee", "table", "window", "drawer"]


def people(count: int) -> list[str]:
    """Name the people of the roster."""
    return ["bob", "carol", *(f"person{number:04}" for number in range(count - 3)), "zoe"]


def text(random: Random) -> str:
    """Say something of the usual length."""
    return " ".join(random.choices(WORDS, k=random.randint(2, 24))) + random.choice([".", "?", " 🍜", ""])


def hostile() -> dict[str, str]:
    """Say what holds a window longest, of what a server accepts."""
    return {
        "joined emoji": "👩\u200d👩\u200d👧\u200d👦" * 160,
        "emoji": "😀" * 1024,
        "stacked marks": "a" + "\u0301" * 2000,
        "marks on each letter": "e\u0301\u0302\u0303" * 580,
        "both directions": "abc שלום 12 مرحبا " * 130,
        "overrides": "\u202ea\u202cb\u2066c\u2069" * 300,
        "no blanks": "x" * 4096,
        "blanks": " x" * 2048,
        "lines": "x\\n" * 1300,
        "wide signs": "漢字" * 680,
        "hangul parts": "\u1112\u1161\u11ab" * 450,
        "devanagari": "क्षि" * 330,
        "arabic marks": "م\u064b\u0651" * 680,
        "tibetan": "ཀྵྨྱ" * 340,
        "zero width": "a\u200b" * 1000,
        "variation": "☺\ufe0f" * 680,
        "tags": "🏴\U000e0067\U000e0062\U000e007f" * 240,
        "thai": "ที่" * 450,
        "keycaps": "1\ufe0f\u20e3" * 580,
        "mathematics": "𝒜𝔅𝕮" * 340,
        "rare scripts": "".join(chr(0x10000 + each * 61) for each in range(900)),
    }


def fill(folder: Path, count: int, names: list[str]) -> None:
    """Make a profile that holds so many messages of one conversation, and a few of some others."""
    from imclient.core import tables  # noqa: PLC0415
    from imclient.core.cache import cache_path  # noqa: PLC0415
    from imclient.core.settings import Server, Settings  # noqa: PLC0415

    folder.mkdir(parents=True)
    Settings(folder, DEVICE, [Server(HOST, PORT, [ME])]).save()
    connection = tables.opened(cache_path(folder, HOST, PORT, ME, DEVICE))
    random = Random(5)
    now = int(time.time() * 1000)

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(1, count + 1):
            at = now - (count - number) * 60_000
            mine = number % 3 == 0
            sender, to = (ME, "bob") if mine else ("bob", ME)
            yield number, "bob", sender, to, text(random), at, None
        for place, name in enumerate(names[:50]):
            number = count + 1 + place
            yield number, name, name, ME, text(random), now, None

    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO messages (number, talk, sender, audience, text, at, ref) VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows(),
    )
    connection.executemany("INSERT INTO people (name) VALUES (?)", [(name,) for name in names])
    about = {"epoch": "k3", "position": count + 50, "held_from": 0}
    connection.executemany("INSERT OR REPLACE INTO about (key, value) VALUES (?, ?)", list(about.items()))
    read = [(name, count + 50) for name in names[:50]]
    connection.executemany("INSERT INTO talks (audience, read) VALUES (?, ?)", read)
    connection.execute("COMMIT")
    connection.close()


class Run:
    """One window on that profile, and what was measured of it."""

    def __init__(self, folder: Path, names: list[str], burst: int) -> None:
        self._folder, self._names, self._burst = folder, names, burst
        self.found: dict[str, float] = {}
        self.details: dict[str, object] = {}

    def live(self) -> None:
        """Open the window and do all of it."""
        begun = float(os.environ["DESK_BEGUN"])
        from imqt import reactor as imqt_reactor  # noqa: PLC0415

        self._reactor = imqt_reactor.install()
        self._reactor.seconds = time.monotonic

        from imclient.core.client import Client  # noqa: PLC0415
        from imqt.dress import Choice, Dress  # noqa: PLC0415

        self._app = imqt_reactor.make_application()
        self._client = Client(self._reactor, self._folder)
        dress = Dress(self._app, Choice.LIGHT)

        def show(_: object) -> None:
            from imclient.core.roster import Presence  # noqa: PLC0415
            from imclient.qt.main_window import MainWindow  # noqa: PLC0415
            from imqt import garbage  # noqa: PLC0415

            for name in self._names[::2]:
                self._client.roster.told(name, Presence.ONLINE, "")
            self._window = MainWindow(self._client, dress, HOST, PORT)
            self._window.resize(1180, 760)
            self._window.show()
            garbage.look_seldom()
            self._app.processEvents()
            self.found["start"] = 1000 * (time.time() - begun)
            self._reactor.callLater(0.5, self._measure)

        self._client.recall(HOST, PORT, ME).addCallback(show).addErrback(fail)
        self._reactor.run()

    def _measure(self) -> None:
        try:
            self._measure_opening()
            self._measure_painted()
            self._measure_hostile()
            self._measure_hostile_elsewhere()
            self._measure_burst()
        except BaseException as error:
            fail(error)
        self._reactor.callLater(1, self._measure_idle)

    def _block(self, act: Callable[[], None], seconds: float = 0.3) -> float:
        """Act and let the window go on; give the longest time in which it did not answer, in ms."""
        from PyQt5.QtCore import QTimer  # noqa: PLC0415

        worst, last = 0.0, time.thread_time()

        def beat() -> None:
            nonlocal worst, last
            now = time.thread_time()
            worst, last = max(worst, now - last), now

        timer = QTimer()
        timer.timeout.connect(beat)
        timer.start(0)
        end = time.perf_counter() + seconds
        act()
        while time.perf_counter() < end:
            self._app.processEvents()
        timer.stop()
        return 1000 * worst

    def _open(self, name: str) -> None:
        from improtocol.audience import Audience  # noqa: PLC0415

        self._window.conversations.open(Audience.of(name))

    @staticmethod
    def _paintings(widget: Any) -> list[object]:
        """Note each time that a widget is painted."""
        from PyQt5.QtCore import QEvent, QObject  # noqa: PLC0415

        seen = list[object]()

        class Watch(QObject):
            def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
                if event is not None and event.type() == QEvent.Type.Paint:
                    seen.append(watched)
                return False

        widget.installEventFilter(Watch(widget))
        return seen

    def _measure_opening(self) -> None:
        """Open the long conversation: until it is painted; then page back in it."""
        from improtocol.audience import Audience  # noqa: PLC0415

        self._open("carol")
        self._app.processEvents()
        conversations = self._window.conversations
        place = next((n for n, v in enumerate(conversations.views()) if v.conversation.title == "bob"), None)
        if place is not None:
            conversations.close_tab(place)
        self._app.processEvents()
        begun = time.thread_time()
        conversations.open(Audience.of("bob"))
        view = conversations.current
        assert view is not None
        painted = self._paintings(view.transcript.viewport())
        while not painted:
            self._app.processEvents()
        self.found["opening"] = 1000 * (time.thread_time() - begun)
        self.details["opening_block"] = round(self._block(lambda: None), 1)
        worst = 0.0
        for _ in range(12):
            worst = max(worst, self._block(lambda: view.transcript.bar.setValue(0), 0.25))
        self.found["older_page"] = worst
        self.details["read_back"] = len(view.conversation.messages)
        view.transcript.go_to_end()
        self._app.processEvents()

    def _say(self, words: str, number: int) -> None:
        from imclient.core.records import Message  # noqa: PLC0415
        from improtocol.audience import Audience  # noqa: PLC0415

        message = Message(number, "bob", Audience.of(ME), words, int(time.time() * 1000))
        self._client.conversations.take(message, read=False)

    def _measure_painted(self) -> None:
        """Let a message arrive in a quiet window: until its row is painted."""
        view = self._window.conversations.current
        assert view is not None
        took: list[float] = []
        self._window.conversations.be_here(True)
        for number in range(30):
            self._block(lambda: None, 0.06)
            begun = time.thread_time()
            self._say(f"quiet {number}", 1_000_000 + number)
            while view.model.rows[-1].text != f"quiet {number}" or not view.model.rows[-1].shape:
                self._app.processEvents()
            took.append(1000 * (time.thread_time() - begun))
        took.sort()
        self.found["painted"] = took[-2]

    def _measure_hostile(self) -> None:
        """Let each of the worst texts arrive, and the longest hold the window got."""
        worst: dict[str, float] = {}
        for place, (kind, words) in enumerate(hostile().items()):
            plain = words.replace("\\n", "\n")
            worst[kind] = round(self._block(lambda: self._say(plain, 1_001_000 + place)), 1)  # noqa: B023
        page = [words for words in hostile().values() for _ in range(3)]

        def all_at_once() -> None:
            for place, words in enumerate(page):
                self._say(words, 1_002_000 + place)

        worst["all at once"] = round(self._block(all_at_once, 1), 1)
        self.details["hostile"] = worst
        self.found["hostile_block"] = max(worst.values())

    def _measure_hostile_elsewhere(self) -> None:
        """Let the wire be watched while they arrive; then read each of them whole."""
        from imqt import plain  # noqa: PLC0415

        self._window.show_wire(True)
        self._block(lambda: None, 0.3)

        def on_the_wire() -> None:
            for words in hostile().values():
                self._client.wire.heard(f"* MESSAGE 9 bob alice :{words}")

        self.found["hostile_wire"] = self._block(on_the_wire, 1.5)
        self._window.show_wire(False)
        worst: dict[str, float] = {}
        for kind, words in hostile().items():
            notices: list[plain.Notice] = []
            plain_words = words.replace("\\n", "\n")
            worst[kind] = round(
                self._block(lambda: notices.append(plain.tell(self._window, "bob", plain_words)), 0.5),  # noqa: B023
                1,
            )
            notices[0].close()
        self.details["hostile_whole"] = worst
        self.found["hostile_whole"] = max(worst.values())

    def _measure_burst(self) -> None:
        """Let very many arrive over the wire's own way in: the stream's, not one by one."""
        random = Random(6)
        said = [text(random) for _ in range(self._burst)]

        def burst() -> None:
            from PyQt5.QtCore import QTimer  # noqa: PLC0415

            # What a connection takes in one turn, however much the socket has.
            waiting = list(enumerate(said))

            def turn() -> None:
                for place, words in waiting[:A_TURN]:
                    self._say(words, 1_100_000 + place)
                del waiting[:A_TURN]
                if not waiting:
                    timer.stop()

            timer = self._timer = QTimer()
            timer.timeout.connect(turn)
            timer.start(0)

        self.found["burst_block"] = self._block(burst, 2.5)

    def _measure_idle(self) -> None:
        rss = resident() / MIB
        used = resource.getrusage(resource.RUSAGE_SELF)
        before, begun = used.ru_utime + used.ru_stime, time.monotonic()

        def end() -> None:
            used = resource.getrusage(resource.RUSAGE_SELF)
            spent = used.ru_utime + used.ru_stime - before
            self.found["idle"] = 100 * spent / (time.monotonic() - begun)
            self.found["memory"] = rss
            self._client.close().addBoth(lambda _: self._reactor.stop())

        self._reactor.callLater(5, end)


def main() -> int:
    """Measure, tell, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--burst", type=int, default=10_000)
    parser.add_argument(
        "--plant", choices=["unclamped"], help="show every text whole: it must be past its bound"
    )
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    names = people(asked.people)
    if asked.inside is None:
        return _outside(asked.messages, names)
    if asked.plant:
        from imqt import clamping  # noqa: PLC0415

        clamping.clamped = lambda text: text
    run = Run(Path(asked.inside), names, asked.burst)
    run.live()
    print(*told(run.found, BOUNDS), sep="\n")
    print(run.details)
    figures = {name: round(figure, 1) for name, figure in run.found.items()}
    facts = {"figures": figures, "details": run.details, "asked": [asked.messages, asked.people]}
    if asked.plant is None:
        write_evidence("desk", facts)
    return 0 if all(run.found[name] <= bound for name, (bound, _) in BOUNDS.items()) else 1


def _outside(messages: int, names: list[str]) -> int:
    """Make the profile here, and measure in a process that has only just begun."""
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        profile = Path(folder) / "profile"
        fill(profile, messages, names)
        around = {**os.environ, "DESK_BEGUN": str(time.time()), "XDG_RUNTIME_DIR": folder}
        around.setdefault("QT_QPA_PLATFORM", "offscreen")
        command = [sys.executable, "-m", "bench.desk", *sys.argv[1:], "--inside", str(profile)]
        return subprocess.run(command, env=around, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
