"""One's own devices: which there are, and signing one out."""

from __future__ import annotations

from improtocol import commands, replies
from improtocol.errors import NoSuchDevice
from improtocol.events import Bye

from ..avatar import Avatar
from ..dispatch import answers
from ..storage import interface
from ..storage.records import Device
from ..users import Users

SIGNED_OUT = Bye("signed-out", line="You were signed out on this device.")


class Devices:
    """Shows and forgets."""

    def __init__(self, stored: interface.Devices, users: Users) -> None:
        self._stored = stored
        self._users = users

    @answers(commands.Devices)
    async def devices(self, avatar: Avatar, command: commands.Devices) -> replies.Devices:
        """Show the devices of an account, the one last used first."""
        devices = await self._stored.devices(avatar.account.id)
        return replies.Devices(len(devices)).behind(*(self._shown(avatar, device) for device in devices))

    def _shown(self, avatar: Avatar, device: Device) -> replies.DeviceShown:
        sessions = sum(other.device == device.name for other in self._users.of(avatar.account.id).avatars)
        return replies.DeviceShown(
            cursor=device.cursor, used=device.used, sessions=sessions, device=device.name or None
        )

    @answers(commands.SignOut, writes=True)
    async def sign_out(self, avatar: Avatar, command: commands.SignOut) -> replies.SignedOut:
        """End a device's session, and forget it; one's own ends once the OK is written."""
        if not await self._stored.forget(avatar.account.id, command.device):
            raise NoSuchDevice(command.device)
        for other in list(self._users.of(avatar.account.id).avatars):
            if other.device == command.device and other is not avatar:
                other.session.end(SIGNED_OUT)
        if avatar.device == command.device:
            avatar.session.afterwards(lambda: avatar.session.end(SIGNED_OUT))
        return replies.SignedOut(command.device)
