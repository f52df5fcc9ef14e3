"""What could not be printed, where programs end."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TextIO


def forget(file: TextIO) -> None:
    """Let Python not try at its end what could not be written: it would fail with a status of its own."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
