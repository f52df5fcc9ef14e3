"""A bot that reminds: say ``remind 20 the tea is ready`` to it, and twenty minutes later it says so.

What must outlive the bot is on disk before the handler returns: then the message counts as handled, and
is not handed over again.  One reminder is one line of a file; its message's number is its name.
"""

import json
import os
import time
from pathlib import Path

from imclient.bot import Bot, Message

bot = Bot("reminder")
PLACE = Path(os.environ.get("REMINDERS", "reminders.json"))

Reminders = dict[str, tuple[float, str, str]]  # by the number of the message: when, to whom, what


def read() -> Reminders:
    """Give all that are still to come."""
    return json.loads(PLACE.read_text("utf-8")) if PLACE.exists() else {}


def write(reminders: Reminders) -> None:
    """Keep them; a computer switched off meanwhile has the old ones."""
    new = PLACE.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(reminders, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(PLACE)


@bot.command
def remind(message: Message, minutes: float, *, text: str) -> str:
    """Remind you of something in so many minutes."""
    due = message.at + minutes * 60
    write({**read(), str(message.number): (due, message.sender, text)})
    plan(str(message.number), due)
    return f"I will, at {time.strftime('%H:%M', time.localtime(due))}."


@bot.on_ready
def plan_all() -> None:
    """Go on with those that were asked for before the last end."""
    for number, (due, _, _) in read().items():
        plan(number, due)


def plan(number: str, due: float) -> None:
    """Have it said when it is due; asked twice, it is said once."""
    bot.after(due - bot.now(), lambda: say(number))


async def say(number: str) -> None:
    """Say it, and then forget it: under its own ref it is stored once, however often it is said."""
    reminders = read()
    if number in reminders:
        _, whom, text = reminders.pop(number)
        await bot.say(whom, f"You asked me to remind you: {text}", ref=f"reminder.{number}")
        write({key: kept for key, kept in read().items() if key != number})


if __name__ == "__main__":
    bot.run()
