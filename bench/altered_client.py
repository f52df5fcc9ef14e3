"""A bot or a terminal client that is otherwise the real one: a defect is planted, if one is named.

``python -m bench.altered_client [--plant DEFECT] bot PORT PASSWORD-FILE RECORD`` is a bot that writes down
what it has handled and answers it; ``... terminal WORD ...`` is imclient with these words.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable
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


#: For whom each defect is; a proof must find it.
PLANTS: dict[str, tuple[str, Callable[[], None]]] = {
    "ack-before-handled": ("bot", ack_before_handled),
    "position-before-message": ("terminal", position_before_message),
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


def main() -> None:
    """Alter, then be it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--plant", choices=PLANTS)
    parser.add_argument("who", choices=["bot", "terminal"])
    parser.add_argument("words", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if asked.plant:
        PLANTS[asked.plant][1]()
    if asked.who == "bot":
        be_a_bot(*asked.words)
    else:
        be_a_terminal(asked.words)


if __name__ == "__main__":
    main()
