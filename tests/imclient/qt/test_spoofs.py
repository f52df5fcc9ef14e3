"""Promise E5 in the windows: whoever looks like another is marked, and each name stands within itself."""

from __future__ import annotations

from PyQt5.QtWidgets import QWidget

from examples.made_up import ME, MadeUpClient, as_client
from imclient.core import lookalike
from imclient.core.client import LinkState
from imclient.core.conversations import Progress
from imclient.core.records import Receipt
from imclient.core.roster import Presence
from imclient.qt.blocked_window import BlockedWindow
from imclient.qt.conversation_model import in_words
from imclient.qt.main_window import MainWindow
from imclient.qt.outbox_window import OutboxWindow
from imclient.qt.roster_model import RosterModel
from improtocol.audience import EVERYONE, Audience
from imqt.dress import Choice, Dress
from tests.imclient.core.test_lookalike import NAMES, spoofs
from tests.qt_case import QtCase, app

from .seen import words

#: Names in which something hides, or that turn round what follows them.
TURNING = ("bob\u202egpj", "דנה", "al\u200bice", "car\u2066ol", "مر\u202eحبا", "z\u00adoe")


class MarkedTests(QtCase):
    """A roster full of people who want to be taken for others."""

    def unmarked(self) -> list[str]:
        """Give those whom neither roster nor transcript marks."""
        client = MadeUpClient()
        for name in NAMES:
            client.meet(name, Presence.ONLINE)
        pairs = [(name, spoof) for name, spoof in spoofs() if spoof != name]
        self.assertGreater(len(pairs), 2000)
        for _, spoof in pairs:
            client.meet(spoof, Presence.ONLINE)
        model = RosterModel(as_client(client))
        self.addCleanup(model.deleteLater)
        rows = {row.name: row for row in model.rows if not row.heading}
        return [spoof for _, spoof in pairs if not rows[spoof].like or not rows[spoof].line]

    def test_all(self) -> None:
        """Of more than 2,000 spoofed names each is marked in the roster."""
        self.assertEqual([], self.unmarked()[:10])

    def test_would_be_found(self) -> None:
        """If names were compared as they are written, none would be marked, and that is found."""
        self.patch(lookalike, "skeleton", lambda name: name)
        self.assertGreater(len(self.unmarked()), 2000)


class TurningTests(QtCase):
    """Windows full of names in which something hides."""

    def setUp(self) -> None:
        super().setUp()
        self.client = client = MadeUpClient()
        client.link.become(LinkState.ONLINE, "Connected")
        for place, name in enumerate(TURNING):
            client.meet(name, Presence.ONLINE if place % 2 else Presence.AWAY, "x")
            client.hear(name, Audience.of(ME), "Hello", 1_800_000_000)
            client.hear(name, EVERYONE, "Hello", 1_800_000_000)
            client.hear(ME, Audience.of(name), "Hello", 1_800_000_000, receipt=Receipt(1, 1, 1))
        refused = client.hear(ME, Audience.of(*TURNING[:3]), "Hello", 1.0, Progress.REFUSED, "no")
        refused.ref = "r1"
        client.outbox.held = [refused]
        client.blocked.put(frozenset(TURNING))

    def naked(self, window: QWidget) -> list[str]:
        """Give the places in which a name stands as it came."""
        found = []
        for where, text in words(window):
            for name in TURNING:
                if name in text.replace(lookalike.shown(name), ""):
                    found.append(f"{where}: {text!r}")
        return found

    def test_main_window(self) -> None:
        """In the main window each stands within itself, in each conversation."""
        window = self.show(MainWindow(as_client(self.client), Dress(app, Choice.LIGHT), "lab.example", 1))
        window.show_wire(True)
        found = []
        for name in TURNING:
            window.write_to([name])
            window._asking.ping([name], Audience.of(name))
            self.settle()
            view = window.conversations.current
            assert view is not None
            rows = [in_words(row, ME) for row in view.model.rows]
            found += [row for row in rows if name in row.replace(lookalike.shown(name), "")]
            found += self.naked(window)
        window.write_to(list(TURNING))
        self.settle()
        found += self.naked(window)
        window._asking.ask_to_block(TURNING[0], True)
        window.roster.model.choose(list(TURNING))
        window.conversations.list_all()
        self.settle()
        found += self.naked(window)
        self.assertEqual("", "\n".join(sorted(set(found))))

    def test_set_apart(self) -> None:
        """So it is in a window of its own."""
        window = self.show(MainWindow(as_client(self.client), Dress(app, Choice.LIGHT), "lab.example", 1))
        window.write_to([TURNING[1]])
        window.conversations.set_current_apart()
        self.settle()
        [apart] = [
            one for one in app.topLevelWidgets() if one.objectName() == "talkWindow" and one.isVisible()
        ]
        self.assertEqual([], self.naked(apart))

    def test_listings(self) -> None:
        """So it is in the windows over it."""
        for make in (BlockedWindow, OutboxWindow):
            window = self.show(make(as_client(self.client)))
            self.settle()
            self.assertEqual("", "\n".join(sorted(set(self.naked(window)))), make.__name__)
