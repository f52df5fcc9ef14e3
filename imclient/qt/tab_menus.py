"""The menus of the tabs: all conversations, open or not, and what can be done with one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QMenu, QWidget

from imclient.core import wording
from imclient.core.conversations import Conversation
from imclient.core.desk import Desk
from improtocol.audience import Audience
from imqt import icons, plain
from imtongue import tr

from .tab_bar import TabBar, icon_of

#: So many conversations without a tab are listed.
MOST_LISTED = 40


def all_conversations(
    tabs: TabBar, others: list[Conversation], me: str, go_to: Callable[[Audience], None]
) -> QMenu:
    """List those that have a tab, and then the others, to go to one."""
    menu = _menu(tabs, "allConversations")
    for index, (icon, title, unread) in enumerate(tabs.titles()):
        _offer(menu, icon, title, unread, partial(tabs.setCurrentIndex, index))
    if others:
        menu.addSeparator()
    for talk in others[:MOST_LISTED]:
        icon, title = icon_of(talk.audience, me), wording.title(talk.audience, me)
        _offer(menu, icon, title, talk.unread, partial(go_to, talk.audience))
    return menu


def _offer(menu: QMenu, icon: str, title: str, unread: int, act: Callable[[], None]) -> None:
    words = f"{title} ({unread})" if unread else title
    action = menu.addAction(icons.icon(icon), plain.literal(words))
    assert action is not None
    action.triggered.connect(lambda _checked: act())


def one_tab(tabs: TabBar, acts: Iterable[tuple[str, Callable[[], object]]]) -> QMenu:
    """Offer what can be done with a tab."""
    menu = _menu(tabs, "tabMenu")
    for words, act in acts:
        action = menu.addAction(words)
        assert action is not None
        action.triggered.connect(lambda _checked, act=act: act())
    return menu


def muting(desk: Desk, audience: Audience) -> tuple[str, Callable[[], None]]:
    """Offer that a conversation calls no more, or calls again."""
    muted = desk.is_muted(audience)
    return (tr("Call me again") if muted else tr("Mute"), lambda: desk.note_muted(audience, not muted))


def _menu(parent: QWidget, name: str) -> QMenu:
    menu = QMenu(parent)
    menu.setObjectName(name)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu
