"""The longer texts of the window: what the keys do, what this is, what one may do with it."""

from __future__ import annotations

from imtongue import phrase

from .audience_choice import Mode

#: What the keys do, in groups: some keys, and what they are for.
KEYS: dict[str, list[tuple[tuple[str, ...], str]]] = {
    phrase("Writing"): [
        (("Enter",), phrase("send")),
        (("Shift+Enter",), phrase("a new line")),
        (tuple(mode.key for mode in Mode), phrase("to one, to several, to everyone")),
        (("/", "@", "Tab"), phrase("a command, a name, complete it")),
        (("Up",), phrase("in an empty text: what you said before")),
        (("Ctrl+N",), phrase("a note to yourself")),
    ],
    phrase("People"): [
        (("Ctrl+K",), phrase("find a person")),
        (("Space", "Enter"), phrase("in the roster: choose, write to them")),
        (("Ctrl+P",), phrase("ping")),
    ],
    phrase("Conversations"): [
        (("Ctrl+Tab", "Ctrl+Shift+Tab"), phrase("the next, the one before")),
        (("Alt+Down",), phrase("the next with something unread")),
        (("Ctrl+F", "Ctrl+Shift+F"), phrase("find what was said: here, in all of them")),
        (("F3", "Shift+F3"), phrase("of what was found: the older one, the newer one")),
        (("Ctrl+L", "Ctrl+W"), phrase("all of them, close this one")),
        (("Ctrl+Shift+N",), phrase("in a window of its own")),
        (("Enter",), phrase("on a message of yours: how far it came")),
        (("Ctrl+Shift+O",), phrase("the outbox")),
    ],
    phrase("The window"): [
        (("F6",), phrase("from one part to the next")),
        (("Ctrl+Shift+W",), phrase("the wire")),
        (("Ctrl++", "Ctrl+-", "Ctrl+0"), phrase("larger type, smaller type, as it was")),
        (("Ctrl+Shift+D",), phrase("do not disturb")),
        (("Ctrl+Q",), phrase("quit")),
    ],
}


ABOUT = phrase("""\
An instant messenger of your own: the server keeps what you say and hands it on, and the language between \
them is plain text that you can watch under View, Wire.

OK means it is on disk, and everybody it is for will see it once, in the same order.""")

LICENCE = phrase("""\
imclient, imserver and their language are free under the MIT licence: use them, change them, pass them on, \
keep the notice. They come with no warranty.

The windows stand on Qt and PyQt5; PyQt5 is free under the GNU General Public License, version 3. Whoever \
passes on the program together with PyQt5 does so under that licence.""")
