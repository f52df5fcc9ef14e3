"""Icons, presence dots and avatars: painted, sharp, and in the colours of the theme."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QIcon, QImage, QPainter

from imqt import icons, theme
from imqt.colours import SHADES, Scheme
from imqt.plain import button
from tests.qt_case import QtCase, app


def blank(side: int) -> QImage:
    """Return an empty picture."""
    image = QImage(side, side, QImage.Format_ARGB32)
    image.fill(Qt.transparent)
    return image


def inked(image: QImage) -> list[tuple[int, int]]:
    """Return where a picture is painted at all."""
    return [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 40
    ]


def colours(image: QImage) -> set[str]:
    """Return the colours of all that is painted fully."""
    every = (image.pixelColor(x, y) for x, y in inked(image))
    return {colour.name() for colour in every if colour.alpha() == 255}


class IconTests(QtCase):
    """An icon is its strokes, in the colour of now."""

    def setUp(self) -> None:
        super().setUp()
        theme.apply(app, Scheme.LIGHT)
        self.addCleanup(theme.apply, app, Scheme.LIGHT)

    def test_each_is_seen(self) -> None:
        """Each icon paints something, and stays on its grid at any size."""
        for name in icons.ICONS:
            for side in (12, 16, 48):
                image = blank(side + 8)
                painter = QPainter(image)
                icons.draw(painter, name, QRectF(4, 4, side, side), QColor("black"))
                painter.end()
                spots = inked(image)
                self.assertGreater(len(spots), side // 2, name)
                self.assertTrue(all(2 < x < side + 6 and 2 < y < side + 6 for x, y in spots), name)

    def test_no_two_alike(self) -> None:
        """No icon can be taken for another, but for those that are the same on purpose."""
        pictures = {}
        for name, strokes in icons.ICONS.items():
            image = icons.icon(name).pixmap(32, 32).toImage()
            other = pictures.setdefault(bytes(image.bits().asarray(image.sizeInBytes())), name)
            self.assertIs(icons.ICONS[other], strokes, (name, other))

    def test_follows_the_theme(self) -> None:
        """An icon made in the light is painted in the colour of the dark once it is dark."""
        made = icons.icon("stop", "accent")
        for scheme in Scheme:
            theme.apply(app, scheme)
            self.assertIn(SHADES["accent"].of(scheme), colours(made.pixmap(64, 64).toImage()))

    def test_disabled(self) -> None:
        """The icon of what cannot be pressed is as pale as its text."""
        image = icons.icon("stop", "accent").pixmap(QSize(64, 64), QIcon.Disabled).toImage()
        self.assertIn(SHADES["offline"].light, colours(image))

    def test_outlives_its_name(self) -> None:
        """Qt may keep an icon, and copies of it, when Python has forgotten it."""
        made = self.show(button("Send", "primary", icon_name="send"))
        copy = QIcon(made.icon())
        made.setIcon(QIcon())
        self.assertFalse(copy.pixmap(16, 16).isNull())

    def test_unknown(self) -> None:
        """A name that is no icon's is refused at once."""
        self.assertRaises(KeyError, icons.icon, "unheard-of")


class PresenceTests(QtCase):
    """Presence is told by the shape of its dot, without its colour."""

    def _spots(self, presence: str) -> set[tuple[int, int]]:
        image = blank(40)
        painter = QPainter(image)
        icons.draw_presence(painter, QPointF(20, 20), presence, QColor(0, 0, 0, 0), 16)
        painter.end()
        return set(inked(image))

    def test_shapes(self) -> None:
        """Online is full, away is half, offline and whatever is unknown are a ring."""
        full, half, ring = self._spots("online"), self._spots("away"), self._spots("offline")
        self.assertTrue({(12, 20), (28, 20)} <= full)
        self.assertTrue((12, 20) in half and (28, 20) not in half)
        self.assertFalse({(12, 20), (28, 20)} & ring)
        self.assertEqual(ring, self._spots("somewhere"))

    def test_avatar(self) -> None:
        """An avatar fills its circle, whatever the name, an empty one included."""
        for name in ("alice", "Élodie", "王", "👩\N{ZERO WIDTH JOINER}🔬", ""):
            image = blank(36)
            painter = QPainter(image)
            icons.draw_avatar(painter, QRectF(0, 0, 36, 36), name)
            painter.end()
            self.assertTrue(1018 <= len(inked(image)) < 1060, name)  # pi * 18**2, and a soft edge
