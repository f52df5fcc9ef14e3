"""Made-up people, what they said to each other, and a client that holds it: no server, no disk."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from pathlib import Path
from typing import cast

from twisted.internet.defer import Deferred, fail, maybeDeferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import Clock

from imclient.core.client import Client, LinkState
from imclient.core.conversation import BEHIND_ALL
from imclient.core.conversations import Conversations, Progress, Said
from imclient.core.desk import Desk
from imclient.core.devices import Device
from imclient.core.excerpt import Excerpt
from imclient.core.finder import PAGE, Found
from imclient.core.reaching import Unreachable
from imclient.core.records import Receipt
from imclient.core.roster import Presence, Roster
from imclient.core.settings import Settings
from imclient.core.showing import Shown
from imclient.core.signal import Signal
from imclient.core.sought import Sought
from imclient.core.tokens import FileTokens
from imclient.core.trust import Trust
from imclient.core.wire import Wire, WireLine
from improtocol import errors, invite
from improtocol.audience import EVERYONE, Audience
from improtocol.fields import Reached
from improtocol.invite import Invite
from imtongue import tr

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
        self.stays_logged_in, self.not_told = True, ""
        self.registering = "open"
        self.holds_all = True
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

    def log_out(self) -> Deferred[str]:
        """Keep nothing, and say what could not be done."""
        self.stays_logged_in = False
        return succeed(self.not_told)

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

    def find(self, words: str, audience: Audience | None = None, before: int = BEHIND_ALL) -> Deferred[Found]:
        """Find it in memory: there is nothing else."""
        if self.refuse is not None:
            return fail(self.refuse)
        sought = Sought.of(words)
        talks = self.conversations.all() if audience is None else [self.conversations.get(audience)]
        said = (one for talk in talks for one in talk.messages if (one.number or BEHIND_ALL) < before)
        hits = sorted((one for one in said if sought.is_in(one.text)), key=lambda one: -(one.number or 0))
        page = hits[:PAGE]
        return succeed(Found(page, (page[-1].number or 0) if len(hits) > PAGE else 0, self.holds_all))

    def around(self, audience: Audience, number: int) -> Deferred[Excerpt | None]:
        """Give nothing: all there is is in memory."""
        return succeed(None)

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
