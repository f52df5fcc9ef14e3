"""How often Python looks for rings of garbage, which holds a window."""

from __future__ import annotations

import gc


def look_seldom() -> None:
    """Look for it seldom, and never again among what is there now: once, when the first window is there.

    There are 100,000 objects, and each time the window would wait 40 ms. They are not looked through even
    now: hardly a ring is among them.
    """
    if not gc.get_freeze_count():
        gc.freeze()
        gc.set_threshold(10_000, 10, 10)
