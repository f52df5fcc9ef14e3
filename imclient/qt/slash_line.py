"""What a line that begins with a slash means in the window: it goes through the same controls as the mouse.

``/all`` and ``/whisper bob`` choose the audience as soon as they are typed; the others act on Enter.
``//`` says a text that begins with a slash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Each with what it does, as a sentence that Help shows.
COMMANDS = {
    "all": "/all TEXT: say it to everyone",
    "whisper": "/whisper NAME TEXT: say it to one",
    "who": "/who: the people, in the roster",
    "ping": "/ping: ping the people of this conversation",
    "away": "/away TEXT: be shown as away, with a line of text if you like",
    "online": "/online TEXT: be shown as online again, with a line of text if you like",
    "block": "/block NAME: hear nothing of what somebody says from now on",
    "unblock": "/unblock NAME: hear them again",
    "blocked": "/blocked: whom you have blocked",
    "devices": "/devices: where your account is in use",
    "help": "/help: this",
    "disc": "/disc: disconnect and log out",
}

_AUDIENCE = re.compile(r"/(all|whisper[ ]+(?P<name>\S+))\s(?P<text>.*)", re.DOTALL | re.IGNORECASE)
_COMMAND = re.compile(r"/(?P<word>[a-z]+)(\s.*)?", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Aimed:
    """An audience typed before the text."""

    name: str | None  #: one; None is everyone
    text: str


def aimed(text: str) -> Aimed | None:
    """Read the audience that a text begins with, once a blank stands behind it."""
    match = _AUDIENCE.fullmatch(text)
    if match is None:
        return None
    name = match["name"]
    return Aimed(None if name is None else name.lower(), match["text"])


def command(text: str) -> str | None:
    """Give the command that a text begins with, known or not; a path such as /etc/hosts is none."""
    match = _COMMAND.fullmatch(text)
    return None if match is None else match["word"].lower()


def rest(text: str) -> str:
    """Give what stands behind a command."""
    return " ".join(text.split()[1:])


def spoken(text: str) -> str:
    """Give what is said by a text: two slashes at its beginning stand for one."""
    return text[1:] if text.startswith("//") else text


def not_known(word: str) -> str:
    """Say that there is no such command, and what there is."""
    known = ", ".join(f"/{each}" for each in COMMANDS)
    return f"There is no command /{word}. There are {known}."


def not_complete(word: str) -> str:
    """Say how a command that needs more is written."""
    return f"Write {COMMANDS[word].partition(':')[0]}."
