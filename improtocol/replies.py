"""Every way the server says that a command was done: the OK lines, and the ``+`` lines before some."""

from __future__ import annotations

from .fields import Device, Epoch, Line, Moment, Number, Ref, UserName, Word
from .vocabulary import Item, Reply, key, optional_word


class Registered(Reply, verb="REGISTER"):
    """The name is yours, and everybody has been told."""

    name: UserName


class LoggedIn(Reply, verb="LOGIN"):
    """You are in; your stream follows."""

    name: UserName
    device: Device | None = None
    epoch: Epoch | None = None  #: which log it is
    cursor: Number | None = None  #: your stream begins behind this number
    waiting: Number | None = None  #: so many entries of it are there already


class LoggedOut(Reply, verb="LOGOUT"):
    """The session speaks for nobody any more."""


class Who(Reply, verb="WHO"):
    """So many users were told."""

    count: Number
    after: UserName | None = None  #: there are more: ask for them with this key


class Sent(Reply, verb="SEND"):
    """It is on disk under this number, and everybody it is for will see it once."""

    number: Number
    at: Moment = key()
    to: Number = key()  #: how many others it is for
    ref: Ref | None = None


class Acked(Reply, verb="ACK"):
    """It is noted that this device holds everything up to there."""

    number: Number


class Synced(Reply, verb="SYNC"):
    """The stream is told again from there."""

    number: Number


class Pinged(Reply, verb="PING"):
    """The ping was passed on to so many sessions; alone: the server is there."""

    name: UserName | None = optional_word(default=None)
    devices: Number | None = None


class Ponged(Reply, verb="PONG"):
    """The pong was passed on."""

    name: UserName


class Helped(Reply, verb="HELP"):
    """So many lines of help were given."""

    count: Number


class HelpLine(Item, verb="HELP"):
    """A line of help."""

    line: Line


class Versioned(Reply, verb="VERSION"):
    """What server this is and which protocol it speaks."""

    server: Word
    version: Word
    protocol: Number = key()


class Left(Reply, verb="QUIT"):
    """Good bye; the connection closes."""
