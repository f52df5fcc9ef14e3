"""Times as people say them: 12:14, yesterday, Friday 20 November.

The words are not asked of the system's locale: a window speaks one language.
"""

from __future__ import annotations

from datetime import date, datetime

from imtongue import phrase, tr

_DAYS = (
    phrase("Monday"), phrase("Tuesday"), phrase("Wednesday"), phrase("Thursday"),
    phrase("Friday"), phrase("Saturday"), phrase("Sunday"),
)  # fmt: skip
_MONTHS = (
    phrase("January"), phrase("February"), phrase("March"), phrase("April"), phrase("May"), phrase("June"),
    phrase("July"), phrase("August"), phrase("September"), phrase("October"), phrase("November"),
    phrase("December"),
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
    full = tr("{day} {date}", day=tr(_DAYS[shown.weekday()]), date=_date(shown, today))
    age = (today - shown).days
    if age == 0:
        return tr("Today, {day}", day=full)
    return tr("Yesterday, {day}", day=full) if age == 1 else full


def when(at: float, now: float) -> str:
    """Say a past moment as shortly as is clear: ``12:16``, ``yesterday``, ``Tuesday``, ``3 November``."""
    shown, today = day_of(at), day_of(now)
    age = (today - shown).days
    if age <= 0:
        return clock(at)
    if age == 1:
        return tr("yesterday")
    return tr(_DAYS[shown.weekday()]) if age < 7 else _date(shown, today)


def until(at: float, now: float) -> str:
    """Say a moment to come: ``Friday 27 November, 14:05``."""
    return tr("{day}, {clock}", day=day(day_of(at), day_of(now)), clock=clock(at))


def _date(shown: date, today: date) -> str:
    month = tr(_MONTHS[shown.month - 1])
    if shown.year == today.year:
        return tr("{day} {month}", day=shown.day, month=month)
    return tr("{day} {month} {year}", day=shown.day, month=month, year=shown.year)
