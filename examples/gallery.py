"""Each pane of the desktop client alone on a stage, with made-up people and no server.

    python examples/gallery.py [PANE] [--dark] [--size 1180x760] [--shot FILE]

Without PANE it lists what there is.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QWidget
from twisted.internet.defer import Deferred, fail, maybeDeferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import Clock

from imclient.core.client import Client, LinkState
from imclient.core.conversations import Conversations, Progress, Said
from imclient.core.desk import Desk
from imclient.core.devices import Device
from imclient.core.reaching import Unreachable
from imclient.core.records import Receipt
from imclient.core.roster import Presence, Roster
from imclient.core.settings import Settings
from imclient.core.showing import Shown
from imclient.core.signal import Signal
from imclient.core.tokens import FileTokens
from imclient.core.trust import Stranger, Trust
from imclient.core.wire import Wire, WireLine
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
from improtocol import errors, invite
from improtocol.audience import EVERYONE, Audience
from improtocol.fields import Reached
from improtocol.invite import Invite
from imqt import plain
from imqt.dress import Choice, Dress
from imqt.reactor import make_application
from imtongue import tr

ABOUT = "Show a pane of the desktop client, alone."
ME = "alice"
HOST, PORT = "lab.example", 12001
BOB, BOTH = Audience.of("bob"), Audience.of("bob", "carol")

PEOPLE = [
    ("bob", Presence.ONLINE, "", None),
    ("dave", Presence.ONLINE, "At the bench until five", None),
    ("erin", Presence.ONLINE, "", None),
    ("grace", Presence.ONLINE, "Reading, ring me", None),
    ("heidi", Presence.AWAY, "", (0, "11:40")),
    ("mallory", Presence.ONLINE, "", None),
    ("oscar", Presence.ONLINE, "In the cleanroom", None),
    ("carol", Presence.OFFLINE, "", (0, "12:16")),
    ("frank", Presence.OFFLINE, "", (3, "17:02")),
    ("ivan", Presence.OFFLINE, "", (17, "09:30")),
    ("judy", Presence.OFFLINE, "", (40, "15:00")),
]

LINES = """\
12:02:10 < * HELLO imserver protocol=1 can=ref,device,history,receipts :Say HELP at any time.
12:02:10 > @1 LOGIN alice device=desk since=411 epoch=k3 :●●●●●●●●
12:02:10 < @1 OK LOGIN alice device=desk epoch=k3 cursor=411 waiting=4
12:10:02 < * MESSAGE 413 carol alice,bob at=2026-11-20T12:10:02.120Z :Port 7 is up. It was the patch cable.
12:14:31 > @8 SEND bob,carol ref=d7 :One it is. I take the table by the window.
12:14:31 < @8 OK SEND 416 at=2026-11-20T12:14:31.044Z to=2 ref=d7
12:14:32 < * RECEIPT message=416 delivered=2 read=0 to=2
12:16:05 < * USER carol offline
12:21:00 > @9 SEND bob,carol ref=d8 :carol, is there a spare cable left?
12:21:00 < @9 ERR SEND busy retry-after=2 :The server has too much to do; say it again in 2 seconds.
12:21:02 > @10 SEND bob,carol ref=d8 :carol, is there a spare cable left?
12:21:02 < @10 OK SEND 417 at=2026-11-20T12:21:02.310Z to=2 ref=d8
"""


def moment(clock: str, days_ago: int = 0) -> float:
    """Give a time of day, today or so many days ago, in seconds since the epoch."""
    day = datetime.date.today() - datetime.timedelta(days_ago)
    time_of_day = datetime.time.fromisoformat(clock)
    return datetime.datetime.combine(day, time_of_day).timestamp()


class MadeUpLink:
    """A link that is as it is set."""

    def __init__(self) -> None:
        self.state = LinkState.OFFLINE
        self.sentence = tr("Not connected.")
        self.host, self.port = HOST, PORT
        self.wakings = 0
        self.changed: Signal[()] = Signal()

    @property
    def is_away(self) -> bool:
        """Whether one could be in again at once."""
        return self.state is not LinkState.ONLINE

    def woke(self) -> None:
        """Note that the computer slept."""
        self.wakings += 1

    def become(self, state: LinkState, sentence: str) -> None:
        """Be in another state."""
        self.state, self.sentence = state, sentence
        self.changed.emit()


class MadeUpOutbox:
    """An outbox in which so many wait."""

    def __init__(self) -> None:
        self.waiting = 0
        self.changed: Signal[()] = Signal()
        self.held: list[Said] = []

    def items(self) -> list[Said]:
        """Give what waits."""
        return list(self.held)

    def refused(self) -> list[Said]:
        """Give what was refused."""
        return [said for said in self.held if said.progress is Progress.REFUSED]

    def is_under_way(self, said: Said) -> bool:
        """Take the first one for it."""
        return said is self.held[0]

    def let_go(self, said: Said) -> bool:
        """Take it back."""
        self.held.remove(said)
        self.waiting = len(self.held)
        self.changed.emit()
        return True


class MadeUpShowing:
    """How one is shown."""

    def __init__(self) -> None:
        self.presence, self.text = Shown.ONLINE, ""
        self.changed: Signal[()] = Signal()


class MadeUpBlocklist:
    """Whom one has blocked."""

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()
        self.changed: Signal[()] = Signal()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def put(self, names: frozenset[str]) -> None:
        """Block these."""
        self.names = names
        self.changed.emit()


class MadeUpClient:
    """What windows need of a `Client`, without a server: it answers by itself."""

    def __init__(self, name: str | None = ME) -> None:
        self.name = name
        self.link, self.outbox = MadeUpLink(), MadeUpOutbox()
        self.roster, self.wire, self.conversations = Roster(time.time), Wire(time.time), Conversations()
        self.showing, self.blocked = MadeUpShowing(), MadeUpBlocklist()
        self.desk = Desk(Clock(), maybeDeferred)
        self.settings = Settings(Path(), "desk-4f2a9c01", [])
        self.preferred: Signal[()] = Signal()
        self.roster.restore(ME, [])
        self.rights = frozenset({"everyone"})
        self.conversations.restore(ME, None, [])
        self.notice: Signal[str] = Signal()
        self.over: Signal[str] = Signal()
        self.said: list[tuple[Audience, str]] = []
        self.refuse: Exception | None = None  #: what the next thing asked for fails with
        self.closed = False
        self.stays_logged_in = True
        self.registering = "open"
        self.held: set[str] = set()  #: of whom this device holds something
        self.trust = Trust(Clock(), lambda host, port: TCP4ClientEndpoint(None, host, port), self.settings)
        self.tokens = FileTokens(Path("nowhere"), maybeDeferred)
        self._devices = [
            Device("desk-4f2a9c01", 417, time.time(), 1, True),
            Device("phone", 417, time.time() - 90, 1, False),
            Device("lab-terminal", 380, moment("17:20", 3), 0, False),
            Device(None, 12, moment("09:00", 40), 0, False),
        ]
        self._number = 411

    def prefer(self, **changes: object) -> None:
        """Like something otherwise."""
        self.settings.preferences = replace(self.settings.preferences, **changes)  # type: ignore[arg-type]
        self.preferred.emit()

    def connect(self, host: str, port: int) -> Deferred[None]:
        """Reach the server: refused only where it cannot be reached."""
        return self._answer() if isinstance(self.refuse, Unreachable) else succeed(None)

    def take_invite(self, pasted: str) -> Invite:
        """Read an invite."""
        found = invite.parse(pasted)
        self.trust.take(found)
        return found

    def register(self, name: str, password: str) -> Deferred[None]:
        """Take a name."""
        return self._answer()

    def log_in(self, name: str, password: str, *, remember: bool = False) -> Deferred[None]:
        """Come in."""
        if self.refuse is None:
            self.name = name
        return self._answer()

    def come_back(self, name: str) -> Deferred[bool]:
        """Come in by token."""
        return self.log_in(name, "").addCallback(lambda _: True)

    def recall_and_wait(self, host: str, port: int, name: str) -> Deferred[bool]:
        """Show what is held."""
        self.name = name
        return succeed(False)

    def stay_logged_in_no_more(self) -> None:
        """Keep nothing."""
        self.stays_logged_in = False

    def holds(self, host: str, port: int, name: str) -> bool:
        """Hold what was made up."""
        return name in self.held

    def ping(self, name: str) -> Deferred[float]:
        """Answer after 12 ms that nobody waits for."""
        person = self.roster.get(name)
        offline = person is None or person.presence is Presence.OFFLINE
        return fail(errors.Offline(name)) if offline else succeed(0.012)

    def show(self, presence: Shown, text: str = "") -> Deferred[None]:
        """Be shown so."""
        if self.refuse is None:
            self.showing.presence, self.showing.text = presence, text
            self.showing.changed.emit()
        return self._answer()

    def block(self, name: str) -> Deferred[None]:
        """Hear nothing of somebody."""
        self.blocked.put(self.blocked.names | {name})
        return self._answer()

    def unblock(self, name: str) -> Deferred[None]:
        """Hear them again."""
        self.blocked.put(self.blocked.names - {name})
        return self._answer()

    def change_password(self, old: str | None, new: str) -> Deferred[None]:
        """Have another password."""
        return self._answer()

    def devices(self) -> Deferred[list[Device]]:
        """List the devices there are."""
        return succeed(list(self._devices))

    def sign_out(self, device: str) -> Deferred[None]:
        """Let a device go."""
        self._devices = [one for one in self._devices if one.name != device]
        return self._answer()

    def receipts(self, number: int) -> Deferred[dict[str, Reached]]:
        """Tell by name how far a message came: who is connected has it before who is not."""
        conversation = self.conversations.own(number)
        assert conversation is not None
        said = next(one for one in conversation.messages if one.number == number)
        receipt = said.receipt or Receipt(0, 0, 0)
        people = [one for one in self.roster.people() if said.to.everyone or one.name in said.to.names]
        people.sort(key=lambda one: one.presence is Presence.OFFLINE)
        came = [Reached.READ] * receipt.read + [Reached.DELIVERED] * (receipt.delivered - receipt.read)
        came += [Reached.WAITING] * len(people)
        return succeed({one.name: reached for one, reached in zip(people, came, strict=False)})

    def say(self, audience: Audience, text: str) -> Said:
        """Keep it as said."""
        if self.refuse is not None:
            refusal, self.refuse = self.refuse, None
            raise refusal
        self.said.append((audience, text))
        return self.hear(ME, audience, text, time.time())

    def close(self) -> Deferred[None]:
        """Leave."""
        self.closed = True
        return succeed(None)

    def _answer(self) -> Deferred[None]:
        refusal, self.refuse = self.refuse, None
        return succeed(None) if refusal is None else fail(refusal)

    # Making things up

    def hear(
        self,
        sender: str,
        to: Audience,
        text: str,
        at: float | None = None,
        progress: Progress = Progress.SENT,
        refusal: str | None = None,
        receipt: Receipt | None = None,
    ) -> Said:
        """Let something be said."""
        mine = sender == ME
        audience = to.conversation(sender, ME)
        number = None
        if progress is Progress.SENT:
            self._number += 1
            number = self._number
        said = Said(audience, sender, to, text, at, number, None, mine, progress, refusal)
        conversation = self.conversations.get(audience)
        conversation.unread += not mine
        conversation.put(said)
        if receipt is not None:
            said.came(receipt)
        self.conversations.changed.emit(conversation)
        return said

    def meet(
        self, name: str, presence: Presence = Presence.ONLINE, text: str = "", since: float | None = None
    ) -> None:
        """Let somebody be there."""
        self.roster.told(name, presence, text)
        person = self.roster.get(name)
        assert person is not None
        person.since = since


def long_ago(day: int, month: str) -> str:
    """Write a day that is long past, as the start window does."""
    return tr("{day} {month}", day=day, month=tr(month))


def as_client(made_up: MadeUpClient) -> Client:
    """Take it for a client, as the windows do."""
    return cast(Client, made_up)


def lab() -> MadeUpClient:
    """Make up a lab at noon."""
    client = MadeUpClient()
    client.link.become(LinkState.ONLINE, tr("Connected to {place}", place=f"{HOST}:{PORT}"))
    for name, presence, text, since in PEOPLE:
        client.meet(name, presence, text, None if since is None else moment(since[1], since[0]))
    _told_everyone(client)
    _talked(client)
    for line in LINES.splitlines():
        at, arrow, rest = line.split(" ", 2)
        client.wire.lines.append(WireLine(moment(at), arrow == ">", rest))
    return client


def _told_everyone(client: MadeUpClient) -> None:
    hear = client.hear
    hear("oscar", EVERYONE, "The cleanroom is open again.", moment("08:50", 1))
    hear("heidi", EVERYONE, "The seminar moves to room 3.04, same hour.", moment("09:12", 1))
    hear("dave", EVERYONE, "Thank you. I bring the projector.", moment("09:15", 1))
    hear("dave", EVERYONE, "And the long cable.", moment("09:15", 1))
    hear("mallory", Audience.of(ME), "Good morning", moment("09:02"))
    hear("erin", EVERYONE, "Is anybody else without coffee?", moment("09:20"))
    hear("carol", Audience.of(ME, "bob"), "I look at port 7 now.", moment("09:25"))
    hear(
        ME,
        EVERYONE,
        "The coffee machine works again. Please rinse it in the evening.",
        moment("09:30"),
        receipt=Receipt(9, 8, 11),
    )
    client.conversations.get(BOTH).shown()
    client.conversations.get(Audience.of("mallory")).shown()


def _talked(client: MadeUpClient) -> None:
    hear = client.hear
    for text in ("Are you there?", "The poster is printed, who fetches it?", "It is heavy."):
        hear("erin", Audience.of(ME), text, moment("11:50"))
    hear("bob", Audience.of(ME), "Yes, one is good 🍜", moment("12:12"))
    client.conversations.get(BOB).shown()
    hear("carol", Audience.of(ME, "bob"), "Port 7 is up. It was the patch cable.", moment("12:10"))
    hear("carol", Audience.of(ME, "bob"), "Lunch at one?", moment("12:10"))
    hear("bob", Audience.of(ME, "carol"), "Yes, one is good 🍜", moment("12:12"))
    hear(ME, BOTH, "One it is. I take the table by the window.", moment("12:14"), receipt=Receipt(2, 0, 2))
    waits = Receipt(1, 0, 2, ("carol",))
    hear(ME, BOTH, "carol, is there a spare cable left?", moment("12:21"), receipt=waits)
    hear(ME, BOTH, "Never mind, I found one in the drawer.", moment("12:21"), Progress.WAITING)
    client.outbox.waiting = 1
    client.outbox.held = [client.conversations.get(BOTH).messages[-1]]


# What can be shown


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


def window_with_wire(dress: Dress) -> MainWindow:
    """Show the window with its wire."""
    shown = window(dress)
    shown.roster.model.choose_none()
    shown.show_wire(True)
    return shown


def window_everyone(dress: Dress) -> MainWindow:
    """Show what was said to everyone."""
    shown = window(dress)
    shown.roster.model.choose_none()
    shown.composer.edit.clear()
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
