"""People at nc, and nothing else: the first conversation to the letter, over real sockets."""

from __future__ import annotations

from pathlib import Path

from tests.scene import Play, read_scene

from .case import HERE, EndToEndCase
from .patience import LONG
from .typist import Typist, at_nc

SCENE = Path(__file__).parents[1] / "scenes" / "to_the_letter.scene"


class NcCast:
    """The cast of a scene, each at an nc of their own."""

    def __init__(self, port: int) -> None:
        self.patience = LONG  #: seconds until nothing more comes
        self.people: dict[str, Typist] = {}
        self._port = port

    def say(self, who: str, line: str) -> None:
        """Type a line; who was not there connects."""
        self._person(who).say(line)

    def hear(self, who: str) -> str | None:
        """Give the next line; None if nothing comes."""
        return self._person(who).hear(self.patience)

    def _person(self, who: str) -> Typist:
        if who not in self.people:
            self.people[who] = at_nc(HERE, self._port)
        return self.people[who]


class NcTests(EndToEndCase):
    """A real server, and nc."""

    def test_to_the_letter(self) -> None:
        """What the specification fixes for good holds to the letter."""
        self.server()
        cast = NcCast(self.port)
        self.addCleanup(lambda: [person.leave() for person in cast.people.values()])
        play, scene = Play(cast), read_scene(SCENE)
        play.act(scene)
        cast.patience = 0.3
        play.end(scene)
        self.assertNotIn(" broke ", self.log())
