"""How far conversations were read: said to the server, and heard from one's other devices (READ).

What the server counts is what holds (CONVERSATIONS, after each login); a mark that was set here
meanwhile, without a connection, is said then.
"""

from __future__ import annotations

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from improtocol import commands
from improtocol.events import ReadTold
from improtocol.replies import ConversationShown

from .conversations import Conversation, Conversations
from .errands import Errands
from .history import HISTORY
from .records import Mark
from .session import Session, needs

#: At most one READ in so many seconds and conversation.
REST = 1.0
#: So long after it was asked what is unread, it is not asked again.
SURE = 5.0
#: No more pages of conversations are asked for.
MOST_PAGES = 100


class Marks:
    """The marks of an account's conversations, as server and device know them."""

    def __init__(self, clock: IReactorTime, conversations: Conversations, errands: Errands) -> None:
        self._clock = clock
        self._conversations = conversations
        self._errands = errands
        self._session: Session | None = None
        self._said: dict[Conversation, int] = {}
        self._wanted: dict[Conversation, int] = {}
        self._resting: dict[Conversation, IDelayedCall] = {}
        self._unsure: IDelayedCall | None = None
        conversations.marked.connect(lambda one: self._want(one, one.read_upto))
        conversations.unsure.connect(self._was_unsure)

    def begin(self, session: Session) -> None:
        """Begin a session: ask what is unread."""
        self.stop()
        if session.can(HISTORY):
            self._session = session
            self._errands.do(self._count)

    def stop(self) -> None:
        """End the session; what was not said is said in the next."""
        self._session = None
        for call in (*self._resting.values(), *([self._unsure] if self._unsure else [])):
            call.cancel()
        self._unsure = None
        for kept in (self._said, self._wanted, self._resting):
            kept.clear()

    def told(self, event: ReadTold) -> None:
        """Hear that another device has read on."""
        self._conversations.read_to(event.audience, event.upto)

    # What the server counts

    async def _count(self) -> None:
        """Ask what there is and how much of it is unread."""
        session = needs(self._session, HISTORY)
        before: int | None = None
        for _ in range(MOST_PAGES):
            answer = await session.ask(commands.Conversations(before))
            for item in answer.items:
                if isinstance(item, ConversationShown):
                    self._take(item)
            on = answer.reply.before
            if on is None or (before is not None and on >= before):
                break
            before = on

    def _take(self, item: ConversationShown) -> None:
        conversation = self._conversations.count(item.audience, Mark(item.read, item.last, item.unread))
        if conversation is not None and conversation.read_upto > item.read:
            self._want(conversation, conversation.read_upto)

    def _was_unsure(self, conversation: Conversation) -> None:
        if self._session is not None and self._unsure is None:
            self._unsure = self._clock.callLater(SURE, self._ask_again)

    def _ask_again(self) -> None:
        self._unsure = None
        self._errands.do(self._count)

    # Saying READ

    def _want(self, conversation: Conversation, number: int) -> None:
        if self._session is None or number <= self._said.get(conversation, 0):
            return
        self._wanted[conversation] = number
        if conversation not in self._resting:
            self._say(conversation)

    def _say(self, conversation: Conversation) -> None:
        number = self._said[conversation] = self._wanted.pop(conversation)
        self._resting[conversation] = self._clock.callLater(REST, self._rested, conversation)
        self._errands.do(lambda: self._read(number))

    def _rested(self, conversation: Conversation) -> None:
        del self._resting[conversation]
        if conversation in self._wanted:
            self._say(conversation)

    async def _read(self, number: int) -> None:
        await needs(self._session, HISTORY).perform(commands.Read(number))
