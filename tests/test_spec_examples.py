"""Every example of protocol_spec.md is played: the specification says what is so."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from .scene import read_examples
from .scene_case import SceneCase, acts_out

SPECIFICATION = Path(__file__).parent.parent / "protocol_spec.md"
EXAMPLES = read_examples(SPECIFICATION)


@acts_out((f"line_{scene.place.partition(':')[2]}", scene) for scene in EXAMPLES)
class ExampleTests(SceneCase):
    """The examples, each under the line it begins at."""


class CompleteTests(SynchronousTestCase):
    """No example is left out."""

    def test_each_has_its_test(self) -> None:
        """There is a test for every block that is marked as a scene."""
        marked = SPECIFICATION.read_text(encoding="utf-8").count("\n```scene")
        self.assertEqual(marked, len([name for name in dir(ExampleTests) if name.startswith("test_")]))
        self.assertGreaterEqual(marked, 11)
