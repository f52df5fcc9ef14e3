"""The desktop's bus (D-Bus): asked and heard, never waited for; where there is none, nothing happens."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PyQt5.QtCore import QMetaType, QObject, QVariant, pyqtSignal, pyqtSlot
from PyQt5.QtDBus import (
    QDBusArgument,
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusPendingReply,
)


def is_there() -> bool:
    """Tell whether this session has a bus; to ask Qt where there is none might start one."""
    address, folder = os.environ.get("DBUS_SESSION_BUS_ADDRESS"), os.environ.get("XDG_RUNTIME_DIR")
    return bool(address) or (folder is not None and (Path(folder) / "bus").exists())


def number(value: int) -> QVariant:
    """Write a number that cannot be negative."""
    made = QVariant(value)
    made.convert(int(QMetaType.Type.UInt))
    return made


def words(texts: Sequence[str]) -> QDBusArgument:
    """Write a list of texts, which may be empty."""
    return QDBusArgument(list(texts), int(QMetaType.Type.QStringList))


class Place(QObject):
    """An object of another program: what can be asked of it, and what it tells."""

    told = pyqtSignal(str, list)  #: the name of a signal, and what it says

    def __init__(self, service: str, path: str, interface: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names = (service, path, interface)
        self._bus = QDBusConnection.sessionBus() if is_there() else None
        self._asked: set[QDBusPendingCallWatcher] = set()

    @property
    def reachable(self) -> bool:
        """Whether there is a bus at all."""
        return self._bus is not None and self._bus.isConnected()

    def ask(
        self, method: str, *arguments: object, then: Callable[[list[Any]], None], failed: Callable[[], None]
    ) -> None:
        """Call a method; one of the two is called later, unless this object is gone by then."""
        if self._bus is None or not self._bus.isConnected():
            failed()
            return
        message = QDBusMessage.createMethodCall(*self._names, method)
        message.setArguments(list(arguments))
        watcher = QDBusPendingCallWatcher(self._bus.asyncCall(message, 3000), self)
        self._asked.add(watcher)

        def finished() -> None:
            self._asked.discard(watcher)
            reply = QDBusPendingReply(watcher)
            watcher.deleteLater()
            if reply.isError():
                failed()
            else:
                then(reply.reply().arguments())

        watcher.finished.connect(finished)

    def listen(self, *signals: str) -> None:
        """Hear these signals of it from now on."""
        if self._bus is not None:
            for name in signals:
                self._bus.connect(*self._names, name, self._on_signal)

    @pyqtSlot(QDBusMessage)
    def _on_signal(self, message: QDBusMessage) -> None:
        self.told.emit(message.member(), message.arguments())
