"""Links in what was said: http and https alone, by a click, once the real host was shown (promise E2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PyQt5.QtCore import QUrl
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtWidgets import QWidget

from imqt import plain
from imtongue import tr

#: Longer ones are text: a browser has no use for them, and nobody reads them.
LONGEST = 2000
#: So much of an address is shown before it is opened.
SHOWN = 300

#: Whatever hides, turns round or ends a word ends the address; a backslash each browser reads otherwise.
_FOUND = re.compile(
    r"(?<![\w.+-])https?://[^\s<>\"'`\\^{|}\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u180b-\u180e"
    r"\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U000e0000-\U000e0fff]+",
    re.IGNORECASE,
)
_TAIL = ".,;:!?…"
_PAIRS = {")": "(", "]": "["}
_LABEL = r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z)({_LABEL}(\.{_LABEL})*\.?|[0-9a-f:.]+)")

Open = Callable[[QUrl], object]


@dataclass(frozen=True, slots=True)
class Link:
    """A piece of a text that can be opened."""

    start: int
    end: int
    url: str  #: as it will be opened, in plain ASCII
    host: str  #: where it really leads, as the network writes it


def links(text: str) -> list[Link]:
    """Find what can be opened in a text."""
    if "://" not in text:
        return []
    found: list[Link] = []
    for match in _FOUND.finditer(text):
        written = _trimmed(match[0])
        target = _target(written)
        if target is not None:
            host, url = target
            found.append(Link(match.start(), match.start() + len(written), url, host))
    return found


def _trimmed(written: str) -> str:
    """Leave out what ends the sentence, not the address."""
    while written:
        last = written[-1]
        opening = _PAIRS.get(last)
        if last in _TAIL or (opening is not None and written.count(opening) < written.count(last)):
            written = written[:-1]
        else:
            break
    return written


def _target(written: str) -> tuple[str, str] | None:
    """Say where an address leads, and how it is opened; None: it is no link."""
    if len(written) > LONGEST:
        return None
    url = QUrl(written, QUrl.ParsingMode.StrictMode)
    # Who writes a name before the host means to look like another one.
    if not url.isValid() or url.scheme() not in ("http", "https") or url.userInfo() or "@" in url.authority():
        return None
    host = url.host(QUrl.ComponentFormattingOption.FullyEncoded)
    if not _HOST.fullmatch(host):
        return None
    return host, bytes(url.toEncoded()).decode("ascii")


def _open(link: Link, opener: Open) -> None:
    opener(QUrl(link.url, QUrl.ParsingMode.StrictMode))


def offer(parent: QWidget, link: Link, opener: Open = QDesktopServices.openUrl) -> None:
    """Ask whether to open it, showing where it really leads."""
    address = link.url if len(link.url) <= SHOWN else f"{link.url[:SHOWN]}…"
    unusual = ""
    if any(part.startswith("xn--") for part in link.host.split(".")):
        unusual = tr("Its name has letters that may look like others; this is how the network writes it.")
    told = tr("It is opened in your browser:\n{address}", address=address)
    plain.ask(
        parent,
        tr("Open {host}?", host=link.host),
        "\n\n".join(filter(None, (told, unusual))),
        act=tr("Open"),
        then=lambda: _open(link, opener),
        danger=bool(unusual),
    )
