"""A proof that is run by itself: its command line, and its exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

#: What an option is, by what it has if nothing is said: a number or a word is its default, of some words the
#: first, and False is a switch.
Default = int | float | tuple[str | None, ...]


def asked(what: str | None, **options: Default) -> argparse.Namespace:
    """Read the command line; every proof can be told to keep no evidence."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawTextHelpFormatter)
    for name, default in options.items():
        if isinstance(default, bool):
            parser.add_argument(f"--{name}", action="store_true")
        elif isinstance(default, tuple):
            parser.add_argument(f"--{name}", default=default[0], choices=[one for one in default if one])
        else:
            parser.add_argument(f"--{name}", default=default, type=type(default))
    parser.add_argument("--no-evidence", action="store_false", dest="evidence", help="write no file")
    return parser.parse_args()


def alone(prove: Callable[..., bool], what: str | None, **options: Default) -> NoReturn:
    """Run a proof as the command line asks, and end: the status says whether it held."""
    sys.exit(0 if prove(**vars(asked(what, **options))) else 1)
