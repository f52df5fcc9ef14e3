"""The prompt of the terminal: what is being typed, what completes it, and the status line below."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from prompt_toolkit.application import get_app_session
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.shortcuts import PromptSession
from prompt_toolkit.styles import Style
from twisted.internet.defer import Deferred

from imclient.core import slash
from imclient.core.roster import Roster
from imclient.core.settings import private
from imclient.core.utf8 import NotUtf8, checked
from imtongue import tr

from .entrance import Gone
from .harmless import harmless
from .paper import Line

#: Only colours that a terminal has on light and on dark alike; what is less important is dim, not grey.
STYLE = Style.from_dict(
    {
        "news": "dim",
        "warning": "bold",
        "error": "ansired",
        "mine": "bold",
        "name1": "bold ansiblue",
        "name2": "bold ansimagenta",
        "name3": "bold ansigreen",
        "name4": "bold ansicyan",
        "prompt": "bold",
        "bottom-toolbar": "reverse",
        "bottom-toolbar.trouble": "bold",
    }
)


class SlashCompleter(Completer):
    """Completes slash commands, names and subsets."""

    def __init__(self, roster: Roster, rights: Callable[[], Collection[str]]) -> None:
        self._roster, self._rights = roster, rights

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Give what may stand at the cursor."""
        for found in slash.completions(document.text_before_cursor, self._roster, self._rights()):
            yield Completion(harmless(found.text), -found.replaces, display_meta=harmless(found.remark))


def depth() -> ColorDepth | None:
    """Give how many colours are wanted: none where NO_COLOR says so, else as many as the terminal has."""
    return ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None


def kept_history(folder: Path) -> History:
    """Give what was typed before, in a file that only its user can read."""
    path = private(folder) / "typed"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_APPEND, 0o600))
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def print_lines(lines: Iterable[Line], output: Output | None = None) -> None:
    """Write lines to the terminal, all at once."""
    pieces = [piece for line in lines for piece in (*line, ("", "\n"))]
    output = output or get_app_session().output
    # Not the one in shortcuts, which makes all styles anew each time.
    print_formatted_text(output, FormattedText(pieces), STYLE, color_depth=depth())
    output.flush()


class Prompt:
    """One line, or several, that the user types; it stays until `close`."""

    def __init__(
        self,
        question: Callable[[], str],
        status: Callable[[], tuple[str, bool]],
        entered: Callable[[str], object],
        take_back: Callable[[], bool],
        touched: Callable[[], None],
        secret: Callable[[], bool],
        completer: Completer,
        history: History,
    ) -> None:
        self._question, self._status, self._entered = question, status, entered
        self._secret, self._take_back = secret, take_back
        self._lines: list[Line] = []  # to be written above
        self._writing = False
        self._session: PromptSession[str] = PromptSession(
            message=lambda: FormattedText([("class:prompt", harmless(question()))]),
            bottom_toolbar=self._toolbar,
            completer=completer,
            complete_while_typing=True,
            is_password=Condition(secret),
            history=history,
            multiline=True,
            key_bindings=self._keys(),
            prompt_continuation=lambda width, number, soft: " " * width,
            style=STYLE,
            color_depth=depth(),
            erase_when_done=True,
        )
        self._session.default_buffer.on_text_changed += lambda _: touched()

    def run(self) -> Deferred[str]:
        """Let the user type until it is closed; fails with `Gone` when they end it."""
        return _prompted(self._session)

    def close(self) -> None:
        """Ask no more."""
        if self._session.app.is_running:
            self._session.app.exit(result="")

    def refresh(self) -> None:
        """Show the question and the status anew."""
        self._session.app.invalidate()

    def write(self, lines: list[Line]) -> None:
        """Write lines above."""
        if not self._session.app.is_running:
            print_lines(lines)
            return
        self._lines += lines
        if not self._writing:
            self._writing = True
            asyncio.ensure_future(self._write_soon())  # noqa: RUF006  (it writes, and nobody waits for it)

    async def _write_soon(self) -> None:
        """Write them once the terminal has said where its cursor is: it must not move meanwhile."""
        app = self._session.app
        await app.renderer.wait_for_cpr_responses(timeout=1)
        self._writing = False
        lines, self._lines = self._lines, []
        if not app.is_running:
            print_lines(lines)
            return
        # Not by `run_in_terminal`: it lets the terminal echo and hold what is typed meanwhile.
        app.renderer.erase()
        print_lines(lines, app.output)
        app.renderer.reset()
        app.renderer.request_absolute_cursor_position()
        app.invalidate()

    def _toolbar(self) -> FormattedText:
        words, well = self._status()
        return FormattedText([("" if well else "class:bottom-toolbar.trouble", f" {harmless(words)} ")])

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("enter")
        def _(event: KeyPressEvent) -> None:
            self._enter(event.current_buffer)

        @keys.add("escape", "enter")
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        @keys.add("c-c")
        def _(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.reset()
            elif self._take_back():
                self.refresh()
            else:
                event.app.exit(exception=KeyboardInterrupt)

        return keys

    def _enter(self, buffer: Buffer) -> None:
        chosen = buffer.complete_state
        if chosen is not None and chosen.current_completion is not None:
            buffer.complete_state = None  # it stands there already: Return takes it, the next one sends
            if not buffer.text.endswith(" ") and "," not in buffer.text:
                buffer.insert_text(" ")
            return
        text = buffer.text
        if why := _not_utf8(text):  # it stays there to be mended, and no file could hold it
            self.write([[("class:error", why)]])
            return
        buffer.reset(append_to_history=not self._secret())
        self._entered(text)
        self.refresh()


def _not_utf8(typed: str) -> str:
    """Say why what was typed, or pasted, is no text; or nothing."""
    try:
        checked(typed, tr("What was typed"))
    except NotUtf8 as wrong:
        return str(wrong)
    return ""


def _prompted(session: PromptSession[str], **given: Any) -> Deferred[str]:
    """Have a line typed; who ends it instead makes it fail with `Gone`."""

    async def ask() -> str:
        try:
            return await session.prompt_async(handle_sigint=False, **given)
        except (KeyboardInterrupt, EOFError):
            # Converted here: what is raised out of a task as KeyboardInterrupt ends the loop.
            raise Gone() from None

    return Deferred.fromFuture(asyncio.ensure_future(ask()))


class PromptAsker:
    """Asks its questions at the terminal, one after the other."""

    patient = True

    def __init__(self) -> None:
        self._session: PromptSession[str] | None = None
        self._closed = False

    async def ask(self, question: str, *, secret: bool = False, given: str = "") -> str:
        """Ask one, until the answer is one that can be read."""
        while not self._closed:
            self._session = PromptSession(style=STYLE, color_depth=depth())
            answer = await _prompted(
                self._session, message=f"{harmless(question)}: ", default=harmless(given), is_password=secret
            )
            if not (why := _not_utf8(answer)):
                return answer
            self.tell(why)
        raise Gone()

    def close(self) -> None:
        """Ask no more."""
        self._closed = True
        if self._session is not None and self._session.app.is_running:
            self._session.app.exit(exception=EOFError)

    def tell(self, sentence: str) -> None:
        """Tell something."""
        print_lines([[("class:warning", harmless(sentence))]])
