"""How far a device holds its stream."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.audience import Audience
from improtocol.commands import Ack, Login, Send, Sync
from improtocol.errors import NotTold
from improtocol.events import Live, MessageTold, RegisterTold
from improtocol.replies import Acked, Synced
from improtocol.vocabulary import Event
from tests.imserver.guest import PASSWORD, Guest
from tests.stage import Stage


class CursorTests(SynchronousTestCase):
    """ACK and SYNC: alice is 1, bob 2; bob says 3, 4 and 5 to her, 6 to himself."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.alice = Guest(self.stage).enter("alice", device="desk")
        self.bob = Guest(self.stage).enter("bob")
        for to in ("alice", "alice", "alice", "bob"):
            self.bob.ask(Send(Audience.of(to), "hello"))
        self.alice.told()

    def cursor(self) -> int | None:
        """Say where Alice's desk begins when it comes again."""
        return Guest(self.stage).ask(Login("alice", PASSWORD, device="desk")).cursor

    def test_ack(self) -> None:
        """It moves this device's cursor, and is answered when that is on disk."""
        self.assertEqual(self.alice.ask(Ack(4)), Acked(4))
        self.assertEqual(self.cursor(), 4)

    def test_never_back(self) -> None:
        """Saying less, or the same, is OK and changes nothing (R27)."""
        for number in (4, 1, 0, 4):
            self.assertEqual(self.alice.ask(Ack(number)), Acked(number))
        self.assertEqual(self.cursor(), 4)

    def test_not_told(self) -> None:
        """What was not told cannot be held; the refusal names the last that was told."""
        self.assertEqual(self.alice.refused(Ack(6)), NotTold(5))
        self.assertEqual(self.alice.refused(Sync(6)), NotTold(5))
        self.assertEqual(self.cursor(), 1)

    def test_what_a_number_between_says(self) -> None:
        """A number that was never one's own may be acknowledged: everything before it was told."""
        self.alice.told()
        self.bob.ask(Send(Audience.of("alice"), "after 6"))
        self.assertEqual(self.alice.ask(Ack(6)), Acked(6))
        self.assertEqual(self.cursor(), 6)

    def test_one_device_alone(self) -> None:
        """What one device acknowledges is not held by another that has a cursor already."""
        phone = Guest(self.stage).enter("alice", device="phone")
        phone.ask(Ack(5))
        self.assertEqual(self.cursor(), 1)

    def test_several_at_once(self) -> None:
        """Of several that are under way the furthest counts."""
        asked = [self.alice.begin(Ack(number)) for number in (3, 5, 4)]
        self.stage.wait(1)
        self.assertEqual([self.successResultOf(one).number for one in asked], [3, 5, 4])
        self.assertEqual(self.cursor(), 5)

    def told(self, guest: Guest) -> list[Event]:
        """Give what of the stream was told."""
        return guest.told(MessageTold, Live)

    def test_sync(self) -> None:
        """The stream is told again from a number on, that one included, and the cursor stays (R31)."""
        self.assertEqual(self.alice.ask(Sync(4)), Synced(4))
        first, second, live = self.told(self.alice)
        assert isinstance(first, MessageTold)
        assert isinstance(second, MessageTold)
        self.assertEqual([first.number, second.number, live], [4, 5, Live(5, told=2)])
        self.assertEqual(self.cursor(), 1)

    def test_sync_from_the_beginning(self) -> None:
        """0 and 1 tell everything; what comes while it is told, comes once and behind it."""
        for number in (0, 1):
            asked = self.alice.begin(Sync(number))
            said = self.bob.begin(Send(Audience.of("alice"), "meanwhile"))
            self.stage.wait(1)
            self.successResultOf(asked)
            newest = self.successResultOf(said).number
            told = self.alice.told(RegisterTold, MessageTold)
            numbers = [event.number for event in told]  # type: ignore[attr-defined]
            self.assertEqual(numbers, [1, 2, 3, 4, 5, *range(7, newest + 1)])

    def test_an_ack_after_sync(self) -> None:
        """What was told before may still be acknowledged while it is told again."""
        self.alice.ask(Sync(1))
        self.assertEqual(self.alice.ask(Ack(5)), Acked(5))
