"""Every way a command can be refused: one class, one code on the wire, one sentence.

A feature raises it, the server writes it as ``ERR VERB code word ... key=value ... :Sentence``, and
the client's waiting Deferred fails with the same class.  The fields are what the sentence says
(language, R11): those without a default are words, the others key=values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, dataclass_transform

from .sentence import Say, in_english


@dataclass_transform(eq_default=True, field_specifiers=(field,))
class Declared:
    """What makes each refusal a dataclass and enters its code in the register."""

    code: ClassVar[str]
    fatal: ClassVar[bool]
    by_code: ClassVar[dict[str, type[Refusal]]] = {}

    def __init_subclass__(cls, *, code: str = "", fatal: bool = False) -> None:
        cls.code, cls.fatal = code, fatal
        dataclass(unsafe_hash=True)(cls)
        if code and Declared.by_code.setdefault(code, cls) is not cls:  # type: ignore[arg-type]
            raise TypeError(f"the code {code} is declared twice")


class Refusal(Declared, Exception):
    """A command was not done and nothing has changed.

    ``fatal`` says that the server closes the connection after the answer.
    """

    retry_after: int | None = field(default=None, kw_only=True)  #: seconds; given: it may be said again then
    told: str = field(
        default="", kw_only=True, compare=False, repr=False
    )  #: the sentence as the server told it
    example: str = field(default="", kw_only=True, compare=False, repr=False)  #: the very line to type

    @classmethod
    @cache
    def word_fields(cls) -> tuple[str, ...]:
        """Name the fields that are words, in order."""
        return tuple(f.name for f in fields(cls) if f.compare and not _optional(f))

    @classmethod
    @cache
    def key_fields(cls) -> tuple[str, ...]:
        """Name the fields that are key=values, in order."""
        return tuple(f.name for f in fields(cls) if f.compare and _optional(f))

    @classmethod
    def annotation(cls, name: str) -> str:
        """Give a field's type as it is declared."""
        return str(cls.__dataclass_fields__[name].type)

    def sentence(self, say: Say = in_english) -> str:
        """Say in one sentence what was wrong."""
        return say((self.__doc__ or "").partition("\n")[0])

    def retell(self, say: Say) -> None:
        """Say it anew from its code, words and keys, which say it all (R11), in place of what was told."""
        self.told = self.sentence(say)

    def __str__(self) -> str:
        """Give the sentence as it was told, or as this side would tell it, with the line to type."""
        if self.told:
            return self.told
        sentence = self.sentence()
        return f"{sentence.removesuffix('.')}: {self.example}" if self.example else sentence


def _optional(described: Field[Any]) -> bool:
    return described.default is None or described.default == ()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


# --- the line could not be read -------------------------------------------------------------------


class BadLine(Refusal, code="bad-line"):
    """The line cannot be read; ``why`` is one of the words below."""

    why: str  #: one of the words of ``WHY``
    limit: int | None = None

    WHY: ClassVar[Mapping[str, str]] = {
        "too-long": "This line is longer than {limit} bytes and was passed over.",
        "not-utf-8": "This line is not UTF-8.",
        "control-character": "A line holds no control characters; write backslash n for a line break.",
        "white-space": "The only blank between words is the space bar's (U+0020).",
        "no-verb": "A line begins with a command. HELP lists them.",
        "bad-tag": "A tag is @ and 1 to 32 of A-Z a-z 0-9 . _ -",
        "bad-key": "A key is made of small letters and dashes, as in ref=7.",
        "too-many-keys": "A line has at most {limit} key=values.",
        "word-behind-key": "Words come first, then key=values, then the text.",
    }

    def sentence(self, say: Say = in_english) -> str:
        """Say what cannot be read."""
        return say(self.WHY.get(self.why, "This line cannot be read."), limit=self.limit)


class UnknownVerb(Refusal, code="unknown-verb"):
    """There is no such command; ``like`` is the nearest there is."""

    like: str | None = None  #: the nearest verb there is

    def sentence(self, say: Say = in_english) -> str:
        """Say it, with the verb that was probably meant."""
        if self.like:
            return say("There is no such command. Did you mean {like}? HELP lists them.", like=self.like)
        return say("There is no such command. HELP lists them.")


class WrongState(Refusal, code="wrong-state"):
    """That command is not for this state; ``may`` lists those that are."""

    state: str
    may: tuple[str, ...] = ()  #: the verbs that are

    def sentence(self, say: Say = in_english) -> str:
        """Say what to do first."""
        if self.state == "logged-in":
            return say("You are logged in already; first leave: LOGOUT")
        return say("First come in: LOGIN alice :your password (new here? REGISTER alice :a password).")


# --- an argument was wrong ------------------------------------------------------------------------


class MissingWord(Refusal, code="missing-word"):
    """A word is missing; ``word`` says what it stands for."""

    word: str

    def sentence(self, say: Say = in_english) -> str:
        """Say which."""
        return say("The {word} is missing.", word=self.word)


class ExtraWord(Refusal, code="extra-word"):
    """There is a word too many; ``word`` names those there may be, or is ``none``."""

    word: str  #: how many words there may be, by their names, or ``none``

    def sentence(self, say: Say = in_english) -> str:
        """Say what there may be."""
        return say("One word too many: this command takes {words}.", words=self.word)


class NoText(Refusal, code="no-text"):
    """The text comes last and begins with a blank and a colon."""


class ExtraText(Refusal, code="extra-text"):
    """This command takes no text."""


class UnknownKey(Refusal, code="unknown-key"):
    """This command takes no such key; ``may`` lists those it takes."""

    key: str
    may: tuple[str, ...] = ()

    def sentence(self, say: Say = in_english) -> str:
        """Say which there are."""
        if not self.may:
            return say("This command takes no key=value.")
        return say("This command takes {keys}.", keys=_listed(f"{key}=" for key in self.may))


class RepeatedKey(Refusal, code="repeated-key"):
    """A key is said once."""

    key: str

    def sentence(self, say: Say = in_english) -> str:
        """Say which."""
        return say("{key}= is said once.", key=self.key)


class MissingKey(Refusal, code="missing-key"):
    """A key is missing that goes with another."""

    key: str

    def sentence(self, say: Say = in_english) -> str:
        """Say which."""
        return say("{key}= is missing.", key=self.key)


class BadArgument(Refusal, code="bad-argument"):
    """An argument is not what its kind says."""

    argument: str  #: its name, as in the syntax
    rule: str = field(
        default="", kw_only=True, compare=False, repr=False
    )  #: what it should be; not on the wire

    def sentence(self, say: Say = in_english) -> str:
        """Say what it should be."""
        if not self.rule:
            return say("What stands for {argument} cannot be read.", argument=self.argument)
        return say("What stands for {argument} must be {rule}.", argument=self.argument, rule=self.rule)

    def retell(self, say: Say) -> None:
        """Leave out what it should have been: that the wire says in its sentence alone."""
        self.told = BadArgument(self.argument).sentence(say)


class BadEscape(Refusal, code="bad-escape"):
    """A backslash is followed by n (line break), t (tab) or a backslash; in a value also by s (blank)."""


class TooLong(Refusal, code="too-long"):
    """An argument is longer than ``limit``: bytes as written, or names of an audience."""

    argument: str
    limit: int

    def sentence(self, say: Say = in_english) -> str:
        """Say how long it may be."""
        if self.argument == "audience":
            return say("The audience may have {limit} names at most.", limit=self.limit)
        return say("The {argument} may have {limit} bytes at most.", argument=self.argument, limit=self.limit)


class BadName(Refusal, code="bad-name"):
    """A name begins with a letter and has small letters, digits, dot, dash and underscore, 32 at most."""


class NameReserved(Refusal, code="name-reserved"):
    """This name is nobody's."""

    name: str

    def sentence(self, say: Say = in_english) -> str:
        """Say which."""
        return say("The name {name} is kept for the language; choose another.", name=self.name)


class BadPassword(Refusal, code="bad-password"):
    """The password is shorter than ``least`` or longer than ``most`` bytes."""

    least: int
    most: int

    def sentence(self, say: Say = in_english) -> str:
        """Say how long it must be."""
        return say(
            "A password has {least} to {most} bytes; blanks count and are kept.",
            least=self.least,
            most=self.most,
        )


# --- the server would not -------------------------------------------------------------------------


class NameTaken(Refusal, code="name-taken"):
    """This name is taken, or looks like one that is, ``like``."""

    name: str
    like: str | None = None  #: the name it looks like, where that is the reason

    def sentence(self, say: Say = in_english) -> str:
        """Say what to do."""
        if self.like:
            return say("The name {name} looks like {like}; choose another.", name=self.name, like=self.like)
        return say(
            "The name {name} is taken: choose another, or, if it is yours, log in with it.", name=self.name
        )


class TooManyNames(Refusal, code="too-many-names"):
    """An account has at most ``limit`` names, those it had before among them."""

    limit: int

    def sentence(self, say: Say = in_english) -> str:
        """Say what is still possible."""
        return say(
            "You have had {limit} names, and no account has more; you may go back to one of them.",
            limit=self.limit,
        )


class InviteNeeded(Refusal, code="invite-needed"):
    """Here one registers with an invite: ask somebody who may make one."""


class InviteRefused(Refusal, code="invite-refused"):
    """This invite is not good, or not any more; ask for another."""


class RegistrationClosed(Refusal, code="registration-closed"):
    """Nobody can register here."""


class Unconfirmed(Refusal, code="unconfirmed"):
    """Say your password again first: CONFIRM :your password"""


class LoginRefused(Refusal, code="login-refused"):
    """Wrong name or password. New here? Then register this name."""


class TooManySessions(Refusal, code="too-many-sessions"):
    """This account has ``limit`` sessions without a device, and no more."""

    limit: int

    def sentence(self, say: Say = in_english) -> str:
        """Say what helps."""
        return say(
            "This account has {limit} sessions without a device; log in with device=word.", limit=self.limit
        )


class NoSuchUser(Refusal, code="no-such-user"):
    """There are no users of these names, which are all that are unknown."""

    names: tuple[str, ...]

    def sentence(self, say: Say = in_english) -> str:
        """Say who is meant."""
        if len(self.names) == 1:
            return say("There is no user called {name}.", name=self.names[0])
        return say("There are no users called {names}.", names=_listed(self.names))


class RefUsed(Refusal, code="ref-used"):
    """You have said something else under this ref: what ``number`` is."""

    number: int  #: what was said under it

    def sentence(self, say: Say = in_english) -> str:
        """Say what it stands for."""
        return say(
            "This ref is message {number}, which said something else; choose another.", number=self.number
        )


class NotTold(Refusal, code="not-told"):
    """That number is beyond what you have been told, which is up to ``number``."""

    number: int  #: what was told

    def sentence(self, say: Say = in_english) -> str:
        """Say how far it went."""
        return say("You have been told up to {number}.", number=self.number)


class NoSuchMessage(Refusal, code="no-such-message"):
    """There is no such message for you: of what is not yours nobody is told whether it is there."""

    number: int

    def sentence(self, say: Say = in_english) -> str:
        """Say which."""
        return say(
            "There is no message {number} of yours; HISTORY shows those there are.", number=self.number
        )


class NoSuchDevice(Refusal, code="no-such-device"):
    """This account has no such device; DEVICES lists those it has."""

    device: str

    def sentence(self, say: Say = in_english) -> str:
        """Say which."""
        return say("You have no device called {device}; DEVICES lists those you have.", device=self.device)


class NotAllowed(Refusal, code="not-allowed"):
    """You may not do this here; ``what`` names it."""

    what: str  #: the right it needs: ``everyone``, ``administrator``

    def sentence(self, say: Say = in_english) -> str:
        """Say what."""
        if self.what == "administrator":
            return say("Only an administrator may do that.")
        return say("Here not everybody may say something to everyone (*); name those it is for.")


class Suspended(Refusal, code="suspended"):
    """This account is suspended: an administrator must let it in again. What is said to it waits."""


class LastAdministrator(Refusal, code="last-administrator"):
    """There must be an administrator who can come in: first GRANT another one that right."""


class NoSuchInvite(Refusal, code="no-such-invite"):
    """There is no such invite that is still good; INVITES lists those there are."""

    number: int

    def sentence(self, say: Say = in_english) -> str:
        """Say which."""
        return say(
            "There is no invite {number} that is still good; INVITES lists those there are.",
            number=self.number,
        )


class UnderWay(Refusal, code="under-way"):
    """That is being done already: one at a time."""


class NotBackedUp(Refusal, code="not-backed-up"):
    """There is no backup, and no part of one; ``why`` is one of the words below."""

    why: str  #: one of the words of ``WHY``

    WHY: ClassVar[Mapping[str, str]] = {
        "damaged": "The database is damaged, so this would be no backup: restore the last good one.",
        "elsewhere": "The data of this server is in a database of its own, which is backed up where it is.",
        "stopping": "The server is being stopped.",
        "failed": "It could not be written; server.log says why.",
    }

    def sentence(self, say: Say = in_english) -> str:
        """Say why not."""
        return say(self.WHY.get(self.why, "There is no backup, and no part of one."))


class MailboxFull(Refusal, code="mailbox-full"):
    """Too much of what you said to these people still waits for them."""

    names: tuple[str, ...]

    def sentence(self, say: Say = in_english) -> str:
        """Say who is meant."""
        return say(
            "Too much of what you said still waits for {names}; let them come first.",
            names=_listed(self.names),
        )


class TooOften(Refusal, code="too-often"):
    """That was tried too often from there; it says ``retry-after``."""

    def sentence(self, say: Say = in_english) -> str:
        """Say when to come back."""
        if self.retry_after is None:
            return say("That was tried too often; try again later.")
        return say("That was tried too often; try again in {seconds} seconds.", seconds=self.retry_after)


class Offline(Refusal, code="offline"):
    """That user is not connected."""

    name: str

    def sentence(self, say: Say = in_english) -> str:
        """Say who."""
        return say("{name} is not connected.", name=self.name)


class Busy(Refusal, code="busy"):
    """The server has too much to do, or its disk is in trouble; it says ``retry-after``."""

    def sentence(self, say: Say = in_english) -> str:
        """Say when to come back."""
        if self.retry_after is None:
            return say("The server has too much to do; say it again later.")
        return say(
            "The server has too much to do; say it again in {seconds} seconds.", seconds=self.retry_after
        )


class DiskFull(Refusal, code="disk-full"):
    """The server's disk is full: it reads and tells, but keeps nothing new; it says ``retry-after``."""

    def sentence(self, say: Say = in_english) -> str:
        """Say when to come back."""
        if self.retry_after is None:
            return say("The server's disk is full, and nothing was changed; say it again later.")
        return say(
            "The server's disk is full, and nothing was changed; say it again in {seconds} seconds.",
            seconds=self.retry_after,
        )


class Internal(Refusal, code="internal"):
    """Something broke in the server; its log says more under ``incident``."""

    incident: str

    def sentence(self, say: Say = in_english) -> str:
        """Say under which number it was logged."""
        return say(
            "Something broke in the server; its log says more under {incident}.", incident=self.incident
        )


class UnknownRefusal(Refusal):
    """A refusal that this client's edition of the language does not know; treat it by its ``retry_after``."""

    named: str = ""  #: the code on the wire
    words: tuple[str, ...] = ()

    def retell(self, say: Say) -> None:
        """Let what the server said in English stay: nobody here knows more."""


#: Any command may be refused so: the line was not one of the language, or the server could not.
ALWAYS: tuple[type[Refusal], ...] = (
    BadLine,
    UnknownVerb,
    WrongState,
    MissingWord,
    ExtraWord,
    NoText,
    ExtraText,
    UnknownKey,
    RepeatedKey,
    MissingKey,
    BadArgument,
    BadEscape,
    TooLong,
    BadName,
    NameReserved,
    Busy,
    DiskFull,
    Internal,
)
