"""The server on PostgreSQL instead of the file in its folder."""

from __future__ import annotations

import os
import re
import signal

from twisted.trial.unittest import SkipTest

from tests.imserver.storage import cluster

from .case import EndToEndCase
from .patience import eventually


class PostgresqlTests(EndToEndCase):
    """``--database postgresql+psycopg://...``"""

    def setUp(self) -> None:
        if why := cluster.why_not():
            raise SkipTest(why)
        super().setUp()
        cluster.cluster().empty()
        self.database = f"--database={cluster.cluster().url}"

    def test_kept(self) -> None:
        """What was said and who is registered outlasts the server, and no file of SQLite's is made."""
        server = self.server(self.database)
        self.person("bob", keys="device=desk").leave()
        alice = self.person("alice")
        self.assertRegex(alice.ask("SEND bob :see you"), "^OK SEND")
        server.end()
        self.server(self.database)
        bob = self.typist()
        self.assertRegex(bob.ask("LOGIN bob device=desk :correct horse"), "^OK LOGIN bob .* waiting=")
        self.assertRegex(bob.expect("* MESSAGE"), "alice bob .*:see you$")
        self.assertEqual({"lock", "server.log", "told"}, {path.name for path in self.data.iterdir()})

    def test_away(self) -> None:
        """While it is away everybody is told to come again, and each time is one line of the log."""
        server = self.server(self.database)
        alice = self.person("alice")
        cluster.cluster().pause()
        try:
            bob = self.typist()
            for who, line in (
                (bob, "LOGIN alice :correct horse"),
                (bob, "LOGIN alice device=desk token=x"),
                (bob, "REGISTER bob :correct horse"),
                (alice, "SEND alice :x"),
                (alice, "HISTORY alice"),
            ):
                verb = line.split()[0]
                self.assertRegex(who.ask(line), f"^ERR {verb} busy retry-after=5 :")
        finally:
            cluster.cluster().go_on()
        self.assertRegex(bob.ask("LOGIN alice :correct horse"), "^OK LOGIN alice ")
        server.end()
        failed = [line for line in self.log().splitlines() if " database-failed " in line]
        self.assertEqual(5, len(failed))
        for line in failed:
            self.assertRegex(line, r" verb=[A-Z]+ error=connection\\s[^\\]*(\\s[^\\]+)*$")
        self.assertEqual(("", []), (server.err, re.findall(" broke .*|Traceback.*", self.log())))

    def test_background(self) -> None:
        """The database is its own in the background too: what was opened before the fork holds after it."""
        server = self.daemon(self.database)
        alice = self.person("alice")
        second = self.child(*self.command(f"--data={self.folder}/other", self.database))
        self.assertEqual(1, second.ended())
        self.assertIn("Another imserver is using this database", second.err)
        self.assertRegex(alice.ask("SEND alice :still here"), "^OK SEND")
        os.kill(server, signal.SIGTERM)
        self.assertRegex(alice.rest()[-1], r"^\* BYE shutdown")
        eventually(self.log, lambda log: "stopped" in log)
