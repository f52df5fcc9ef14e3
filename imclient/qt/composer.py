"""The composer: whom it is for, the text, Send, and a hint that says only what is unusual."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QVBoxLayout, QWidget

from imclient.core import obeying, slash, wording
from imclient.core.client import Client, LinkState
from imclient.core.lookalike import Lookalikes
from imclient.core.roster import Presence
from improtocol import limits
from improtocol.audience import Audience
from improtocol.errors import Refusal
from imqt import painting, plain, theme
from imqt.colours import Token
from imqt.layout import STRETCH, col, row
from imqt.plain import PlainLabel
from imqt.row_list import Gathering
from imqt.sign import IconSign
from imtongue import number, tr

from . import slash_line, spelling
from .audience_control import AudienceControl
from .completing import completing
from .message_edit import MessageEdit

#: Narrower than this, the hint about the keys gives way to the one about people.
NARROW = 560
#: In so many of the newest messages one's own are looked for.
RECALLED = 500
_TOKENS: dict[str, Token] = {"warning": "error", "waiting": "waiting"}


class Composer(QWidget):
    """Writes to the conversation on the screen, and to no other."""

    audience_chosen = pyqtSignal(Audience)
    commanded = pyqtSignal(str, str)  #: a slash command that is no audience, and what stands behind it
    let_go = pyqtSignal()

    def __init__(self, client: Client, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._desk = client.desk  # where drafts are kept
        self._recalled: int | None = None  #: which of one's own earlier messages is there, counted back
        self._shown: Audience | None = None
        self._error = ""
        self._lookalikes = Lookalikes(client.roster)
        self.audience = AudienceControl(client)
        self.edit = MessageEdit()
        self._check_spelling()
        self.completing = completing(self.edit, client)
        self.send = plain.button(tr("Send"), "primary", icon_name="send")
        self._sign = IconSign("waiting", "waiting")
        self._hint = PlainLabel("", "caption", wrap=True)
        self._keys = PlainLabel(tr("Enter sends, Shift+Enter starts a new line"), "caption")
        self._gathering = Gathering(self._show_people, self)
        self._put_together()
        self._listen()
        self._show_hint()

    def _check_spelling(self) -> None:
        """Underline what a dictionary does not know, if there is one."""
        knows = spelling.dictionary(self._client.settings.preferences.spelling)
        document = self.edit.document()
        if knows is not None and document is not None:
            people = self._client.roster.people
            self._spelling = spelling.Spelling(document, knows, lambda: {one.name for one in people()})

    def _put_together(self) -> None:
        self.send.setObjectName("send")
        self.send.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._hint.setObjectName("hint")
        self._hint.setMinimumWidth(1)  # a long name must not push the roster away
        layout: QVBoxLayout = col(
            self.audience,
            row((self.edit, 1), col(STRETCH, self.send), gap=12),
            row(col(self._sign, STRETCH), (self._hint, 1), self._keys, gap=6),
            margins=(16, 12, 16, 12),
        )
        self.setLayout(layout)

    def _listen(self) -> None:
        self.audience.chosen.connect(self.audience_chosen)
        self.audience.changed.connect(self._show_hint)
        self.audience.refused.connect(self.show_error)
        self.audience.done.connect(self._on_chosen)
        self.edit.entered.connect(self.say)
        self.edit.let_go.connect(self.let_go)
        self.edit.recall.connect(self._recall)
        self.edit.textChanged.connect(self._on_typed)
        self.send.clicked.connect(self.say)
        roster = self._client.roster
        self._heard = (
            *(roster.added, roster.changed, roster.reset),
            *(self._client.link.changed, self._client.blocked.changed),
        )
        for signal in self._heard:
            signal.connect(self._gathering.soon)

    def close_view(self) -> None:
        """Stop listening: the window was closed."""
        for signal in self._heard:
            signal.disconnect(self._gathering.soon)
        self._lookalikes.close()

    # Which conversation

    def show_audience(self, audience: Audience, *, take_draft: bool = False) -> None:
        """Write to this conversation; the text goes along if its writer chose the audience here."""
        text = self.edit.toPlainText()
        if audience != self._shown:
            travels = take_draft and text.strip()
            if self._shown is not None:
                self._desk.note_draft(self._shown, "" if travels else text)
            if not travels:
                self._shown = None  # the text that comes is no change of a draft
                self._set_text(self._desk.draft(audience))
            self._shown = audience
            self._error = ""
        self.audience.show_audience(audience)
        self._show_hint()

    def write(self, text: str) -> None:
        """Put a text there, to be read again before it is sent."""
        self._set_text(text)
        self.edit.setFocus()

    def go_on(self, text: str) -> None:
        """Take letters that were typed beside it."""
        self.edit.setFocus()
        self.edit.insertPlainText(text)

    def quote(self, quotation: str) -> None:
        """Put a quotation before what was begun."""
        self.write(quotation + self.edit.toPlainText())

    def _set_text(self, text: str) -> None:
        self.edit.setPlainText(text)
        self.edit.moveCursor(self.edit.textCursor().End)

    # What one said before

    def _recall(self, step: int) -> None:
        """Put one's own message before (or behind) the one that is there, to say it again otherwise."""
        text, audience = self.edit.toPlainText(), self._shown
        said = self._said_here(audience) if audience is not None else []
        place = -1 if self._recalled is None else self._recalled
        if text and (place < 0 or place >= len(said) or said[place] != text):
            return  # something was begun here: it is not taken away
        place = min(place + step, len(said) - 1)
        self._recalled = place if place >= 0 else None
        self._set_text(said[place] if place >= 0 else "")

    def _said_here(self, audience: Audience) -> list[str]:
        """Give what one said there, the newest first, each once."""
        messages = self._client.conversations.get(audience).messages
        said = dict.fromkeys(said.text for said in reversed(messages[-RECALLED:]) if said.mine)
        return list(said)

    # Saying

    def say(self) -> None:
        """Send what is there."""
        text, audience = self.edit.toPlainText(), self.audience.audience
        typed = slash.read(text)
        if typed is not None:
            self._obey(typed)
            return
        if audience is None or not text.strip():
            return
        try:
            self._client.say(audience, slash.spoken(text))
        except Refusal as refusal:
            self.show_error(wording.plainly(refusal))
        else:
            self.edit.clear()

    def _obey(self, typed: slash.Typed) -> None:
        """Do what a slash command says, or say why not."""
        known, roster = slash.find(typed.word), self._client.roster
        if known is None:
            self.show_error(f"{slash.no_such(typed.word)} {tr('F1 lists those there are.')}")
        elif known.word in ("all", "whisper"):
            aimed = slash_line.aimed(self.edit.toPlainText())
            nobody = "" if aimed is None or aimed.name is None else obeying.nobody([aimed.name], roster)
            self.show_error(nobody or slash.not_complete(known))
        elif known.needs_more and not typed.rest:
            self.show_error(slash.not_complete(known))
        elif known.word in ("block", "unblock") and roster.unknown([typed.rest.lower()]):
            self.show_error(obeying.nobody([typed.rest], roster))
        else:
            self.edit.clear()
            self.commanded.emit(known.word, typed.rest)

    def _aim(self) -> None:
        """Choose the audience that was typed before the text, once it is complete."""
        aimed = slash_line.aimed(self.edit.toPlainText())
        if aimed is None:
            return
        sentence = self.audience.aim(aimed.name)
        if sentence:
            self.show_error(sentence)
        else:
            self._set_text(aimed.text)

    def show_error(self, sentence: str) -> None:
        """Say what is wrong; it stays until something is changed."""
        self._error = sentence
        self._show_hint()

    def _on_chosen(self) -> None:
        """The choosing is over: what was wrong with a name is, too."""
        self._error = ""
        self._show_hint()
        self.edit.setFocus()

    def _on_typed(self) -> None:
        self._error = ""
        if self._shown is not None:
            self._desk.note_draft(self._shown, self.edit.toPlainText())
        self._show_hint()
        self._aim()

    # The hint

    def _show_keys(self) -> None:
        """Say what the keys do where there is room for it beside the hint."""
        room = self.width() - 2 * 16 - 14 - 6 * 3
        wanted = painting.width_of(self._hint.text(), self._hint.font()) + self._keys.sizeHint().width()
        self._keys.setVisible(self.width() >= NARROW and wanted + 16 <= room)
        self._hint.setVisible(bool(self._hint.text()) or not self._keys.isHidden())

    def _show_people(self) -> None:
        self.audience.show_presence()
        self._show_hint()

    def _show_hint(self) -> None:
        audience = self.audience.audience
        sentence, sign, role = self._what_is_unusual(audience)
        self._hint.setText(sentence)
        if self._hint.property("role") != role:
            self._hint.set_role(role)
        self._sign.setVisible(bool(sentence))
        self._sign.show_icon(sign, _TOKENS.get(sign, "dim"))
        self._show_keys()
        self._show_send(audience)
        self.send.setEnabled(audience is not None)
        plain.set_tooltip(self.send, "" if audience is not None else tr("Choose whom to write to"))
        self.edit.invite(_invitation(audience, self._client.name))

    def _show_send(self, audience: Audience | None) -> None:
        """Say on the button itself whom it goes to, where that is more than one."""
        words = tr("Send")
        if audience is not None and self.width() >= theme.grown(NARROW):
            many = len(audience.names)
            words = tr("Send to everyone") if audience.everyone else words
            words = tr("Send to {count}", count=many) if many > 1 else words
        self.send.setText(f"{words}\N{THREE-PER-EM SPACE}")
        self.send.setAccessibleName(words)

    def _what_is_unusual(self, audience: Audience | None) -> tuple[str, str, str]:
        """Give the sentence, its sign and its role."""
        if self._error:
            return self._error, "warning", "error"
        if audience is None:
            return tr("Choose whom to write to."), "person", "caption"
        size = len(self.edit.toPlainText().encode())
        if size > limits.TEXT * 0.9:
            told = tr("{size} of {limit} bytes.", size=number(size), limit=number(limits.TEXT))
            return told, "note", "caption"
        return self._about(audience)

    def _about(self, audience: Audience) -> tuple[str, str, str]:
        """Say what is unusual about an audience, or about the way to it."""
        alike = next(((name, other) for name in audience.names if (other := self._lookalikes.of(name))), None)
        if alike is not None:
            return wording.looks_like(*alike, self._client.name or ""), "warning", "error"
        if self._client.link.state is not LinkState.ONLINE:
            return tr("You are not connected: it waits here until you are."), "waiting", "caption"
        people = self._client.roster.people()
        away = [person.name for person in people if person.presence is Presence.OFFLINE]
        if audience.everyone:
            return wording.everyone_means(len(people), away), "everyone", "caption"
        return self._about_them(audience.names, away), "waiting", "caption"

    def _about_them(self, names: Sequence[str], away: Sequence[str]) -> str:
        """Say what is unusual about those a message is for."""
        blocked = [name for name in names if name in self._client.blocked]
        if blocked:
            return wording.are_blocked(blocked)
        person = self._client.roster.get(names[0]) if len(names) == 1 else None
        if person is not None and person.presence is Presence.AWAY:
            return wording.is_away(person.name, person.text)
        return wording.waits_for([name for name in away if name in names])

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Let the hint about the keys go where there is little room."""
        super().resizeEvent(event)
        self._show_send(self.audience.audience)
        self._show_keys()


def _invitation(audience: Audience | None, me: str | None) -> str:
    if audience is None:
        return tr("Message nobody yet")
    if audience.everyone:
        return tr("Message everyone")
    if audience.names == (me,):
        return tr("Message yourself")
    return tr("Message {names}", names=wording.listed(audience.names))
