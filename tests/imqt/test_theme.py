"""How the windows look: every text can be read, in both schemes and at every size."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import get_args

from PyQt5.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PyQt5.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton
from twisted.trial.unittest import SynchronousTestCase

from imqt import theme
from imqt.colours import SHADES, Scheme, Token, avatar_colours
from imqt.layout import box, col
from imqt.plain import PlainLabel
from tests.qt_case import QtCase, app

#: What text stands on what. Whoever paints another pair adds it here.
TEXT_ON: dict[Token, tuple[Token, ...]] = {
    "text": ("surface", "side", "field", "hover", "soft", "mine", "other"),
    "dim": ("surface", "side", "field", "hover", "soft", "mine", "other"),
    "placeholder": ("surface", "side", "field"),
    "accent": ("surface", "side", "field", "hover", "soft"),
    "on_fill": ("fill", "fill_hover"),
    "online": ("surface", "side"),
    "away": ("surface", "side"),
    "error": ("surface", "side", "field", "hover"),
    "waiting": ("surface", "side", "mine"),
    "receipt": ("surface", "side"),
}
#: What is no text but has to be seen (WCAG 1.4.11): a ring, the outline of a box.
SHAPE_ON: dict[Token, tuple[Token, ...]] = {
    "offline": ("surface", "side", "soft"),
    "edge": ("surface", "side"),
    "accent": ("field", "surface"),
}

DRAWN_ON: dict[str, tuple[Token, ...]] = {
    "check.svg": ("surface", "hover"),
    "right.svg": ("surface", "hover"),
    "down.svg": ("surface", "field"),
    "tick.svg": ("fill",),
}


def luminance(colour: QColor) -> float:
    """Return how bright it is, from 0 to 1, as the WCAG measures it."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = colour.redF(), colour.greenF(), colour.blueF()
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: QColor, other: QColor) -> float:
    """Return the ratio of their brightness, from 1 to 21; text wants 4.5 (WCAG 1.4.3)."""
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


class ColourTests(SynchronousTestCase):
    """Everything can be told from what it stands on."""

    def _too_faint(self, pairs: dict[Token, tuple[Token, ...]], least: float) -> list[str]:
        return [
            f"{token} on {ground}, {scheme}: {ratio:.2f}"
            for token, grounds in pairs.items()
            for ground in grounds
            for scheme in Scheme
            if (ratio := self._contrast(token, ground, scheme)) < least
        ]

    def _contrast(self, token: Token, ground: Token, scheme: Scheme) -> float:
        return contrast(QColor(SHADES[token].of(scheme)), QColor(SHADES[ground].of(scheme)))

    def test_text(self) -> None:
        """Every text has a contrast of 4.5 to its ground."""
        self.assertEqual([], self._too_faint(TEXT_ON, 4.5))

    def test_shapes(self) -> None:
        """Every shape that tells something has a contrast of 3 to its ground."""
        self.assertEqual([], self._too_faint(SHAPE_ON, 3.0))

    def test_drawn_once(self) -> None:
        """What is drawn in one colour for both schemes is seen on all it stands on."""
        folder = Path(theme.__file__).parent
        self.assertEqual(set(DRAWN_ON), {path.name for path in folder.glob("*.svg")})
        for name, grounds in DRAWN_ON.items():
            stroke = re.search('stroke="(#[0-9a-f]{6})"', (folder / name).read_text("utf-8"))
            assert stroke is not None
            for ground, scheme in product(grounds, Scheme):
                ratio = contrast(QColor(stroke[1]), QColor(SHADES[ground].of(scheme)))
                self.assertGreaterEqual(ratio, 3.0, f"{name} on {ground}, {scheme}")

    def test_avatars(self) -> None:
        """The letter on an avatar has a contrast of 4.5, whatever the name."""
        pairs = [avatar_colours(f"user{number}", scheme) for number in range(3000) for scheme in Scheme]
        self.assertGreater(len({ground.name() for ground, _ in pairs}), 300)
        self.assertGreaterEqual(min(contrast(ground, letter) for ground, letter in pairs), 4.5)

    def test_contrast(self) -> None:
        """Contrast is what the WCAG says: 21 for black on white, 4.54 for #767676."""
        white = QColor("#ffffff")
        self.assertAlmostEqual(21, contrast(QColor("#000000"), white))
        self.assertAlmostEqual(4.54, contrast(QColor("#767676"), white), places=2)

    def test_every_token(self) -> None:
        """Every token has its colour."""
        self.assertEqual(set(get_args(Token)), set(SHADES))


class ThemeTests(QtCase):
    """A theme reaches everything at once, and may be changed at any time."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(theme.apply, app, Scheme.LIGHT)
        theme.apply(app, Scheme.LIGHT)

    def test_switch(self) -> None:
        """A window that is open changes with the theme."""
        window = self.show(box(col(PlainLabel("hello"))))
        for scheme in (Scheme.DARK, Scheme.LIGHT):
            theme.apply(app, scheme)
            self.settle()
            self.assertEqual(scheme, theme.scheme())
            self.assertEqual(SHADES["surface"].of(scheme), window.grab().toImage().pixelColor(0, 0).name())
            self.assertEqual(SHADES["text"].of(scheme), app.palette().color(QPalette.WindowText).name())

    def test_system_scheme(self) -> None:
        """What the desktop prefers is not mistaken for what was applied."""
        theme.apply(app, Scheme.DARK)
        self.assertEqual(Scheme.LIGHT, theme.system_scheme())

    def test_placeholder(self) -> None:
        """What can be written is said in the colour that is meant for it, which can be read."""
        for scheme in (Scheme.DARK, Scheme.LIGHT):
            theme.apply(app, scheme)
            for made in (QLineEdit(), QPlainTextEdit()):
                self.show(made)
                found = made.palette().color(QPalette.PlaceholderText)
                self.assertEqual(SHADES["placeholder"].of(scheme), found.name(), made)
                self.assertEqual(255, found.alpha(), "a text of half its strength is too faint")

    def test_points(self) -> None:
        """Type is set in points, and a person may have it larger."""
        self.assertEqual(10.5, app.font().pointSizeF())
        theme.apply(app, Scheme.LIGHT, scale=2)
        self.assertEqual((21, 18), (app.font().pointSizeF(), theme.font(theme.Size.CAPTION).pointSizeF()))
        heading = self.show(PlainLabel("hello", "heading"))
        self.assertEqual(27, heading.font().pointSizeF())

    def test_families(self) -> None:
        """The text has the family wanted most of those that are there, and emoji behind it."""
        wanted = [name for name in theme.TEXT_FAMILIES if name in QFontDatabase().families()]
        self.assertEqual([wanted[0], theme.EMOJI_FAMILY], theme.font().families())
        self.assertTrue(QFontInfo(theme.mono()).fixedPitch())

    def test_weights(self) -> None:
        """A weight asked for is a weight given."""
        self.assertEqual(QFont.DemiBold, theme.font(weight=theme.Weight.STRONG).weight())

    def test_heights(self) -> None:
        """Heights sit on the grid, have room for their type, and grow with it."""
        usual = theme.heights()
        self.assertEqual((32, 40, 44, 16), (usual.control, usual.large, usual.tab, usual.icon))
        theme.apply(app, Scheme.LIGHT, scale=2)
        double = theme.heights()
        line = theme.line_height(theme.font())
        for thing in ("control", "large", "tab", "heading", "roster_row", "avatar", "icon"):
            self.assertEqual(0, getattr(double, thing) % 4, thing)
            self.assertGreater(getattr(double, thing), getattr(usual, thing))
        self.assertGreater(double.control, line + 8)
        self.assertGreater(double.roster_row, line + theme.line_height(theme.font(theme.Size.CAPTION)))

    def test_controls(self) -> None:
        """Buttons and fields have the height the theme says, also with the focus."""
        for scale in (1, 2):
            theme.apply(app, Scheme.LIGHT, scale=scale)
            for made in (QPushButton("Send"), QLineEdit()):
                self.show(made)
                self.assertEqual(theme.heights().control, made.sizeHint().height())
                made.setFocus()
                self.settle()
                self.assertEqual(theme.heights().control, made.sizeHint().height())
