"""The longer texts of the window: what the keys do, what this is, what one may do with it."""

from __future__ import annotations

from imclient.core import slash
from imtongue import phrase

KEYS = phrase("""\
Enter: send.  Shift+Enter: a new line.
Alt+1, Alt+2, Alt+3: to one, to several, to everyone.
Ctrl+K: find a person.  In the roster, Space chooses and Enter writes.
Ctrl+Tab, Ctrl+Shift+Tab: the next conversation, the one before.  Ctrl+W: close it.  Ctrl+L: all of them.
Enter on a message of yours: how far it came.
Arrow up in an empty text: what you said before.  / begins a command, @ a name; Tab completes them.
Alt+Down: the next conversation with something unread.
Ctrl+Shift+N: a window of its own.  Ctrl+Shift+O: the outbox.  Ctrl+Shift+D: do not disturb.
F6: from one part of the window to the next.
Ctrl+P: ping.  Ctrl+Shift+W: the wire.  Ctrl+N: a note to yourself.
Ctrl+Plus, Ctrl+Minus, Ctrl+0: larger type, smaller type, as it was.
Ctrl+Q: quit.""")


def commands() -> str:
    """Say what each slash command does."""
    return "\n".join(f"{told}." for told in slash.lines_of_help())


ABOUT = phrase("""\
An instant messenger of your own: the server keeps what you say and hands it on, and the language between \
them is plain text that you can watch under View, Wire.

OK means it is on disk, and everybody it is for will see it once, in the same order.""")

LICENCE = phrase("""\
imclient, imserver and their language are free under the MIT licence: use them, change them, pass them on, \
keep the notice. They come with no warranty.

The windows stand on Qt and PyQt5; PyQt5 is free under the GNU General Public License, version 3. Whoever \
passes on the program together with PyQt5 does so under that licence.""")
