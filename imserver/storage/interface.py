"""What the server asks of a database: small protocols whose methods are named for acts.

Each method is one transaction.  What changes something goes through one writer, in the
order it was asked for; its Deferred fires after the commit, so that whoever answers OK
then says what is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from twisted.internet.defer import Deferred

from ..counters import Counters
from .records import (
    Account,
    Arrival,
    Block,
    Conversation,
    Credential,
    Device,
    Draft,
    Entry,
    Gone,
    Held,
    Invitation,
    Invite,
    Marked,
    Opening,
    Outline,
    Page,
    People,
    Reached,
    Receipt,
    Receipts,
    Shown,
    Stored,
    Waiting,
)


class StorageError(Exception):
    """The database would not do it; nothing has changed."""


class NameTaken(StorageError):
    """The name is, or was, an account's."""


class LastAdministrator(StorageError):
    """Without that one there would be no administrator who can come in."""


class TooManyNames(StorageError):
    """An account has as many names as it may, those it had before among them."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class InviteRefused(StorageError):
    """There is no such invite, or it is not good any more: which of the two is nobody's business."""


class AccountClosed(StorageError):
    """These accounts are closed: they say nothing, and nothing is said to them."""

    def __init__(self, accounts: tuple[int, ...]) -> None:
        super().__init__(accounts)
        self.accounts = accounts


class NoSuchMessage(StorageError):
    """There is no such message in that account's stream, or it is not that account's own."""


class MailboxFull(StorageError):
    """As many of that sender's messages as may wait for these accounts wait already."""

    def __init__(self, accounts: tuple[int, ...]) -> None:
        super().__init__(accounts)
        self.accounts = accounts


class RefUsed(StorageError):
    """That account has said something else under this ref, in the entry ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Closed(StorageError):
    """The storage is being let go of: it is asked too late."""


class DiskFull(StorageError):
    """The database found no room on its disk; once there is room again, it takes the same again."""


class Damaged(StorageError):
    """What the database gave is not what was written; none of it is shown to anybody."""


class OutcomeUnknown(Exception):
    """A commit failed and nobody knows whether it is on disk: the only honest answer is none.

    Whoever waits for the commit gives no answer, and the storage's ``in_doubt`` ends the process;
    clients say it again with their ref, and are told by the log as it is found then.
    """


class DatabaseTaken(StorageError):
    """Another server is using the database."""


class OlderDatabase(StorageError):
    """The database is of an older version, and is brought up to date by a server that is started on it."""


class NewerDatabase(StorageError):
    """The database was written by a newer version of this program."""


class Accounts(Protocol):
    """Who there is."""

    def register(self, name: str, password_hash: str, invite_hash: str | None = None) -> Deferred[Entry]:
        """Make an account and its REGISTER entry; fails with ``NameTaken``.

        With an invite that is used up by it, and fails with ``InviteRefused`` before anything else.
        """

    def invited(self, invite_hash: str) -> Deferred[bool]:
        """Say whether an invite is good now."""

    def credential(self, name: str) -> Deferred[Credential | None]:
        """Look up what proves an account, by any name it ever had; a closed one has nothing that does."""


class OwnAccount(Protocol):
    """What somebody may change of their own account.

    Each fails with ``AccountClosed`` when the account is closed already.
    """

    def rename(self, account: int, name: str, most: int) -> Deferred[Entry]:
        """Call an account otherwise, by a RENAME entry; fails with ``NameTaken`` or ``TooManyNames``.

        ``most`` is how many names it may have had.  Its own earlier names are not taken, but the one
        it has is.
        """

    def close_account(self, account: int) -> Deferred[Entry]:
        """Close an account, by a CLOSE entry: no secret, token or device of it stays.

        Fails with ``LastAdministrator``.
        """

    def set_password(
        self, account: int, password_hash: str, comes_back: tuple[str, str] | None = None
    ) -> Deferred[None]:
        """Put another secret in the place of the one there is; every token of the account is revoked.

        ``comes_back`` is a device, and the hash of the token that it may come back with all the same.
        """

    def raise_hash(self, account: int, proved: str, stronger: str) -> Deferred[bool]:
        """Keep the secret whose hash is ``proved`` under a stronger hash; False: it is another by now."""


class Log(Protocol):
    """What was said, in order."""

    def append(self, draft: Draft) -> Deferred[Stored]:
        """Give a draft its number and keep it; fails with ``RefUsed``, ``AccountClosed`` or ``MailboxFull``.

        A ref that was used for the same words to the same people gives the first entry again.
        """

    def said_as(self, account: int, ref: str) -> Deferred[Entry | None]:
        """Look up what an account said under a ref, behind every draft that was appended before."""

    def page_after(self, account: int, position: int, limit: int) -> Deferred[Page]:
        """Read an account's stream behind a position, as it stands in one snapshot.

        Its ``gap`` is the newest message of that stream behind the position that was let go.
        """

    def count_after(self, account: int, position: int) -> Deferred[int]:
        """Count an account's stream behind a position."""


class Retaining(Protocol):
    """What need not be kept for ever."""

    def let_go(self, before: int, most: int) -> Deferred[Gone]:
        """Let go of at most so many of the oldest messages, if they were said before a moment.

        Their numbers and refs stay, and whoever registered stays registered.  Whoever still has to be
        told one of them finds it in ``Page.gap``.
        """


class Reading(Protocol):
    """What was said before, and how far it was read.  What an account blocked is not there for it."""

    def history(
        self, account: int, people: People | None, *, after: int, before: int | None, limit: int
    ) -> Deferred[Shown]:
        """Read back the messages of one conversation, or of all in an account's stream.

        Behind ``after`` and before ``before``; of more than ``limit`` the oldest if ``after`` is
        not 0, else the newest.
        """

    def conversations(
        self, account: int, before: int | None, limit: int
    ) -> Deferred[tuple[Conversation, ...]]:
        """Give the conversations whose newest message is before a number, the newest first."""

    def unread(
        self, account: int, people: People, after: int, limit: int
    ) -> Deferred[tuple[Conversation, Shown]]:
        """Give a conversation and those of its unread messages that are behind a number."""

    def read(self, account: int, number: int) -> Deferred[Marked]:
        """Note that a message is read, and what came before it there; fails with ``NoSuchMessage``.

        That a message is not in the account's stream is said in the same way as that there is none.
        """


class Reaching(Protocol):
    """How far messages came."""

    def reached(self, account: int, after: int, upto: int) -> Deferred[tuple[Reached, ...]]:
        """Of what others said to an account, give the newest of each speaker and conversation in a range."""

    def receipts_of(self, numbers: Collection[int]) -> Deferred[tuple[Receipts, ...]]:
        """Count how far messages came."""

    def receipts(
        self, sender: int, number: int, after: str | None, limit: int
    ) -> Deferred[tuple[Receipts, tuple[Receipt, ...]]]:
        """Count, and give those it is for in the order of their names; fails with ``NoSuchMessage``.

        Only who said it may ask: of what others said it is said that there is none.
        """

    def waiting(self, sender: int, account: int) -> Deferred[int]:
        """Count the messages one account said by name to another that are not held yet."""


class Blocks(Protocol):
    """Whom an account does not want to hear."""

    def block(self, account: int, whom: int) -> Deferred[Block]:
        """Keep what is said from now on out of a stream; who is blocked already stays so."""

    def unblock(self, account: int, whom: int) -> Deferred[Block | None]:
        """End it: gives the block as it is now, or None if there was none."""


class Devices(Protocol):
    """How far each device holds its account's stream."""

    def come_back(
        self, account: int, device: str, keep: int, old: str | None, new: str
    ) -> Deferred[Arrival | None]:
        """Do as ``arrive``, and keep what the device will come back with next: the hash of its new token.

        Of the device's tokens only ``old``, by which it came, stays beside it; None: it came by its
        password.  If ``old`` is none of the device's any more, nothing changes, and None is given.
        """

    def token_of(self, name: str, device: str, token_hash: str) -> Deferred[Account | None]:
        """Give the account of a name if that is a token of its device's."""

    def arrive(self, account: int, device: str, keep: int, begins: int | None = None) -> Deferred[Arrival]:
        """Note that a device is in use and say where it stands.

        A new device begins at its account's furthest cursor, the account's first at its REGISTER
        entry; or where it ``begins``, if it came when that was not yet as far.  An account keeps
        ``keep`` devices: one more, and the longest unused is forgotten.
        """

    def hold(self, account: int, device: str, number: int) -> Deferred[Held]:
        """Note that a device is in use and holds everything up to ``number``; a cursor never goes back.

        What a forgotten device holds is nobody's concern: it stays forgotten, and moves nothing.
        """

    def devices(self, account: int) -> Deferred[tuple[Device, ...]]:
        """Give the devices of an account, the one last used first."""

    def forget(self, account: int, device: str) -> Deferred[bool]:
        """Forget a device and its tokens; gives whether there was one.

        How far the account held its stream stays known.
        """


class Overseeing(Protocol):
    """What administrators look at."""

    def outlines(self, after: str, limit: int) -> Deferred[tuple[Outline, ...]]:
        """Give the accounts behind a name, in the order of their names."""

    def backlog(self) -> Deferred[Waiting]:
        """Count what waits for all accounts; of what was said to everyone, the newest ten thousand."""


class Administration(Protocol):
    """What administrators change of others, and whom they let in."""

    def invite(self, invitation: Invitation) -> Deferred[Invite]:
        """Make an invite."""

    def invites(self) -> Deferred[tuple[Invite, ...]]:
        """Give the invites that are good now, the oldest first."""

    def uninvite(self, number: int) -> Deferred[bool]:
        """Let an invite be good no more; gives whether it was."""

    def set_administrator(self, account: int, administrator: bool) -> Deferred[None]:
        """Make an account an administrator's, or not any more; fails with ``LastAdministrator``."""

    def set_everyone(self, account: int, may: bool) -> Deferred[None]:
        """Let an account say something to everyone, or not."""

    def suspend(self, account: int) -> Deferred[int]:
        """Let nobody in, revoke all tokens, give since when that is so; fails with ``LastAdministrator``."""

    def restore(self, account: int) -> Deferred[None]:
        """Let an account in again."""


class Witness(Protocol):
    """What knows, apart from the database, which log was told and up to where."""

    def vouches(self, epoch: str, last: int) -> bool:
        """Whether a log that ends there is the one that was told, with all that was told."""

    def begin(self, epoch: str, last: int) -> None:
        """Stand for this log from now on."""

    def note(self, last: int) -> None:
        """Note what is committed, and is told in a moment; from the writer's thread."""


class Storage(
    Accounts,
    OwnAccount,
    Log,
    Retaining,
    Reading,
    Reaching,
    Devices,
    Blocks,
    Administration,
    Overseeing,
    Protocol,
):
    """All of it, and its beginning and end."""

    #: Called once per commit with its new entries in order, after all Deferreds of that commit have fired.
    committed: Callable[[tuple[Entry, ...]], None]
    #: Called with the reason when nobody knows any more what the log holds, before anything else is done.
    in_doubt: Callable[[str], None]
    #: Where transactions are counted.
    counters: Counters

    @property
    def jobs_waiting(self) -> int:
        """How many jobs no transaction has begun."""

    def take(self) -> None:
        """Keep other servers out until ``close``, or the process's end; raises ``DatabaseTaken``."""

    def open(self) -> Opening:
        """Bring the tables up to date and read what the server must know; raises ``NewerDatabase``.

        It blocks, and is called before anybody is let in.
        """

    def invite_first(self, invitation: Invitation) -> bool:
        """Make an invite in place of those the server made before, unless there is an administrator.

        It blocks, and is called before anybody is let in.
        """

    def close(self) -> Deferred[None]:
        """Finish what was asked for, then let go of the database."""
