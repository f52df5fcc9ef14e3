"""How somebody likes this window, from one start to the next: its place, its parts, its look."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from PyQt5.QtCore import QByteArray

from .main_window import MainWindow

FILE = "window.json"


@dataclass(slots=True)
class Remembered:
    """What is in the file; of what is not as it should be, the usual."""

    theme: str = "system"  #: light, dark or system
    scale: float = 1.0  #: how much larger the type is
    place: str = ""  #: where the window stood, as Qt writes it
    sides: str = ""  #: the people and the wire beside the figures
    split: str = ""  #: the people over the wire
    device: str = ""  #: the word by which servers elsewhere know this window
    language: str = ""  #: its code; none: as the system speaks

    @classmethod
    def read(cls, folder: Path) -> Remembered:
        """Read it, as far as it can be."""
        try:
            found = json.loads((folder / FILE).read_text("utf-8"))
        except (OSError, ValueError):
            found = None
        given, usual = found if isinstance(found, dict) else {}, asdict(cls())
        right = {key: given[key] for key, value in usual.items() if type(given.get(key)) is type(value)}
        return cls(**{**usual, **right})

    def write(self, folder: Path) -> None:
        """Keep it; where it cannot be kept, the next window is as usual."""
        written = folder / f"{FILE}.part"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            written.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")
            written.replace(folder / FILE)
        except OSError:
            return

    def named(self) -> str:
        """Give the word this window goes by: of two with one word, one would end the other."""
        self.device = self.device or f"window-{secrets.token_hex(4)}"
        return self.device

    # --- the window itself ---

    def place_again(self, window: MainWindow) -> None:
        """Let a window stand where one stood; Qt sees to it that it is on a screen of today."""
        window.drawn = bool(self.sides)
        if not self.place or not window.restoreGeometry(_read(self.place)):
            window.resize(window.sizeHint())
        for name, part in window.parts.items():
            part.restoreState(_read(getattr(self, name)))

    def take_place(self, window: MainWindow) -> None:
        """Note where it stands."""
        self.place = _written(window.saveGeometry())
        for name, part in window.parts.items():
            if name != "sides" or window.drawn:
                setattr(self, name, _written(part.saveState()))


def _written(state: QByteArray) -> str:
    return bytes(state.toBase64()).decode()


def _read(written: str) -> QByteArray:
    return QByteArray.fromBase64(written.encode("ascii", "replace"))
