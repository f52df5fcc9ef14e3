"""The devices of one's account, and signing one of them out."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt5.QtWidgets import QWidget

from imclient.core.client import Client
from imclient.core.devices import Device
from imqt import moments, plain
from imtongue import phrase, tr, trn

from .listing import Line, Listing

NAMELESS = phrase("Without a name")


class DevicesWindow(Listing):
    """Asks the server when it is opened, and again after each change."""

    def __init__(
        self, client: Client, parent: QWidget | None = None, now: Callable[[], float] = time.time
    ) -> None:
        text = tr("Where your account is in use. A device that is signed out is told, and must log in again.")
        super().__init__(parent, tr("Devices"), text, "server")
        self._client, self._now = client, now
        self.setObjectName("devices")
        self.refresh()

    def refresh(self) -> None:
        """Ask which there are."""
        self._client.devices().addCallbacks(self._on_devices, self.failed)

    def _on_devices(self, devices: list[Device]) -> None:
        if not self.gone:
            self.show_lines([line_of(device, self._now()) for device in devices], self._ask)

    def _ask(self, name: str) -> None:
        plain.ask(
            self,
            tr("Sign out {device}?", device=name),
            tr(
                "Its session ends at once, and it does not come back by itself: whoever uses {device} has to "
                "log in again. What it holds already stays on it.",
                device=name,
            ),
            act=tr("Sign out"),
            then=lambda: self._sign_out(name),
            danger=True,
        )

    def _sign_out(self, name: str) -> None:
        self._client.sign_out(name).addCallbacks(lambda _: self._on_signed_out(), self.failed)

    def _on_signed_out(self) -> None:
        if not self.gone:
            self.refresh()


def line_of(device: Device, now: float) -> Line:
    """Say what there is to say of a device; this one, and what has no name, cannot be signed out here."""
    if device.sessions:
        used = trn("in use now", "in use now, {count} times", device.sessions)
    else:
        used = tr("last used {when}", when=moments.when(device.used, now))
    if device.here:
        return Line(device.name or tr(NAMELESS), tr("this device, {used}", used=used))
    if device.name is None:
        return Line(tr(NAMELESS), tr("programs that named none, {used}", used=used))
    return Line(device.name, used, tr("Sign out"))
