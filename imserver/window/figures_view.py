"""The server's figures as small plots: messages, answers, connections, backlog, disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QScrollArea, QWidget

from imqt.layout import STRETCH, box, col, rule

from .figures import EVERY, SPANS, Figures, Moment
from .head import ago
from .people import People
from .people_model import size
from .plot import Bar, Lines, Plot

#: Looks that a rate is the mean of.
MEAN = 5


class FiguresView(QScrollArea):
    """The pane on the right; where the window is low, one scrolls in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = {
            "messages": Lines(),
            "answers": Lines(filled=False),
            "connections": Lines(),
            "backlog": Lines(),
        }
        self._bar = Bar()
        self.messages = Plot("Messages", self._lines["messages"])
        self.answers = Plot("Answer to SEND", self._lines["answers"])
        self.connections = Plot("Connections", self._lines["connections"])
        self.backlog = Plot("Backlog", self._lines["backlog"])
        self.disk = Plot("Disk", self._bar)
        plots = (self.messages, self.answers, self.connections, self.backlog)
        whole = col(
            *((plot, 1) for plot in plots), rule(), self.disk, STRETCH, margins=(20, 16, 20, 12), gap=14
        )
        self.setObjectName("figures")
        self.setAccessibleName("Figures of the last minutes")
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(box(whole, "side"))
        self._span = SPANS[0]

    def show_figures(self, figures: Figures, people: People) -> None:
        """Show them as they are now."""
        moments, self._span = list(figures.moments), figures.span
        self._show_messages(moments)
        self._show_answers(moments, figures.last_latency)
        counts = [float(one.connections) for one in moments]
        self._lines["connections"].show_values(self._span, counts)
        here = figures.now.get("connections", people.connections)
        self.connections.tell(f"{here:,}", f"{self._ago}, most {round(max(counts, default=here)):,}")
        self._show_backlog(moments, figures.now, people)
        self._show_disk(figures)

    @property
    def _ago(self) -> str:
        minutes = round(EVERY * self._span / 60)
        return "last minute" if minutes == 1 else f"last {minutes} minutes"

    def _show_messages(self, moments: list[Moment]) -> None:
        rates = smooth([one.rate for one in moments])
        self._lines["messages"].show_values(self._span, rates)
        now = rates[-1] if rates else 0.0
        self.messages.tell(f"{_rate(now)} / s", f"{self._ago}, peak {_rate(max(rates, default=0.0))}")

    def _show_answers(self, moments: list[Moment], last: Moment | None) -> None:
        lines = self._lines["answers"]
        lines.show_values(self._span, [one.half for one in moments], [one.most for one in moments])
        if last is None:
            self.answers.tell("", f"{self._ago}: nothing was sent")
        else:
            half, most = _milliseconds(last.half), _milliseconds(last.most)
            self.answers.tell(half, f"half {half}, 99 % {most} (violet)")

    def _show_backlog(self, moments: list[Moment], now: Mapping[str, int], people: People) -> None:
        self._lines["backlog"].show_values(self._span, [float(one.backlog) for one in moments])
        waiting, absent, most = people.backlog()
        waiting, absent = now.get("waiting", waiting), now.get("waiting.people", absent)
        if not waiting:
            self.backlog.tell("0", "nothing waits for anybody")
        else:
            many = "1 person" if absent == 1 else f"{absent:,} people"
            wait = "waits" if waiting == 1 else "wait"
            words = f"{wait} for {many}" + (f", most for {most}" if absent > 1 else f", {most}")
            if (oldest := now.get("waiting.oldest")) is not None:
                words = f"for {many}, the oldest {ago(oldest)}"
            self.backlog.tell(f"{waiting:,}", words)

    def _show_disk(self, figures: Figures) -> None:
        free, total = figures.now.get("disk.free"), figures.now.get("disk.total")
        database = figures.now.get("database.bytes")
        self.disk.setVisible(bool(total))
        if total and free is not None:
            self._bar.show_part(1 - free / total)
            kept = f"database {size(database)}, " if database is not None else ""
            self.disk.tell(f"{size(free)} free", f"{kept}{size(total - free)} of {size(total)} used")


def smooth(values: Sequence[float]) -> list[float]:
    """Give for each the mean of the last few: people send in bursts."""
    return [sum(values[max(0, end - MEAN) : end]) / min(end, MEAN) for end in range(1, len(values) + 1)]


def _rate(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10 or rate == int(rate) else f"{rate:.1f}"


def _milliseconds(value: float | None) -> str:
    if value is None:
        return "-"
    if value < 1:
        return "< 1 ms"
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"
