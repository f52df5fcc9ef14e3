"""The three states of a session, and nothing else; what moves between them, the commands tell."""

from __future__ import annotations

import enum


class State(enum.Enum):
    """How far a session has come."""

    UNREGISTERED = "unregistered"
    REGISTERED = "registered"
    LOGGED_IN = "logged-in"

    @property
    def meaning(self) -> str:
        """What the state says of the client, in one line."""
        return _MEANINGS[self]


_MEANINGS = {
    State.UNREGISTERED: "the server does not know who this is",
    State.REGISTERED: "the name is an account's, and nobody has proved that it is theirs",
    State.LOGGED_IN: "the session speaks for an account whose password was proved",
}
