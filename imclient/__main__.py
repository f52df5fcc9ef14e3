"""``imclient [host] [port]``: the desktop client, one window per user."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from improtocol import __version__
from improtocol.invite import PORT

from .core.settings import HOST, Options, profile_folder


def _port(written: str) -> int:
    if written.isascii() and written.isdecimal() and 1 <= int(written[:6]) <= 65535:
        return int(written)
    raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {written!r}")


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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="imclient", description="An instant messenger: one window per user.")
    parser.add_argument("host", nargs="?", default=None, help=f"where the server is (at first: {HOST})")
    parser.add_argument("port", nargs="?", type=_port, default=None, help=f"its port (at first: {PORT})")
    parser.add_argument(
        "--profile", type=_profile, default="default", help="settings and messages kept apart"
    )
    parser.add_argument("--name", help="who to log in as")
    parser.add_argument("--geometry", type=_geometry, metavar="X,Y,W,H", help="where the window stands")
    parser.add_argument("--theme", choices=["light", "dark", "system"], default="system")
    parser.add_argument("--version", action="version", version=f"imclient {__version__}")
    parser.add_argument("--control", type=_port, help=argparse.SUPPRESS)  # for the tests of windows
    return parser


def options(arguments: Sequence[str]) -> Options:
    """Read the command line; leaves with a sentence and status 2 when it is wrong."""
    found = _parser().parse_args(arguments)
    return Options(**{key: value for key, value in vars(found).items() if value is not None})


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window; gives the exit status."""
    chosen = options(sys.argv[1:] if arguments is None else arguments)
    try:
        # Only now: who asks for --version needs no windows.
        from .qt import app  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("PyQt5", "qt5reactor"):
            raise
        print("imclient needs PyQt5 for its window: pip install 'imserver[gui]'", file=sys.stderr)
        return 1
    return int(app.main(chosen) or 0)


if __name__ == "__main__":
    sys.exit(main())
