"""The rows of a transcript."""

import time

from examples.made_up import BOB, BOTH, ME, MadeUpClient
from imclient.core.conversations import Progress
from imclient.qt.conversation_model import MOST, PAGE, WINDOW, ConversationModel, in_words
from imclient.qt.conversation_rows import Kind
from improtocol.audience import EVERYONE, Audience
from tests.qt_case import QtCase

NOON = time.mktime((2026, 11, 20, 12, 0, 0, 0, 0, -1))


class ConversationModelTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = MadeUpClient()
        conversations = self.client.conversations
        self.talk = conversations.get(BOB)
        self.model = ConversationModel(self.talk, conversations.get(EVERYONE), ME, now=lambda: NOON)
        self.addCleanup(self.model.close)

    def bob_says(self, *texts: str, at: float = NOON) -> None:
        """Let bob say something to alice."""
        for text in texts:
            self.client.hear("bob", Audience.of(ME), text, at)
        self.model.flush()

    def kinds(self) -> list[Kind]:
        return [row.kind for row in self.model.rows]

    def texts(self) -> list[str]:
        return [row.text for row in self.model.rows if row.kind is Kind.MESSAGE]

    def test_days(self) -> None:
        """A heading stands where a new day begins."""
        self.bob_says("late", at=NOON - 86400)
        self.bob_says("early")
        self.assertEqual([Kind.DAY, Kind.MESSAGE, Kind.DAY, Kind.MESSAGE], self.kinds())
        self.assertEqual("Yesterday, Thursday 19 November", self.model.rows[0].text)

    def test_one_name_for_one_breath(self) -> None:
        """Messages of one sender in one minute stand under one name."""
        self.bob_says("one", "two")
        self.bob_says("three", at=NOON + 60)
        self.assertEqual([False, True, False, True], [row.opening for row in self.model.rows])

    def test_new_since_you_left(self) -> None:
        """The line stands above the first unread message, and names the time its reader went."""
        self.bob_says("old")
        self.talk.shown()
        self.bob_says("new", "newer")
        self.model.mark_new(NOON)
        self.assertEqual([Kind.DAY, Kind.MESSAGE, Kind.NEW, Kind.MESSAGE, Kind.MESSAGE], self.kinds())
        self.assertEqual("New since you left, 12:00", self.model.rows[2].text)
        self.model.mark_read()
        self.model.flush()
        self.assertNotIn(Kind.NEW, self.kinds())

    def test_in_passing(self) -> None:
        """What went to everyone stands in passing where the log has it, unless it is not wanted."""
        self.bob_says("before")
        self.client.hear("carol", EVERYONE, "to all", NOON)
        self.bob_says("after")
        self.assertEqual([Kind.DAY, Kind.MESSAGE, Kind.ASIDE, Kind.MESSAGE], self.kinds())
        self.model.show_aside(False)
        self.assertEqual([Kind.DAY, Kind.MESSAGE, Kind.MESSAGE], self.kinds())

    def test_notice_stays_in_its_place(self) -> None:
        """What the program says stays below what was last said then."""
        self.bob_says("before")
        self.model.notice("bob answered in 12 ms")
        self.bob_says("after", at=NOON + 60)
        self.assertEqual([Kind.DAY, Kind.MESSAGE, Kind.NOTICE, Kind.MESSAGE], self.kinds())

    def test_window(self) -> None:
        """Of a hundred thousand messages a window is shown, its end the newest."""
        for number in range(100_000):
            self.client.hear("bob", Audience.of(ME), str(number), NOON)
        self.model.flush()
        self.assertLessEqual(len(self.model.rows), MOST + 1)
        self.assertEqual("99999", self.texts()[-1])

    def test_older_page(self) -> None:
        """Scrolling up shows older messages, a page at a time."""
        self.bob_says(*map(str, range(WINDOW + PAGE + 20)))
        self.model.show_end()
        self.assertEqual(str(PAGE + 20), self.texts()[0])
        self.model.following = False
        self.assertTrue(self.model.older())
        self.assertEqual("20", self.texts()[0])
        self.assertTrue(self.model.older())
        self.assertFalse(self.model.older())
        self.assertEqual("0", self.texts()[0])

    def test_changes_tell_little(self) -> None:
        """A message more is one row inserted, and nothing else is touched."""
        self.bob_says("one")
        told: list[tuple[str, int, int]] = []
        self.model.rowsInserted.connect(lambda _, first, last: told.append(("in", first, last)))
        self.model.rowsRemoved.connect(lambda _, first, last: told.append(("out", first, last)))
        self.bob_says("two")
        self.assertEqual([("in", 2, 2)], told)

    def test_own_message_in_words(self) -> None:
        """A screen reader hears who said what to whom, and how far it got."""
        said = self.client.hear(ME, BOTH, "Lunch?", NOON, Progress.WAITING)
        model = ConversationModel(self.client.conversations.get(BOTH), None, ME, now=lambda: NOON)
        self.addCleanup(model.close)
        self.assertEqual(
            "alice at 12:00, to bob, carol: Lunch?, waiting, to bob, carol", in_words(model.rows[-1], ME)
        )
        said.progress, said.refusal = Progress.REFUSED, "There is no user called carol."
        self.assertIn("not sent: There is no user called carol.", in_words(model.rows[-1], ME))
