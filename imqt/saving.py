"""Having a file chosen to write to."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QFileDialog, QWidget


def choose_file(
    parent: QWidget, heading: str, name: str, ending: str, kinds: str, write: Callable[[str], None]
) -> None:
    """Have one chosen, which is at first called by this name and the moment; returns at once."""
    moment = time.strftime("%Y%m%d-%H%M%S")
    dialog = QFileDialog(parent, heading, f"{name}-{moment}.{ending}", kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(write)
    dialog.open()
