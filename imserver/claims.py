"""Names that are being taken: nobody gets what is somebody's, looks like it, or is about to be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from improtocol.errors import Busy, NameTaken

from .users import Users

#: Seconds until what looks like another name that is being stored may be asked for again.
COME_AGAIN = 1


class Claims:
    """Who asks for which name; what REGISTER and RENAME share."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._under_way: dict[str, str] = {}  # what a name looks like that is about to be on disk

    def judge(self, name: str, account: int | None = None) -> None:
        """Raise ``NameTaken`` for a name that another account has, or had, or that looks like one."""
        owner = self._users.ever(name)
        if owner is not None and owner.account.id != account:
            raise NameTaken(name)
        like = self._users.resembling(name)
        if like is not None and like.account.id != account:
            raise NameTaken(name, like.name)

    @contextmanager
    def claim(self, name: str, account: int | None = None) -> Iterator[None]:
        """Keep others from what looks like a name while it is stored; of the same name the writer judges."""
        self.judge(name, account)
        looks = self._users.skeleton(name)
        if self._under_way.setdefault(looks, name) != name:
            raise Busy(retry_after=COME_AGAIN)  # whether that one's name is taken is not known yet
        try:
            yield
        finally:
            self._under_way.pop(looks, None)
