"""One conversation: its messages in the order of the log, each once, and how far it was read.

What this device holds of it has no holes: everything from `Conversation.held_from` on.  The newest of that
are in memory, the rest on disk; what is older than that only the server has.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from improtocol.audience import Audience
from imtongue import tr

from .records import Mark, Message, Past, Receipt, Talk
from .said import Progress, Said, said_of
from .signal import Signal

#: Beyond so many the oldest in memory are let go; they stay on disk.
MOST_IN_MEMORY = 5000
#: They are let go so many at a time, since a view must begin anew then.
LET_GO = 1000
#: Where a message stands that has no number yet: behind all numbers of the language.
BEHIND_ALL = 1 << 62


@dataclass(slots=True)
class Ledger:
    """What the conversations of an account have in common."""

    held_from: int = 0  #: of the log everything was told to this device from there on
    told: int = 0  #: up to here
    gap: int = 0  #: of what came before that number, something is lost; 0: nothing
    own: dict[int, Conversation] = field(default_factory=dict)  #: where the own messages in memory are


class Shelf(Protocol):
    """Where messages are that are not in memory, and where it is kept how far one has read."""

    @property
    def far(self) -> bool:
        """Whether the server can be asked for what this device does not hold."""

    def older(self, audience: Audience, before: int) -> Deferred[tuple[list[Message], bool]]:
        """Give the messages on disk before a number, rising, and whether there are still older ones."""

    def past(self, audience: Audience, before: int) -> Deferred[Past]:
        """Give the messages before a number from the server; they are kept on disk, too."""

    def mark(self, audience: Audience, mark: Mark) -> object:
        """Keep how far it was read."""


class Conversation:
    """What was said among the same people: a tab."""

    def __init__(self, audience: Audience, me: str, ledger: Ledger | None = None) -> None:
        self.audience = audience
        self.messages: list[Said] = []  #: in the order of the log; one's own that wait come last
        self.unread = 0  #: messages of others behind `read_upto`, also those that are not held here
        self.read_upto = 0  #: the number of the message up to which it was read, on whichever device
        self.added: Signal[int, Said] = Signal()
        self.changed: Signal[int, Said] = Signal()
        self.reset: Signal[()] = Signal()
        self.marked: Signal[Conversation] = Signal()  #: it was read further, on this device
        self.unsure: Signal[Conversation] = Signal()  #: only the server knows now how much is unread
        self.filled: Signal[Conversation] = Signal()  #: older messages came
        self.shelf: Shelf | None = None
        self.gone = 0  #: of what came before, messages up to there are no longer kept by the server
        self._me = me
        self._ledger = ledger or Ledger()
        self._own_begin: int | None = None  # held from there on, if that is further back than of the others
        self._counted = 0  # the server counted what is unread up to this number
        self._on_disk = False  # there are older messages on disk
        self._askers: list[Deferred[int]] = []

    @property
    def last(self) -> Said | None:
        """The newest message."""
        return self.messages[-1] if self.messages else None

    @property
    def title(self) -> str:
        """What stands on its tab."""
        if self.audience.everyone:
            return tr("Everyone")
        return tr("Notes") if self.audience.names == (self._me,) else ", ".join(self.audience.names)

    @property
    def newest(self) -> int:
        """The number of the newest message that is known to be there, held here or not."""
        held = next((said.number for said in reversed(self.messages) if said.number is not None), 0)
        return max(held, self._counted)

    @property
    def held(self) -> bool:
        """Whether anything the log told is in memory."""
        return bool(self.messages) and self.messages[0].number is not None

    @property
    def waits(self) -> bool:
        """Whether something of one's own waits to be sent."""
        last = self.last
        return last is not None and last.progress is Progress.WAITING

    def at(self, number: int) -> Said | None:
        """Give the message with a number, if it is in memory."""
        place = self._place(number)
        return self.messages[place] if self._has(place, number) else None

    # How far it was read

    @property
    def first_unread(self) -> Said | None:
        """The first unread message in memory: a line may be drawn above it.

        When more is unread than is in memory, the line moves up with each page that `earlier` brings.
        """
        if not self.unread:
            return None
        begin = self._place(self.read_upto + 1)
        return next((self.messages[at] for at in range(begin, len(self.messages)) if self._theirs(at)), None)

    def shown(self) -> None:
        """Note that somebody has seen it to its end: the server is told, and the other devices hear of it."""
        if not self.unread:
            return
        whole = self._memory_begins <= self.read_upto + 1 and self._ledger.told >= self._counted
        if self.read_to(self._newest_of_others):
            self.marked.emit(self)
        elif whole:  # there is nothing that could be unread
            self.unread = 0
            self.marked.emit(self)

    def seen(self, number: int) -> None:
        """Note that somebody has seen it up to a message, and perhaps no further."""
        if number >= self._newest_of_others:
            self.shown()
        elif self.read_to(number):
            self.marked.emit(self)

    def read_to(self, number: int) -> bool:
        """Move the mark forward, never back; say whether it moved."""
        if number <= self.read_upto:
            return False
        before, self.read_upto = self.read_upto, number
        begins, all_counted = self._memory_begins, self._ledger.told >= self._counted
        beyond = self._count_theirs(number)
        if all_counted and (begins <= number + 1 or (number >= self._counted and not beyond)):
            self.unread = beyond
        else:
            self.unread = max(0, self.unread - self._count_theirs(before, number))
            if begins > before + 1 or number > self._ledger.told:
                self.unsure.emit(self)
        return True

    def count(self, mark: Mark) -> bool:
        """Take what the server counts; say whether it is news.  A mark further on here stays."""
        before = self.unread, self.read_upto, self._counted
        if mark.read >= self.read_upto:
            beyond = self._count_theirs(max(mark.read, mark.counted))
            self.unread, self.read_upto = mark.unread + beyond, mark.read
            self._counted = mark.counted
        return before != (self.unread, self.read_upto, self._counted)

    @property
    def mark(self) -> Mark:
        """What must be kept of all that."""
        # Not one's own, which may be in the log before others' that were not yet told.
        return Mark(self.read_upto, max(self._counted, self._newest_of_others), self.unread)

    @property
    def _newest_of_others(self) -> int:
        places = reversed(range(len(self.messages)))
        return next((self.messages[at].number or 0 for at in places if self._theirs(at)), 0)

    def _theirs(self, at: int) -> bool:
        said = self.messages[at]
        return said.number is not None and not said.mine

    def _count_theirs(self, after: int, upto: int = BEHIND_ALL - 1) -> int:
        """Count the others' messages in memory behind a number, up to another."""
        places = range(self._place(after + 1), self._place(upto + 1))
        return sum(not self.messages[at].mine for at in places)

    # What was said before

    @property
    def held_from(self) -> int:
        """All of it is held on this device from that number on; 0: from its beginning."""
        if self._own_begin is None:
            return self._ledger.held_from
        return min(self._own_begin, self._ledger.held_from)

    @property
    def _memory_begins(self) -> int:
        """All of it is in memory from that number on."""
        oldest = next((said.number for said in self.messages if said.number is not None), None)
        return oldest if self._on_disk and oldest is not None else self.held_from

    @property
    def more(self) -> bool:
        """Whether there may be older messages than those in memory."""
        return self._on_disk or (self.held_from > 0 and self.shelf is not None and self.shelf.far)

    def earlier(self) -> Deferred[int]:
        """Fetch the page before the oldest in memory, from disk or from the server; gives how many came.

        Fails with a `Refusal`, or `Unreachable`.  Asked twice, it is fetched once.
        """
        answer: Deferred[int] = Deferred()
        self._askers.append(answer)
        if len(self._askers) == 1:
            self._fetch().addBoth(self._fetched)
        return answer

    def older(self) -> Deferred[int]:
        """Fetch as `earlier` does, for whom it is no matter why nothing came."""
        return self.earlier().addErrback(lambda _: 0)

    def _fetch(self) -> Deferred[int]:
        if self.shelf is None or not self.more:
            return succeed(0)
        if self._on_disk:
            return self.shelf.older(self.audience, self._memory_begins).addCallback(self._put_older)
        return self.shelf.past(self.audience, self.held_from).addCallback(self.put_past)

    def _fetched(self, result: int | Failure) -> None:
        askers, self._askers = self._askers, []
        for answer in askers:
            if isinstance(result, Failure):
                answer.errback(result)
            else:
                answer.callback(result)

    def _put_older(self, page: tuple[list[Message], bool]) -> int:
        messages, self._on_disk = page
        return self._put_all(messages)

    def put_past(self, past: Past) -> int:
        """Put in what the server was asked for; give how many messages were not there yet."""
        self.gone = max(self.gone, past.gone)
        self._own_begin = past.held_from if self._own_begin is None else min(self._own_begin, past.held_from)
        return self._put_all(past.messages)

    def _put_all(self, messages: list[Message]) -> int:
        # The newest first: how far one's own came is known from those behind them.
        count = sum(self.put(said_of(message, self._me)) for message in reversed(messages))
        if count:
            self.filled.emit(self)
        return count

    # How far one's own came

    def reached(self, number: int, receipt: Receipt) -> bool:
        """Note how far a message of one's own came; say whether that was news.

        Among named people those before it have come at least as far (language, R35); of what was said to
        everyone, each message has its own people.
        """
        place = self._place(number)
        if not self._has(place, number) or not self.messages[place].mine:
            return False
        news = False
        for at in range(place, -1, -1):
            said = self.messages[at]
            if not said.mine:
                continue
            if not said.came(receipt):
                break  # and those before it came as far as it
            news = True
            self.changed.emit(at, said)
            if self.audience.everyone:
                break
        return news

    @property
    def newest_own(self) -> Said | None:
        """The newest message of one's own that is in the log."""
        return next((said for said in reversed(self.messages) if said.mine and said.number), None)

    def _learn(self, place: int, said: Said) -> None:
        """Let a message of one's own that is put in know what those behind it tell of it."""
        if not said.mine or said.number is None or self.audience.everyone:
            return
        behind = (self.messages[at] for at in range(place, len(self.messages)))
        after = next((other for other in behind if other.mine and other.number is not None), None)
        if after is not None and after.receipt is not None:
            said.came(after.receipt)

    # What the core puts in

    def restore(self, talk: Talk) -> None:
        """Begin with what is held."""
        self.messages = [said_of(message, self._me) for message in talk.messages]
        self.unread, self.read_upto, self._counted = talk.unread, talk.mark.read, talk.mark.counted
        self._on_disk, self._own_begin, self.gone = talk.more, talk.held_from, talk.gone
        for said in self.messages:
            self._enter(said)

    def call_me(self, name: str) -> None:
        """Be called otherwise oneself; what one said goes on being one's own."""
        self._me = name
        for said in self.messages:
            if said.mine:
                said.sender = name

    def call(self, audience: Audience) -> None:
        """Be with the same people under other names; so is all that was said, what waits to be sent too."""
        self.audience = audience
        for said in self.messages:
            said.audience = audience

    def absorb(self, other: Conversation) -> None:
        """Take in what was said with the same people under another name."""
        for said in other.messages:
            said.audience = self.audience
            self.put(said)
        self.unread += other.unread
        self.read_upto = max(self.read_upto, other.read_upto)
        self._counted = max(self._counted, other._counted)
        self._on_disk = self._on_disk or other._on_disk
        self.gone = max(self.gone, other.gone)
        self.reset.emit()

    def take(self, said: Said, *, read: bool) -> bool:
        """Put in what the log told; unless it was read or counted before, it is unread."""
        number = said.number or 0
        if read:
            self.read_upto = max(self.read_upto, number)
        fresh = not said.mine and number > self.read_upto and number > self._counted
        # Unread before it is shown: a view that has the end before its eyes says so at once.
        self.unread += fresh
        if self.put(said):
            return True
        self.unread -= fresh
        return False

    def put(self, said: Said) -> bool:
        """Put a message in its place; say whether it was not there yet."""
        place = self._place(said.number)
        if said.number is not None and self._has(place, said.number):
            return False
        self._learn(place, said)
        self._enter(said)
        self.messages.insert(place, said)
        self.added.emit(place, said)
        return True

    def settle(self, said: Said) -> None:
        """Move one's own message from the end to the place of the number it has now."""
        was = self.messages.index(said)
        del self.messages[was]
        place = self._place(said.number)
        if said.number is not None and self._has(place, said.number):
            self.reset.emit()
            return
        self._learn(place, said)
        self._enter(said)
        self.messages.insert(place, said)
        if place == was:
            self.changed.emit(place, said)
        else:
            self.reset.emit()

    def remove(self, said: Said) -> None:
        """Take a message out that will never be sent."""
        if said in self.messages:
            self.messages.remove(said)
            self.reset.emit()

    def let_go(self) -> None:
        """Keep only the newest in memory, when there are very many."""
        if len(self.messages) > MOST_IN_MEMORY + LET_GO:
            for said in self.messages[:-MOST_IN_MEMORY]:
                self._ledger.own.pop(said.number or 0, None)
            del self.messages[:-MOST_IN_MEMORY]
            self._on_disk = True
            self.reset.emit()

    def forget(self) -> None:
        """Let everything go that the log has told; what waits stays."""
        self.messages = [said for said in self.messages if said.number is None]
        self.unread = self.read_upto = self._counted = 0
        self._on_disk, self._own_begin, self.gone = False, None, 0
        self.reset.emit()

    def _enter(self, said: Said) -> None:
        if said.mine and said.number is not None:
            self._ledger.own[said.number] = self

    def _place(self, number: int | None) -> int:
        if number is None:
            return len(self.messages)
        return bisect_left(self.messages, number, key=_number_of)

    def _has(self, place: int, number: int) -> bool:
        return place < len(self.messages) and self.messages[place].number == number


def _number_of(said: Said) -> int:
    return BEHIND_ALL if said.number is None else said.number
