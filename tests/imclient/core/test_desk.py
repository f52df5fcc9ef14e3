"""How somebody left their desk is there again at the next start."""

from __future__ import annotations

import json
from pathlib import Path

from twisted.internet.defer import Deferred, execute, fail
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.desk import MOST_DRAFTS, Desk, Left, read
from imclient.core.settings import Preferences
from improtocol.audience import EVERYONE, Audience

BOB, BOTH = Audience.of("bob"), Audience.of("bob", "carol")


class DeskTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = Path(self.mktemp())
        self.clock = Clock()
        self.desk = Desk(self.clock, execute)
        self.desk.restore(self.path, Left())

    def test_all_of_it(self) -> None:
        """Tabs, windows, drafts, favourites, who is muted and who was seen come back as they were."""
        self.desk.note_open([EVERYONE, BOTH], [BOB], BOTH)
        self.desk.note_draft(BOB, "Lunch\nat one?")
        self.desk.note_favourite("carol", True)
        self.desk.note_muted(EVERYONE, True)
        self.desk.note_seen("carol", 1_800_000_000.5)
        self.clock.advance(1)
        left = read(self.path)
        self.assertEqual(self.desk.left, left)
        self.assertEqual(([EVERYONE, BOTH], [BOB], BOTH), (left.open, left.apart, left.current))
        self.assertEqual({BOB: "Lunch\nat one?"}, left.drafts)

    def test_only_its_user_reads_it(self) -> None:
        """The file is its user's alone: drafts are nobody else's business."""
        self.desk.note_draft(BOB, "secret")
        self.clock.advance(1)
        self.assertEqual(0o600, self.path.stat().st_mode & 0o777)

    def test_sent(self) -> None:
        """A draft that was sent or deleted is forgotten."""
        self.desk.note_draft(BOB, "x")
        self.desk.note_draft(BOB, " ")
        self.clock.advance(1)
        self.assertEqual({}, read(self.path).drafts)

    def test_sent_and_killed(self) -> None:
        """What was sent is no draft at the next start, were its writer's client killed right after."""
        self.desk.note_draft(BOB, "Lunch?")
        self.clock.advance(1)
        self.desk.note_draft(BOB, "Lunch? At one?")
        self.desk.note_draft(BOB, "")
        self.clock.advance(0)
        self.assertEqual({}, read(self.path).drafts)

    def test_waiting(self) -> None:
        """What stands in the outbox is no draft; what was begun behind it is one still."""
        self.desk.note_draft(BOB, "Lunch?\n")
        self.desk.note_waiting(BOTH, "Lunch?")
        self.assertEqual("Lunch?\n", self.desk.draft(BOB))
        self.desk.note_waiting(BOB, "Lunch?")
        self.assertEqual("", self.desk.draft(BOB))
        self.desk.note_draft(BOB, "At one?")
        self.desk.note_waiting(BOB, "Lunch?")
        self.assertEqual("At one?", self.desk.draft(BOB))

    def test_written_once(self) -> None:
        """What changes within a second is written once."""
        times: list[int] = []
        desk = Desk(self.clock, lambda work: times.append(1) or execute(work))  # type: ignore[func-returns-value]
        desk.restore(self.path, Left())
        for letters in range(50):
            desk.note_draft(BOB, "x" * letters)
        self.clock.advance(1)
        self.assertEqual([1], times)

    def test_close(self) -> None:
        """What was not yet written is written at the end."""
        self.desk.note_draft(BOB, "x")
        self.successResultOf(self.desk.close())
        self.assertEqual({BOB: "x"}, read(self.path).drafts)
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_bounded(self) -> None:
        """The oldest drafts go when there are very many."""
        for number in range(MOST_DRAFTS + 1):
            self.desk.note_draft(Audience.of(f"p{number}"), "x")
        self.assertEqual(MOST_DRAFTS, len(self.desk.left.drafts))
        self.assertEqual("", self.desk.draft(Audience.of("p0")))

    def test_damaged(self) -> None:
        """What cannot be read was nothing."""
        for text in ("", "{", "[]", '{"open": 3}', json.dumps({"open": [], "apart": [], "current": 1})):
            self.path.write_text(text)
            self.assertEqual(Left(), read(self.path), text)

    def test_full_disk(self) -> None:
        """A disk that cannot be written stops nobody."""
        broken: Deferred[None] = fail(OSError("full"))
        desk = Desk(self.clock, lambda work: broken)  # type: ignore[arg-type,return-value]
        desk.restore(self.path, Left())
        desk.note_draft(BOB, "x")
        self.successResultOf(desk.close())
        self.assertEqual(1, len(self.flushLoggedErrors(OSError)))


class PreferencesTests(SynchronousTestCase):
    def test_taken(self) -> None:
        """What is as it should be is taken; for the rest there is what is usual."""
        read = Preferences.of({"theme": "dark", "scale": "big", "sound": True, "else": 1})
        self.assertEqual(Preferences(theme="dark", sound=True), read)
        self.assertEqual(Preferences(), Preferences.of(None))
