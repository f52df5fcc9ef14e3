"""A picture of everything that the client's and the server's windows can show, to be looked at.

    xvfb-run -a -s '-screen 0 4000x3000x24 -dpi 96' python -m examples.album FOLDER [--percent 200] [PANE ...]

At 200 % the screen has twice as many pixels; with ``--type 2`` the type is twice as large instead.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from PyQt5.QtCore import QPoint, QRect
from PyQt5.QtGui import QPainter, QPixmap
from PyQt5.QtWidgets import QApplication, QDialog, QWidget

import imtongue
from examples import gallery, passing, server_gallery
from imqt import qt_words, theme
from imqt.dress import Choice, Dress
from imqt.reactor import make_application

SETTLED = 0.6  #: seconds until what comes a moment later has come

#: Beside the usual size: the narrowest window and a wide one, which show the same.
SIZES = {"window-narrow": ("window", 480, 640), "window-wide": ("window", 1920, 1000)}
SIZES |= {"server-small": ("server-window", 900, 560), "server-wide": ("server-window", 1920, 1000)}
SIZES |= {"window-wire-narrow": ("window-wire", 480, 640), "start-narrow": ("start-stranger", 360, 480)}


def with_what_is_over(window: QWidget) -> QPixmap:
    """Take a picture of a window and of the dialogs and menus over it."""
    taken = window.grab()
    painter = QPainter(taken)
    for other in QApplication.topLevelWidgets():
        if other is not window and other.isVisible():
            at = other.mapToGlobal(QPoint()) - window.mapToGlobal(QPoint())
            painter.drawPixmap(at, other.grab())
            if isinstance(other, QDialog):  # a desktop gives it a frame
                painter.setPen(theme.colour("edge"))
                painter.drawRect(QRect(at, other.size()).adjusted(-1, -1, 0, 0))
    painter.end()
    return taken


def main() -> int:
    """Take the pictures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("panes", nargs="*", help="all, if none is named")
    parser.add_argument("--percent", type=int, default=100)
    parser.add_argument("--type", type=float, default=1.0, help="how much larger the type is")
    parser.add_argument("--language", choices=sorted(imtongue.KNOWN), default="en")
    parser.add_argument("--only", choices=("light", "dark"))
    asked = parser.parse_intermixed_args()
    os.environ["QT_SCALE_FACTOR"] = str(asked.percent / 100)
    app = make_application()
    imtongue.speak(asked.language)
    qt_words.speak(app)
    app.setQuitOnLastWindowClosed(False)
    asked.folder.mkdir(parents=True, exist_ok=True)
    shown = {**gallery.SHOWN, **passing.SHOWN, **server_gallery.SHOWN}
    sizes = {name: (name, 1180, 760) for name in shown} | SIZES
    for choice in (Choice.LIGHT, Choice.DARK):
        if asked.only not in (None, choice.value):
            continue
        dress = Dress(app, choice)
        dress.wear(choice, asked.type)
        for name in asked.panes or sorted(sizes):
            pane, width, height = sizes[name]
            window = shown[pane](dress)
            dialog = isinstance(window, QDialog)
            window.move(0, 0)
            window.adjustSize() if dialog else window.resize(width, height)
            window.show()
            window.activateWindow()
            until = time.monotonic() + SETTLED
            while time.monotonic() < until:
                app.processEvents()
                time.sleep(0.01)
            size = f"{asked.percent}" if asked.type == 1 else f"type{asked.type:g}"
            with_what_is_over(window).save(str(asked.folder / f"{name}-{choice.value}-{size}.png"))
            for other in QApplication.topLevelWidgets():
                if other.isVisible():
                    other.close()
            window.deleteLater()
            app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
