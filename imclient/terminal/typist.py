"""What a line means that somebody typed: a slash command, something to say, or a step of the prompted way.

The prompted way is for people who like it: ``pm`` and a text say it to everyone, ``dm``, a name and a text
to one, ``ex`` leaves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from twisted.internet.defer import Deferred

from imclient.core import obeying, slash, wording
from imclient.core.client import Client
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import NoSuchUser, Refusal
from imtongue import phrase, tr

from .paper import Paper
from .reporter import Reporter

_TO_WHOM = phrase("To whom? /to NAME or /to NAME,NAME chooses, /all TEXT says it to everyone; Tab completes.")


class Typist:
    """The user at the keyboard, and whom they write to."""

    def __init__(
        self,
        client: Client,
        paper: Paper,
        reporter: Reporter,
        leave: Callable[[], object],
        *,
        echo: bool,
        ask_secret: Callable[[str], Awaitable[str]] | None = None,
    ) -> None:
        self.audience: Audience | None = None
        self._client, self._paper, self._reporter = client, paper, reporter
        self._leave = leave
        self.logs_out = False  #: whoever leaves is not to come back without the password
        self._echo = echo
        self._step: Callable[[str], bool] | None = None
        self._question = ""
        self._ask_secret = ask_secret or self._ask_here
        self.secret = False  #: what is typed now must not be seen, nor kept
        self._secret_for: Deferred[str] | None = None

    @property
    def client(self) -> Client:
        """The client."""
        return self._client

    @property
    def question(self) -> str:
        """What stands before the line that is typed now."""
        return f"{self._question}: " if self._step else f"{self.whom}> "

    @property
    def whom(self) -> str:
        """Whom one writes to, in words."""
        if self.audience is None:
            return ""
        if self.audience.everyone:
            return tr("to everyone")
        names = self.audience.names
        return (
            tr("note to yourself")
            if names == (self._client.name,)
            else tr("to {names}", names=wording.commas(names))
        )

    @property
    def begun(self) -> bool:
        """Whether a step of the prompted way waits for its line."""
        return self._step is not None

    # As a front end of slash commands

    def turn_to(self, audience: Audience) -> None:
        """Write to these from now on."""
        name = self._client.name or ""
        self.audience = audience if audience.everyone else audience.without(name)

    def show_wire(self) -> bool:
        """Show the lines on the wire, or no more."""
        return self._reporter.switch_wire()

    def leave(self) -> None:
        """End."""
        self._leave()

    def log_out(self) -> None:
        """End, with nothing left to come back with."""
        self.logs_out = True
        self._leave()

    def ask_secret(self, question: str) -> Awaitable[str]:
        """Ask for something that nobody may read along."""
        return self._ask_secret(question)

    def _ask_here(self, question: str) -> Awaitable[str]:
        answered: Deferred[str] = Deferred()

        def step(line: str) -> bool:
            self.secret, self._secret_for = False, None
            answered.callback(line)
            return True

        self._ask(question, step)
        self.secret, self._secret_for = True, answered
        return answered

    # A line

    async def typed(self, line: str) -> bool:
        """Do what a line means; say whether it was done."""
        step, self._step = self._step, None
        if step is not None:
            return step(line)
        word = line.strip().lower()
        if word in ("pm", "dm", "ex"):
            self._begin(word)
            return True
        command = slash.read(line)
        if command is not None:
            return await self._obey(command, line)
        return not line.strip() or self._say(self.audience, slash.spoken(line))

    async def _obey(self, command: slash.Typed, line: str) -> bool:
        if self._echo and command.word not in ("all", "whisper"):
            self._paper.say(line.strip())
        outcome = await slash.obey(self, command)
        for shown in outcome.shown:
            if isinstance(shown, str):
                self._paper.say(shown, "" if outcome.done else "class:error")
            else:
                self._reporter.show(shown)
        return outcome.done

    def _say(self, audience: Audience | None, text: str) -> bool:
        if audience is None:
            return self._wrong(tr(_TO_WHOM))
        try:
            self._client.say(audience, text)
        except NoSuchUser as unknown:
            return self._wrong(obeying.nobody(unknown.names, self._client.roster))
        except Refusal as refused:
            return self._wrong(wording.plainly(refused))
        return True

    def _wrong(self, sentence: str) -> bool:
        self._paper.say(sentence, "class:error")
        return False

    # The prompted way

    def take_back(self) -> bool:
        """Ask no further in what was begun step by step; say whether anything was."""
        begun, self._step = self.begun, None
        asked, self._secret_for = self._secret_for, None
        self.secret = False
        if asked is not None:
            asked.errback(obeying.Unclear(tr("Nothing was changed.")))
        return begun

    def _begin(self, word: str) -> None:
        if word == "ex":
            self.leave()
        elif word == "pm":
            self._ask(tr("Text to everyone"), lambda text: self._take_text(EVERYONE, text))
        else:
            self._ask(tr("To whom"), self._take_name)

    def _ask(self, question: str, step: Callable[[str], bool]) -> None:
        self._question, self._step = question, step

    def _take_name(self, name: str) -> bool:
        if not name.strip():
            return True
        try:
            audience = obeying.audience_of(name, self._client)
        except (obeying.Unclear, Refusal) as wrong:
            return self._wrong(wording.plainly(wrong))
        question = tr("Text to {names}", names=wording.commas(audience.names))
        self._ask(question, lambda text: self._take_text(audience, text))
        return True

    def _take_text(self, audience: Audience, text: str) -> bool:
        return not text.strip() or self._say(audience, text)
