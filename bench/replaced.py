"""Something else in the place of an attribute for a while: how a defect is planted in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def replaced(owner: object, name: str, by: object) -> Iterator[None]:
    """Put something in the place of what is there; fails if nothing is, so that no defect goes stale."""
    whole = getattr(owner, name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        setattr(owner, name, whole)
