"""Two real windows at a real server, talking: draws docs/pictures/two-windows.png.

xvfb-run -a -s '-screen 0 1600x900x24 -dpi 96 -nolisten tcp -noreset' \\
    .venv/bin/python -m examples.picture [FILE]
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from tests.end_to_end.case import HERE, TWISTD, free_port
from tests.end_to_end.child import Child
from tests.end_to_end.patience import eventually
from tests.end_to_end.typist import Typist, at_socket
from tests.end_to_end.windows import Windows

FILE = Path(__file__).parents[1] / "docs" / "pictures" / "two-windows.png"
WIDTH, HEIGHT, GAP, CORNER = 760, 700, 20, 10
SMALLEST = 0  #: what Qt calls the quality of a PNG is how little work is put into packing it
EDGE = QColor(127, 127, 127, 110)


class Lab:
    """A server, three people who type at it, and two who have windows."""

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        self._folder, self._ends, self._port = folder, ends, free_port()
        self.start("openbox")
        listen = f"--listen=tcp:{self._port}:interface={HERE}"
        server = self.start(TWISTD, "-n", "--pidfile=", "imserver", f"--data={folder / 'server'}", listen)
        eventually(lambda: "is ready" in server.out)

    def start(self, *command: str) -> Child:
        """Start a process that ends with the lab."""
        child = Child(command, self._folder, Path(command[0]).name)
        self._ends.callback(child.end)
        return child

    def person(self, name: str) -> Typist:
        """Let somebody come in."""
        typist = at_socket(HERE, self._port)
        self._ends.callback(typist.leave)
        typist.come_in(name)
        return typist

    def window(self, name: str, theme: str) -> Windows:
        """Let somebody come in with a window."""
        place = f"--geometry=0,0,{WIDTH},{HEIGHT}"
        windows = Windows(self._folder, name, HERE, str(self._port), f"--theme={theme}", place)
        self._ends.callback(windows.end)
        windows.come_in(name)
        windows.do("resize", width=WIDTH, height=HEIGHT)
        return windows


def talk(lab: Lab) -> list[Windows]:
    """Let them talk as people in a lab do."""
    carol, dave, erin = (lab.person(name) for name in ("carol", "dave", "erin"))
    alice, bob = lab.window("alice", "light"), lab.window("bob", "dark")
    for windows in (alice, bob):
        sees(windows, "Connected, 4 of 4")
    dave.say("SEND alice :At the bench until five")
    erin.say("SEND bob :The poster is printed, who fetches it?")
    erin.say("SEND * :The coffee machine works again ☕")
    alice.write_to("bob", "carol")
    alice.say("Port 7 is up. It was the patch cable.")
    both = "alice, carol"
    bob.open_tab(both)
    bob.say("Thank you! Lunch at one?")
    holds(alice, 2)
    carol.say("SEND alice,bob :One is good, I take the table by the window 🍜")
    carol.expect("OK SEND")
    carol.say("QUIT")
    holds(bob, 3)
    alice.say("carol, is there a spare cable left?")
    holds(bob, 4)
    for windows in (alice, bob):
        sees(windows, "Not connected, 1")
    eventually(lambda: any("1 of 2" in line for line in alice.do("transcript")))
    bob.do("type", name="composer", text="I found one in the drawer.")
    return [alice, bob]


def sees(windows: Windows, heading: str) -> None:
    """Wait for a heading of the roster."""
    eventually(lambda: heading in windows.do("roster"))


def holds(windows: Windows, messages: int) -> None:
    """Wait until the conversation holds so many messages."""
    eventually(lambda: len(windows.do("messages")) >= messages)


def shot(windows: Windows, folder: Path) -> QImage:
    """Take a picture of a window that has the keyboard."""
    windows.do("resize", width=WIDTH, height=HEIGHT)  # once more: it may have got its frame meanwhile
    title = windows.do("title")
    subprocess.run(
        ["xdotool", "search", "--name", f"^{re.escape(title)}$", "windowactivate", "--sync"], check=True
    )
    eventually(lambda: windows.do("active"))
    path = folder / f"{windows.profile}.png"
    windows.do("grab", path=str(path))
    return QImage(str(path))


def side_by_side(shots: list[QImage]) -> QImage:
    """Put pictures beside each other, each with a fine edge, on nothing."""
    width = sum(each.width() for each in shots) + GAP * (len(shots) - 1)
    whole = QImage(width, max(each.height() for each in shots), QImage.Format.Format_ARGB32)
    whole.fill(Qt.GlobalColor.transparent)
    painter = QPainter(whole)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    x = 0
    for each in shots:
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(x + 0.5, 0.5, each.width() - 1, each.height() - 1), CORNER, CORNER)
        painter.setClipPath(edge)
        painter.drawImage(QPointF(x, 0), each)
        painter.setClipping(False)
        painter.strokePath(edge, QPen(EDGE, 1))
        x += each.width() + GAP
    painter.end()
    return whole


def main() -> int:
    """Draw it."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    with tempfile.TemporaryDirectory() as name, ExitStack() as ends:
        folder = Path(name)
        whole = side_by_side([shot(windows, folder) for windows in talk(Lab(folder, ends))])
        file.parent.mkdir(parents=True, exist_ok=True)
        return 0 if whole.save(str(file), "PNG", SMALLEST) else 1


if __name__ == "__main__":
    sys.exit(main())
