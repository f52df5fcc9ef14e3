"""Test cases that are scenes: one test method for each, played on a stage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from twisted.trial.unittest import SynchronousTestCase

from imserver.retention import DAY

from .scene import Play, Scene
from .stage import Actor, Stage

#: Days that messages are kept on the stage of a scene.
KEEP = 30


class StageCast:
    """The actors of a stage: each name is one connection from its beginning to its end.

    One is no connection but time itself: ``days> 31`` lets so many days pass.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def say(self, who: str, line: str) -> None:
        """Type a line and let come of it what comes."""
        if who == "days":
            self._stage.wait(int(line) * DAY)
        else:
            self._actor(who).say(line)

    def hear(self, who: str) -> str | None:
        """Give the next line, also if the connection was closed behind it."""
        return self._actor(who).hear()

    def _actor(self, who: str) -> Actor:
        return self._stage.actors.get(who) or self._stage.actor(who)


def play_on(stage: Stage) -> Play:
    """Make a play of a stage's actors, who have read what the console shows."""
    return Play(StageCast(stage), {"console": stage.console})


class SceneCase(SynchronousTestCase):
    """A stage, and a way to have scenes acted out on it."""

    def act_out(self, scene: Scene) -> None:
        """Act a scene out from beginning to end; nothing may break in the server meanwhile."""
        stage = Stage(keep=KEEP)
        play = play_on(stage)
        play.act(scene)
        play.end(scene)
        self.assertEqual([], [line for line in stage.logged if " broke " in line])


def acts_out(scenes: Iterable[tuple[str, Scene]]) -> Callable[[type[SceneCase]], type[SceneCase]]:
    """Give a case one test for each scene, which bears its name."""

    def add(case: type[SceneCase]) -> type[SceneCase]:
        for name, scene in scenes:
            setattr(case, f"test_{re.sub('[^a-z0-9]+', '_', name.lower())}", _test(scene))
        return case

    return add


def _test(scene: Scene) -> Callable[[SceneCase], None]:
    def test(self: SceneCase) -> None:
        self.act_out(scene)

    test.__doc__ = scene.title or f"What stands at {scene.place} is true."
    return test
