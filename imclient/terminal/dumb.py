"""The same talk on a terminal that only prints: no colours, no status line, and whole lines of what is typed.

A prompt that is drawn cannot be had there, and what stands in for it shows the password that is typed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from imclient.core.utf8 import NotUtf8

from .entrance import Gone
from .harmless import harmless
from .paper import Line, plainly
from .script import Lines


def is_dumb() -> bool:
    """Tell whether the terminal can do no more than print one line after the other."""
    return os.environ.get("TERM", "").lower() in ("dumb", "unknown")


class PlainAsker:
    """Asks its questions one line at a time."""

    patient = True

    def __init__(self, reactor: Any) -> None:
        self.lines = Lines(reactor)
        self._closed = False

    async def ask(self, question: str, *, secret: bool = False, given: str = "") -> str:
        """Ask one; Return alone takes what is given."""
        shown = f"{question} [{given}]: " if given else f"{question}: "
        return await self.read(lambda: shown, secret=secret) or given

    async def read(self, shown: Callable[[], str], *, secret: bool) -> str:
        """Have a line typed behind what is shown; raises `Gone` when there are no more."""
        while not self._closed:
            try:
                line = await self._line(shown(), secret=secret)
            except NotUtf8 as wrong:
                self.tell(str(wrong))
                continue
            if line is None:
                break
            return line
        raise Gone()

    async def _line(self, shown: str, *, secret: bool) -> str | None:
        show(shown)
        if secret:
            _echo(False)
        try:
            return await self.lines.next()
        finally:
            if secret:
                _echo(True)
                show("\n")

    def close(self) -> None:
        """Ask no more."""
        self._closed = True
        self.lines.end()

    def tell(self, sentence: str) -> None:
        """Tell something."""
        show(f"{harmless(sentence)}\n")


class PlainPrompt:
    """The lines that the user types, one after the other, until `close`."""

    def __init__(
        self,
        asker: PlainAsker,
        question: Callable[[], str],
        entered: Callable[[str], object],
        secret: Callable[[], bool],
    ) -> None:
        self._asker, self._question, self._entered, self._secret = asker, question, entered, secret
        self._left = False
        self._write = plainly(sys.stdout)

    async def run(self) -> str:
        """Let the user type until it is closed; raises `Gone` when they end it."""
        while not self._left:
            try:
                line = await self._asker.read(self._shown, secret=self._secret())
            except Gone:
                if self._left:
                    break
                raise
            self._entered(line)
        return ""

    def close(self) -> None:
        """Ask no more."""
        self._left = True
        self._asker.close()

    def refresh(self) -> None:
        """Show nothing anew: what is printed stays."""

    def write(self, lines: list[Line]) -> None:
        """Write lines, and the question again below them."""
        show("\r")
        self._write(lines)
        if not self._left:
            show(self._shown())

    def _shown(self) -> str:
        return harmless(self._question())


def show(words: str) -> None:
    """Print something, whatever comes behind it."""
    sys.stdout.write(words)
    sys.stdout.flush()


def _echo(shown: bool) -> None:
    """Have the terminal show what is typed, or not."""
    try:
        import termios  # noqa: PLC0415  (not every system has it)
    except ImportError:
        return  # a system without terminals that only print
    try:
        modes = termios.tcgetattr(sys.stdin.fileno())
        modes[3] = modes[3] | termios.ECHO if shown else modes[3] & ~termios.ECHO
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, modes)
    except termios.error:
        pass  # no terminal after all
