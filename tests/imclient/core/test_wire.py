"""The lines to watch."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imclient.core.wire import MOST_CHARACTERS, MOST_LINES, Wire, WireLine


class WireTests(SynchronousTestCase):
    def test_secrets(self) -> None:
        """A password is covered, in memory too."""
        wire = Wire(lambda: 5.0)
        seen: list[WireLine] = []
        wire.added.connect(seen.append)
        wire.said("@1 LOGIN alice device=desk :correct horse")
        self.assertEqual([WireLine(5.0, True, "@1 LOGIN alice device=desk :●●●●●●●●")], seen)
        self.assertEqual(seen, list(wire.lines))

    def test_bounds(self) -> None:
        """The newest lines are kept: so many, and so many characters."""
        wire = Wire(lambda: 0.0)
        for n in range(MOST_LINES + 5):
            wire.heard(str(n))
        self.assertEqual((MOST_LINES, "5"), (len(wire.lines), wire.lines[0].line))
        for _ in range(MOST_LINES):
            wire.heard("x" * 16384)
        self.assertLessEqual(sum(len(line.line) for line in wire.lines), MOST_CHARACTERS)
