"""What a line that is being typed may go on with: slash commands, what stands behind them, names after @."""

from __future__ import annotations

import re
from collections.abc import Collection

from PyQt5.QtWidgets import QPlainTextEdit

from imclient.core import slash, wording
from imclient.core.client import Client
from imclient.core.roster import Presence, Roster
from imclient.core.slash import Completion
from imqt.completing import Completing

#: So many are offered; whoever types on has fewer.
MOST = 8
_AT = re.compile(r"(?:^|(?<=\s))@(?P<begun>\S*)$")


def ways_on(before: str, roster: Roster, rights: Collection[str] = ()) -> list[Completion]:
    """Say how a text may go on behind the cursor."""
    at = _AT.search(before)
    if at is not None:
        return _names(at["begun"].lower(), len(at["begun"]) + 1, roster)
    if "\n" in before:
        return []
    return [one for one, _ in zip(slash.completions(before, roster, rights), range(MOST), strict=False)]


def _names(begun: str, replaces: int, roster: Roster) -> list[Completion]:
    there = [one for one in roster.people() if one.presence is not Presence.CLOSED]
    fitting = [one for one in there if one.name.startswith(begun)]
    fitting.sort(key=lambda one: one.presence is not Presence.ONLINE)
    return [Completion(one.name, replaces, wording.presence(one.presence)) for one in fitting[:MOST]]


def completing(edit: QPlainTextEdit, client: Client) -> Completing:
    """Offer ways on over a text of one's own."""
    return Completing(edit, lambda before: ways_on(before, client.roster, client.rights), wording.named)
