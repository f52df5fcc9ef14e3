"""How far a message of one's own came, by name."""

from __future__ import annotations

from improtocol import commands, limits, replies
from improtocol.errors import NoSuchMessage
from improtocol.fields import Reached

from ..avatar import Avatar
from ..dispatch import answers
from ..storage import interface
from ..storage.records import Receipt


class Receipts:
    """The truth, of which what is told unasked is a hint."""

    def __init__(self, stored: interface.Reaching) -> None:
        self._stored = stored

    @answers(commands.Receipts)
    async def receipts(self, avatar: Avatar, command: commands.Receipts) -> replies.Receipts:
        """Show how far a message came with everybody it is for, in the order of their names."""
        try:
            counts, names = await self._stored.receipts(
                avatar.account.id, command.number, command.after, limits.PAGE + 1
            )
        except interface.NoSuchMessage:
            raise NoSuchMessage(command.number) from None
        shown = names[: limits.PAGE]
        reply = replies.Receipts(
            command.number,
            delivered=counts.delivered,
            read=counts.read,
            to=counts.to,
            after=shown[-1].name if len(names) > limits.PAGE else None,
        )
        return reply.behind(*(replies.ReceiptShown(one.name, _reached(one)) for one in shown))


def _reached(receipt: Receipt) -> Reached:
    if receipt.read:
        return Reached.READ
    return Reached.DELIVERED if receipt.delivered else Reached.WAITING
