"""The start window: which server, which name; register, then log in, each step when the last one is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtGui import QCloseEvent, QKeySequence, QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QShortcut, QSizePolicy, QWidget
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from imclient.core import wording
from imclient.core.client import Client, LinkState
from imclient.core.reaching import Unreachable
from imclient.core.trust import AnotherServer, NotKnown, Stranger
from improtocol import errors
from improtocol import invite as invite_line
from improtocol.invite import BadInvite, Invite, is_here, looks_like_one
from imqt import theme
from imqt.layout import STRETCH, box, col, row
from imtongue import phrase, tr

from .scrolled import scrolled
from .start_form import Field, StartForm
from .start_side import Recent, StartSide

_log = Logger()

WIDEST = 440
#: Where the fields would have less than this, the recent servers give their room to them.
NARROW = 480

_ANOTHER = phrase(
    "Another server answers there than the one that is known, so nothing was sent to it. Ask whoever runs "
    "it, by another way; if it is right, paste its new invite."
)
_STRANGER = phrase(
    "Nobody vouches for this server and it was never met here, so nothing was sent to it. "
    "Paste its invite, or compare its fingerprint."
)
#: Under which field a refusal is said.
_ABOUT: tuple[tuple[type[Exception], Field], ...] = (
    (errors.LoginRefused, Field.PASSWORD),
    (errors.BadPassword, Field.PASSWORD),
    (errors.TooOften, Field.PASSWORD),
    (errors.NameTaken, Field.NAME),
    (errors.BadName, Field.NAME),
    (errors.NameReserved, Field.NAME),
)


class StartDialog(QWidget):
    """Leads in; each next step is offered when the one before has succeeded."""

    logged_in = pyqtSignal()
    closed = pyqtSignal()

    def __init__(
        self,
        client: Client,
        host: str = "",
        port: int | None = None,
        name: str = "",
        recent: Sequence[Recent] = (),
        why: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._reached: tuple[str, int] | None = None  #: the server that answers
        self._registered = ""
        self._host_was = ""
        self.setWindowTitle(tr("Log in - imclient"))
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(360, 480)
        self.form = StartForm()
        self._stranger: NotKnown | None = None
        self.side = StartSide(recent)
        self.setLayout(self._page())
        self._listen()
        self._fill(host, port, name)
        self.form.show_why(why)

    def sizeHint(self) -> QSize:
        """Open as large as the window that follows."""
        return QSize(1180, 760)

    # How it is put together

    def _page(self) -> QHBoxLayout:
        self.form.setMaximumWidth(theme.grown(WIDEST))
        self.form.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        middle = row(STRETCH, (self.form, 100), STRETCH, margins=(24, 16, 24, 16))
        return row(self.side, (scrolled(box(col(STRETCH, middle, STRETCH))), 1), gap=0)

    def _listen(self) -> None:
        form = self.form
        self.side.chosen.connect(self._fill)
        self.side.invited.connect(lambda pasted: self._take_invite(pasted, self.side.show_wrong))
        form.trust.clicked.connect(self._on_trust)
        form.offline.clicked.connect(self._on_offline)
        form.register.clicked.connect(self._on_register)
        form.log_in.clicked.connect(self._on_log_in)
        form.edited.connect(self._on_edited)
        fields = (form.host, form.port, form.name, form.password)
        for field, following in zip(fields, (*fields[1:], None), strict=True):
            field.returnPressed.connect(lambda following=following: self._on_enter(following))
        QShortcut(QKeySequence("Ctrl+Q"), self, self.close)  # not every system has a standard key for it
        self._client.link.changed.connect(self._on_link)
        self._client.notice.connect(self.form.show_why)
        self._client.over.connect(self.form.take_back_why)

    def _fill(self, host: str, port: int | None, name: str) -> None:
        form, before = self.form, self.form.address
        form.clear_error()
        form.host.setText(host)
        self._host_was = host
        form.port.setText("" if port is None else str(port))
        form.name.setText(name)
        if before not in (None, form.address):
            form.password.clear()  # it was typed for that other server, which alone shall see it
        self._reached = None
        self._stranger, self._registered = None, ""  # that was said of another server
        self._show_steps()
        empty = [field for field in (form.host, form.port, form.name) if not field.text()]
        (empty[0] if empty else form.password).setFocus()

    # The steps

    def _show_steps(self) -> None:
        """Say where one is on the way."""
        form, host = self.form, self.form.host.text().strip()
        self.form.heading.setText(tr("Log in to {host}", host=host) if host else tr("Log in"))
        reached = self._reached is not None and self._reached == self.form.address
        if not form.host.isEnabled():
            subject = tr("Asking {host}…", host=host)
        elif self._registered:
            subject = tr("You have a name here. One step is left: log in.")
        elif reached:
            subject = tr("The server answers. New here? Register a name, then log in.")
        else:
            subject = tr("New here? Register a name, then log in.")
        self.form.subject.setText(subject)
        self._show_known()
        form.forbid_new(self._no_new_names() if reached else "")
        self.side.show_meant(self.form.address, self.form.name.text().strip())

    def _on_edited(self, field: Field) -> None:
        self._stranger = None
        if field is not Field.PASSWORD:
            self._registered = ""
        host, was = self.form.host.text(), self._host_was
        self._host_was = host
        if len(host) > len(was) + 1 and looks_like_one(host):  # pasted: who types one has not done yet
            self._take_invite(host, lambda wrong: self.form.show_error(Field.SERVER, wrong))
        self._show_steps()

    def _take_invite(self, pasted: str, show_wrong: Callable[[str], None]) -> None:
        """Fill in what an invite says, and know the server by it."""
        try:
            invite = self._client.take_invite(pasted)
        except BadInvite as bad:
            show_wrong(wording.plainly(bad))
        else:
            self.side.invite.clear()
            self.side.show_wrong("")
            self._fill(invite.host, invite.port, self.form.name.text())

    def _no_new_names(self) -> str:
        """Say why this server gives no names, if it gives none."""
        policy = self._client.registering
        if policy == "closed":
            return tr("This server takes no new names; whoever runs it can make one for you")
        address = self.form.address
        if policy == "invite" and (address is None or self._client.trust.code(*address) is None):
            return tr("Here a new name needs an invite: paste it first")
        return ""

    # Who the server is

    def _show_known(self) -> None:
        """Say by what the server in the fields is known."""
        address = self.form.address
        if self._stranger is not None or address is None:
            return
        fingerprint = self._client.settings.fingerprint(*address)
        reached = self._reached is not None and self._reached == address
        if fingerprint is not None:
            if reached:
                same = tr("It is the server that is known here; another one gets nothing from you:")
            else:
                same = tr("Known here by its fingerprint; another one gets nothing from you:")
            self.form.show_known(same, invite_line.shown(fingerprint))
        elif reached and is_here(address[0]):
            self.form.show_known(tr("It is on this computer: nothing leaves it."))
        elif reached:
            self.form.show_known(tr("It answers by TLS, and somebody this computer trusts vouches for it."))
        else:
            self.form.show_known("")

    def _on_trust(self) -> None:
        """Know the stranger by what it has shown, from now on, and go on."""
        stranger, self._stranger = self._stranger, None
        if stranger is not None:
            self._client.trust.take(Invite(stranger.host, stranger.port, fingerprint=stranger.fingerprint))
            self.form.clear_error()
            self._on_log_in()

    # Without the password, and without the server

    def come_back(self) -> None:
        """Come in without the password, if this device has what it takes."""
        address, name = self.form.address, self.form.account
        if address is None or not name:
            return
        found = self._client.tokens.find(f"{address[0]}:{address[1]}", name)
        found.addCallback(self._on_token, name).addErrback(
            lambda failure: _log.failure("coming back", failure)
        )

    def _on_token(self, token: str | None, name: str) -> None:
        if token is None or not self.form.host.isEnabled():
            return
        self.form.remember.setChecked(True)
        self.form.subject.setText(tr("Coming back as {name}…", name=name))
        self.form.wake(False)
        asked = self._connected().addCallback(lambda _: self._client.come_back(name))
        asked.addCallbacks(self._on_came_back, self._on_not_reached)
        asked.addErrback(lambda failure: _log.failure("while coming back", failure))

    def _on_not_reached(self, failure: Failure) -> None:
        """Go on with what this computer holds: the server is away, or the network is not there yet."""
        if self._holds() and failure.check(Unreachable) and not failure.check(NotKnown):
            self._on_offline()
        else:
            self._on_failed(failure)

    def _on_came_back(self, done: bool) -> None:
        self.form.wake(True)
        if done:
            self._on_logged_in("")
        else:
            self._show_steps()
            self.form.show_why(
                tr("This computer was signed out, or its key has grown old: say the password again.")
            )
            self.form.password.setFocus()

    def _on_offline(self) -> None:
        """Show what this computer holds of the account; it comes back by itself if it stays logged in."""
        address, name = self.form.address, self.form.account
        if address is not None and name:
            self._client.recall_and_wait(*address, name).addCallbacks(self._on_recalled, self._on_failed)

    def _on_recalled(self, _waits: bool) -> None:
        self._on_logged_in("")

    def _holds(self) -> bool:
        """Tell whether this computer holds anything of the account in the fields."""
        address, name = self.form.address, self.form.account
        return bool(address is not None and name and self._client.holds(*address, name))

    def _on_link(self) -> None:
        if self._client.link.state is not LinkState.ONLINE and self.form.host.isEnabled():
            self._reached = None

    def _on_enter(self, following: QWidget | None) -> None:
        """Log in, if that can be done; else go on to what may be missing."""
        if self.form.log_in.isEnabled():
            self._on_log_in()
        elif following is not None:
            following.setFocus()

    def _on_register(self) -> None:
        self._ask(self._client.register, self._on_registered)

    def _on_log_in(self) -> None:
        remember = self.form.remember.isChecked()
        self._ask(
            lambda name, password: self._client.log_in(name, password, remember=remember), self._on_logged_in
        )

    def _ask(self, act: Callable[[str, str], Deferred[None]], then: Callable[[str], None]) -> None:
        """Connect if need be, then register or log in; say what came of it."""
        form = self.form
        if not form.complete:
            return
        name, password = form.account, form.password.text()
        self._stranger = None
        form.clear_error()
        form.wake(False)
        self._show_steps()
        asked = self._connected().addCallback(lambda _: act(name, password))
        asked.addCallbacks(lambda _: self._on_done(then, name), self._on_failed)
        asked.addErrback(lambda failure: _log.failure("while coming in", failure))

    def _connected(self) -> Deferred[None]:
        address = self.form.address
        assert address is not None
        if self._reached == address:
            return succeed(None)

        def reached(_: object) -> None:
            self._reached = address
            self._show_steps()

        return self._client.connect(*address).addCallback(reached)

    def _on_done(self, then: Callable[[str], None], name: str) -> None:
        self.form.wake(True)
        then(name)

    def _on_registered(self, name: str) -> None:
        self._registered = name
        self.form.show_good(Field.NAME, tr("{name} is registered, and the name is yours.", name=name))
        self._show_steps()
        self.form.log_in.setFocus()

    def _on_logged_in(self, _name: str) -> None:
        self._stop_listening()
        self.logged_in.emit()

    def _on_failed(self, failure: Failure) -> None:
        self.form.wake(True)
        error = failure.value
        field = next((about for kind, about in _ABOUT if isinstance(error, kind)), Field.SERVER)
        if isinstance(error, errors.TooLong):
            field = Field.NAME if error.argument == "name" else Field.PASSWORD
        if field is Field.SERVER:
            self._reached = None
        self._stranger = error if isinstance(error, NotKnown) else None
        if isinstance(error, Stranger):
            self.form.show_error(field, tr(_STRANGER))
            self.form.offer_trust(invite_line.shown(error.fingerprint))
        elif isinstance(error, AnotherServer):
            self.form.show_error(field, tr(_ANOTHER))
            self.form.compare(invite_line.shown(error.known), invite_line.shown(error.fingerprint))
        else:
            self.form.show_error(field, self._sentence(error) or failure.getErrorMessage())
        self._show_steps()
        self.form.offer_offline(field is Field.SERVER and self._holds())
        {Field.SERVER: self.form.host, Field.NAME: self.form.name}.get(field, self.form.password).setFocus()

    def _sentence(self, error: BaseException | None) -> str:
        """Say what went wrong; who cannot register here is not told to."""
        not_new = self._no_new_names()
        if isinstance(error, errors.LoginRefused) and not_new:
            return tr("Wrong name or password. {why}.", why=not_new)
        return wording.plainly(error)

    # The window

    def _stop_listening(self) -> None:
        self._client.link.changed.disconnect(self._on_link)
        self._client.notice.disconnect(self.form.show_why)
        self._client.over.disconnect(self.form.take_back_why)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Give the fields the room they need."""
        super().resizeEvent(event)
        self.side.setVisible(self.width() >= self.side.sizeHint().width() + NARROW)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Tell that the user went away."""
        super().closeEvent(event)
        self.closed.emit()
