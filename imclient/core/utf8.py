"""What comes from a pipe, a file, a command line, a terminal: UTF-8, or it is refused; nothing is mended."""

from __future__ import annotations

import re

from improtocol.errors import Refusal
from imtongue import phrase, tr

#: What stands in a text where bytes stood that are no UTF-8 (PEP 383), or one half of a sign in two halves.
_NO_TEXT = re.compile("[\ud800-\udfff]")
_ADVICE = phrase(
    "{what} is not UTF-8, so nothing of it was sent. Convert it first, as with iconv -f LATIN1 -t UTF-8."
)


class NotUtf8(Refusal):
    """What was to be said is no text that anybody could read as it was meant."""

    what: str  #: where it stands, as the sentence begins

    def __str__(self) -> str:
        """Say so, and what to do; the bytes are not shown, since they may be a password's."""
        return tr(_ADVICE, what=self.what)


def read(raw: bytes, what: str) -> str:
    """Read bytes as the text they are; raises `NotUtf8`."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise NotUtf8(what) from None


def checked(text: str, what: str) -> str:
    """Give a text back that was UTF-8 where the system read it; raises `NotUtf8`."""
    if _NO_TEXT.search(text):
        raise NotUtf8(what)
    return text
