"""What Prometheus reads, on a port of its own (``--metrics``): the counters, as they stand when it asks.

Nothing is gathered for it meanwhile.  This module and its libraries are loaded only when it is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from twisted.internet.interfaces import IListeningPort
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from improtocol import __version__
from improtocol.states import State

from .cannot_start import CannotStart
from .counters import Counters, Histogram
from .listening import listen
from .server import Server

KIB = 1024
#: Bytes that may wait for one reader: none, what a socket takes, the soft limit, and half the hard one.
UNREAD = (0, 64 * KIB, 256 * KIB, 512 * KIB)
#: Seconds after which a reader of metrics that says nothing is let go.
PATIENCE = 60


class Process(ProcessCollector):
    """Memory, processor and open files, also where of all of /proc only the process itself can be seen.

    A unit with ``ProcSubset=pid`` hides the moment at which the machine began, without which none is shown.
    """

    def _boot_time(self) -> float:
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


class Figures(Collector):
    """All that is counted, in Prometheus's words; ``waiting`` says how many jobs no transaction has begun."""

    def __init__(self, server: Server, waiting: Callable[[], int]) -> None:
        self._server = server
        self._waiting = waiting

    def collect(self) -> Iterator[Metric]:
        """Give every figure as it stands."""
        counters = self._server.counters
        yield from self._commands(counters)
        yield from self._connections(counters)
        yield from self._storage(counters)
        yield _counts("log_events", "Events of server.log, written or not.", "event", counters.noted)
        yield _count("log_suppressed_lines", "Lines beyond the limit.", counters.suppressed)
        yield _count("log_lost_lines", "Lines for which the disk had no room.", counters.lost)
        yield _count("slow_turns", "Turns of the reactor over a tenth of a second.", counters.slow_turns)
        version = GaugeMetricFamily("imserver_info", "Which imserver this is.", labels=["version"])
        version.add_metric([__version__], 1)
        yield version

    def _commands(self, counters: Counters) -> Iterator[Metric]:
        yield _counts("commands", "Lines that were begun.", "verb", counters.begun)
        refused = CounterMetricFamily(
            "imserver_refusals", "Lines that were refused.", labels=["verb", "code"]
        )
        for (verb, code), count in sorted(counters.refused.items()):
            refused.add_metric([verb, code], count)
        yield refused
        answers = HistogramMetricFamily(
            "imserver_answer_seconds", "From when a line was begun to its OK.", labels=["verb"]
        )
        for verb, latency in sorted(counters.answered.items()):
            answers.add_metric([verb], _buckets(latency), latency.sum)
        yield answers
        told = HistogramMetricFamily(
            "imserver_told_seconds", "From when a line was begun to the last socket that what it said is for."
        )
        told.add_metric([], _buckets(counters.told), counters.told.sum)
        yield told
        yield _count("throttled_lines", "Lines that waited for their time.", counters.throttled)

    def _connections(self, counters: Counters) -> Iterator[Metric]:
        here = GaugeMetricFamily("imserver_connections", "Connections now, by state.", labels=["state"])
        by_state = self._server.by_state
        for state in State:
            here.add_metric([state.value], by_state[state])
        yield here
        yield _counts("connections_ended", "Connections that are gone, by reason.", "reason", counters.ended)
        yield _count("held_back", "Times a slow reader was told no more until it read.", counters.held_back)
        yield _count("read_bytes", "Bytes that were read.", counters.bytes_read)
        yield _count("written_bytes", "Bytes that were written.", counters.bytes_written)
        unread = self._server.unread
        yield GaugeMetricFamily("imserver_unread_bytes", "What waits for all to read it.", value=sum(unread))
        slow = GaugeMetricFamily(
            "imserver_connections_unread", "Connections for which more waits.", labels=["over"]
        )
        for bound in UNREAD:
            slow.add_metric([str(bound)], sum(size > bound for size in unread))
        yield slow

    def _storage(self, counters: Counters) -> Iterator[Metric]:
        yield _count("entries", "Entries stored.", counters.entries)
        yield _count("deliveries", "Entries told to sessions.", self._server.mailroom.delivered)
        last = self._server.mailroom.last
        yield GaugeMetricFamily("imserver_last_entry", "The number of the newest entry.", value=last)
        yield from self._backlog()
        waiting = self._waiting()
        yield GaugeMetricFamily("imserver_jobs_waiting", "Jobs in no transaction yet.", value=waiting)
        for name, what, histogram in (
            ("commit_seconds", "How long a transaction took.", counters.commits),
            ("commit_jobs", "How many jobs shared a transaction.", counters.jobs),
        ):
            family = HistogramMetricFamily(f"imserver_{name}", what)
            family.add_metric([], _buckets(histogram), histogram.sum)
            yield family

    def _backlog(self) -> Iterator[Metric]:
        """Give what waits as it was found last, and have it looked up for the next scrape."""
        if (backlog := self._server.backlog) is None:
            return
        backlog.look()
        if (found := backlog.last) is None:
            return
        age = 0.0 if found.oldest is None else max(0, self._server.now() - found.oldest) / 1000
        for name, what, value in (
            (
                "waiting_messages",
                "Messages that wait, as often as there is somebody they wait for.",
                found.messages,
            ),
            ("waiting_people", "People for whom something waits.", found.people),
            ("waiting_oldest_seconds", "The age of the oldest message that waits.", age),
        ):
            yield GaugeMetricFamily(f"imserver_{name}", what, value=value)


def _count(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(f"imserver_{name}", what, value=value)


def _counts(name: str, what: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"imserver_{name}", what, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    bounds = [*map(str, histogram.bounds), "+Inf"]
    return list(zip(bounds, accumulate(histogram.counts), strict=True))


class Page(Resource):
    """Answers ``GET /metrics``."""

    isLeaf = True

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._registry = registry

    def render_GET(self, request: Request) -> bytes:
        """Write all figures."""
        if request.path != b"/metrics":
            request.setResponseCode(404)
            return b"It is /metrics.\n"
        request.setHeader(b"content-type", CONTENT_TYPE_LATEST.encode())
        return generate_latest(self._registry)


class Quiet(Site):
    """Takes requests, and does not fill twistd's log with them."""

    noisy = False
    displayTracebacks = False

    def log(self, request: Any) -> None:
        """Say nothing."""


def open_metrics(
    reactor: Any, description: str, server: Server, waiting: Callable[[], int], *, outside: bool = False
) -> IListeningPort:
    """Open the port for Prometheus: this machine's own, unless ``outside``; raises ``CannotStart``."""
    registry = CollectorRegistry()
    Process(registry=registry)
    registry.register(Figures(server, waiting))
    site = Quiet(Page(registry), timeout=PATIENCE, reactor=reactor)  # type: ignore[no-untyped-call]
    door = listen(reactor, description, site, lambda inner: inner, clear_outside=True, option="--metrics")
    if door.outside and not outside:
        door.port.stopListening()
        raise CannotStart(
            f"--metrics {description} would show other machines all the counts of this server. "
            "Add interface=127.0.0.1, or say --metrics-outside if that is what you want."
        )
    return door.port
