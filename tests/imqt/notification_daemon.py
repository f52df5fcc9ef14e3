"""A desktop that shows notes, for tests: run inside ``dbus-run-session``, it prints what it was asked.

``python -m tests.imqt.notification_daemon [--markup] -- COMMAND...`` takes the name of
the desktop's service, runs the command, clicks on every note, and ends with the command.
"""

from __future__ import annotations

import json
import sys

from PyQt5.QtCore import Q_CLASSINFO, QCoreApplication, QObject, QProcess, QTimer, pyqtSlot
from PyQt5.QtDBus import QDBusAbstractAdaptor, QDBusConnection, QDBusMessage

SERVICE, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


class Desktop(QDBusAbstractAdaptor):
    """What a desktop answers."""

    Q_CLASSINFO("D-Bus Interface", SERVICE)
    Q_CLASSINFO(
        "D-Bus Introspection",
        '<interface name="org.freedesktop.Notifications">'
        '<method name="GetCapabilities"><arg direction="out" type="as"/></method>'
        '<method name="CloseNotification"><arg direction="in" type="u"/></method>'
        '<method name="Notify"><arg direction="in" type="s"/><arg direction="in" type="u"/>'
        '<arg direction="in" type="s"/><arg direction="in" type="s"/><arg direction="in" type="s"/>'
        '<arg direction="in" type="as"/><arg direction="in" type="a{sv}"/><arg direction="in" type="i"/>'
        '<arg direction="out" type="u"/></method></interface>',
    )

    def __init__(self, parent: QObject, markup: bool) -> None:
        super().__init__(parent)
        self._markup = markup
        self._count = 0

    @pyqtSlot(result="QStringList")
    def GetCapabilities(self) -> list[str]:
        return ["body", "actions", *(["body-markup"] if self._markup else [])]

    @pyqtSlot("uint")
    def CloseNotification(self, number: int) -> None:
        print(json.dumps({"closed": number}), flush=True)

    @pyqtSlot(
        "QString", "uint", "QString", "QString", "QString", "QStringList", "QVariantMap", int, result="uint"
    )
    def Notify(
        self,
        name: str,
        replaces: int,
        icon: str,
        heading: str,
        body: str,
        actions: list[str],
        hints: dict[str, object],
        patience: int,
    ) -> int:
        self._count = replaces or self._count + 1
        told = {"heading": heading, "body": body, "number": self._count, "replaces": replaces}
        print(json.dumps({**told, "hints": sorted(hints)}), flush=True)
        number = self._count
        QTimer.singleShot(200, lambda: self._click(number))
        return number

    @staticmethod
    def _click(number: int) -> None:
        message = QDBusMessage.createSignal(PATH, SERVICE, "ActionInvoked")
        from imqt import bus

        message.setArguments([bus.number(number), "default"])
        QDBusConnection.sessionBus().send(message)


def main() -> int:
    app = QCoreApplication(sys.argv)
    parent = QObject()
    desktop = Desktop(parent, "--markup" in sys.argv)
    connection = QDBusConnection.sessionBus()
    assert desktop is not None
    if not connection.registerObject(PATH, parent) or not connection.registerService(SERVICE):
        return 1
    command = sys.argv[sys.argv.index("--") + 1 :]
    process = QProcess()
    process.setProcessChannelMode(QProcess.ForwardedChannels)
    process.finished.connect(lambda code, _: app.exit(code))
    process.start(command[0], command[1:])
    return app.exec_()


if __name__ == "__main__":
    sys.exit(main())
