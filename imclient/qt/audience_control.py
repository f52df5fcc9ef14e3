"""The audience control: the switch, a chip for each name, and where a name is added.

The audience is the conversation: whatever is chosen here opens (or goes to) that conversation.
"""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from imclient.core import obeying, wording
from imclient.core.client import Client, LinkState
from imclient.core.roster import Presence
from improtocol.audience import Audience
from imqt import icons, plain, theme
from imqt.layout import row
from imqt.plain import PlainLabel
from imtongue import tr

from .audience_choice import AudienceChoice, Mode
from .chip import Chip
from .flow_layout import FlowLayout
from .mode_switch import ModeSwitch
from .name_field import NameField

#: Narrower than this, the switch says alone what it is.
NARROW = 320


class AudienceControl(QWidget):
    """Says and changes whom the next message is for."""

    chosen = pyqtSignal(Audience)  #: somebody chose another audience
    changed = pyqtSignal()  #: what is shown changed, chosen or not
    refused = pyqtSignal(str)  #: a name is nobody's: the sentence
    done = pyqtSignal()  #: the choosing is over: the text comes next

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._choice = AudienceChoice(self._is_known)
        self._switch = ModeSwitch()
        self._chips: list[Chip] = []
        self._field = NameField(self._addable, self._presence)
        self._add = plain.button(tr("add"), "link", icon_name="add")
        self._count = PlainLabel("", "dim")
        self._to = PlainLabel(tr("To"), "dim")
        self._flow = FlowLayout(self, first_apart=True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._put_together()
        self._show()

    def _put_together(self) -> None:
        self._add.setObjectName("add")
        switch = QWidget()
        switch.setLayout(row(self._to, self._switch, gap=10))
        for widget in (switch, self._field, self._add, self._count):
            self._flow.addWidget(widget)
        self._field.hide()
        self._switch.chosen.connect(self.choose)
        self._add.clicked.connect(self._begin_adding)
        self._field.named.connect(self._on_named)
        self._field.left.connect(self._end_adding)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave the room to the switch where there is little."""
        super().resizeEvent(event)
        self._to.setVisible(self._is_roomy())
        self._show_add()

    def _is_roomy(self) -> bool:
        return self.width() >= theme.grown(NARROW)

    # From outside

    @property
    def audience(self) -> Audience | None:
        """Whom Send goes to; None as long as nobody is named."""
        return self._choice.audience

    @property
    def mode(self) -> Mode:
        """Which of the three modes is on."""
        return self._choice.mode

    def show_audience(self, audience: Audience) -> None:
        """Take over the audience of the conversation on the screen."""
        if audience != self._choice.audience:
            self._field.hide()
        self._choice.show(audience)
        self._show()

    def choose(self, mode: Mode) -> None:
        """Choose a mode, and ask for names where it needs them."""
        self._choice.choose(mode)
        self._show()
        self._tell()
        if mode is not Mode.EVERYONE and len(self._choice.names) < (1 if mode is Mode.ONE else 2):
            self._begin_adding()

    def aim(self, name: str | None) -> str:
        """Choose one person by name, or everyone; gives the sentence why not."""
        if name is None:
            self.choose(Mode.EVERYONE)
            return ""
        if not self._is_known(name):
            return obeying.nobody([name], self._client.roster)
        self._choice.show(Audience.of(name))
        self._show()
        self._tell()
        return ""

    def show_presence(self) -> None:
        """Show again who is there."""
        for chip in self._chips:
            chip.show_presence(self._presence(chip.name))
        self._show_count()

    # People

    def _is_known(self, name: str) -> bool:
        return not self._client.roster.unknown([name])

    def _addable(self) -> list[str]:
        taken = self._choice.names if self._choice.mode is Mode.SEVERAL else []
        return [person.name for person in self._client.roster.people() if person.name not in taken]

    def _presence(self, name: str) -> str:
        if self._client.link.state is not LinkState.ONLINE:
            return wording.NOT_KNOWN  # what it was when the link broke says nothing
        person = self._client.roster.get(name)
        return (person.presence if person else Presence.ONLINE).value

    # Adding and removing

    def _begin_adding(self) -> None:
        self._add.hide()
        self._field.begin()

    def _end_adding(self) -> None:
        if self._field.isHidden():
            return
        self._field.hide()
        self._choice.settle()
        self._show()
        self.done.emit()

    def _on_named(self, names: list[str]) -> None:
        nobodies = self._choice.add(names)
        self._tell()
        self._show()
        if nobodies:
            self._field.setText(", ".join(nobodies))
            self._field.selectAll()
            self.refused.emit(obeying.nobody(nobodies, self._client.roster))
        elif self._choice.mode is Mode.ONE and self._choice.names:
            self._end_adding()

    def _on_removed(self, name: str) -> None:
        self._choice.remove(name)
        self._show()
        self._tell()
        if not self._choice.names:
            self._begin_adding()

    def _on_stepped(self, name: str, step: int) -> None:
        names = [chip.name for chip in self._chips]
        place = names.index(name) + step
        if 0 <= place < len(names):
            self._chips[place].setFocus()

    def _tell(self) -> None:
        if self._choice.audience is not None:
            self.chosen.emit(self._choice.audience)
        self.changed.emit()

    # Showing

    def _show(self) -> None:
        mode = self._choice.mode
        self._switch.show_mode(mode)
        self._show_chips([] if mode is Mode.EVERYONE else self._choice.names)
        adding = not self._field.isHidden()
        self._add.setVisible(mode is not Mode.EVERYONE and not adding)
        self._show_add()
        self._show_count()
        self.changed.emit()

    def _show_add(self) -> None:
        """Offer somebody else in the mode there is, in words where there is room for them."""
        one = self._choice.mode is Mode.ONE
        words = plain.beside_icon(tr("change") if one else tr("add"))
        self._add.setText(words if self._is_roomy() else "")
        self._add.setIcon(icons.icon("edit" if one else "add", "accent"))
        self._add.setAccessibleName(tr("Choose somebody else") if one else tr("Add people"))

    def _show_chips(self, names: list[str]) -> None:
        if [chip.name for chip in self._chips] == names:
            return
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(name) for name in names]
        for place, chip in enumerate(self._chips):
            self._flow.insert(1 + place, chip)
            chip.show()

    def _chip(self, name: str) -> Chip:
        chip = Chip(name, self._presence(name), self)
        chip.removed.connect(self._on_removed)
        chip.stepped.connect(self._on_stepped)
        return chip

    def _show_count(self) -> None:
        self._count.setVisible(self._choice.mode is Mode.EVERYONE)
        self._count.setText(wording.people(len(self._client.roster.people())))
