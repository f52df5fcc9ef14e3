"""Who there is, and how they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from improtocol.fields import Presence

from .signal import Signal

__all__ = ["Person", "Presence", "Roster"]

#: More people are passed over: what a server invents must not fill this computer's memory.
MOST_PEOPLE = 100_000


@dataclass(slots=True)
class Person:
    """A user as others see them."""

    name: str
    presence: Presence = Presence.OFFLINE
    text: str = ""  #: what they say of themselves
    since: float | None = None  #: when the presence was last seen to change, seconds since 1970


class Roster:
    """Everybody there is."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.added: Signal[Person] = Signal()
        self.changed: Signal[Person] = Signal()
        self.reset: Signal[()] = Signal()
        self.renamed: Signal[str, str] = Signal()  #: somebody who was known here is called otherwise
        self.me: str | None = None
        self.complete = False  #: everybody was told at least once, so a name not in it is nobody's
        self._now = now
        self._people: dict[str, Person] = {}
        self._told: set[str] = set()  # whose presence was told, and not only their name

    def people(self) -> list[Person]:
        """Give everybody but oneself, by name."""
        return sorted((p for p in self._people.values() if p.name != self.me), key=lambda p: p.name)

    def get(self, name: str) -> Person | None:
        """Give somebody, oneself too."""
        return self._people.get(name)

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Name those who are nobody, or are closed."""
        return tuple(name for name in names if name != self.me and not self._is_there(name))

    def _is_there(self, name: str) -> bool:
        person = self._people.get(name)
        return person is not None and person.presence is not Presence.CLOSED

    def restore(self, me: str | None, names: Iterable[str]) -> None:
        """Begin anew with the names that are known."""
        self.me = me
        self.complete = False
        self._told.clear()
        self._people = {name: Person(name) for name in names}
        self.reset.emit()

    def seen(self, name: str) -> bool:
        """Note that somebody exists; say whether that is news."""
        if name in self._people or len(self._people) >= MOST_PEOPLE:
            return False
        self._people[name] = person = Person(name)
        if name != self.me:
            self.added.emit(person)
        return True

    def rename(self, before: str, name: str) -> None:
        """Note that somebody is called otherwise; they stay who they are."""
        if self.me == before:
            self.me = name
        person = self._people.pop(before, None)
        if person is not None and name not in self._people:
            person.name = name
            self._people[name] = person
            if before in self._told:
                self._told.add(name)
        self._told.discard(before)
        self.reset.emit()
        if person is not None and name != self.me:
            self.renamed.emit(before, name)

    def told(self, name: str, presence: Presence, text: str) -> bool:
        """Note how somebody is; say whether they are new here."""
        if name in self._people:
            self._change(self._people[name], presence, text)
            return False
        if len(self._people) >= MOST_PEOPLE:
            return False
        self._told.add(name)
        self._people[name] = person = Person(name, presence, text)
        if name != self.me:
            self.added.emit(person)
        return True

    def _change(self, person: Person, presence: Presence, text: str) -> None:
        first = person.name not in self._told
        self._told.add(person.name)
        if (presence, text) == (person.presence, person.text):
            return
        # The first that is told of somebody is how they are, not that they have just become so.
        if presence is not person.presence and not first:
            person.since = self._now()
        person.presence, person.text = presence, text
        if person.name != self.me:
            self.changed.emit(person)
