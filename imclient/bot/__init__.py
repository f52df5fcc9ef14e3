"""Bots: programs that answer messages, on the same core as the windows and the terminal.

from imclient.bot import Bot, Message

bot = Bot("echo")


@bot.on_message
def echo(message: Message) -> str:
    return message.text


bot.run()
"""

from improtocol.audience import EVERYONE, Audience

from .bot import Bot
from .message import Message

__all__ = ["EVERYONE", "Audience", "Bot", "Message"]
