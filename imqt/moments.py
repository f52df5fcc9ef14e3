"""Times as people say them: 12:14, yesterday, Friday 20 November.

The words are written here, not asked of the system: the window is in English, whatever the locale is.
"""

from __future__ import annotations

from datetime import date, datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def clock(at: float) -> str:
    """Say the time of day."""
    return f"{datetime.fromtimestamp(at):%H:%M}"


def seconds_clock(at: float) -> str:
    """Say the time of day to the second."""
    return f"{datetime.fromtimestamp(at):%H:%M:%S}"


def day_of(at: float) -> date:
    """Give the day, here, that this moment is in."""
    return datetime.fromtimestamp(at).date()


def day(shown: date, today: date) -> str:
    """Say a day in full, as a heading: ``Today, Friday 20 November``."""
    full = f"{_DAYS[shown.weekday()]} {_date(shown, today)}"
    return {0: f"Today, {full}", 1: f"Yesterday, {full}"}.get((today - shown).days, full)


def when(at: float, now: float) -> str:
    """Say a past moment as shortly as is clear: ``12:16``, ``yesterday``, ``Tuesday``, ``3 November``."""
    shown, today = day_of(at), day_of(now)
    age = (today - shown).days
    if age <= 0:
        return clock(at)
    if age == 1:
        return "yesterday"
    return _DAYS[shown.weekday()] if age < 7 else _date(shown, today)


def _date(shown: date, today: date) -> str:
    written = f"{shown.day} {_MONTHS[shown.month - 1]}"
    return written if shown.year == today.year else f"{written} {shown.year}"
