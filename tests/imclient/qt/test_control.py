"""The hold that an end-to-end test has on the windows."""

import json

from twisted.internet.testing import StringTransport

from examples.made_up import BOTH, lab
from imclient.qt.control import Control
from imclient.qt.main_window import MainWindow
from imqt.dress import Choice, Dress
from tests.qt_case import QtCase, app


class ControlTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = lab()
        self.window = self.show(MainWindow(self.client, Dress(app, Choice.LIGHT)))
        self.window.conversations.open(BOTH)
        self.settle()
        self.transport = StringTransport()
        self.control = Control("first")
        self.control.makeConnection(self.transport)

    def do(self, **command: object) -> object:
        self.transport.clear()
        self.control.dataReceived(json.dumps(command).encode() + b"\n")
        answer = json.loads(self.transport.value())
        return answer.get("ok", answer.get("error"))

    def test_hello(self) -> None:
        """It says whose windows these are."""
        self.assertEqual({"hello": "first"}, json.loads(self.transport.value()))

    def test_talk(self) -> None:
        """A test types, presses Enter, and reads what is on the screen."""
        self.do(do="type", name="composer", text="Lunch?")
        self.do(do="key", name="composer", key="Return")
        self.assertEqual([(BOTH, "Lunch?")], self.client.said)
        self.assertEqual("Lunch?", self.do(do="messages")[-2])  # behind it stands what waits

    def test_click(self) -> None:
        """A test clicks on a button or on a person."""
        self.do(do="click", name="modeEveryone")
        self.assertEqual("Message everyone", self.window.composer.edit.placeholderText())
        self.do(do="click", name="roster", person="dave")
        self.assertIn("dave", self.do(do="tabs"))

    def test_looks(self) -> None:
        """A test reads titles, texts, the roster, the wire, and takes a picture."""
        self.assertTrue(self.do(do="title").endswith("alice - imclient"))
        self.assertEqual("Connected to lab.example:12001, TLS", self.do(do="text", name="linkState"))
        self.assertIn("Connected, 7 of 11", self.do(do="roster"))
        self.assertEqual(12, len(self.do(do="wire")))
        self.assertTrue(self.do(do="grab", path=self.mktemp() + ".png"))

    def test_mistake(self) -> None:
        """What cannot be done is answered, and the next thing is done."""
        self.assertIn("LookupError", self.do(do="click", name="nowhere"))
        self.assertTrue(self.do(do="visible", name="composer"))
