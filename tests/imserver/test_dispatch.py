"""Every declared command has one answer, or the server does not start."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol import commands, replies
from improtocol.states import State
from improtocol.vocabulary import Command, Reply
from imserver.dispatch import Dispatcher, answers
from imserver.features.housekeeping import Housekeeping

from ..stage import Stage


class Parrot:
    """A feature that answers PING, whoever asks."""

    @answers(commands.Ping)
    async def ping(self, caller: object, command: commands.Ping) -> replies.Pinged:
        """Give the name back."""
        return replies.Pinged(command.name)


class DispatcherTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.addCleanup(setattr, Command, "by_verb", dict(Command.by_verb))

    def refused(self, *features: object) -> str:
        """Give the sentence with which a start is refused."""
        return str(self.assertRaises(TypeError, Dispatcher, *features))

    def only(self, *described: type[Command[Reply]]) -> None:
        """Have no other commands declared."""
        Command.by_verb = {command.verb: command for command in described}

    def test_answered(self) -> None:
        """A command is answered by the method that is marked for it."""
        self.only(commands.Ping)
        dispatcher = Dispatcher(Parrot())

        async def ask() -> replies.Pinged:
            return await dispatcher.answer(self, commands.Ping("bob"))

        self.assertEqual(self.successResultOf(ask()), replies.Pinged("bob"))

    def test_a_new_command_without_an_answer(self) -> None:
        """The whole server refuses to start, and names the verb."""

        class Wave(Command[replies.Pinged], verb="WAVE", allowed_in=State, example="WAVE", does="wave"):
            """Wave."""

        self.assertIs(Command.by_verb["WAVE"], Wave)
        self.assertEqual(str(self.assertRaises(TypeError, Stage)), "no feature answers WAVE")

    def test_all_that_have_none(self) -> None:
        """Every verb without an answer is named."""
        others = ", ".join(sorted(set(Command.by_verb) - {"HELP", "VERSION", "QUIT"}))
        self.assertEqual(self.refused(Housekeeping()), f"no feature answers {others}")

    def test_two_answers(self) -> None:
        """A verb with two answers is named, and so are both."""
        self.only(commands.Ping)
        said = self.refused(Parrot(), Parrot())
        self.assertRegex(said, r"^PING has two answers: .*Parrot\.ping.* and .*Parrot\.ping")

    def test_inherited(self) -> None:
        """A feature answers what its parent does, and once."""

        class Louder(Parrot):
            """Another bird."""

        self.only(commands.Ping)
        Dispatcher(Louder())
