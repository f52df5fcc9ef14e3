"""What somebody proves a name with, and goes on proving it with after each break of the link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred, succeed

#: What HELLO's can= says of a server that gives tokens to come back with.
TOKEN = "token"
Keep = Callable[[str | None], Deferred[None]]


def _nowhere(token: str | None) -> Deferred[None]:
    return succeed(None)


@dataclass(eq=False)
class Proof:
    """The password, in memory alone, or the token this device was given; the token goes first.

    A new token is used only once it is kept: until then the one before holds (and a device that
    stops in between finds it), so that no crash of either side locks anybody out.
    """

    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    keep: Keep = _nowhere  #: has a token on disk; None is for forgetting it

    @property
    def is_kept(self) -> bool:
        """Whether there is, or was, anything on disk."""
        return self.keep is not _nowhere

    def took(self, token: str | None) -> Deferred[None]:
        """Take the token that came with an OK LOGIN, if one did."""
        if token is None:
            return succeed(None)

        def kept(_: None) -> None:
            self.token = token

        return self.keep(token).addCallback(kept)

    def move(self, keep: Keep) -> Deferred[None]:
        """Keep the token elsewhere from now on: under another name."""
        if self.keep is _nowhere:
            return succeed(None)
        before, self.keep = self.keep, keep
        return keep(self.token).addCallback(lambda _: before(None))

    def changed(self, password: str, token: str | None) -> None:
        """Take another password; the token there was is void, and gives way to the one that came with it."""
        self.password, self.token = password, None
        replaced = self.keep(None) if token is None else self.took(token)
        replaced.addErrback(lambda _: None)  # the password is in memory

    def forget(self) -> Deferred[None]:
        """Keep nothing that this device could come back with after its next start."""
        keep, self.keep = self.keep, _nowhere
        return keep(None)

    def refused(self) -> bool:
        """Forget a token that opens nothing any more, and say whether there is a password to try."""
        forgotten, self.token = self.token, None
        if forgotten is not None:
            self.keep(None).addErrback(lambda _: None)
        return forgotten is not None and self.password is not None
