"""What a no says in the language that its user is spoken to in."""

from __future__ import annotations

from improtocol.errors import Refusal
from improtocol.invite import BadInvite
from imtongue import speaks_english, tr


def in_tongue(refusal: Refusal) -> Refusal:
    """Let a refusal say it so; what a server said in English of a code nobody knows here stays."""
    if not speaks_english():
        refusal.retell(tr)
    return refusal


def why_not(wrong: BaseException | None) -> str:
    """Say why something was not done."""
    if isinstance(wrong, BadInvite):
        return wrong.sentence(tr)
    return str(in_tongue(wrong) if isinstance(wrong, Refusal) else wrong or "")
