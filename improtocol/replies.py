"""Every way the server says that a command was done: the OK lines, and the ``+`` lines before some."""

from __future__ import annotations

from .fields import (
    AudienceField,
    Code,
    Device,
    Epoch,
    Line,
    Mark,
    Moment,
    Names,
    Number,
    ReachedField,
    Ref,
    ResumeToken,
    RightField,
    Secret,
    ShownField,
    StandingField,
    Text,
    UserName,
    Word,
    Words,
    Yes,
)
from .vocabulary import Item, Reply, key, optional_word


class Registered(Reply, verb="REGISTER"):
    """The name is yours, and everybody has been told."""

    name: UserName


class LoggedIn(Reply, verb="LOGIN"):
    """You are in; your stream follows."""

    name: UserName
    device: Device | None = None  #: whose cursor is kept
    epoch: Epoch | None = None  #: which log it is
    cursor: Number | None = None  #: your stream begins behind this number
    waiting: Number | None = None  #: so many entries of it are there already
    mark: Mark | None = None  #: when you come back, ``WHO since=`` this tells what changed meanwhile
    token: ResumeToken | None = None  #: to come back with next time
    rights: Words = ()  #: what you may do beyond what everybody may


class LoggedOut(Reply, verb="LOGOUT"):
    """The session speaks for nobody any more."""


class Confirmed(Reply, verb="CONFIRM"):
    """For five minutes this session may change what needs the password."""


class PasswordChanged(Reply, verb="PASSWORD"):
    """This is your password now, and all your other sessions have ended."""

    token: ResumeToken | None = None  #: to come back with next time


class Renamed(Reply, verb="RENAME"):
    """This is your name now, and everybody else is told so under this number."""

    number: Number
    name: UserName


class Closed(Reply, verb="CLOSE"):
    """Your account is closed, which everybody else is told under this number; the connection closes."""

    number: Number


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


class History(Reply, verb="HISTORY"):
    """So many messages were shown; there are more if it names a key to ask on with."""

    count: Number
    before: Number | None = None
    after: Number | None = None
    gone: Number | None = None  #: what was said before, up to there, is no longer kept


class MessageShown(Item, verb="MESSAGE"):
    """A message, as it was told."""

    number: Number
    sender: UserName
    audience: AudienceField
    text: Text
    at: Moment = key()
    ref: Ref | None = None  #: only to the one who said it
    announce: Yes = False  #: an administrator announced it


class Conversations(Reply, verb="CONVERSATIONS"):
    """So many conversations were shown; there are more, older ones, if it names a key to ask on with."""

    count: Number
    before: Number | None = None


class ConversationShown(Item, verb="CONVERSATION"):
    """A conversation of yours: its newest message, how far you have read it, how many you have not."""

    audience: AudienceField
    last: Number = key()
    read: Number = key()
    unread: Number = key()


class Why(Reply, verb="WHY"):
    """So many unread messages were shown; you have read up to ``read``, and ``last`` is the newest."""

    count: Number
    read: Number = key()
    last: Number = key()
    after: Number | None = None  #: there are more


class Read(Reply, verb="READ"):
    """It is noted that you have read that message, and what came before it in its conversation."""

    number: Number


class Receipts(Reply, verb="RECEIPTS"):
    """How far a message of yours came; ``delivered`` counts those who have read it, too."""

    number: Number
    delivered: Number = key()
    read: Number = key()
    to: Number = key()
    after: UserName | None = None  #: there are more names


class ReceiptShown(Item, verb="RECEIPT"):
    """How far a message came with one of those it is for."""

    name: UserName
    reached: ReachedField


class Devices(Reply, verb="DEVICES"):
    """So many devices were shown."""

    count: Number


class DeviceShown(Item, verb="DEVICE"):
    """A device of yours; without a name: all your sessions that named none."""

    cursor: Number = key()  #: it holds everything up to there
    used: Moment = key()
    sessions: Number = key()  #: so many are logged in now
    device: Device | None = optional_word(default=None)


class SignedOut(Reply, verb="SIGNOUT"):
    """The device is forgotten, and its session has ended."""

    device: Device


class PresenceSet(Reply, verb="PRESENCE"):
    """This is how you are shown now."""

    presence: ShownField


class Blocked(Reply, verb="BLOCK"):
    """From now on you hear nothing of what they say."""

    name: UserName


class Unblocked(Reply, verb="UNBLOCK"):
    """You hear again what they say from now on."""

    name: UserName


class BlockedOnes(Reply, verb="BLOCKED"):
    """So many are blocked by you."""

    count: Number
    after: UserName | None = None  #: there are more


class BlockedShown(Item, verb="BLOCKED"):
    """Somebody you have blocked."""

    name: UserName


class Invited(Reply, verb="INVITE"):
    """Whoever has this code may take a name, so often and until then; give it to them unseen by others."""

    invite: Number  #: what UNINVITE calls it
    code: Code = key()
    count: Number = key()
    until: Moment = key()
    line: Secret | None = None  #: the same for a client to be pasted in: where the server is, too


class Invites(Reply, verb="INVITES"):
    """So many invites were shown."""

    count: Number
    after: Number | None = None  #: there are more


class InviteShown(Item, verb="INVITE"):
    """An invite that is good; the server itself made those without ``by=``."""

    invite: Number
    left: Number = key()  #: so often it can still be used
    until: Moment = key()
    by: UserName | None = None
    administrator: Yes = False  #: whoever uses it becomes an administrator


class Uninvited(Reply, verb="UNINVITE"):
    """That invite is good no more."""

    invite: Number


class Reset(Reply, verb="RESET"):
    """That is their password now, and their sessions have ended; give it to them unseen by others."""

    name: UserName
    password: Secret = key()


class SuspendedNow(Reply, verb="SUSPEND"):
    """Their sessions have ended, and they are not let in; what is said to them waits."""

    name: UserName


class Restored(Reply, verb="RESTORE"):
    """They are let in again."""

    name: UserName


class Granted(Reply, verb="GRANT"):
    """They have that right now."""

    name: UserName
    right: RightField


class Revoked(Reply, verb="REVOKE"):
    """They do not have that right now."""

    name: UserName
    right: RightField


class Disconnected(Reply, verb="DISCONNECT"):
    """So many sessions of theirs have ended."""

    name: UserName
    sessions: Number = key()


class Announced(Reply, verb="ANNOUNCE"):
    """It is on disk under this number, and everybody will see it once."""

    number: Number
    at: Moment = key()
    to: Number = key()  #: how many others it is for
    ref: Ref | None = None


class Pinged(Reply, verb="PING"):
    """The ping was passed on to so many sessions; alone: the server is there."""

    name: UserName | None = optional_word(default=None)
    devices: Number | None = None


class Ponged(Reply, verb="PONG"):
    """The pong was passed on."""

    name: UserName


class Sessions(Reply, verb="SESSIONS"):
    """So many connections were shown."""

    count: Number
    after: Number | None = None  #: there are more


class SessionShown(Item, verb="SESSION"):
    """A connection: whose it is, or whose name it took, if anybody's, and how much waits in it."""

    number: Number  #: as in ``server.log``
    state: StandingField = key()
    from_: Word = key()
    since: Moment = key()
    queue: Number = key()  #: bytes its reader has not taken
    user: UserName | None = None
    device: Device | None = None
    said: Word | None = None  #: the verb of its last line


class Accounts(Reply, verb="ACCOUNTS"):
    """So many accounts were shown."""

    count: Number
    after: UserName | None = None  #: there are more


class AccountShown(Item, verb="ACCOUNT"):
    """An account: how many of its sessions are connected, its devices, and how many entries wait for it."""

    name: UserName
    sessions: Number = key()
    devices: Number = key()
    waiting: Number = key()
    seen: Moment | None = None  #: when one of its devices was last here
    rights: Words = ()
    suspended: Moment | None = None  #: since when
    closed: Number | None = None  #: the account is nobody's any more; the entry that says so
    was: Names = ()  #: the names they had before


class Stats(Reply, verb="STATS"):
    """So many figures were shown."""

    count: Number


class StatShown(Item, verb="STAT"):
    """A figure: what is counted, and how much of it there is."""

    name: Word
    number: Number


class BackedUp(Reply, verb="BACKUP"):
    """It is on disk, and was read back; whoever has the file has everybody's messages."""

    file: Word = key()  #: on the server's machine
    bytes_: Number = key()
    entries: Number = key()  #: of the log
    seconds: Number = key()  #: so long it took


class Stopping(Reply, verb="STOP"):
    """The server stops now."""


class Watching(Reply, verb="WATCH"):
    """From now on you are told."""


class Unwatched(Reply, verb="UNWATCH"):
    """You are told no more."""


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
