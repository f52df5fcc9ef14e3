"""The one object a front end holds: who there is, what was said, how the link is, and what one can do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from improtocol import commands
from improtocol.audience import EVERYONE, Audience
from improtocol.codec import Unknown
from improtocol.errors import LoginRefused, NotAllowed, WrongState
from improtocol.events import PingTold, PongTold, ReadTold, ReceiptTold, RightsTold, UserTold
from improtocol.fields import Reached, Right
from improtocol.invite import Invite
from improtocol.invite import parse as parse_invite
from improtocol.replies import LoggedIn
from improtocol.vocabulary import Command, Event, Reply
from imtongue import tr

from . import wording
from .account import Account, Accounts
from .backoff import Backoff
from .blocking import Blocklist
from .connection import Answer, Connection
from .conversation import BEHIND_ALL, Ledger
from .conversations import Conversations, Said
from .desk import Desk
from .devices import Device, devices_of
from .door import Door
from .errands import Errands
from .excerpt import Excerpt
from .finder import Finder, Found
from .history import HISTORY, History
from .link import Link, LinkState, Reach
from .marks import Marks
from .names import MOST_OF_ONE, Names, can_be_said
from .outbox import Outbox
from .own_account import OwnAccount
from .pings import Pings
from .proof import Proof
from .reaching import NotConnected, Unreachable, by_tcp
from .receipts import Receipts
from .records import Held
from .roll_call import RollCall
from .roster import Person, Presence, Roster
from .running import OneThread, Run
from .saying import canonical, check, cleaned
from .saying_again import SayingAgain
from .session import Session
from .settings import Settings
from .showing import Showing, Shown
from .signal import Signal
from .stream import Stream
from .tokens import FileTokens, Tokens
from .trust import Dial, Stranger, Trust
from .wire import Wire

__all__ = ["Client", "Link", "LinkState"]

R = TypeVar("R", bound=Reply)

#: What HELLO's can= says of a server that tells who may do what.
ADMIN = "admin"
#: So much may wait for this computer's disk before the server is read no further, and read again.
FULL, EASED = 2000, 500


class Client:
    """A user's client.  Everything happens on one thread; signals are emitted at once.

    ``reactor`` needs time, and TCP and threads unless ``dial`` and ``run`` are handed in; ``reach`` takes
    the place of TLS and all, for tests.
    ``folder`` is the profile's; ``random`` must be the system's own, but in tests.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        folder: Path,
        *,
        reach: Reach | None = None,
        dial: Dial | None = None,
        invite: Invite | None = None,
        random: Random | None = None,
        run: Run | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        random = random or SystemRandom()
        self.settings = Settings.open(folder, random)
        self.preferred: Signal[()] = Signal()  #: something is liked otherwise
        self.notice: Signal[str] = Signal()  #: a sentence that the user should read
        self.over: Signal[str] = Signal()  #: what that sentence said is so no more
        self._trouble = ""  #: what is said of this computer's disk
        self.wire = Wire(now)
        self.trust = Trust(reactor, dial or by_tcp(reactor), self.settings)
        if invite is not None:
            self.trust.take(invite)
        #: Shows a server that nobody vouches for, and fires with whether it shall be trusted from now on.
        self.ask_trust: Callable[[Stranger], Deferred[bool]] = lambda stranger: succeed(False)
        self.link = Link(reactor, reach or self.trust.reach, self.wire, Backoff(random))
        self.roster = Roster(now)
        self.conversations = Conversations()
        self.outbox = Outbox(reactor, self.conversations, random, now)
        self.stream = Stream(reactor, self.roster, self.conversations, self.outbox)
        self._thread = None if run is not None else OneThread(reactor)
        self._run: Run = run or self._thread  # type: ignore[assignment]
        #: Where what this device comes back with is kept; a front end may put the system's keyring here.
        self.tokens: Tokens = FileTokens(folder, self._run)
        self.desk = Desk(reactor, self._run)
        self._accounts = Accounts(self.settings, self._run, reactor)
        self._accounts.trouble.connect(self._troubled)
        self._door = Door(
            self.link,
            self.trust,
            self.settings,
            lambda: self.tokens,
            self._may_trust,
            self._save,
        )
        self._own = OwnAccount(self.link, self._door, self._renamed)
        self._errands = Errands(reactor)
        self.blocked = Blocklist(self._errands)
        self.showing = Showing(self._errands)
        self._roll_call = RollCall(self.roster, self._errands)
        self._history = History(self.conversations, self._errands, self.outbox.told)
        self._finder = Finder(self.conversations)
        self._marks = Marks(reactor, self.conversations, self._errands)
        self._receipts = Receipts(self.conversations, self.roster, self._errands)
        self._again = SayingAgain(self.conversations, self._receipts, self.say)
        #: What begins and ends with a session, in the order in which it asks.
        self._parts = (
            self.showing,
            self.outbox,
            self._roll_call,
            self._marks,
            self.blocked,
            self._history,
            self._receipts,
            self._own,
        )
        self._pings = Pings(reactor, self.perform, random)
        self._account: Account | None = None
        self._names = Names()
        self._session: Session | None = None
        self._closed: Deferred[None] | None = None
        self.roster.changed.connect(self._note_seen)
        self.link.told_event.connect(self._told)
        self.link.went.connect(self._went)
        self.stream.renamed.connect(self._renamed)
        self.stream.forgot.connect(self.notice.emit)
        self.stream.lost.connect(self.notice.emit)
        self.stream.began_anew.connect(self._began_anew)
        self.stream.live.connect(self._receipts.caught_up)

    def _may_trust(self, stranger: Stranger) -> Deferred[bool]:
        return self.ask_trust(stranger)  # as it is then: a front end puts its own there

    @property
    def name(self) -> str | None:
        """Who we are, once logged in (or looking at what is held, without a server)."""
        return self._account.name if self._account is not None else None

    def prefer(self, **changes: object) -> None:
        """Like something otherwise from now on: the fields of `Preferences`."""
        self.settings.preferences = replace(self.settings.preferences, **changes)  # type: ignore[arg-type]
        self.preferred.emit()
        self._save()

    def _save(self) -> None:
        self._run(self.settings.save).addErrback(self._stumbled)

    # Coming in

    def connect(self, host: str, port: int) -> Deferred[None]:
        """Connect; fails with an error whose ``str`` is a sentence: what is wrong."""
        return Deferred.fromCoroutine(self._door.reach(host.strip(), port))

    def take_invite(self, pasted: str) -> Invite:
        """Read an invite as it was pasted, and know its server by what it says; raises `BadInvite`.

        What is left to do is to connect to its host and port.
        """
        invite = parse_invite(pasted)
        self.trust.take(invite)
        return invite

    @property
    def registering(self) -> str:
        """Who may take a name at this server: ``open``, ``invite`` or ``closed``; empty: it does not say."""
        return self._door.registering

    def register(self, name: str, password: str, invite: str | None = None) -> Deferred[None]:
        """Take a name, by this code or by that of the invite that was taken; fails with the `Refusal`."""
        return Deferred.fromCoroutine(self._door.register(name, password, invite))

    def log_in(self, name: str, password: str, *, remember: bool = False) -> Deferred[None]:
        """Come in, and stay connected from then on; fails with the `Refusal`.

        The password is kept in memory alone.  With ``remember`` this device keeps what it may `come_back`
        with after the next start, if the server gives it such a token.
        """
        return Deferred.fromCoroutine(self._log_in(name, password, remember))

    def come_back(self, name: str) -> Deferred[bool]:
        """Come in with what this device was given to come back with; False: it has nothing (any more)."""
        return Deferred.fromCoroutine(self._come_back(name))

    def recall(self, host: str, port: int, name: str) -> Deferred[None]:
        """Show what this device holds of an account, without a server."""
        return Deferred.fromCoroutine(self._recall(host, port, name))

    def recall_and_wait(self, host: str, port: int, name: str) -> Deferred[bool]:
        """Show what it holds, and come back as soon as the server that did not answer does.

        False: this device has nothing to come back with, and goes on without a server.
        """
        return Deferred.fromCoroutine(self._recall_and_wait(host, port, name))

    def holds(self, host: str, port: int, name: str) -> bool:
        """Tell whether this device holds anything of an account."""
        return self._accounts.holds(host, port, name)

    def log_out(self) -> Deferred[str]:
        """Leave, and have what this device could `come_back` with open nothing any more, here and there.

        What it holds it goes on holding.  Fires with what its user should be told, or with nothing.
        """
        return Deferred.fromCoroutine(self._log_out())

    def leave(self) -> Deferred[None]:
        """Say QUIT and stay away; what is held can still be read."""
        return self.link.leave().addCallback(lambda _: None)

    def close(self) -> Deferred[None]:
        """Leave, write what is to be written, and end; may be asked twice."""
        if self._closed is None:
            self._closed = Deferred.fromCoroutine(self._close())
        waiting: Deferred[None] = Deferred()
        self._closed.addBoth(lambda _: waiting.callback(None))
        return waiting

    async def _log_in(self, name: str, password: str, remember: bool) -> None:
        await self._come_in(name, await self._door.proof_of(name, password, remember=remember))

    async def _come_back(self, name: str) -> bool:
        await self._door.connection()
        proof = await self._door.kept_proof(name)
        if proof is None:
            return False
        try:
            await self._come_in(name, proof)
        except LoginRefused:
            return False
        return True

    async def _log_out(self) -> str:
        if await self._door.log_out():
            return ""
        return tr(
            "The server could not be told: a copy of what this computer came back with still opens the "
            "account of {name}. To end that, log in here again, or sign out {device} on another device.",
            name=self.name,
            device=self.settings.device,
        )

    async def _come_in(self, name: str, proof: Proof) -> None:
        name = canonical(name)
        await self._door.connection()
        host, port = self.link.host, self.link.port
        account = await self._accounts.open(host, port, name, self._account)
        try:
            await self.link.come_in(lambda connection: self._enter(account, proof, connection))
        except Exception:
            if account is not self._account:
                account.cache.close()
            raise
        self._door.proof = proof
        self.settings.remember(host, port, account.name)
        self._save()

    async def _recall(self, host: str, port: int, name: str) -> None:
        self._adopt(await self._accounts.open(host.strip(), port, canonical(name), self._account))

    async def _recall_and_wait(self, host: str, port: int, name: str) -> bool:
        await self._recall(host, port, name)
        self.settings.remember(host.strip(), port, canonical(name))
        self._save()
        proof, account = await self._door.kept_proof(name), self._account
        if proof is None or account is None or (self.link.host, self.link.port) != (host.strip(), port):
            return False
        self._door.proof = proof
        self.link.come_in_later(lambda connection: self._enter(account, proof, connection))
        return True

    # One's own account

    def rename(self, name: str) -> Deferred[None]:
        """Be called otherwise from now on; fails with the `Refusal`, or `Unreachable`."""
        return Deferred.fromCoroutine(self._own.rename(self.name or "", name))

    def change_password(self, old: str | None, new: str) -> Deferred[None]:
        """Choose another password; all other sessions of the account end.  Fails with the `Refusal`.

        Without the old one it is `Unconfirmed`, unless that was said in the last five minutes.
        """
        return Deferred.fromCoroutine(self._own.change_password(old, new))

    def close_account(self, password: str) -> Deferred[None]:
        """Close the account, for ever; what is held can still be read.  Fails with the `Refusal`."""
        return Deferred.fromCoroutine(self._own.close(self.name or "", password))

    def _renamed(self, before: str, name: str) -> None:
        """Go on under another name: everything that was said with the one was said with the other."""
        account = self._account
        if account is None:
            return
        mine = before == self._names.me
        if (mine and not can_be_said(name)) or not self._names.rename(before, name):
            return
        account.cache.rename(before, name, mine=mine).addErrback(self._stumbled)
        if mine:
            self._call_me(account, before, name)
        self.roster.rename(before, name)
        self.conversations.rename(before, name)

    def _call_me(self, account: Account, before: str, name: str) -> None:
        account.name = name
        self.outbox.call_me(name)
        self._history.call_me(name)
        self._again.call_me(name)
        self._finder.call_me(name)
        host, port = self.link.host, self.link.port
        self.settings.rename(host, port, before, name)
        self._save()
        moved = self._door.call_me(name)
        if moved is not None:
            moved.addErrback(self._stumbled)

    async def _close(self) -> None:
        await self.link.leave()
        self._went()
        await self.desk.close()
        if self._account is not None:
            await self._account.cache.close()
        if self._thread is not None:
            self._thread.stop()

    # Accounts

    def _adopt(self, account: Account) -> None:
        """Show an account."""
        if account is self._account:
            return
        if self._account is not None:
            self._account.cache.close()
        self._account = account
        held, account.held = account.held, Held()
        account.cache.eased.connect(self._eased)
        self.desk.restore(account.desk, account.left)
        ledger = Ledger(held.held_from, held.position, held.gap)
        self.showing.restore()
        self.blocked.restore()
        self._names = Names(account.name, held.earlier)
        self._history.restore(account.name, account.cache, self._names)
        self._receipts.restore(account.cache)
        self._again.restore(account.name, account.cache)
        self._finder.restore(account.name, account.cache)
        self.roster.restore(account.name, held.people)
        self.conversations.restore(account.name, self._history, held.talks, ledger)
        self.stream.restore(account.name, account.cache, held, self._names)
        self.outbox.restore(account.name, account.cache, held.waiting)
        for said in self.outbox.items():
            self.desk.note_waiting(said.audience, said.text)

    def _enter(self, account: Account, proof: Proof, connection: Connection) -> Deferred[None]:
        return Deferred.fromCoroutine(self._say_login(account, proof, connection))

    async def _say_login(self, account: Account, proof: Proof, connection: Connection) -> None:
        def begin_anew() -> None:
            self._adopt(account)
            self.stream.forget(
                tr("The server has told less than this device holds: everything is read anew.")
            )

        def standing() -> Stream | Held:
            return self.stream if account is self._account else account.held

        reply = await self._door.prove(account.name, proof, connection, standing, begin_anew)
        proof.took(reply.token).addErrback(self._stumbled)
        self._door.proof = proof
        self._came_in(account, reply, connection)

    def _came_in(self, account: Account, reply: LoggedIn, connection: Connection) -> None:
        """Begin a session; no line behind the answer to LOGIN was read yet."""
        self._went()
        self._adopt(account)
        self._renamed(account.name, reply.name)  # on another device, or one came in by a name of before
        able = self.link.hello.can if self.link.hello is not None else ()
        session = Session(connection, reply, frozenset(able))
        self.stream.begin(
            reply,
            say=lambda number: connection.perform(commands.Ack(number)),
            sync=lambda number: connection.perform(commands.Sync(number)),
            history=session.can(HISTORY),
        )
        if connection is self.link.connection:
            self._session = session
            for part in self._parts:
                part.begin(session)

    def _began_anew(self) -> None:
        """Ask again for what was forgotten in the middle of a session."""
        if self._session is not None:
            for part in (self._roll_call, self._marks, self._history):
                part.begin(self._session)

    # Saying and asking

    def say(self, audience: Audience, text: str) -> Said:
        """Say something; a lost link only makes it wait.  Raises the `Refusal` for what cannot be said."""
        if self._account is None:
            raise WrongState("unregistered")
        text = cleaned(text)
        audience = audience if audience.everyone else audience.without(self._account.name)
        check(audience, text, self.roster)
        if audience.everyone:
            self._may(Right.EVERYONE)
        return self.outbox.put(audience, text)

    def announce(self, text: str) -> Said:
        """Say something to everyone as their administrator; all else is as with `say`."""
        if self._account is None:
            raise WrongState("unregistered")
        text = cleaned(text)
        check(EVERYONE, text, self.roster)
        self._may(Right.ADMINISTRATOR)
        return self.outbox.put(EVERYONE, text, announce=True)

    @property
    def rights(self) -> frozenset[str]:
        """What we may do now: ``administrator``, ``everyone``; empty without a connection."""
        return self._session.rights if self._session is not None else frozenset()

    def _may(self, right: Right) -> None:
        """Refuse at once what the server would refuse; without a connection only it knows."""
        session = self._session
        if session is not None and session.can(ADMIN) and right not in session.rights:
            raise NotAllowed(right.value)

    def _entitled(self, rights: frozenset[str]) -> None:
        """Take note of what we may do from now on, and tell of it."""
        if self._session is not None:
            before, self._session.rights = self._session.rights, rights
            for sentence in wording.entitled(before, rights):
                self.notice.emit(sentence)

    def ping(self, name: str) -> Deferred[float]:
        """Measure the seconds to somebody and back; fails with `errors.Offline` or TimeoutError."""
        return self._pings.ping(name)

    def receipts(self, number: int) -> Deferred[dict[str, Reached]]:
        """Ask how far a message of one's own came, by name; its `Said.receipt` is brought up to date.

        Fails with the `Refusal`, or `Unreachable`.
        """
        return Deferred.fromCoroutine(self._receipts.ask(number))

    def say_again(self, number: int) -> Deferred[Said | None]:
        """Say a message of one's own again to exactly those whom it has not reached; None: it reached all.

        Who they are is asked first.  It is a new message, in the conversation with those alone: what
        waits for them stays in the log, so they will see both, and those who have it see nothing.  It is
        never said to everyone again; more people than one audience holds are refused (`TooLong`).
        """
        return Deferred.fromCoroutine(self._again.say_again(number))

    def find(self, words: str, audience: Audience | None = None, before: int = BEHIND_ALL) -> Deferred[Found]:
        """Find the newest messages in which all these words stand, in what this device holds.

        In one conversation or in all, before a number; also without a connection.  Nobody waits for it in
        vain: cancelled, it ends.
        """
        return Deferred.fromCoroutine(self._finder.find(words, audience, before))

    def around(self, audience: Audience, number: int) -> Deferred[Excerpt | None]:
        """Give what stands around a message of a conversation that is not in memory; close it after use."""
        return Deferred.fromCoroutine(self._finder.around(audience, number))

    def show(self, presence: Shown | str, text: str = "") -> Deferred[None]:
        """Be shown as online or away, with a line of text, from now on and after each return.

        Without a connection it is said when there is one; fails with the `Refusal`, or `Unreachable`
        when this server does not know it.
        """
        return Deferred.fromCoroutine(self.showing.show(presence, text))

    def block(self, name: str) -> Deferred[None]:
        """Hear nothing of what somebody says from now on; fails with the `Refusal`, or `Unreachable`."""
        return Deferred.fromCoroutine(self.blocked.block(name))

    def unblock(self, name: str) -> Deferred[None]:
        """Hear them again; what they said meanwhile stays unheard."""
        return Deferred.fromCoroutine(self.blocked.unblock(name))

    def devices(self) -> Deferred[list[Device]]:
        """Give the devices of the account, the one last used first."""
        asked = self.ask(commands.Devices())
        return asked.addCallback(lambda answer: devices_of(answer.items, self.settings.device))

    def sign_out(self, device: str) -> Deferred[None]:
        """End a device's session and have it forgotten; this one's own ends with `LinkState.SIGNED_OUT`."""
        return self.perform(commands.SignOut(device)).addCallback(lambda _: None)

    def perform(self, command: Command[R]) -> Deferred[R]:
        """Give any command; fails with its `Refusal`, or `Unreachable`."""
        return self.link.connection.perform(command) if self.link.connection else fail(NotConnected())

    def ask(self, command: Command[R]) -> Deferred[Answer[R]]:
        """Give a command whose answer has lines of its own, such as HELP."""
        return self.link.connection.ask(command) if self.link.connection else fail(NotConnected())

    # What is told

    def _told(self, event: Event | Unknown) -> None:
        if isinstance(event, UserTold):
            for before in event.was[:MOST_OF_ONE]:
                self._renamed(before, event.name)
            if self.roster.told(event.name, event.presence, event.text) and self._account is not None:
                self._account.cache.keep_person(event.name).addErrback(self._stumbled)
        elif isinstance(event, (PingTold, PongTold)):
            self._pings.told(event)
        elif isinstance(event, RightsTold):
            self._entitled(frozenset(event.rights))
        elif isinstance(event, ReadTold):
            self._marks.told(event)
        elif isinstance(event, ReceiptTold):
            self._receipts.told(event)
        else:
            self.stream.told(event)
        self._mind_the_disk()

    def _note_seen(self, person: Person) -> None:
        """Remember when somebody went, for the starts to come."""
        if person.presence is Presence.OFFLINE and person.since is not None:
            self.desk.note_seen(person.name, person.since)

    def _went(self) -> None:
        """End the session, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            session.end()
        self._errands.stop()
        for part in self._parts:
            part.stop()
        self.stream.stop()

    def _mind_the_disk(self) -> None:
        """Read the server no faster than this computer's disk can keep it."""
        if self._account is not None and self.link.connection and self._account.cache.backlog > FULL:
            self.link.connection.hold("disk")

    def _eased(self) -> None:
        if self._account is not None and self.link.connection and self._account.cache.backlog < EASED:
            self.link.connection.go_on("disk")

    def _troubled(self, sentence: str) -> None:
        before, self._trouble = self._trouble, sentence
        if sentence == before:
            return  # it is tried every few seconds, and was said
        if before:
            self.over.emit(before)
        if sentence:
            self.notice.emit(sentence)

    def _stumbled(self, failure: Failure) -> None:
        if not failure.check(Unreachable):
            self._log.failure("The client stumbled", failure)
