"""How an act ends: what is printed, for people or as JSON, and an exit status that tells the truth."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import IntEnum
from typing import Any, NoReturn, TypeVar

import click

from ..running_as import user

F = TypeVar("F", bound=Callable[..., Any])
Facts = Mapping[str, object]


class Status(IntEnum):
    """Exit statuses; 2 is click's own, for what was typed wrongly."""

    DONE = 0
    NOT_DONE = 1  #: refused, or not as it should be
    MISTYPED = 2
    NOT_REACHED = 3  #: no server answered


class NotDone(Exception):
    """It was not done; one sentence says why and what to do."""

    def __init__(self, sentence: str, *, code: str = "not-done", status: Status = Status.NOT_DONE) -> None:
        super().__init__(sentence)
        self.code, self.status = code, status


def telling(act: F) -> F:
    """Give a command ``--json``, and have it end as it should when it was not done."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    @functools.wraps(act)
    def told(*, as_json: bool, **asked: Any) -> None:
        say = Say(as_json)
        try:
            act(say, **asked)
            sys.stdout.flush()
        except NotDone as not_done:
            say.fail(not_done)
        except BrokenPipeError:  # whoever read has gone, and needs no word
            _forget_what_is_unsaid()
            raise SystemExit(Status.NOT_DONE) from None
        except click.Abort:  # ended at a question, by hand
            raise
        except OSError as error:
            _forget_what_is_unsaid()
            say.fail(NotDone(why(error, "What is printed")))
        except Exception as error:
            if not as_json:
                raise
            say.fail(NotDone(f"imserver made a mistake: {type(error).__name__}: {error}", code="internal"))

    return told  # type: ignore[return-value]


def _forget_what_is_unsaid() -> None:
    """Have what could not be printed gone: Python would try once more at the end, and end otherwise."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Say:
    """What a command prints."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def facts(self, sentence: str, facts: Facts) -> None:
        """Print what was done: a sentence, or its facts."""
        click.echo(json.dumps(facts, ensure_ascii=False) if self.as_json else sentence)

    def table(self, heads: Sequence[str], rows: Sequence[Facts]) -> None:
        """Print rows under their heads, the closed faint; a column that is empty everywhere is left out."""
        if self.as_json:
            click.echo(json.dumps(rows, ensure_ascii=False))
            return
        shown = [head for head in heads if any(row.get(head) not in (None, "", ()) for row in rows)]
        cells = [[written(row.get(head)) for head in shown] for row in rows]
        widths = [max(map(len, column)) for column in zip(shown, *cells, strict=True)]
        for row, line in zip([{}, *rows], [shown, *cells], strict=True):
            said = "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
            click.echo(click.style(said, dim=True) if "closed" in row else said)

    def line(self, sentence: str, facts: Facts) -> None:
        """Print one of many that come one by one: a sentence, or a JSON object a line."""
        self.facts(sentence, facts)
        sys.stdout.flush()

    def fail(self, not_done: NotDone) -> NoReturn:
        """Say why it was not done, and end."""
        if self.as_json:
            click.echo(json.dumps({"error": not_done.code, "sentence": str(not_done)}), err=True)
        else:
            click.echo(f"imserver: {not_done}", err=True)
        raise SystemExit(not_done.status)


def why(error: OSError, what: object = "The system") -> str:
    """Say what the system would not do, and what to do about it where that is no riddle."""
    said = f"{error.filename or what}: {(error.strerror or str(error)).rstrip('.')}."
    if isinstance(error, PermissionError):
        said += f" This was asked as {user()}, who needs the right to it; or name another place."
    return said


def written(value: object) -> str:
    """Write a value for people."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def size(number: float) -> str:
    """Write a number of bytes for people."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if number < 1024 or unit == "GiB":
            break
        number /= 1024
    return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
