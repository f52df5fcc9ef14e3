"""How long nobody touched the session, as GNOME tells it: with one of the test's own, on a bus of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

from PyQt5.QtCore import QObject

from imqt import session_idle
from tests.qt_case import QtCase

ROOT = Path(__file__).parents[2]

#: Tells 90 s at first; what asks is told a little later, and then knows it by itself.
PROGRAM = """
import sys
from PyQt5.QtCore import Q_CLASSINFO, QCoreApplication, QObject, QTimer, pyqtSlot
from PyQt5.QtDBus import QDBusAbstractAdaptor, QDBusConnection
from imqt.session_idle import MONITOR, Mutter
app = QCoreApplication(sys.argv)
class Monitor(QDBusAbstractAdaptor):
    Q_CLASSINFO("D-Bus Interface", MONITOR[0])
    Q_CLASSINFO("D-Bus Introspection", '<interface name="%s"><method name="GetIdletime">'
        '<arg direction="out" type="t"/></method></interface>' % MONITOR[0])
    @pyqtSlot(result="qulonglong")
    def GetIdletime(self):
        return 90_000
place = QObject()
monitor = Monitor(place)
bus = QDBusConnection.sessionBus()
if "nobody" not in sys.argv:
    assert bus.registerService(MONITOR[0]) and bus.registerObject(MONITOR[1], place)
time = [1000.0]
idle = Mutter(app, lambda: time[0])
print(idle())
def later():
    time[0] += 10
    print(idle())
    app.quit()
QTimer.singleShot(500, later)
app.exec_()
"""


class MutterTests(QtCase):
    """What is asked of it."""

    def told(self, *options: str) -> str:
        if which("dbus-run-session") is None:
            self.skipTest("there is no dbus-run-session here")
        around = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        command = ["dbus-run-session", "--", sys.executable, "-c", PROGRAM, *options]
        found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=around)
        return found.stdout

    def test_told(self) -> None:
        """What it said is known from then on, and grows older."""
        self.assertEqual("None\n100.0\n", self.told())

    def test_another_desktop(self) -> None:
        """Where there is none, nothing is known."""
        self.assertEqual("None\nNone\n", self.told("nobody"))

    def test_nobody_tells(self) -> None:
        """Without a desktop nothing is known, and nothing breaks."""
        self.assertIsNone(session_idle.of_the_desktop(QObject())())
