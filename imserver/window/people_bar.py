"""Over the table: how many there are, what can be done with who is chosen, and a field to find a name."""

from __future__ import annotations

from PyQt5.QtGui import QFontMetrics
from PyQt5.QtWidgets import QAbstractButton, QWidget

from imqt import plain, theme
from imqt.layout import box, col, row
from imqt.plain import ElidedLabel, PlainLabel
from imqt.search_field import give_room, search_field
from imtongue import number, tr

from .fitting import Fitting
from .people import People, Person

#: A name that there is always room for, and what lies between all of them, in pixels.
A_NAME, GAPS = "alice", 80


class PeopleBar(Fitting):
    """Buttons that cannot be pressed say why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = PlainLabel(tr("People"), "strong")
        self._counts = ElidedLabel("", "caption")
        self._counts.setObjectName("counts")
        self._who = PlainLabel("", "group")
        self.write = plain.tool_button(tr("Write to who is chosen"), "send")
        self.reset = plain.button(tr("Reset password"), "quiet", icon_name="key")
        self.suspend = plain.button(tr("Suspend"), "quiet", icon_name="pause")
        self.disconnect_ = plain.button(tr("Disconnect"), "quiet", icon_name="cut")
        names = {"write": self.write, "reset": self.reset, "suspend": self.suspend}
        for name, button in {**names, "disconnect": self.disconnect_}.items():
            button.setObjectName(name)
        self.sought = search_field(tr("Find a name"), "find")
        self.sought.setProperty("role", "")
        give_room(self.sought)
        self.sought.setClearButtonEnabled(True)
        line = row(
            self._title, (self._counts, 1),
            12, self._who, self.write, self.reset, self.suspend, self.disconnect_, 8, self.sought,
            margins=(16, 8, 16, 4), gap=4,
        )  # fmt: skip
        self.setLayout(col(box(line)))

    def fit(self) -> None:
        """Where there is no room for words, show the signs alone; they say the words in their tooltips."""
        wordy = (self.reset, self.suspend, self.disconnect_)
        for one in wordy:
            plain.show_words(one, True)
        width = QFontMetrics(theme.font(theme.Size.CAPTION, theme.Weight.STRONG)).horizontalAdvance
        buttons = sum(one.sizeHint().width() for one in (*wordy, self.write))
        name = max(A_NAME, self._who.text(), key=width)
        words = width(f"{self._counts.text()} {name}") + self._title.sizeHint().width()
        if words + buttons + self.sought.maximumWidth() + GAPS > self.width():
            for one in wordy:
                plain.show_words(one, False)

    @property
    def buttons(self) -> tuple[QAbstractButton, ...]:
        """What can be done with somebody."""
        return self.write, self.reset, self.suspend, self.disconnect_

    def show_counts(self, people: People, *, full: bool, when: str = "") -> None:
        """Say how many there are; or of when they are, if nobody can know now."""
        here, names = number(people.connected), number(people.names)
        so_far = tr("{here} connected, {all} names so far", here=here, all=names)
        counted = tr("{here} of {all} connected", here=here, all=names) if full else so_far
        self._counts.setText(when or counted)
        self._counts.set_role("waiting" if when else "caption")
        self.fit()

    def show_person(self, person: Person | None, *, me: str, online: bool) -> None:
        """Offer what can be done with who is chosen."""
        name = person.name if person is not None else ""
        if self._who.text() != name:
            self._who.setText(name)
            self.fit()
        again = person is not None and person.suspended is not None
        word = tr("Let in again") if again else tr("Suspend")
        if self.suspend.accessibleName() != word:
            self.suspend.setAccessibleName(word)
            self.fit()
        for button in self.buttons:
            why = self._why_not(button, person, me, online)
            button.setEnabled(not why)
            plain.set_tooltip(button, why or ("" if button.text() else button.accessibleName()))

    def _why_not(self, button: QAbstractButton, person: Person | None, me: str, online: bool) -> str:
        if person is None:
            return tr("Choose somebody in the list first.")
        name, leaves = person.name, button is self.disconnect_
        reasons = (
            (not online, tr("There is no connection to the server.")),
            (not name, tr("This connection has no name yet.")),
            (person.closed, tr("{name} has closed the account.", name=name)),
            (name == me and not leaves, tr("That is you.")),
            (leaves and not person.links, tr("{name} is not connected.", name=name)),
        )
        return next((reason for is_so, reason in reasons if is_so), "")
