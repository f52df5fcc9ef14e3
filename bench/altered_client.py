"""A bot, a terminal or a desktop client that is otherwise the real one: a defect is planted, if one is named.

``python -m bench.altered_client [--plant DEFECT] bot PORT PASSWORD-FILE RECORD`` is a bot that writes down
what it has handled and answers it; ``... terminal WORD ...`` and ``... desktop WORD ...`` are imclient with
these words; where a desktop is driven (``--control``), it knows the acts of `bench.desk_acts`, too.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

#: Seconds by which a message comes to the disk later than it should, where that is the defect.
LATE = 0.2
#: Seconds that the bot's handler takes, at most.
HANDLING = 0.02


def ack_before_handled() -> None:
    """Say ACK for a message before its handler has returned."""
    from imclient.bot import handing  # noqa: PLC0415

    def told(self: Any, event: Any) -> None:
        really(self, event)
        self._acks.kept(self.position)

    really = handing.Handing.told
    handing.Handing.told = told  # type: ignore[method-assign]


def position_before_message() -> None:
    """Keep how far the stream was told at once, and what was told a moment later."""
    from imclient.core import tables  # noqa: PLC0415
    from imclient.core.cache import Cache  # noqa: PLC0415

    def keep(self: Any, position: int, message: Any = None, *, read: bool = False) -> Any:
        from twisted.internet import reactor  # noqa: PLC0415

        there: Any = reactor
        done = self._writer.ask(lambda connection: tables.note(connection, "position", position))
        if message is not None:
            there.callLater(
                LATE, lambda: really(self, position, message, read=read).addErrback(lambda _: None)
            )
        return done

    really = Cache.keep
    Cache.keep = keep  # type: ignore[method-assign]


def outbox_let_go_on_push() -> None:
    """Let a message go from the outbox's file when it is pushed, not when it is answered."""
    from imclient.core.outbox import Outbox  # noqa: PLC0415

    def go_on(self: Any) -> None:
        before = self._under_way
        really(self)
        if self._under_way is not None and self._under_way is not before:
            self._cache.dismissed(self._under_way.ref)

    really = Outbox._go_on
    Outbox._go_on = go_on  # type: ignore[method-assign]


def ref_of_the_moment() -> None:
    """Say what is said again under another ref."""
    from imclient.core import outbox  # noqa: PLC0415

    def command(item: Any) -> Any:
        return replace(really(item), ref=f"{random.getrandbits(96):024x}")

    really = outbox._command
    outbox._command = command


def dropped_while_full() -> None:
    """Say that the disk has no room, and take what it had no room for as kept."""
    from imclient.core.writing import Writer  # noqa: PLC0415

    def failed(self: Any, failure: Any, jobs: Any) -> None:
        self.trouble.emit("This computer's disk cannot be written.")
        for job in jobs:
            self._jobs.popleft()
            job.done.callback(None)
        self._busy = False
        self._begin()

    Writer._failed = failed  # type: ignore[method-assign]


def page_skipped() -> None:
    """Leave some messages out where a page of older ones ends."""
    from imclient.core import tables  # noqa: PLC0415

    def page(connection: Any, audience: Any, before: int, me: str, most: int | None = None) -> Any:
        found, more = really(connection, audience, before, me, most)
        return (found[:-20] or found, more) if most is None else (found, more)

    really = tables.page
    tables.page = page


def told_behind_what_waits() -> None:
    """Put what the log tells behind one's own messages that still wait."""
    from imclient.core.conversation import Conversation  # noqa: PLC0415

    def place(self: Any, number: int | None) -> int:
        found = really(self, number)
        while number is not None and found < len(self.messages) and self.messages[found].number is None:
            found += 1
        return found

    really = Conversation._place
    Conversation._place = place  # type: ignore[method-assign]


BOT, TERMINAL, DESKTOP, HOUR = "bot", "terminal", "desktop", "hour"

#: In which proofs each defect must be found.
PLANTS: dict[str, tuple[set[str], Callable[[], None]]] = {
    "ack-before-handled": ({BOT}, ack_before_handled),
    "position-before-message": ({TERMINAL, DESKTOP}, position_before_message),
    "outbox-let-go-on-push": ({HOUR}, outbox_let_go_on_push),
    "ref-of-the-moment": ({HOUR}, ref_of_the_moment),
    "dropped-while-full": ({HOUR}, dropped_while_full),
    "page-skipped": ({HOUR}, page_skipped),
    "told-behind-what-waits": ({HOUR}, told_behind_what_waits),
}


def be_a_bot(port: str, password_file: str, record: str) -> None:
    """Write down what was handled, and answer it."""
    from imclient.bot import Bot, Message  # noqa: PLC0415

    bot = Bot("victim", port=int(port), at_once=4)
    file = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    @bot.on_message
    async def handle(message: Message) -> str:
        await bot.sleep(random.uniform(0, HANDLING))
        os.write(file, f"{message.number} {message.text}\n".encode())
        return f"re {message.text}"

    bot.run([bot.host, port, "--password-file", password_file])


def be_a_terminal(words: list[str]) -> None:
    """Be imclient."""
    from imclient.__main__ import main as imclient  # noqa: PLC0415

    sys.exit(imclient(words))


def be_a_desktop(words: list[str]) -> None:
    """Be imclient in its windows."""
    if any(word.startswith("--control") for word in words):
        from . import desk_acts  # noqa: PLC0415

        desk_acts.install()
    be_a_terminal(words)


def main() -> None:
    """Alter, then be it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--plant", choices=PLANTS)
    parser.add_argument("who", choices=[BOT, TERMINAL, DESKTOP])
    parser.add_argument("words", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if asked.plant:
        PLANTS[asked.plant][1]()
    if asked.who == BOT:
        be_a_bot(*asked.words)
    elif asked.who == TERMINAL:
        be_a_terminal(asked.words)
    else:
        be_a_desktop(asked.words)


if __name__ == "__main__":
    main()
