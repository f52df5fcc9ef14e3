"""What a proof does at a desk and sees there, beside what `imclient.qt.control` offers: inside the client."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import QPoint, QPointF, Qt
from PyQt5.QtGui import QWheelEvent
from PyQt5.QtWidgets import QApplication

from imclient.core.client import Client
from imclient.core.said import Said
from imclient.qt import control
from imclient.qt.composer import Composer
from imclient.qt.conversation_rows import Kind
from imclient.qt.conversation_view import ConversationView


def install() -> None:
    """Let the control of this process know these acts too."""

    class Control(control.Control):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            self._acts |= {
                "how": how,
                "held": held,
                "eyes": eyes,
                "roll": roll,
                "focus": focus,
                "wake": wake,
                "aim": aim,
            }

    control.Control = Control  # type: ignore[misc]


def _client() -> Client:
    client = getattr(control._window(), "_client", None)
    assert isinstance(client, Client)
    return client


def _view() -> ConversationView:
    view = control._conversations().current
    assert view is not None
    return view


def how() -> dict[str, Any]:
    """Say how it stands with the link, the stream, the outbox and the disk."""
    client = _client()
    account = client._account
    return {
        "link": client.link.state.value,
        "position": client.stream.position,
        "waiting": client.outbox.waiting,
        "refused": [said.text for said in client.outbox.refused()],
        "backlog": account.cache.backlog if account is not None else 0,
        "unread": {str(talk.audience): _unread(talk) for talk in client.conversations.all() if talk.unread},
    }


def _unread(talk: Any) -> list[int]:
    """Say how much is unread, and what that rests on."""
    return [
        talk.unread,
        talk.read_upto,
        talk._counted,
        talk._newest_of_others,
        talk._memory_begins,
        talk._ledger.told,
    ]


def held() -> dict[str, list[list[Any]]]:
    """Give all that the conversations hold in memory, by audience."""
    return {str(talk.audience): list(map(_written, talk.messages)) for talk in _client().conversations.all()}


def _written(said: Said) -> list[Any]:
    receipt = said.receipt
    came = None if receipt is None else [receipt.delivered, receipt.read, receipt.to]
    return [said.number, said.sender, str(said.to), said.text, said.mine, said.progress.value, came]


def eyes() -> dict[str, Any]:
    """Say what of a conversation is before its reader's eyes: the rows that were painted."""
    view = _view()
    transcript, rows = view.transcript, []
    viewport = transcript.viewport()
    assert viewport is not None
    area, bare = viewport.rect(), False
    for place, shown in enumerate(view.model.rows):
        where = transcript.visualRect(view.model.index(place))
        if where.top() > area.bottom():
            break
        if shown.kind is Kind.MESSAGE and shown.said is not None and where.intersects(area):
            rows.append([shown.said.number, shown.text])
            bare |= not shown.shape
    reading = view._reading_back
    return {
        "talk": str(view.conversation.audience),
        "unread": view.conversation.unread,
        "rows": rows,
        # Rows whose height is guessed, or which come, or which are not painted yet.
        "busy": bare or reading.busy or view._looking.isActive() or transcript._painter._guessed,
        "top": transcript.bar.value() == 0 and view.model._first == 0 and not view.conversation.more,
        "end": transcript.at_end(),
        "place": [transcript.bar.value(), transcript.bar.maximum(), view.model._first],
    }


def roll(notches: int) -> None:
    """Turn the wheel over the transcript, upwards if that is positive."""
    viewport = _view().transcript.viewport()
    assert viewport is not None
    at = QPointF(viewport.rect().center())
    event = QWheelEvent(
        at,
        QPointF(viewport.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def aim() -> list[str]:
    """Say which conversation is on the screen, and whom what is written would go to."""
    composer = control._window().findChild(Composer)
    assert composer is not None
    return [str(_view().conversation.audience), str(composer.audience.audience)]


def wake() -> None:
    """Look for the server at once, as a computer does that has slept."""
    _client().link.woke()


def focus() -> None:
    """Put the keyboard on the transcript, as F6 does."""
    _view().transcript.setFocus(Qt.FocusReason.ShortcutFocusReason)
