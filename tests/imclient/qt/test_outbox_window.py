"""What waits is shown, and can be taken back as long as nobody else may have it."""

from __future__ import annotations

from PyQt5.QtWidgets import QLabel, QPushButton

from imclient.qt.outbox_window import NOTHING, OutboxWindow
from improtocol.audience import Audience

from .windows_case import WindowsCase

BOB = Audience.of("bob")


class OutboxWindowTests(WindowsCase):
    """Alice writes to Bob while the link is broken."""

    def setUp(self) -> None:
        super().setUp()
        self.bob, self.alice = self.window("bob"), self.window("alice")
        self.back = self.leave(self.alice)
        for text in ("one", "two", "three"):
            self.say(self.alice, text, "bob")
        self.alice.show_outbox()
        [self.list] = self.alice.findChildren(OutboxWindow)

    def texts(self) -> list[str]:
        shown = [label.text() for label in self.list.findChildren(QLabel) if label.isVisible()]
        return [text for text in shown if text in ("one", "two", "three", NOTHING)]

    def take_back(self, text: str) -> None:
        said = next(one for one in self.alice._client.outbox.items() if one.text == text)
        button = self.list.findChild(QPushButton, f"listing-{said.ref}")
        assert button is not None
        button.click()
        self.settle()

    def test_shown(self) -> None:
        """All that waits is listed, in its order."""
        self.assertEqual(["one", "two", "three"], self.texts())

    def test_taken_back(self) -> None:
        """What is taken back is never said; the rest is, in its order."""
        self.take_back("two")
        self.assertEqual(["one", "three"], self.texts())
        self.back()
        heard = self.bob._client.conversations.get(Audience.of("alice")).messages
        self.assertEqual(["one", "three"], [said.text for said in heard])
        self.assertEqual([NOTHING], self.texts())

    def test_next_start(self) -> None:
        """What was taken back does not come again at the next start."""
        self.take_back("one")
        folder = self.alice._client.settings.folder
        self.alice.close()
        self.end(self.alice._client)
        again = self.start(folder)
        self.successResultOf(again.recall("lab.example", 12000, "alice"))
        self.assertEqual(["two", "three"], [said.text for said in again.outbox.items()])


class UnderWayTests(WindowsCase):
    def test_not_taken_back(self) -> None:
        """What is under way is not taken back: its answer comes."""
        self.window("bob")
        alice = self.window("alice")
        alice._client.say(BOB, "gone?")
        [said] = alice._client.outbox.items()
        self.assertTrue(alice._client.outbox.is_under_way(said))
        self.assertFalse(alice._client.outbox.let_go(said))
        self.wait(1)
        self.assertEqual([], alice._client.outbox.items())

    def test_in_the_log(self) -> None:
        """What was taken back, but is in the log, is told from there: it is shown once, and said once."""
        bob, alice = self.window("bob"), self.window("alice")
        net = self.nets[alice._client]
        alice._client.say(BOB, "gone?")
        [said] = alice._client.outbox.items()
        serve, net.serve = net.serve, None
        self.cut(alice._client)
        self.assertTrue(alice._client.outbox.let_go(said) or not alice._client.outbox.items())
        net.serve = serve
        self.wait(70)
        heard = bob._client.conversations.get(Audience.of("alice")).messages
        mine = alice._client.conversations.get(BOB).messages
        self.assertEqual([one.text for one in heard], [one.text for one in mine])
