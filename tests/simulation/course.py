"""What happened in a life, in figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass
class Course:
    """What happened in a life, or in many."""

    lives: int = 0
    acts: int = 0
    entries: int = 0
    devices: int = 0
    sessions: int = 0
    told: int = 0
    breaks: int = 0
    device_crashes: int = 0
    server_crashes: int = 0
    server_stops: int = 0
    outcomes_unknown: int = 0
    full_transports: int = 0
    reads: int = 0
    gaps: int = 0
    let_go: int = 0
    receipts: int = 0
    shown: int = 0

    def add(self, other: Course) -> None:
        """Take another one into this."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)
