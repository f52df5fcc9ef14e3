"""What server.log can say is declared, all of it, and nothing else is said."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from imserver.log_vocabulary import EVENTS, FACTS, printed, table

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "server-log.md"
#: Their first argument is an event; ``incident`` has only one.
NOTED = ("note", "incident")
#: What `ServerLog.incident` adds of itself.
OF_AN_INCIDENT = {"incident", "error", "trace"}


def log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Give the calls that note something in server.log: ``log.note(...)``, or ``note`` handed on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            where, name = ast.unparse(node.func.value), node.func.attr
            if (name in NOTED and (where.endswith("log") or where == "self")) or (
                name == "_note" and isinstance(node.args[0], (ast.Constant, ast.JoinedStr, ast.BinOp))
            ):
                yield node


def wrong(call: ast.Call) -> str | None:
    """Say what is wrong with a call: an event that is made up on the way, a fact that nobody declared."""
    assert isinstance(call.func, ast.Attribute)
    event = "broke"
    if call.func.attr != "incident":
        first = call.args[0] if call.args else None
        if not isinstance(first, ast.Constant) or first.value not in EVENTS or len(call.args) > 1:
            return f"no declared event: {ast.unparse(call)}"
        event = first.value
    elif len(call.args) != 1:
        return f"an incident has one failure: {ast.unparse(call)}"
    strange = {keyword.arg for keyword in call.keywords} - set(EVENTS[event].facts)
    return f"{event} has no {', '.join(map(str, strange))}: {ast.unparse(call)}" if strange else None


def calls_of_the_server() -> Iterator[ast.Call]:
    """Give all there are."""
    for path in sorted((ROOT / "imserver").rglob("*.py")):
        yield from log_calls(ast.parse(path.read_bytes()))


class VocabularyTests(SynchronousTestCase):
    def test_every_call(self) -> None:
        """Each event that the server notes is declared, and so is each of its facts; no word is made up."""
        self.assertEqual([why for call in calls_of_the_server() if (why := wrong(call))], [])

    def test_every_event(self) -> None:
        """Each event that is declared is noted somewhere."""
        noted = {
            call.args[0].value
            for call in calls_of_the_server()
            if call.args and isinstance(call.args[0], ast.Constant)
        }
        self.assertEqual(set(EVENTS) - noted, {"lost"})  # that one stands where the lines are missing

    def test_every_fact(self) -> None:
        """Each fact is explained, none for nothing, and none is what a line has of itself."""
        declared = {fact for event in EVENTS.values() for fact in event.facts}
        self.assertEqual(declared, set(FACTS))
        self.assertFalse(declared & {"at", "event"})
        self.assertTrue(set(EVENTS["broke"].facts) > OF_AN_INCIDENT)

    def test_planted(self) -> None:
        """An event or a fact that is put together on the way is found."""
        for source in (
            'self._log.note("sent user=%s" % name)',
            'self._log.note(f"sent user={name}")',
            "log.note(name)",
            'log.note("sent", name)',
            'log.note("sent", password=command.password)',
            'log.note("came", **facts)',
            'self._note("certificate of %s" % host)',
            "self._server.log.incident(failure, text=command.text)",
        ):
            self.assertIsNotNone(wrong(next(log_calls(ast.parse(source)))), source)
        good = 'self._log.note("sent", session=1, user=name)'
        self.assertIsNone(wrong(next(log_calls(ast.parse(good)))))

    def test_document(self) -> None:
        """docs/server-log.md shows the tables as they are declared (`make print-log` prints them)."""
        text = DOCUMENT.read_text(encoding="utf-8")
        self.assertIn(table(), text)
        self.assertEqual(text, printed(text))
