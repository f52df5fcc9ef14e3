"""docs/bots.md, kept true: what it shows is run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from imclient.bot import Bot
from imclient.bot.testing import Rehearsal

DOCUMENT = Path(__file__).parents[3] / "docs" / "bots.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)


class DocumentationTests(SynchronousTestCase):
    def test_ten_lines(self) -> None:
        """The ten lines are ten, are a bot, and echo; the rehearsal below them is one."""
        lines = [line for line in BLOCKS[0].splitlines() if line.strip()]
        self.assertLessEqual(len(lines), 10)
        ran: list[Bot] = []
        self.patch(Bot, "run", lambda bot: ran.append(bot))  # noqa: PLW0108  (a list is no method)
        names: dict[str, Any] = {}
        exec(BLOCKS[0], names)
        self.assertEqual([names["bot"]], ran)
        exec(BLOCKS[2], names)

    def test_command(self) -> None:
        """The command does what it says."""
        names: dict[str, Any] = {}
        self.patch(Bot, "run", lambda bot: None)
        exec(BLOCKS[0] + BLOCKS[1], names)
        play = Rehearsal(names["bot"], "bo")
        play.hear("ana", "add 2 3")
        play.hear("ana", "!add 4", to="bo,echo")
        self.assertEqual([("ana", "5"), ("ana,bo", "5")], play.said)

    def test_in_the_docstring(self) -> None:
        """The package shows the same ten lines."""
        import imclient.bot

        shown = [line.strip() for line in (imclient.bot.__doc__ or "").splitlines() if line.strip()]
        for line in BLOCKS[0].splitlines():
            self.assertIn(line.strip(), [*shown, ""])
