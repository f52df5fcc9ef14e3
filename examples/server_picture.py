"""The server's window over a whole server in memory: draws docs/pictures/server-window.png.

QT_QPA_PLATFORM=offscreen .venv/bin/python -m examples.server_picture [FILE] [light|dark]

Nothing in it is drawn by hand: people connect, register, log in, talk and leave on the stage of the tests,
by whose clock ten minutes are over in a moment, and the window is looked at.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from imqt.dress import Choice
from imserver.window.main_window import MainWindow
from tests.imserver.window.case import PASSWORD, WindowCase
from tests.stage import Actor

FILE = Path(__file__).parents[1] / "docs" / "pictures" / "server-window.png"
HERE = {"alice": ("10.0.4.17", "desk"), "bob": ("10.0.4.21", "phone"), "dave": ("10.0.4.30", "desk"),
        "erin": ("10.0.4.33", "laptop"), "grace": ("10.0.4.40", "desk")}  # fmt: skip
AWAY = ("carol", "frank", "ivan", "judy")
GIB = 1 << 30
#: Seconds of a busy morning, and those in which nobody says anything.
MORNING, LULL = 600, 100


class Picture(WindowCase):
    """A morning at a server."""

    def draw(self, file: Path, choice: Choice) -> bool:
        """Let it happen, and look."""
        self.dress.choose(choice)
        self.stage.server.room = lambda: {
            "disk.free": 79 * GIB, "disk.total": 120 * GIB, "database.bytes": int(2.1 * GIB),
        }  # fmt: skip
        people = {name: self.come(name, *where) for name, where in HERE.items()}
        for name in AWAY:
            self.come(name, "10.0.4.99", "desk").leave()
        window = self.window()
        self.talk(people)
        self.arrive()
        self.type_line(window, "/suspend judy :until we have talked")
        window.line.forget()
        people["bob"].say("SEND alice,grace ref=d9 :Port 7 is up. It was the cable.")
        for person in people.values():
            person.heard()
        self.wait(2.5)
        return self.look(window, file)

    def come(self, name: str, host: str, device: str) -> Actor:
        """Have somebody come from their own machine."""
        person = self.stage.newcomer(host)
        person.say(f"REGISTER {name} :{PASSWORD}")
        person.say(f"LOGIN {name} device={device} :{PASSWORD}")
        return person

    def talk(self, people: dict[str, Actor]) -> None:
        """Let them talk for ten minutes, more at some times than at others."""
        chance = random.Random(7)
        for second in range(0, MORNING, 2):
            busy = 1 + (second % LULL) / LULL
            for _ in range(chance.choice((0, 0, 1, 1, 2, round(3 * busy)))):
                to = chance.choice(("alice", "bob", "erin,grace", "dave", "ivan", "carol,frank"))
                speaker = chance.choice(sorted(people))
                if speaker != to:
                    people[speaker].say(f"SEND {to} :{'x' * chance.randrange(4, 60)}", wait=0.02)
            if second % 50 == 48:
                self.come_or_go(chance.choice(AWAY))
            for person in (*people.values(), *self.stage.actors.values()):
                person.heard()
            self.wait(2)

    def come_or_go(self, name: str) -> None:
        """Have somebody come back, or leave."""
        if name in self.stage.actors:
            self.stage.actors.pop(name).leave()
        else:
            self.stage.actors[name] = self.come(name, "10.0.4.99", "desk")

    def arrive(self) -> None:
        """Have somebody register, and somebody try to speak too early."""
        kim, stranger = self.stage.newcomer("10.0.4.52"), self.stage.newcomer("10.0.4.77")
        kim.say(f"REGISTER kim :{PASSWORD}")
        stranger.say("SEND bob :too early")
        self.wait(1)

    def look(self, window: MainWindow, file: Path) -> bool:
        """Choose somebody, begin a line, and take the picture."""
        for person in self.stage.actors.values():
            person.heard()
        window.people.choose("erin")
        window.line.field.setText("/all The lab closes at six")
        self.wait(0.5)
        return bool(window.grab().save(str(file)))

    def runTest(self) -> None:
        """Draw what the command line asks for."""
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
        choice = Choice(sys.argv[2]) if len(sys.argv) > 2 else Choice.LIGHT
        if not self.draw(file, choice):
            raise OSError(f"{file} cannot be written")


if __name__ == "__main__":
    Picture().debug()  # type: ignore[no-untyped-call]
