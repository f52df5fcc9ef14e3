"""What was found, one row for each message, the newest first."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PyQt5.QtCore import QModelIndex, QObject, Qt

from imclient.core import wording
from imclient.core.said import Said
from imclient.core.sought import Sought
from imqt import clamping, moments
from imqt.row_list import RowList
from imtongue import tr

#: So many letters of a message are shown at most, and so many of them before what was found.
SHOWN, BEFORE = 240, 32


@dataclass(eq=False, slots=True)
class Hit:
    """A message, and what is shown of it."""

    said: Said
    who: str
    where: str  #: its conversation, where several are looked through and the name does not say it
    when: str
    shape: dict[object, object] = field(default_factory=dict)  #: what the painter measured


def glance(text: str, sought: Sought, room: int) -> tuple[str, list[tuple[int, int]]]:
    """Give what of a message stands in a line of so many letters, and where in that the words are."""
    line = " ".join(clamping.harmless(text).split())
    places = sought.places(line)
    if places and places[0][1] > room:
        begin = _beginning(line, places[0][0], min(BEFORE, room // 3))
        line = f"…{line[begin:]}" if begin else line
    shown = clamping.beginning(line, SHOWN)
    return shown, sought.places(shown)


def _beginning(line: str, found: int, before: int) -> int:
    """Say where a line is to begin, so that what was found stands in it: at a word, if one begins there."""
    at_word = line.find(" ", max(0, found - before), found) + 1
    begin = at_word or max(0, found - before)
    # Of signs that cost much only a few are shown; they must not push out what was found.
    lead = line[begin:found].rstrip()
    return begin if clamping.beginning(lead, SHOWN) == lead else found


class FindModel(RowList[Hit]):
    """The rows."""

    def __init__(self, me: str, now: Callable[[], float] = time.time, parent: QObject | None = None) -> None:
        super().__init__(lambda one, other: one is other, parent)
        self.sought = Sought()
        self._me, self._now = me, now
        self._everywhere = False

    def begin(self, hits: list[Said], sought: Sought, *, everywhere: bool) -> None:
        """Show what was found by these words, in all conversations or in one."""
        self.sought, self._everywhere = sought, everywhere
        self.replace([self._hit(said) for said in hits])

    def go_on(self, hits: list[Said]) -> None:
        """Show what was found before that, too."""
        self.replace([*self.rows, *(self._hit(said) for said in hits)])

    def _hit(self, said: Said) -> Hit:
        who = tr("You") if said.mine else wording.named(said.sender)
        alone = said.audience.names == (said.sender,) and not said.audience.everyone
        where = wording.title(said.audience, self._me) if self._everywhere and not alone else ""
        return Hit(said, who, where, "" if said.at is None else moments.when(said.at, self._now()))

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give what was said, or all that a row shows in words."""
        hit = self.row(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.said.text
        return in_words(hit) if role == Qt.ItemDataRole.AccessibleTextRole else None


def in_words(hit: Hit) -> str:
    """Say all that a row shows: ``bob in bob, carol, yesterday: Port 7 is up.``"""
    parts = {"name": hit.who, "when": hit.when, "text": hit.said.text}
    if hit.where:
        return tr("{name} in {title}, {when}: {text}", title=hit.where, **parts)
    return tr("{name}, {when}: {text}", **parts)
