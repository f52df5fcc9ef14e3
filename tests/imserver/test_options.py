"""What the server is told on its command line, and what it takes for granted."""

from __future__ import annotations

from twisted.python.usage import UsageError
from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import BOUNDS
from imserver.listening import HERE
from imserver.options import Options


def options(*words: str) -> Options:
    """Read a command line."""
    made = Options()
    made.parseOptions(words)
    return made


class OptionsTests(SynchronousTestCase):
    """What ``twistd imserver`` is told."""

    def test_nothing(self) -> None:
        """Without a word it listens here, with ASCII names, in the user's own folder."""
        expected = {"data": None, "database": None, "everyone": None, "keep": None, "names": "ascii"}
        expected |= {"register": None, "backups": None}
        by_tls = {"certificate": None, "key": None, "address": None, "clear-outside": 0}
        off = {"log-json": 0, "log-texts": 0, "metrics": None, "metrics-outside": 0, "config": None}
        self.assertEqual({**expected, **by_tls, **off, "listen": [HERE], "bounds": BOUNDS}, dict(options()))

    def test_several_listeners(self) -> None:
        """Each --listen is one more, and the usual one is not added to them."""
        self.assertEqual(["tcp:1", "unix:/x"], options("--listen=tcp:1", "--listen", "unix:/x")["listen"])

    def test_each_its_own(self) -> None:
        """The listeners of one command line are not those of the next."""
        options("--listen=tcp:1")
        self.assertEqual([HERE], options()["listen"])

    def test_unknown_names(self) -> None:
        """Names of a kind that is not known are refused in a sentence."""
        refused = self.assertRaises(UsageError, options, "--names=klingon")
        self.assertEqual("--names is ascii or unicode, not klingon.", str(refused))

    def test_unknown_days(self) -> None:
        """Messages are kept for a whole number of days; anything else is refused in a sentence."""
        self.assertEqual("30", options("--keep=30")["keep"])
        for wrong in ("0", "-1", "1.5", "a", "100000", ""):
            refused = self.assertRaises(UsageError, options, f"--keep={wrong}")
            self.assertEqual(f"--keep is a whole number of days from 1 on, not {wrong}.", str(refused))

    def test_help(self) -> None:
        """The help says what each word means."""
        told = options().getUsage()
        for word in ("--data=", "--database=", "--listen=", "--names=", "--certificate=", "--clear-outside"):
            self.assertIn(word, told)
