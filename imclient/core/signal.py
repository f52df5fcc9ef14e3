"""Signals: whoever is connected is called, at once and on the same thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVarTuple

from twisted.logger import Logger

Ts = TypeVarTuple("Ts")


class Signal(Generic[*Ts]):
    """News of one kind, and who wants to hear it."""

    _log = Logger()

    def __init__(self) -> None:
        self._slots: list[Callable[[*Ts], object]] = []

    def connect(self, slot: Callable[[*Ts], object]) -> None:
        """Call it with every piece of news from now on."""
        self._slots.append(slot)

    def disconnect(self, slot: Callable[[*Ts], object]) -> None:
        """Call it no more; who was not connected is passed over."""
        if slot in self._slots:
            self._slots.remove(slot)

    def emit(self, *news: *Ts) -> None:
        """Tell everybody who is connected; who stumbles is logged and stops nobody else."""
        for slot in tuple(self._slots):
            try:
                slot(*news)
            except Exception:
                self._log.failure("A slot stumbled: {slot!r}", slot=slot)
