"""Every command a client can give.  Declared here, and only here."""

from __future__ import annotations

from . import replies
from .errors import (
    BadPassword,
    LoginRefused,
    NameTaken,
    NoSuchUser,
    NotTold,
    Offline,
    RefUsed,
    TooManySessions,
)
from .fields import (
    AudienceField,
    Device,
    Epoch,
    Number,
    Password,
    Ref,
    Text,
    Token,
    UserName,
    Verb,
    WhichField,
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
    refused_with=[NameTaken, BadPassword],
    example="REGISTER alice :correct horse",
    does="take a name; a password may have spaces",
):
    """Take a name, which is yours for ever.

    The password is everything behind the colon, as it stands: blanks count, a backslash is a
    backslash.  Everybody is told that you are there.
    """

    name: UserName
    password: Password


class Login(
    Command[replies.LoggedIn],
    verb="LOGIN",
    allowed_in=NOT_YET_IN,
    enters=State.LOGGED_IN,
    refused_with=[LoginRefused, BadPassword, NotTold, TooManySessions],
    example="LOGIN alice :correct horse",
    does="come in",
):
    """Prove that a name is yours, and hear your stream.

    A device has a cursor of its own: the stream begins behind it.  A named device has one session;
    a new one ends the old.  With ``since=`` and ``epoch=`` the stream begins behind that number, if
    the log is still of that epoch; if it is not, at 0, and the client forgets what it held.
    Whether the name or the password was wrong is not told.
    """

    name: UserName
    password: Password
    device: Device | None = None
    since: Number | None = None
    epoch: Epoch | None = None


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


class Send(
    Command[replies.Sent],
    verb="SEND",
    allowed_in=LOGGED_IN,
    refused_with=[NoSuchUser, RefUsed],
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
