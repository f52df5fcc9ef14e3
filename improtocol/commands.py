"""Every command a client can give.  Declared here, and only here."""

from __future__ import annotations

from . import replies
from .errors import (
    BadPassword,
    InviteNeeded,
    InviteRefused,
    LastAdministrator,
    LoginRefused,
    MailboxFull,
    NameTaken,
    NoSuchDevice,
    NoSuchInvite,
    NoSuchMessage,
    NoSuchUser,
    NotAllowed,
    NotBackedUp,
    NotTold,
    Offline,
    RefUsed,
    RegistrationClosed,
    Suspended,
    TooManyNames,
    TooManySessions,
    TooOften,
    Unconfirmed,
    UnderWay,
)
from .fields import (
    Asked,
    AudienceField,
    Code,
    Days,
    Device,
    Epoch,
    Figure,
    Mark,
    Number,
    Password,
    Ref,
    ResumeToken,
    Right,
    RightField,
    Seconds,
    ShownField,
    Status,
    Text,
    Token,
    UserName,
    Uses,
    Verb,
    WhichField,
    Yes,
)
from .states import State
from .vocabulary import Command, optional_word

ANYONE = tuple(State)
NOT_YET_IN = (State.UNREGISTERED, State.REGISTERED)
LOGGED_IN = (State.LOGGED_IN,)


class Register(
    Command[replies.Registered],
    verb="REGISTER",
    allowed_in=NOT_YET_IN,
    enters=State.REGISTERED,
    refused_with=[NameTaken, BadPassword, InviteNeeded, InviteRefused, RegistrationClosed, TooOften],
    example="REGISTER alice :correct horse",
    does="take a name; a password may have spaces",
):
    """Take a name, which is yours for ever.

    The password is everything behind the colon, as it stands: blanks count, a backslash is a
    backslash.  Everybody is told that you are there.  Where HELLO says ``register=invite``, somebody who
    may has made an ``invite=`` for you; it is used up by this.
    """

    name: UserName
    password: Password
    invite: Code | None = None


class Login(
    Command[replies.LoggedIn],
    verb="LOGIN",
    allowed_in=NOT_YET_IN,
    enters=State.LOGGED_IN,
    refused_with=[LoginRefused, Suspended, BadPassword, NotTold, TooManySessions, TooOften],
    example="LOGIN alice :correct horse",
    does="come in",
):
    """Prove that a name is yours, and hear your stream.

    A device has a cursor of its own: the stream begins behind it.  A named device has one session;
    a new one ends the old.  With ``since=`` and ``epoch=`` the stream begins behind that number, if
    the log is still of that epoch; if it is not, at 0, and the client forgets what it held.
    Whether the name or the password was wrong is not told.

    With ``remember=yes`` a named device is given a token to come back with in place of the password,
    and with each return the next one.  The old one holds until the next was used, so that no lost
    answer locks anybody out; all end with a new password, and with the device's SIGNOUT.
    """

    name: UserName
    password: Password | None = None
    device: Device | None = None
    since: Number | None = None
    epoch: Epoch | None = None
    token: ResumeToken | None = None  #: in place of the password; for the device it was given to
    remember: Yes = False  #: ask for a token


class Logout(
    Command[replies.LoggedOut],
    verb="LOGOUT",
    allowed_in=LOGGED_IN,
    enters=State.REGISTERED,
    example="LOGOUT",
    does="speak for nobody any more, and stay connected",
):
    """Leave, and stay connected."""


class Who(
    Command[replies.Who],
    verb="WHO",
    allowed_in=LOGGED_IN,
    example="WHO",
    does="who there is, and who is connected; WHO online",
):
    """Be told of everybody there is, or of those who are connected, in the order of their names."""

    online: WhichField | None = optional_word(default=None)
    after: UserName | None = None
    since: Mark | None = None  #: only what changed since the login that gave this mark


class Send(
    Command[replies.Sent],
    verb="SEND",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchUser, RefUsed, NotAllowed, MailboxFull],
    example="SEND bob :Hello, Bob",
    does="say something: to bob, to bob,carol or to * (everyone)",
    pipelined=True,
):
    """Say something to one user, to several, or to everyone (``*``).

    OK means that it is on disk, and that everybody it is for will see it once, in the order of the
    numbers.  To yourself alone it is a note.  A line break is written backslash n.  With a ``ref=`` of your
    own it may be said again when no answer came: the same words to the same people get the first
    OK again, and there is one message.
    """

    audience: AudienceField
    text: Text
    ref: Ref | None = None  #: your own name for it


class Ack(
    Command[replies.Acked],
    verb="ACK",
    allowed_in=LOGGED_IN,
    refused_with=[NotTold],
    example="ACK 4",
    does="this device holds everything up to 4",
    pipelined=True,
):
    """Say that this device holds everything it was told up to a number, so that it is not told again.

    Only ACK moves a cursor, and never back.  A program says it once a second or each 100 entries.
    """

    number: Number


class Sync(
    Command[replies.Synced],
    verb="SYNC",
    allowed_in=LOGGED_IN,
    refused_with=[NotTold],
    example="SYNC 1",
    does="hear the stream again from number 1",
):
    """Be told the stream again from a number on; no cursor moves."""

    number: Number


class History(
    Command[replies.History],
    verb="HISTORY",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchUser],
    example="HISTORY bob limit=20",
    does="what was said with bob, newest last; HISTORY alone: with anybody",
):
    """Read back what was said in a conversation, or in all of them; numbers rise, no cursor moves.

    It shows the newest, or with ``before=`` the newest before that number, or with ``after=`` the
    oldest behind it.  If there are more, the OK names the key to ask on with.
    """

    audience: AudienceField | None = optional_word(default=None)
    before: Number | None = None
    after: Number | None = None
    limit: Asked | None = None  #: how many at most


class Conversations(
    Command[replies.Conversations],
    verb="CONVERSATIONS",
    allowed_in=LOGGED_IN,
    example="CONVERSATIONS",
    does="your conversations, the newest first, and what is unread",
):
    """Be shown your conversations, the newest first: how far each is read, and how much of it is not."""

    before: Number | None = None


class Read(
    Command[replies.Read],
    verb="READ",
    allowed_in=LOGGED_IN,
    refused_with=[NotTold, NoSuchMessage],
    example="READ 4",
    does="you have read 4 and what came before it in its conversation",
    pipelined=True,
):
    """Say that you have read a message, and what came before it in its conversation.

    Your other sessions are told, and whoever said it may see it in their receipts.  It never goes back.
    """

    number: Number


class Why(
    Command[replies.Why],
    verb="WHY",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchUser],
    example="WHY bob",
    does="which messages of that conversation are unread",
):
    """Be shown what a conversation's number of unread messages is made of."""

    audience: AudienceField
    after: Number | None = None


class Receipts(
    Command[replies.Receipts],
    verb="RECEIPTS",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchMessage],
    example="RECEIPTS 4",
    does="who has received and read what you said as 4",
):
    """Ask how far a message of yours came, with everybody it is for."""

    number: Number
    after: UserName | None = None


class Devices(
    Command[replies.Devices],
    verb="DEVICES",
    allowed_in=LOGGED_IN,
    example="DEVICES",
    does="your devices, and how far each holds your stream",
):
    """Be shown your devices, the one last used first."""


class SignOut(
    Command[replies.SignedOut],
    verb="SIGNOUT",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchDevice],
    example="SIGNOUT phone",
    does="end the session of a device of yours, and forget the device",
):
    """End the session of one of your devices, and forget what it holds."""

    device: Device


class SetPresence(
    Command[replies.PresenceSet],
    verb="PRESENCE",
    allowed_in=LOGGED_IN,
    example="PRESENCE away :at lunch",
    does="how you are shown to others: online or away, with a line of text",
):
    """Say how this session is shown to others; of several sessions the best counts, and the newest text."""

    presence: ShownField
    text: Status = ""


class Block(
    Command[replies.Blocked],
    verb="BLOCK",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchUser],
    example="BLOCK mallory",
    does="hear nothing of what somebody says from now on",
):
    """Take what somebody says from now on out of your stream, for good; nobody is told, they least of all."""

    name: UserName


class Unblock(
    Command[replies.Unblocked],
    verb="UNBLOCK",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchUser],
    example="UNBLOCK mallory",
    does="hear them again from now on",
):
    """Hear again what somebody says from now on; what they said meanwhile stays unheard."""

    name: UserName


class Blocked(
    Command[replies.BlockedOnes],
    verb="BLOCKED",
    allowed_in=LOGGED_IN,
    example="BLOCKED",
    does="whom you have blocked",
):
    """Be shown whom you have blocked, in the order of their names."""

    after: UserName | None = None


class Confirm(
    Command[replies.Confirmed],
    verb="CONFIRM",
    allowed_in=LOGGED_IN,
    refused_with=[LoginRefused, BadPassword, TooOften],
    example="CONFIRM :correct horse",
    does="say your password again, before PASSWORD and CLOSE",
):
    """Say your password again: for five minutes this session may change what needs it.

    Whoever came in by a password need not, for the first five minutes.
    """

    password: Password


class ChangePassword(
    Command[replies.PasswordChanged],
    verb="PASSWORD",
    allowed_in=LOGGED_IN,
    refused_with=[Unconfirmed, BadPassword],
    example="PASSWORD :new staple",
    does="choose another password; your other sessions end",
):
    """Choose another password; all your other sessions end, and what devices kept to come in by is void.

    With ``remember=yes`` the device of this session is given a token by the answer, as by LOGIN.
    """

    password: Password
    remember: Yes = False  #: ask for a token


class Rename(
    Command[replies.Renamed],
    verb="RENAME",
    allowed_in=LOGGED_IN,
    refused_with=[NameTaken, TooManyNames],
    example="RENAME ally",
    does="be called otherwise; your names before go on meaning you",
):
    """Be called otherwise from now on; everybody is told.

    Your names before stay yours for ever: by each of them you can come in, and be written to.  An
    account has five names at most; to go back to one uses up none.
    """

    name: UserName


class Close(
    Command[replies.Closed],
    verb="CLOSE",
    allowed_in=LOGGED_IN,
    refused_with=[Unconfirmed, LastAdministrator],
    example="CLOSE alice",
    does="close your account, for ever",
):
    """Close your account, for ever; its name is said so that nobody does it by a slip.

    Your sessions end, and nobody comes in again.  What you said stays with those you said it to, and
    your names stay taken.
    """

    name: UserName


class Invite(
    Command[replies.Invited],
    verb="INVITE",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    example="INVITE",
    does="make a code with which somebody can register; INVITE count=20 days=1",
):
    """Make a code with which somebody can take a name: once and within a week, if nothing else is said.

    Only the code's hash is kept, so that it can be told this once.
    """

    count: Uses = 1
    days: Days = 7
    administrator: Yes = False  #: whoever uses it becomes an administrator


class Invites(
    Command[replies.Invites],
    verb="INVITES",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    example="INVITES",
    does="the invites that are still good",
):
    """Be shown the invites that can still be used, the oldest first; their codes nobody can be shown."""

    after: Number | None = None


class Uninvite(
    Command[replies.Uninvited],
    verb="UNINVITE",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[NoSuchInvite],
    example="UNINVITE 3",
    does="take an invite back",
):
    """Let an invite be good no more."""

    invite: Number


class Reset(
    Command[replies.Reset],
    verb="RESET",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[NoSuchUser],
    example="RESET bob",
    does="give somebody who forgot it another password",
):
    """Give somebody else another password, which the answer tells; their sessions end.

    What their devices come back with is revoked as well.
    """

    name: UserName


class Suspend(
    Command[replies.SuspendedNow],
    verb="SUSPEND",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[NoSuchUser, LastAdministrator],
    example="SUSPEND mallory :until we have talked",
    does="end somebody's sessions and let them in no more",
):
    """End the sessions of somebody else and let them in no more; they are told why.

    What their devices come back with is revoked.  What is said to them waits for RESTORE.
    """

    name: UserName
    why: Status = ""


class Restore(
    Command[replies.Restored],
    verb="RESTORE",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[NoSuchUser],
    example="RESTORE mallory",
    does="let them in again",
):
    """Let somebody who was suspended in again; what was said to them meanwhile is there."""

    name: UserName


class Grant(
    Command[replies.Granted],
    verb="GRANT",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[NoSuchUser],
    example="GRANT bob administrator",
    does="give a right: administrator, everyone",
):
    """Give somebody a right: to do what administrators do, or to say something to everyone (``*``).

    What was granted or revoked holds, however the server is started.
    """

    name: UserName
    right_: RightField


class Revoke(
    Command[replies.Revoked],
    verb="REVOKE",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[NoSuchUser, LastAdministrator],
    example="REVOKE bob everyone",
    does="take it away again",
):
    """Take a right away from somebody; the last administrator who can come in stays one."""

    name: UserName
    right_: RightField


class Disconnect(
    Command[replies.Disconnected],
    verb="DISCONNECT",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[NoSuchUser],
    example="DISCONNECT bob device=phone",
    does="end somebody's sessions, or one device's",
):
    """End the sessions of somebody, or that of one device; they may come back."""

    name: UserName
    device: Device | None = None


class Announce(
    Command[replies.Announced],
    verb="ANNOUNCE",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[RefUsed],
    example="ANNOUNCE :The server rests from six to seven.",
    does="say something to everyone as their administrator",
    pipelined=True,
):
    """Say something to everyone that is marked as an announcement; all else is as with SEND.

    It needs no other right.
    """

    text: Text
    ref: Ref | None = None  #: your own name for it; what was sent under it is another thing


class Ping(
    Command[replies.Pinged],
    verb="PING",
    allowed_in=ANYONE,
    refused_with=[NoSuchUser, Offline],
    example="PING",
    does="is the server there? PING bob: is Bob?",
):
    """Ask whether the server is there, or whether a user is.

    To a user it goes to all their sessions, which answer PONG with the same token; whether and how
    often is not the server's promise.  Pinging a user is for those who are logged in.
    """

    name: UserName | None = optional_word(default=None)
    token: Token | None = None


class Pong(
    Command[replies.Ponged],
    verb="PONG",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchUser, Offline],
    example="PONG bob",
    does="answer Bob's PING",
):
    """Answer somebody's PING, with the token it had."""

    name: UserName
    token: Token | None = None


class Sessions(
    Command[replies.Sessions],
    verb="SESSIONS",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    example="SESSIONS",
    does="who is connected, from where, with what",
):
    """Be shown all connections, those of strangers too, the oldest first."""

    after: Number | None = None


class Accounts(
    Command[replies.Accounts],
    verb="ACCOUNTS",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    example="ACCOUNTS",
    does="every name ever used, with its devices, rights and what waits for it",
):
    """Be shown every account there ever was, in the order of their names; those that are closed, too."""

    after: UserName | None = None


class Stats(
    Command[replies.Stats],
    verb="STATS",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    example="STATS connections",
    does="what the server counts: messages, connections, refusals, the disk",
):
    """Be shown what the server has counted since its start, and how it is now.

    With a word only the figures whose names begin so.
    """

    what: Figure | None = optional_word(default=None)


class Backup(
    Command[replies.BackedUp],
    verb="BACKUP",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    refused_with=[UnderWay, NotBackedUp],
    example="BACKUP",
    does="write all of the server into one file, where it keeps its backups",
):
    """Have all of the server written into one file of its own machine, as it is at one moment.

    The server goes on meanwhile.  Where the file is, its operator has said; its name is the moment.  The
    answer comes when it is on disk and was read back.  One is made at a time.
    """


class Stop(
    Command[replies.Stopping],
    verb="STOP",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    example="STOP back=600 :A new disk is put in.",
    does="stop the server in order; everybody is told when to come back",
):
    """Stop the server: what was begun is answered, and everybody is told why and when to come back.

    It stops as when its machine asks for it, and nothing is lost.  Who starts it again is not its affair.
    """

    back: Seconds | None = None  #: when to come back; 5, if nothing is said
    why: Status = ""


class Watch(
    Command[replies.Watching],
    verb="WATCH",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    example="WATCH lines=yes",
    does="be told what happens, as server.log tells it; with lines=yes the lines of others",
):
    """Be told from now on what ``server.log`` notes, and with ``lines=yes`` the lines of other sessions.

    Of a line its text is shown as its length, unless ``texts=yes`` asks for it; passwords and tokens
    never.  Who reads too slowly misses some, and is told how many.  WATCH again replaces what was asked.
    """

    lines: Yes = False
    texts: Yes = False


class Unwatch(
    Command[replies.Unwatched],
    verb="UNWATCH",
    allowed_in=LOGGED_IN,
    right=Right.ADMINISTRATOR,
    example="UNWATCH",
    does="be told no more of that",
):
    """Be told no more of what happens."""


class Help(
    Command[replies.Helped],
    verb="HELP",
    allowed_in=ANYONE,
    example="HELP SEND",
    does="what may be said now; HELP SEND: all about SEND",
):
    """Be told what may be said in this state, or all about one command."""

    verb_: Verb | None = optional_word(default=None)


class Version(
    Command[replies.Versioned],
    verb="VERSION",
    allowed_in=ANYONE,
    example="VERSION",
    does="what server this is",
):
    """Ask what server this is and which protocol it speaks."""


class Quit(
    Command[replies.Left],
    verb="QUIT",
    allowed_in=ANYONE,
    example="QUIT",
    does="leave",
):
    """Leave; the server answers and closes the connection."""
