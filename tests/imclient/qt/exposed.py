"""Windows in which everything that came hopes to be markup, and what looks whether any of it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from random import Random

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtWidgets import QLabel, QMessageBox, QTextEdit, QWidget

from examples.made_up import ME, MadeUpClient, as_client
from imclient.core.client import LinkState
from imclient.core.conversations import Progress
from imclient.core.records import Receipt
from imclient.core.roster import Presence
from imclient.qt.blocked_window import BlockedWindow
from imclient.qt.conversation_model import in_words
from imclient.qt.main_window import MainWindow
from imclient.qt.outbox_window import OutboxWindow
from imclient.qt.start_dialog import StartDialog
from imclient.qt.start_form import Field
from imclient.qt.start_side import Recent
from improtocol.audience import EVERYONE, Audience
from imqt import plain
from imqt.dress import Choice, Dress
from tests.qt_case import app

#: What a tooltip may be that looks like markup: a quotation.
QUOTED = re.compile(r'<p style="white-space: pre-wrap">[^<>]*</p>')
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
        tip = watched.toolTip() if isinstance(watched, QWidget) else ""
        if Qt.mightBeRichText(tip) and not QUOTED.fullmatch(tip):
            self.found.append(f"a tooltip is not plain: {tip[:60]}")


def name_of(place: int, text: str) -> str:
    """Give a name that is a text, as far as a name can be."""
    return f"{''.join(text.split())}{place}"


def crowd(texts: list[str]) -> MadeUpClient:
    """Make a client to whom people with such names, lines and messages speak."""
    client = MadeUpClient()
    client.link.become(LinkState.ONLINE, f"Connected to {texts[0]}")
    for place, text in enumerate(texts):
        name = name_of(place, text)
        client.meet(name, Presence.ONLINE if place % 2 else Presence.OFFLINE, text)
        client.hear(name, Audience.of(ME), text, 1_800_000_000)
        client.hear(name, EVERYONE, text, 1_800_000_000)
        client.hear(ME, Audience.of(name), text, 1_800_000_000, receipt=Receipt(1, 1, 1))
    refused = client.hear(ME, Audience.of(name), texts[0], 1.0, Progress.REFUSED, texts[1])
    refused.ref = "r1"
    client.outbox.held = [refused]
    client.blocked.put(frozenset(name_of(place, text) for place, text in enumerate(texts[:20])))
    return client


def expose(texts: list[str], settle: Callable[[], None]) -> list[str]:
    """Show five texts or more in every window there is; name what is not shown as it was said."""
    client, said = crowd(texts), list[str]()
    window = MainWindow(as_client(client), Dress(app, Choice.LIGHT), texts[0], 1)
    window.resize(1000, 700)
    window.show()
    window.show_wire(True)
    for place, text in enumerate(texts):
        window.notices.tell(text)
        window._news.show_news(text)
        window.composer.show_error(text)
        client.wire.heard(f"* MESSAGE 9 bob alice :{text}".replace("\n", "\\n"))
        if place % 10 == 0:
            window.write_to([name_of(place, text)])
            settle()
            said += _not_as_said(window, text)
    said += _not_as_said(window, texts[place - place % 10])
    window.find_said(texts[0][:200], everywhere=True)
    settle()
    window.conversations.finding.go(0)
    window._asking.ask_to_block(name_of(0, texts[0]), True)
    plain.tell(window, texts[1], "\n".join(texts))
    over = [OutboxWindow(as_client(client), window), BlockedWindow(as_client(client), window)]
    for one in over:
        one.open()
    window.tell_keys()
    window.conversations.set_current_apart()
    settle()
    for row in range(window.roster.model.rowCount()):
        tip = window.roster.model.index(row).data(Qt.ToolTipRole)
        if tip is not None and not tip.startswith('<p style="white-space: pre-wrap">'):
            said.append(f"the roster's tooltip is {tip}")
    window.grab()
    window.close()
    window.deleteLater()
    said += _expose_start(texts, settle)
    settle()
    return said


def _not_as_said(window: MainWindow, text: str) -> list[str]:
    view = window.conversations.current
    assert view is not None
    view.model.flush()
    shown = [row.text for row in view.model.rows if row.said is not None]
    words = [in_words(row, ME) for row in view.model.rows]
    return [] if text in shown and all(words) else [f"{text!r} is shown as {shown}"]


def _expose_start(texts: list[str], settle: Callable[[], None]) -> list[str]:
    """Show them in the start window, as a server and those who stand for it may say them."""
    recent = [Recent(text, 1, text, text) for text in texts[:4]]
    start = StartDialog(as_client(MadeUpClient(None)), texts[0], 1, texts[1], recent, texts[2])
    start.resize(1180, 760)
    start.show()
    settle()
    for field in Field:
        start.form.show_error(field, texts[3])
        start.form.show_good(field, texts[4])
    start.form.show_known(texts[0], texts[1])
    start.form.offer_trust(texts[2])
    settle()
    start.close()
    start.deleteLater()
    return []
