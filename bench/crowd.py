"""Those who talk while the server is killed: devices that come back and senders that say it again.

They write and read lines by themselves, without the server's codec, so that a mistake in it is
not made twice.
"""

from __future__ import annotations

import random
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IAddress, IConnector, IReactorTCP
from twisted.internet.protocol import ClientFactory, Protocol, connectionDone
from twisted.python.failure import Failure

from .ledger import REFUSED, STRANGE, Ledger, View
from .people import PASSWORD
from .running import HERE

#: A device that acknowledges says so each so many entries; the promise is for programs, each 100.
ACK_EACH = 50
#: Of so many sayings one repeats an earlier one, though it was answered.
REPEAT_EACH = 30
#: Answered sayings a sender keeps to repeat.
RECENT = 16
WORDS = (
    "the",
    "lab",
    "closes",
    "at",
    "six",
    "lunch",
    "Grüße",
    "日本語",
    "back\\slash",
    "tab\there",
    "line\nbreak",
)


class Line(Protocol):
    """A connection: what comes goes to the device line by line."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._rest = b""

    def connectionMade(self) -> None:
        """Come in."""
        self._device.connected(self.transport)

    def dataReceived(self, data: bytes) -> None:
        """Take what arrived."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._device.heard(line)
        self._device.write()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Note that the server is gone."""
        self._device.lost()


class Way(ClientFactory[Line]):
    """A device's way to the server, taken once."""

    noisy = False

    def __init__(self, device: Device) -> None:
        self._device = device

    def buildProtocol(self, addr: IAddress | None) -> Line:
        """Make the connection."""
        return Line(self._device)

    def clientConnectionFailed(self, connector: IConnector, reason: Failure) -> None:
        """Note that nobody was there."""
        self._device.lost()


class Device:
    """One client of one account, through all its connections.

    One with a name acknowledges and comes back without a word on what it holds; one without says
    what it was told last.  A *late* one is away while the others talk.
    """

    #: Whether those with a name come back by a token: a password costs the server 25 ms of processor.
    by_token = False

    def __init__(
        self, name: str, device: str | None, ledger: Ledger, *, late: bool = False, epoch: str = ""
    ) -> None:
        self.late = late
        self.view = View(name, f"{name}/{device or '-'}{' (late)' if late else ''}")
        self.live = False
        self.away = True  #: there is no connection, and none is being made
        self.position = 0  #: the last number told
        self.held = 0  #: the last number whose ACK was answered
        self.epoch = epoch  #: which log this is, once it was told
        self._device = device
        self._ledger = ledger
        self._token: str | None = None  # what to come back with
        self._asked: deque[tuple[str, str]] = deque()  # what the next answers are for
        self._acked = 0  # the last number it said an ACK for
        self._transport: Any = None
        self._out: list[bytes] = []

    # --- its connections ---

    def connect(self, reactor: IReactorTCP, port: int) -> None:
        """Come, or come back."""
        self.away = self.live = False
        reactor.connectTCP(HERE, port, Way(self))

    def connected(self, transport: Any) -> None:
        """Log in, saying where the stream was left."""
        self._transport = transport
        transport.setTcpNoDelay(True)
        # What was said when nobody was there to hear it is said after the LOGIN, like all that has no answer.
        self._asked.clear()
        self._out.clear()
        device = f" device={self._device}" if self._device else ""
        since = f" since={self.position} epoch={self.epoch}" if self.epoch and not self._device else ""
        remember = " remember=yes" if self._device and self.by_token else ""
        proof = f" token={self._token}" if self._token else f" :{PASSWORD}"
        self.ask(f"LOGIN {self.view.name}{device}{since}{remember}{proof}", "LOGIN")
        self.write()

    def leave(self) -> None:
        """Be gone without a word."""
        if not self.away:
            self._transport.abortConnection()

    def lost(self) -> None:
        """Forget what was asked; what has no answer is said again."""
        self.away, self.live = True, False
        self._asked.clear()
        self._out.clear()

    # --- its lines ---

    def ask(self, line: str, what: str, about: str = "") -> None:
        """Say a line at the end of this turn, and know what its answer is for."""
        self._asked.append((what, about))
        self._out.append(line.encode())

    def write(self) -> None:
        """Write what this turn brought about."""
        if self._out and not self.away:
            self._transport.write(b"\n".join([*self._out, b""]))
            self._out.clear()

    def heard(self, line: bytes) -> None:
        """Take a line."""
        if not line.startswith(b"* "):
            self._answered(line)
        elif line.startswith((b"* MESSAGE ", b"* REGISTER ")):
            self._told(int(line.split(b" ", 3)[2]), line)
        elif line.startswith(b"* LIVE "):
            self.live = True
        elif line.startswith((b"* BYE", b"* GAP")):
            self.heard_strange(line)

    def heard_strange(self, line: bytes) -> None:
        """Take a line that nobody should hear."""
        self._ledger.findings.add(STRANGE, f"{self.view.label} heard {line!r}")

    def _told(self, number: int, line: bytes) -> None:
        if number <= self.position:
            self._ledger.findings.add(STRANGE, f"{self.view.label} was told {number} after {self.position}")
        self.position = number
        self._ledger.tell(self.view, number, line)
        if self._device and number >= self._acked + ACK_EACH:
            self.acknowledge()

    def acknowledge(self) -> None:
        """Say that all that was told is held, if that is this device's way."""
        if self._device and self.held < self.position:
            self._acked = self.position
            self.ask(f"ACK {self.position}", "ACK", str(self.position))
            self.write()

    @property
    def holds_all(self) -> bool:
        """Whether the server knows, as far as it wants to know, that all that was told is held."""
        return not self._device or self.held == self.position

    def stands(self) -> str:
        """Say how it is, for people."""
        how = "away" if self.away else "live" if self.live else "behind"
        waits = ", ".join(f"{what} {about}" for what, about in list(self._asked)[:2])
        return f"{self.view.label} is {how} at {self.position}, holds {self.held}, waits for [{waits}]"

    def _answered(self, line: bytes) -> None:
        what, about = self._asked.popleft() if self._asked else ("", "")
        if not what or not line.startswith(f"OK {what}".encode()):
            self.was_refused(what, about, line)
        elif what == "LOGIN":
            self._came_in(line)
        elif what == "ACK":
            self.held = max(self.held, int(about))
        else:
            self.was_answered(about, line)

    def _came_in(self, line: bytes) -> None:
        facts = dict(word.split("=", 1) for word in line.decode().split(" ") if "=" in word)
        cursor = int(facts["cursor"])
        if self.epoch and facts["epoch"] != self.epoch:
            self.met_another_epoch(line)
        if self.epoch and not self.held <= cursor <= self.position:
            words = f"held {self.held} and was told {self.position}, and came in at {cursor}"
            self._ledger.findings.add(STRANGE, f"{self.view.label} {words}")
        if not self.epoch:
            self.view.begins = cursor
        self.epoch, self.position, self._acked = facts["epoch"], cursor, cursor
        self._token = facts.get("token")
        self.came_in()

    def met_another_epoch(self, line: bytes) -> None:
        """Learn that the log is another one than this device was told from."""
        self._ledger.findings.add(STRANGE, f"{self.view.label} met another epoch: {line!r}")

    # --- what a sender makes of it ---

    def was_refused(self, what: str, about: str, line: bytes) -> None:
        """Take an ERR."""
        self._ledger.findings.add(REFUSED, f"{self.view.label} asked {what} {about} and heard {line!r}")

    def came_in(self) -> None:
        """Go on after a LOGIN."""

    def was_answered(self, about: str, line: bytes) -> None:
        """Take the OK of a SEND."""


class Sender(Device):
    """A device whose user talks, with many sayings on their way; each is said until it is answered."""

    def __init__(self, name: str, ledger: Ledger, people: Sequence[str], seed: str) -> None:
        super().__init__(name, "desk" if self.by_token else None, ledger)
        self.talking = False
        self.unanswered: OrderedDict[str, str] = OrderedDict()  #: lines without an answer, by ref
        self._people = people
        self._random = random.Random(f"{seed} {name}")
        self._count = 0
        self._window = 1
        self._recent: deque[tuple[str, str]] = deque(maxlen=RECENT)

    def came_in(self) -> None:
        """Say again what has no answer."""
        for ref, line in self.unanswered.items():
            self.ask(line, "SEND", ref)

    def talk(self) -> None:
        """Begin to talk, with so many sayings on their way as chance has it."""
        self.talking = True
        self._window = self._random.choice((1, 2, 8, 32, 100))
        self._say_on()
        self.write()

    def lost(self) -> None:
        """Fall silent until asked to talk."""
        super().lost()
        self.talking = False

    def say(self, audience: str, text: str) -> str:
        """Say something, under a ref of its own."""
        self._count += 1
        ref = f"r{self._count}"
        written = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        line = f"SEND {audience} ref={ref} :{written}"
        self._ledger.ask(self.view.name, ref, audience, text)
        self.unanswered[ref] = line
        self.ask(line, "SEND", ref)
        return ref

    def was_answered(self, about: str, line: bytes) -> None:
        """Note the OK, and go on talking."""
        written = self.unanswered.pop(about, None)
        if written is not None:
            self._recent.append((about, written))
            self.view.said.add(int(line.split(b" ", 3)[2]))
        self._ledger.answered(self.view.name, about, line)
        if self.talking:
            self._say_on()

    def repeat(self) -> None:
        """Say again what was answered already, or is on its way."""
        if self._recent and self._random.randrange(2):
            ref, line = self._random.choice(self._recent)
        else:
            ref = next(reversed(self.unanswered))
            line = self.unanswered[ref]
        self.ask(line, "SEND", ref)

    def _say_on(self) -> None:
        while len(self.unanswered) < self._window:
            self.say(self._audience(), self._text())
            if self._random.randrange(REPEAT_EACH) == 0:
                self.repeat()

    def _audience(self) -> str:
        """One in two to one, one in three to several, the others to everyone."""
        others = [name for name in self._people if name != self.view.name]
        chance = self._random.randrange(6)
        if chance == 0:
            return "*"
        most = 1 if chance < 4 else self._random.randint(2, 6)
        return ",".join(sorted(self._random.sample(others, most)))

    def _text(self) -> str:
        length = 150 if self._random.randrange(50) == 0 else self._random.randint(1, 12)
        return f"{self._count} " + " ".join(self._random.choices(WORDS, k=length))
