"""What the main window asks the server to do about people, and the telling of what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PyQt5.QtWidgets import QWidget
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from imclient.core import wording
from imclient.core.client import Client
from imclient.core.refusals import why_not
from imclient.core.showing import Shown
from improtocol.audience import Audience
from imqt import plain
from imtongue import tr


class Asking:
    """One window's; ``tell`` says a sentence for a while, ``notice`` also in a conversation that is open."""

    def __init__(
        self,
        client: Client,
        window: QWidget,
        tell: Callable[[str], None],
        notice: Callable[[Audience, str], None],
    ) -> None:
        self._client, self._window = client, window
        self._tell, self._notice = tell, notice

    # Blocking

    def ask_to_block(self, name: str, blocked: bool) -> None:
        """Block somebody, once it was said what that means; or unblock."""
        if not blocked:
            self.unblock(name)
            return
        words, act = wording.blocking(name), tr("Block")
        plain.ask(
            self._window,
            tr("Block {name}?", name=wording.named(name)),
            words,
            act=act,
            then=lambda: self.block(name),
            danger=True,
        )

    def block(self, name: str) -> None:
        """Hear nothing of somebody from now on."""
        self._do(self._client.block(name), wording.is_blocked(name))

    def unblock(self, name: str) -> None:
        """Hear them again."""
        self._do(self._client.unblock(name), wording.is_heard(name))

    # How one is shown

    def show_as(self, presence: Shown) -> None:
        """Be shown as online or away, with the line of text there is."""
        self.show_me(presence, self._client.showing.text)

    def show_line(self, text: str) -> None:
        """Be shown with this line of text."""
        self.show_me(self._client.showing.presence, text)

    def show_me(self, presence: Shown, text: str) -> None:
        """Be shown as online or away, with this line of text."""
        self._do(self._client.show(presence, text), wording.you_are(presence is Shown.AWAY, text))

    def show_me_quietly(self, presence: Shown, text: str) -> None:
        """Be shown otherwise by oneself; whoever is not connected need not hear that it failed."""
        self._client.show(presence, text).addErrback(lambda _: None)

    # Ping

    def ping(self, names: Iterable[str], asked_in: Audience) -> None:
        """Ping people; it is told in the conversation it was asked in, or in theirs."""
        for name in names:
            told_in = asked_in if name in asked_in.names else Audience.of(name)
            self._client.ping(name).addCallbacks(
                self._on_answered,
                self._on_not_answered,
                callbackArgs=(name, told_in),
                errbackArgs=(name, told_in),
            )

    def _on_answered(self, seconds: float, name: str, audience: Audience) -> None:
        self._tell_in(audience, wording.answered(name, seconds))

    def _on_not_answered(self, failure: Failure, name: str, audience: Audience) -> None:
        self._tell_in(audience, why_not(failure.value) or wording.not_answered(name))

    def _tell_in(self, audience: Audience, text: str) -> None:
        self._notice(audience, text)
        self._tell(text)

    # What came of it

    def _do(self, asked: Deferred[None], done: str) -> None:
        asked.addCallbacks(lambda _: self._tell(done), self.tell_failure)

    def tell_failure(self, failure: Failure) -> None:
        """Say why the server did not do what it was asked."""
        self._tell(why_not(failure.value) or tr("The server did not do it."))
