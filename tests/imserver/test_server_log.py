"""server.log: one event, one line; nothing forged, nothing secret, and nobody hurt by a full disk."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from imserver.server_log import KEPT, ServerLog
from imserver.turn import Turn

from ..improtocol.declared import CONTROL, OTHER_BLANKS
from ..log_reader import read_line
from ..scene import Scene, read_examples, read_scene
from ..scene_case import KEEP, play_on
from ..stage import BEGINNING, Stage

TESTS = Path(__file__).parent.parent
SCENES = [
    *map(read_scene, sorted((TESTS / "scenes").glob("*.scene"))),
    *read_examples(TESTS.parent / "protocol_spec.md"),
]


class Disk(io.RawIOBase):
    """A file on a disk that has room for so many bytes more."""

    def __init__(self, room: int = 1_000_000_000) -> None:
        super().__init__()
        self.room = room
        self.written = b""
        self.writes = 0

    def write(self, data: Any, /) -> int:
        """Write what there is room for, or fail if there is none, as a file does."""
        self.writes += 1
        if self.room == 0 and data:
            raise OSError(28, "No space left on device")
        part = bytes(data)[: self.room]
        self.room -= len(part)
        self.written += part
        return len(part)


class LogCase(SynchronousTestCase):
    """A log on a disk."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.disk = Disk()
        self.log = ServerLog(self.disk, Turn(lambda act: self.clock.callLater(0, act)), lambda: BEGINNING)

    def lines(self) -> list[str]:
        """End the turn and give what stands on the disk."""
        self.clock.advance(0)
        return self.disk.written.decode().split("\n")[:-1]


class LineTests(LogCase):
    def test_one_event_one_line(self) -> None:
        """An event is one line with a moment and its facts; a fact that is None is left out."""
        self.log.note("sent", session=7, user="alice", device=None)
        self.assertEqual(self.lines(), ["2026-11-20T10:00:00.000Z sent session=7 user=alice"])

    def test_one_write_a_turn(self) -> None:
        """What one turn notes is written at once."""
        for number in range(100):
            self.log.note("came", session=number)
        self.assertEqual((len(self.lines()), self.disk.writes), (100, 1))

    def test_nothing_can_be_forged(self) -> None:
        """Whatever a fact holds, it is read back as it was, and no line or key has come of it."""
        nasty = st.text(st.one_of(st.sampled_from([*CONTROL, *" \\=:*\u202e\U000e0001uU0"]), st.characters()))

        @settings(max_examples=150, derandomize=True)
        @given(st.lists(nasty, min_size=1, max_size=4))
        def forge(facts: list[str]) -> None:
            self.disk.written = b""
            said = dict(zip(("user", "to", "device", "text"), facts, strict=False))
            self.log.note("sent", **said)
            (line,) = self.lines()
            self.assertEqual(line.splitlines(), [line])
            self.assertEqual(read_line(line), ("sent", said))

        forge()

    def test_nothing_unprintable(self) -> None:
        """No control character, odd blank, line end or sign that turns the writing reaches the file."""
        signs = [
            *CONTROL,
            *OTHER_BLANKS,
            *"\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800\U000e0001",
        ]
        for sign in signs:
            self.log.note("logged-in", device=f"a{sign}b")
        for sign, line in zip(signs, self.lines(), strict=True):
            self.assertTrue(line.isprintable(), repr(sign))

    def test_incident(self) -> None:
        """What broke is one line with the trace and a number to find it by."""
        try:
            raise ValueError("two\nlines")
        except ValueError:
            number = self.log.incident(Failure(), session=3)
        event, facts = read_line(*self.lines())
        self.assertEqual((event, facts["incident"], facts["session"]), ("broke", number, "3"))
        self.assertEqual(facts["error"], "two\nlines")
        self.assertIn("test_server_log.py", facts["trace"])

    def test_failures_that_twisted_logs(self) -> None:
        """What Twisted logs as a failure is an incident here, as long as the log watches."""
        watched = Stage()
        watched.log.watch()
        watched.turn.at_end(Broken())
        watched.settle()
        (line,) = watched.logged
        self.assertEqual(read_line(line)[1]["error"], "'it broke'")
        watched.log.close()
        watched.turn.at_end(Broken())
        watched.clock.advance(0)
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 2)


class Broken:
    """Something that cannot say what it has gathered."""

    def flush(self) -> None:
        """Fail."""
        raise KeyError("it broke")


class FullDiskTests(LogCase):
    """A full disk ends no session and loses no line silently."""

    def test_room_again(self) -> None:
        """What there was no room for is written when there is room, each line once and whole."""
        for room in range(0, 60, 7):
            self.disk.written, self.disk.room = b"", room
            self.log.note("came", session=room)
            self.lines()
            self.log.note("registered", session=room)
            self.lines()
            self.disk.room = 1_000_000
            self.log.note("went", session=room)
            self.assertEqual([read_line(line)[0] for line in self.lines()], ["came", "registered", "went"])

    def test_how_many_were_lost(self) -> None:
        """Beyond a bound lines are counted, and the number stands where they are missing."""
        self.disk.room = 0
        for number in range(20_000):
            self.log.note("came", session=number)
            if number % 1_000 == 0:
                self.clock.advance(0)
        self.clock.advance(0)
        self.disk.room = 1_000_000_000
        self.log.note("went", session=20_000)
        self.log.note("went", session=20_001)
        *kept, lost, before_last, last = map(read_line, self.lines())
        self.assertEqual([int(facts["session"]) for _, facts in kept], list(range(len(kept))))
        self.assertEqual(lost, ("lost", {"lines": str(20_000 - len(kept))}))
        self.assertEqual((before_last[1]["session"], last[1]["session"]), ("20000", "20001"))
        self.assertLess(KEPT - 100, len(kept) * len("2026-11-20T10:00:00.000Z came session=10000\n"))

    def test_little_by_little(self) -> None:
        """On a disk that frees a little now and then, kept, counted and written lines are all there were."""
        self.disk.room = 0
        noted = 0
        for freed in [0, 0, 0, 100_000, 0, 10, 300_000, 0, 0, 1_000, 1_000_000]:
            self.disk.room += freed
            for _ in range(5_000):
                self.log.note("came", session=noted)
                noted += 1
            self.clock.advance(0)
        at = 0
        for event, facts in map(read_line, self.lines()):
            if event == "lost":
                at += int(facts["lines"])
            else:
                self.assertEqual(int(facts["session"]), at)
                at += 1
        self.assertEqual(at, noted)

    def test_sessions_go_on(self) -> None:
        """While nothing can be logged, people go on, and afterwards what they did is there."""
        stage = Stage()
        alice, bob = stage.enter("alice"), stage.enter("bob")
        disk = Disk(0)
        stage.log._file = disk
        alice.say("SEND bob :hello")
        self.assertEqual([line.partition(" :")[2] for line in bob.heard()], ["hello"])
        stage.enter("carol")
        disk.room = 1_000_000
        bob.say("QUIT")
        events = [read_line(line)[0] for line in disk.written.decode().splitlines()]
        self.assertEqual(events, ["sent", "came", "registered", "logged-in", "logged-out", "went"])


class SecretTests(SynchronousTestCase):
    """What only those it is for shall read stands in no log."""

    def played(self, scene: Scene) -> str:
        """Play a scene and give its log."""
        stage = Stage(keep=KEEP)
        play_on(stage).act(scene)
        return "\n".join(stage.logged)

    def test_scenes(self) -> None:
        """No password and no text of any scene stands in its log, whole or a word of it."""
        for scene in SCENES:
            log = self.played(scene)
            typed = [cue.line.partition(" :")[2] for cue in scene.cues if cue.typed]
            self.assertTrue(log, scene.place)
            for secret in filter(lambda text: len(text) > 3, typed):
                self.assertNotIn(secret, log, scene.place)
                self.assertNotIn(secret.replace(" ", "\\s"), log, scene.place)

    def test_what_is_logged(self) -> None:
        """Who came, who registered, logged in, said how much to whom, left and went stands there."""
        stage = Stage()
        alice = stage.enter("alice", password="planted horse", keys="device=desk")
        alice.say("LOGIN alice :planted donkey")
        alice.say("SEND alice :planted text")
        alice.say("QUIT")
        stranger = stage.actor("stranger")
        stranger.say("LOGIN alice :planted mule")
        stranger.leave()
        self.assertEqual(
            list(map(read_line, stage.logged)),
            [
                ("came", {"session": "1", "where": "127.0.0.1:40000"}),
                ("registered", {"session": "1", "user": "alice"}),
                ("logged-in", {"session": "1", "user": "alice", "device": "desk"}),
                ("sent", {"session": "1", "user": "alice", "to": "alice", "number": "2", "bytes": "12"}),
                ("logged-out", {"session": "1", "user": "alice", "why": "quit"}),
                ("went", {"session": "1", "why": "left"}),
                ("came", {"session": "2", "where": "127.0.0.1:40000"}),
                ("login-refused", {"session": "2", "user": "alice"}),
                ("went", {"session": "2", "why": "dropped", "error": stage_error()}),
            ],
        )
        self.assertNotIn("planted", "\n".join(stage.logged))


def stage_error() -> str:
    """Give what Twisted calls a connection that was lost."""
    return "Connection to the other side was lost in a non-clean fashion."
