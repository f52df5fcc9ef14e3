"""The screen that the windows are on: a window manager, the keyboard, and a look at it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from PyQt5.QtGui import QImage

#: Where the pictures of the last run are.
PICTURES = Path(__file__).parents[2] / "build" / "end-to-end"


def there() -> bool:
    """Tell whether there is a screen."""
    return bool(os.environ.get("DISPLAY"))


def is_managed() -> bool:
    """Tell whether a window manager has the screen: a window that comes before it is given no keyboard."""
    asked = ["xdotool", "get_num_desktops"]
    return subprocess.run(asked, capture_output=True, check=False, timeout=20).returncode == 0


def press(*keys: str) -> None:
    """Press keys of the screen's keyboard, one after the other."""
    subprocess.run(["xdotool", "key", "--delay", "20", *keys], check=True, timeout=20)


def type_in(text: str) -> None:
    """Type on the screen's keyboard."""
    subprocess.run(["xdotool", "type", "--delay", "10", text], check=True, timeout=20)


def active_window() -> str:
    """Give the title of the window the keyboard is on."""
    asked = ["xdotool", "getactivewindow", "getwindowname"]
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=20).stdout.strip()


def picture(name: str) -> Path:
    """Take a picture of the whole screen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True, timeout=20)
    return path


def colours(path: Path) -> int:
    """Count the colours of a picture, as far as they stand on a grid of 6 pixels."""
    image = QImage(str(path))
    assert not image.isNull(), f"{path} is no picture"
    places = ((x, y) for x in range(0, image.width(), 6) for y in range(0, image.height(), 6))
    return len({image.pixel(x, y) for x, y in places})
