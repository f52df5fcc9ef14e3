"""Each state of the server's window and each dialog over it, over a whole server in memory.

    python -m examples.server_gallery [STATE] [--dark] [--size 1180x760] [--shot FILE]

Without STATE it lists what there is; ``examples.album`` takes a picture of each. People connect, talk and
leave on the stage of the tests; made up are the figures of the last minutes, and what a stage cannot be:
full, behind TLS, or home to ten thousand.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from OpenSSL import SSL
from PyQt5.QtCore import QPoint
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractButton, QMenu, QWidget
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionRefusedError, DNSLookupError

from examples.gallery import main
from examples.passing import Make, _soon
from improtocol import errors, events, replies
from improtocol.invite import Invite
from improtocol.vocabulary import Reply
from imqt.dress import Dress
from imserver.service import Reach
from imserver.window.connection import Answer, Strange
from imserver.window.deed import Deed
from imserver.window.entrance_dialog import ELSEWHERE, HERE, NEW, Asked, EntranceDialog
from imserver.window.figures import Moment
from imserver.window.link import NoAdministrator
from imserver.window.main_window import MainWindow
from imserver.window.notes import Note
from imserver.window.reaching import way_in_words
from imtongue import tr
from tests.imserver.window.case import PASSWORD, Overseen
from tests.stage import Actor

ME, HOST, PORT = "ada", "lab.example", 12001
PIN = "4f2a" * 16
PEOPLE = {"alice": ("10.0.4.17", "desk"), "bob": ("10.0.4.21", "phone"), "dave": ("10.0.4.30", "laptop")}
GIB = 1 << 30
#: What is shown once, and where a backup is.
CODE, GIVEN = "K7QX-2M9D-TW4H", "lucky-otter-42-lamp"
FILE = "/home/ada/.local/share/imserver/backups/imserver-20261120T101051Z.backup"
Act = Callable[[MainWindow], object]
Answering = Callable[[], Deferred[Answer[Reply]]]
#: Those of a large server, and how many of them are connected.
MANY, CONNECTED = 10_000, 2_400
#: The entrance to a server that nobody administers yet, and to one elsewhere.
FIRST, THERE = replace(NEW, code="K7QX"), replace(ELSEWHERE, server=f"{HOST}:{PORT}")


class Life(Overseen):
    """A server with some people, and its window."""

    def __init__(self, dress: Dress) -> None:
        self.begin(dress)
        self.stage.server.room = lambda: {
            "disk.free": 79 * GIB, "disk.total": 120 * GIB, "database.bytes": int(2.1 * GIB),
        }  # fmt: skip
        self.people: dict[str, Actor] = {}
        self.spoken: list[str] = []

    def come(self, name: str, host: str, device: str) -> Actor:
        """Have somebody come from their own machine."""
        person = self.stage.newcomer(host)
        person.say(f"REGISTER {name} :{PASSWORD}")
        person.say(f"LOGIN {name} device={device} :{PASSWORD}")
        return person

    def some(self) -> None:
        """Have three here, three away, one at the door, and something said."""
        self.people = {name: self.come(name, *where) for name, where in PEOPLE.items()}
        for name in ("carol", "ivan", "judy"):
            self.come(name, "10.0.4.99", "desk").leave()
        self.oversee(ME)
        stranger = self.stage.newcomer("10.0.4.77")
        self.say("alice", "SEND bob,carol ref=d8", "Is there a spare cable left?")
        self.say("bob", "SEND ivan", "The poster is printed.")
        self.say("dave", "SEND *", "The coffee machine works again.")
        stranger.say("SEND bob :too early")
        self.wait(1)

    def say(self, speaker: str, command: str, text: str) -> None:
        """Have somebody say something."""
        self.people[speaker].say(f"{command} :{text}")
        self.spoken.append(text)

    def remember(self, *, busy: float = 4.0, free: int | None = None) -> None:
        """Make up ten minutes: more is said at some times than at others."""
        figures = self.overseer.figures
        for place in range(300):
            rate = busy * (1.2 + math.sin(place / 23) + 0.4 * math.sin(place / 3.1))
            here = 7 + round(2 * math.sin(place / 40))
            latency = 3.2 + math.sin(place / 11)
            figures.moments.append(Moment(rate, latency, 2.4 * latency, here, 40 + place // 7))
        now = {**figures.now, "uptime": 12 * 86400, "waiting": 83, "waiting.people": 4}
        now["waiting.oldest"] = 17 * 86400
        if free is not None:
            now["disk.free"] = free
        figures.now = now
        self.overseer.figures_changed.emit()


def _window(dress: Dress, *, own: bool = True, busy: float = 4.0, free: int | None = None) -> MainWindow:
    life = Life(dress)
    life.some()
    if own:
        window = life.window(place=f"{HOST}:{PORT}", way=tr(Reach.TLS.value))
    else:
        way = way_in_words(Invite(HOST, PORT, fingerprint=PIN))
        window = life.window(own=False, place=f"{HOST}:{PORT}", way=way)
    life.remember(busy=busy, free=free)
    window.setProperty("life", life)  # the server lives as long as its window
    return window


def life_of(window: QWidget) -> Life:
    """Give the server that a window is over."""
    found = window.property("life")
    assert isinstance(found, Life)
    return found


def _chosen(name: str, *, own: bool = True) -> Make:
    def make(dress: Dress) -> MainWindow:
        window = _window(dress, own=own)
        window.people.choose(name)
        return window

    return make


# --- the window ---


def window(dress: Dress) -> MainWindow:
    """Show an everyday morning, a line half typed."""
    shown = _window(dress)
    shown.people.choose("bob")
    shown.line.field.setText("/all The lab closes at six")
    return shown


def window_new(dress: Dress) -> MainWindow:
    """Show what the first administrator sees of a server at which nobody is yet."""
    life = Life(dress)
    shown = life.window(place="127.0.0.1:12000", way=tr(Reach.HERE.value))
    shown.setProperty("life", life)
    return shown


def window_many(dress: Dress) -> MainWindow:
    """Show ten thousand people."""
    shown = _window(dress, busy=640)
    people, now = life_of(shown).overseer.people.people, life_of(shown).now()
    names = [f"person{number:05}" for number in range(MANY)]
    items = [
        replies.AccountShown(
            name=name,
            sessions=0,
            devices=1 + place % 3,
            waiting=(place * 7) % 90,
            seen=round(1000 * (now - 60 * place)),
        )
        for place, name in enumerate(names)
    ]
    people.take_accounts("o", items, last=False)
    for place, name in enumerate(names[:CONNECTED]):
        facts = {"session": str(1000 + place), "where": f"10.{place % 200}.{place % 250}.17:{40000 + place}"}
        people.note(Note(now - place, "came", facts))
        people.note(Note(now - place, "logged-in", {**facts, "user": name, "device": "desk"}))
        people.said(1000 + place, ("SEND", "ACK", "READ", "PING")[place % 4])
    figures = life_of(shown).overseer.figures
    figures.now = {**figures.now, "connections": CONNECTED, "waiting": 41_260, "waiting.people": 7_431}
    life_of(shown).overseer.people.refresh()
    life_of(shown).overseer.figures_changed.emit()
    return shown


def window_searching(dress: Dress) -> MainWindow:
    """Show that nobody is called so, and that no line holds what is sought."""
    shown = _window(dress)
    shown.bar.sought.setText("karol")
    shown.wire.filter.setText("karol")
    return shown


def window_full_disk(dress: Dress) -> MainWindow:
    """Show a disk with no room left, and what people are told who say something."""
    shown = _window(dress, free=GIB // 50)
    life = life_of(shown)
    life.overseer._on_note(events.NoteTold("2026-11-20T10:00:10.120Z disk-full session=2 verb=SEND"))
    life.wait(0.1)
    return shown


def window_texts(dress: Dress) -> MainWindow:
    """Show what people say, held still."""
    shown = _window(dress)
    shown.wire.texts.click()
    life = life_of(shown)
    life.wait(0.2)
    life.say("bob", "SEND alice ref=d9", "Port 7 is up. It was the cable.")
    life.wait(0.2)
    shown.wire.pause.click()
    return shown


def window_lost(dress: Dress) -> MainWindow:
    """Show that the link broke."""
    shown = _window(dress, own=False)
    life = life_of(shown)
    life.cables.laid[-1].actor.wire.drop()
    life.wait(0.1)
    return shown


def _undone(command: str) -> Make:
    """Show what is left when another administrator has said this."""

    def make(dress: Dress) -> MainWindow:
        shown = _window(dress, own=False)
        life = life_of(shown)
        life.stage.appoint("alice")
        life.people["alice"].say(command)
        life.wait(0.2)
        return shown

    return make


def window_suspended(dress: Dress) -> MainWindow:
    """Show somebody who is suspended, chosen."""
    shown = _window(dress)
    life = life_of(shown)
    shown.line.field.setText("/suspend judy :until we have talked")
    shown.line._obey()
    life.wait(0.5)
    shown.line.forget()
    shown.people.choose("judy")
    return shown


def _typed(*lines: str) -> Make:
    """Show what comes of lines."""

    def make(dress: Dress) -> MainWindow:
        shown = _window(dress)
        for line in lines:
            shown.line.field.setText(line)
            shown.line._obey()
            life_of(shown).wait(0.3)
        return shown

    return make


def window_completing(dress: Dress) -> MainWindow:
    """Show which commands there are, over the line."""
    shown = _window(dress)
    shown.line.field.setFocus()
    _soon(shown, lambda: QTest.keyClicks(shown.line.field, "/"))  # type: ignore[call-arg,arg-type]
    return shown


def window_told(dress: Dress) -> MainWindow:
    """Show that somebody wrote to the administrator."""
    shown = _window(dress)
    life_of(shown).say("bob", f"SEND {ME}", "Can you let judy in again? The phone was lost.")
    life_of(shown).wait(0.3)
    return shown


# --- the small windows over it ---


def _over(act: Act, *, name: str = "bob", own: bool = True) -> Make:
    """Show what stands over the window, with somebody chosen."""

    def make(dress: Dress) -> MainWindow:
        shown = _window(dress, own=own)
        shown.people.choose(name)
        _soon(shown, lambda: act(shown))
        return shown

    return make


def _answered(act: Act, answer: Answering) -> Make:
    """Show what an answer is shown as, that no stage gives."""

    def asked(shown: MainWindow) -> None:
        overseer = life_of(shown).overseer
        setattr(overseer, "ask", lambda command: answer())  # noqa: B010
        act(shown)
        _press(shown)

    return _over(asked)


def _press(shown: MainWindow) -> None:
    """Press the button of the small window."""
    deed = next(one for one in shown.findChildren(Deed) if one.isVisible())
    deed.findChild(QAbstractButton, "deedAct").click()


def _invited(host: str, pin: str | None) -> Answering:
    line = str(Invite(host, PORT, CODE, pin))
    until = 1_796_220_300_000  # 2 December 2026, at noon
    return lambda: succeed(Answer(replies.Invited(3, code=CODE, count=3, until=until, line=line)))


def _reset() -> Deferred[Answer[Reply]]:
    return succeed(Answer(replies.Reset("bob", password=GIVEN)))


def _backed_up() -> Deferred[Answer[Reply]]:
    return succeed(Answer(replies.BackedUp(file=FILE, bytes_=61440, entries=21_417, seconds=1)))


def _refused(wrong: Callable[[], BaseException]) -> Callable[..., Deferred[Any]]:
    """Answer whatever is asked with this, in the language of the window."""

    def refuse(*_: object) -> Deferred[Any]:
        error = wrong()
        if isinstance(error, errors.Refusal):
            error.retell(tr)
        return fail(error)

    return refuse


def _menu(place: int, *, own: bool = True) -> Make:
    def act(shown: MainWindow) -> None:
        bar = shown.menuBar()
        assert bar is not None
        action = bar.actions()[place]
        menu = action.menu()
        assert menu is not None
        menu.popup(bar.mapToGlobal(bar.actionGeometry(action).bottomLeft()))

    return _over(act, own=own)


def _context(shown: MainWindow) -> None:
    menu: QMenu = shown.menus.people
    menu.popup(shown.people.viewport().mapToGlobal(QPoint(120, 90)))  # type: ignore[union-attr]


def _not_saved(shown: MainWindow) -> None:
    shown.wire.write("/root/no such folder/wire.txt")


# --- the first window ---


def _entrance(asked: Asked, *, name: str = "") -> Make:
    return lambda _dress: EntranceDialog(asked, name, _no_answer)


def _no_answer(*_: object) -> Deferred[None]:
    return Deferred()


def _pressed(enter: Callable[..., Deferred[None]], asked: Asked, password: str = "correct hors") -> Make:
    """Show what comes of filling it in and pressing the button."""

    def make(_dress: Dress) -> QWidget:
        dialog = EntranceDialog(asked, ME, enter)
        dialog.password.setText(password)
        dialog.act.click()
        return dialog

    return make


def _turned_away(wrong: Callable[[], BaseException], asked: Asked = THERE) -> Make:
    """Show why somebody does not come in."""
    return _pressed(_refused(wrong), asked)


SHOWN: dict[str, Make] = {
    "server-window": window,
    "server-new": window_new,
    "server-many": window_many,
    "server-attached": _chosen("alice", own=False),
    "server-offline-chosen": _chosen("carol"),
    "server-self-chosen": _chosen(ME),
    "server-suspended": window_suspended,
    "server-searching": window_searching,
    "server-texts": window_texts,
    "server-told": window_told,
    "server-full-disk": window_full_disk,
    "server-lost": window_lost,
    "server-sent-away": _undone(f"DISCONNECT {ME}"),
    "server-no-administrator": _undone(f"REVOKE {ME} administrator"),
    "server-completing": window_completing,
    "server-who": _typed("/who"),
    "server-help": _typed("/help"),
    "server-unknown": _typed("/whisper karol hello"),
    "server-unknown-command": _typed("/suspnd bob"),
    "server-accounts": _typed("/accounts"),
    "server-invite": _over(lambda shown: shown.invite()),
    "server-invited": _answered(lambda shown: shown.invite(), _invited(HOST, PIN)),
    "server-invited-here": _answered(lambda shown: shown.invite(), _invited("127.0.0.1", None)),
    "server-invite-full-disk": _answered(
        lambda shown: shown.invite(), _refused(lambda: errors.DiskFull(retry_after=300))
    ),
    "server-reset": _over(lambda shown: shown.reset_password()),
    "server-reset-done": _answered(lambda shown: shown.reset_password(), _reset),
    "server-suspend": _over(lambda shown: shown.suspend()),
    "server-suspend-refused": _answered(
        lambda shown: shown.suspend(), _refused(lambda: errors.NotAllowed("administrator"))
    ),
    "server-disconnect": _over(lambda shown: shown.disconnect_()),
    "server-appoint": _over(lambda shown: shown.make_administrator()),
    "server-back-up": _over(lambda shown: shown.back_up()),
    "server-back-up-under-way": _answered(lambda shown: shown.back_up(), Deferred),
    "server-back-up-done": _answered(lambda shown: shown.back_up(), _backed_up),
    "server-back-up-refused": _answered(
        lambda shown: shown.back_up(), _refused(lambda: errors.NotBackedUp("damaged"))
    ),
    "server-stop": _over(lambda shown: shown.stop()),
    "server-stop-elsewhere": _over(lambda shown: shown.stop(), own=False),
    "server-keys": _over(lambda shown: shown.tell_keys()),
    "server-not-saved": _over(_not_saved),
    "server-menu-server": _menu(0),
    "server-menu-server-elsewhere": _menu(0, own=False),
    "server-menu-people": _menu(1),
    "server-menu-view": _menu(2),
    "server-menu-context": _over(_context),
    "server-entrance-new": _entrance(FIRST, name="operator"),
    "server-entrance-here": _entrance(HERE, name=ME),
    "server-entrance-elsewhere": _entrance(ELSEWHERE),
    "server-entrance-asking": _pressed(_no_answer, THERE, "correct horse"),
    "server-entrance-refused": _turned_away(errors.LoginRefused, HERE),
    "server-entrance-short": _turned_away(lambda: errors.BadPassword(8, 256), FIRST),
    "server-entrance-no-administrator": _turned_away(lambda: NoAdministrator(ME), HERE),
    "server-entrance-nobody-listens": _turned_away(ConnectionRefusedError),
    "server-entrance-no-host": _turned_away(DNSLookupError, replace(THERE, server="lab.exmaple:12001")),
    "server-entrance-no-address": _turned_away(
        ConnectionRefusedError, replace(THERE, server="lab:example:12001")
    ),
    "server-entrance-needs-tls": _turned_away(Strange),
    "server-entrance-stranger": _turned_away(SSL.Error),
    "server-entrance-another": _turned_away(
        SSL.Error, replace(THERE, server=str(Invite(HOST, PORT, None, PIN)))
    ),
}


if __name__ == "__main__":
    sys.exit(main(SHOWN, "Show a state of the server's window, alone."))
