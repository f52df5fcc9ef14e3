"""Each pane of the desktop client alone on a stage, with made-up people and no server.

    python -m examples.gallery [PANE] [--dark] [--size 1180x760] [--shot FILE]

Without PANE it lists what there is.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QWidget

from examples.made_up import BOB, BOTH, HOST, ME, PORT, MadeUpClient, as_client, lab, long_ago, moment
from imclient.core.client import Client, LinkState
from imclient.core.conversations import Progress
from imclient.core.reaching import Unreachable
from imclient.core.roster import Presence
from imclient.core.showing import Shown
from imclient.core.trust import Stranger
from imclient.qt.audience_choice import Mode
from imclient.qt.blocked_window import BlockedWindow
from imclient.qt.conversation_view import ConversationView
from imclient.qt.devices_window import DevicesWindow
from imclient.qt.main_window import PANES, MainWindow
from imclient.qt.outbox_window import OutboxWindow
from imclient.qt.start_dialog import StartDialog
from imclient.qt.start_side import Recent
from imclient.qt.talk_window import TalkWindow
from imclient.qt.welcome_view import WelcomeView
from improtocol import errors
from improtocol.audience import EVERYONE, Audience
from imqt import plain
from imqt.dress import Choice, Dress
from imqt.reactor import make_application
from imtongue import tr

ABOUT = "Show a pane of the desktop client, alone."


def window(dress: Dress) -> MainWindow:
    """Show the whole window in the conversation with bob and carol, two people chosen."""
    shown = MainWindow(as_client(lab()), dress, HOST, PORT)
    for audience in (BOB, BOTH):
        shown.conversations.open(audience)
    view = shown.conversations.current
    assert view is not None
    view.leave(moment("12:02"))
    shown.conversations.be_here(True)
    shown.roster.model.choose(["dave", "grace"])
    shown.composer.write("Shall we test port 8 after lunch?\nI have the laptop here.")
    return shown


def _with_nothing_begun(dress: Dress) -> MainWindow:
    """Show it with nobody chosen and nothing written."""
    shown = window(dress)
    shown.roster.model.choose_none()
    shown.composer.edit.clear()
    return shown


def window_with_wire(dress: Dress) -> MainWindow:
    """Show the window with its wire."""
    shown = window(dress)
    shown.roster.model.choose_none()
    shown.show_wire(True)
    return shown


def window_everyone(dress: Dress) -> MainWindow:
    """Show what was said to everyone."""
    shown = _with_nothing_begun(dress)
    shown.composer.audience.choose(Mode.EVERYONE)
    return shown


def window_receipts(dress: Dress) -> MainWindow:
    """Show how far a message to everyone came, by name, once the window has its size."""
    shown = window_everyone(dress)

    def open_receipts() -> None:
        view = shown.conversations.current
        assert view is not None
        mine = [row for row, one in enumerate(view.model.rows) if one.said is not None and one.said.mine]
        view.transcript.ask_receipts(view.model.index(mine[-1]))

    waiting = QTimer(shown)  # and with the window it ends
    waiting.setSingleShot(True)
    waiting.timeout.connect(open_receipts)
    waiting.start(400)
    return shown


def window_find(dress: Dress) -> MainWindow:
    """Show what was found in all conversations."""
    shown = _with_nothing_begun(dress)
    shown.find_said("the", everywhere=True)
    return shown


def window_found(dress: Dress) -> MainWindow:
    """Show one that was found, in its conversation."""
    shown = window_find(dress)
    waiting = QTimer(shown)
    waiting.setSingleShot(True)
    waiting.timeout.connect(lambda: shown.conversations.finding.go(1))
    waiting.start(100)
    return shown


def window_not_found(dress: Dress) -> MainWindow:
    """Show that nothing was found here."""
    shown = _with_nothing_begun(dress)
    shown.find_said("projector", everywhere=False)
    return shown


def window_away(dress: Dress) -> MainWindow:
    """Show somebody who is away, as oneself is."""
    shown = window(dress)
    client = shown._client
    client.show(Shown.AWAY, "In the lab until six")
    client.roster.told("bob", Presence.AWAY, "Lunch, back at two")
    shown.roster.model.choose_none()
    shown.composer.edit.clear()
    shown.conversations.open(BOB)
    return shown


def devices(dress: Dress) -> DevicesWindow:
    """Show the devices of the account."""
    return DevicesWindow(as_client(lab()))


def blocked(dress: Dress) -> BlockedWindow:
    """Show who is blocked."""
    client = lab()
    client.blocked.put(frozenset({"ivan", "mallory"}))
    return BlockedWindow(as_client(client))


def outbox(dress: Dress) -> OutboxWindow:
    """Show what waits to be sent."""
    client = lab()
    texts = ("Shall we test port 8 after lunch?", "I have the laptop here.", "Then at two, in the lab.")
    for place, text in enumerate(texts):
        said = client.hear(ME, BOTH, text, moment("12:22"), Progress.WAITING)
        said.ref = f"r{place}"
        client.outbox.held.append(said)
    refused = client.hear(
        ME,
        Audience.of("zoe"),
        "Hello",
        moment("12:20"),
        Progress.REFUSED,
        tr("There is no user called {name}.", name="zoe"),
    )
    refused.ref = "r9"
    client.outbox.held.append(refused)
    return OutboxWindow(as_client(client))


def whole_text(dress: Dress) -> plain.Notice:
    """Show a text that is too long for a notice."""
    return plain.tell(None, tr("{name} said", name="bob"), "😀" * 1000)


def window_blocked(dress: Dress) -> MainWindow:
    """Show the window with somebody blocked."""
    shown = window_away(dress)
    shown._client.block("mallory")
    shown.conversations.open(Audience.of("mallory"))
    return shown


def window_alike(dress: Dress) -> MainWindow:
    """Show favourites, a link, and somebody whose name looks like another's."""
    client = lab()
    client.desk.note_favourite("bob", True)
    client.desk.note_favourite("carol", True)
    client.meet("b0b", Presence.ONLINE)
    text = "It is me, bob. Send the key to https://lab.example.evil.example/key"
    client.hear("b0b", Audience.of(ME), text, moment("12:30"))
    client.hear("b0b", Audience.of(ME), "Or look at https://lab.example/port-7 first.", moment("12:31"))
    shown = MainWindow(as_client(client), dress, HOST, PORT)
    shown.conversations.open(Audience.of("b0b"))
    return shown


def talk_apart(dress: Dress) -> QWidget:
    """Show a conversation in a window of its own."""
    client = as_client(lab())
    talk = client.conversations
    view = ConversationView(talk.get(BOTH), talk.get(EVERYONE), ME)
    return TalkWindow(client, view)


def window_anew(dress: Dress) -> MainWindow:
    """Show the window after the server's log was restored, and with something lost."""
    shown = window(dress)
    client = shown._client
    client.conversations.ledger.gap = 423
    client.notice.emit(
        tr("The server's log is another than before, as after a restore: everything is read anew.")
    )
    shown.roster.model.choose_none()
    return shown


def start_signed_out(dress: Dress) -> StartDialog:
    """Show the start window after this device was signed out."""
    signed_out = tr("You were signed out on this device.")
    why = tr("Signed out: {why} To come back, log in.", why=signed_out)
    return StartDialog(as_client(MadeUpClient(None)), HOST, PORT, ME, [Recent(HOST, PORT, ME)], why)


def start_stranger(dress: Dress) -> StartDialog:
    """Show the start window when a server is met that nobody vouches for."""
    client = MadeUpClient(None)
    shown = StartDialog(
        as_client(client), HOST, PORT, ME, [Recent("class.example", PORT, ME, long_ago(12, "November"))]
    )
    shown.form.password.setText("correct horse")
    client.refuse = Stranger(HOST, PORT, "4f2a" * 16, tr("it made its certificate itself"))
    shown.form.log_in.click()
    return shown


def start_known(dress: Dress) -> StartDialog:
    """Show the start window with a server that is known, and cannot be reached."""
    client = MadeUpClient(None)
    client.settings.know(HOST, PORT, "4f2a" * 16)
    client.held = {ME}
    shown = StartDialog(as_client(client), HOST, PORT, ME, [Recent(HOST, PORT, ME, tr("yesterday"))])
    shown.form.password.setText("correct horse")
    client.refuse = Unreachable(
        tr("There is no way from here to {host}; is this computer connected?", host=HOST)
    )
    shown.form.log_in.click()
    return shown


def window_empty(dress: Dress) -> MainWindow:
    """Show what the first one sees."""
    client = MadeUpClient()
    client.link.become(LinkState.ONLINE, tr("Connected to {place}", place=f"{HOST}:{PORT}"))
    return MainWindow(as_client(client), dress, HOST, PORT)


def start(dress: Dress) -> StartDialog:
    """Show the start window after a refused log-in."""
    client = MadeUpClient(None)
    recent = [
        Recent(HOST, PORT, ME, tr("yesterday")),
        Recent("class.example", PORT, ME, long_ago(12, "November")),
        Recent("192.168.1.20", PORT, "alice2", long_ago(3, "October")),
    ]
    shown = StartDialog(as_client(client), HOST, PORT, ME, recent)
    shown.form.password.setText("correct hors")
    client.refuse = errors.LoginRefused()
    shown.form.log_in.click()
    return shown


def _pane(make: Callable[[Client], QWidget]) -> Callable[[Dress], QWidget]:
    return lambda dress: make(as_client(lab()))


SHOWN: dict[str, Callable[[Dress], QWidget]] = {
    **{name: _pane(make) for name, make in PANES.items()},
    "conversation": lambda dress: ConversationView(lab().conversations.get(BOTH), None, ME),
    "welcome": lambda dress: WelcomeView(ME, HOST, PORT),
    "start": start,
    "start-signed-out": start_signed_out,
    "start-stranger": start_stranger,
    "start-known": start_known,
    "devices": devices,
    "blocked": blocked,
    "outbox": outbox,
    "whole-text": whole_text,
    "window-anew": window_anew,
    "window-alike": window_alike,
    "talk-apart": talk_apart,
    "window-blocked": window_blocked,
    "window": window,
    "window-wire": window_with_wire,
    "window-everyone": window_everyone,
    "window-receipts": window_receipts,
    "window-find": window_find,
    "window-found": window_found,
    "window-not-found": window_not_found,
    "window-away": window_away,
    "window-empty": window_empty,
}


def main(shown_by: Mapping[str, Callable[[Dress], QWidget]] = SHOWN, about: str = ABOUT) -> int:
    """Show what is asked for."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("pane", nargs="?", choices=sorted(shown_by))
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--size", default="1180x760", help="width x height")
    parser.add_argument("--shot", metavar="FILE", help="write a picture and end")
    asked = parser.parse_args()
    if asked.pane is None:
        print("\n".join(sorted(shown_by)))
        return 0
    app = make_application()
    dress = Dress(app, Choice.DARK if asked.dark else Choice.LIGHT)
    shown = shown_by[asked.pane](dress)
    shown.resize(*map(int, asked.size.split("x")))
    shown.show()
    shown.activateWindow()
    if asked.shot:
        for _ in range(100):
            app.processEvents()
            time.sleep(0.01)
        return 0 if shown.grab().save(asked.shot) else 1
    app.setQuitOnLastWindowClosed(True)
    return int(app.exec_())


if __name__ == "__main__":
    sys.exit(main())
