"""One reading of any bytes, tried by chance: what a line is, who hears what, and what a device gets past.

Two trials from one seed: streams of bytes, cut anywhere, that a server and a client must read as the rule
says (promises C1, C3); and nasty messages, of which each that is accepted must come to those it is for, as
it was meant, and to nobody else (A14, A15, C2).  What they find wrong they give as sentences.
"""

from __future__ import annotations

import random
import unicodedata
from itertools import pairwise

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from imclient.core.connection import Connection
from imclient.core.wire import Wire
from improtocol import codec, limits
from improtocol.codec import Unknown
from improtocol.errors import Refusal
from improtocol.events import MessageTold
from improtocol.fields import escape, unescape
from improtocol.vocabulary import Event
from imserver.bounds import UNHURRIED

from .stage import Actor, Stage

HELLO = b"* HELLO imserver protocol=1 :Say HELP at any time.\n"
#: What has been taken for the end of a line somewhere, and what is no character.
ENDS = [b"\n", b"\r\n", b"\n\n", b"\r\r\n", b"\n\r", b"\r"]
EVIL = [
    *(bytes([sign]) for sign in range(0x20) if sign != 0x0A),
    *(sign.encode() for sign in "\x7f\x85\x9b\u2028\u2029\u00a0\u3000\ufeff\u200b\u202e\U000e0001"),
    *(b"\xff", b"\xc0\x8a", b"\xe0\x80\x8a", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x85", b"\xe2\x80"),
]
#: Commands that change nothing, and parts of lines.
WHOLE = [
    *(
        b"PING",
        b"@7 PING",
        b"VERSION",
        b"HELP PING",
        b"RECEIPTS 1",
        b"HISTORY",
        b"BLOCKED",
        b"@t HISTORY bob",
    ),
    *(b"* MESSAGE 5 bob alice at=2026-11-20T10:00:28.120Z :Hi", b"* GAP 3 :x", b"OK PING", b"@7 OK PING"),
]
PARTS = [
    b"@",
    b" ",
    b"=",
    b":",
    b" :",
    b"\\",
    b"\\n",
    b"*",
    b"+",
    b",",
    b"x" * 600,
    b"x" * 9000,
    b"0",
    "é".encode(),
]


def noise(chance: random.Random) -> bytes:
    """Make up a stream of bytes that is nearly a dialogue."""
    weighed = ((WHOLE, 6), (ENDS, 7), (EVIL, 1), (PARTS, 2))
    kinds = chance.choices(
        [kind for kind, _ in weighed], [weight for _, weight in weighed], k=chance.randint(1, 40)
    )
    return b"".join(chance.choice(kind) for kind in kinds) + b"\n"


def ruled(data: bytes) -> list[bytes]:
    """Part bytes into lines as the rule says: each ends at LF, one CR before it is dropped (R1)."""
    return [line[:-1] if line[-1:] == b"\r" else line for line in data.split(b"\n")[:-1]]


def is_refused(line: bytes) -> bool:
    """Whether a line is refused whatever it says: it is too long, no UTF-8, or has a control character."""
    try:
        said = line.decode()
    except UnicodeDecodeError:
        return True
    control = any(unicodedata.category(sign) == "Cc" or sign in "\u2028\u2029" for sign in said)
    return control or len(line) > limits.LINE


def cut(data: bytes, chance: random.Random) -> list[bytes]:
    """Cut bytes into packets: whole, byte by byte, or anywhere."""
    places = chance.choice([0, len(data) if len(data) < 500 else 20, 3, 10])
    ends = sorted({0, len(data), *(chance.randrange(len(data)) for _ in range(places))})
    return [data[begin:end] for begin, end in pairwise(ends)]


class Reader:
    """A server and a client, and what each makes of bytes."""

    def __init__(self) -> None:
        self.stage = Stage(bounds=UNHURRIED)
        self.alice = self.stage.enter("alice")
        self._alone: dict[bytes, list[str]] = {}

    def server(self, packets: list[bytes]) -> list[str]:
        """Give the answers to what comes in packets; what is told is no answer."""
        self.alice.forget()
        for packet in packets:
            self.alice.send(packet)
            self.stage.settle()
        self.stage.wait(0.1)
        return [line for line in self.alice.heard() if not line.startswith("*")]

    def alone(self, line: bytes) -> list[str]:
        """Give the answer to a line that comes alone."""
        if line not in self._alone:
            self._alone[line] = self.server([line + b"\n"])
        return self._alone[line]

    def client(self, packets: list[bytes]) -> tuple[list[str], list[object]]:
        """Give the lines that a client takes bytes for, and what of it it was told."""
        clock, told = Clock(), _Told()
        wire, transport = Wire(clock.seconds), StringTransport()
        connection = Connection(clock, wire, told)
        connection.makeConnection(transport)
        for packet in (HELLO, *packets):
            connection.dataReceived(packet)
        clock.pump([0] * 20)
        connection.connectionLost(Failure(EOFError()))
        return [line.line for line in wire.lines][1:], told.things


class _Told:
    """Notes what a client is told."""

    def __init__(self) -> None:
        self.things: list[object] = []

    def told(self, connection: Connection, event: Event | Unknown) -> None:
        self.things.append(event)

    def lost(self, connection: Connection, reason: Failure) -> None:
        pass


def streams(chance: random.Random, count: int) -> list[str]:
    """Have so many streams read by a server and by a client."""
    reader, wrong = Reader(), []
    for _ in range(count):
        data = noise(chance)
        lines = list(filter(None, ruled(data)))
        packets = cut(data, chance)
        answers = reader.server(packets)
        if answers != _expected(reader, lines, answers):
            wrong.append(f"the server reads {data!r} as {answers}")
        heard, told = reader.client(packets)
        if heard != [_as_watched(line) for line in lines]:
            wrong.append(f"the client reads {data!r} as {heard}")
        alone = [codec.parse_from_server(line) for line in lines if len(line) <= limits.CLIENT_LINE]
        if told != [one.what for one in alone if isinstance(one.what, Event) or _is_odd(one)]:
            wrong.append(f"the client is told {told} by {data!r}")
    return wrong


def _as_watched(line: bytes) -> str:
    if len(line) > limits.CLIENT_LINE:
        return f"(a line of more than {limits.CLIENT_LINE} bytes was passed over)"
    return line.decode("utf-8", "replace")


def _is_odd(heard: codec.Heard) -> bool:
    return isinstance(heard.what, Unknown) and not heard.tag


def _expected(reader: Reader, lines: list[bytes], answers: list[str]) -> list[str]:
    """Say what must be answered: to a line that the rule refuses that it is bad, else what it alone gets."""
    expected: list[str] = []
    for line in lines:
        if not is_refused(line):
            expected += reader.alone(line)
            continue
        there = answers[len(expected)] if len(expected) < len(answers) else ""
        is_bad = there.removeprefix(there.split(" ")[0] + " " if there.startswith("@") else "").startswith(
            "ERR "
        )
        expected.append(there if is_bad else f"ERR for {line!r}")
    return expected


# --- nasty messages ---

#: What no line may hold, but escaped; a line end is none of them, since there the line is over.
REFUSED = [*(chr(sign) for sign in range(0x20) if sign != 0x0A), *"\x7f\x85\x9b\u2028\u2029"]
NASTY = [
    *"\xa0\xad\u0301\u200b\u200d\u200e\u202e\u2066\ufeff\ufffd\ufffe\U0001f468\U0010ffff",
    *("\\n", "\\t", "\\\\", "\\s", "\\x", "\\", " :", " ", "=", ":", ",", "*", "@1 ", "+ ", "OK ", "ERR "),
    *("* MESSAGE 9 carol bob at=2026-11-20T10:00:28.120Z :forged", "ref=x", "a", "é", "名", "x" * 700),
]


def nasty(chance: random.Random) -> str:
    """Make up what stands behind the colon; some of it is refused."""
    kinds = chance.choices((NASTY, REFUSED), (40, 1), k=chance.randint(1, 12))
    text = "".join(chance.choice(kind) for kind in kinds)
    return chance.choice([text, escape(text + chance.choice(["", "\n", "\t"]), value=False)])


def messages(chance: random.Random, count: int) -> list[str]:
    """Have so many nasty messages said; look at all that is heard of those that were accepted."""
    stage, wrong = Stage(bounds=UNHURRIED), list[str]()
    alice, bob, carol = (stage.enter(name) for name in ("alice", "bob", "carol"))
    for actor in (alice, bob, carol):
        actor.forget()
    for _ in range(count):
        written = nasty(chance)
        audience = chance.choice(["bob", "*", "bob,carol"])
        for actor in (alice, bob, carol):
            actor.heard()
        alice.send(f"SEND {audience} :{written}\n".encode("utf-8", "surrogatepass"))
        stage.settle()
        said = [line for line in alice.heard() if not line.startswith("* ")]
        if not any(line.startswith("OK SEND ") for line in said):
            wrong += [f"{written!r} is answered {said}"] if not said[0].startswith("ERR ") else []
            heard = bob.heard() + carol.heard()
            wrong += [f"{written!r} was refused, and there is heard {heard}"] if heard else []
            continue
        for name, actor in (("bob", bob), ("carol", carol)):
            is_for = audience == "*" or name in audience
            wrong += _heard_wrongly(name, actor, unescape(written.removesuffix("\r"), value=False), is_for)
    return wrong


def _heard_wrongly(name: str, actor: Actor, text: str, is_for: bool) -> list[str]:
    lines = [line for line in actor.heard() if not line.startswith("* RECEIPT ")]
    if len(lines) != is_for:
        return [f"{name} hears {lines} of {text!r}"]
    for line in lines:
        told = codec.parse_from_server(line.encode()).what
        understood = isinstance(told, MessageTold) and (told.sender, told.text) == ("alice", text)
        if not understood or isinstance(told, Refusal) or len(line.encode()) > limits.CLIENT_LINE:
            return [f"{name} understands {told} of {text!r}"]
    return []
