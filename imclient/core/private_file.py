"""A file for its owner's eyes alone, which is always whole: what was there, or what was put in its place."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, text: str, *, on_disk: bool = True) -> None:
    """Put a text in the place of what is there, once it is on disk; it blocks.

    A computer that is switched off meanwhile has the old one; if it need not be ``on_disk``, perhaps none.
    """
    new = path.with_name(f"{path.name}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        if on_disk:
            file.flush()
            os.fsync(file.fileno())
    new.replace(path)
