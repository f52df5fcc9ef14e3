"""Promise B5, in counted steps: what a line costs grows no faster than the line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import ParamSpec

from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.codec import masked, parse_from_client, parse_from_server, write_refusal
from improtocol.errors import Refusal
from improtocol.framing import Framer
from improtocol.names import UnicodeNames

LETTERS = str.maketrans("0123456789", "abcdefghij")
#: Lines of about n bytes: each field full, and each way of being wrong for long.
SHAPES: dict[str, Callable[[int], str]] = {
    "text": lambda n: "SEND bob :" + "x" * n,
    "escapes": lambda n: "SEND bob :" + "\\n" * (n // 2),
    "bad escape at the end": lambda n: "SEND bob :" + "\\n" * (n // 2) + "\\q",
    "two-byte letters": lambda n: "SEND bob :" + "é" * (n // 2),
    "joiners": lambda n: "SEND bob :" + "\u200d" * (n // 3),
    "names": lambda n: "SEND " + ",".join(["bob"] * (n // 4)) + " :x",
    "commas": lambda n: "SEND " + "," * n + " :x",
    "one name": lambda n: "SEND " + "b" * n + " :x",
    "one Unicode name": lambda n: "SEND " + "б" * (n // 2) + " :x",
    "Unicode names": lambda n: "SEND " + ",".join(["боб"] * (n // 7)) + " :x",
    "a hundred full Unicode names": lambda n: "SEND " + ",".join(["б" * 16] * min(n // 33, 100)) + " :x",
    "blanks": lambda n: "WHO" + " " * n,
    "words": lambda n: "WHO" + " x" * (n // 2),
    "keys": lambda n: "WHO" + " k=" * (n // 3),
    "different keys": lambda n: "WHO" + "".join(f" {i:04}=".translate(LETTERS) for i in range(n // 6)),
    "equals": lambda n: "SEND bob ref=" + "=" * n + " :x",
    "value": lambda n: "SEND bob ref=" + "\\s" * (n // 2) + " :x",
    "verb": lambda n: "W" * n,
    "nearly a verb": lambda n: "SENT" * (n // 4),
    "tag": lambda n: "@" + "t" * n,
    "number": lambda n: "ACK " + "9" * n,
    "colons": lambda n: "SEND bob" + " :" * (n // 2),
    "password": lambda n: "LOGIN alice :" + "\\" * n,
    "no-break spaces": lambda n: "SEND " + "\u00a0" * (n // 2),
    "told": lambda n: "* MESSAGE 5 bob alice at=2026-11-20T10:00:28.120Z :" + "\\n" * (n // 2),
    "told numbers": lambda n: "* MESSAGE " + "9" * n,
    "told moment": lambda n: "* MESSAGE 5 bob alice at=" + "2026-" * (n // 5) + " :x",
    "refused": lambda n: "ERR SEND no-such-user " + "bob," * (n // 4) + " :x",
}
SLACK = 1000  # steps: what is beyond a limit is refused, which has a price of its own, once
P = ParamSpec("P")


def steps(act: Callable[P, object], *arguments: P.args, **more: P.kwargs) -> int:
    """Count the calls, of Python and of C, and the lines that an act takes."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> Callable[..., object]:
        nonlocal count
        count += 1
        return note

    sys.setprofile(note)
    try:
        act(*arguments, **more)
    finally:
        sys.setprofile(None)
    return count


def read(line: str) -> None:
    """Do all that is ever done with a line."""
    raw = line.encode()
    for names in (None, UnicodeNames()):
        tag, verb, what = parse_from_client(raw, names) if names else parse_from_client(raw)
        if isinstance(what, Refusal):
            write_refusal(what, verb, tag)
    parse_from_server(raw)
    masked(line)


class CostTests(SynchronousTestCase):
    """Counted, not timed: a machine that is busy with something else says the same."""

    def test_at_most_linear(self) -> None:
        """A line of twice the length takes no more than two and a half times the steps."""
        for name, shape in SHAPES.items():
            read(shape(8))  # what is looked up once has been looked up
            for n in (1024, 4096):
                once, twice = (steps(read, shape(size)) for size in (n, 2 * n))
                self.assertLessEqual(twice, 2.5 * once + SLACK, f"{name} at {n}")

    def test_framing(self) -> None:
        """A line that comes byte by byte, or never ends, costs a few steps a packet."""
        framer = Framer(limits.LINE)

        def feed(packets: int) -> None:
            for _ in range(packets):
                framer.feed(b"x")
                framer.take()

        once, twice = steps(feed, 10_000), steps(feed, 20_000)
        self.assertLessEqual(twice, 2.5 * once)
