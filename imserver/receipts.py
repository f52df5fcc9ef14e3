"""The news of how far messages came, told to whoever said them: seldom, and only the newest (R35).

What an account holds or has read moves on; of what others said to it, the newest message of each
speaker and conversation is noted, if that speaker is here to hear of it.  Once a second at most the
counts of what was noted are looked up, all at once, and told.  So one ACK over a hundred thousand
messages costs one question and a line for each conversation.
"""

from __future__ import annotations

from collections.abc import Iterable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol.events import ReceiptTold

from .mailroom import Mailroom
from .storage.interface import Closed, Reaching
from .storage.records import Entry, EntryKind, Marked, People, Reached, Receipts
from .users import Users

#: Seconds between two tellings: at most one a second and conversation.
PAUSE = 1.0
#: Most counts looked up at once; the rest has its turn a second later.
MOST = 200


class ReceiptNews:
    """Gathers what came further and tells it."""

    log = Logger()

    def __init__(self, clock: IReactorTime, stored: Reaching, users: Users, mailroom: Mailroom) -> None:
        self._clock = clock
        self._stored = stored
        self._users = users
        self._mailroom = mailroom
        self._news: dict[tuple[int, People], int] = {}
        self._last_told = -PAUSE
        self._waits = False

    # --- what moves ---

    def was_said(self, entry: Entry) -> None:
        """Note a message that waits for somebody who is not connected: its speaker hears who that is."""
        if any(not self._users.of(account).avatars for account in entry.accounts if account != entry.account):
            self._note([Reached(entry.number, entry.account, entry.accounts | {entry.account})])

    def was_held(self, account: int, before: int, after: int) -> None:
        """Note that an account holds its stream further than before."""
        if after <= before:
            return
        recent = self._mailroom.recent(before, after)
        if recent is not None:
            self._note(_newest(account, recent))
        else:
            self._look_up(account, before, after, None)

    def was_read(self, account: int, marked: Marked) -> None:
        """Note that an account has read a conversation further than before."""
        self._look_up(account, marked.before, marked.upto, marked.people)

    def _look_up(self, account: int, before: int, after: int, people: People | None) -> None:
        reached = self._stored.reached(account, before, after)
        reached.addCallback(lambda found: self._note(one for one in found if people in (None, one.people)))
        reached.addErrback(self._stumbled)

    def _stumbled(self, failure: Failure) -> None:
        if not failure.check(Closed):  # then nobody is there to be told
            self.log.failure("Nobody is told how far messages came", failure)

    def _note(self, reached: Iterable[Reached]) -> None:
        for one in reached:
            if self._users.of(one.sender).avatars:
                key = one.sender, one.people
                self._news[key] = max(one.number, self._news.get(key, 0))
        if self._news and not self._waits:
            self._waits = True
            wait = self._last_told + PAUSE - self._clock.seconds()
            self._clock.callLater(max(0.0, wait), self._count)

    # --- what is told ---

    def _count(self) -> None:
        keys = list(self._news)[:MOST]
        numbers = [self._news.pop(key) for key in keys]
        counted = self._stored.receipts_of(numbers)
        counted.addCallback(self._tell)
        counted.addErrback(self._stumbled)
        counted.addCallback(lambda _: self._go_on())

    def _go_on(self) -> None:
        self._waits = False
        self._last_told = self._clock.seconds()
        self._note(())

    def _tell(self, counted: Iterable[Receipts]) -> None:
        for one in counted:
            offline = (user.name for user in map(self._users.of, one.waiting) if not user.avatars)
            event = ReceiptTold(
                message=one.number,
                delivered=one.delivered,
                read=one.read,
                to=one.to,
                offline=tuple(sorted(offline)),
            )
            for avatar in self._users.of(one.sender).avatars:
                if avatar.stream is not None and avatar.stream.told >= one.number:  # R23
                    avatar.session.carrier.tell(event)


def _newest(account: int, entries: Iterable[Entry]) -> Iterable[Reached]:
    newest: dict[tuple[int, People], int] = {}
    for entry in entries:
        if entry.kind is not EntryKind.MESSAGE or entry.account == account:
            continue
        if entry.everyone or account in entry.accounts:
            people = entry.accounts | {entry.account} if entry.accounts else frozenset()
            newest[entry.account, people] = entry.number
    return [Reached(number, sender, people) for (sender, people), number in newest.items()]
