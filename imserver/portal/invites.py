"""What is kept of an invite's code: nobody who reads the database can use one."""

from __future__ import annotations

import hashlib


def code_hash(code: str) -> str:
    """Hash a code as it was typed: in any case, with its dashes or without.

    A code is long and random, so that nothing slower than this is needed.
    """
    return hashlib.sha256(code.replace("-", "").upper().encode()).hexdigest()
