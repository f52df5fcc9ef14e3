"""What happens, as lines above the prompt: messages once each, who comes and goes, how the link is."""

from __future__ import annotations

import time
from collections.abc import Callable

from imclient.core import wording
from imclient.core.client import Client, LinkState
from imclient.core.conversations import Conversation
from imclient.core.roster import Person, Presence
from imclient.core.said import Progress, Said
from imclient.core.wire import WireLine
from improtocol.audience import Audience
from imtongue import tr, trn

from .paper import Paper, Piece

#: In a larger crowd only the coming and going of those one writes to is told.
CROWD = 30
#: Looks for names: they can be read on light and on dark.
_LOOKS = ("class:name1", "class:name2", "class:name3", "class:name4")


class Reporter:
    """Tells a user of the terminal what the client hears; ``present`` says that somebody looks."""

    def __init__(self, client: Client, paper: Paper, now: Callable[[], float] = time.time) -> None:
        self._client, self._paper, self._now = client, paper, now
        self.refusals = 0  #: messages of one's own that were refused
        self._told: dict[Conversation, int] = {}  # written up to there, and not yet marked as read
        self._numbers: set[int] = set()  # that were written and are beyond what is marked as read
        self._mine: list[Said] = []  # written here, without an answer yet
        self._waiting: list[Said] = []  # of those, that it was said of
        self._presence: dict[str, Presence] = {}
        self._state = client.link.state
        self._wire = False
        self._away: list[str] = []  # of whom it was last said that they are away
        for conversation in client.conversations.all():
            self._listen(conversation)
        client.conversations.added.connect(self._listen)
        client.conversations.filled.connect(self.catch_up)
        client.outbox.changed.connect(self._look_after_mine)
        client.roster.changed.connect(self._person_changed)
        client.roster.added.connect(self._person_added)
        client.roster.renamed.connect(self._person_renamed)
        client.link.changed.connect(self._link_changed)
        client.notice.connect(lambda sentence: paper.say(sentence, "class:warning"))
        self._heed_presence()

    def _listen(self, conversation: Conversation) -> None:
        conversation.added.connect(lambda _, said: self._added(conversation, said))

    def end(self) -> None:
        """Tell nothing more of the link: it is left on purpose."""
        self._client.link.changed.disconnect(self._link_changed)

    # Messages

    def begin(self) -> None:
        """Write what nobody has read yet, in the order of the log."""
        talks = self._client.conversations.all()
        unread = [(said.number or 0, talk, said) for talk in talks for said in talk.messages if not said.mine]
        for _, talk, said in sorted(unread, key=lambda one: one[0]):
            self._added(talk, said)

    def catch_up(self, conversation: Conversation) -> None:
        """Write of a conversation what is unread and was not written yet."""
        for said in conversation.messages:
            self._added(conversation, said)

    def _added(self, conversation: Conversation, said: Said) -> None:
        if said.number is None:
            if said.mine and said.progress is Progress.WAITING and said not in self._mine:
                self._mine.append(said)
            return
        if said.number <= conversation.read_upto or said.number in self._numbers:
            return
        if said.mine and not self._is_new(said):
            return
        self._numbers.add(said.number)
        self._told[conversation] = max(said.number, self._told.get(conversation, 0))
        self.show(said)

    def _is_new(self, said: Said) -> bool:
        """Tell what one says on another device now from what one said long ago."""
        return said.number is not None and said.number >= self._client.stream.position

    def _look_after_mine(self) -> None:
        """Write one's own messages when they are in the log, or say why they never will be."""
        self._waiting = [said for said in self._waiting if said in self._mine]
        for said in tuple(self._mine):
            if said.number is not None:
                self._mine.remove(said)
                self.show(said)
                self._say_who_is_away(said)
            elif said.progress is Progress.REFUSED:
                self._mine.remove(said)
                self.refusals += 1
                self._paper.put(("class:error", tr("Not sent: {why} ", why=said.refusal)), ("", said.text))
                self._client.outbox.dismiss(said)

    def say_what_waits(self, after: float) -> None:
        """Say of what has had no answer for so many seconds that it waits, once."""
        for said in self._mine:
            if said not in self._waiting and (said.at or 0) <= self._now() - after:
                self._waiting.append(said)
                self._paper.put(("class:news", tr("Waits to be sent: ")), ("class:news", said.text))

    def show(self, said: Said) -> None:
        """Write a message: when, who, to whom, what."""
        me = self._client.name or ""
        sender = tr("you") if said.mine else said.sender
        number = f"#{said.number} " if said.mine and said.number else ""
        head: list[Piece] = [("class:news", f"{self._when(said)} {number}"), (self._look(said), sender)]
        self._paper.put(*head, ("class:news", f" {wording.told_to(said.to, me)}: "), ("", said.text))

    def _when(self, said: Said) -> str:
        at, now = time.localtime(said.at or 0), time.localtime(self._now())
        return time.strftime("%H:%M" if at[:3] == now[:3] else "%Y-%m-%d %H:%M", at)

    def _look(self, said: Said) -> str:
        return "class:mine" if said.mine else _LOOKS[sum(map(ord, said.sender)) % len(_LOOKS)]

    def _say_who_is_away(self, said: Said) -> None:
        people = [self._client.roster.get(name) for name in said.to.names]
        away = [one.name for one in people if one is not None and one.presence is Presence.OFFLINE]
        if away and away != self._away:
            self._paper.say(wording.waits_for(away))
        self._away = away

    def looked_at(self) -> None:
        """Take it that what was written was read: its reader has touched a key."""
        self._paper.flush()  # what is not there yet cannot have been read
        told, self._told = self._told, {}
        for conversation, number in told.items():
            conversation.seen(number)
        if told:
            self._numbers.clear()

    def tell_the_rest(self) -> None:
        """Say of what is unread and not held here how much it is, and what shows it."""
        for talk in self._client.conversations.all():
            missing = talk.unread - sum(
                1 for said in talk.messages if not said.mine and self._unread(talk, said)
            )
            if missing > 0:
                whom = "all" if talk.audience.everyone else str(talk.audience)
                told = trn(
                    "{title}: {count} more unread; /history {whom} {unread} shows it.",
                    "{title}: {count} more unread; /history {whom} {unread} shows them.",
                    missing,
                    title=talk.title,
                    whom=whom,
                    unread=talk.unread,
                )
                self._paper.say(told)

    @staticmethod
    def _unread(talk: Conversation, said: Said) -> bool:
        return said.number is not None and said.number > talk.read_upto

    # People

    def _heed_presence(self) -> None:
        for person in self._client.roster.people():
            self._presence[person.name] = person.presence

    def _person_added(self, person: Person) -> None:
        self._presence[person.name] = person.presence
        if self._client.roster.complete and len(self._presence) <= CROWD:
            self._paper.say(tr("{name} is new here.", name=person.name))

    def _person_changed(self, person: Person) -> None:
        before = self._presence.get(person.name)
        self._presence[person.name] = person.presence
        if person.since is None or before is person.presence or len(self._presence) > CROWD:
            return
        if person.presence is Presence.CLOSED:
            self._paper.say(tr("{name} has closed the account.", name=person.name))
        elif Presence.OFFLINE in (before, person.presence):
            told = tr("{name} has left.") if person.presence is Presence.OFFLINE else tr("{name} is here.")
            self._paper.say(told.format(name=person.name))

    def _person_renamed(self, before: str, name: str) -> None:
        self._presence[name] = self._presence.pop(before, Presence.OFFLINE)
        if len(self._presence) <= CROWD or self._client.conversations.get(Audience.of(name)).messages:
            self._paper.say(wording.renamed(before, name))

    # The link

    def _link_changed(self) -> None:
        state, sentence = self._client.link.state, self._client.link.sentence
        if state is self._state or state is LinkState.CONNECTING:
            return
        before, self._state = self._state, state
        if state is LinkState.ONLINE and before is not LinkState.CONNECTING:
            self._paper.say(f"{sentence}.")
        elif state is LinkState.WAITING:
            self._paper.say(
                tr("The connection was lost; it comes back by itself. What you write waits here.")
            )
        elif state is not LinkState.ONLINE:
            self._paper.say(sentence, "class:warning")

    # The wire

    def switch_wire(self) -> bool:
        """Show the lines on the wire from now on, or no more; say which."""
        self._wire = not self._wire
        if self._wire:
            self._client.wire.added.connect(self._show_wire)
        else:
            self._client.wire.added.disconnect(self._show_wire)
        return self._wire

    def _show_wire(self, line: WireLine) -> None:
        self._paper.put(("class:news", f"{'>' if line.outgoing else '<'} {line.line}"))
