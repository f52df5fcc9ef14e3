"""Tokens in the system's keyring, where there is one that answers; else in the file of the user's own.

A keyring may ask its user for leave, and wait for ever: it is asked on a thread of its own, with a deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from .passwords import PATIENCE, SERVICE
from .running import Run
from .tokens import Tokens

T = TypeVar("T")


class Ring(Protocol):
    """What of the library ``keyring`` is used."""

    def get_password(self, service: str, username: str) -> str | None: ...  # noqa: D102
    def set_password(self, service: str, username: str, password: str) -> None: ...  # noqa: D102
    def delete_password(self, service: str, username: str) -> None: ...  # noqa: D102


def installed() -> Callable[[], Ring] | None:
    """Give how the library is had, if it is installed; importing it looks for keyrings, so not before."""
    if find_spec("keyring") is None:
        return None

    def fetch() -> Any:
        import keyring  # noqa: PLC0415  (an extra, and slow)

        return keyring

    return fetch


class KeyringTokens:
    """Tokens in a keyring; whatever is wrong with it, the file holds them."""

    def __init__(self, clock: IReactorTime, run: Run, ring: Callable[[], Ring], file: Tokens) -> None:
        self._clock, self._run, self._ring, self._file = clock, run, ring, file

    def find(self, place: str, name: str) -> Deferred[str | None]:
        """Give the token of a name at a server."""
        found = self._ask(lambda ring: ring.get_password(SERVICE, _key(place, name)))
        return found.addErrback(lambda _: None).addCallback(
            lambda token: succeed(token) if token is not None else self._file.find(place, name)
        )

    def keep(self, place: str, name: str, token: str | None) -> Deferred[None]:
        """Have it in the keyring, or else in the file; in one of them only."""
        key = _key(place, name)
        if token is None:
            forgotten = self._ask(lambda ring: ring.delete_password(SERVICE, key))
            return forgotten.addBoth(lambda _: self._file.keep(place, name, None))
        kept = self._ask(lambda ring: ring.set_password(SERVICE, key, token))

        def not_kept(_: Failure) -> Deferred[None]:
            return self._file.keep(place, name, token)

        return kept.addCallbacks(lambda _: self._file.keep(place, name, None), not_kept)

    def _ask(self, act: Callable[[Ring], T]) -> Deferred[T]:
        return self._run(lambda: act(self._ring())).addTimeout(PATIENCE, self._clock)


def _key(place: str, name: str) -> str:
    return f"token {name}@{place}"
