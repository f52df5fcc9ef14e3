"""The server's figures as small plots: messages, answers, connections, backlog, disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QScrollArea, QWidget

from imqt.layout import STRETCH, box, col, rule
from imqt.plain import PlainLabel
from imtongue import decimal, number, tr, trn

from .figures import EVERY, SPANS, Figures, Moment
from .head import ago
from .people import People
from .people_model import size
from .plot import NEARLY_FULL, Bar, Lines, Plot

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
        self.messages = Plot(tr("Messages"), self._lines["messages"])
        self.answers = Plot(tr("Answer to SEND"), self._lines["answers"])
        self.connections = Plot(tr("Connections"), self._lines["connections"])
        self.backlog = Plot(tr("Backlog"), self._lines["backlog"])
        self.disk = Plot(tr("Disk"), self._bar)
        self._when = PlainLabel("", "waiting")
        self._when.setObjectName("figuresWhen")
        self._when.hide()
        plots = (self.messages, self.answers, self.connections, self.backlog)
        whole = col(
            self._when,
            *((plot, 1) for plot in plots),
            *(rule(), self.disk, STRETCH),
            margins=(20, 16, 20, 12),
            gap=14,
        )
        self.setObjectName("figures")
        self.setAccessibleName(tr("Figures of the last minutes"))
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(box(whole, "side"))
        self._span = SPANS[0]

    def show_when(self, words: str) -> None:
        """Say of when they are, if nobody can know them now."""
        self._when.setText(words)
        self._when.setVisible(bool(words))
        self.setAccessibleDescription(words)

    def show_figures(self, figures: Figures, people: People) -> None:
        """Show them as they are now."""
        moments, self._span = list(figures.moments), figures.span
        self._show_messages(moments)
        self._show_answers(moments, figures.last_latency)
        counts = [float(one.connections) for one in moments]
        self._lines["connections"].show_values(self._span, counts)
        here = figures.now.get("connections", people.connections)
        most = number(round(max(counts, default=here)))
        self.connections.tell(number(here), tr("{span}, peak {most}", span=self._ago, most=most))
        self._show_backlog(moments, figures.now, people)
        self._show_disk(figures)

    @property
    def _ago(self) -> str:
        return trn("last minute", "last {count} minutes", round(EVERY * self._span / 60))

    def _show_messages(self, moments: list[Moment]) -> None:
        rates = smooth([one.rate for one in moments])
        self._lines["messages"].show_values(self._span, rates)
        now = rates[-1] if rates else 0.0
        peak = _rate(max(rates, default=0.0))
        self.messages.tell(f"{_rate(now)} / s", tr("{span}, peak {most}", span=self._ago, most=peak))

    def _show_answers(self, moments: list[Moment], last: Moment | None) -> None:
        lines = self._lines["answers"]
        lines.show_values(self._span, [one.half for one in moments], [one.most for one in moments])
        if last is None:
            self.answers.tell("", tr("{span}: nothing was sent", span=self._ago))
        else:
            half, most = _milliseconds(last.half), _milliseconds(last.most)
            self.answers.tell(half, tr("half {half}, 99 % {most} (violet)", half=half, most=most))

    def _show_backlog(self, moments: list[Moment], now: Mapping[str, int], people: People) -> None:
        self._lines["backlog"].show_values(self._span, [float(one.backlog) for one in moments])
        waiting, absent, most = people.backlog()
        waiting, absent = now.get("waiting", waiting), now.get("waiting.people", absent)
        if not waiting:
            self.backlog.tell("0", tr("nothing waits for anybody"))
        else:
            who = trn("{count} person", "{count} people", absent)
            if (oldest := now.get("waiting.oldest")) is not None:
                words = tr("for {who}, the oldest for {ago}", who=who, ago=ago(oldest))
            else:
                words = tr("for {who}, most for {name}", who=who, name=most)
            self.backlog.tell(number(waiting), words)

    def _show_disk(self, figures: Figures) -> None:
        free, total = figures.now.get("disk.free"), figures.now.get("disk.total")
        database = figures.now.get("database.bytes")
        self.disk.setVisible(bool(total))
        if total and free is not None:
            self._bar.show_part(1 - free / total)
            used = tr("{used} of {total} used", used=size(total - free), total=size(total))
            full = 1 - free / total > NEARLY_FULL
            kept = [] if database is None else [tr("database {size}", size=size(database))]
            self.disk.tell(
                tr("{size} free", size=size(free)),
                ", ".join([tr("nearly full"), used] if full else [*kept, used]),
                wrong=full,
            )


def smooth(values: Sequence[float]) -> list[float]:
    """Give for each the mean of the last few: people send in bursts."""
    return [sum(values[max(0, end - MEAN) : end]) / min(end, MEAN) for end in range(1, len(values) + 1)]


def _rate(rate: float) -> str:
    return number(round(rate)) if rate >= 10 or rate == int(rate) else decimal(rate)


def _milliseconds(value: float | None) -> str:
    if value is None:
        return "-"
    if value < 1:
        return "< 1 ms"
    return f"{value:.0f} ms" if value < 1000 else f"{decimal(value / 1000)} s"
