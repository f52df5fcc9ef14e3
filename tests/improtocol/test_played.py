"""Everything of the vocabulary is played in a scene, here or in the specification, or says why it is not."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from improtocol.codec import parse_from_client
from improtocol.errors import ALWAYS, BadLine, Refusal
from improtocol.vocabulary import Command, Event, Item, Reply

from .declared import COMMANDS, REFUSALS

HERE = Path(__file__).parent.parent
SPECIFICATION = HERE.parent / "protocol_spec.md"
PLAYS = {
    **{path.name: path.read_text(encoding="utf-8") for path in sorted((HERE / "scenes").glob("*.scene"))},
    SPECIFICATION.name: "\n".join(
        re.findall(
            r"^```scene[^\n]*\n(.*?)^```$",
            SPECIFICATION.read_text(encoding="utf-8"),
            re.DOTALL | re.MULTILINE,
        )
    ),
}
LINE = re.compile(r"^\w+([<>]) (?:@\S+ )?(\S+)(?: (\S+))?(?: (\S+))?", re.MULTILINE)
HEARD = [match.groups() for play in PLAYS.values() for match in LINE.finditer(play)]

#: What no scene can bring about, and where it is tried.
NOT_PLAYED = {
    "disk-full": "the disk must be full; tried by tests/imserver/test_full_disk.py",
    "busy": "the database must be in trouble; tried by tests/imserver/test_connection.py",
    "internal": "something must be broken; tried by tests/imserver/test_connection.py",
    "too-many-sessions": "needs 33 sessions; tried by tests/imserver/features/test_login.py",
    "invite-needed": "the server must be started so; tried by tests/imserver/features/test_registration.py",
    "registration-closed": "likewise",
    "mailbox-full": "needs 10,000 messages; tried by tests/imserver/features/test_messaging.py",
    "too-often": "needs many tries; tried by tests/imserver/portal/test_guessing.py",
    "under-way": "a backup must take its time; tried by tests/imserver/test_backing_up.py",
    "not-backed-up": "something must be in the way; tried by tests/imserver/test_backing_up.py",
    "not-utf-8": "a scene is UTF-8; tried by tests/improtocol/test_codec.py",
}


def missing(declared: set[str], played: Collection[str | None]) -> set[str]:
    """Name what is neither played nor excused."""
    return declared - set(played) - set(NOT_PLAYED)


class PlayedTests(SynchronousTestCase):
    """Every word of the language is heard in some scene."""

    def test_commands(self) -> None:
        """Every command is given, in any case."""
        asked = {
            parse_from_client(m[0].encode()).verb
            for p in PLAYS.values()
            for m in re.finditer(r"(?<=> ).*", p)
        }
        self.assertEqual(missing(set(Command.by_verb), asked), set())

    def test_replies_items_events(self) -> None:
        """Every OK line, every line of an answer and every event is heard."""
        for mark, family in {"OK": Reply, "+": Item, "*": Event}.items():
            heard = {verb for sign, first, verb, _ in HEARD if sign == "<" and first == mark}
            self.assertEqual(missing(set(family.by_verb), heard), set())

    def test_refusals(self) -> None:
        """Every refusal is provoked, and every way in which a line cannot be read."""
        codes = {code for sign, first, _, code in HEARD if sign == "<" and first == "ERR"}
        self.assertEqual(missing({r.code for r in REFUSALS}, codes), set())
        whys = set(re.findall(r"ERR \? bad-line (\S+)", "\n".join(PLAYS.values())))
        self.assertEqual(missing(set(BadLine.WHY), whys), set())

    def test_no_more_than_was_promised(self) -> None:
        """No command is refused with what it does not name."""
        for sign, first, verb, code in HEARD:
            if sign == "<" and first == "ERR":
                refusal = Refusal.by_code[code or ""]
                if refusal not in ALWAYS:
                    self.assertIn(refusal, Command.by_verb[verb or ""].refused_with, f"{verb} {code}")

    def test_excuses(self) -> None:
        """What is excused is declared, and is indeed not played."""
        declared = {*Command.by_verb, *Event.by_verb, *BadLine.WHY, *(r.code for r in REFUSALS)}
        self.assertEqual(set(NOT_PLAYED) - declared, set())
        played = {word for line in HEARD for word in line if word}
        self.assertEqual(set(NOT_PLAYED) & played, set())

    def test_each_scene_says_what_is_true(self) -> None:
        """A scene begins with a sentence."""
        for name, play in PLAYS.items():
            if name.endswith(".scene"):
                self.assertRegex(play, r"^# [A-Z].*\.\n", name)

    def test_each_command_in_each_state(self) -> None:
        """Every command is refused before login exactly when it is not allowed there."""
        refused = {verb for sign, first, verb, code in HEARD if first == "ERR" and code == "wrong-state"}
        for command in COMMANDS:
            if len(command.allowed_in) < 3:
                self.assertIn(command.verb, refused)
