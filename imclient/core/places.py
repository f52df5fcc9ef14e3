"""Where a server is, as it stands on a command line."""

from __future__ import annotations

import argparse


def port(written: str) -> int:
    """Read a port; what is none is said in a sentence."""
    if written.isascii() and written.isdecimal() and 1 <= int(written[:6]) <= 65535:
        return int(written)
    raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {written!r}")
