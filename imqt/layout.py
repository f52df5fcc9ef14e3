"""Rows and columns of widgets, written as they are seen."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

Margins: TypeAlias = tuple[int, int, int, int]  #: left, top, right, bottom, in pixels


class _Space(Enum):
    STRETCH = "all the room that is left"


STRETCH: Final = _Space.STRETCH

#: A widget, a layout, a space of so many pixels, all the room that is left, or (what, its share of the room).
Item: TypeAlias = QWidget | QLayout | int | _Space | tuple[QWidget | QLayout, int]


def row(*items: Item, margins: Margins = (0, 0, 0, 0), gap: int = 8) -> QHBoxLayout:
    """Put things side by side."""
    made = QHBoxLayout()
    _fill(made, items, margins, gap)
    return made


def col(*items: Item, margins: Margins = (0, 0, 0, 0), gap: int = 8) -> QVBoxLayout:
    """Put things one under the other."""
    made = QVBoxLayout()
    _fill(made, items, margins, gap)
    return made


def box(layout: QLayout, role: str = "page") -> QWidget:
    """Make a widget of a layout, on the ground of its role: page or side."""
    made = QWidget()
    made.setProperty("role", role)
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    made.setLayout(layout)
    return made


def rule(*, upright: bool = False) -> QFrame:
    """Draw a hairline between two regions."""
    made = QFrame()
    made.setProperty("role", "rule")
    (made.setFixedWidth if upright else made.setFixedHeight)(1)
    return made


def fit(window: QWidget, *, shrink: bool = False) -> None:
    """Let a window be as high as its texts need, wrapped as they are at its width; less high if asked to."""
    layout = window.layout()
    assert layout is not None
    layout.activate()
    wrapped = layout.totalHeightForWidth(window.width()) if layout.hasHeightForWidth() else 0
    needed = max(wrapped, layout.totalMinimumSize().height())
    if shrink or needed > window.height():
        window.resize(window.width(), needed)


def _fill(layout: QBoxLayout, items: tuple[Item, ...], margins: Margins, gap: int) -> None:
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    for item in items:
        _add(layout, item)


def _add(layout: QBoxLayout, item: Item) -> None:
    if item is STRETCH:
        layout.addStretch(1)
    elif isinstance(item, int):
        layout.addSpacing(item)
    else:
        thing, share = item if isinstance(item, tuple) else (item, 0)
        if isinstance(thing, QWidget):
            layout.addWidget(thing, share)
        else:
            layout.addLayout(thing, share)
