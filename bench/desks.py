"""Desks: a screen, and on it real `imclient` windows whose mouse and keyboard are in hand."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from .evidence import ROOT
from .people import PASSWORD
from .running import HERE

T = TypeVar("T")

#: Seconds that anything may take at a desk, on a machine that is busy with other things.
PATIENCE = 60.0
#: Seconds between two looks.
A_MOMENT = 0.02
#: What makes a screen, and what a person types on.
NEEDED = ("Xvfb", "openbox", "xdotool", "import")


class Stuck(Exception):
    """What had to come did not."""


class Astray(Exception):
    """What somebody writes would go to others than they chose."""


def eventually(
    look: Callable[[], T], wanted: Callable[[T], object] = bool, *, within: float = PATIENCE, what: str = ""
) -> T:
    """Look until what is seen is wanted, and give it; raises ``Stuck`` with what was seen last."""
    end = time.monotonic() + within
    while not wanted(seen := look()):
        if time.monotonic() > end:
            raise Stuck(f"{what or 'it'}: after {within:.0f} s there still was {str(seen)[:600]}")
        time.sleep(A_MOMENT)
    return seen


def missing() -> list[str]:
    """Say which programs a screen lacks here."""
    return [name for name in NEEDED if shutil.which(name) is None]


class Screen:
    """A screen of its own, on which openbox frames the windows."""

    def __init__(self, width: int, height: int) -> None:
        reading, writing = os.pipe()
        geometry = f"{width}x{height}x24"
        words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", geometry, "-dpi", "96", "-noreset"]
        self._quiet: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        self._server = subprocess.Popen([*words, "-nolisten", "tcp"], pass_fds=(writing,), **self._quiet)
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            raise Stuck("the screen did not begin")
        self.environment = {"DISPLAY": f":{number}"}
        self._manager = subprocess.Popen(["openbox", "--sm-disable"], env=self._around(), **self._quiet)

    def _around(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def keyboard(self, *words: str) -> str:
        """Have the screen's own keyboard and mouse do something; give what was said."""
        asked = subprocess.run(
            ["xdotool", *words], env=self._around(), capture_output=True, text=True, timeout=30, check=False
        )
        return asked.stdout.strip()

    def picture(self, path: Path) -> None:
        """Keep a picture of all of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", str(path)], env=self._around(), timeout=30, check=False)

    def close(self) -> None:
        """Switch it off."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)


class Desk:
    """Somebody's `imclient`: one process after the other on the same profile."""

    def __init__(
        self,
        name: str,
        folder: Path,
        port: int,
        *,
        screen: Screen | None = None,
        plant: str | None = None,
        place: str = "",
    ) -> None:
        self.name, self.folder, self.port, self.screen = name, folder, port, screen
        folder.mkdir(parents=True, exist_ok=True)
        planted = ["--plant", plant] if plant else []
        self._command = [sys.executable, "-m", "bench.altered_client", *planted, "desktop"]
        self._place = [f"--geometry={place}"] if place else []
        self._environment = {
            **os.environ,
            **(screen.environment if screen is not None else {"QT_QPA_PLATFORM": "offscreen"}),
            "XDG_DATA_HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "PYTHONWARNINGS": "",
        }
        #: What it complains of is written where there is room.
        self.output = folder.with_name(f"{name}.output")
        self.process: subprocess.Popen[bytes] | None = None
        #: What stood where it wanted to write: begun when it was killed, and not sent.
        self.begun: list[str] = []
        self._door: socket.socket | None = None
        self._hold: socket.socket | None = None
        self._answers: Any = None

    # The process

    def start(self, *words: str) -> None:
        """Start it, and wait until its start window is there."""
        self.begin_start(*words)
        self.take_hold()

    def begin_start(self, *words: str, driven: bool = True) -> None:
        """Start it; where it is driven, `take_hold` of it then."""
        control = []
        if driven:
            self._door = socket.create_server((HERE, 0))
            self._door.settimeout(PATIENCE)
            control = [f"--control={self._door.getsockname()[1]}"]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*self._command, *words, "--theme=light", *self._place, *control, HERE, str(self.port)],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )

    def take_hold(self) -> None:
        """Wait for its window, and take its mouse and keyboard in hand."""
        assert self._door is not None
        try:
            self._hold, _ = self._door.accept()
        except TimeoutError:
            raise Stuck(f"{self.name}: no window opened: {self.said()}") from None
        finally:
            self._door.close()
        self._hold.settimeout(PATIENCE)
        self._answers = self._hold.makefile("rb")
        self._answers.readline()

    def said(self) -> str:
        """Give the end of what it complained of."""
        return self.output.read_text(errors="replace")[-1500:]

    def kill(self) -> None:
        """End it as by pulling the plug."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self._let_go()

    def close(self) -> int:
        """Close its window, as a person does; give its exit status."""
        assert self.process is not None
        self.do("close")
        self._let_go()
        return self.process.wait(PATIENCE)

    def _let_go(self) -> None:
        for end in (self._answers, self._hold):
            if end is not None:
                end.close()
        self._answers = self._hold = None

    @property
    def there(self) -> bool:
        """Whether it runs."""
        return self._hold is not None

    # Acts

    def do(self, act: str, **words: object) -> Any:
        """Have one thing done or looked at; see `imclient.qt.control` and `bench.desk_acts`."""
        self.begin(act, **words)
        return self.outcome()

    def begin(self, act: str, **words: object) -> None:
        """Have one thing begun, and wait for nothing."""
        assert self._hold is not None
        self._hold.sendall(json.dumps({"do": act, **words}).encode() + b"\n")

    def outcome(self) -> Any:
        """Give what came of what was begun."""
        try:
            answer = json.loads(self._answers.readline() or b'{"error": "it has ended"}')
        except (TimeoutError, OSError):
            answer = {"error": "it does not answer"}
        if "error" in answer:
            raise Stuck(f"{self.name}: {answer['error']}: {self.said()}")
        return answer["ok"]

    def turn_to(self, within: float = PATIENCE) -> None:
        """Bring its window before the eyes, as a click on it does."""
        screen, process = self.screen, self.process
        if screen is None or process is None:
            return
        sought = ("search", "--all", "--onlyvisible", "--pid", str(process.pid), "--name", "imclient$")

        def active() -> bool:
            # Both must say so: the window hears of it a little later than the screen.
            if screen.keyboard("getactivewindow", "getwindowpid") == str(process.pid) and self.do("active"):
                return True
            for window in screen.keyboard(*sought).split():
                screen.keyboard("windowactivate", window)
            return False

        eventually(active, within=within, what=f"{self.name}'s window is active")

    def come_in(self, *, stay: bool = False) -> None:
        """Type name and password into the start window, and log in."""
        eventually(lambda: self.do("visible", name="startLogIn"), what=f"{self.name}'s start window")
        for field, text in (("startName", self.name), ("startPassword", PASSWORD)):
            self.do("key", name=field, key="A", modifiers="Control")
            self.do("type", name=field, text=text)
        if stay:
            self.do("click", name="startRemember")
        self.do("click", name="startLogIn")
        self.wait_until_in()

    def wait_until_in(self) -> None:
        """Wait until its main window is there."""
        own = f"{self.name} - imclient"
        eventually(lambda: self.do("title"), lambda title: title.endswith(own), what=f"{self.name} is in")

    # What a person says

    def aim(self, to: str) -> None:
        """Go to one person or several by the roster, or to everyone by the switch."""
        names = [] if to == "*" else to.split(",")
        if not names:
            self.do("click", name="modeEveryone")
        elif len(names) == 1:
            self.do("click", name="roster", person=names[0])
        else:
            for name in names:
                self.do("click", name="roster", person=name, modifiers="Control")
            self.do("click", name="writeToChosen")
        self._is_aimed(to, "chosen")

    def _is_aimed(self, to: str, when: str) -> None:
        """See that what is written goes where it was aimed."""
        seen, wanted = self.do("aim"), sorted(to.split(","))
        if any(sorted(one.split(",")) != wanted for one in seen):
            raise Astray(
                f"{self.name} writes to {to}; {when}, the window is at {seen[0]} and writes to {seen[1]}"
            )

    def say(self, to: str, text: str) -> None:
        """Write to one, several or everyone, by key and mouse."""
        self.aim(to)
        self._set_aside()
        self.do("type", name="composer", text=text)
        self._is_aimed(to, "written")
        self._stands(text, "written")
        self.do("key", name="composer", key="Return")
        self._stands("", "said")

    def _set_aside(self) -> None:
        """Delete what was begun there before the client was killed."""
        if begun := self.do("text", name="composer"):
            self.begun.append(begun)
            self.do("key", name="composer", key="A", modifiers="Control")
            self.do("key", name="composer", key="Delete")

    def _stands(self, text: str, when: str) -> None:
        """See that this stands where one writes."""
        if (seen := self.do("text", name="composer")) != text:
            hint = self.do("text", name="hint")
            raise Astray(f"{self.name}, {when}: not {text!r} stands there, but {seen!r}; {hint}")

    def say_by_keyboard(self, to: str, text: str) -> None:
        """Do the same to one person with the screen's keyboard alone."""
        assert self.screen is not None
        self.screen.keyboard("key", "ctrl+k")
        self.screen.keyboard("type", "--delay", "8", to)
        self.screen.keyboard("key", "Return")
        eventually(lambda: self.do("tab"), lambda tab: tab == to, what=f"{self.name} goes to {to}")
        self._set_aside()
        self.screen.keyboard("type", "--delay", "8", text)
        eventually(
            lambda: self.do("text", name="composer"), lambda typed: typed == text, what=f"{self.name} types"
        )
        self._is_aimed(to, "written")
        self.screen.keyboard("key", "Return")
        eventually(lambda: self.do("text", name="composer"), lambda typed: not typed, what="it is sent")
