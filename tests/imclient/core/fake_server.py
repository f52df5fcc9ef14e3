"""A server that says what a test tells it to say, and notes what it hears."""

from __future__ import annotations

from twisted.protocols.basic import LineOnlyReceiver

HELLO = "* HELLO imserver protocol=1 can=ref,device :Say HELP at any time."
#: A server that knows all words there are.
ABLE = "* HELLO imserver protocol=1 can=ref,device,history,receipts,presence,block :Say HELP at any time."


class FakeServer(LineOnlyReceiver):
    """One connection of it."""

    delimiter = b"\n"
    MAX_LENGTH = 1 << 20

    def __init__(self, hello: str = HELLO) -> None:
        self.hello = hello
        self.heard: list[str] = []  #: without their tags
        self.tags: list[str] = []
        self.gone = False

    def connectionMade(self) -> None:
        """Greet."""
        if self.hello:
            self.say(self.hello)

    def lineReceived(self, line: bytes) -> None:
        """Note a line."""
        tag, _, rest = line.decode().partition(" ")
        self.heard.append(rest)
        self.tags.append(tag)

    def connectionLost(self, reason: object = None) -> None:
        """Note the end."""
        self.gone = True

    def say(self, *lines: str) -> None:
        """Say lines unasked."""
        for line in lines:
            self.raw(line.encode() + b"\n")

    def raw(self, data: bytes) -> None:
        """Say bytes."""
        self.transport.write(data)  # type: ignore[union-attr]

    def answer(self, line: str, to: str | None = None) -> None:
        """Answer the newest question, or the newest that begins so."""
        at = len(self.heard) - 1
        if to is not None:
            at = max(i for i, heard in enumerate(self.heard) if heard.startswith(to))
        self.say(f"{self.tags[at]} {line}")

    def asked(self, verb: str) -> list[str]:
        """Give what was asked with a verb."""
        return [line for line in self.heard if line.split(" ")[0] == verb]
