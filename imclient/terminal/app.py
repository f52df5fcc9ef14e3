"""The terminal client, put together: reactor, client, prompt; or lines, where nobody sits at a terminal."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from random import SystemRandom
from typing import Any, Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ReactorNotRunning
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)

import imtongue
from imclient.core.client import Client
from imclient.core.passwords import STDIN, find_password
from imclient.core.settings import Options, Settings, private, profile_folder
from imclient.core.statuses import Status, status_of

from .entrance import Password


def main(options: Options) -> int:
    """Run the terminal client until its user leaves; gives the exit status."""
    folder = profile_folder(options.profile)
    Settings.open(folder, SystemRandom(), "term")
    _log_to(private(folder) / "terminal.log")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that cannot be shown there keeps no line back
    if sys.stdin.isatty() and sys.stdout.isatty():
        # Lines from a pipe are answered in English: a program reads them.
        imtongue.speak_as_liked(folder)
        return _interactively(options, folder)
    return _by_lines(options, folder)


def _interactively(options: Options, folder: Path) -> int:
    from twisted.internet import asyncioreactor

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)
    from twisted.internet import reactor

    from .sitting import Sitting

    return _run(
        reactor,
        lambda: Sitting(reactor, Client(reactor, folder, invite=options.invite), options, _password(options)),
    )


def _by_lines(options: Options, folder: Path) -> int:
    from twisted.internet import reactor

    from .script import Script

    return _run(
        reactor,
        lambda: Script(reactor, Client(reactor, folder, invite=options.invite), options, _password(options)),
    )


class _Session(Protocol):
    async def run(self) -> int:
        """Come in, talk, leave; give the exit status."""

    def close(self) -> Deferred[None]:
        """Leave now."""


def _run(reactor: Any, make: Callable[[], _Session]) -> int:
    """Run the reactor until what is made there has ended."""
    reactor.seconds = time.monotonic
    statuses: list[int] = []

    def begin() -> None:
        made = make()
        reactor.addSystemEventTrigger("before", "shutdown", made.close)
        Deferred.fromCoroutine(made.run()).addBoth(end)

    def end(result: Any) -> None:
        if isinstance(result, int):
            statuses.append(result)
        else:
            statuses.append(int(status_of(result.value)))
            if statuses[-1] == Status.FAILED:
                print(f"imclient: {result.getErrorMessage()}", file=sys.stderr)
        with suppress(ReactorNotRunning):  # it stops already: somebody was in a hurry
            reactor.stop()

    reactor.callWhenRunning(begin)
    reactor.run()
    return next(iter(statuses), Status.DONE)


def _password(options: Options) -> Password:
    from twisted.internet.threads import deferToThread

    def ask(name: str, host: str, port: int) -> Deferred[str | None]:
        if options.password_file == STDIN:  # which is where the answers come from
            return succeed(None)
        return deferToThread(find_password, name, host, port, options.password_file)

    return ask


def _log_to(path: Path) -> None:
    """Write warnings and worse to a file: the terminal is for talking."""
    file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")  # noqa: SIM115
    observer = FilteringLogObserver(textFileLogObserver(file), [LogLevelFilterPredicate(LogLevel.warn)])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
