"""What the measures of both windows share: figures beside their bounds, and an end at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import NoReturn

#: Name of a figure, what it may be at most, and its unit.
Bounds = Mapping[str, tuple[float, str]]


def told(found: Mapping[str, float], bounds: Bounds) -> Iterator[str]:
    """Write each figure beside its bound."""
    for name, (bound, unit) in bounds.items():
        if name in found:
            mark = "" if found[name] <= bound else "   PAST ITS BOUND"
            yield f"{name:14} {found[name]:9.1f} {unit:3} at most {bound:g}{mark}"


def fail(error: object) -> NoReturn:
    """End at once."""
    print(repr(error), file=sys.stderr, flush=True)
    os._exit(1)
