"""PageUp, PageDown, Home and End in a transcript: the page moves, and the chosen row follows it.

In Qt's own lists it is the other way round: the chosen row moves and the page follows.  Where older pages
come in above as one reads, and rows are measured only when they are seen, that stands still in the middle.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QItemSelectionModel, QModelIndex, Qt
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import QListView

#: So much of a page stays in sight when it is turned.
OVERLAP = 0.1
_PAGES: dict[int, int] = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


def obeyed(
    view: QListView,
    event: QKeyEvent,
    go_to_end: Callable[[], None],
    can_be_chosen: Callable[[QModelIndex], bool],
) -> bool:
    """Move the page, if that is what the key is for; say whether it was."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    bar, key = view.verticalScrollBar(), event.key()
    assert bar is not None
    if key in _PAGES:
        bar.setValue(bar.value() + round(_PAGES[key] * bar.pageStep() * (1 - OVERLAP)))
    elif key == Qt.Key.Key_Home:
        bar.setValue(bar.minimum())
    elif key == Qt.Key.Key_End:
        go_to_end()
    else:
        return False
    _choose(view, can_be_chosen, last=key in (Qt.Key.Key_PageDown, Qt.Key.Key_End))
    return True


def _choose(view: QListView, can_be_chosen: Callable[[QModelIndex], bool], *, last: bool) -> None:
    """Choose the first row that is wholly in sight, or the last."""
    viewport, model, chosen = view.viewport(), view.model(), view.selectionModel()
    assert viewport is not None and model is not None and chosen is not None
    places = range(model.rowCount())
    for place in reversed(places) if last else places:
        index = model.index(place, 0)
        if viewport.rect().contains(view.visualRect(index)) and can_be_chosen(index):
            # Not by the view's own setCurrentIndex, which scrolls to it.
            chosen.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            return
