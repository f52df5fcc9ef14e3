"""The menus of the tabs: all conversations, open or not, and what can be done with one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PyQt5.QtWidgets import QMenu

from imclient.core import wording
from imclient.core.conversations import Conversation
from imclient.core.desk import Desk
from improtocol.audience import Audience
from imqt import icons, menus, plain
from imtongue import tr

from .tab_bar import TabBar, icon_of

#: So many conversations without a tab are listed.
MOST_LISTED = 40


def all_conversations(
    tabs: TabBar, others: list[Conversation], me: str, go_to: Callable[[Audience], None]
) -> QMenu:
    """List those that have a tab, and then the others, to go to one."""
    menu = menus.passing(tabs, "allConversations")
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
    menus.add(menu, plain.literal(words), act).setIcon(icons.icon(icon))


def one_tab(tabs: TabBar, acts: Iterable[tuple[str, Callable[[], object]]]) -> QMenu:
    """Offer what can be done with a tab."""
    menu = menus.passing(tabs, "tabMenu")
    for words, act in acts:
        menus.add(menu, words, act)
    return menu


def muting(desk: Desk, audience: Audience) -> tuple[str, Callable[[], None]]:
    """Offer that a conversation calls no more, or calls again."""
    muted = desk.is_muted(audience)
    return (tr("Call me again") if muted else tr("Mute"), lambda: desk.note_muted(audience, not muted))
