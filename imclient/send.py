"""``imsend``: say one thing from a script, and exit 0 only when it is true."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from improtocol import __version__, limits
from improtocol.audience import EVERYONE, EVERYONE_SIGN, Audience
from improtocol.errors import Refusal, TooLong
from improtocol.invite import PORT, BadInvite
from improtocol.invite import parse as parse_invite

from .core import places, unsaid
from .core.passwords import (
    FILE_VARIABLE,
    SERVICE,
    STDIN,
    TOKEN_FILE_VARIABLE,
    VARIABLE,
    NoPassword,
    find_password,
)
from .core.saying import canonical, cleaned
from .core.settings import HOST
from .core.statuses import Status, table
from .core.utf8 import checked, read
from .sending import DELIVERED, READ, STORED, Order, Outcome, Sending
from .token_file import BadTokenFile, TokenFile

#: Bytes of standard input that no text has, however it is cleaned of what no line can carry.
FAR_TOO_LONG = 4 * limits.TEXT

_EPILOG = f"""\
The text is what stands on the command line, or else standard input; it is UTF-8, or nothing is sent.

    make test || echo "build broken" | imsend --as ci --to ana,bo --wait delivered
    imsend --as ci --all --ref "backup-$(date +%F)" "The backup is done."

The password is never on the command line, which everybody on the machine can read.  It is looked for in
--password-file, in the file that {FILE_VARIABLE} names, in {VARIABLE}, and in the keyring
(service {SERVICE}, user NAME@HOST:PORT).  An --invite with a code in it registers a new name with it.
With --token-file (or {TOKEN_FILE_VARIABLE}) the password is needed once: from then on a token in that file,
which each run renews, comes in its place; SIGNOUT of its device ends it.

Said again with the same --ref, the same words to the same people are one message, whatever happened to the
first attempt; within one run that is so without it.  A server that does not answer is tried again until
the time is over.

exit status:
{table()}
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="imsend",
        description="Say one thing to one, to several or to everyone; exit 0 only when it is true.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("--to", metavar="NAME,NAME", help="whom it is for")
    to.add_argument("--all", action="store_true", help="it is for everyone")
    parser.add_argument("--as", dest="name", required=True, metavar="NAME", help="who says it")
    parser.add_argument("--host", default=HOST, help=f"where the server is ({HOST})")
    parser.add_argument("--port", type=places.port, default=PORT, help=f"its port ({PORT})")
    parser.add_argument("--invite", help="where the server is and by what it is known, as it was pasted")
    parser.add_argument("--wait", choices=[STORED, DELIVERED, READ], default=STORED, help="what must be true")
    parser.add_argument("--within", type=float, default=30.0, metavar="SECONDS", help="and by when (30)")
    parser.add_argument("--ref", help="your own name for it: said twice, it is one message")
    parser.add_argument(
        "--password-file", metavar="FILE", help="its first line is the password; - is standard input"
    )
    parser.add_argument(
        "--token-file", metavar="FILE", help="come in by the token in it; it is renewed there"
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing when it is true")
    parser.add_argument("--version", action="version", version=f"imsend {__version__}")
    parser.add_argument("text", nargs="*", help="what to say; else standard input")
    return parser


def read_order(arguments: Sequence[str]) -> tuple[Order, bool]:
    """Read the command line; whether to be quiet comes with it.  Leaves with status 2 when it is wrong."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.to in ("all", "everyone", EVERYONE_SIGN):
        parser.error("to say it to everyone there is --all")
    try:
        name = canonical(asked.name)
        audience = EVERYONE if asked.all else Audience.of(*map(canonical, asked.to.split(",")))
        if asked.invite is not None:
            asked.host, asked.port = (invite := parse_invite(asked.invite)).host, invite.port
        tokens = _token_file(asked.token_file)
        password = find_password(name, asked.host, asked.port, asked.password_file)
    except (Refusal, NoPassword, BadInvite, BadTokenFile) as wrong:
        parser.error(str(wrong))
    if password is None and (tokens is None or tokens.is_new):
        parser.error(f"there is no password for {name}; name a file with --password-file")
    secret = tokens.proof(password) if tokens is not None else (password or "")
    if asked.password_file == STDIN and not asked.text:
        parser.error("standard input is the password: say the text on the command line")
    try:
        text = checked(" ".join(asked.text), "The text") if asked.text else _standard_input()
        ref = checked(asked.ref or f"imsend.{secrets.token_hex(12)}", "The ref")
    except Refusal as wrong:
        parser.error(str(wrong))
    if not cleaned(text).strip():
        parser.error("there is nothing to say")
    order = Order(
        *(name, secret, asked.host, asked.port, audience, text, ref, asked.wait, asked.within),
        invite=asked.invite,
        device=None if tokens is None else tokens.device,
    )
    return order, asked.quiet


def _token_file(named: str | None) -> TokenFile | None:
    file = named or os.environ.get(TOKEN_FILE_VARIABLE)
    return TokenFile(Path(file)) if file else None


def _standard_input() -> str:
    """Read what is to be said, all of it or none; what is far too long is not read to its end."""
    raw = sys.stdin.buffer.read(FAR_TOO_LONG)
    if len(raw) == FAR_TOO_LONG:
        raise TooLong("text", limits.TEXT)
    lines = enumerate(raw.split(b"\n"), 1)
    return "\n".join(read(line, f"Line {n} of standard input") for n, line in lines).rstrip("\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Say it; gives the exit status."""
    order, quiet = read_order(sys.argv[1:] if arguments is None else arguments)
    outcome = carried_out(order)
    if outcome.status is not Status.DONE:
        print(f"imsend: {outcome.sentence}", file=sys.stderr)
    elif not quiet:
        _print(outcome.sentence)
    return int(outcome.status)


def _print(sentence: str) -> None:
    """Print it; it is true all the same where that cannot be."""
    try:
        print(sentence, flush=True)
    except OSError as error:
        unsaid.forget(sys.stdout)
        print(f"imsend: {sentence} That could not be printed: {error.strerror}.", file=sys.stderr)


def carried_out(order: Order) -> Outcome:
    """Run until it is true or too late."""
    from twisted.internet import reactor  # noqa: PLC0415  (whoever asks for --help needs none)
    from twisted.internet.defer import Deferred  # noqa: PLC0415
    from twisted.logger import globalLogBeginner  # noqa: PLC0415

    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    there: Any = reactor
    there.seconds = time.monotonic
    outcomes: list[Any] = []

    def end(outcome: Any) -> None:
        outcomes.append(outcome)
        there.stop()

    there.callWhenRunning(lambda: Deferred.fromCoroutine(Sending(there, order).run()).addBoth(end))
    there.run()
    outcome = outcomes[0] if outcomes else None
    if isinstance(outcome, Outcome):
        return outcome
    said = "It was interrupted." if outcome is None else outcome.getErrorMessage()
    return Outcome(Status.FAILED, said)


if __name__ == "__main__":
    sys.exit(main())
