"""A real server with people in it, on a folder of its own, for as long as it is looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .altered_server import launcher
from .people import settle
from .running import TWISTD, Running


@contextmanager
def house(
    names: Sequence[str],
    fill: Callable[[Path], object] = lambda folder: None,
    *,
    plant: str | None = None,
    more: Sequence[str] = (),
    **settled: Any,
) -> Iterator[Running]:
    """Have a server there that takes connections: with a defect, if one is named, and further words.

    ``fill`` is given the folder while nobody serves; what is ``settled`` is said of the people.
    """
    with tempfile.TemporaryDirectory(prefix="imserver-bench-") as place:
        running = Running(Path(place) / "data")
        running.more = list(more)
        settle(running.folder, names, **settled)
        fill(running.folder)
        try:
            running.begin(launcher(plant, None) if plant else TWISTD)
            running.wait_until_open()
            yield running
        finally:
            running.kill()  # nobody needs what it has
