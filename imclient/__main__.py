"""``imclient [--terminal] [host] [port]``: the client, in a window or in the terminal it was started in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import imtongue
from improtocol import __version__
from improtocol.invite import PORT, BadInvite, Invite, looks_like_one, parse

from .core import places
from .core.settings import HOST, Options, profile_folder
from .core.statuses import table


def _host(written: str) -> str | Invite:
    try:
        return parse(written) if looks_like_one(written) else written
    except BadInvite as bad:
        raise argparse.ArgumentTypeError(str(bad).rstrip(".")) from None


def _geometry(written: str) -> tuple[int, int, int, int]:
    try:
        x, y, width, height = map(int, written.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"a geometry is X,Y,WIDTH,HEIGHT, not {written!r}") from None
    return x, y, width, height


def _profile(written: str) -> str:
    try:
        profile_folder(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return written


class _Parser(argparse.ArgumentParser):
    """A parser that says what was wrong in one sentence."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Say it, and leave with status 2."""
        self.exit(2, f"imclient: {message}. See imclient --help.\n")


_EPILOG = f"""\
with --terminal:
  Return sends, Alt+Return begins a new line, Tab completes, /help lists the commands, Ctrl-D leaves.
  pm, dm and ex ask for what they need, one thing after the other.
  The password is asked for, unless it is in --password-file, in the environment
  (IMCLIENT_PASSWORD, IMCLIENT_PASSWORD_FILE) or in the keyring (service imclient, NAME@HOST:PORT).
  Fed from a pipe or a file it takes its lines one after the other: name and password first,
  unless --name and one of the above say them; \\n in a line is a line break, \\\\ a backslash.  An invite
  with a code in it registers a new name; without one, the lines do: name, password, yes, password.

    printf '%s\\n' '/all The lab closes at six.' | imclient --terminal --name ana --password-file f

exit status with --terminal:
{table()}
"""


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="imclient",
        description="An instant messenger: one window per user, or a terminal.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "host", nargs="?", type=_host, help=f"where the server is (at first: {HOST}), or an invite, as pasted"
    )
    parser.add_argument(
        "port", nargs="?", type=places.port, default=None, help=f"its port (at first: {PORT})"
    )
    parser.add_argument(
        "--terminal", action="store_true", help="here, without a window; lines from a pipe too"
    )
    parser.add_argument(
        "--profile",
        type=_profile,
        default=None,
        help="settings and messages kept apart (default, or terminal with --terminal)",
    )
    parser.add_argument("--name", help="who to log in as")
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help="its first line is the password, - is standard input (--terminal)",
    )
    parser.add_argument("--remember", action="store_true", help="come back without it next time (--terminal)")
    parser.add_argument("--geometry", type=_geometry, metavar="X,Y,W,H", help="where the window stands")
    parser.add_argument("--theme", choices=["light", "dark", "system"], default="system")
    parser.add_argument("--version", action="version", version=f"imclient {__version__}")
    parser.add_argument("--control", type=places.port, help=argparse.SUPPRESS)  # for the tests of windows
    return parser


def options(arguments: Sequence[str]) -> Options:
    """Read the command line; leaves with a sentence and status 2 when it is wrong."""
    found = _parser().parse_args(arguments)
    found.profile = found.profile or ("terminal" if found.terminal else "default")
    if isinstance(found.host, Invite):
        found.invite, found.host, found.port = found.host, found.host.host, found.host.port
    return Options(**{key: value for key, value in vars(found).items() if value is not None})


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, or begin in the terminal; gives the exit status."""
    chosen = options(sys.argv[1:] if arguments is None else arguments)
    if chosen.terminal:
        return _in_terminal(chosen)
    imtongue.speak_as_liked(profile_folder(chosen.profile))
    try:
        # Only now: who asks for --version needs no windows.
        from .qt import app  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("PyQt5", "qt5reactor"):
            raise
        print("imclient needs PyQt5 for its window: in the checkout, pip install '.[gui]'", file=sys.stderr)
        return 1
    return int(app.main(chosen) or 0)


def _in_terminal(chosen: Options) -> int:
    try:
        from .terminal import app  # noqa: PLC0415

        return app.main(chosen)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "prompt_toolkit":
            raise
        print(
            "imclient needs prompt_toolkit for that: in the checkout, pip install '.[terminal]'",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
