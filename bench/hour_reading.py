"""The end of a scripted hour: all is read, paged through up to the beginning, and compared."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

from .desks import Desk, Stuck, eventually
from .hour_judge import EVERYONE, Line, lines_of
from .hour_office import CAROL, Office
from .ledger import LOST, STRANGE

#: Keys pressed that show nothing else, after which no page comes any more.
STILL = 20


def read_all(office: Office) -> None:
    """Everybody goes to the end of each conversation; then everybody's messages are read by all."""
    office.calm()
    for name, desk in office.desks.items():
        desk.turn_to()
        for talk in office.judge.circles(name):
            go_to(desk, talk)
            what = f"{name} reads {talk}"
            eventually(partial(desk.do, "eyes"), lambda eyes: not eyes["unread"], what=what)
        eventually(partial(desk.do, "how"), lambda how: not how["unread"], what=f"{name} has read")
    for name, desk in office.desks.items():
        what = f"what {name} said is read"
        eventually(partial(unread_of, desk), lambda left: not left, within=20, what=what)


def unread_of(desk: Desk) -> list[object]:
    """Give what of somebody's named conversations is not shown as read by all."""
    return [
        row
        for talk, rows in desk.do("held").items()
        for row in ([row for row in rows if row[4]][-1:] if talk == EVERYONE else rows)
        if row[4] and row[5] != "read"
    ]


def go_to(desk: Desk, talk: str) -> None:
    """Go to a conversation, and to its end."""
    desk.aim(talk)

    def look() -> dict[str, Any]:
        if desk.do("visible", name="newest"):
            desk.do("click", name="newest")
        eyes = desk.do("eyes")
        assert isinstance(eyes, dict)
        return eyes

    what = f"{desk.name} is at the end of {talk}"
    eventually(look, lambda eyes: eyes["talk"] == talk and eyes["end"], what=what)


def page_through(office: Office) -> None:
    """All three page up to the beginning of each conversation at once; models and eyes are compared."""
    troubles: list[Stuck] = []

    def page(name: str, desk: Desk) -> None:
        try:
            for talk, wanted in office.judge.conversations(name).items():
                page_up(office, name, desk, talk, wanted)
            office.judge.judge_receipts(name, desk.do("held"))
        except Stuck as stuck:
            troubles.append(stuck)

    office.desks[CAROL].turn_to()
    pagers = [threading.Thread(target=page, args=pair) for pair in office.desks.items()]
    for pager in pagers:
        pager.start()
    for pager in pagers:
        pager.join()
    if troubles:
        raise troubles[0]


def page_up(office: Office, name: str, desk: Desk, talk: str, wanted: list[Line]) -> None:
    """Page up to the beginning of a conversation, and compare what came before the eyes."""
    go_to(desk, talk)
    desk.do("focus")
    seen: dict[int, str] = {}
    order = {line.number: place for place, line in enumerate(wanted)}
    by_key = name == CAROL  # the keyboard is hers; the others have a wheel
    still, before = 0, None
    while True:
        now = eventually(lambda: desk.do("eyes"), lambda eyes: not eyes["busy"], what="a page")
        rows: list[tuple[int, str]] = [(number, text) for number, text in now["rows"] if number]
        seen.update(rows)
        places = [order.get(number, -1) for number, _ in rows]
        if places and places != list(range(places[0], places[0] + len(places))):
            office.judge.findings.add(LOST, f"{name} sees in {talk} what does not follow: {rows}")
        office.facts["pages"] += 1
        if now["top"]:
            break
        still, before = (still + 1 if now == before else 0), now
        if still > STILL:
            raise Stuck(f"{name} comes no further up in {talk}: {now}")
        desk.do("key", name="transcript", key="PageUp") if by_key else desk.do("roll", notches=8)
    there = {line.number: line for line in wanted}
    shown = [
        there.get(number, Line(number, "", "", text))._replace(text=text) for number, text in seen.items()
    ]
    office.judge.compare(f"{name}'s eyes, {talk}", wanted, sorted(shown))
    office.judge.compare(f"{name}'s model, {talk}", wanted, lines_of(desk.do("held")[talk]))


def judge_files(office: Office) -> None:
    """Compare what is in the log and in each device's file; nothing was refused."""
    office.judge.judge_log()
    sent = {entry.text for entry in office.judge.log()}
    for name, desk in office.desks.items():
        if both := sent.intersection(desk.begun):
            office.judge.findings.add(STRANGE, f"{name} had sent {both}, and found it there to be sent again")
        if refused := desk.do("how")["refused"]:
            office.judge.findings.add(STRANGE, f"{name}'s window says that these were refused: {refused}")
        office.judge.judge_file(name, office.file(name))
