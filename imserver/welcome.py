"""What the server says on the console when it is ready, in one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from improtocol import __version__
from improtocol.invite import Invite, shown

from .certificate import Papers
from .listening import Door, described, ways_in
from .portal.enrolling import Policy

#: What nobody may overlook.
IN_CLEAR = """
  NOT ENCRYPTED: {places} can be reached from other machines, and
  everybody on the way reads passwords and messages. You asked for it by --clear-outside.
"""

#: Who closes a server before anybody can look after it may not know.
NO_WAY_IN = """
    It has no administrator, and as long as nobody can register nobody becomes one: start it
    without --register closed, once.
"""


def welcome(
    doors: Sequence[Door],
    papers: Papers | None,
    invite: Invite | None,
    keeps: str,
    folder: Path,
    first: str | None = None,
    *,
    policy: Policy = Policy.OPEN,
) -> str:
    """Say what it does, where its data is, by what it is known and how to connect."""
    listens = "\n                 ".join(map(described, doors))
    hints = [*ways_in(doors[0], invite), ("To watch it", f"tail -f {folder / 'server.log'}")]
    ways = "\n".join(f"  {what:<18} {_with_hint(way)}" for what, way in hints)
    return f"""
  imserver {__version__} is ready.

    listens on   {listens}
    keeps        {keeps}
    in           {folder}
{_known_by(papers, invite)}{_needed(policy)}{_first(invite, first, policy)}
{ways}
  To stop it         Ctrl-C: everybody is told, and nothing is lost
{_warning(doors)}"""


def _with_hint(way: str) -> str:
    return f"{way:<26} and type HELP" if way.startswith(("nc ", "openssl ")) else way


def _known_by(papers: Papers | None, invite: Invite | None) -> str:
    """Show the fingerprint, and what others paste into their client."""
    if papers is None or invite is None:
        return ""
    written = shown(papers.fingerprint)
    by = f"{written[:48]}\n                 {written[48:]}" if papers.self_signed else ", ".join(papers.names)
    return f"    known by     {by}\n    others paste {invite}\n"


def _needed(policy: Policy) -> str:
    """Say that an address alone lets nobody new in."""
    if policy is not Policy.INVITE:
        return ""
    return "    who is new   needs an invite, which administrators make: INVITE\n"


def _first(invite: Invite | None, code: str | None, policy: Policy) -> str:
    """Show how one becomes the first administrator: whoever reads the console may."""
    if code is None:
        return ""
    if policy is Policy.CLOSED:
        return NO_WAY_IN
    pasted = "" if invite is None else f"\n      or paste   {replace(invite, code=code)}"
    return f"""
    It has no administrator. Whoever comes in with this becomes one: once, within a week,
    and until the next start, which shows another.
      type       REGISTER you invite={code} :a password{pasted}
"""


def _warning(doors: Sequence[Door]) -> str:
    clear = [described(door).partition("  ")[0] for door in doors if door.in_clear_outside]
    return IN_CLEAR.format(places=" and ".join(clear)) if clear else ""
