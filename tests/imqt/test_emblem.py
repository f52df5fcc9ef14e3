"""The signs of both programs, as a desktop shows them."""

from __future__ import annotations

from PyQt5.QtCore import QSize
from PyQt5.QtGui import QIcon

from imclient.qt import emblem as clients
from imqt.emblem import SIZES
from imserver.window import emblem as servers
from tests.qt_case import QtCase


class EmblemTests(QtCase):
    """Two drawings by one painter."""

    def drawn(self, icon: QIcon) -> list[bytes]:
        """Give what it looks like, in each size."""
        self.assertEqual([QSize(size, size) for size in SIZES], icon.availableSizes())
        images = [icon.pixmap(QSize(size, size)).toImage() for size in SIZES]
        self.assertEqual(list(SIZES), [image.width() for image in images])
        return [bytes(image.bits().asarray(image.sizeInBytes())) for image in images]

    def test_every_size(self) -> None:
        """Each sign is there in every size, and none is like another's, nor is one with a count."""
        signs = [
            self.drawn(icon) for icon in (clients.icon(), clients.icon(3), clients.icon(12), servers.icon())
        ]
        for one_size in zip(*signs, strict=True):
            self.assertEqual(len(signs), len(set(one_size)))
            self.assertTrue(all(any(drawn) for drawn in one_size))
