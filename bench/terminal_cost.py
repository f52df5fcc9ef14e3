"""What the terminal client and a bot cost: start to prompt, memory, messages answered a second.

``python -m bench.terminal_cost [--no-evidence]``: a real server without limits, and real processes.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import socket
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from .alone import alone
from .evidence import ROOT, write_evidence
from .house import house
from .people import PASSWORD
from .process import processor, resident
from .running import HERE
from .victims import TALKER, VICTIM

STARTS = 9
#: Messages that the bot answers, and that come to the terminal.
MESSAGES = 6_000
#: So many are on their way to the bot at once.
UNDER_WAY = 200

BOT = f"""
import sys
from imclient.bot import Bot, Message

bot = Bot({VICTIM!r}, port=int(sys.argv[1]))


@bot.on_message
def echo(message: Message) -> str:
    return message.text


bot.run(["--password-file", sys.argv[2], "127.0.0.1", sys.argv[1]])
"""


class Terminal:
    """A terminal client on a terminal of its own."""

    def __init__(self, folder: Path, port: int, *words: str) -> None:
        environment = {**os.environ, "XDG_DATA_HOME": str(folder), "PYTHONWARNINGS": "", "TERM": "xterm"}
        self._screen, end = pty.openpty()
        command = [sys.executable, "-m", "imclient", "--terminal", *words, HERE, str(port)]
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=end, stdout=end, stderr=end, env=environment, cwd=ROOT, process_group=0
        )
        os.close(end)
        self.read = b""

    def until(self, words: bytes, seconds: float = 60.0) -> float:
        """Read until it has written that; gives the seconds since it was started."""
        deadline = time.perf_counter() + seconds
        while words not in self.read:
            if not select.select([self._screen], [], [], max(0.0, deadline - time.perf_counter()))[0]:
                raise TimeoutError(f"{words!r} did not come: {self.read[-500:]!r}")
            data = os.read(self._screen, 65536)
            if b"\x1b[6n" in data:  # as a terminal does that is asked where its cursor is
                os.write(self._screen, b"\x1b[3;1R")
            self.read = (self.read + data)[-200_000:]
        return time.perf_counter() - self.began

    def end(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._screen)


def talker(port: int) -> socket.socket:
    """Come in as who talks."""
    made = socket.create_connection((HERE, port))
    made.sendall(f"LOGIN {TALKER} :{PASSWORD}\n".encode())
    return made


def start_to_prompt(folder: Path, port: int) -> dict[str, object]:
    """Start the terminal again and again: how soon it asks, and how soon one who is known is in."""
    asked, came_in = [], []
    for number in range(STARTS):
        asking = Terminal(folder / f"new-{number}", port)
        asked.append(asking.until(b"Name"))
        asking.end()
        entering = Terminal(folder, port, "--name", VICTIM, "--password-file", str(folder / "password"))
        came_in.append(entering.until(b"You are in"))
        entering.end()
    return {
        "start_to_prompt_s": round(statistics.median(asked), 3),
        "start_to_being_in_s": round(statistics.median(came_in), 3),
        "starts": STARTS,
    }


def memory(folder: Path, port: int) -> dict[str, object]:
    """Look at the terminal's memory when it is in, and when many messages have come."""
    client = Terminal(folder, port, "--name", VICTIM, "--password-file", str(folder / "password"))
    client.until(b"You are in")
    time.sleep(1)
    at_first = resident(client.process.pid) / 1e6
    said = talker(port)
    said.sendall(
        b"".join(b"SEND %s :line %d, as long as people write\n" % (VICTIM.encode(), n) for n in range(5000))
    )
    client.until(b"line 4999")
    then = resident(client.process.pid) / 1e6
    client.end()
    said.close()
    return {"terminal_memory_mb": round(at_first, 1), "after_5000_messages_mb": round(then, 1)}


def answers_a_second(folder: Path, port: int) -> dict[str, object]:
    """Have a bot answer as fast as it can: what an answer costs, and how many came a second."""
    program = folder / "echo.py"
    program.write_text(BOT)
    bot = subprocess.Popen(
        [sys.executable, str(program), str(port), str(folder / "password")],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}, process_group=0,
    )  # fmt: skip
    said = talker(port)
    try:
        _answered(said, 500)
        before, began = processor(bot.pid), time.perf_counter()
        _answered(said, MESSAGES)
        took, used = time.perf_counter() - began, processor(bot.pid) - before
        return {
            "answered": MESSAGES,
            "answers_a_second_beside_server_and_talker": round(MESSAGES / took),
            "processor_us_an_answer": round(used / MESSAGES * 1e6),
            "answers_a_second_on_one_core": round(MESSAGES / used),
            "bot_memory_mb": round(resident(bot.pid) / 1e6, 1),
        }
    finally:
        bot.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            bot.wait(10)
        said.close()


def _answered(said: socket.socket, count: int) -> None:
    """Say so much, and wait for the answers."""
    rest, asked, answers, told = b"", 0, 0, 0
    said.settimeout(60)
    while answers < count:
        while asked < count and asked - answers < UNDER_WAY:
            many = min(UNDER_WAY // 2, count - asked)
            said.sendall(f"SEND {VICTIM} :what one says to a bot\n".encode() * many)
            asked += many
        *lines, rest = (rest + said.recv(262144)).split(b"\n")
        for line in lines:
            if line.startswith(b"* MESSAGE"):
                answers += 1
                told = int(line.split(b" ", 3)[2])
        if told:
            said.sendall(b"ACK %d\n" % told)


def measure(*, evidence: bool) -> bool:
    """Measure everything, tell it and keep it."""
    facts: dict[str, object] = {}
    with house([VICTIM, TALKER]) as server:
        folder = server.folder.parent
        (folder / "password").write_text(f"{PASSWORD}\n")
        for measured in (start_to_prompt, memory, answers_a_second):
            found = measured(folder, server.port)
            facts |= found
            print(*(f"{what}: {figure}" for what, figure in found.items()), sep="\n", flush=True)
    if evidence:
        write_evidence("terminal-cost", facts)
    return True


if __name__ == "__main__":
    alone(measure, __doc__)
