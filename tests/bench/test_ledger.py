"""The ledger of the kill proof finds each kind of loss, and nothing where all is well."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench import people
from bench.ledger import CHANGED, DOUBLED, HOLES, LOST, STRANGE, Entry, Findings, Ledger, View, read_log

AT = 1_795_168_800_120
TOLD = "* MESSAGE 2 alice bob at=2026-11-20T10:00:00.120Z :Hello"


def hello(number: int, ref: str = "r1", text: str = "Hello", audience: str = "bob") -> Entry:
    """Make an entry that alice said."""
    return Entry(number, "message", AT, "alice", audience, 1, text, ref)


class Quiet:
    """Alice has said Hello to Bob, was answered, and all have been told."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.ledger = Ledger(self.findings)
        self.ledger.checked = 1
        self.alice = View("alice", "alice/-", begins=1, said={2})
        self.bob = View("bob", "bob/-", begins=1)
        self.ledger.ask("alice", "r1", "bob", "Hello")
        self.ledger.answered("alice", "r1", b"OK SEND 2 at=2026-11-20T10:00:00.120Z to=1 ref=r1")
        self.log = [hello(2)]

    def tell(self, line: str = TOLD) -> Quiet:
        """Tell Bob."""
        self.ledger.tell(self.bob, int(line.split(" ")[2]), line.encode())
        return self

    def found(self, last: int = 2) -> set[str]:
        """Recount; give the kinds of what was found."""
        self.ledger.recount(last, self.log, [self.alice, self.bob], all_told=True)
        return set(self.findings.counts)


class LedgerTests(SynchronousTestCase):
    """What is answered, on disk and told is the same, or it is found."""

    def test_all_is_well(self) -> None:
        """Nothing is found when all agree, also when the same was answered and told twice."""
        quiet = Quiet().tell().tell()
        quiet.ledger.answered("alice", "r1", b"OK SEND 2 at=2026-11-20T10:00:00.120Z to=1 ref=r1")
        self.assertEqual((quiet.found(), quiet.ledger.oks, quiet.ledger.repeats), (set(), 1, 1))

    def test_lost(self) -> None:
        """What was answered OK and is not in the log is lost, and what was told and is not there."""
        quiet = Quiet().tell()
        quiet.log = []
        self.assertEqual(quiet.found(last=1), {LOST})
        self.assertEqual(quiet.findings.counts[LOST], 2)

    def test_never_told(self) -> None:
        """What one of those it is for was not told is lost."""
        self.assertEqual(Quiet().found(), {LOST})

    def test_stored_twice(self) -> None:
        """One ref twice in the log is doubled."""
        quiet = Quiet().tell().tell("* MESSAGE 3 alice bob at=2026-11-20T10:00:00.120Z :Hello")
        quiet.log.append(hello(3))
        quiet.alice.said.add(3)
        self.assertIn(DOUBLED, quiet.found(last=3))

    def test_stored_again_later(self) -> None:
        """A ref of before the last recount that is stored again is doubled."""
        quiet = Quiet().tell()
        self.assertEqual(quiet.found(), set())
        quiet.log = [hello(3)]
        quiet.alice.said.add(3)
        quiet.tell("* MESSAGE 3 alice bob at=2026-11-20T10:00:00.120Z :Hello")
        self.assertEqual(quiet.found(last=3), {DOUBLED})

    def test_told_again(self) -> None:
        """What a device held at the last recount and is told again is doubled."""
        quiet = Quiet().tell()
        quiet.found()
        quiet.tell()
        self.assertEqual(set(quiet.findings.counts), {DOUBLED})

    def test_another_answer(self) -> None:
        """A ref that is answered with another number is found."""
        quiet = Quiet().tell()
        quiet.ledger.answered("alice", "r1", b"OK SEND 3 at=2026-11-20T10:00:00.120Z to=1 ref=r1")
        self.assertEqual(quiet.found(), {CHANGED})

    def test_another_text(self) -> None:
        """A text that is not what was said, or not what was told, is found."""
        for change in (self._in_the_log, self._on_the_wire):
            quiet = Quiet()
            change(quiet)
            self.assertEqual(quiet.found(), {CHANGED}, change)

    def _in_the_log(self, quiet: Quiet) -> None:
        quiet.log = [hello(2, text="Hullo")]
        quiet.tell(TOLD.replace("Hello", "Hullo"))

    def _on_the_wire(self, quiet: Quiet) -> None:
        quiet.tell(TOLD.replace("Hello", "Hullo"))

    def test_holes(self) -> None:
        """A number that is missing in the log is found, and one behind its end."""
        quiet = Quiet().tell()
        self.assertEqual(quiet.found(last=3), {HOLES})
        quiet = Quiet().tell()
        self.assertEqual(quiet.found(last=1), {HOLES})

    def test_for_others(self) -> None:
        """What was told to somebody it is not for is found, and what nobody said."""
        quiet = Quiet().tell()
        quiet.log = [hello(2, audience="carol")]
        self.assertIn(STRANGE, quiet.found())
        quiet = Quiet().tell()
        quiet.log.append(Entry(3, "message", AT, "bob", "bob", 0, "who said that?", None))
        quiet.tell("* MESSAGE 3 bob bob at=2026-11-20T10:00:00.120Z :who said that?")
        self.assertEqual(quiet.found(last=3), {STRANGE})

    def test_not_told_yet(self) -> None:
        """What may still be on its way is not missed."""
        quiet = Quiet()
        quiet.ledger.recount(2, quiet.log, [quiet.alice, quiet.bob], all_told=False)
        self.assertFalse(quiet.findings, quiet.findings.sentences)


class LogTests(SynchronousTestCase):
    """The log is read as it is on disk."""

    def test_people(self) -> None:
        """The people of a new folder are in its log, in the order they were named."""
        folder = Path(self.mktemp())
        people.settle(folder, ["alice", "bob"])
        last, entries = read_log(folder / people.DATABASE, 1)
        self.assertEqual(last, 2)
        self.assertEqual([(entry.number, entry.sender) for entry in entries], [(2, "bob")])
