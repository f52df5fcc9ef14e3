"""The place of a scripted hour: a server and three desks on one screen, and what they do in every part."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from imserver.storage.records import NAMELESS, Draft

from .desks import Desk, Screen, Stuck, eventually
from .hour_judge import EVERYONE, Judge
from .people import DATABASE, settle, unserved
from .running import Running

NAMES = ALICE, BOB, CAROL = "alice", "bob", "carol"
#: Bytes of the disk under Alice's messages.
DISK = 32 * 1024 * 1024
WIDTH, HEIGHT = 700, 860
#: Of what was said before, so much was read before on some other device, and so much goes to everyone.
READ_BEFORE, TO_EVERYONE = 0.3, 0.9
#: Seconds in which a window comes before the eyes, usually.
A_TURN = 5.0


@dataclass(frozen=True)
class Extent:
    """How long the hour is."""

    scrollback: int  #: messages to everyone that were said before
    talk: int  #: messages between two misfortunes
    kills: int  #: of a client that sends


class Office:
    """Alice, Bob and Carol at their desks, on a folder and a screen of their own."""

    def __init__(self, folder: Path, extent: Extent, seed: int, plant: str | None, screen: Screen) -> None:
        self.folder, self.extent, self.screen = folder, extent, screen
        self.random = random.Random(seed)
        self.server = Running(folder / "data")
        self.disk = folder / ALICE
        self.disk.mkdir()
        self.judge = Judge(folder / "data" / DATABASE, NAMES)
        self.facts: Counter[str] = Counter()  #: what came to pass, and how often
        self.seconds: dict[str, float] = {}  #: how long each part of the hour took
        self.pictures: Path | None = None  #: where pictures of the screen are kept
        self.desks = {
            name: Desk(
                name,
                folder / name,
                self.server.port,
                screen=screen,
                plant=plant,
                place=f"{place * WIDTH},0,{WIDTH - 6},{HEIGHT}",
            )
            for place, name in enumerate(NAMES)
        }

    # Its beginning and end

    def mount(self) -> None:
        """Put a small disk under Alice's messages."""
        words = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "none", str(self.disk)]
        subprocess.run(words, check=True, capture_output=True)

    def end(self) -> None:
        """Send everybody away."""
        for desk in self.desks.values():
            desk.kill()
        self.server.kill()
        subprocess.run(["umount", "-l", str(self.disk)], check=False, capture_output=True)

    def picture(self, name: str) -> None:
        """Keep a picture, if they are wanted."""
        if self.pictures is not None:
            self.screen.picture(self.pictures / f"{name}.png")

    def say_before(self) -> None:
        """Fill the log while nobody serves: most was read before elsewhere, the rest waits."""
        settle(self.server.folder, NAMES)
        count = round(self.extent.scrollback / TO_EVERYONE)
        with unserved(self.server.folder) as (database, done):
            for number in range(count):
                sender = number % len(NAMES)
                talks = self.judge.circles(NAMES[sender])
                to = EVERYONE if self.random.random() < TO_EVERYONE else self.random.choice(talks[1:])
                named = frozenset(NAMES.index(name) + 1 for name in to.split(",") if name in NAMES)
                text = f"before {number}, said by {NAMES[sender]}" + " and so on" * self.random.randrange(12)
                database.append(Draft(sender + 1, NAMES[sender], named, to, text, f"b{number}"))
                self.judge.say(NAMES[sender], to, text)
                if number == round(count * READ_BEFORE):
                    done()
                    for account in range(1, len(NAMES) + 1):
                        database.arrive(account, NAMELESS, 1)
                        database.hold(account, NAMELESS, number)
        self.facts["said_before"] = count

    def come_in(self) -> None:
        """Begin: the server first, then all three."""
        self.begin_server()
        for desk in self.desks.values():
            desk.begin_start()
        for desk in self.desks.values():
            desk.take_hold()
            desk.turn_to()
            desk.come_in()
        self.calm()

    # What they do

    def talk(self) -> None:
        """Talk for a while."""
        for _ in range(self.extent.talk):
            self.say(self.random.choice(NAMES))

    def say(self, name: str, about: str = "", to: str = "") -> None:
        """Let somebody say something, in any of the three modes."""
        desk, to = self.desks[name], to or self.random.choice(self.judge.circles(name))
        self.facts["said"] += 1
        text = f"{about or 'talk'} {self.facts['said']} by {name}"
        by_keyboard = to in NAMES and self.random.random() < 0.15
        if by_keyboard or self.random.random() < 0.4:
            try:
                desk.turn_to(A_TURN)
            except Stuck:  # the screen gave the keyboard to another window: the mouse finds this one
                by_keyboard = False
        (desk.say_by_keyboard if by_keyboard else desk.say)(to, text)
        self.facts["to_everyone" if to == EVERYONE else "to_several" if "," in to else "to_one"] += 1
        self.facts["by_the_screens_keyboard"] += by_keyboard
        self.judge.say(name, to, text)

    def calm(self, *names: str) -> None:
        """Wait until everybody is connected, has been told everything, and nothing waits."""
        for name in names or NAMES:
            desk = self.desks[name]
            eventually(partial(desk.do, "how"), partial(self._is_calm, name), what=f"{name} is calm")

    def _is_calm(self, name: str, how: dict[str, Any]) -> bool:
        """Whether nothing is on its way; one's own messages are not told (R22)."""
        if how["link"] == "waiting":
            self.desks[name].do("wake")  # nothing here waits for the clock
        quiet = how["link"] == "online" and not how["waiting"] and not how["backlog"]
        theirs = (entry.number for entry in self.judge.log() if entry.is_for(name) and entry.sender != name)
        return quiet and how["position"] >= max(theirs)

    def begin_server(self, words: list[str] | None = None) -> None:
        """Start the server, as it is or altered."""
        self.server.begin(words) if words else self.server.begin()
        self.server.wait_until_open()

    def again(self, name: str) -> None:
        """Start somebody's client again."""
        desk = self.desks[name]
        desk.start()
        desk.turn_to()
        desk.come_in()

    def file(self, name: str) -> Path:
        """Give where somebody's client keeps its messages."""
        return next((self.folder / name).glob(f"imclient/profiles/default/accounts/*/{name}@*.db"))
