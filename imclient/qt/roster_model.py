"""The rows of the roster: who is connected and who is not, last words, what is unread, who is chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PyQt5.QtCore import QModelIndex, QObject, Qt, pyqtSignal

from imclient.core import wording
from imclient.core.client import Client, LinkState
from imclient.core.conversations import Conversation
from imclient.core.lookalike import Lookalikes
from imclient.core.roster import Person, Presence
from improtocol.audience import Audience
from imqt import moments, plain
from imqt.row_list import Gathering, RowList
from imtongue import number, phrase, tr

#: So many letters of the last words are looked at; a row has room for half of them.
WORDS_SHOWN = 100
BLOCKED = phrase("Blocked: you hear nothing")
CONNECTED = (Presence.ONLINE, Presence.AWAY)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A heading, or a person with a line of text under the name."""

    name: str
    heading: bool = False
    presence: Presence = Presence.OFFLINE
    line: str = ""
    time: str = ""
    unread: int = 0
    chosen: bool = False
    blocked: bool = False
    favourite: bool = False
    like: str = ""  #: for whom this one may be taken
    was: bool = False  #: the link is down: nobody knows the presence of now

    def in_words(self) -> str:
        """Say all that the row shows."""
        if self.heading:
            return self.name
        presence = wording.presence(self.presence)
        words = [
            wording.named(self.name),
            tr("was {presence}", presence=presence) if self.was else presence,
            self.line,
        ]
        words += [wording.unread(self.unread)] if self.unread else []
        words += [tr("chosen")] if self.chosen else []
        words += [tr("favourite")] if self.favourite else []
        return ", ".join(word for word in words if word)


class RosterModel(RowList[RosterRow]):
    """Everybody there is, as far as the search lets through; and who of them is chosen."""

    chosen_changed = pyqtSignal()
    counted = pyqtSignal()  #: people were added, or came or went

    def __init__(
        self, client: Client, now: Callable[[], float] = time.time, parent: QObject | None = None
    ) -> None:
        super().__init__(RosterRow.__eq__, parent)
        self._client = client
        self._now = now
        self._sought = ""
        self._chosen: dict[str, None] = {}  # in the order they were chosen
        self._talks: dict[Audience, Conversation] = {}
        self._lookalikes = Lookalikes(client.roster)
        self._gathering = Gathering(self.refresh, self)
        self._spoke: set[str] = set()  # with whom something was said since
        self._speaking = Gathering(self._show_spoken, self)
        self._listen()
        self.refresh()

    def _listen(self) -> None:
        roster, conversations = self._client.roster, self._client.conversations
        self._heard = (
            *(roster.added, roster.changed, roster.reset),
            *(conversations.added, conversations.reset),
            *(self._client.link.changed, self._client.blocked.changed, self._client.desk.changed),
        )
        for signal in self._heard:
            signal.connect(self._gathering.soon)
        conversations.changed.connect(self._on_talk)

    def _on_talk(self, conversation: Conversation) -> None:
        """Show one row anew: of thousands, the others are as they were."""
        self._talks[conversation.audience] = conversation
        if len(conversation.audience.names) == 1:
            self._spoke.update(conversation.audience.names)
            self._speaking.soon()

    def _show_spoken(self) -> None:
        spoke, self._spoke = self._spoke, set()
        for place, row in enumerate(self.rows):
            person = self._client.roster.get(row.name) if row.name in spoke and not row.heading else None
            if person is not None and self.rows[place] != (shown := self._row(person)):
                self.rows[place] = shown
                self.told(place)

    def close(self) -> None:
        """Stop listening: the window was closed."""
        for signal in self._heard:
            signal.disconnect(self._gathering.soon)
        self._client.conversations.changed.disconnect(self._on_talk)
        self._speaking.stop()
        self._gathering.stop()
        self._lookalikes.close()

    # Searching and choosing

    def first(self) -> RosterRow | None:
        """Give the first person that is shown: whom Enter means while one searches."""
        return next((row for row in self.rows if not row.heading), None)

    def search(self, sought: str) -> None:
        """Show only the names that hold these letters."""
        self._sought = sought.strip().lower()
        self.refresh()

    @property
    def sought(self) -> str:
        """What is searched for."""
        return self._sought

    def chosen(self) -> list[str]:
        """Give the chosen people, in the order they were chosen."""
        return list(self._chosen)

    def choose(self, names: Iterable[str], chosen: bool = True) -> None:
        """Choose people, or take them out of the choice."""
        for name in names:
            if chosen:
                self._chosen[name] = None
            else:
                self._chosen.pop(name, None)
        self.refresh()
        self.chosen_changed.emit()

    def toggle(self, name: str) -> None:
        """Choose a person, or no longer."""
        self.choose([name], name not in self._chosen)

    def choose_none(self) -> None:
        """Choose nobody any more."""
        self.choose(self.chosen(), False)

    def names(self, first: int, last: int) -> list[str]:
        """Give the names between two rows, both included."""
        low, high = min(first, last), max(first, last)
        return [row.name for row in self.rows[low : high + 1] if not row.heading]

    def find(self, name: str) -> QModelIndex:
        """Give where a person stands."""
        for at, row in enumerate(self.rows):
            if row.name == name and not row.heading:
                return self.index(at)
        return QModelIndex()

    # The rows

    def refresh(self) -> None:
        """Show the roster as it is now."""
        self._talks = {talk.audience: talk for talk in self._client.conversations.all()}
        people = [person for person in self._client.roster.people() if person.presence is not Presence.CLOSED]
        dear = [person for person in people if self._client.desk.is_favourite(person.name)]
        near = [person for person in people if person.presence in CONNECTED]
        far = [person for person in people if person.presence not in CONNECTED]
        others = [person for person in near if person not in dear]
        here, everybody = number(len(near)), number(len(people))
        if self._was(Presence.ONLINE):
            connected = tr("Was connected, {here} of {all}", here=here, all=everybody)
        else:
            connected = tr("Connected, {here} of {all}", here=here, all=everybody)
        favourites = tr("Favourites, {count}", count=number(len(dear)))
        not_connected = tr("Not connected, {count}", count=number(len(far)))
        self.replace(
            self._section(favourites, sorted(dear, key=lambda one: one not in near))
            + self._section(connected, others)
            + self._section(not_connected, [one for one in far if one not in dear])
        )
        self.counted.emit()

    def _was(self, presence: Presence) -> bool:
        """Tell whether a presence is only what it was when the link broke."""
        return presence in CONNECTED and self._client.link.state is not LinkState.ONLINE

    def _section(self, heading: str, people: list[Person]) -> list[RosterRow]:
        found = [person for person in people if self._sought in person.name]
        rows = [self._row(person) for person in found]
        return [RosterRow(heading, heading=True), *rows] if rows else []

    def _row(self, person: Person) -> RosterRow:
        talk = self._talks.get(Audience.of(person.name))
        line, spoken_at = self._line(person, talk)
        return RosterRow(
            person.name,
            presence=person.presence,
            line=line,
            time="" if spoken_at is None else moments.when(spoken_at, self._now()),
            unread=talk.unread if talk else 0,
            chosen=person.name in self._chosen,
            blocked=person.name in self._client.blocked,
            favourite=self._client.desk.is_favourite(person.name),
            like=self._lookalikes.of(person.name) or "",
            was=self._was(person.presence),
        )

    def _line(self, person: Person, talk: Conversation | None) -> tuple[str, float | None]:
        last = talk.last if talk else None
        other = self._lookalikes.of(person.name)
        if other is not None:
            return wording.not_them(other, self._client.name or ""), None
        if person.name in self._client.blocked:
            return tr(BLOCKED), None
        if person.presence is Presence.AWAY and not (talk and talk.unread):
            return self._presence_line(person), None  # that somebody is away comes before their last words
        if last is not None and (person.presence in CONNECTED or (talk and talk.unread)):
            said = " ".join(last.text[:WORDS_SHOWN].split())
            return (tr("You: {text}", text=said) if last.mine else said), last.at
        return self._presence_line(person), None

    def _presence_line(self, person: Person) -> str:
        if person.text:
            return wording.shown_as(person.presence is Presence.AWAY, person.text)
        at = person.since if person.since is not None else self._client.desk.last_seen(person.name)
        since = "" if at is None else moments.when(at, self._now())
        if person.presence is Presence.ONLINE:
            return tr("Was online") if self._was(person.presence) else tr("Online")
        if person.presence is Presence.AWAY:
            return tr("Away since {when}", when=since) if since else tr("Away")
        return tr("Last seen {when}", when=since) if since else tr("Not connected")

    # What Qt asks

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a row's name, or the whole of it in words."""
        row = self.row(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name if row.heading else wording.named(row.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.in_words()
        if role == Qt.ItemDataRole.ToolTipRole and not row.heading:
            return plain.tooltip(f"{wording.named(row.name)}\n{row.line}")
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlags:
        """Let people be chosen, headings not."""
        if not index.isValid() or self.row(index).heading:
            return Qt.ItemFlags(Qt.ItemFlag.ItemIsEnabled)
        return super().flags(index)
