"""The server put together: what it is told, what it opens, and how it ends."""

from __future__ import annotations

import io
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ReactorNotRunning
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from bench.people import PASSWORD, settle
from improtocol.invite import Invite, parse, shown
from imserver.cannot_start import CannotStart
from imserver.certificate import make
from imserver.connection import Connection
from imserver.portal import codes
from imserver.portal.passwords import OWASP
from imserver.service import Imserver, Reach, stop_once
from imserver.tls import Encrypted

from ..log_reader import read_json_line
from .harbour import Harbour
from .test_options import options

T = TypeVar("T")


class Wire(StringTransport):
    """A connection in memory that ends when it is closed."""

    def __init__(self, reactor: Harbour, connection: Connection) -> None:
        super().__init__()
        self._reactor, self.protocol = reactor, connection

    def loseConnection(self) -> None:
        super().loseConnection()
        self._reactor.callLater(0, self.protocol.connectionLost, Failure(ConnectionDone()))


class ImserverCase(SynchronousTestCase):
    """A test with a server on a reactor in memory, and a folder on the disk."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.reactor = Harbour()
        self.said = io.StringIO()
        self.patch(sys, "__stdout__", self.said)

    def server(self, *words: str) -> Imserver:
        return Imserver(self.reactor, options(f"--data={self.folder}", *words))

    def running(self, *words: str) -> Imserver:
        made = self.server(*words)
        made.startService()
        self.addCleanup(self.stop, made)
        return made

    def stop(self, server: Imserver) -> None:
        if server.running:
            self.reactor.wait_for(server.stopService())

    def until(self, done: Callable[[], bool]) -> None:
        """Turn until something is so."""
        while not done():
            self.reactor.turn()

    def connect(self) -> Wire:
        """Let somebody connect to the first port."""
        connection = self.reactor.ports[0].factory.buildProtocol(None)
        assert isinstance(connection, Connection)
        wire = Wire(self.reactor, connection)
        connection.makeConnection(wire)
        self.reactor.advance(0)
        return wire

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    def refused(self, *words: str) -> str:
        return str(self.assertRaises(CannotStart, self.server, *words))


class ImserverTests(ImserverCase):
    """A server begins, serves and ends."""

    def test_welcome(self) -> None:
        """When it starts it says where it listens, what it keeps, and how to talk to it."""
        self.running("--listen=tcp:12001:interface=127.0.0.1", "--listen=unix:/run/door")
        said = self.said.getvalue()
        self.assertRegex(said, r"127.0.0.1 port 12001  \(this machine alone\)\n +the socket /run/door  ")
        self.assertNotIn("known by", said)
        self.assertNotIn("needs an invite", said)
        self.assertIn("0 people, 0 entries of the log", said)
        self.assertIn(str(self.folder), said)
        self.assertIn("nc 127.0.0.1 12001", said)

    def test_outside(self) -> None:
        """Where others can come, the welcome has the fingerprint, the line they paste, and what they need."""
        server = self.running("--listen=tcp:12001:interface=192.0.2.7")
        said = self.said.getvalue()
        self.assertIn("192.0.2.7 port 12001  (other machines, by TLS)", said)
        self.assertIn("needs an invite", said)
        self.reactor.advance(0)
        (fingerprint,) = re.findall(r"fingerprint=(\w{64})", self.log)
        self.assertIn(shown(fingerprint), re.sub(r"\s", "", said))
        line = server.invite_line("K7")
        self.assertEqual(Invite("192.0.2.7", 12001, "K7", fingerprint), parse(line))
        self.assertIn(line.replace("K7", ""), said)
        self.assertIn("openssl s_client -quiet -connect 192.0.2.7:12001", said)
        self.assertIsInstance(self.reactor.ports[0].factory.buildProtocol(None), Encrypted)

    def test_aside(self) -> None:
        """Whoever needs a way from this machine gets one that is there; if there is none, it is told why."""
        here = self.server("--listen=tcp:12001:interface=127.0.0.1")
        self.assertEqual(("127.0.0.1", 12001), here.open_aside("for this window"))
        self.assertEqual(1, len(self.reactor.ports))
        self.assertIs(Reach.HERE, here.reach)
        self.stop(here)
        self.reactor.ports.clear()
        self.folder = Path(self.mktemp()).absolute()
        far = self.running("--listen=tcp:12001:interface=192.0.2.7")
        self.assertEqual("127.0.0.1", far.open_aside("for this window")[0])
        self.assertEqual(2, len(self.reactor.ports))
        self.assertIn("(this machine alone, for this window)", far.welcome())
        self.assertIs(Reach.TLS, far.reach)

    def test_first_administrator(self) -> None:
        """While there is no administrator each start shows an invite to become one; the last is void."""
        shown: list[str] = []
        for _ in range(2):
            server = self.running()
            shown += re.findall(r"REGISTER you invite=(\S+) :a password", self.take_said())
            good = [self.done(server._storage.invited(codes.kept(code))) for code in shown]
            self.assertEqual([False] * (len(shown) - 1) + [True], good)
            self.assertNotIn(shown[-1], self.log)
            self.stop(server)
        self.assertEqual(2, len(set(shown)))
        server = self.running()
        code = re.findall(r"imserver://127.0.0.1:12000/(\S+)\n", self.take_said())[0]
        entry = self.done(server._storage.register("ada", "no hash", codes.kept(code)))
        self.assertTrue(entry.administrator)
        self.stop(server)
        self.running()
        said = self.take_said()
        self.assertIn("1 person", said)
        self.assertNotIn("no administrator", said)

    def test_no_administrator_of_a_closed_server(self) -> None:
        """Where nobody can register no line is shown that would not work, but what to do instead."""
        server = self.running("--register=closed")
        said = self.take_said()
        self.assertIn("without --register closed", said)
        self.assertNotIn("invite=", said)
        self.assertIsNone(server.first_code)

    def done(self, asked: Deferred[T]) -> T:
        """Give what a storage answers."""
        outcome: list[T] = []
        self.reactor.wait_for(asked.addCallback(outcome.append))
        return outcome[0]

    def take_said(self) -> str:
        """Give what the console has shown since it was last asked."""
        said = self.said.getvalue()
        self.said.seek(0)
        self.said.truncate()
        return said

    def test_in_clear(self) -> None:
        """Who lets others in without TLS is told in so many words; no certificate is made for it."""
        self.running("--listen=tcp:12001:interface=192.0.2.7", "--clear-outside")
        self.assertIn("NOT ENCRYPTED: 192.0.2.7 port 12001 can be reached", self.said.getvalue())
        self.assertFalse((self.folder / "certificate.pem").exists())

    def test_nobody_outside(self) -> None:
        """As long as nobody can come from outside no certificate is made."""
        server = self.running()
        self.assertFalse((self.folder / "certificate.pem").exists())
        self.assertEqual("imserver://127.0.0.1:12000/K7", server.invite_line("K7"))

    def test_renewed(self) -> None:
        """The files of the certificate are looked at once a minute."""
        own = self.folder / "given.pem"
        self.folder.mkdir()
        make(own)
        self.running("--listen=ssl:1:interface=127.0.0.1", f"--certificate={own}")
        make(own)
        self.reactor.advance(59)
        self.assertEqual(1, len(re.findall("fingerprint=", self.log)))
        self.reactor.advance(1)
        self.reactor.advance(0)
        self.assertEqual(2, len(set(re.findall(r"fingerprint=\w{64}", self.log))))

    def test_log_as_json(self) -> None:
        """With --log-json server.log is JSON, a line an event."""
        self.running("--log-json")
        self.connect()
        events = [read_json_line(line)[0] for line in self.log.splitlines()]
        self.assertEqual(events, ["certificate", "started", "came"][-len(events) :])
        self.assertIn("came", events)

    def test_metrics(self) -> None:
        """With --metrics one more port is open, until the server ends."""
        server = self.running("--metrics=tcp:9100:interface=127.0.0.1")
        (port,) = [port for port in self.reactor.ports if getattr(port.place, "port", None) == 9100]
        self.assertTrue(port.open)
        self.stop(server)
        self.assertFalse(port.open)

    def test_greets(self) -> None:
        """Who connects is greeted, and the log says so."""
        self.running()
        self.assertTrue(self.connect().value().startswith(b"* HELLO imserver protocol=1"))
        self.assertRegex(self.log, r"^\S+ started version=\S+ entries=0\n\S+ came session=1 ")

    def test_end(self) -> None:
        """When it stops its ports are closed, everybody is told, and the folder is free."""
        server = self.running()
        wire = self.connect()
        self.stop(server)
        self.assertEqual([False], [port.open for port in self.reactor.ports])
        self.assertIn(b"* BYE shutdown", wire.value())
        self.assertRegex(self.log, r" stopped\n$")
        self.running()

    def test_end_while_a_hash_is_raised(self) -> None:
        """A hash that is made stronger while it stops is stored, and nothing breaks."""
        settle(self.folder, ["alice"])
        server = self.running()
        wire = self.connect()
        wire.protocol.dataReceived(f"LOGIN alice :{PASSWORD}\n".encode())
        self.until(lambda: b"OK LOGIN" in wire.value())
        self.stop(server)
        self.assertNotIn(" broke ", self.log)
        with sqlite3.connect(self.folder / "imserver.db") as database:
            ((kept,),) = database.execute("SELECT password_hash FROM account").fetchall()
        database.close()
        self.assertFalse(OWASP.check_needs_rehash(kept))

    def test_end_at_any_moment(self) -> None:
        """Wherever a login stands when its peer is gone and the server stops, nothing breaks."""
        for turns in range(12):
            self.folder = Path(self.mktemp()).absolute()
            settle(self.folder, ["alice"])
            server = self.running("--keep=1")
            wire = self.connect()
            wire.protocol.dataReceived(f"LOGIN alice :{PASSWORD}\n".encode())
            for _ in range(turns):
                self.reactor.turn(patience=0.01)
            wire.protocol.connectionLost(Failure(ConnectionDone()))
            self.stop(server)
            self.assertNotIn(" broke ", self.log, turns)
            self.reactor.ports.clear()

    def test_comes_too_late(self) -> None:
        """Whoever gets in while it ends, as through a proxy that was slow, is told so."""
        server = self.running()
        ended = server.stopService()
        wire = self.connect()
        self.reactor.wait_for(ended)
        self.assertRegex(wire.value(), rb"\A\* BYE shutdown retry-after=5 [^\n]+\n\Z")

    def test_no_reload_while_it_ends(self) -> None:
        """What is asked to be read again while it stops is not: no port is opened any more."""
        server = self.running()
        ended = server.stopService()
        server.reload()
        self.reactor.wait_for(ended)
        self.reactor.advance(0)
        self.assertNotIn("reloaded", self.log)
        self.assertEqual([False], [port.open for port in self.reactor.ports])

    def test_asked_to_stop_twice(self) -> None:
        """Whoever asks for the end a second time has asked for what is under way."""
        asked: list[str] = []

        class Reactor:
            """One that can be stopped once."""

            def stop(self) -> None:
                if asked:
                    raise ReactorNotRunning()
                asked.append("stop")

        reactor = Reactor()
        stop_once(reactor)
        reactor.stop()
        reactor.stop()
        self.assertEqual(["stop"], asked)

    def test_what_is_there(self) -> None:
        """A server that is started again says how many it keeps."""
        settle(self.folder, ["alice"])
        self.running()
        self.assertIn("1 person, 1 entry of the log", self.said.getvalue())

    def test_what_is_old(self) -> None:
        """What is older than it is kept goes as soon as the server runs, and the log says so."""
        settle(self.folder, ["alice"])
        with sqlite3.connect(self.folder / "imserver.db") as database:
            database.execute("INSERT INTO conversation (id, people) VALUES (1, '1')")
            database.execute("UPDATE log SET last = 2")
            database.execute(
                'INSERT INTO entry (number, kind, at, account, sender, audience, "to", text, conversation)'
                " VALUES (2, 'message', 0, 1, 'alice', 'alice', 0, 'x', 1)"
            )
        database.close()
        server = self.running("--keep=1")
        self.reactor.wait_for(server._storage.said_as(1, "anything"))
        self.reactor.advance(0)
        self.assertRegex(self.log, r" let-go messages=1 upto=2\n$")

    def test_newer_database(self) -> None:
        """A database of a newer version is refused in a sentence."""
        self.stop(self.running())
        with sqlite3.connect(self.folder / "imserver.db") as database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.close()
        self.assertIn("written by a newer imserver", self.refused())

    def test_damaged_database(self) -> None:
        """A database that is damaged is not served, and a sentence says what to do."""
        self.stop(self.running())
        database = self.folder / "imserver.db"
        database.write_bytes(database.read_bytes()[:4096] + b"?" * 4096 + database.read_bytes()[8192:])
        self.assertIn("The database is damaged, and is not served", self.refused())

    def test_folder_taken(self) -> None:
        """A second server on the folder is refused, and its ports are not opened."""
        self.running()
        self.assertIn("Another imserver is using the data folder", self.refused())
        self.assertEqual(1, len(self.reactor.ports))

    def test_unknown_database(self) -> None:
        """A database that is not known is refused in a sentence, before a port is opened."""
        for url, words in (
            ("mysql://lab/x", "no storage is known for mysql"),
            ("nonsense", "--database is sqlite:///FILE"),
            ("sqlite:////nowhere/at/all.db", "cannot be opened: No such file or directory."),
        ):
            self.folder = Path(self.mktemp()).absolute()
            self.assertIn(words, self.refused(f"--database={url}"))
        self.assertEqual([], self.reactor.ports)
