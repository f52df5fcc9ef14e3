"""What went over the wire, written as a scene: to be read, and acted out again on another server.

A scene begins on an empty stage: everybody who says something takes a name and comes in first.  What the
others said stands as what this client was told, so their lines are written beside it; passwords and tokens
were never there.  Numbers, times and the like are what that other server makes of them.  What a client
asks by itself is not acted again; it stands as a remark, as it was.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence

from .wire import WireLine
from .wire_talk import Parts, parts_of

#: What everybody says who comes in on that stage.
PASSWORD = "correct horse"
#: What people do, and not their client by itself.
_ACTED = frozenset(["SEND", "PING", "PRESENCE", "HELP", "VERSION"])
_ACTOR = re.compile(r"[a-z]\w*")


def scene_of(lines: Iterable[WireLine], me: str) -> str:
    """Write lines as a scene; empty, if there are none."""
    kept = list(lines)
    if not kept:
        return ""
    written = [f"# The wire of {me}, {time.strftime('%Y-%m-%d', time.localtime(kept[0].at))}."]
    for name in _cast(kept, me):
        written += [
            f"{name}> REGISTER {name} :{PASSWORD}",
            f"{name}< OK REGISTER {name}",
            f"{name}> LOGIN {name} :{PASSWORD}",
            f"{name}< OK LOGIN {name} ...",
        ]
    written += _Writing(me).cues(kept)
    return "\n".join(written) + "\n"


def _cast(lines: Sequence[WireLine], me: str) -> list[str]:
    """Name everybody who must be there: whoever spoke here, and whoever was spoken to."""
    names = dict.fromkeys([me])
    for line in lines:
        parts = parts_of(line.line)
        if parts is None:
            continue
        if parts.told and parts.verb == "MESSAGE" and len(parts.words) >= 3:
            names |= dict.fromkeys([parts.words[1], *parts.words[2].split(",")])
        elif line.outgoing and parts.verb in ("SEND", "PING") and parts.words:
            names |= dict.fromkeys(parts.words[0].split(","))
    return [name for name in names if _ACTOR.fullmatch(name)]


class _Writing:
    """A scene while it is written."""

    def __init__(self, me: str) -> None:
        self._me = me
        self._asked: dict[str, str] = {}  # verbs that are acted, by their tag
        self._refused: set[str] = set()

    def cues(self, lines: Sequence[WireLine]) -> Iterator[str]:
        """Write cue after cue, and as a remark what is not acted."""
        answered = self._answers(lines)
        for line in lines:
            parts = parts_of(line.line)
            acted = [] if parts is None else list(self._acted(line, parts, answered))
            clock = time.strftime("%H:%M:%S", time.localtime(line.at))
            yield from acted or [f"# {clock} {'>' if line.outgoing else '<'} {line.line}"]

    @staticmethod
    def _answers(lines: Sequence[WireLine]) -> set[str]:
        """Give the tags that were answered OK: what was refused or has no answer is not acted."""
        found = (parts_of(line.line) for line in lines if not line.outgoing)
        return {parts.tag for parts in found if parts is not None and parts.outcome == "OK" and parts.tag}

    def _acted(self, line: WireLine, parts: Parts, answered: set[str]) -> Iterator[str]:
        _, colon, text = line.line.partition(" :")
        if line.outgoing:
            if parts.verb in _ACTED and parts.tag in answered and not self._lost(parts):
                self._asked[parts.tag] = parts.verb
                yield f"{self._me}> {line.line}"
        elif parts.tag and not parts.told:
            if parts.tag not in self._asked:
                return
            if parts.outcome:
                del self._asked[parts.tag]
                yield f"{self._me}< {self._ok(parts)}"
            # The lines of an answer are the server's own words: they are waited for by its end.
        elif parts.told and parts.verb == "MESSAGE" and len(parts.words) >= 3:
            yield from self._told(parts, colon, text)

    def _lost(self, parts: Parts) -> bool:
        """Tell whether somebody is named who cannot be on that stage."""
        named = parts.words[0].split(",") if parts.words and parts.verb in ("SEND", "PING") else []
        return any(name != "*" and not _ACTOR.fullmatch(name) for name in named)

    @staticmethod
    def _ok(parts: Parts) -> str:
        if parts.verb == "SEND":
            return f"{parts.tag} OK SEND {{n{parts.words[0]}}} ..."
        return f"{parts.tag} OK {' '.join([parts.verb, *parts.words])} ..."

    def _told(self, parts: Parts, colon: str, text: str) -> Iterator[str]:
        number, sender, audience = parts.words[:3]
        if sender == self._me or not all(_ACTOR.fullmatch(one) or one == "*" for one in audience.split(",")):
            return
        yield f"{sender}> SEND {audience}{colon}{text}"
        yield f"{sender}< OK SEND {{n{number}}} ..."
        yield f"{self._me}< * MESSAGE {{n{number}}} {sender} {audience} ...{colon}{text}"
