"""How somebody left an account on this device: what was open and begun, who is dear to them, what is silent.

It is a file beside the account's messages, written a moment after something changed; nothing of it is ever
said to the server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol.audience import Audience

from . import private_file
from .records import audience_of
from .running import Run
from .signal import Signal

#: Seconds in which changes gather before they are written.
SOON = 1.0
#: So many drafts are kept, the newest.
MOST_DRAFTS = 200


@dataclass
class Left:
    """What is remembered."""

    open: list[Audience] = field(default_factory=list)  #: as tabs, in their order
    apart: list[Audience] = field(default_factory=list)  #: in windows of their own
    current: Audience | None = None
    drafts: dict[Audience, str] = field(default_factory=dict)
    favourites: set[str] = field(default_factory=set)
    muted: set[Audience] = field(default_factory=set)
    seen: dict[str, float] = field(default_factory=dict)  #: when somebody was last seen connected


def read(path: Path) -> Left:
    """Read what was left; it blocks.  What cannot be read was nothing."""
    try:
        found: Any = json.loads(path.read_text("utf-8"))
        return Left(
            _audiences(found["open"]),
            _audiences(found["apart"]),
            audience_of(found["current"]) if found["current"] else None,
            {audience_of(str(to)): str(text) for to, text in found["drafts"].items()},
            {str(name) for name in found["favourites"]},
            set(_audiences(found["muted"])),
            {str(name): float(at) for name, at in found["seen"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Left()


def _audiences(written: Iterable[object]) -> list[Audience]:
    return [audience_of(str(one)) for one in written]


def written(left: Left) -> str:
    """Write it down."""
    return json.dumps(
        {
            "open": [str(one) for one in left.open],
            "apart": [str(one) for one in left.apart],
            "current": str(left.current) if left.current else "",
            "drafts": {str(to): text for to, text in left.drafts.items()},
            "favourites": sorted(left.favourites),
            "muted": sorted(str(one) for one in left.muted),
            "seen": left.seen,
        }
    )


class Desk:
    """One account's desk."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, run: Run) -> None:
        self.changed: Signal[()] = Signal()  #: favourites, or who is silent
        self._clock, self._run = clock, run
        self._left = Left()
        self._path: Path | None = None
        self._soon: IDelayedCall | None = None

    def restore(self, path: Path, left: Left) -> None:
        """Begin with another account."""
        self.close()
        self._path, self._left = path, left
        self.changed.emit()

    def close(self) -> Deferred[None]:
        """Write what is to be written."""
        if self._soon is None:
            return succeed(None)
        self._soon.cancel()
        return self._write()

    # What was open

    @property
    def left(self) -> Left:
        """What is remembered."""
        return self._left

    def note_open(self, tabs: list[Audience], apart: list[Audience], current: Audience | None) -> None:
        """Remember what is open."""
        before = (self._left.open, self._left.apart, self._left.current)
        if (tabs, apart, current) != before:
            self._left.open, self._left.apart, self._left.current = tabs, apart, current
            self._write_soon()

    def draft(self, audience: Audience) -> str:
        """Give what was begun there and not sent."""
        return self._left.drafts.get(audience, "")

    def note_draft(self, audience: Audience, text: str) -> None:
        """Remember what was begun; that it was sent is written at once, or a crash would bring it back."""
        if text == self.draft(audience):
            return
        self._left.drafts.pop(audience, None)
        if text.strip():
            self._left.drafts[audience] = text
        while len(self._left.drafts) > MOST_DRAFTS:
            del self._left.drafts[next(iter(self._left.drafts))]
        self._write_soon(SOON if text.strip() else 0)

    def note_waiting(self, audience: Audience, text: str) -> None:
        """Note what waits to be sent at the start: what stands in the outbox is no draft any more."""
        if self.draft(audience).strip() == text.strip():
            self.note_draft(audience, "")

    # Who is dear, and what is silent

    def is_favourite(self, name: str) -> bool:
        """Tell whether somebody stands on top."""
        return name in self._left.favourites

    def note_favourite(self, name: str, favourite: bool) -> None:
        """Let somebody stand on top, or no longer."""
        (self._left.favourites.add if favourite else self._left.favourites.discard)(name)
        self._tell()

    def is_muted(self, audience: Audience) -> bool:
        """Tell whether a conversation calls nobody."""
        return audience in self._left.muted

    def note_muted(self, audience: Audience, muted: bool) -> None:
        """Let a conversation call nobody, or call again."""
        (self._left.muted.add if muted else self._left.muted.discard)(audience)
        self._tell()

    def last_seen(self, name: str) -> float | None:
        """Say when somebody was last seen connected, in this session or an earlier one."""
        return self._left.seen.get(name)

    def note_seen(self, name: str, at: float) -> None:
        """Remember that somebody was connected until now."""
        self._left.seen[name] = at
        self._write_soon()

    # Writing

    def _tell(self) -> None:
        self._write_soon()
        self.changed.emit()

    def _write_soon(self, seconds: float = SOON) -> None:
        if self._soon is None and self._path is not None:
            self._soon = self._clock.callLater(seconds, self._write)
        elif self._soon is not None and not seconds:
            self._soon.reset(0)

    def _write(self) -> Deferred[None]:
        self._soon = None
        path, text = self._path, written(self._left)
        if path is None:
            return succeed(None)
        return self._run(lambda: private_file.write(path, text, on_disk=False)).addErrback(self._not_written)

    def _not_written(self, failure: Failure) -> None:
        self._log.failure("How the desk was left could not be written", failure)
