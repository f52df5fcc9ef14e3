"""Defects planted on purpose: a judge counts only when it finds each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from twisted.internet.defer import Deferred

from imserver.avatar import Avatar, Stream
from imserver.mailroom import Mailroom, Posted, _posted
from imserver.storage.database import Database
from imserver.storage.records import Draft, Entry, Page, People, Receipts, Shown, Stored

from .device import Device
from .session_life import Parts


class ShortPageMeansLive(Mailroom):
    """Whose page was not full is made live: what was committed while it was read is never told."""

    def _page(self, stream: Stream, began: int, page: Page) -> None:
        super()._page(stream, began, page)
        if len(page.entries) < self._page_size:
            stream.position = self.last


class RingOverrunIgnored(Mailroom):
    """Who is behind the ring is told the ring."""

    def _catch_up(self, stream: Stream) -> None:
        stream.position = max(stream.position, self.last - len(self._ring))
        super()._catch_up(stream)


class ToldAgain(Mailroom):
    """Who says something while it is behind is told it again."""

    def said(self, avatar: Avatar, number: int) -> None:
        if avatar.stream is not None and avatar.stream.live:
            super().said(avatar, number)


class HalfIsTheWhole(Mailroom):
    """A slow reader is taken to have been told everything there is."""

    def go_on(self, avatar: Avatar) -> None:
        if avatar.stream is not None:
            avatar.stream.position = self.last
        super().go_on(avatar)


class PageRunsAhead(Mailroom):
    """A page tells what is on disk before it came by: it is told twice, or again to who said it."""

    def _page(self, stream: Stream, began: int, page: Page) -> None:
        last, self.last = self.last, max(self.last, page.upto)
        super()._page(stream, began, page)
        self.last = last


class EverybodysBusiness(Mailroom):
    """Who is told anything is told what others are told."""

    def _write(self, stream: Stream, batch: Iterable[Posted]) -> int:
        return super()._write(
            stream, [replace(p, entry=replace(p.entry, accounts=frozenset())) for p in batch]
        )


class ToldIsHeld(Mailroom):
    """A cursor moves when its device is told, and not when the device says that it holds it."""

    def _write(self, stream: Stream, batch: Iterable[Posted]) -> int:
        written = super()._write(stream, batch)
        assert isinstance(self._storage, Database)
        self._storage.hold(stream.avatar.account.id, stream.avatar.device, stream.told)
        return written


class StoresEachTime(Database):
    """What is said again under its ref is stored again."""

    def append(self, draft: Draft) -> Deferred[Stored]:
        return super().append(replace(draft, ref=None))


class SilentGap(Mailroom):
    """What is no longer kept is passed over as if it had never been."""

    def _say_gap(self, stream: Stream, gap: int, people: Iterable[Entry]) -> None:
        stream.count += self._write(stream, map(_posted, people))


class GapForAll(Database):
    """Everybody is told of a gap, whether they miss something or not."""

    def page_after(self, account: int, position: int, limit: int) -> Deferred[Page]:
        page = super().page_after(account, position, limit)
        return page.addCallback(lambda page: replace(page, gap=max(page.gap, position + 1)))


class ShowsWhatIsOthers(Database):
    """Who reads back is shown what is the first account's."""

    def history(
        self, account: int, people: People | None, *, after: int, before: int | None, limit: int
    ) -> Deferred[Shown]:
        return super().history(1, people, after=after, before=before, limit=limit)


class CountsThoseWhoWait(Database):
    """A message is said to have come to all it is for."""

    def receipts_of(self, numbers: Collection[int]) -> Deferred[tuple[Receipts, ...]]:
        counted = super().receipts_of(numbers)
        return counted.addCallback(lambda all_: tuple(replace(one, delivered=one.to) for one in all_))


class TellsAnother(Database):
    """How far a message came is told to the first account."""

    def receipts_of(self, numbers: Collection[int]) -> Deferred[tuple[Receipts, ...]]:
        counted = super().receipts_of(numbers)
        return counted.addCallback(lambda all_: tuple(replace(one, sender=1) for one in all_))


class TakesAnOkForTheStream(Device):
    """A client that acknowledges its own message though one before it is still to be told."""

    takes_an_ok_for_the_stream = True


#: By the sentence of the promise that each breaks.
PLANTED = {
    "a short page means live": Parts(mailroom=ShortPageMeansLive),
    "the ring was overrun": Parts(mailroom=RingOverrunIgnored),
    "told again what it said": Parts(mailroom=ToldAgain),
    "slow, and told half": Parts(mailroom=HalfIsTheWhole),
    "a page runs ahead": Parts(mailroom=PageRunsAhead),
    "told what is not one's own": Parts(mailroom=EverybodysBusiness),
    "told is held": Parts(mailroom=ToldIsHeld),
    "a ref is stored each time": Parts(database=StoresEachTime),
    "a gap is silent": Parts(mailroom=SilentGap),
    "a gap is told to all": Parts(database=GapForAll),
    "shown what is not one's own": Parts(database=ShowsWhatIsOthers),
    "a receipt counts those who wait": Parts(database=CountsThoseWhoWait),
    "a receipt goes to another": Parts(database=TellsAnother),
    "a client takes an OK for the stream": Parts(device=TakesAnOkForTheStream),
}
