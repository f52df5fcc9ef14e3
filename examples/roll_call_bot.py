"""A bot that asks everyone whether they are here, counts who answers, and tells who is missing.

Say ``roll-call 5 Fire drill`` to it: it asks everyone, waits five minutes, and reports to you.
"""

from imclient.bot import EVERYONE, Bot, Message

bot = Bot("rollcall", at_once=10)

#: Who has answered, of each call under way, by the number of its question.
answered: dict[int, set[str]] = {}


@bot.command
async def roll_call(message: Message, minutes: float, *, reason: str = "Roll call") -> str:
    """Ask everyone, and tell after so many minutes who has not answered."""
    expected = {person.name for person in await bot.people()} - {message.sender}
    question = await message.say(EVERYONE, f"{reason}: please write me a line, anything will do.")
    answered[question] = set()
    await bot.sleep(minutes * 60)
    here = answered.pop(question)
    missing = sorted(expected - here)
    report = f"{len(expected) - len(missing)} of {len(expected)} answered."
    return f"{report} Missing: {', '.join(missing)}." if missing else f"{report} Nobody is missing."


@bot.on_message
def note(message: Message) -> str | None:
    """Take whatever is said to the bot as an answer to every call under way."""
    if message.to_everyone or not answered:
        return None
    for here in answered.values():
        here.add(message.sender)
    return "Noted, thank you."


if __name__ == "__main__":
    bot.run()
