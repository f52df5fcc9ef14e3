"""Everything the server says unasked: the lines that begin with ``*``.

What has a number right behind its verb tells how far the stream has been told (language, R16);
nothing else told has a number there.
"""

from __future__ import annotations

from .fields import (
    AudienceField,
    Line,
    Moment,
    Names,
    Number,
    PresenceField,
    Ref,
    Text,
    Token,
    UserName,
    WayField,
    Word,
    Words,
    Yes,
)
from .vocabulary import Event, key


class Hello(Event, verb="HELLO"):
    """The first line of every connection: who is there, and what may be asked beyond protocol 1."""

    server: Word
    protocol: Number = key()
    can: Words = ()
    register: Word | None = None  #: who may take a name: ``open``, ``invite`` or ``closed``
    line: Line = ""


class Limits(Event, verb="LIMITS"):
    """How long things may be, told after LOGIN; more keys may come."""

    line: Number | None = None
    text: Number | None = None
    audience: Number | None = None
    page: Number | None = None


class Live(Event, verb="LIVE", numbered=True):
    """All that waited has been told; from now on you hear it as it happens."""

    number: Number
    told: Number = key()  #: so many entries were told to get here


class MessageTold(Event, verb="MESSAGE", numbered=True):
    """Somebody said something to you, or you said it on another device."""

    number: Number
    sender: UserName
    audience: AudienceField
    text: Text
    at: Moment = key()
    ref: Ref | None = None  #: only to the one who said it
    announce: Yes = False  #: an administrator announces it


class RegisterTold(Event, verb="REGISTER", numbered=True):
    """There is somebody new."""

    number: Number
    name: UserName
    at: Moment = key()


class RenameTold(Event, verb="RENAME", numbered=True):
    """Somebody is called otherwise from now on; the name before goes on meaning them."""

    number: Number
    before: UserName
    name: UserName
    at: Moment = key()


class CloseTold(Event, verb="CLOSE", numbered=True):
    """Somebody has closed their account: nobody can write to them any more."""

    number: Number
    name: UserName
    at: Moment = key()


class UserTold(Event, verb="USER"):
    """How somebody is; it replaces what was told of them before."""

    name: UserName
    presence: PresenceField
    text: Line = ""
    was: Names = ()  #: the names they had before, under which older messages stand


class RightsTold(Event, verb="RIGHTS"):
    """What you may do beyond what everybody may is this from now on; it replaces what OK LOGIN said of it."""

    rights: Words = ()


class ReadTold(Event, verb="READ"):
    """You have read a conversation up to there, on another device."""

    audience: AudienceField
    upto: Number = key()


class ReceiptTold(Event, verb="RECEIPT"):
    """How far your newest message in a conversation came; a hint, of which RECEIPTS is the truth.

    Among named people every earlier message there has come at least as far.
    """

    message: Number = key()
    delivered: Number = key()
    read: Number = key()
    to: Number = key()
    offline: Names = ()  #: those it waits for, who are not connected


class PingTold(Event, verb="PING"):
    """Somebody asks whether you are there; answer PONG with the same token."""

    name: UserName
    token: Token | None = None


class PongTold(Event, verb="PONG"):
    """Somebody answers your PING."""

    name: UserName
    token: Token | None = None


class NoteTold(Event, verb="NOTE"):
    """Something happened that ``server.log`` notes; to administrators who WATCH."""

    line: Line


class LineTold(Event, verb="LINE"):
    """Another session's line went in or out; to administrators who WATCH."""

    way: WayField
    line: Line
    session: Number = key()
    user: UserName | None = None
    missed: Number | None = None  #: so many before it were not told: you read too slowly


class Gap(Event, verb="GAP", numbered=True):
    """What you had not yet been told up to there is no longer kept."""

    number: Number
    line: Line = ""


class Bye(Event, verb="BYE"):
    """The server closes this connection of itself."""

    reason: Word
    retry_after: Number | None = None  #: seconds; come back then
    line: Line = ""
