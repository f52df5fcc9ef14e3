"""What Prometheus reads is what was counted, on a port that only this machine reaches."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import UNHURRIED
from imserver.cannot_start import CannotStart
from imserver.metrics import Process, open_metrics
from tests.stage import Stage

from .harbour import Harbour

HERE = "tcp:9100:interface=127.0.0.1"
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "watching.md"
Figure = tuple[str, tuple[tuple[str, str], ...]]


class MetricsCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = Harbour()
        self.stage = Stage(bounds=UNHURRIED)

    def opened(self, description: str = HERE, **keys: bool) -> Any:
        """Open the port."""
        storage = self.stage.storage
        return open_metrics(
            self.reactor, description, self.stage.server, lambda: storage.jobs_waiting, **keys
        )

    def asked(self, path: str = "/metrics", method: str = "GET") -> tuple[str, str]:
        """Ask as Prometheus does; give head and body."""
        protocol = self.opened().factory.inner.buildProtocol(None)
        wire = StringTransport()
        protocol.makeConnection(wire)
        protocol.dataReceived(f"{method} {path} HTTP/1.0\r\n\r\n".encode())
        head, _, body = wire.value().decode().partition("\r\n\r\n")
        return head, body

    def figures(self) -> dict[Figure, float]:
        """Read all figures, by name and labels."""
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(self.asked()[1])
            for sample in family.samples
        }


class FigureTests(MetricsCase):
    def test_what_was_counted(self) -> None:
        """The figures are those of the counters: commands, refusals, ends, answers, transactions, bytes."""
        alice = self.stage.enter("alice")
        self.stage.enter("bob").leave()
        self.stage.newcomer()
        for line in ("SEND bob :hello", "SEND eve :hello", "FOO", "WHO"):
            alice.say(line)
        figures, counters = self.figures(), self.stage.counters
        self.assertEqual(figures["imserver_commands_total", (("verb", "SEND"),)], 2)
        self.assertEqual(figures["imserver_commands_total", (("verb", "?"),)], 1)
        self.assertEqual(
            {key: n for (name, key), n in figures.items() if name == "imserver_refusals_total"},
            {
                (("code", "no-such-user"), ("verb", "SEND")): 1,
                (("code", "unknown-verb"), ("verb", "?")): 1,
            },
        )
        self.assertEqual(figures["imserver_connections_ended_total", (("reason", "dropped"),)], 1)
        states = {key[0][1]: n for (name, key), n in figures.items() if name == "imserver_connections"}
        self.assertEqual(states, {"unregistered": 1, "registered": 0, "logged-in": 1})
        self.assertEqual(figures["imserver_log_events_total", (("event", "came"),)], 3)
        self.assertEqual(figures["imserver_answer_seconds_count", (("verb", "SEND"),)], 1)
        self.assertEqual(figures["imserver_told_seconds_count", ()], 1)
        self.assertEqual(figures["imserver_commit_seconds_count", ()], counters.commits.count)
        self.assertEqual(figures["imserver_commit_jobs_sum", ()], counters.jobs.sum)
        self.assertEqual(figures["imserver_entries_total", ()], 3)
        self.assertEqual(figures["imserver_last_entry", ()], 3)
        self.assertEqual(figures["imserver_deliveries_total", ()], self.stage.server.mailroom.delivered)
        self.assertEqual(figures["imserver_written_bytes_total", ()], counters.bytes_written)
        self.assertEqual(figures["imserver_unread_bytes", ()], sum(self.stage.server.unread))
        self.assertEqual(figures["imserver_connections_unread", (("over", "0"),)], 2)  # nobody took it yet

    def test_nothing_of_people(self) -> None:
        """No name, no address and no text stands in it."""
        alice = self.stage.enter("alice", keys="device=planted")
        alice.say("SEND alice :planted text")
        alice.say("PLANTED word")
        body = self.asked()[1].lower()
        for word in ("alice", "planted", "127.0.0.1"):
            self.assertNotIn(word, body)

    def test_document(self) -> None:
        """docs/watching.md names every figure of ours, and no other."""
        self.stage.enter("alice").say("SEND eve :hello")
        families = {family.name for family in text_string_to_metric_families(self.asked()[1])}
        ours = {name for name in families if name.startswith("imserver_")}
        text = DOCUMENT.read_text(encoding="utf-8")
        rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `imserver_")]
        self.assertEqual(ours, {row.partition("{")[0].removesuffix("_total") for row in rows})


class PortTests(MetricsCase):
    def test_only_here(self) -> None:
        """A port that other machines reach is refused in a sentence, unless that is said."""
        for description in ("tcp:9100", "tcp6:9100:interface=\\:\\:", "tcp:9100:interface=192.0.2.1"):
            refused = str(self.assertRaises(CannotStart, self.opened, description))
            self.assertTrue(
                refused.startswith(f"imserver: --metrics {description} would show other machines"), refused
            )
            self.assertFalse(self.reactor.ports[-1].open)
            self.assertTrue(self.opened(description, outside=True).open)

    def test_wrong(self) -> None:
        """What is no endpoint is refused in a sentence that names the option."""
        refused = str(self.assertRaises(CannotStart, self.opened, "9100"))
        self.assertTrue(refused.startswith("imserver: --metrics takes an endpoint such as "), refused)

    def test_nothing_else(self) -> None:
        """There is one page, and it is only read."""
        self.assertIn("404", self.asked("/")[0].splitlines()[0])
        self.assertIn("405", self.asked(method="POST")[0].splitlines()[0])
        head, _ = self.asked()
        self.assertIn("200 OK", head.splitlines()[0])
        self.assertIn("text/plain", head.lower())

    def test_of_the_process(self) -> None:
        """Memory and open files are shown, also where of /proc only the process itself can be seen."""
        proc = Path(self.mktemp())
        proc.mkdir()
        (proc / "self").symlink_to("/proc/self")
        shown = {family.name for family in Process(proc=str(proc), registry=None).collect()}
        self.assertLessEqual({"process_resident_memory_bytes", "process_open_fds"}, shown)

    def test_loaded_only_then(self) -> None:
        """Who asks for no metrics does not load their libraries."""
        asked = "'prometheus_client' in sys.modules, 'twisted.web' in sys.modules"
        code = f"import sys, imserver.service; print({asked})"
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        self.assertEqual(said.stdout.split(), ["False", "False"])
