"""A server and two windows on this machine, side by side: what `make run` shows.

The server is `twistd -n imserver` and the windows are `imclient`, each a process of its own as in real life,
so this is also the shortest account of how they are started and ended.  Each window is told where to stand by
`--geometry X,Y,WIDTH,HEIGHT`, and keeps its own settings by `--profile NAME`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

HOST, PORT = "127.0.0.1", 12000
PROFILES = ("first", "second")
LOG = Path("build") / "run" / "server.log"
WIDEST, HIGHEST = 1000, 760

#: Opens the display as a window would, so that it also fails as a window would; tells the place there is.
LOOK_AT_DISPLAY = """
from PyQt5.QtGui import QGuiApplication
app = QGuiApplication([])
print(*app.primaryScreen().availableGeometry().getRect())
"""

AT_NC = f"""
{{why}}, so no windows; the server can be talked to as it is.  In a second terminal type

    nc {HOST} {PORT}
    REGISTER alice :correct horse
    LOGIN alice :correct horse
    WHO

in a third one

    nc {HOST} {PORT}
    REGISTER bob :battery staple
    LOGIN bob :battery staple
    SEND alice :Hello, Alice

and in the second again

    SEND bob :Hello, Bob
    SEND * :The lab closes at six.
    HELP
    QUIT
"""

Child = subprocess.Popen[bytes]


class Impossible(Exception):
    """It cannot be shown; the text says why and what to do."""


class NoDisplay(Exception):
    """No window can be opened; the text says why."""


def say(text: str) -> None:
    """Tell the user, at once also when the output is a file; one who is gone needs no telling."""
    with suppress(OSError):
        print(text, flush=True)


def start(*command: str, output: Path | None = None) -> Child:
    """Start a process in a group of its own, so that Ctrl-C reaches us alone and we end them in order."""
    if output is None:
        return subprocess.Popen(command, process_group=0)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, process_group=0)


def end(children: list[Child], *, within: float) -> None:
    """Ask processes to end, wait for them, and end for them those that do not."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + within
    for child in children:
        try:
            child.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"Process {child.pid} did not end within {within:.0f} seconds and was killed.")
            child.kill()
            child.wait()


def greeting() -> str | None:
    """Return what the port says first (nothing, perhaps), or None if nobody listens there."""
    try:
        with socket.create_connection((HOST, PORT), timeout=2) as connection:
            with suppress(TimeoutError):
                return connection.recv(200).decode(errors="replace").strip()
            return ""
    except OSError:
        return None


def refuse_taken_port() -> None:
    """Say who listens on our port already, if somebody does."""
    heard = greeting()
    if heard is None:
        return
    who = "Another imserver" if heard.startswith("* HELLO imserver") else "Another program"
    raise Impossible(f"{who} listens on {HOST}:{PORT} already; stop it (`ss -ltnp` names it) and try again.")


@contextmanager
def server() -> Iterator[Child]:
    """Start the server, wait until it greets, and end it in the end."""
    twistd = Path(sys.executable).with_name("twistd")
    child = start(str(twistd), "--nodaemon", "--pidfile=", "imserver", output=LOG)
    try:
        wait_for_greeting(child)
        yield child
    finally:
        end([child], within=10)
        say("The server has ended.")


def wait_for_greeting(child: Child) -> None:
    """Return when the server answers; fail with its last words if it ends, with a sentence if it is mute."""
    deadline = time.monotonic() + 20
    while not greeting():
        if child.poll() is not None:
            last = "\n".join(LOG.read_text(errors="replace").splitlines()[-12:])
            raise Impossible(
                f"{last}\nThe server ended before it listened; above are the last lines of {LOG}."
            )
        if time.monotonic() > deadline:
            raise Impossible(f"The server does not answer on {HOST}:{PORT}; what it says is in {LOG}.")
        time.sleep(0.1)


def display() -> tuple[int, int, int, int]:
    """Return the place windows may take: x, y, width, height; `NoDisplay` where no window can be opened."""
    name = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not name:
        raise NoDisplay("No display here")
    look = [sys.executable, "-c", LOOK_AT_DISPLAY]
    try:
        seen = subprocess.run(look, capture_output=True, text=True, timeout=20, check=True).stdout
    except subprocess.CalledProcessError as failed:
        said = (failed.stderr.strip() or f"status {failed.returncode}").splitlines()[0]
        raise NoDisplay(f"The display {name} cannot be opened ({said})") from None
    except (subprocess.TimeoutExpired, OSError):
        raise NoDisplay(f"The display {name} does not answer") from None
    x, y, width, height = map(int, seen.split()[-4:])
    return x, y, width, height


def places(x: int, y: int, width: int, height: int) -> list[str]:
    """Give each of two windows its half of the screen, but no more than it can use."""
    half, tall = min(width // 2, WIDEST), min(height, HIGHEST)
    left, top = x + (width - 2 * half) // 2, y + (height - tall) // 2
    return [f"{left},{top},{half},{tall}", f"{left + half},{top},{half},{tall}"]


def windows(screen: tuple[int, int, int, int]) -> list[Child]:
    """Open the two windows."""
    return [
        start(sys.executable, "-m", "imclient", HOST, str(PORT), "--profile", profile, "--geometry", place)
        for profile, place in zip(PROFILES, places(*screen), strict=True)
    ]


def watch(running: Child, clients: list[Child]) -> NoReturn:
    """Wait for Ctrl-C; say it when the windows are closed or the server ends."""
    told = not clients
    while True:
        if running.poll() is not None:
            raise Impossible(f"The server ended by itself (status {running.returncode}); see {LOG}.")
        if not told and all(client.poll() is not None for client in clients):
            told = True
            failed = ", ".join(str(client.returncode) for client in clients if client.returncode)
            say(f"Windows ended with status {failed}." if failed else "Both windows are closed.")
            say("The server goes on; Ctrl-C stops it.")
        time.sleep(0.2)


def show() -> None:
    """Show server and windows until the user has seen enough."""
    refuse_taken_port()
    with server() as running:
        say(f"The server listens on {HOST}:{PORT}, process {running.pid}; what it says is in {LOG}.")
        clients = []
        try:
            clients = windows(display())
            say("Two windows: give each a name of its own.")
        except NoDisplay as why:
            say(AT_NC.format(why=why))
        say("Ctrl-C ends everything.")
        try:
            watch(running, clients)
        finally:
            end(clients, within=5)


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Take being told to end like Ctrl-C, but once: what follows is the ending itself."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> None:
    """Show it, and end with a sentence."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, interrupt)
    try:
        show()
    except Impossible as sentence:
        sys.exit(str(sentence))
    except KeyboardInterrupt:
        say("Goodbye.")


if __name__ == "__main__":
    main()
