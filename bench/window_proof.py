"""Promises E1 and E2 in real windows: nothing that came is taken for markup, and no bad address is opened.

``python -m bench.window_proof [--texts 10000] [--addresses 5000] [--quick] [--no-evidence]`` fills windows
without a screen with texts that hope to be markup, as names, lines, messages and sentences, and looks at
every label, box and tooltip that is shown; then has bad addresses said, presses everywhere on them, and takes
up whatever is offered.  Planted defects must be found, unless it is quick.  Keeps `bench/evidence/E1.json`
and `E2.json`.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt5.QtCore import QMessageLogContext, QPoint, Qt, QtMsgType, QUrl, qInstallMessageHandler
from PyQt5.QtGui import QDesktopServices, QTextDocument
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QLabel, QMenu, QWidget

from examples.made_up import BOB, ME, MadeUpClient
from imclient.qt.conversation_view import ConversationView
from improtocol.audience import Audience
from imqt import links
from imqt.notice_bar import NoticeBar
from tests.imclient.qt.exposed import Watch, corpus, expose
from tests.imclient.qt.test_links import bad
from tests.qt_case import HARMLESS, app, process

from .alone import alone
from .evidence import Progress, circumstances, held, write_evidence
from .replaced import replaced

_QTEST: Any = QTest  #: its stub takes its functions for methods
#: Texts in one window; addresses in one conversation.
IN_A_WINDOW, IN_A_TALK = 50, 40
#: Pixels between two places that are pressed.
STEP = 9


def settle() -> None:
    """Let Qt do what it has put off; the windows that were closed go, too, or all would be kept."""
    process()
    process()


# E1


def shown_as_markup(texts: list[str]) -> tuple[list[str], int]:
    """Show texts in every window; give what was taken for markup, and how many labels were looked at."""
    watch, loaded = Watch(), list[object]()
    app.installEventFilter(watch)
    try:
        with replaced(QTextDocument, "loadResource", lambda *asked: loaded.append(asked)):
            said = expose(texts, settle)
    finally:
        app.removeEventFilter(watch)
    return [*watch.found, *said, *(f"loaded: {one!r}" for one in loaded)], watch.seen


def label_of_its_own() -> AbstractContextManager[None]:
    """Let one strip of the window make a label that looks for markup."""
    whole = NoticeBar.__init__

    def made(self: NoticeBar, parent: QWidget | None = None) -> None:
        whole(self, parent)
        planted = QLabel("x", self)
        planted.setText(corpus(1)[0])

    return replaced(NoticeBar, "__init__", made)


# E2


def opened(texts: list[str]) -> list[str]:
    """Have texts said, press everywhere on them, take up all that is offered; give what was opened."""
    found: list[str] = []

    def note(url: QUrl) -> bool:
        found.append(url.toString())
        return True

    client = MadeUpClient()
    for text in texts:
        client.hear("bob", Audience.of(ME), text, 1_800_000_000)
    view = ConversationView(client.conversations.get(BOB), None, ME)
    view.transcript.link_pressed.disconnect()
    view.transcript.link_pressed.connect(lambda link: found.append(link.url))
    view.resize(700, 900)
    view.show()
    try:
        with replaced(QDesktopServices, "openUrl", note):
            settle()
            press_everywhere(view)
    finally:
        view.close_view()
        view.close()
        view.deleteLater()
        settle()
    return found


def press_everywhere(view: ConversationView) -> None:
    """Scroll through all of it; press on every place, and look through every menu."""
    transcript, viewport = view.transcript, view.transcript.viewport()
    assert viewport is not None
    for row in range(view.model.rowCount()):
        index = view.model.index(row)
        transcript.scrollTo(index)
        place = transcript.visualRect(index)
        for x in range(place.left(), place.right(), STEP):
            for y in range(max(0, place.top()), place.bottom(), STEP):
                if transcript._link_at(index, QPoint(x, y)) is not None:
                    _QTEST.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        said = view.model.row(index).said
        if said is not None:
            menu = QMenu()
            transcript._offer_for(menu, said)
            press_links(menu)


def press_links(menu: QMenu) -> None:
    """Take up what a menu offers to open."""
    for action in menu.actions():
        if isinstance(action, QAction) and action.text().startswith("Open "):
            action.trigger()


@contextmanager
def any_scheme() -> Iterator[None]:
    """Find links of any kind."""
    anything = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
    with replaced(links, "_FOUND", anything), replaced(links, "_target", lambda one: ("lab.example", one)):
        yield


# The proof


def _said(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    if not (message or "").startswith(HARMLESS):
        print(f"    Qt says: {message}")


def prove(texts: int, addresses: int, *, quick: bool = False, evidence: bool = True) -> bool:
    """Show, press, plant, keep evidence; say whether nothing happened and everything planted was found."""
    qInstallMessageHandler(_said)
    around, began, progress = circumstances(), time.monotonic(), Progress()
    markup, labels, all_texts = list[str](), 0, corpus(texts)
    for at in range(0, texts, IN_A_WINDOW):
        found, seen = shown_as_markup(all_texts[at : at + IN_A_WINDOW])
        markup += found
        labels += seen
        progress.show(f"E1: {at} texts in windows, {len(markup)} taken for markup")
    pressed, all_addresses = list[str](), bad()[:addresses]
    for at in range(0, len(all_addresses), IN_A_TALK):
        pressed += opened(all_addresses[at : at + IN_A_TALK])
        progress.show(f"E2: {at} addresses, {len(pressed)} opened")
    planted: dict[str, bool] = {}
    if not quick:
        with label_of_its_own():
            planted["a label of its own"] = bool(shown_as_markup(all_texts[:5])[0])
        with any_scheme():
            planted["any scheme"] = bool(opened(all_addresses[:IN_A_TALK]))
    good = opened([f"look: http://lab{number}.example/x" for number in range(5)])
    took = time.monotonic() - began
    if evidence:
        about: dict[str, object] = {"seconds": round(took), "planted_found": planted}
        shown = {"texts": texts, "labels_looked_at": labels, "taken_for_markup": len(markup)}
        write_evidence("E1", {**shown, **about}, around)
        tried = {"addresses": len(all_addresses), "opened": len(pressed), "good_opened": len(good)}
        write_evidence("E2", {**tried, **about}, around)
    progress.end(
        f"E1, E2: {texts:,} texts at {labels:,} labels, {len(markup)} taken for markup; "
        f"{len(all_addresses):,} bad addresses, {len(pressed)} opened; {took:.0f} s"
    )
    return held([*markup, *pressed], {**planted, "a good address opens": bool(good)})


if __name__ == "__main__":
    alone(prove, __doc__, texts=10_000, addresses=5_000, quick=False)
