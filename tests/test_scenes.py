"""Every scene of tests/scenes is played; and the player is shown to notice what goes wrong."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from .scene import Cue, NotAScene, Play, Scene, Spoilt, pattern_of, read_examples, read_scene
from .scene_case import SceneCase, acts_out

SCENES = [read_scene(path) for path in sorted((Path(__file__).parent / "scenes").glob("*.scene"))]


@acts_out((scene.place.partition(".")[0], scene) for scene in SCENES)
class SceneTests(SceneCase):
    """The plays; what each shows stands in its first line."""


class Recited:
    """A cast that has learnt what it hears by heart, and writes down what it types."""

    def __init__(self, **hears: list[str]) -> None:
        self.typed: list[tuple[str, str]] = []
        self._hears = {who: deque(lines) for who, lines in hears.items()}

    def say(self, who: str, line: str) -> None:
        """Write it down."""
        self.typed.append((who, line))

    def hear(self, who: str) -> str | None:
        """Recite the next line."""
        lines = self._hears.get(who)
        return lines.popleft() if lines else None


def scene(*lines: str) -> Scene:
    """Write a scene in a few lines."""
    cues = []
    for number, line in enumerate(lines, 1):
        who, sign = line.split(" ")[0][:-1], line.split(" ")[0][-1]
        cues.append(Cue(f"test:{number}", who, sign == ">", line.partition(" ")[2]))
    return Scene("test:1", "", tuple(cues))


class PlayerTests(SynchronousTestCase):
    """The player lets nothing pass that is not written."""

    def play(self, lines: list[str], **hears: list[str]) -> Recited:
        """Play a few lines with a cast that hears this."""
        cast = Recited(**hears)
        play = Play(cast)
        play.act(scene(*lines))
        play.end(scene(*lines))
        return cast

    def spoilt(self, lines: list[str], **hears: list[str]) -> str:
        """Play a few lines that must not go well, and give the report."""
        return str(self.assertRaises(Spoilt, self.play, lines, **hears))

    def test_as_written(self) -> None:
        """What goes as it is written is no failure, and told lines may come between."""
        self.play(
            ["a> PING", "a< OK PING", "a< * LIVE N told=0"],
            a=["* HELLO imserver", "OK PING", "* USER b online", "* LIVE 7 told=0", "* USER b offline"],
        )

    def test_wrong_word(self) -> None:
        """Another word than the expected is told, with its place and what had been passed over."""
        said = self.spoilt(["a> PING", "a< OK PING"], a=["* HELLO imserver", "OK PONG"])
        self.assertEqual(
            said.splitlines(),
            [
                "test:2: a should have heard",
                "    OK PING",
                "and heard",
                "    OK PONG",
                "after this had been passed over:",
                "    * HELLO imserver",
            ],
        )

    def test_missing_line(self) -> None:
        """An expected line that does not come is told, and so is what its names stood for."""
        said = self.spoilt(["a< * LIVE {n} told=0", "b< * LIVE {n} told=0"], a=["* LIVE 3 told=0"], b=[])
        self.assertIn("test:2: b should have heard\n    * LIVE {n} told=0    ({n} is 3)", said)
        self.assertIn("and heard nothing more", said)

    def test_unexpected_answer(self) -> None:
        """An answer that is not shown is a failure where an answer is expected, and at the end."""
        self.assertIn("and heard\n    OK PING", self.spoilt(["a< OK WHO 0"], a=["OK PING", "OK WHO 0"]))
        self.assertIn("an answer more:\n    OK PING", self.spoilt(["a< OK PING"], a=["OK PING", "OK PING"]))
        self.assertIn("an answer more:\n    OK PING", self.spoilt(["a> PING"], a=["OK PING"]))
        self.play(["a< * PONG b"], a=["OK PING b devices=1", "* PONG b"])

    def test_told_lines_have_an_order(self) -> None:
        """What is told in another order than shown is a failure."""
        self.spoilt(["a< * USER b online", "a< * USER c online"], a=["* USER c online", "* USER b online"])

    def test_untagged(self) -> None:
        """A tag is a part of the line."""
        self.spoilt(["a< @1 OK PING"], a=["OK PING"])
        self.spoilt(["a< OK PING"], a=["@1 OK PING"])

    def test_names(self) -> None:
        """A name stands for one word, in what is heard and in what is typed."""
        cast = self.play(
            ["a< OK SEND {n} at={when}", "a> LOGIN a since={n} epoch=x :{n}", "a< OK LOGIN at={when} {n}"],
            a=["OK SEND 12 at=now", "OK LOGIN at=now 12"],
        )
        self.assertEqual(cast.typed, [("a", "LOGIN a since=12 epoch=x :{n}")])
        self.spoilt(["a< OK {n}", "a< OK {n}"], a=["OK 1", "OK 11"])
        self.spoilt(["a< OK {n} {n}"], a=["OK 1 2"])
        self.assertRaises(NotAScene, self.play, ["a> ACK {n}"])

    def test_what_dots_stand_for(self) -> None:
        """Dots stand for key=values and a last text, never for a word."""
        for expected, fits, fits_not in [
            ("OK LOGIN a ...", ["OK LOGIN a", "OK LOGIN a b=1 c=", "OK LOGIN a b=1 :x y"], ["OK LOGIN a b"]),
            ("ERR X ... :...", ["ERR X :", "ERR X a=b :c :d"], ["ERR X", "ERR X a=b", "ERR X y :z"]),
            ("OK A at=... :x", ["OK A at=now :x"], ["OK A :x", "OK A at=now :xx", "OK A at=now b=1 :x"]),
            ("OK N", ["OK 0", "OK 10"], ["OK", "OK 01", "OK x", "OK 1 2", "OK 1 :x"]),
            ("OK N.", ["OK N."], ["OK 1."]),
            ("OK :N ...", ["OK :N ..."], ["OK :1", "OK :N x=y"]),
        ]:
            pattern = pattern_of(expected, {})
            self.assertEqual(fits, [line for line in fits + fits_not if pattern.fullmatch(line)], expected)

    def test_no_scene(self) -> None:
        """A line that means nothing in a scene is told with its place."""
        path = Path(self.mktemp())
        path.write_text("# A scene.\nalice> PING\nalice = OK PING\n", encoding="utf-8")
        error = self.assertRaises(NotAScene, read_scene, path)
        self.assertIn(f"{path.name}:3: ", str(error))

    def test_continued(self) -> None:
        """An example may go on where the one before it ended, and knows the names of that one."""
        path = Path(self.mktemp())
        path.write_text(
            "Text\n```scene\na< OK {n}\n```\nand\n```scene continue\na> ACK {n}\n```\n", encoding="utf-8"
        )
        first, second = read_examples(path)
        self.assertEqual([first.place, second.place], [f"{path.name}:3", f"{path.name}:7"])
        cast = Recited(a=["OK 5"])
        Play(cast).act(second)
        self.assertEqual(cast.typed, [("a", "ACK 5")])
        path.write_text("```scene continue\na> PING\n```\n", encoding="utf-8")
        self.assertRaises(NotAScene, read_examples, path)


class CompleteTests(SynchronousTestCase):
    """No scene is left out."""

    def test_each_has_its_test(self) -> None:
        """There is a test for every scene file."""
        tests = {name for name in dir(SceneTests) if name.startswith("test_")}
        self.assertEqual(len(tests), len(SCENES))
        self.assertGreaterEqual(len(SCENES), 20)
