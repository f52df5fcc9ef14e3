"""The language that imserver and its clients speak: pure values, no sockets, no database.

What can be said is declared once: `commands` (what a client asks), `replies` (how it is answered),
`events` (what is told unasked), `errors` (how it is refused).  `codec` turns lines into these and
back, `framing` turns bytes into lines, `reference` prints HELP and the tables of protocol_spec.md.
"""

from . import commands, events, replies
from .version import PROTOCOL, __version__

__all__ = ["PROTOCOL", "__version__", "commands", "events", "replies"]
