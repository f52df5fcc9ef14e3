"""Finds in the sources what is said to people, and so is to be there in every language."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imclient.core import slash
from improtocol.errors import BadLine, Declared, NotBackedUp
from imserver.service import Reach

ROOT = Path(__file__).parents[2]
#: Where people are spoken to.
SPEAKING = ("imtongue", "imqt", "imclient", "imserver/window")
#: Of the language the sentences that are made anew in a client.
REMADE = ("improtocol/errors.py", "improtocol/invite.py")
#: What is said at once or later, and of how many.
SAID, COUNTED = ("tr", "phrase", "say", "BadInvite"), "trn"


@dataclass(frozen=True)
class Phrase:
    """What stands in the source; one that is counted has two forms."""

    text: str
    forms: int = 1


def phrases_of(source: str) -> Iterator[Phrase]:
    """Give what a source wants to be said in whatever language is spoken."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
            if node.func.id in SAID and texts and isinstance(texts[0], str):
                yield Phrase(texts[0])
            elif node.func.id == COUNTED and isinstance(texts[0], str):
                yield Phrase(texts[0], 2)


def of_the_house() -> list[Phrase]:
    """Give all that is said, in the order of the sources."""
    sources = [path for place in SPEAKING for path in sorted((ROOT / place).rglob("*.py"))]
    sources += [ROOT / path for path in REMADE]
    found = [one for path in sources for one in phrases_of(path.read_text("utf-8"))]
    return list(dict.fromkeys([*found, *_declared()]))


def _declared() -> Iterator[Phrase]:
    """Give what is said of refusals and commands where they are declared."""
    for refusal in Declared.by_code.values():
        if "sentence" not in vars(refusal):
            yield Phrase((refusal.__doc__ or "").partition("\n")[0])
    yield from map(Phrase, (*BadLine.WHY.values(), *NotBackedUp.WHY.values()))
    yield from (Phrase(reach.value) for reach in Reach)
    for one in slash.known().values():
        yield Phrase(one.does)
        yield from (Phrase(slash.meaning(command)) for command in one.stands_for)


def places(text: str) -> list[str]:
    """Name the places of a text that are filled in."""
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})
