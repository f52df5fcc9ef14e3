"""Everybody who has a name, and every connection that has none yet: who is here, from where, since when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from improtocol.fields import Standing
from improtocol.replies import AccountShown, SessionShown
from imtongue import phrase, tr

from .notes import Note


class Being(IntEnum):
    """How somebody is here, in the order in which they are listed."""

    LOGGED_IN = 0
    REGISTERED = 1
    UNREGISTERED = 2
    OFFLINE = 3
    SUSPENDED = 4
    CLOSED = 5

    @property
    def word(self) -> str:
        """Say it."""
        return tr(_WORDS[self])


_WORDS = {
    Being.LOGGED_IN: phrase("logged-in"),
    Being.REGISTERED: phrase("registered"),
    Being.UNREGISTERED: phrase("unregistered"),
    Being.OFFLINE: phrase("offline"),
    Being.SUSPENDED: phrase("suspended"),
    Being.CLOSED: phrase("closed"),
}
_OF_STANDING = {
    Standing.LOGGED_IN: Being.LOGGED_IN,
    Standing.REGISTERED: Being.REGISTERED,
    Standing.UNREGISTERED: Being.UNREGISTERED,
}


@dataclass(slots=True, eq=False)
class Link:
    """A connection."""

    number: int
    where: str
    since: float
    standing: Standing = Standing.UNREGISTERED
    user: str = ""  #: whom it speaks for, or whose name it took
    device: str = ""
    queue: int = 0
    said: str = ""
    looked: float = 0.0  #: when it was shown last


@dataclass(slots=True, eq=False)
class Person:
    """A line of the list: an account with its connections, or a connection that is nobody's."""

    name: str  #: empty: nobody's
    key: str
    links: list[Link] = field(default_factory=list)
    devices: int = 0
    waiting: int = 0
    seen: float | None = None
    rights: tuple[str, ...] = ()
    suspended: float | None = None
    closed: bool = False
    said: str = ""  #: the verb of the last line of all of them
    before: tuple[str, ...] = ()  #: the names they had
    looked: float = 0.0  #: when the account was shown last

    @property
    def being(self) -> Being:
        """How they are here: the best of their connections."""
        if self.closed:
            return Being.CLOSED
        if self.suspended is not None:
            return Being.SUSPENDED
        return min((_OF_STANDING[link.standing] for link in self.links), default=Being.OFFLINE)

    @property
    def connected(self) -> bool:
        """Whether somebody speaks for them now."""
        return any(link.standing is Standing.LOGGED_IN for link in self.links)

    @property
    def since(self) -> float | None:
        """When the oldest of their connections came; of the absent: when they were last here."""
        return min((link.since for link in self.links), default=self.seen)

    @property
    def queue(self) -> int:
        """How many bytes their readers have not taken."""
        return sum(link.queue for link in self.links)

    @property
    def administrator(self) -> bool:
        """Whether they may do what administrators do."""
        return "administrator" in self.rights


class People:
    """What is known of them, from what was shown and what is told; ``changed`` hears the keys."""

    def __init__(self, changed: Callable[[set[str]], None], now: Callable[[], float]) -> None:
        self._changed = changed
        self._now = now
        self.all: dict[str, Person] = {}
        self._links: dict[int, Link] = {}
        self._acts: dict[str, Callable[[Note], set[str]]] = {
            "came": self._on_came,
            "went": self._on_went,
            "registered": self._on_registered,
            "logged-in": self._on_logged_in,
            "logged-out": self._on_logged_out,
            "suspended": self._on_suspended,
            "restored": self._on_restored,
            "closed": self._on_closed,
            "renamed": self._on_renamed,
            "granted": self._on_granted,
            "revoked": self._on_revoked,
        }

    # --- what is counted ---

    @property
    def names(self) -> int:
        """How many people there are, those who closed their account left out."""
        return sum(1 for person in self.all.values() if person.name and not person.closed)

    @property
    def connected(self) -> int:
        """How many people are logged in."""
        return sum(1 for person in self.all.values() if person.connected)

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._links)

    @property
    def numbers(self) -> Collection[int]:
        """Give the numbers of the connections."""
        return self._links.keys()

    def backlog(self) -> tuple[int, int, str]:
        """Give how much waits, for how many of the absent, and for whom most."""
        waiting = [one for one in self.all.values() if one.waiting]
        most = max(waiting, key=lambda one: one.waiting, default=None)
        return sum(one.waiting for one in waiting), len(waiting), most.name if most else ""

    def get(self, name: str) -> Person | None:
        """Find somebody by a name, also one they had before."""
        found = self.all.get(name.lower())
        if found is None:
            found = next((one for one in self.all.values() if name.lower() in one.before), None)
        return found if found is not None and found.name else None

    def beginning(self, letters: str, most: int) -> list[str]:
        """Give the names that begin with these, those who are here first."""
        found = (one for one in self.all.values() if one.name.startswith(letters) and not one.closed)
        ordered = sorted(found, key=lambda one: (not one.connected, one.name))
        return [one.name for one in ordered[:most] if one.name]

    # --- what is shown ---

    def take_accounts(self, after: str, items: Iterable[AccountShown], last: bool) -> None:
        """Take a page of accounts; who should stand on it and does not has no account any more."""
        changed: set[str] = set()
        shown = {item.name: item for item in items}
        end = "" if last else max(shown, default="")
        for name, item in shown.items():
            for old in set(item.was) & set(self.all):
                del self.all[old]  # a renaming that nobody told here
                changed.add(old)
            if name not in self.all:
                changed.add(name)
            person = self._person(name)
            person.looked = self._now()
            if _take_account(person, item):
                changed.add(name)
        for name, person in self.all.items():
            gone = person.name and name > after and (not end or name <= end) and name not in shown
            if gone and not person.closed:
                person.closed = True
                changed.add(name)
        self._changed(changed)

    def take_sessions(self, after: int, items: Iterable[SessionShown], last: bool) -> None:
        """Take a page of connections; one that should stand on it and does not is gone."""
        changed: set[str] = set()
        shown = {item.number: item for item in items}
        end = max(shown, default=0)
        for item in shown.values():
            changed |= self._take_session(item)
        for number in [n for n in self._links if n > after and (last or n <= end) and n not in shown]:
            changed |= self._drop(number)
        self._changed(changed)

    def _take_session(self, item: SessionShown) -> set[str]:
        link = self._links.get(item.number)
        changed: set[str] = set()
        if link is None:
            link = Link(item.number, item.from_, item.since / 1000)
            changed |= self._place(link, item.user or "")
        elif item.user and link.user != item.user:
            changed |= self._place(link, item.user)
        link.looked = self._now()
        fresh = (item.state, item.device or "", item.queue, item.said or link.said)
        if fresh != (link.standing, link.device, link.queue, link.said):
            link.standing, link.device, link.queue, link.said = fresh
            changed.add(self._key(link))
        self.all[self._key(link)].said = link.said or self.all[self._key(link)].said
        return changed

    # --- what is told ---

    def note(self, note: Note) -> None:
        """Take what happened."""
        act = self._acts.get(note.event)
        if act is not None:
            self._changed(act(note))

    def said(self, session: int, verb: str) -> None:
        """Note the verb of a line that came in."""
        link = self._links.get(session)
        if link is not None and verb:
            link.said = verb
            self.all[self._key(link)].said = verb
            self._changed({self._key(link)})

    def _on_came(self, note: Note) -> set[str]:
        number = note.number("session")
        if number is None or number in self._links:
            return set()
        return self._place(Link(number, note.facts.get("where", ""), note.at), "")

    def _on_went(self, note: Note) -> set[str]:
        return self._drop(note.number("session") or 0)

    def _on_registered(self, note: Note) -> set[str]:
        return self._stand(note, Standing.REGISTERED)

    def _on_logged_in(self, note: Note) -> set[str]:
        changed = self._stand(note, Standing.LOGGED_IN)
        link = self._links.get(note.number("session") or 0)
        if link is not None:
            link.device = note.facts.get("device", "")
            person = self.all[self._key(link)]
            person.devices = max(person.devices, len({one.device for one in person.links}))
        return changed

    def _on_logged_out(self, note: Note) -> set[str]:
        link = self._links.get(note.number("session") or 0)
        if link is None:
            return set()
        link.standing = Standing.REGISTERED
        self.all[self._key(link)].seen = note.at
        return {self._key(link)}

    def _on_suspended(self, note: Note) -> set[str]:
        return self._alter(note.facts.get("whom", ""), suspended=note.at)

    def _on_restored(self, note: Note) -> set[str]:
        return self._alter(note.facts.get("whom", ""), suspended=None)

    def _on_closed(self, note: Note) -> set[str]:
        return self._alter(note.facts.get("user", ""), closed=True)

    def _alter(self, name: str, **changes: object) -> set[str]:
        """Note what has become of somebody, if they are known."""
        person = self.all.get(name)
        if person is None:
            return set()
        for what, value in changes.items():
            setattr(person, what, value)
        return {person.key}

    def _on_renamed(self, note: Note) -> set[str]:
        before, name = note.facts.get("user", ""), note.facts.get("name", "")
        person = self.all.pop(before, None)
        if person is None or not name:
            return set()
        person.name = person.key = name
        person.before = (*(old for old in person.before if old != name), before)
        for link in person.links:
            link.user = name
        self.all[name] = person
        return {before, name}

    def _on_granted(self, note: Note) -> set[str]:
        return self._entitle(note, lambda rights, right: rights | {right})

    def _on_revoked(self, note: Note) -> set[str]:
        return self._entitle(note, lambda rights, right: rights - {right})

    def _entitle(self, note: Note, change: Callable[[set[str], str], set[str]]) -> set[str]:
        name = note.facts.get("whom", "")
        had = set(self.all[name].rights) if name in self.all else set()
        return self._alter(name, rights=tuple(sorted(change(had, note.facts.get("right", "")))))

    def _stand(self, note: Note, standing: Standing) -> set[str]:
        link, user = self._links.get(note.number("session") or 0), note.facts.get("user", "")
        if not user:
            return set()
        if link is None:
            self._person(user)
            return {user}
        changed = self._place(link, user)
        link.standing = standing
        return changed

    # --- where a connection stands ---

    @staticmethod
    def _key(link: Link) -> str:
        return link.user or f"#{link.number}"

    def _person(self, name: str) -> Person:
        if name not in self.all:
            self.all[name] = Person(name, name)
        return self.all[name]

    def _place(self, link: Link, user: str) -> set[str]:
        """Put a connection with whom it is; whoever it was with before has it no more."""
        changed = self._unplace(link)
        self._links[link.number] = link
        link.user = user
        key = self._key(link)
        if key not in self.all:
            self.all[key] = Person(user, key)
        self.all[key].links.append(link)
        return changed | {key}

    def _unplace(self, link: Link) -> set[str]:
        key = self._key(link)
        person = self.all.get(key)
        if person is None or link not in person.links:
            return set()
        person.links.remove(link)
        if not person.name:
            del self.all[key]
        return {key}

    def _drop(self, number: int) -> set[str]:
        link = self._links.pop(number, None)
        if link is None:
            return set()
        person = self.all.get(self._key(link))
        if person is not None and not person.links[1:]:
            person.seen = self._now()
        return self._unplace(link)


def _take_account(person: Person, item: AccountShown) -> bool:
    """Take what is shown of an account; say whether any of it is news."""
    seen, suspended = _seconds(item.seen), _seconds(item.suspended)
    fresh: dict[str, object] = {
        "devices": item.devices, "waiting": item.waiting, "seen": seen, "rights": tuple(item.rights),
        "suspended": suspended, "closed": item.closed is not None, "before": tuple(item.was),
    }  # fmt: skip
    known = {name: getattr(person, name) for name in fresh}
    for name, value in fresh.items():
        setattr(person, name, value)
    return fresh != known


def _seconds(moment: int | None) -> float | None:
    return None if moment is None else moment / 1000
