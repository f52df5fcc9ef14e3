"""How long a page of messages may hold the window."""

from examples.made_up import BOB, ME, MadeUpClient
from imclient.qt.conversation_view import ConversationView
from improtocol.audience import Audience
from imqt.painting import Paragraphs
from tests.qt_case import QtCase


class MeasuringTests(QtCase):
    """In one turn only so much is measured."""

    def setUp(self) -> None:
        super().setUp()
        self.client = MadeUpClient()
        for number in range(30):
            self.client.hear("bob", Audience.of(ME), f"line {number} " * 20, 1_800_000_000)
        self.view = ConversationView(self.client.conversations.get(BOB), None, ME)
        self.addCleanup(self.view.close_view)
        self.view.resize(500, 300)
        self.turns = 0
        self.view.transcript._painter.measured.connect(self._count)

    def _count(self) -> None:
        self.turns += 1

    def measured(self) -> int:
        shapes = [row.shape.values() for row in self.view.model.rows]
        return sum(any(isinstance(one, Paragraphs) for one in shape) for shape in shapes)

    def test_at_once(self) -> None:
        """A page of what people write is laid out in one turn."""
        self.view.transcript._painter.most = 10_000
        self.show(self.view)
        self.settle()
        self.assertEqual((30, 0), (self.measured(), self.turns))

    def test_bit_by_bit(self) -> None:
        """What would hold the window is laid out turn by turn, and its end stays in sight."""
        self.view.transcript._painter.most = 0
        self.show(self.view)
        for _ in range(100):
            self.settle()
        self.assertEqual(30, self.measured())
        self.assertGreater(self.turns, 10)
        bar = self.view.transcript.bar
        self.assertEqual(bar.maximum(), bar.value())
        self.assertGreater(bar.maximum(), 300)
