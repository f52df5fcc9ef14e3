"""A bot that says what it hears: python examples/echo_bot.py --register --password-file FILE."""

from imclient.bot import Bot, Message

bot = Bot("echo")


@bot.on_message
def echo(message: Message) -> str:
    """Say it again to whoever said it."""
    return message.text


if __name__ == "__main__":
    bot.run()
