"""The log as JSON lines, and such lines as a log: what was said, by whom, to whom, and who there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import select

from improtocol import codec, commands, limits
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import Refusal
from improtocol.names import ASCII_NAMES, NamePolicy

from ..storage import schema, statements
from ..storage.checksums import as_entry
from ..storage.interface import Damaged, DiskFull, RefUsed, StorageError
from ..storage.records import Draft, Entry, EntryKind
from ..storage.upgrading import must_be_now
from .alone import Alone, alone
from .backups import in_a_sentence
from .databases import database_of, reading
from .saying import NotDone

Line = dict[str, Any]
EVERYONES: Literal["*"] = "*"
BEFORE = "Those before it were: put it right, and import all of it again, nothing is there twice."


def exported(folder: Path, of: str | None = None, database: str | None = None) -> Iterator[Line]:
    """Give all entries of the log, or the messages of one account, the oldest first."""
    with in_a_sentence(folder), reading(database_of(folder, database)) as connection:
        must_be_now(connection)
        question = select(*statements.ENTRY).order_by(schema.entry.c.number)
        if of is not None:
            account = connection.scalar(select(schema.name.c.account).where(schema.name.c.name == of.lower()))
            if account is None:
                raise NotDone(f"There is no user called {of}.", code="no-such-user")
            question = question.where(schema.entry.c.account == account, schema.entry.c.kind == "message")
        for row in connection.execute(question, execution_options={"yield_per": 1000}):
            if row.kind == EntryKind.MESSAGE and row.conversation is None:
                continue  # it was let go, and there are no words
            yield _line(as_entry(row))


def _line(entry: Entry) -> Line:
    moment = datetime.fromtimestamp(entry.at / 1000, UTC).isoformat(timespec="milliseconds")
    line: Line = {"number": entry.number, "kind": entry.kind.value, "at": moment.replace("+00:00", "Z")}
    line["sender"] = entry.sender
    if entry.kind is EntryKind.MESSAGE:
        everyone = entry.audience == EVERYONES
        line["audience"] = EVERYONES if everyone else entry.audience.split(",")
    if entry.text:
        line["text"] = entry.text
    if entry.ref is not None:
        line["ref"] = entry.ref
    if entry.announce:
        line["announce"] = True
    return line


def imported(
    folder: Path, lines: Iterable[str], names: NamePolicy = ASCII_NAMES, database: str | None = None
) -> Line:
    """Put lines behind a log that no server uses; what is there already is not put there again."""
    with alone(folder, database) as opened:
        taking, at = _Reading(opened, names), 0
        try:
            for line in lines:
                at += 1
                if line.strip():
                    taking.read(line)
        except UnicodeDecodeError:
            # The file is read ahead of the lines, so that nobody knows in which of them it is.
            raise NotDone(f"Behind line {at} it is not UTF-8. {BEFORE}", code="bad-line") from None
        except (DiskFull, Damaged):
            raise
        except (ValueError, Refusal, StorageError) as error:
            raise NotDone(f"Line {at} cannot be taken: {_why(error)}. {BEFORE}", code="bad-line") from None
        return {"messages": taking.messages, "accounts": taking.accounts, "known": taking.known}


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(map(_said, error.errors()))
    if isinstance(error, RefUsed):
        return f"its ref was used for other words in entry {error.number}"
    return (str(error) or type(error).__name__).rstrip(".")


def _said(error: Any) -> str:
    place = str(next(iter(error["loc"]), "")) or "it"
    if error["type"] == "missing":
        return f"it has no {place}"
    if error["type"] == "json_invalid":
        return "it is not JSON"
    return f"{place}: {str(error['msg']).removeprefix('Value error, ').removeprefix('Input ').lower()}"


class Taken(BaseModel):
    """A line of a log, this server's or another program's; what it says beside that is passed over."""

    model_config = ConfigDict(strict=True, frozen=True)

    kind: EntryKind
    at: AwareDatetime
    sender: str
    audience: Literal["*"] | Annotated[list[str], Field(min_length=1)] = Field(default=EVERYONES)
    text: str = ""
    ref: str | None = None
    announce: bool = False

    @model_validator(mode="after")
    def whole(self) -> Self:
        """Refuse a line that lacks what its kind must say."""
        needed = {EntryKind.MESSAGE: ("audience", "text"), EntryKind.RENAME: ("text",)}.get(self.kind, ())
        for name in needed:
            if name not in self.model_fields_set:
                raise ValueError(f"it has no {name}")
        return self


class _Reading:
    """Takes lines, one behind the other."""

    def __init__(self, opened: Alone, names: NamePolicy) -> None:
        self._opened, self._policy = opened, names
        self.messages = self.accounts = self.known = 0
        self._named = {name: one.id for one in opened.opening.accounts for name in (one.name, *one.earlier)}
        self._current = {one.id: one.name for one in opened.opening.accounts}
        self._closed = {one.id for one in opened.opening.accounts if one.closed is not None}

    def read(self, written: str) -> None:
        """Take one line."""
        line = Taken.model_validate_json(written)
        self._opened.at = round(line.at.timestamp() * 1000)
        if line.kind is EntryKind.MESSAGE:
            self._message(line, written)
            return
        account = self._account(line.sender)
        if line.kind is EntryKind.RENAME and self._current[account] != line.text:
            name = self._name(line.text)
            self._opened.done(self._opened.storage.rename(account, name, limits.NAMES))
            self._named[name], self._current[account] = account, name
        elif line.kind is EntryKind.CLOSE and account not in self._closed:
            self._opened.done(self._opened.storage.close_account(account))
            self._closed.add(account)

    def _message(self, line: Taken, written: str) -> None:
        said = EVERYONE if line.audience == EVERYONES else Audience.of(*line.audience)
        # Without a ref of its own it is known again by all it says.
        ref = line.ref or f"import-{hashlib.sha256(written.strip().encode()).hexdigest()[:32]}"
        codec.write(
            commands.Send(said, line.text, ref=ref)
        )  # raises what no line can say: nobody is made for it
        sender = self._account(line.sender)
        named = frozenset() if said.everyone else frozenset(map(self._account, said.names))
        draft = Draft(
            sender, line.sender, named - {sender} or named, str(said), line.text, ref, announce=line.announce
        )
        stored = self._opened.done(self._opened.storage.append(draft))
        self.messages += stored.new
        self.known += not stored.new

    def _account(self, name: str) -> int:
        """Find who is called so; whoever is named and is not there is made, without a password."""
        if name not in self._named:
            entry = self._opened.done(self._opened.storage.register(self._name(name), ""))
            self._named[name], self._current[entry.account] = entry.account, name
            self.accounts += 1
        return self._named[name]

    def _name(self, name: str) -> str:
        if self._policy.canonical(name) != name:
            raise ValueError(f"{name} is no name as it is written")
        return name
