"""Whom a message is for: one, several or everyone.  The three send modes are this one idea."""

from __future__ import annotations

from dataclasses import dataclass

#: How everyone is written on the line.
EVERYONE_SIGN = "*"


@dataclass(frozen=True, slots=True, order=True)
class Audience:
    """A set of names, or everyone; written sorted and joined by commas, or ``*``."""

    names: tuple[str, ...] = ()  #: sorted, each once; empty: everyone

    @classmethod
    def of(cls, *names: str) -> Audience:
        """Name an audience of one or several; nobody is not everyone."""
        if not names:
            raise ValueError("an audience has at least one name; everyone is EVERYONE")
        return cls(tuple(sorted(set(names))))

    @property
    def everyone(self) -> bool:
        """Whether it is everyone."""
        return not self.names

    def without(self, speaker: str) -> Audience:
        """Leave the speaker out; alone it stays, a note to oneself (language, R19 and R33)."""
        others = tuple(name for name in self.names if name != speaker)
        return Audience(others) if others else self

    def conversation(self, sender: str, reader: str) -> Audience:
        """Name a message's conversation as its reader sees it: everyone in it but the reader."""
        return self if self.everyone else Audience.of(*self.names, sender).without(reader)

    def __str__(self) -> str:
        """Write it as it stands on the line."""
        return ",".join(self.names) if self.names else EVERYONE_SIGN


EVERYONE = Audience()
