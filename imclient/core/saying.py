"""What may be said: a text that a line can carry, to people there are."""

from __future__ import annotations

import re
import unicodedata

from improtocol import limits
from improtocol.audience import Audience
from improtocol.errors import NoSuchUser, NoText, TooLong
from improtocol.fields import escape
from improtocol.names import UnicodeNames
from imtongue import tr

from .roster import Roster
from .utf8 import checked

_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_NAMES = UnicodeNames()


def cleaned(text: str) -> str:
    """Write every line end as one way, and leave out what no line can carry; raises `NotUtf8`."""
    text = _LINE_ENDS.sub("\n", checked(text, tr("What was typed")))
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def canonical(name: str) -> str:
    """Give the one way a name is written; raises the refusal that the server would answer."""
    return _NAMES.canonical(name.strip())


def check(audience: Audience, text: str, roster: Roster) -> None:
    """Refuse at once what the server would refuse: all unknown names, a text or an audience too long."""
    if not text.strip():
        raise NoText()
    if len(escape(text, value=False).encode()) > limits.TEXT:
        raise TooLong("text", limits.TEXT)
    if len(audience.names) > limits.AUDIENCE:
        raise TooLong("audience", limits.AUDIENCE)
    # Before everybody has been told, only the server knows who there is.
    if roster.complete and (unknown := roster.unknown(audience.names)):
        raise NoSuchUser(unknown)
