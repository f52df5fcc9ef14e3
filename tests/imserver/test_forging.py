"""Promise G1, a share of it: nothing that comes from outside forges a line of server.log, or hides one."""

from __future__ import annotations

import random

from twisted.trial.unittest import SynchronousTestCase

from imserver.log_lines import as_json
from tests.imserver.forging import every_event, flood, raw, visits
from tests.log_reader import read_json_line, read_line


class ForgingTests(SynchronousTestCase):
    def test_every_event(self) -> None:
        """Every event is read back as it was noted, whatever its facts are, from lines and from JSON."""
        self.assertEqual(every_event(random.Random(1), 4000), [])

    def test_visits(self) -> None:
        """Whatever is said to the server, its log tells what was so, all of it, and no secret."""
        for seed in range(2):
            self.assertEqual(visits(random.Random(seed), 100, texts=bool(seed)), [])

    def test_flood(self) -> None:
        """However many knock, no second has more lines than may be, and no message is missing."""
        self.assertEqual(flood(random.Random(1), 3000), [])

    def test_planted(self) -> None:
        """A log that writes what it is given as it is, is caught."""
        self.assertNotEqual(every_event(random.Random(1), 100, ((raw, read_line),)), [])
        self.assertNotEqual(every_event(random.Random(1), 100, ((as_json, read_line),)), [])
        self.assertNotEqual(every_event(random.Random(1), 100, ((raw, read_json_line),)), [])
        self.assertNotEqual(visits(random.Random(1), 100, write=raw), [])
