"""How far one's own messages came: what is told of it (`* RECEIPT`), and the truth by name (RECEIPTS)."""

from __future__ import annotations

from collections import deque
from itertools import islice

from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol import commands
from improtocol.errors import Refusal
from improtocol.events import ReceiptTold
from improtocol.fields import Reached
from improtocol.replies import ReceiptShown

from .cache import Cache
from .conversations import Conversation, Conversations, Said
from .errands import Errands, patience
from .records import Receipt
from .roster import Presence, Roster
from .said import Progress, progress_of
from .session import Session, needs

RECEIPTS = "receipts"  #: what HELLO calls it
#: No more pages of names are asked for: as many people as a roster holds.
MOST_PAGES = 1000
#: So many conversations are looked after, the newest: what came further meanwhile nobody has told.
MOST_LOOKS = 20


class Receipts:
    """What is known of how far messages came."""

    _log = Logger()

    def __init__(self, conversations: Conversations, roster: Roster, errands: Errands) -> None:
        self._conversations = conversations
        self._roster = roster
        self._errands = errands
        self._cache: Cache | None = None
        self._session: Session | None = None
        self._to_look: deque[int] = deque(maxlen=MOST_LOOKS)
        self._looked: set[int] = set()
        self._looking = False
        conversations.filled.connect(self._look_at)

    def restore(self, cache: Cache) -> None:
        """Begin with another account."""
        self._cache = cache

    def begin(self, session: Session) -> None:
        """Begin a session."""
        self.stop()
        self._session = session

    def caught_up(self) -> None:
        """Look after the newest messages, once all are told: nobody heard how far they came meanwhile."""
        for conversation in self._conversations.all()[:MOST_LOOKS]:
            self._look_at(conversation)

    def stop(self) -> None:
        """End the session."""
        self._session, self._looking = None, False
        self._to_look.clear()
        self._looked.clear()

    def told(self, event: ReceiptTold) -> None:
        """Hear how far a message came."""
        receipt = Receipt(event.delivered, event.read, event.to, event.offline)
        self._take(event.message, receipt)
        self._look_before(event.message, progress_of(receipt))

    def _take(self, number: int, receipt: Receipt) -> None:
        in_memory = self._conversations.own(number) is not None
        # What is not in memory may be on disk; what is on neither is nobody's concern.
        if (not in_memory or self._conversations.reached(number, receipt)) and self._cache is not None:
            self._cache.keep_receipt(number, receipt).addErrback(self._stumbled)

    # The truth

    async def ask(self, number: int) -> dict[str, Reached]:
        """Ask how far a message came with everybody, page by page."""
        names: dict[str, Reached] = {}
        after: str | None = None
        for _ in range(MOST_PAGES):
            on = await self._ask_page(number, after, names)
            if on is None or (after is not None and on <= after):
                break
            after = on
        return names

    async def _ask_page(self, number: int, after: str | None, names: dict[str, Reached]) -> str | None:
        answer = await needs(self._session, RECEIPTS).ask(commands.Receipts(number, after))
        names |= {item.name: item.reached for item in answer.items if isinstance(item, ReceiptShown)}
        reply = answer.reply
        self._take(number, Receipt(reply.delivered, reply.read, reply.to, self._offline(names)))
        return reply.after

    def _offline(self, names: dict[str, Reached]) -> tuple[str, ...]:
        waiting = (self._roster.get(name) for name, reached in names.items() if reached is Reached.WAITING)
        return tuple(one.name for one in waiting if one is not None and one.presence is Presence.OFFLINE)

    # Looking after what was told to nobody

    def _look_at(self, conversation: Conversation) -> None:
        """See how far the newest own message came: among named people, those before it at least as far."""
        if self._session is None or not self._session.can(RECEIPTS):
            return
        newest = conversation.newest_own
        if newest is None or newest.number in self._looked or _is_done(newest):
            return
        assert newest.number is not None
        self._looked.add(newest.number)
        self._ask_for(newest.number)

    def _look_before(self, number: int, progress: Progress) -> None:
        """See whether those before it came as far, too, once a message to everyone came to all.

        Of what is said to everyone only the newest is told of, and each has its own people (language, R35).
        """
        conversation = self._conversations.own(number)
        if conversation is None or not conversation.audience.everyone or progress is Progress.SENT:
            return
        before = (said for said in reversed(conversation.messages) if (said.number or number) < number)
        behind = (said for said in before if said.mine and said.progress not in (progress, Progress.READ))
        for said in islice(behind, MOST_LOOKS - len(self._to_look)):
            if said.number is not None and said.number not in self._to_look:
                self._ask_for(said.number)

    def _ask_for(self, number: int) -> None:
        self._to_look.append(number)
        if not self._looking:
            self._looking = True
            self._errands.do(self._look)

    async def _look(self) -> None:
        """Ask for one after the other: what somebody does meanwhile comes between."""
        while self._to_look:
            number = self._to_look[0]
            try:
                await self._ask_page(number, None, {})
            except Refusal as refused:
                if patience(refused) is not None:
                    raise
            if self._to_look and self._to_look[0] == number:
                self._to_look.popleft()
        self._looking = False

    def _stumbled(self, failure: Failure) -> None:
        self._log.failure("A receipt could not be kept", failure)


def _is_done(said: Said) -> bool:
    return said.progress is Progress.READ or said.to.names == (said.sender,)
