"""How far a device holds its stream, and hearing it again."""

from __future__ import annotations

from improtocol import commands, limits, replies
from improtocol.errors import NotTold

from ..avatar import Avatar
from ..dispatch import answers
from ..mailroom import Mailroom
from ..passing import Passing
from ..storage.interface import Devices


class Cursors:
    """ACK moves a device's cursor; SYNC moves none."""

    def __init__(self, devices: Devices, mailroom: Mailroom, passing: Passing) -> None:
        self._devices = devices
        self._mailroom = mailroom
        self._passing = passing

    @answers(commands.Ack, writes=True)
    async def ack(self, avatar: Avatar, command: commands.Ack) -> replies.Acked:
        """Keep what a device holds; only what it was told can be held."""
        _told(avatar, command.number)
        if avatar.begins is not None:
            await self._devices.arrive(avatar.account.id, avatar.device, limits.DEVICES, avatar.begins)
            avatar.begins = None
        number, stream = command.number, avatar.stream
        if stream is not None:
            stream.held = max(stream.held, number)
            number = self._passing.reach(stream, number)
        held = await self._devices.hold(avatar.account.id, avatar.device, number)
        self._passing.was_held(avatar.account.id, held)
        return replies.Acked(command.number)

    @answers(commands.Sync)
    async def sync(self, avatar: Avatar, command: commands.Sync) -> replies.Synced:
        """Tell the stream again from a number on, once the OK is written."""
        _told(avatar, command.number)
        again = max(command.number - 1, 0)
        avatar.session.afterwards(lambda: self._mailroom.again(avatar, again))
        return replies.Synced(command.number)


def _told(avatar: Avatar, number: int) -> None:
    told = avatar.stream.told if avatar.stream is not None else 0
    if number > told:
        raise NotTold(told)
