"""Reading back, and how far it was read."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.audience import Audience
from improtocol.commands import History, Read, Send
from improtocol.events import ReadTold
from improtocol.replies import MessageShown
from imserver.bounds import UNHURRIED
from tests.imserver.guest import Guest
from tests.stage import Stage

BOB = Audience.of("bob")


class ReadingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.stage = Stage(bounds=UNHURRIED)
        self.alice = Guest(self.stage, 1).enter("alice")
        self.desk = Guest(self.stage, 2).enter("bob", device="desk")
        self.phone = Guest(self.stage, 3).enter("bob", device="phone")

    def test_others_are_told(self) -> None:
        """READ is told to one's other sessions, not to the one that said it; said again, to nobody."""
        number = self.alice.ask(Send(BOB, "hi")).number
        for expected in (1, 0):
            self.desk.told(), self.phone.told(), self.alice.told()
            self.desk.ask(Read(number))
            heard = [len(one.told(ReadTold)) for one in (self.desk, self.phone, self.alice)]
            self.assertEqual([0, expected, 0], heard)

    def test_pages_of_bytes(self) -> None:
        """An answer stops before its bound in bytes, names the key to ask on with, and all is shown."""
        count = int(limits.PAGE_BYTES) // 4000 + 4
        sent = [self.alice.ask(Send(BOB, "x" * 4000)).number for _ in range(count)]
        for oldest_first in (False, True):
            shown: list[int] = []
            command, pages = History(BOB, after=1) if oldest_first else History(BOB), 0
            while True:
                reply = self.alice.ask(command)
                page = [item.number for item in reply.items if isinstance(item, MessageShown)]
                self.assertLess(len(page), limits.PAGE_BYTES // 4000)
                shown, pages = ([*shown, *page] if oldest_first else [*page, *shown]), pages + 1
                if reply.before is None and reply.after is None:
                    break
                command = History(BOB, before=reply.before, after=reply.after)
            self.assertEqual((sent, 2), (shown, pages))
