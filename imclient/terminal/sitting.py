"""Somebody sits at a terminal: they come in, talk, and leave."""

from __future__ import annotations

from random import SystemRandom
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from imclient.core import network, wording
from imclient.core.client import Client, LinkState
from imclient.core.said import Progress, Said
from imclient.core.settings import Options
from imclient.core.statuses import Status
from imtongue import phrase, tr

from .dumb import PlainAsker, PlainPrompt, is_dumb
from .entrance import Entrance, Gone, Password
from .paper import Paper
from .prompt import Prompt, PromptAsker, SlashCompleter, kept_history
from .reporter import Reporter
from .typist import Typist

#: Seconds until it is said of what has no answer that it waits.
A_WHILE = 1.0
_WELCOME = phrase(
    "You are in. /help says what can be done, Tab completes, Alt+Return begins a new line, Ctrl-D leaves."
)
_PLAIN_WELCOME = phrase("You are in. /help says what can be done, Ctrl-D leaves.")

_PROGRESS = {
    Progress.WAITING: phrase("waiting"),
    Progress.SENT: phrase("sent"),
    Progress.DELIVERED: phrase("delivered"),
    Progress.READ: phrase("read"),
    Progress.REFUSED: phrase("refused"),
}


class Sitting:
    """One start of the terminal client."""

    _log = Logger()

    def __init__(self, reactor: Any, client: Client, options: Options, password: Password) -> None:
        self._reactor, self._client = reactor, client
        self._plain = PlainAsker(reactor) if is_dumb() else None
        self._asker = self._plain or PromptAsker()
        self._entrance = Entrance(client, options, self._asker, password)
        self._paper = Paper(self._write, self._soon)
        self._prompt: Prompt | PlainPrompt | None = None
        self._no_more_news = network.listen(reactor, SystemRandom(), client.link.woke)

    async def run(self) -> int:
        """Come in, and talk until it ends."""
        try:
            await self._entrance.enter()
            await self._talk()
        except Gone:
            pass
        finally:
            self._no_more_news()
            await self._client.close()
            self._paper.flush()
        return Status.DONE

    def close(self) -> Deferred[None]:
        """Leave: the program is to end."""
        self._asker.close()
        if self._prompt is not None:
            self._prompt.close()
        return self._client.close()

    async def _talk(self) -> None:
        client = self._client
        reporter = Reporter(client, self._paper)
        self._typist = Typist(client, self._paper, reporter, self._leave, echo=True)
        self._reporter = reporter
        self._prompt = self._made_prompt()
        for signal in (client.link.changed, client.outbox.changed, client.showing.changed):
            signal.connect(self._prompt.refresh)
        client.conversations.changed.connect(lambda _: self._refresh())
        self._paper.say(tr(_PLAIN_WELCOME if self._plain else _WELCOME))
        reporter.begin()
        self._reactor.callLater(A_WHILE, reporter.tell_the_rest)
        try:
            await self._prompt.run()
        finally:
            reporter.end()
        if self._typist.logs_out and (told := await client.log_out()):
            self._paper.say(told, "class:warning")

    def _made_prompt(self) -> Prompt | PlainPrompt:
        typist, client = self._typist, self._client
        if self._plain is not None:
            return PlainPrompt(self._plain, lambda: typist.question, self._entered, lambda: typist.secret)
        return Prompt(
            lambda: typist.question,
            self._status,
            self._entered,
            typist.take_back,
            self._reporter.looked_at,
            lambda: typist.secret,
            SlashCompleter(client.roster, lambda: client.rights),
            kept_history(client.settings.folder),
        )

    def _refresh(self) -> None:
        if self._prompt is not None:
            self._prompt.refresh()

    def _leave(self) -> None:
        if self._prompt is not None:
            self._prompt.close()

    def _entered(self, line: str) -> None:
        self._reporter.looked_at()
        done = Deferred.fromCoroutine(self._typist.typed(line))
        done.addCallback(lambda _: self._refresh()).addErrback(self._stumbled)
        self._reactor.callLater(A_WHILE * 1.1, self._reporter.say_what_waits, A_WHILE)

    def _stumbled(self, failure: Failure) -> None:
        self._log.failure("The terminal stumbled", failure)
        self._paper.say(
            tr("That did not work; terminal.log in the profile's folder says more."), "class:error"
        )

    def _write(self, lines: Any) -> None:
        if self._prompt is not None:
            self._prompt.write(lines)

    def _soon(self, act: Any) -> None:
        self._reactor.callLater(0, act)

    # The status line

    def _status(self) -> tuple[str, bool]:
        """Say how the link is, what is unread, to whom one writes and how far the newest came."""
        client, link = self._client, self._client.link
        well = link.state is LinkState.ONLINE
        unread = sum(talk.unread for talk in client.conversations.all())
        parts = [client.name or "", wording.unread(unread), self._typist.whom or tr("to nobody yet")]
        if client.outbox.waiting:
            parts.append(tr("{count} to be sent", count=client.outbox.waiting))
        newest = self._newest()
        if newest is not None and newest.receipt is not None and newest.receipt.to:
            parts.append(f"#{newest.number} {tr(_PROGRESS[newest.progress])} {_of(newest)}".strip())
        # What is cut off in a narrow terminal is what goes without saying.
        connected = link.sentence.partition(". ")[0]
        return " │ ".join([*parts, connected] if well else [connected, *parts]), well

    def _newest(self) -> Said | None:
        audience = self._typist.audience
        return None if audience is None else self._client.conversations.get(audience).newest_own


def _of(said: Said) -> str:
    receipt = said.receipt
    if receipt is None or receipt.to < 2:
        return ""
    return tr(
        "({delivered} of {all} have it, {read} have read it)",
        delivered=receipt.delivered,
        all=receipt.to,
        read=receipt.read,
    )
