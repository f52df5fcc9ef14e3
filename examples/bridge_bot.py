"""A bridge from a shell command: each line that it prints is said to somebody.

    BRIDGE_TO=ana,bo BRIDGE_COMMAND='tail -n0 -F /var/log/syslog' python examples/bridge_bot.py

Ask it ``status`` and it says whether the command runs.  It says no more than a line a second: what comes
faster is joined.
"""

import os
import shlex
from collections import deque

from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from imclient.bot import Bot, Message

bot = Bot("bridge")
TO = os.environ.get("BRIDGE_TO", "")
COMMAND = os.environ.get("BRIDGE_COMMAND", "")
#: Bytes of one message, at most; the language allows 4096, with every line break counted as two.
MOST = 3000


class Bridge(ProcessProtocol):
    """The command, and the lines it has printed and that were not yet said."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque()
        self.status = "It runs."
        self._rest = b""
        self._busy = False

    def outReceived(self, data: bytes) -> None:
        """Take what it prints."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.lines.extend(line.decode("utf-8", "replace")[:MOST] for line in lines)
        self.go_on()

    errReceived = outReceived

    def processEnded(self, reason: Failure) -> None:
        """Say that it has ended."""
        self.status = f"It has ended: {reason.getErrorMessage()}"
        self.lines.append(self.status)
        self.go_on()

    def go_on(self) -> None:
        """Begin to say what waits, unless that is under way."""
        if self.lines and not self._busy:
            self._busy = True
            bot.do(self._say)

    async def _say(self) -> None:
        while self.lines:
            text = self.lines.popleft()
            while self.lines and len(f"{text}{self.lines[0]}".encode()) < MOST:
                text += f"\n{self.lines.popleft()}"
            if text.strip():
                await bot.say(TO, text)
            await bot.sleep(1)
        self._busy = False


bridge = Bridge()


@bot.on_ready
def start() -> None:
    """Start the command."""
    words = shlex.split(COMMAND)
    bot.reactor.spawnProcess(bridge, words[0], words, env=os.environ)


@bot.command
def status(message: Message) -> str:
    """Say whether the command runs."""
    return bridge.status


if __name__ == "__main__":
    bot.run()
