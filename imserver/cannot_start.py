"""Why a server does not start."""

from __future__ import annotations


class CannotStart(SystemExit):
    """The server does not start; the sentence says why and what to do, and the exit status is 1."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"imserver: {sentence}")
