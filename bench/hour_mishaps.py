"""What befalls the desks in a scripted hour, at the server, a client and a disk; they write on meanwhile."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from .altered_server import launcher
from .desks import Stuck, eventually
from .hour_judge import EVERYONE, kept, outbox
from .hour_office import ALICE, BOB, CAROL, NAMES, Office

#: The server dies behind so many batches with messages, at most.
PASSES = 6
#: What was said in a burst that a kill ended, and how long that takes.
BURST, BURST_SECONDS = 8, 0.25
NOTE = "disk cannot be written"


# At the server


def restart(office: Office) -> None:
    """Stop it as an operator does; they write on meanwhile."""
    for name in NAMES:
        office.say(name, "cut")
    office.server.stop()
    for name in NAMES:
        office.say(name, "while it was away")
    # The next one will die of itself, behind a commit that nobody hears of.
    office.begin_server(launcher(None, f"before-told:{office.random.randint(2, PASSES)}"))
    office.facts["server_stopped"] += 1


def die_unanswered(office: Office) -> None:
    """Talk until it dies as it was told to, and start it again."""
    end = time.monotonic() + 60
    while not office.server.ended and time.monotonic() < end:
        office.say(office.random.choice(NAMES), "dying")
    if not office.server.was_killed:
        raise Stuck("the server did not die where it should")
    office.begin_server()
    office.facts["server_died_unanswered"] += 1
    office.calm()


def kill_server(office: Office) -> None:
    """Kill it as they write, and start it again while they write on."""
    office.server.kill_in(office.random.uniform(0, 0.5))
    for _ in range(3):
        for name in NAMES:
            office.say(name, "killed")
    eventually(lambda: office.server.ended, what="the server is killed")
    office.begin_server()
    office.facts["server_killed"] += 1
    office.calm()


# At Carol's client


def kill_sender(office: Office) -> None:
    """Kill Carol's client amid a burst: what her disk holds goes out, once; others talk meanwhile."""
    for _ in range(office.extent.kills):
        office.facts["clients_killed"] += 1
        kills, desk = office.facts["clients_killed"], office.desks[CAROL]
        burst = [f"burst {kills}.{number} by carol" for number in range(BURST)]
        desk.aim(BOB)
        for text in burst:
            desk.begin("type", name="composer", text=text)
            desk.begin("key", name="composer", key="Return")
        time.sleep(office.random.uniform(0, BURST_SECONDS))
        desk.kill()
        note_burst(office, burst)
        office.say(ALICE, "while carol is away")
        office.say(BOB, "while carol is away")
        office.again(CAROL)
        office.calm()


def note_burst(office: Office, burst: list[str]) -> None:
    """Take note of what she can rely on: what her disk holds, waiting or answered."""
    waits, told = outbox(office.file(CAROL)), set(kept(office.file(CAROL)))
    there = {entry.text for entry in office.judge.log()}
    office.judge.unsure.append(burst)
    for text in burst:
        if text in waits or text in told:
            office.judge.say(CAROL, BOB, text)
        office.facts["killed_with_it_waiting"] += text in waits and text not in there
        office.facts["killed_with_it_stored_and_waiting"] += text in waits and text in there


def fail_power(office: Office) -> None:
    """Kill Carol's client with something under way that the server has not read, and the server."""
    desk = office.desks[CAROL]
    os.kill(office.server.pid, signal.SIGSTOP)
    for _ in range(3):
        office.say(CAROL, "power")
    eventually(lambda: desk.do("how"), lambda how: not how["backlog"], what="carol's disk holds it")
    office.server.kill()
    desk.kill()
    office.facts["clients_killed"] += 1
    office.facts["server_killed"] += 1
    office.begin_server()
    office.again(CAROL)
    office.calm()


# At the disk under Alice's messages


def fill_disk(office: Office) -> None:
    """Fill the disk under Alice's messages while all talk; she writes, too, and it comes later."""
    alice = office.desks[ALICE]
    alice.close()  # and what was written ahead is folded in: from now on each message needs room
    office.again(ALICE)
    office.calm()
    take_room(office)
    wait_for_note(office)
    office.talk()
    free_room(office)
    office.calm()
    # What is kept from now on must not hide what was not.
    office.say(BOB, "there is room", EVERYONE)
    office.calm()


def kill_on_full_disk(office: Office) -> None:
    """Let others talk while there is no room, and kill Alice's client: she is told again."""
    alice = office.desks[ALICE]
    alice.close()
    office.again(ALICE)
    office.calm()
    take_room(office)
    wait_for_note(office)
    for _ in range(office.extent.talk):
        office.say(office.random.choice((BOB, CAROL)), "not kept")
    office.calm(BOB, CAROL)
    alice.kill()
    office.facts["clients_killed"] += 1
    free_room(office)
    office.again(ALICE)
    office.calm()


def wait_for_note(office: Office) -> None:
    """Let the others talk until Alice's window says that there is no room."""
    alice = office.desks[ALICE]

    def noted() -> bool:
        office.say(office.random.choice((BOB, CAROL)), "until it is full")
        return alice.do("visible", name="notice") and NOTE in alice.do("text", name="notice")

    eventually(noted, what="alice is told that her disk is full")
    alice.do("click", name="closeNotice")
    office.facts["disk_full"] += 1


def take_room(office: Office) -> None:
    """Fill the disk to its last byte."""
    with (office.disk / "ballast").open("wb", buffering=0) as ballast:
        for piece in (1024 * 1024, 4096, 1):
            with suppress(OSError):
                while ballast.write(b"\0" * piece):
                    pass


def free_room(office: Office) -> None:
    """Let there be room again."""
    (office.disk / "ballast").unlink()
