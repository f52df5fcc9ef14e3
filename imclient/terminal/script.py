"""The client where nobody sits: lines in, lines out, and an exit status that says what came of it."""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Callable
from threading import Thread
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from imclient.core import unsaid, utf8
from imclient.core.client import Client, LinkState
from imclient.core.settings import Options
from imclient.core.statuses import Status
from imtongue import tr

from .entrance import Entrance, Gone, Password
from .harmless import harmless
from .paper import Line, Paper, plainly
from .reporter import Reporter
from .typist import Typist

#: Seconds in which what was said must have its answer once no more lines come.
PATIENCE = 30.0
_ESCAPE = re.compile(r"\\([n\\])")


class Lines:
    """The lines of standard input, read on a thread of their own: a file is no pipe, and neither waits."""

    patient = False

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._lines: deque[bytes] = deque()
        self._given = 0  # lines
        self._ended = False
        self._waiting: Deferred[None] | None = None
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        # Not through sys.stdin: its lock, held by a thread that waits, would break the end of the program.
        rest = b""
        while data := os.read(sys.stdin.fileno(), 65536):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._reactor.callFromThread(self._take, line)
        if rest:
            self._reactor.callFromThread(self._take, rest)
        self._reactor.callFromThread(self._take, None)

    def _take(self, line: bytes | None) -> None:
        if line is None:
            self._ended = True
        else:
            self._lines.append(line)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(None)

    async def next(self) -> str | None:
        """Give the next line; None when there are no more.  Raises `NotUtf8` for one that is none."""
        while not self._lines and not self._ended:
            self._waiting = Deferred()
            await self._waiting
        if not self._lines:
            return None
        self._given += 1
        return utf8.read(self._lines.popleft(), tr("Line {number}", number=self._given)).rstrip("\r")

    def end(self) -> None:
        """Give no more."""
        self._lines.clear()
        self._take(None)

    async def ask(self, question: str, *, secret: bool = False, given: str = "") -> str:
        """Take the next line for the answer to a question."""
        try:
            line = await self.next()
        except utf8.NotUtf8 as wrong:
            self.tell(str(wrong))
            raise Gone() from None
        if line is None:
            print(f"imclient: there is no line for the question: {question}.", file=sys.stderr)
            raise Gone()
        return line or given

    def tell(self, sentence: str) -> None:
        """Tell something."""
        print(f"imclient: {harmless(sentence)}", file=sys.stderr)


def _unescaped(line: str) -> str:
    """Read what a line cannot hold: a backslash and n is a line break, two of them are one."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else "\\", line)


class Script:
    """One start of the client without a terminal."""

    def __init__(self, reactor: Any, client: Client, options: Options, password: Password) -> None:
        self._reactor, self._client = reactor, client
        self._lines = Lines(reactor)
        self._entrance = Entrance(client, options, self._lines, password)
        self._paper = Paper(self._write, lambda act: reactor.callLater(0, act))
        self._print = plainly(sys.stdout)
        self._unwritten: OSError | None = None
        self._is_cut_off = False  # something could not be written
        self._lost = self._unreadable = self._logs_out = False

    async def run(self) -> int:
        """Come in, do what the lines say, leave; gives the exit status."""
        try:
            await self._entrance.enter()
        except Gone:
            return Status.USAGE
        status = await self._obey()
        self._client.link.changed.disconnect(self._on_link)
        if self._logs_out and (told := await self._client.log_out()):
            self._lines.tell(told)
            status = status or Status.FAILED
        await self._client.close()
        self._paper.flush()
        if self._is_cut_off:
            unsaid.forget(sys.stdout)
        if self._unwritten is not None and status == Status.DONE:
            self._lines.tell(f"What came could not be written: {self._unwritten.strerror}.")
            return Status.FAILED
        return status

    def _write(self, lines: list[Line]) -> None:
        """Write lines; what is said is said all the same where they cannot be written."""
        try:
            self._print(lines)
        except BrokenPipeError:
            self._is_cut_off = True  # whoever read has read enough
        except OSError as error:
            self._unwritten, self._is_cut_off = error, True

    def close(self) -> Deferred[None]:
        """Leave: the program is to end."""
        return self._client.close()

    async def _obey(self) -> int:
        reporter = Reporter(self._client, self._paper)
        typist = Typist(
            self._client, self._paper, reporter, self._lines.end, echo=False, ask_secret=self._ask_secret
        )
        self._client.link.changed.connect(self._on_link)
        self._client.conversations.changed.connect(lambda _: reporter.looked_at())
        reporter.begin()
        well = True
        await self._until(lambda: self._client.roster.complete)  # then names can be judged
        while (line := await self._next()) is not None:
            well &= await typist.typed(_unescaped(line))
            well &= await self._until(lambda: not self._client.outbox.waiting)
        reporter.end()
        self._logs_out = typist.logs_out
        if self._lost:
            return Status.LOST
        if self._unreadable:
            return Status.FAILED
        return Status.DONE if well and not reporter.refusals else Status.REFUSED

    async def _next(self) -> str | None:
        """Give the next line; none behind one that cannot be read, which may have said whom it is for."""
        try:
            return await self._lines.next()
        except utf8.NotUtf8 as wrong:
            self._lines.tell(f"{wrong} The lines behind it were not read.")
            self._unreadable = True
            return None

    async def _ask_secret(self, question: str) -> str:
        return await self._lines.ask(question, secret=True)

    def _on_link(self) -> None:
        """End when the link is gone: a script is told, and does not wait."""
        link = self._client.link
        if link.state not in (LinkState.ONLINE, LinkState.CONNECTING) and not self._lost:
            self._lost = True
            self._lines.tell(f"The connection was lost. {self._what_waits()}".strip())
            self._lines.end()

    def _what_waits(self) -> str:
        waiting = self._client.outbox.waiting
        return f"{waiting} messages wait, and are sent the next time." if waiting else ""

    async def _until(self, done: Callable[[], object]) -> bool:
        """Wait until something is so, but not for ever and not without a server; say whether it is."""
        deadline = self._reactor.seconds() + PATIENCE
        while not done() and not self._lost and self._reactor.seconds() < deadline:
            await deferLater(self._reactor, 0.02)
        return bool(done())
