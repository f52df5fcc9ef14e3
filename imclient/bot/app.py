"""A bot as a program of its own, or as a part of an asyncio program."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.python.failure import Failure

from imclient.core import places, wording
from imclient.core.passwords import FILE_VARIABLE, VARIABLE, NoPassword, find_password
from imclient.core.settings import HOST
from imclient.core.statuses import Status, status_of, table
from imclient.core.utf8 import NotUtf8
from improtocol.invite import PORT


class Runnable(Protocol):
    """What there must be of a bot, to be run."""

    name: str
    host: str
    port: int
    invite: str | None
    ended: Deferred[None]

    def start(
        self, reactor: Any, password: str, *, register: bool = False, in_asyncio: bool = False
    ) -> Deferred[None]:
        """Connect and come in."""

    def stop(self) -> Deferred[None]:
        """Leave."""


def _parser(bot: Runnable) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=f"The bot {bot.name}.",
        epilog=f"The password may stand in {VARIABLE}, too, or in the keyring.\n\nexit status:\n{table()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("host", nargs="?", default=bot.host, help=f"where the server is (else {HOST})")
    parser.add_argument("port", nargs="?", type=places.port, default=bot.port, help=f"its port (else {PORT})")
    parser.add_argument("--invite", default=bot.invite, help="where it is and by what it is known, as pasted")
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help=f"its first line is the password, - is standard input (or {FILE_VARIABLE})",
    )
    parser.add_argument("--register", action="store_true", help="take the name first, if it is free")
    return parser


def run(bot: Runnable, arguments: Sequence[str] | None = None) -> None:
    """Run a bot until it ends, then exit."""
    asked = _parser(bot).parse_args(arguments)
    bot.host, bot.port, bot.invite = asked.host, asked.port, asked.invite
    try:
        password = find_password(bot.name, bot.host, bot.port, asked.password_file)
    except NoPassword as missing:
        sys.exit(_said(str(missing), Status.USAGE))
    if password is None and not sys.stdin.isatty():
        sys.exit(_said("There is no password: name a file with --password-file.", Status.USAGE))
    try:
        password = password or getpass.getpass(f"Password of {bot.name}: ")
    except UnicodeError:
        sys.exit(_said(str(NotUtf8("The password")), Status.USAGE))
    sys.exit(_run(bot, password, register=asked.register))


def _run(bot: Runnable, password: str, *, register: bool) -> int:
    from twisted.internet import reactor
    from twisted.logger import (
        FilteringLogObserver,
        LogLevel,
        LogLevelFilterPredicate,
        globalLogBeginner,
        textFileLogObserver,
    )

    observer = FilteringLogObserver(textFileLogObserver(sys.stderr), [LogLevelFilterPredicate(LogLevel.warn)])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
    there: Any = reactor
    there.seconds = time.monotonic
    statuses: list[int] = []

    def end(outcome: Any) -> None:
        if isinstance(outcome, Failure):
            statuses.append(_said(wording.plainly(outcome.value), _status(outcome.value)))
        with suppress(ReactorNotRunning):
            there.stop()

    def begin() -> None:
        there.addSystemEventTrigger("before", "shutdown", bot.stop)
        bot.ended.addBoth(end)
        bot.start(there, password, register=register).addErrback(end)

    there.callWhenRunning(begin)
    there.run()
    return next(iter(statuses), Status.DONE)


def _status(wrong: BaseException | None) -> Status:
    if isinstance(wrong, ConnectionError) or wrong is None:
        return Status.LOST
    return status_of(wrong)


def _said(sentence: str, status: Status) -> int:
    print(sentence, file=sys.stderr)
    return int(status)


async def serve(bot: Runnable, password: str) -> None:
    """Run a bot on the loop that runs already, until it ends; fails with what ended it."""
    loop = asyncio.get_running_loop()
    reactor = _reactor_on(loop)
    ended: Deferred[None] = Deferred()
    bot.ended.addBoth(ended.callback)
    try:
        await bot.start(reactor, password, in_asyncio=True).asFuture(loop)
        await ended.asFuture(loop)
    finally:
        await bot.stop().asFuture(loop)


def _reactor_on(loop: asyncio.AbstractEventLoop) -> Any:
    """Have Twisted's reactor run on a loop of asyncio's."""
    from twisted.internet import asyncioreactor

    if "twisted.internet.reactor" not in sys.modules:
        asyncioreactor.install(loop)
    from twisted.internet import reactor

    there: Any = reactor
    if not isinstance(there, asyncioreactor.AsyncioSelectorReactor):
        raise RuntimeError("Another reactor of Twisted's is installed already; use Bot.start with it.")
    if not there.running:
        # Names are looked up on threads; they must not hold a program that is over.
        there.getThreadPool().threadFactory = partial(Thread, daemon=True)  # type: ignore[assignment]
        there.startRunning(installSignalHandlers=False)
    return there
