"""What the window says of itself when it is asked: what it is, what one may do with it."""

from __future__ import annotations

from PyQt5.QtWidgets import QWidget

from improtocol.version import __version__
from imqt import plain
from imtongue import tr

from . import texts


def about(window: QWidget) -> None:
    """Say what this is."""
    plain.tell(window, f"imclient {__version__}", tr(texts.ABOUT))


def licence(window: QWidget) -> None:
    """Say what one may do with it."""
    plain.tell(window, tr("Licence"), tr(texts.LICENCE))
