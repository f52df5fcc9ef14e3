"""How a sentence for people is said: as it stands here, in English, unless somebody says it otherwise."""

from __future__ import annotations

from typing import Protocol


class Say(Protocol):
    """Says a sentence, the places in it filled in; a client does it in its user's language."""

    def __call__(self, text: str, /, **parts: object) -> str:
        """Say it."""


def in_english(text: str, /, **parts: object) -> str:
    """Say it as it stands here."""
    return text.format(**parts) if parts else text
