"""A terminal to type at and to read from: a tmux of the test's own, without anybody's settings."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .patience import LONG, eventually


def there() -> bool:
    """Tell whether there is a tmux."""
    return shutil.which("tmux") is not None


class Terminal:
    """A screen with one program on it; ``socket`` is the file by which this tmux is known."""

    def __init__(
        self, socket: Path, command: str, environment: Mapping[str, str], size: tuple[int, int] = (90, 24)
    ) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        variables = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        width, height = size
        self._do(
            "new-session",
            "-d",
            "-x",
            str(width),
            "-y",
            str(height),
            *variables,
            f"{command}; echo '[status '$?']'; exec sleep 600",
        )
        self._do("set-option", "-g", "history-limit", "20000")

    def end(self) -> None:
        """End it, and what runs in it."""
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True, timeout=LONG)

    # What a person does

    def type_in(self, text: str) -> None:
        """Type a text."""
        self._do("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: Enter, M-Enter, Tab, Up, C-c."""
        self._do("send-keys", *keys)

    def say(self, line: str) -> None:
        """Type a line and press Return."""
        self.type_in(line)
        self.press("Enter")

    def paste(self, text: str) -> None:
        """Paste a text as a terminal does that marks what is pasted."""
        self._do("set-buffer", text)
        self._do("paste-buffer", "-p")

    def paste_bytes(self, raw: bytes) -> None:
        """Paste what a terminal of another encoding would send, byte for byte."""
        subprocess.run([*self._tmux, "load-buffer", "-"], input=raw, check=True, timeout=LONG)
        self._do("paste-buffer", "-p")

    def resize(self, width: int, height: int) -> None:
        """Change the size of the window."""
        self._do("resize-window", "-x", str(width), "-y", str(height))

    # What a person sees

    def screen(self) -> str:
        """Give what is on the screen."""
        return self._do("capture-pane", "-p")

    def everything(self) -> str:
        """Give what can be scrolled back to, too; lines that were wrapped are joined."""
        return self._do("capture-pane", "-p", "-J", "-S", "-")

    def sees(self, *words: str, within: float = LONG) -> str:
        """Wait until all these stand on the screen."""
        return eventually(self.screen, lambda screen: all(word in screen for word in words), within=within)

    def has_seen(self, *words: str, within: float = LONG) -> str:
        """Wait until all these were written, perhaps scrolled away since."""
        return eventually(self.everything, lambda text: all(word in text for word in words), within=within)

    def does_not_see(self, *words: str) -> str:
        """Wait until none of these stands on the screen."""
        return eventually(self.screen, lambda screen: not any(word in screen for word in words))

    @property
    def status(self) -> str:
        """The exit status of the program that has ended; empty while it runs."""
        # The shell says it: tmux itself may know that a program has ended long before it knows how.
        said = re.search(r"^\[status (\d+)\]$", self.everything(), re.MULTILINE)
        return said[1] if said is not None else ""

    def _do(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], check=True, capture_output=True, timeout=LONG)
        return done.stdout.decode("utf-8", "replace")
