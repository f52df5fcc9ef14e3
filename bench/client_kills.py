"""Promise A7 for bot, terminal and desktop: handing a message over does not consume it.

``python -m bench.client_kills bot|terminal|desktop [--kills 500] [--seed 1] [--plant DEFECT]`` has somebody
talk to a real client over a real server, kills the client with SIGKILL after a random moment again and again,
and starts it again.  In the end what it holds is compared with the log: of the bot, that every message
was handled at least once and answered exactly once; of terminal and desktop, that the file holds every
message as it was said, and that each came to the terminal's screen, or stands in the desktop's conversations.
"""

from __future__ import annotations

import argparse
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import people
from .altered_client import PLANTS
from .evidence import ROOT, Progress, circumstances, held, write_evidence
from .ledger import read_log
from .running import HERE, Running
from .victims import TALKER, VICTIM, Bot, Desktop, Terminal

#: Seconds that a client lives, at most; the terminal needs most of one until it is in.
LONGEST = {"bot": 0.9, "terminal": 1.4, "desktop": 2.0}
#: Seconds between two messages.
PACE = 0.012
#: Seconds that a client lives at most once it is at work, where that is waited for.
AT_WORK = 0.3
#: Seconds without any progress after which a client will not catch up any more.
PATIENCE = 8.0
#: A planted defect must be found in so many kills, of clients that had time to come in.
PLANTED_KILLS = 4
#: One that is only a moment wide is hit by chance: so often it is tried.
PLANTED_TRIES = 8


class Talker:
    """Somebody who says a line now and then, whatever comes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HERE, port))
        self._socket.sendall(f"LOGIN {TALKER} :{people.PASSWORD}\n".encode())
        self._going = True
        self.said = 0
        self._threads = [threading.Thread(target=act, daemon=True) for act in (self._talk, self._hear)]
        for thread in self._threads:
            thread.start()

    def _talk(self) -> None:
        while self._going:
            self.said += 1
            everyone = self.said % 7 == 0
            self._socket.sendall(
                f"SEND {'*' if everyone else VICTIM} ref=t{self.said} :m{self.said};\n".encode()
            )
            time.sleep(PACE)

    def _hear(self) -> None:
        with suppress(OSError):
            while self._socket.recv(65536):
                pass

    def stop(self) -> None:
        """Say no more."""
        self._going = False
        self._threads[0].join()
        self._socket.sendall(b"QUIT\n")
        self._threads[1].join(10)
        self._socket.close()


def killed(who: str, kills: int, seed: int, plant: str | None = None) -> dict[str, int]:
    """Kill one again and again, and judge it."""
    chance, shown = random.Random(seed), Progress()
    with tempfile.TemporaryDirectory(prefix="imclient-proof-") as name:
        folder = Path(name)
        people.settle(folder / "data", [VICTIM, TALKER])
        server = Running(folder / "data")
        server.begin()
        server.wait_until_open()
        client: Any = {"bot": Bot, "terminal": Terminal, "desktop": Desktop}[who](folder, server.port, plant)
        talker = Talker(server.port)
        try:
            for number in range(kills):
                # In every other round it has come in and is at work: on a busy machine that takes a while.
                if plant or number % 2:
                    _at_work(client, chance.uniform(0, AT_WORK))
                else:
                    _once(client, chance.uniform(0, LONGEST[who]))
                shown.show(f"A7, {who}: {number + 1} kills, {talker.said} messages")
            talker.stop()
            facts = {"kills": kills, **_in_the_end(client, folder / "data" / people.DATABASE)}
            if bad(facts) and plant is None:
                shutil.copytree(folder, ROOT / "build" / f"A7-{who}-{seed}", dirs_exist_ok=True)
            return facts
        finally:
            with suppress(OSError, AssertionError):
                client.kill()
            server.kill()


def _at_work(client: Any, seconds: float) -> None:
    """Let it come in and begin to work, and live for a moment then."""
    before, began = client.stirs(), time.monotonic()
    client.start()
    while client.stirs() == before and time.monotonic() < began + PATIENCE:
        time.sleep(0.01)
    _live(client, seconds)


def _once(client: Any, seconds: float) -> None:
    """Let it live for a moment."""
    client.start()
    _live(client, seconds)


def _live(client: Any, seconds: float) -> None:
    """Let it go on, its user at the keys where it has some, and kill it."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.05))
        if isinstance(client, Terminal):
            client.touch()
    client.kill()


def _in_the_end(client: Any, database: Path) -> dict[str, int]:
    """Let it catch up, and judge it."""
    client.start()
    newest, since = -1, time.monotonic()
    while time.monotonic() < since + PATIENCE:
        entries = [entry for entry in read_log(database, 0)[1] if entry.kind == "message"]
        if client.has_all(entries):
            break
        if (come := client.come(entries)) != newest:
            newest, since = come, time.monotonic()
        time.sleep(0.2)
    time.sleep(1.5)  # for the screen; and for an answer that is one too many
    client.kill()
    entries = [entry for entry in read_log(database, 0)[1] if entry.kind == "message"]
    return client.judge(entries)  # type: ignore[no-any-return]


def bad(facts: dict[str, int]) -> bool:
    """Whether anything was found that may not be."""
    kinds = ("lost", "not_answered", "doubled", "changed", "not_shown")
    return any(facts.get(kind) for kind in kinds)


def prove(who: str, kills: int, seed: int, *, evidence: bool) -> bool:
    """Kill it, then plant its defect, which must be found; say whether all that was so."""
    began, around, progress = time.monotonic(), circumstances(), Progress()
    facts = killed(who, kills, seed)
    took = time.monotonic() - began
    progress.end(f"A7, {who} killed: {facts}, {took:.0f} s")
    planted: dict[str, dict[str, int]] = {}
    for defect in (plant for plant in PLANTS if who in PLANTS[plant][0]):
        for again in range(PLANTED_TRIES):
            planted[defect] = killed(who, PLANTED_KILLS, seed + again, defect)
            if bad(planted[defect]):
                break
        progress.end(f"planted: {defect}: {planted[defect]}")
    if evidence:
        kept = {**facts, "seed": seed, "seconds": round(took), "planted": planted}
        write_evidence(f"A7-{who}", kept, around)
    return held([facts] if bad(facts) else [], {defect: bad(found) for defect, found in planted.items()})


def main() -> int:
    """Read the arguments; the exit status says whether the promise held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("who", choices=list(LONGEST))
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=PLANTS, help="this alone, in so many kills")
    parser.add_argument("--no-evidence", action="store_false", dest="evidence", help="write no file")
    asked = parser.parse_args()
    if asked.plant:
        facts = killed(asked.who, asked.kills, asked.seed, asked.plant)
        print(facts)
        return 1 if bad(facts) else 0
    return 0 if prove(asked.who, asked.kills, asked.seed, evidence=asked.evidence) else 1


if __name__ == "__main__":
    sys.exit(main())
