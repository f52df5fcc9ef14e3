"""A day's work at three desks (promise A5): real windows and a real server in a scripted hour of mishaps.

``python -m bench.hour_proof [--quick] [--seed 1] [--plant DEFECT] [--pictures FOLDER]``, or with ``--prove``

Alice, Bob and Carol sit at three `imclient` windows on one screen (Xvfb, openbox) and write to one, to two
and to everyone, by mouse and keyboard, while the server is stopped and started, dies between a commit and its
answer, and is killed; Carol's client is killed as she sends, and again together with the server; the disk
under Alice's messages is full, and her client is killed on it.  Ten thousand messages were said before.  In
the end each pages through all of them, and log, files, models and what was painted are compared.  Nothing
waits for the clock, so the hour takes some minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from .altered_client import HOUR, PLANTS
from .desks import Astray, Screen, Stuck, missing
from .evidence import Progress, circumstances, write_evidence
from .hour_mishaps import (
    die_unanswered,
    fail_power,
    fill_disk,
    kill_on_full_disk,
    kill_sender,
    kill_server,
    restart,
)
from .hour_office import HEIGHT, NAMES, WIDTH, Extent, Office
from .hour_reading import judge_files, page_through, read_all
from .ledger import CHANGED, DOUBLED, LOST, STRANGE, STUCK

#: What this is, to a person.
TITLE = "an hour at three desks"
QUICK, FULL = Extent(500, 4, 1), Extent(10_000, 24, 6)
SCRIPT: tuple[tuple[str, Callable[[Office], None]], ...] = (
    ("what was said before", Office.say_before),
    ("coming in", Office.come_in),
    ("the morning", Office.talk),
    ("the server is stopped and started", restart),
    ("it dies between commit and answer", die_unanswered),
    ("it is killed", kill_server),
    ("Carol's client is killed as she sends", kill_sender),
    ("the power fails under her and the server", fail_power),
    ("Alice's disk is full", fill_disk),
    ("her client is killed on a full disk", kill_on_full_disk),
    ("the evening", Office.talk),
    ("all is read", read_all),
    ("all is paged through", page_through),
    ("the files", judge_files),
)


def pass_by(office: Office) -> None:
    """Let the hour pass; what is found stands in the judge's findings."""
    progress = Progress()
    try:
        office.mount()
        for what, act in SCRIPT:
            began = time.monotonic()
            try:
                act(office)
            except Stuck as stuck:
                office.judge.findings.add(STUCK, f"{what}: {stuck}")
                office.picture("stuck")
                return
            except Astray as astray:
                office.judge.findings.add(STRANGE, f"{what}: {astray}")
                office.picture("astray")
                return
            office.seconds[what] = round(time.monotonic() - began, 1)
            progress.show(f"the hour: {what}, {office.seconds[what]} s")
        office.picture("the-end")
    finally:
        office.end()


def why_not() -> str | None:
    """Say why it cannot be proved here."""
    if lacking := missing():
        return f"there is no {', '.join(lacking)} here"
    if os.geteuid() != 0:
        return "a disk that can be filled (tmpfs) is made by root alone"
    return None


def hour(extent: Extent, seed: int, plant: str | None = None, pictures: Path | None = None) -> Office:
    """Let one hour pass."""
    with tempfile.TemporaryDirectory(prefix="hour-", ignore_cleanup_errors=True) as folder:
        screen = Screen(len(NAMES) * WIDTH, HEIGHT + 30)
        try:
            office = Office(Path(folder), extent, seed, plant, screen)
            office.pictures = pictures
            pass_by(office)
            return office
        finally:
            screen.close()


def planted() -> list[str]:
    """Name the defects that it must find."""
    return [plant for plant in PLANTS if HOUR in PLANTS[plant][0]]


def prove(seed: int, *, quick: bool, evidence: bool) -> dict[str, bool]:
    """Let an hour pass, and, if it is not quick, a short one with each defect, which must be found."""
    if why := why_not():
        print(f"{TITLE}: NOT PROVED: {why}", flush=True)
        return {TITLE: False}
    around, began, progress = circumstances(), time.monotonic(), Progress()
    passed = hour(QUICK if quick else FULL, seed)
    if quick and passed.judge.findings.only_late:  # as in `kill_proof.prove`: on a busy machine
        for sentence in passed.judge.findings.sentences:
            print(f"    once, and now again: {sentence}")
        passed = hour(QUICK, seed + 1)
    facts = _told(passed, time.monotonic() - began)
    progress.end(f"{TITLE}: {passed.judge.findings}, {facts}")
    for sentence in passed.judge.findings.sentences:
        print(f"    {sentence}")
    held = {TITLE: not passed.judge.findings}
    found: dict[str, dict[str, int]] = {}

    def keep() -> None:
        if evidence:
            write_evidence("hour", {**facts, "seed": seed, "planted": found}, around)

    keep()
    for plant in [] if quick else planted():
        findings = hour(QUICK, seed, plant).judge.findings
        found[plant] = dict(findings.counts)
        seen = any(findings.counts[kind] for kind in (LOST, DOUBLED, CHANGED, STRANGE))
        held[f"planted: {plant}, in an hour"] = seen
        progress.end(
            f"planted: {plant}, in an hour: {findings}{'' if seen else ', so the proof proves nothing'}"
        )
        keep()
    return held


def _told(passed: Office, seconds: float) -> dict[str, object]:
    """Say what came to pass in it."""
    return {
        "extent": asdict(passed.extent),
        **passed.facts,
        "compared": dict(passed.judge.compared),
        "found": dict(passed.judge.findings.counts),
        "seconds": round(seconds),
    }


def main() -> None:
    """Let it pass; the exit status says whether nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="half a minute of it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=planted(), help="this alone")
    parser.add_argument("--prove", action="store_true", help="with every defect; keep evidence")
    parser.add_argument("--pictures", type=Path, help="keep pictures of the screen there")
    asked = parser.parse_args()
    if why := why_not():
        sys.exit(f"NOT PROVED: {why}")
    if asked.prove:
        sys.exit(not all(prove(asked.seed, quick=False, evidence=True).values()))
    began = time.monotonic()
    passed = hour(QUICK if asked.quick else FULL, asked.seed, asked.plant, asked.pictures)
    print(passed.seconds)
    print(_told(passed, time.monotonic() - began))
    for sentence in passed.judge.findings.sentences:
        print(f"    {sentence}")
    print(passed.judge.findings)
    sys.exit(bool(passed.judge.findings))


if __name__ == "__main__":
    main()
