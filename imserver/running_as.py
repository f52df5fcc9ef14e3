"""As whom this program runs, which is whose rights count."""

from __future__ import annotations

import os
import pwd


def user() -> str:
    """Name them, whatever the environment says."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"
