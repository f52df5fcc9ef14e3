"""What comes over the windows and goes again: each failure at the start, dialogs, menus, lists over a field.

Beside the panes of the gallery, for `examples.album` and for tests. Each is made by a function of the look
and given back before it is shown; what needs a window with its size is opened a moment later.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QPoint, Qt, QTimer
from PyQt5.QtGui import QContextMenuEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QMenu, QWidget
from twisted.internet.defer import Deferred

from examples.gallery import window, window_blocked, window_with_wire
from examples.made_up import BOB, BOTH, HOST, ME, PEOPLE, PORT, MadeUpClient, as_client, lab, long_ago, moment
from imclient.core.client import LinkState
from imclient.core.conversations import Progress
from imclient.core.reaching import NobodyListens, NoSuchHost, NotConnected, Silent
from imclient.core.records import Receipt
from imclient.core.trust import AnotherServer
from imclient.qt import telling
from imclient.qt.audience_choice import Mode
from imclient.qt.closing_window import ClosingWindow
from imclient.qt.devices_window import DevicesWindow
from imclient.qt.main_window import MainWindow
from imclient.qt.password_window import PasswordWindow
from imclient.qt.start_dialog import StartDialog
from imclient.qt.start_side import Recent
from improtocol import errors, limits
from improtocol.audience import EVERYONE, Audience
from imqt.dress import Dress
from imqt.links import links
from imtongue import tr

BY_KEY = Qt.FocusReason.TabFocusReason
SOON = 150  #: milliseconds: by then a window has its size

Make = Callable[[Dress], QWidget]


def _soon(window: QWidget, act: Callable[[], object]) -> None:
    def now() -> None:
        act()

    waiting = QTimer(window)  # and with the window it ends
    waiting.setSingleShot(True)
    waiting.setObjectName("soon")
    waiting.timeout.connect(now)
    waiting.start(SOON)


def _type(where: QWidget, text: str) -> None:
    QTest.keyClicks(where, text)  # type: ignore[call-arg,arg-type]  # whose stub knows another way alone


def come(window: QWidget) -> None:
    """Let come at once what would come a moment later."""
    for waiting in window.findChildren(QTimer, "soon"):
        waiting.stop()
        waiting.timeout.emit()


# The start


def _start(refuse: Exception | None = None, name: str = ME, policy: str = "open") -> StartDialog:
    client = MadeUpClient(None)
    client.registering = policy
    shown = StartDialog(as_client(client), HOST, PORT, name, [Recent(HOST, PORT, ME, tr("yesterday"))])
    shown.form.password.setText("correct horse")
    client.refuse = refuse
    return shown


def _refused(refuse: Exception | Callable[[], Exception], *, new: bool = False, name: str = ME) -> Make:
    def make(_dress: Dress) -> QWidget:
        shown = _start(refuse() if callable(refuse) else refuse, name)
        (shown.form.register if new else shown.form.log_in).click()
        return shown

    return make


def start_first(_dress: Dress) -> QWidget:
    """Show what one sees who has just begun."""
    return StartDialog(as_client(MadeUpClient(None)), "127.0.0.1", PORT)


def start_recent(_dress: Dress) -> QWidget:
    """Show the keyboard at a server one was at."""
    recent = [
        Recent(HOST, PORT, ME, tr("yesterday")),
        Recent("class.example", PORT, ME, long_ago(12, "November")),
    ]
    shown = StartDialog(as_client(MadeUpClient(None)), HOST, PORT, ME, recent)
    _soon(shown, lambda: shown.side._recent[0].setFocus(BY_KEY))
    return shown


def start_registered(_dress: Dress) -> QWidget:
    """Show that one step is left."""
    shown = _start()
    shown.form.register.click()
    return shown


def start_needs_invite(_dress: Dress) -> QWidget:
    """Show a server that takes no names without an invite."""
    shown = _start(errors.LoginRefused(), policy="invite")
    shown.form.log_in.click()
    return shown


def start_bad_invite(_dress: Dress) -> QWidget:
    """Show an invite of which a part is missing."""
    shown = StartDialog(as_client(MadeUpClient(None)), "", None)
    shown.side.invite.setText("imserver://lab.example:12001/#sha256:4f2a")
    shown.side._on_enter()
    return shown


def start_asking(_dress: Dress) -> QWidget:
    """Show the form at rest while the server is asked."""
    shown = _start()
    shown._client.log_in = lambda *_, **__: Deferred()  # type: ignore[method-assign]
    shown.form.log_in.click()
    return shown


# The window in other states


def _with_state(state: LinkState, sentence: Callable[[], str]) -> Make:
    def make(dress: Dress) -> QWidget:
        shown = window(dress)
        shown.roster.model.choose_none()
        link: object = shown._client.link
        link.become(state, sentence())  # type: ignore[attr-defined]
        return shown

    return make


def everything_said(dress: Dress) -> MainWindow:
    """Show each kind of message there is, in one conversation."""
    client = lab()
    hear, grace = client.hear, Audience.of("grace")
    me = Audience.of(ME)
    hear("grace", me, "Good morning! 👋🏽 👩‍🔬 🇪🇺 ❤️", moment("08:59", 2))
    hear("grace", me, "Ist die Messung fertig? ここにあります, και εδώ", moment("09:30", 1))
    hear(
        ME,
        grace,
        "> Ist die Messung fertig?\nYes. The table:\n\n  port 7   12.4 ms\n  port 8    9.1 ms",
        moment("09:31"),
    )
    client.conversations.get(grace).messages[-1].came(Receipt(1, 1, 1))
    long = "A long one: " + " ".join(["the cable between the rack and the window was too short"] * 6) + "."
    hear("grace", me, long, moment("09:40"))
    hear("grace", me, "🍜" * 130, moment("09:41"))
    hear("grace", me, "See https://lab.example/port-7 and tell me.", moment("09:42"))
    hear(ME, grace, "Not yet delivered.", moment("09:50"), receipt=Receipt(0, 0, 1, ("grace",)))
    hear(
        ME,
        grace,
        "Refused",
        moment("09:51"),
        Progress.REFUSED,
        tr("There is no user called {name}.", name="grace"),
    )
    hear(ME, grace, "Waiting", moment("09:52"), Progress.WAITING)
    shown = MainWindow(as_client(client), dress, HOST, PORT)
    shown.conversations.open(grace)
    return shown


def conversation_empty(dress: Dress) -> MainWindow:
    """Show a conversation in which nothing was said."""
    shown = window(dress)
    shown.roster.model.choose_none()
    shown.conversations.open(Audience.of("oscar"))
    return shown


def many_tabs(dress: Dress) -> MainWindow:
    """Show more conversations than there is room for."""
    shown = window(dress)
    shown.roster.model.choose_none()
    for name, *_ in PEOPLE:
        shown.conversations.open(Audience.of(name))
    shown.conversations.open(Audience.of("bob", "carol", "dave", "erin", "grace"))
    return shown


def _focus(window: QWidget, part: QWidget) -> None:
    window.activateWindow()
    part.setFocus(BY_KEY)


def _searching(shown: MainWindow, text: str) -> MainWindow:
    def act() -> None:
        shown.find_person()
        shown.roster.search.setText(text)

    _soon(shown, act)
    return shown


def roster_search(dress: Dress) -> MainWindow:
    """Show who is found, and the one that Enter writes to."""
    return _searching(window(dress), "ar")


def roster_nobody(dress: Dress) -> MainWindow:
    """Show that nobody is called so."""
    return _searching(window(dress), "kar")


def line_written(dress: Dress) -> MainWindow:
    """Show one's line of text being written."""
    shown = window(dress)
    _soon(shown, shown.write_line)
    return shown


# The composer


def _composing(text: str = "", mode: Mode | None = None, open: Audience = BOTH) -> Make:
    def make(dress: Dress) -> QWidget:
        shown = window(dress)
        shown.roster.model.choose_none()
        shown.conversations.open(open)
        shown.composer.edit.clear()

        def act() -> None:
            shown.activateWindow()
            shown.composer.edit.setFocus()
            if mode is not None:
                shown.composer.audience.choose(mode)
            _type(shown.composer.edit, text)

        _soon(shown, act)
        return shown

    return make


def _naming(typed: str, *, enter: bool = False) -> Make:
    def make(dress: Dress) -> QWidget:
        shown = window(dress)
        shown.roster.model.choose_none()

        def act() -> None:
            shown.activateWindow()
            shown.composer.audience._begin_adding()
            _type(shown.composer.audience._field, f"{typed}," if enter else typed)

        _soon(shown, act)
        return shown

    return make


# Over the window


def _then(act: Callable[[MainWindow], object], of: Callable[[Dress], MainWindow] = window) -> Make:
    def make(dress: Dress) -> QWidget:
        shown = of(dress)
        shown.roster.model.choose_none()
        _soon(shown, lambda: act(shown))
        return shown

    return make


def _menu(name: str, sub: str = "") -> Callable[[MainWindow], object]:
    def act(shown: MainWindow) -> None:
        bar = shown.menuBar()
        assert bar is not None
        entry = next(one for one in bar.actions() if one.menu().objectName() == name)  # type: ignore[union-attr]
        menu = entry.menu()
        assert menu is not None
        menu.popup(bar.mapToGlobal(bar.actionGeometry(entry).bottomLeft()))
        inner = next((one for one in menu.actions() if one.text() == sub), None)
        if inner is not None and (below := inner.menu()) is not None:
            menu.setActiveAction(inner)
            below.popup(menu.mapToGlobal(menu.actionGeometry(inner).topRight()))

    return act


def _tray_menu(shown: MainWindow) -> None:
    menu: QMenu = shown._around.tray.menu
    menu.popup(shown.mapToGlobal(QPoint(400, 200)))


def _menu_of_message(shown: MainWindow) -> None:
    view = shown.conversations.current
    assert view is not None
    mine = [row for row, one in enumerate(view.model.rows) if one.said is not None and one.said.mine]
    at = view.transcript.visualRect(view.model.index(mine[-2])).center() + QPoint(200, 0)
    port = view.transcript.viewport()
    assert port is not None
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
    QApplication.sendEvent(port, event)


def _menu_of_person(shown: MainWindow) -> None:
    people = shown.roster.list
    port = people.viewport()
    assert port is not None
    at = QPoint(100, 150)
    QApplication.sendEvent(port, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at)))


def _press_link(shown: MainWindow) -> None:
    view = shown.conversations.current
    assert view is not None
    view.transcript.link_pressed.emit(links("Look at https://lab.example.evil.example/key?a=1")[0])


def _lines_of_message(shown: MainWindow) -> None:
    shown.wire.show_message(shown._client.conversations.get(BOTH).messages[-2])


def _talk(shown: MainWindow) -> QWidget:
    view = shown.conversations.current
    assert view is not None
    return view.transcript


def sign_out(_dress: Dress) -> QWidget:
    """Ask before a device is signed out."""
    shown = DevicesWindow(as_client(lab()))
    _soon(shown, lambda: shown._ask("phone"))
    return shown


def _password(refuse: Exception | None = None, again: str = "donkey wrench") -> Make:
    def make(_dress: Dress) -> QWidget:
        client = lab()
        client.refuse = refuse
        shown = PasswordWindow(as_client(client), client.notice.emit)
        if refuse is not None or again != "donkey wrench":
            for asked, typed in zip(shown.fields, ("correct horse", "donkey wrench", again), strict=True):
                asked.field.setText(typed)
            _soon(shown, shown.ask)
        return shown

    return make


def close_account(_dress: Dress) -> QWidget:
    """Ask before the account is closed, for ever."""
    client = lab()
    return ClosingWindow(as_client(client), client.notice.emit)


# What the core says of it


def _no_host() -> Exception:
    return NoSuchHost(tr("There is no computer called {host}.", host="lab.exmaple"))


def _no_port() -> Exception:
    return NobodyListens(tr("{host} answers, but nobody listens at port {port}.", host=HOST, port=PORT))


def _waits() -> str:
    return tr("Not connected, trying again in {seconds} s. What you write waits here.", seconds=8)


def _connects() -> str:
    return tr("Connecting to {place}…", place=f"{HOST}:{PORT}")


def _elsewhere() -> str:
    return tr("Replaced: {why}", why=tr("This account came in elsewhere under the name of this device."))


SHOWN: dict[str, Make] = {
    "start-first": start_first,
    "start-recent": start_recent,
    "start-registered": start_registered,
    "start-needs-invite": start_needs_invite,
    "start-bad-invite": start_bad_invite,
    "start-asking": start_asking,
    "start-name-taken": _refused(errors.NameTaken(ME), new=True),
    "start-bad-name": _refused(errors.BadName(), new=True, name="al ice"),
    "start-bad-password": _refused(errors.BadPassword(limits.PASSWORD_LEAST, limits.PASSWORD), new=True),
    "start-no-host": _refused(_no_host),
    "start-no-port": _refused(_no_port),
    "start-silent": _refused(Silent()),
    "start-another": _refused(lambda: AnotherServer(HOST, PORT, "9b01" * 16, "4f2a" * 16)),
    "window-waiting": _with_state(LinkState.WAITING, _waits),
    "window-connecting": _with_state(LinkState.CONNECTING, _connects),
    "window-replaced": _with_state(LinkState.REPLACED, _elsewhere),
    "window-all-kinds": everything_said,
    "window-nothing-said": conversation_empty,
    "window-many-tabs": many_tabs,
    "roster-search": roster_search,
    "roster-nobody": roster_nobody,
    "line-written": line_written,
    "to-one": _composing(open=BOB),
    "to-several": _composing("Lunch?"),
    "to-everyone": _composing(mode=Mode.EVERYONE),
    "to-nobody-yet": _composing(mode=Mode.ONE, open=EVERYONE),
    "slash": _composing("/"),
    "mention": _composing("Ask @"),
    "slash-unknown": _composing("/lunhc\r"),
    "naming": _naming("a"),
    "naming-nobody": _naming("karol", enter=True),
    "menu-account": _then(_menu("menuAccount", "Notifications")),
    "menu-people": _then(_menu("menuPeople")),
    "menu-conversation": _then(_menu("menuConversation")),
    "menu-view": _then(_menu("menuView", "Theme")),
    "menu-help": _then(_menu("menuHelp")),
    "menu-tray": _then(_tray_menu),
    "menu-message": _then(_menu_of_message),
    "menu-person": _then(_menu_of_person),
    "all-conversations": _then(lambda shown: shown.conversations.list_all()),
    "focus-tabs": _then(lambda shown: _focus(shown, shown.conversations.tabs)),
    "focus-roster": _then(lambda shown: _focus(shown, shown.roster.list)),
    "focus-talk": _then(lambda shown: _focus(shown, _talk(shown))),
    "keys": _then(lambda shown: shown.tell_keys()),
    "about": _then(telling.about),
    "block": _then(lambda shown: shown._asking.ask_to_block("mallory", True)),
    "link": _then(_press_link),
    "outbox-over": _then(lambda shown: shown.show_outbox()),
    "devices-over": _then(lambda shown: shown.show_devices()),
    "blocked-over": _then(lambda shown: shown.show_blocked(), window_blocked),
    "wire-message": _then(_lines_of_message, window_with_wire),
    "sign-out": sign_out,
    "password": _password(),
    "password-over": _then(lambda shown: shown.change_password()),
    "password-refused": _password(errors.LoginRefused()),
    "password-short": _password(errors.BadPassword(8, 256)),
    "password-not-same": _password(again="donkey wrensh"),
    "password-offline": _password(NotConnected()),
    "close-account": close_account,
}
