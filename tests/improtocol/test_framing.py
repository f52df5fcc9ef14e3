"""Bytes to lines: however they are cut into packets, the same lines come out."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.codec import parse_from_client
from improtocol.framing import Framer, Overlong

LIMIT = 64
STREAMS = st.lists(
    st.one_of(
        st.sampled_from([b"\n", b"\r\n", b"\r", b"@7 ", b"PING", b"SEND bob :hi\n"]),
        st.binary(max_size=4),
        st.integers(LIMIT - 2, LIMIT + 3).map(lambda n: b"x" * n),
    )
).map(b"".join)


def lines(*packets: bytes, limit: int = LIMIT) -> list[bytes | Overlong]:
    """Give the lines that come out of some packets."""
    framer, taken = Framer(limit), []
    for packet in packets:
        framer.feed(packet)
        while more := framer.take():
            taken += more
    return taken


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    """Cut a stream into packets."""
    ends = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[a:b] for a, b in pairwise(ends)]


class FramingTests(SynchronousTestCase):
    """The lines of a stream of bytes."""

    @given(STREAMS, st.lists(st.integers(0, 10_000)))
    def test_any_cut(self, stream: bytes, places: list[int]) -> None:
        """Whole, in packets cut anywhere, and byte by byte: the same lines, and so the same answers (C3)."""
        whole = lines(stream)
        self.assertEqual(lines(*cut(stream, places)), whole)
        self.assertEqual(lines(*(stream[i : i + 1] for i in range(len(stream)))), whole)

    @given(STREAMS)
    def test_what_a_line_is(self, stream: bytes) -> None:
        """A line ends at LF, and one CR before that is dropped (C1)."""
        expected = [line.removesuffix(b"\r") for line in stream.split(b"\n")[:-1]]
        complete = stream[: stream.rfind(b"\n") + 1]
        taken = lines(complete)
        self.assertEqual(len(taken), len(expected))
        for line, meant in zip(taken, expected, strict=True):
            if isinstance(line, Overlong):
                self.assertGreater(len(meant), LIMIT)
                self.assertTrue(meant.startswith(line.beginning))
            else:
                self.assertEqual(line, meant)

    def test_limits(self) -> None:
        """A line of the full length is taken with either line end, one byte more is reported once."""
        for limit in (limits.EARLY_LINE, limits.LINE, limits.CLIENT_LINE):
            fits, beyond = b"x" * limit, b"@7 " + b"x" * (limit - 2)
            for end in (b"\n", b"\r\n"):
                self.assertEqual(lines(fits + end, limit=limit), [fits])
                taken = lines(beyond + end + b"PING" + end, limit=limit)
                self.assertEqual(taken, [Overlong(beyond[:50], limit), b"PING"])
                self.assertEqual(parse_from_client(taken[0]).tag, "@7")

    def test_a_tag_of_full_length_is_found(self) -> None:
        """What is kept of an overlong line is enough for the longest tag."""
        tag = "@" + "t" * limits.TAG
        taken = lines(f"{tag} SEND bob :{'x' * 600}".encode(), limit=512)
        self.assertEqual(parse_from_client(taken[0]).tag, tag)

    @given(st.lists(st.binary(max_size=3 * LIMIT)))
    def test_what_is_kept(self, packets: list[bytes]) -> None:
        """When all lines are taken, no more than one line, and the CR of its end, is kept."""
        framer = Framer(LIMIT)
        for packet in packets:
            framer.feed(packet)
            while framer.take():
                pass
            self.assertLessEqual(framer.held, LIMIT + 1)
            self.assertFalse(framer.has_line)

    def test_so_many_at_a_time(self) -> None:
        """No more lines are given out than are asked for; the rest waits, and can be asked about."""
        framer = Framer(LIMIT)
        framer.feed(b"1\n2\n3\n4")
        self.assertEqual(framer.take(2), [b"1", b"2"])
        self.assertTrue(framer.has_line)
        self.assertEqual(framer.held, 3)
        self.assertEqual(framer.take(2), [b"3"])
        self.assertFalse(framer.has_line)
        framer.feed(b"\n")
        self.assertEqual(framer.take(), [b"4"])
        self.assertEqual(framer.held, 0)
        framer.feed(b"\n")
        self.assertTrue(framer.has_line)

    def test_the_limit_may_rise_between_two_lines(self) -> None:
        """What stands behind a line is judged by the limit at the time it is taken (R14)."""
        framer = Framer(LIMIT)
        framer.feed(b"LOGIN\n" + b"x" * 100 + b"\n" + b"y" * 100 + b"\n")
        self.assertEqual(framer.take(1), [b"LOGIN"])
        framer.limit = 100
        self.assertEqual(framer.take(1), [b"x" * 100])
        framer.limit = LIMIT
        self.assertEqual(framer.take(1), [Overlong(b"y" * 50, LIMIT)])
