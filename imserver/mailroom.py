"""What was committed goes to the sessions it is for: cursors, catching up, fan-out, slow readers.

A session's stream has a position p and is told entry n only if n > p (language, R28).  A *live*
stream has been told everything there is; its position is the log's.  Any other catches up: a page
is read from disk up to the page's snapshot, and as soon as all that is left lies within the ring of
recent entries in memory, that rest is written and the stream made live in one turn of the reactor.
Nothing can be committed in between, so nothing can be missed, and a short page proves nothing.

Login, SYNC, and a slow reader that has drained are all the same few lines.

However many catch up at once, only a few pages are on their way from the disk, and no stream is read a
further page while its reader's socket is full.  Threads that read take the interpreter from the one that
writes, at every call of the kernel: with four of them busy hundreds of readers got nothing for half a
minute, while what was read for them filled the memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol import codec, limits
from improtocol.audience import EVERYONE, Audience
from improtocol.events import Bye, CloseTold, Gap, Live, MessageTold, RegisterTold, RenameTold
from improtocol.vocabulary import Event

from .avatar import Avatar, Stream
from .storage.interface import Damaged, Log
from .storage.records import Entry, EntryKind, Page
from .users import Users

T = TypeVar("T")

#: Recent entries kept in memory, so that whoever was away for a moment costs no read of the disk.
RING = 4096

#: Pages on their way from the disk at once.
PAGES = 2

#: Has something done at the end of the turn.
Soon = Callable[[Callable[[], None]], object]


@dataclass(slots=True, eq=False)
class Posted:
    """An entry as it is told, written once for all."""

    entry: Entry
    line: bytes
    line_with_ref: bytes  #: for those who said it, on their other devices


class Mailroom:
    """Takes committed entries to the streams they are for."""

    log = Logger()

    def __init__(
        self,
        storage: Log,
        users: Users,
        last: int,
        soon: Soon,
        *,
        ring: int = RING,
        page: int = limits.PAGE,
        part: int = limits.PAGE_BYTES,
    ) -> None:
        self._storage = storage
        self._users = users
        self._soon = soon
        self.last = last  #: the newest entry
        self.left_out: Callable[[Stream], None] = lambda stream: None  #: hears which stream lacks something
        self.delivered = 0  #: entries told to sessions since the start
        self._page_size = page  # entries read from disk at once
        self._part_size = part  # bytes of the ring written at once
        self._ring: deque[Posted] = deque(maxlen=ring)
        self._streams: dict[Stream, None] = {}  # an ordered set: whoever came first is told first
        self._just_said: dict[int, Stream] = {}
        self._wanting: deque[Stream] = deque()  # those whose next page is to be read
        self._pages = 0  # on their way

    # --- sessions come and go ---

    def open(self, avatar: Avatar, position: int) -> None:
        """Begin to tell a session its stream, behind a position."""
        avatar.stream = Stream(avatar, position, told=position, announce=True)
        self._streams[avatar.stream] = None
        self._catch_up(avatar.stream)

    def close(self, avatar: Avatar) -> None:
        """Tell a session nothing more."""
        if avatar.stream is not None:
            self._streams.pop(avatar.stream, None)
            avatar.stream = None

    def again(self, avatar: Avatar, position: int) -> None:
        """Tell a stream anew from behind a position."""
        if (stream := avatar.stream) is not None:
            stream.live, stream.position, stream.said = False, position, None
            stream.announce, stream.count, stream.gap = True, 0, 0
            # Not in this turn: what this session said in the commit being told is not the log's last yet.
            self._soon(lambda: self._catch_up(stream))

    def said(self, avatar: Avatar, number: int) -> None:
        """Note which session said an entry: its OK has told it, and it is not told again (R22)."""
        stream = avatar.stream
        if stream is None:
            return
        if stream.live:
            stream.told = max(stream.told, number)
            if number > self.last:
                self._just_said[number] = stream
        else:
            stream.said = (stream.said or set()) | {number}

    # --- fan-out ---

    def committed(self, entries: tuple[Entry, ...]) -> None:
        """Take new entries to the live streams; the others find them when they catch up."""
        batch = [_posted(entry) for entry in entries]
        self._ring.extend(batch)
        self.last = entries[-1].number
        apart = self._apart(batch)
        everyone = [posted for posted in batch if posted.entry.everyone]
        if everyone:
            shared = b"".join(posted.line for posted in everyone)
            for stream in self._streams:
                if stream.live and stream not in apart:
                    stream.told = everyone[-1].entry.number
                    stream.avatar.session.carrier.write(shared)
                    self.delivered += len(everyone)
        for stream, own in apart.items():
            self._write(stream, sorted([*own, *everyone], key=_number) if everyone else own)
        self._just_said.clear()

    def recent(self, after: int, upto: int) -> Iterable[Entry] | None:
        """Give the entries of a range, if all of them are still in memory."""
        begin = self.last - len(self._ring)
        if after < begin:
            return None
        return [self._ring[at].entry for at in range(after - begin, min(upto, self.last) - begin)]

    def let_go(self, upto: int) -> None:
        """Hold nothing any more that is no longer kept: who has not been told it hears of a gap."""
        while self._ring and self._ring[0].entry.number <= upto:
            self._ring.popleft()

    def _apart(self, batch: Iterable[Posted]) -> dict[Stream, list[Posted]]:
        """Find the live streams that are told something else than everybody, and what concerns them alone.

        A batch may hold a thousand entries for a thousand streams: no stream looks through those of others.
        """
        apart: dict[Stream, list[Posted]] = {}
        for posted in batch:
            entry = posted.entry
            if entry.kind is EntryKind.REGISTER:
                continue
            concerned = [self._users.of(account) for account in entry.accounts | {entry.account}]
            if entry.everyone and entry.kind is EntryKind.MESSAGE:
                concerned += self._users.blockers(entry.account)
            for user in concerned:
                for avatar in user.avatars:
                    if avatar.stream is None or not avatar.stream.live:
                        continue
                    own = apart.setdefault(avatar.stream, [])
                    if not entry.everyone:
                        own.append(posted)
        return apart

    def _write(self, stream: Stream, batch: Iterable[Posted]) -> int:
        """Tell a stream what of these entries is its own; say how many that were."""
        account = stream.avatar.account
        user = self._users.of(account.id)
        lines = []
        lacks = False
        for posted in batch:
            entry = posted.entry
            if not _is_for(entry, account.id, account.registered):
                continue
            if user.blocks and entry.kind is EntryKind.MESSAGE and not user.hears(entry):
                lacks = True
                continue
            stream.told = max(stream.told, entry.number)
            if self._just_said.get(entry.number) is stream or (stream.said and entry.number in stream.said):
                continue  # its OK has told it
            lines.append(posted.line_with_ref if entry.account == account.id else posted.line)
        if lines:
            stream.avatar.session.carrier.write(b"".join(lines))
            self.delivered += len(lines)
        if lacks:
            self.left_out(stream)
        return len(lines)

    def tell_everyone(self, events: Iterable[Event]) -> None:
        """Tell every session that is logged in what has no number: written once for all."""
        lines = b"".join(codec.write(event).encode() + b"\n" for event in events)
        for stream in self._streams:
            stream.avatar.session.carrier.write(lines)

    # --- catching up ---

    def hold_back(self, avatar: Avatar) -> None:
        """Stop telling a slow reader; its place is kept, and the log keeps the rest."""
        if (stream := avatar.stream) is not None:
            stream.full = True
            if stream.live:
                stream.live, stream.position, stream.count = False, self.last, 0
                # What it said in this very commit is not the log's last yet.
                stream.said = {number for number, by in self._just_said.items() if by is stream}

    def go_on(self, avatar: Avatar) -> None:
        """Tell a reader that has drained what it has missed."""
        if (stream := avatar.stream) is not None and stream.full:
            stream.full = False
            self._catch_up(stream)

    def _catch_up(self, stream: Stream) -> None:
        if stream.reading or stream.full or stream.live or stream not in self._streams:
            return
        # While a gap is still to be told the disk must say where: the ring may yet hold what is gone there.
        if stream.position >= max(self.last - len(self._ring), stream.gap):
            self._from_ring(stream)
        else:
            stream.reading = True
            self._wanting.append(stream)
            self._read_on()

    def _read_on(self) -> None:
        """Have the next pages read, as many at once as may be."""
        while self._wanting and self._pages < PAGES:
            stream = self._wanting.popleft()
            if stream in self._streams:
                self._pages += 1
                self._read(stream, stream.position)

    def _read(self, stream: Stream, began: int) -> None:
        page = self._storage.page_after(stream.avatar.account.id, began, self._page_size)
        page.addBoth(self._came)
        page.addCallback(lambda page: self._page(stream, began, page))
        page.addErrback(lambda failure: self._cut(stream, failure))
        page.addCallback(lambda _: self._read_on())

    def _came(self, outcome: T) -> T:
        self._pages -= 1
        return outcome

    def _page(self, stream: Stream, began: int, page: Page) -> None:
        stream.reading = False
        if stream not in self._streams:
            return
        # A SYNC may have moved the position while the page was being read.
        if stream.position == began:
            # What is on disk before it came by here comes by in a moment, and is told then.
            upto = min(page.upto, self.last)
            known = [entry for entry in page.entries if entry.number <= upto]
            stream.gap = page.gap
            if began < page.gap <= upto:
                self._say_gap(stream, page.gap, (entry for entry in known if entry.number < page.gap))
                known = [entry for entry in known if entry.number > page.gap]
            stream.count += self._write(stream, map(_posted, known))
            stream.position = upto
        self._soon(lambda: self._catch_up(stream))

    def _say_gap(self, stream: Stream, gap: int, people: Iterable[Entry]) -> None:
        """Say that messages are no longer kept, behind those who came before them (R30, R37)."""
        stream.count += self._write(stream, map(_posted, people))
        stream.told = max(stream.told, gap)
        stream.avatar.session.carrier.tell(
            Gap(gap, f"Messages up to {gap} that you had not been told are no longer kept.")
        )

    def _from_ring(self, stream: Stream) -> None:
        """Write what is left, in parts that a socket takes at once; with the last the stream is live."""
        first = stream.position - (self.last - len(self._ring))
        part: list[Posted] = []
        size = 0
        for at in range(first, len(self._ring)):
            part.append(self._ring[at])
            size += len(self._ring[at].line)
            if size > self._part_size:
                break
        stream.count += self._write(stream, part)
        stream.position = part[-1].entry.number if part else stream.position
        if stream.position < self.last:
            self._soon(lambda: self._catch_up(stream))
            return
        if stream.full:
            return
        stream.live, stream.said = True, None
        if self._users.of(stream.avatar.account.id).blocks:
            self.left_out(stream)  # of what was read from the disk nobody knows
        if stream.announce:
            stream.announce = False
            stream.avatar.session.carrier.tell(Live(stream.told, told=stream.count))

    def _cut(self, stream: Stream, failure: Failure) -> None:
        """End a session whose stream cannot be read: it comes back and begins where it was."""
        stream.reading = False
        self.log.failure("A stream could not be read", failure)
        if stream in self._streams:
            # What is damaged is skipped by nobody: it takes an operator, and so more than a moment.
            wait = 60 if failure.check(Damaged) else 5
            stream.avatar.session.end(
                Bye("internal", wait, f"Your stream could not be read; come back in {wait} seconds.")
            )


def _is_for(entry: Entry, account: int, registered: int) -> bool:
    """Whether an entry is in an account's stream (R16, R20)."""
    if entry.kind is not EntryKind.MESSAGE:
        return True
    if entry.everyone:
        return entry.number > registered
    # What was read back from disk for this account names nobody: it has been chosen already.
    return not entry.accounts or account in entry.accounts or account == entry.account


def _number(posted: Posted) -> int:
    return posted.entry.number


def _posted(entry: Entry) -> Posted:
    line = codec.write(_told(entry, None)).encode() + b"\n"
    with_ref = line if entry.ref is None else codec.write(_told(entry, entry.ref)).encode() + b"\n"
    return Posted(entry, line, with_ref)


def _told(entry: Entry, ref: str | None) -> Event:
    if entry.kind is EntryKind.REGISTER:
        return RegisterTold(entry.number, entry.sender, at=entry.at)
    if entry.kind is EntryKind.RENAME:
        return RenameTold(entry.number, entry.sender, entry.text, at=entry.at)
    if entry.kind is EntryKind.CLOSE:
        return CloseTold(entry.number, entry.sender, at=entry.at)
    audience = EVERYONE if entry.everyone else Audience(tuple(entry.audience.split(",")))
    return MessageTold(
        entry.number, entry.sender, audience, entry.text, at=entry.at, ref=ref, announce=entry.announce
    )
