"""Promise E1 in the windows: whatever others say, are called, or show of themselves is no markup."""

from __future__ import annotations

from itertools import product
from random import Random

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtGui import QTextDocument
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QLabel, QMessageBox, QTextEdit, QWidget

from examples.gallery import ME, MadeUpClient, as_client
from imclient.core.client import LinkState
from imclient.core.conversations import Progress
from imclient.core.records import Receipt
from imclient.core.roster import Presence
from imclient.qt.conversation_model import in_words
from imclient.qt.main_window import MainWindow
from imclient.qt.notes import Notes
from imclient.qt.outbox_window import OutboxWindow
from improtocol.audience import EVERYONE, Audience
from imqt import plain
from imqt.dress import Choice, Dress
from tests.qt_case import QtCase, app

TAGS = [
    "b",
    "img",
    "a",
    "script",
    "table",
    "style",
    "qt",
    "html",
    "!--",
    "br/",
    "p",
    "object",
    "link",
    "?xml",
    "svg",
]
FILLED = (
    "", " src=file:///etc/passwd", " src='http://evil.example/x.png'", ' href="javascript:x"', " onload=x",
    " style='font-size:900px'", " data=x", " rel=stylesheet href=//evil.example/",
)  # fmt: skip
ROUND = (
    *("{}", "x{}y", "{}{}", "\n{}", "&lt;{}", "&{};", "&#60;{}", "{}</b>", "]]>{}", "\u202e{}"),
    *("&amp;{}\t", "{}&nbsp;"),
)


def corpus(count: int) -> list[str]:
    """Give so many texts that somebody may hope are taken for markup."""
    made = [pattern.replace("{}", f"<{tag}{rest}>") for tag, rest, pattern in product(TAGS, FILLED, ROUND)]
    random = Random(11)
    while len(made) < count:
        made.append("".join(random.choice(made[:1440]) for _ in range(random.randint(2, 3)))[:400])
    return made[:count]


class Watch(QObject):
    """Sees every label, box and tooltip that is shown anywhere in the program."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.seen = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Show, QEvent.Paint, QEvent.ToolTip, QEvent.ToolTipChange):
            self.look(watched)
        return False

    def look(self, watched: QObject) -> None:
        if isinstance(watched, (QMessageBox, QTextEdit)):
            self.found.append(f"{type(watched).__name__} is shown")
        elif isinstance(watched, QLabel) and watched.metaObject().className() != "QTipLabel":
            self.seen += 1
            if watched.textFormat() != Qt.PlainText:
                self.found.append(f"a label is not plain: {watched.text()[:40]}")
        if isinstance(watched, QWidget) and watched.toolTip():
            document = QTextDocument()
            document.setHtml(watched.toolTip())
            if watched.toolTip() != plain.tooltip(document.toPlainText()):
                self.found.append(f"a tooltip is not plain: {watched.toolTip()[:60]}")


class DoorTests(QtCase):
    def test_ten_thousand(self) -> None:
        """Of 10,000 texts each stands in label, tooltip, button, note and balloon as it is, or quoted."""
        balloons: list[str] = []
        notes = Notes(lambda heading, text: balloons.append(heading + text))
        label, button, document = plain.PlainLabel(), plain.button("x"), QTextDocument()
        elided = plain.ElidedLabel()
        for text in corpus(10_000):
            for each in (label, elided):
                each.setText(text)
                self.assertEqual((text, Qt.PlainText), (each.text(), each.textFormat()))
            button.setText(plain.literal(text))
            self.assertEqual(text, button.text().replace("&&", "&"))
            document.setHtml(plain.tooltip(text))
            # Of a line break at the very beginning nothing is shown.
            self.assertEqual(text.lstrip("\n"), document.toPlainText())
            notes._say_in_tray("bob", text, text, False)
            self.assertNotIn("<", balloons.pop())


class WindowTests(QtCase):
    """A window in which everything that comes from others is markup."""

    def setUp(self) -> None:
        super().setUp()
        self.watch = Watch()
        app.installEventFilter(self.watch)
        self.addCleanup(app.removeEventFilter, self.watch)

    def window(self, texts: list[str]) -> MainWindow:
        client = self.client = MadeUpClient()
        client.link.become(LinkState.ONLINE, f"Connected to {texts[0]}")
        for place, text in enumerate(texts):
            name = f"{''.join(text.split())}{place}"
            client.meet(name, Presence.ONLINE if place % 2 else Presence.OFFLINE, text)
            client.hear(name, Audience.of(ME), text, 1_800_000_000)
            client.hear(name, EVERYONE, text, 1_800_000_000)
            client.hear(ME, Audience.of(name), text, 1_800_000_000, receipt=Receipt(1, 1, 1))
        refused = client.hear(ME, Audience.of(name), texts[0], 1.0, Progress.REFUSED, texts[1])
        refused.ref = "r1"
        client.outbox.held = [refused]
        window = MainWindow(as_client(client), Dress(app, Choice.LIGHT), texts[0], 1)
        window.resize(1000, 700)
        return self.show(window)

    def test_everywhere(self) -> None:
        """Nothing in the window, its menus and the windows over it is taken for markup; nothing is loaded."""
        loaded: list[object] = []
        self.patch(QTextDocument, "loadResource", lambda *asked: loaded.append(asked))
        for texts in (corpus(1440)[at : at + 6] for at in range(0, 1440, 180)):
            window = self.window(texts)
            name = self.client.roster.people()[0].name
            window.write_to([name])
            window.notices.tell(texts[2])
            window._news.show_news(texts[3])
            window.composer.show_error(texts[4])
            window._asking.ask_to_block(name, True)
            window.show_wire(True)
            self.client.wire.heard(f"* MESSAGE 9 bob alice :{texts[0]}".replace("\n", "\\n"))
            OutboxWindow(as_client(self.client), window).open()
            window.tell_keys()
            self.settle()
            view = window.conversations.current
            assert view is not None
            shown = [row.text for row in view.model.rows if row.said is not None]
            self.assertIn(next(text for text in texts if f"{''.join(text.split())}" in name), shown)
            self.assertTrue(all(in_words(row, ME) for row in view.model.rows))
            for row in range(window.roster.model.rowCount()):
                tip = window.roster.model.index(row).data(Qt.ToolTipRole)
                self.assertTrue(tip is None or tip.startswith('<p style="white-space: pre-wrap">'), tip)
            window.close()
            self.settle()
        self.assertEqual(([], []), (self.watch.found, loaded))
        self.assertGreater(self.watch.seen, 100)

    def test_would_be_found(self) -> None:
        """The watch finds a label, a box and a tooltip that are not plain."""
        window = self.show(QWidget())
        label = QLabel("<b>x</b>", window)
        label.show()
        window.setToolTip("<b>x</b>")
        box = QMessageBox(window)
        box.setText("x")
        box.show()
        QTest.qWait(10)
        for expected in ("a label is not plain", "a tooltip is not plain", "QMessageBox is shown"):
            self.assertTrue([one for one in self.watch.found if one.startswith(expected)], expected)
        box.close()
