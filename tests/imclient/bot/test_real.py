"""Bots against the real server, in memory, on a Clock; and an agent, on which they stand."""

from __future__ import annotations

from random import Random

from twisted.internet.error import ConnectionLost

from imclient.bot import Bot, Message, handing
from imclient.core.agent import Agent
from improtocol.audience import Audience
from tests.imclient.core.test_end_to_end import PASSWORD, RealCase
from tests.imclient.core.wires import Net


class BotCase(RealCase):
    """A test with a bot, whose network can be cut."""

    def setUp(self) -> None:
        super().setUp()
        self.bot_net = Net(self.clock, self.serve)

    def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(3):
            self.bot_net.settle()
            super().settle()

    def begin(self, bot: Bot, *, register: bool = True) -> None:
        """Start a bot."""
        agent = Agent(self.clock, reach=self.bot_net.reach, random=Random(7), now=self.clock.seconds)
        bot.attach(agent, self.clock, self.clock.seconds)
        connected = agent.connect("lab.example", 12000)
        self.settle()
        self.successResultOf(connected)
        if register:
            registered = agent.register(bot.name, PASSWORD)
            self.wait(0.5)
            self.successResultOf(registered)
        came = agent.log_in(bot.name, PASSWORD, bot.device)
        self.wait(1)
        self.successResultOf(came)
        self.agent = agent
        self.addCleanup(self.end_bot, bot)

    def end_bot(self, bot: Bot) -> None:
        """End it."""
        left = bot.stop()
        self.wait(5)
        self.successResultOf(left)


class RealTests(BotCase):
    def setUp(self) -> None:
        super().setUp()
        self.ana = self.person("ana")

    def echo(self) -> Bot:
        """Make a bot that echoes."""
        bot = Bot("echo")
        self.seen: list[str] = getattr(self, "seen", [])

        @bot.on_message
        def handle(message: Message) -> str:
            self.seen.append(message.text)
            return f"you said {message.text}"

        return bot

    def test_echo(self) -> None:
        """It answers, and says ACK when the answer is stored."""
        self.begin(self.echo())
        self.ana.say(Audience.of("echo"), "hello")
        self.wait(3)
        self.assertEqual(["hello", "you said hello"], self.heard(self.ana, Audience.of("echo")))
        told = [line.line for line in self.agent.wire.lines if line.outgoing]
        self.assertIn("ACK", told[-1])

    def test_cut_and_killed(self) -> None:
        """Through cuts and a kill every message is answered once; it comes back by itself, by token."""
        first = self.echo()
        self.begin(first)
        for number in range(6):
            self.ana.say(Audience.of("echo"), f"m{number}")
            self.settle()
            if number % 2 == 0 and self.bot_net.wires:
                self.bot_net.wire.cut(ConnectionLost())
            self.wait(5)
        self.wait(70)
        self.bot_net.serve = None  # killed: it hears and says nothing any more
        self.bot_net.wire.cut(ConnectionLost())
        self.ana.say(Audience.of("echo"), "while it was dead")
        self.wait(2)
        self.bot_net = Net(self.clock, self.serve)
        self.begin(self.echo(), register=False)
        self.wait(5)
        heard = [text for text in self.heard(self.ana, Audience.of("echo")) if text.startswith("you")]
        self.assertEqual([f"you said m{n}" for n in range(6)] + ["you said while it was dead"], heard)
        lines = [line.line for line in self.agent.wire.lines]
        self.assertFalse([line for line in lines if PASSWORD in line])

    def test_replaced(self) -> None:
        """Two bots of one name and device: the first is over, and says why."""
        first = self.echo()
        self.begin(first)
        ended: list[object] = []
        first.ended.addErrback(lambda failure: ended.append(failure.getErrorMessage()))
        old, self.bot_net = self.bot_net, Net(self.clock, self.serve)
        self.begin(self.echo(), register=False)
        old.settle()
        self.assertIn("Replaced", str(ended))

    def test_ping(self) -> None:
        """It answers a ping by itself."""
        self.begin(self.echo())
        pinged = self.ana.ping("echo")
        self.wait(1)
        self.successResultOf(pinged)

    def test_backlog(self) -> None:
        """More than it holds is passed over and asked for again: all are handled, in order, each answered."""
        self.patch(handing, "FULL", 10)
        self.patch(handing, "EASED", 3)
        self.begin(first := self.echo())
        self.end_bot(first)
        for number in range(40):
            self.ana.say(Audience.of("echo"), f"m{number}")
        self.wait(20)
        again = Bot("echo")
        handled: list[str] = []

        @again.on_message
        async def count(message: Message) -> None:
            handled.append(message.text)
            await again.sleep(0.1)
            await message.reply(f"re {message.text}")

        self.begin(again, register=False)
        self.ana.say(Audience.of("echo"), "live")
        self.wait(40)
        self.assertEqual([*(f"m{number}" for number in range(40)), "live"], handled)
        answers = [text for text in self.heard(self.ana, Audience.of("echo")) if text.startswith("re ")]
        self.assertEqual([f"re {text}" for text in handled], answers)
        self.assertIn("SYNC", " ".join(line.line for line in self.agent.wire.lines))
