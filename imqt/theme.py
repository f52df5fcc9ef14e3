"""How the windows look: Qt's Fusion style, a palette, fonts with emoji, and a short style sheet.

Everything sits on a grid of 4 pixels. Type is set in points and heights are taken from the type, so that
what the user set for their screen counts. `apply` may be called again at any time: palette and style sheet
reach every widget by themselves; who paints asks `colour` while painting, and never keeps the answer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from string import Template

from PyQt5.QtCore import QEvent
from PyQt5.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QPalette
from PyQt5.QtWidgets import QApplication

from imqt.colours import SHADES, Scheme, Token

TEXT_FAMILIES = ("Inter", "Noto Sans", "Cantarell", "DejaVu Sans")
MONO_FAMILIES = ("DejaVu Sans Mono", "Noto Sans Mono", "Liberation Mono")
EMOJI_FAMILY = "Noto Color Emoji"
_STYLE_SHEET = Path(__file__).with_name("style.qss")


class Size(float, Enum):
    """The three sizes of type, in points."""

    HEADING = 13.5
    BODY = 10.5
    CAPTION = 9.0


class Weight(int, Enum):
    """The three weights of type."""

    NORMAL = QFont.Weight.Normal
    NAME = QFont.Weight.Medium
    STRONG = QFont.Weight.DemiBold


@dataclass(frozen=True)
class Heights:
    """How high things are, in pixels: multiples of 4 that have room for their type."""

    control: int  #: a button, a field, a chip, a row of a table, the status bar
    large: int  #: the buttons of a page with nothing else to press
    tab: int
    heading: int  #: over a group in a list
    roster_row: int  #: a name and a line under it
    avatar: int
    badge: int  #: a number in a disc
    icon: int  #: beside a text


@dataclass
class _Look:
    """What `apply` was told last; Qt, too, has one look for a whole program."""

    scheme: Scheme = Scheme.LIGHT
    scale: float = 1.0
    platform: Scheme | None = None  #: what the desktop had before the first `apply`


_look = _Look()


def apply(app: QApplication, scheme: Scheme, scale: float = 1.0) -> None:
    """Dress the whole program: light or dark, its type at `scale` times its size."""
    system_scheme()  # while the palette is still the desktop's own
    _look.scheme, _look.scale = scheme, scale
    _measured.cache_clear()
    _cut.cache_clear()
    app.setStyle("Fusion")
    app.setPalette(_palette())
    app.setFont(font())
    app.setStyleSheet(_style_sheet())


def scheme() -> Scheme:
    """Return what was applied last."""
    return _look.scheme


def scale() -> float:
    """Return how much larger than usual the type is."""
    return _look.scale


def system_scheme() -> Scheme:
    """Return what the desktop prefers, as its palette tells: is its text brighter than its windows?"""
    if _look.platform is None:
        palette = QApplication.palette()
        window, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
        _look.platform = Scheme.DARK if text.lightness() > window.lightness() else Scheme.LIGHT
    return _look.platform


def has_changed(event: QEvent | None) -> bool:
    """Tell whether this is how a widget hears that its type or its look is another: it measures anew."""
    return event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange)


def colour(token: Token, alpha: float = 1.0) -> QColor:
    """Return a colour as it is now; ask while painting, it may change."""
    found = QColor(SHADES[token].of(_look.scheme))
    found.setAlphaF(alpha)
    return found


def font(size: Size = Size.BODY, weight: Weight = Weight.NORMAL) -> QFont:
    """Return the type of the windows; yours to change."""
    return QFont(_cut(_text_families(), size, weight))


def mono(size: Size = Size.CAPTION, weight: Weight = Weight.NORMAL) -> QFont:
    """Return the type of one width: for the wire, fingerprints, invites."""
    made = QFont(_cut(_mono_families(), size, weight))
    made.setStyleHint(QFont.StyleHint.Monospace)
    return made


@cache
def _text_families() -> tuple[str, ...]:
    # The emoji stand right behind the one family that is there: further down, DejaVu would draw some of them
    # in black; and without a family before them their digits would be everybody's.
    return (_first_installed(TEXT_FAMILIES, QApplication.font().family()), EMOJI_FAMILY)


@cache
def _mono_families() -> tuple[str, ...]:
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    # The family it comes out as: "monospace" is a name of none, and behind it the emoji draw all digits.
    found = QFontInfo(system)
    is_mono = found.fixedPitch()  # where there is no desktop it may not be
    return (found.family() if is_mono else _first_installed(MONO_FAMILIES, found.family()), EMOJI_FAMILY)


def _first_installed(wanted: tuple[str, ...], otherwise: str) -> str:
    installed = set(QFontDatabase().families())
    return next((family for family in wanted if family in installed), otherwise)


@cache  # a page of a conversation asks some hundred times
def _cut(families: tuple[str, ...], size: Size, weight: Weight) -> QFont:
    made = QFont()
    made.setFamilies(families)
    made.setPointSizeF(size.value * _look.scale)
    made.setWeight(weight.value)
    return made


def line_height(made: QFont) -> float:
    """Return how high a line of this type is, in pixels."""
    return QFontMetricsF(made).height()


def grown(pixels: float) -> int:
    """Return as much as so many pixels are beside type of the usual size."""
    return round(pixels * heights().icon / 16)


def heights() -> Heights:
    """Return how high things are with the type as it is now."""
    return _measured()


@cache
def _measured() -> Heights:
    body, caption = line_height(font()), line_height(font(Size.CAPTION))
    return Heights(
        control=_on_grid(body + 14),
        large=_on_grid(body + 22),
        tab=_on_grid(body + 26),
        heading=_on_grid(caption + 20),
        roster_row=_on_grid(body + caption + 19),
        avatar=_on_grid(body + caption + 4),
        badge=2 * round((caption + 3) / 2),
        icon=_on_grid(body * 0.9),
    )


def _on_grid(height: float) -> int:
    return 4 * round(height / 4)


_ROLES: dict[QPalette.ColorRole, Token] = {
    QPalette.ColorRole.Window: "surface",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "side",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "field",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "on_fill",
    QPalette.ColorRole.Light: "hover",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "edge",
    QPalette.ColorRole.Shadow: "line",
    QPalette.ColorRole.Highlight: "fill",
    QPalette.ColorRole.HighlightedText: "on_fill",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.PlaceholderText: "placeholder",
    QPalette.ColorRole.ToolTipBase: "field",
    QPalette.ColorRole.ToolTipText: "text",
}
_TEXT_ROLES = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def _palette() -> QPalette:
    made = QPalette()
    for role, token in _ROLES.items():
        made.setColor(role, colour(token))
    for role in _TEXT_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, colour("offline"))
    return made


def _box_to_tick() -> dict[str, str]:
    """Measure the box, and the disc of which one is chosen: beside type of the usual size 16 pixels."""
    inside = heights().icon - 2  # with an edge of 1 pixel
    dot = 2 * round(inside * 0.43 / 2)
    sizes = {"box_inside": inside, "box_inside_ring": inside - 2, "box_radius": (inside + 2) // 2}
    sizes |= {"box_dot": dot, "box_dot_edge": (inside + 2 - dot) // 2}
    return {name: f"{pixels}px" for name, pixels in sizes.items()}


def _style_sheet() -> str:
    """Fill the names in style.qss: every colour by its token, every size, every height."""
    names: dict[str, object] = {token: colour(token).name() for token in SHADES}
    names |= {size.name.lower(): f"{size.value * _look.scale:g}pt" for size in Size}
    names |= {f"{thing}_height": f"{pixels}px" for thing, pixels in asdict(heights()).items()}
    # Qt counts a border of 2 pixels above and below beside the height.
    names |= {f"{thing}_inside": f"{getattr(heights(), thing) - 4}px" for thing in ("control", "large")}
    names |= _box_to_tick()
    names["badge_radius"] = f"{heights().badge // 2}px"
    names["mono_family"] = _mono_families()[0]
    names["folder"] = _STYLE_SHEET.parent.as_posix()
    return Template(_STYLE_SHEET.read_text("utf-8")).substitute(names)
