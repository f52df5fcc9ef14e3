"""What the server costs, measured on the real one: ``python -m bench.figures`` (``make bench``).

Each figure is the median of some runs, each with a server and a data folder of its own.  Processor time
stays what it is when the machine is busy with other things; rates and waits do not.  The results are
kept in evidence/figures.json, and as the table in README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imserver.portal.passwords import OWASP

from . import people
from .evidence import ROOT, Progress, circumstances, write_evidence
from .running import HERE, Running

BENCH = ROOT / "bench"
LOAD = ROOT / "build" / "load"
README = BENCH / "README.md"
BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"

Facts = dict[str, float]


class CannotMeasure(Exception):
    """Something is missing; the text says what to do."""


def build_load() -> None:
    """Compile the load generator, if it is not there or older than its source."""
    source = BENCH / "load.c"
    if LOAD.exists() and LOAD.stat().st_mtime > source.stat().st_mtime:
        return
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise CannotMeasure("The load generator is in C: sudo apt-get install gcc libc6-dev")
    LOAD.parent.mkdir(exist_ok=True)
    subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-o", str(LOAD), str(source)], check=True)


@contextmanager
def server(clients: int, *, cheap: bool = True) -> Iterator[Running]:
    """Run a server that knows so many people."""
    with tempfile.TemporaryDirectory(prefix="imserver-bench-") as folder:
        names = (f"u{number}" for number in range(clients))
        people.settle(Path(folder), names, long_ago=True, hasher=people.CHEAP if cheap else OWASP)
        running = Running(Path(folder))
        running.begin()
        try:
            running.wait_until_open()
            yield running
        finally:
            running.kill()


def load(running: Running, clients: int, *words: str, scenario: str = "imserver") -> Facts:
    """Let the load generator loose on it."""
    where = [str(BENCH / "scenarios" / f"{scenario}.txt"), HERE, str(running.port), str(clients)]
    done = subprocess.run(
        [str(LOAD), *where, *words, "-p", str(running.pid)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if done.returncode:
        raise CannotMeasure(done.stderr.strip())
    facts: Facts = json.loads(done.stdout)
    return facts


def loaded(clients: int, *words: str, **kept: str) -> Callable[[], Facts]:
    """Make a measurement under load; of what it gives, keep these under names of their own."""

    def measure() -> Facts:
        with server(clients) as running:
            facts = load(running, clients, *words)
        return {name: facts[found] for name, found in kept.items()}

    return measure


def start() -> Facts:
    """Time from the command to the first connection, with a data folder that is there."""
    with tempfile.TemporaryDirectory(prefix="imserver-bench-") as folder:
        people.settle(Path(folder), ["alice", "bob"])
        running = Running(Path(folder))
        began = time.monotonic()
        running.begin()
        running.wait_until_open()
        took = time.monotonic() - began
        running.kill()
    return {"seconds": took}


def memory(scenario: str, few: int, many: int) -> Callable[[], Facts]:
    """Make a measurement of what one more connection holds: by the difference between few and many."""

    def measure() -> Facts:
        held = []
        for clients in (few, many):
            with server(clients) as running:
                held.append(load(running, clients, "idle", "-t", "1", scenario=scenario)["server_memory_kb"])
        return {"kib": (held[1] - held[0]) / (many - few)}

    return measure


def logins() -> Facts:
    """Logins a second, with passwords hashed as they are in earnest."""
    with server(200, cheap=False) as running:
        facts = load(running, 200, "idle", "-t", "0.1")
    return {"per_s": 200 / facts["seconds_to_come_in"], "cpu_ms": facts["server_cpu_ms_to_come_in"]}


@dataclass(frozen=True)
class Figure:
    """Something that is measured, and how it stands in the table."""

    name: str
    measure: Callable[[], Facts]
    what: str
    shown: str  #: with the names of the facts in braces


TALK = {
    "per_s": "messages_per_s",
    "cpu_us": "server_cpu_us_per_message",
    "p50_ms": "p50_ms",
    "p99_ms": "p99_ms",
}
TOLD = {"per_s": "deliveries_per_s", "cpu_us": "server_cpu_us_per_delivery", "p50_ms": "p50_ms"}
FIGURES = [
    Figure("start", start, "From the command to the first connection", "{seconds:.2f} s"),
    Figure(
        "to-one-1",
        loaded(200, "pair", "-w", "1", "-t", "4", **TALK),
        "To one, 200 clients, one message of each on its way",
        "{per_s:,.0f} messages/s, {cpu_us:.0f} µs of processor each",
    ),
    Figure(
        "to-one-8",
        loaded(200, "pair", "-w", "8", "-t", "4", **TALK),
        "The same with eight on their way",
        "{per_s:,.0f} messages/s, {cpu_us:.0f} µs each",
    ),
    Figure(
        "to-all",
        loaded(1000, "fan", "-s", "20", "-t", "4", **TOLD),
        "To all, 1,000 clients of whom 20 talk, one message of each on its way",
        "{per_s:,.0f} deliveries/s, {cpu_us:.2f} µs each",
    ),
    Figure(
        "to-all-8",
        loaded(1000, "fan", "-s", "20", "-w", "8", "-t", "4", **TOLD),
        "The same with eight on their way",
        "{per_s:,.0f} deliveries/s, {cpu_us:.2f} µs each",
    ),
    Figure(
        "quiet",
        loaded(20, "pair", "-r", "50", "-t", "4", **TALK),
        "A message in a quiet server, from its SEND until it is read",
        "{p50_ms:.1f} ms; 99 of 100 in {p99_ms:.1f} ms",
    ),
    Figure("logins", logins, "Logins, passwords hashed with argon2id", "{per_s:.0f}/s, {cpu_ms:.0f} ms each"),
    Figure(
        "stranger",
        memory("strangers", 200, 3200),
        "Memory of a connection that is not logged in",
        "{kib:.1f} KiB",
    ),
    Figure(
        "idle", memory("imserver", 200, 2200), "Memory of one that is logged in and silent", "{kib:.1f} KiB"
    ),
]


def measured(figure: Figure, runs: int, shown: Progress) -> dict[str, object]:
    """Measure so often; give the medians, and all that was measured."""
    facts = []
    for run in range(runs):
        shown.show(f"{figure.what}: run {run + 1} of {runs}")
        facts.append(figure.measure())
    medians = {name: statistics.median(fact[name] for fact in facts) for name in facts[0]}
    shown.end(f"{figure.what:72} {figure.shown.format(**medians)}")
    return {**medians, "runs": facts}


def table(results: dict[str, dict[str, object]], circumstanced: dict[str, object]) -> str:
    """Write the table for README.md."""
    rows = [f"| {figure.what} | {figure.shown.format(**results[figure.name])} |" for figure in FIGURES]
    foot = (
        "Commit {commit}, {day}, {machine}, {cores} cores; the load generator and other work ran there too, "
        "with a load average of {load_average_before} at the beginning.".format(**circumstanced)
    )
    return "\n".join([BEGIN, "", "| What | Median |", "| --- | --- |", *rows, "", foot, "", END])


def write_table(text: str) -> None:
    """Put the table in its place."""
    page = README.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    README.write_text(before + text + rest.partition(END)[2], encoding="utf-8")


def main() -> None:
    """Measure everything, keep it, write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="write evidence and the table of README.md")
    asked = parser.parse_args()
    build_load()
    around = {**circumstances(), "load_average_before": round(os.getloadavg()[0], 1)}
    shown = Progress(every=0)
    results = {figure.name: measured(figure, asked.runs, shown) for figure in FIGURES}
    if asked.keep:
        write_evidence("figures", {**results}, around)
        write_table(table(results, around))


if __name__ == "__main__":
    main()
