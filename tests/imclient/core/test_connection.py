"""The socket."""

from __future__ import annotations

import tracemalloc
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.connection import KNOCK, MOST_ITEMS, Connection
from imclient.core.reaching import LinkLost, NeedsTLS, NotAnImserver, NotConnected, Odd, Unreachable
from imclient.core.wire import Wire
from improtocol import commands, replies
from improtocol.audience import Audience
from improtocol.codec import Unknown
from improtocol.errors import BadArgument, NoSuchUser
from improtocol.events import MessageTold, UserTold
from improtocol.vocabulary import Event

from .fake_server import HELLO

HELLO_LINE = HELLO.encode() + b"\n"


class Transport(StringTransport):
    """A transport that notes how it was ended."""

    aborted = False

    def abortConnection(self) -> None:
        self.aborted = True


class Listener:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.events: list[Event | Unknown] = []
        self.ends = 0

    def told(self, connection: Connection, event: Event | Unknown) -> None:
        self.events.append(event)

    def lost(self, connection: Connection, reason: Failure) -> None:
        self.ends += 1


def made(clock: Clock) -> tuple[Connection, Transport, Listener, Wire]:
    wire, listener, transport = Wire(clock.seconds), Listener(), Transport()
    connection = Connection(clock, wire, listener)
    connection.greeted.addErrback(lambda failure: None)
    connection.makeConnection(transport)
    return connection, transport, listener, wire


class ConnectionTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.connection, self.transport, self.listener, self.wire = made(self.clock)

    def greet(self) -> None:
        self.connection.dataReceived(HELLO_LINE)

    def lose(self) -> None:
        self.connection.connectionLost(Failure(ConnectionDone()))

    def test_answers_find_their_questions(self) -> None:
        """Every answer finds its question by its tag, whatever is told in between."""
        self.greet()
        sent = self.connection.perform(commands.Send(Audience.of("bob"), "hi", "r1"))
        who = self.connection.perform(commands.Who(None))
        self.assertEqual(b"@1 SEND bob ref=r1 :hi\n@2 WHO\n", self.transport.value())
        self.connection.dataReceived(
            b"* USER bob online\n@1 ERR SEND no-such-user bob :There is no user called bob.\n@2 OK WHO 1\n"
        )
        self.assertEqual(("bob",), self.failureResultOf(sent, NoSuchUser).value.names)
        self.assertEqual(replies.Who(1), self.successResultOf(who))
        self.assertIsInstance(self.listener.events[0], UserTold)

    def test_items(self) -> None:
        """An answer's own lines are collected for the question they answer."""
        self.greet()
        help_ = self.connection.ask(commands.Help(None))
        self.connection.dataReceived(b"@1 + HELP :one\n@1 + LATER x\n@1 + HELP :two\n@1 OK HELP 2\n")
        answer = self.successResultOf(help_)
        self.assertEqual(["one", "two"], [item.line for item in answer.items])  # type: ignore[attr-defined]

    def test_unsayable(self) -> None:
        """What no line can carry fails at once and sends nothing."""
        self.greet()
        self.failureResultOf(self.connection.perform(commands.Ping("a b")), BadArgument)
        self.assertEqual(b"", self.transport.value())

    def test_odd_answer(self) -> None:
        """An OK that cannot be read still ends its question."""
        self.greet()
        one, two = (self.connection.perform(commands.Ack(n)) for n in (1, 2))
        self.connection.dataReceived(b"@1 OK ACK many\n@2 OK PING\n")
        self.failureResultOf(one, Odd)
        self.failureResultOf(two, Odd)

    def test_lost(self) -> None:
        """A lost connection fails whoever waits; later questions fail at once."""
        self.greet()
        waiting = self.connection.perform(commands.Ping(None))
        self.lose()
        self.failureResultOf(waiting, LinkLost)
        self.failureResultOf(self.connection.perform(commands.Ping(None)), NotConnected)
        self.assertEqual(1, self.listener.ends)
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_no_imserver(self) -> None:
        """Who says something else first, or nothing for ten seconds, is no imserver."""
        for said in (b"220 mail.example ESMTP\r\n", b"\xff\xfe\n", b"* LIVE 3 told=0\n", b"x" * 20000, b""):
            clock = Clock()
            connection = Connection(clock, Wire(clock.seconds), Listener())
            transport = Transport()
            connection.makeConnection(transport)
            if said:
                connection.dataReceived(said)
            clock.advance(10)
            self.failureResultOf(connection.greeted, NotAnImserver)
            self.assertTrue(transport.aborted)

    def test_bye_instead_of_hello(self) -> None:
        """A server that takes nobody in is quoted."""
        connection = Connection(self.clock, self.wire, self.listener)
        connection.makeConnection(Transport())
        connection.dataReceived(b"* BYE full retry-after=9 :Too many are here.\n")
        self.assertEqual(
            "Too many are here.", str(self.failureResultOf(connection.greeted, Unreachable).value)
        )

    def test_needs_tls(self) -> None:
        """Who speaks TLS, ours or another, is found out by an empty line, long before patience is over."""
        for said in (b"* BYE needs-tls :Speak TLS.\n", b"\x15\x03\x01\x00\x02\x02\x46"):
            clock = Clock()
            connection = Connection(clock, Wire(clock.seconds), Listener())
            transport = Transport()
            connection.makeConnection(transport)
            clock.advance(KNOCK)
            self.assertEqual(b"\n", transport.value())
            connection.dataReceived(said)
            self.failureResultOf(connection.greeted, NeedsTLS)
        self.greet()
        self.clock.advance(KNOCK)
        self.assertEqual(b"", self.transport.value())  # of a server that greets nothing is asked

    def test_newer_language(self) -> None:
        """A server of a language this client would misunderstand is left."""
        connection = Connection(self.clock, self.wire, self.listener)
        connection.makeConnection(Transport())
        connection.dataReceived(b"* HELLO imserver protocol=2\n")
        self.assertIn("newer", str(self.failureResultOf(connection.greeted, Unreachable).value))

    def test_pulse(self) -> None:
        """A server silent for a minute is asked; silent for twenty seconds more, it is left."""
        self.greet()
        self.clock.advance(59)
        self.assertEqual(b"", self.transport.value())
        self.clock.advance(1)
        self.assertEqual(b"@1 PING\n", self.transport.value())
        self.connection.dataReceived(b"@1 OK PING\n")
        self.clock.pump([20, 40])
        self.assertEqual(b"@1 PING\n@2 PING\n", self.transport.value())
        self.clock.advance(19)
        self.assertFalse(self.transport.aborted)
        self.clock.advance(1)
        self.assertTrue(self.transport.aborted)

    def test_pulse_of_a_talkative_server(self) -> None:
        """A server that says something now and then is never asked."""
        self.greet()
        for _ in range(20):
            self.clock.advance(30)
            self.connection.dataReceived(b"* USER bob online\n")
        self.assertEqual(b"", self.transport.value())

    def test_passed_over(self) -> None:
        """What is not known is passed over; an unknown entry still says how far the stream was told."""
        self.greet()
        self.connection.dataReceived(
            b"OK SEND 3 at=x\nERR ? bad-line why\n@99 OK SEND\n+ LONELY\nwhat\n\n"
            b"* BADGE 7 alice :gold\n* MESSAGE 8 bob alice at=2026-11-20T10:00:35.120Z later=1 :hi\n"
        )
        numbers = [getattr(event, "number", None) for event in self.listener.events]
        self.assertEqual([None, 7, 8], [n for n in numbers if n != 0][-3:])
        self.assertIsInstance(self.listener.events[-1], MessageTold)

    def test_turns(self) -> None:
        """Much at once is read 32 lines a turn, in order, and the socket rests meanwhile."""
        self.greet()
        self.connection.dataReceived(b"".join(b"* USER u%d online\n" % n for n in range(100)))
        self.assertEqual((32, "paused"), (len(self.listener.events), self.transport.producerState))
        self.clock.pump([0, 0, 0])
        self.assertEqual([f"u{n}" for n in range(100)], [event.name for event in self.listener.events])  # type: ignore[union-attr]
        self.assertEqual("producing", self.transport.producerState)

    def test_held(self) -> None:
        """While something stands against it nothing is read, and nothing is lost."""
        self.greet()
        self.connection.hold("disk")
        self.connection.dataReceived(b"* USER bob online\n")
        self.assertEqual([], self.listener.events)
        self.connection.go_on("disk")
        self.assertEqual(1, len(self.listener.events))

    def test_endless_answer(self) -> None:
        """An answer without an end is not collected for ever."""
        self.greet()
        self.connection.perform(commands.Help(None)).addErrback(lambda failure: None)
        self.connection.dataReceived(b"@1 + HELP :x\n" * (MOST_ITEMS + 1))
        self.clock.pump([0] * (MOST_ITEMS // 32 + 2))
        self.assertTrue(self.transport.aborted)


class HostileTests(SynchronousTestCase):
    """Whatever a server says, the client stands (promise E7)."""

    @settings(max_examples=300)
    @given(
        st.lists(
            st.one_of(
                st.binary(max_size=200),
                st.text(max_size=60).map(str.encode),
                st.sampled_from(
                    [
                        b"@1 OK PING\n",
                        b"@1 ERR PING offline\n",
                        b"* MESSAGE 1 bob alice at=2026-11-20T10:00:35.120Z :hi\n",
                        b"* LIVE " + b"9" * 5000 + b" told=0\n",
                        b"* LATER " + b"9" * 5000 + b"\n",
                        b"@1 ERR PING busy retry-after=" + b"9" * 5000 + b" :x\n",
                        b"* BYE x retry-after=999999999999999999\n",
                        "* MESSAGE ٣ bob alice at=2026-11-20T10:00:35.120Z :hi\n".encode(),
                        b"* MESSAGE 2 bob ,,, at=9999-99-99T99:99:99.999Z :hi\n",
                        b"* USER bob gone\n* USER\n* USER = =\n",
                        b"\n\r\n\x00\n",
                    ]
                ),
            )
        )
    )
    def test_any_bytes(self, parts: list[bytes]) -> None:
        """Any bytes, in any pieces, never raise, and every question has an end."""
        clock = Clock()
        connection, _, _, _ = made(clock)
        connection.dataReceived(HELLO_LINE)
        ends: list[Any] = []
        connection.perform(commands.Ping(None)).addBoth(ends.append)
        for part in parts:
            connection.dataReceived(part)
            clock.advance(0)
        connection.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(1, len(ends))
        self.assertEqual([], self.flushLoggedErrors())

    def test_endless_line(self) -> None:
        """A hundred megabytes without a line end take no more memory than a line."""
        connection, _, _, wire = made(Clock())
        connection.dataReceived(HELLO_LINE)
        part = b"x" * 65536
        tracemalloc.start()
        try:
            for _ in range(1600):
                connection.dataReceived(part)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        self.assertLess(peak, 1 << 20)
        self.assertIn("passed over", wire.lines[-1].line)
