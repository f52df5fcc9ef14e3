"""What a bot is promised, in a rehearsal: each message until it is handled (promise A7), each answer once."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from imclient.bot import EVERYONE, Bot, Message
from imclient.bot.testing import Rehearsal


def echo(**given: int | None) -> Bot:
    """Make a bot that echoes."""
    bot = Bot("echo", **given)  # type: ignore[arg-type]

    @bot.on_message
    def handle(message: Message) -> str:
        return message.text

    return bot


class AnsweringTests(SynchronousTestCase):
    def test_reply(self) -> None:
        """A reply goes where it was said; what was said to everyone is answered to its sender."""
        play = Rehearsal(echo(), "bo")
        play.hear("ana", "alone")
        play.hear("ana", "three of us", to="bo,echo")
        play.hear("ana", "all", to="*")
        self.assertEqual([("ana", "alone"), ("ana,bo", "three of us"), ("ana", "all")], play.new())

    def test_kinds_of_handler(self) -> None:
        """A handler may give a text, nothing, or be a coroutine that does; or reply by itself."""
        bot = Bot("echo")

        @bot.on_message
        async def handle(message: Message) -> str | None:
            number = await message.reply("one moment")
            await bot.sleep(5)
            return f"behind {number}" if message.text == "x" else None

        play = Rehearsal(bot)
        play.hear("ana", "x")
        self.assertEqual([("ana", "one moment")], play.new())
        play.wait(5)
        self.assertEqual([("ana", "behind 2")], play.new())

    def test_own_words(self) -> None:
        """What the bot says on another device is not handed to it."""
        play = Rehearsal(echo(), "echo")
        play.hear("echo", "me", to="ana")
        play.wait(2)
        self.assertEqual(([], 1), (play.new(), play.acknowledged))

    def test_of_its_own_accord(self) -> None:
        """When it is ready it may say something, to names or to everyone; an unknown name fails."""
        bot = Bot("echo")
        wrong: list[str] = []

        @bot.on_ready
        async def ready() -> None:
            await bot.say("ana, bo", "hello")
            await bot.say(EVERYONE, "all")
            await bot.say("*", "all of you")
            try:
                await bot.say("nobody-there", "x")
            except Exception as error:
                wrong.append(str(error))

        play = Rehearsal(bot, "ana", "bo")
        self.assertEqual([("ana,bo", "hello"), ("*", "all"), ("*", "all of you")], play.new())
        self.assertEqual(["There is no user called nobody-there."], wrong)

    def test_people(self) -> None:
        """It can ask who there is."""
        bot = Bot("echo")

        @bot.on_message
        async def handle(message: Message) -> str:
            return ", ".join(person.name for person in await bot.people())

        play = Rehearsal(bot, "bo", "carol")
        play.hear("ana", "who?")
        self.assertEqual([("ana", "ana, bo, carol")], play.new())


class UntilHandledTests(SynchronousTestCase):
    """A message is handed over again until its handler has returned and its answers are stored."""

    def waiting(self, **given: int) -> tuple[Bot, list[str], list[Deferred[None]]]:
        """Make a bot whose handlers return when the test says so."""
        bot, handed, returns = Bot("slow", **given), list[str](), list[Deferred[None]]()  # type: ignore[arg-type]

        @bot.on_message
        async def handle(message: Message) -> str:
            handed.append(message.text)
            returned: Deferred[None] = Deferred()
            returns.append(returned)
            await returned
            return f"done {message.text}"

        return bot, handed, returns

    def test_not_acknowledged_before(self) -> None:
        """No ACK is said for a message while its handler runs, nor for one behind it."""
        bot, handed, returns = self.waiting(at_once=2)
        play = Rehearsal(bot)
        play.hear("ana", "one")
        play.hear("ana", "two")
        play.wait(3)
        self.assertEqual((["one", "two"], 0), (handed, play.acknowledged))
        returns[1].callback(None)
        play.wait(3)
        self.assertEqual(0, play.acknowledged)
        returns[0].callback(None)
        play.wait(3)
        self.assertEqual(2, play.acknowledged)

    def test_in_order(self) -> None:
        """One after the other, unless more at once are asked for."""
        bot, handed, returns = self.waiting()
        play = Rehearsal(bot)
        for text in ("one", "two", "three"):
            play.hear("ana", text)
        self.assertEqual(["one"], handed)
        returns[0].callback(None)
        self.assertEqual(["one", "two"], handed)

    def test_crash(self) -> None:
        """After a crash what was not handled is handed over again, and what was is not."""
        bot, _, returns = self.waiting()
        play = Rehearsal(bot)
        play.hear("ana", "one")
        play.hear("ana", "two")
        returns[0].callback(None)
        play.wait(2)
        again, handed, _ = self.waiting()
        play.crash(again)
        self.assertEqual(["two"], handed)

    def test_answers_count(self) -> None:
        """A message whose answer was not stored is not handled, though its handler has returned."""
        play = Rehearsal(echo())
        play.lose()
        play.come_back()
        play.hear("ana", "one")
        play.wait(2)
        self.assertEqual(1, play.acknowledged)

    def test_the_same_answer_once(self) -> None:
        """Handled again after a crash, a message has one answer, also when the words are others by then."""

        def counting(words: str) -> Bot:
            bot = Bot("echo")

            @bot.on_message
            def handle(message: Message) -> str:
                message.reply("first")
                return words

            return bot

        play = Rehearsal(counting("at ten"))
        number = play.hear("ana", "x")
        # The cursor is set back: the ACK was lost with the crash.
        play.wait(2)
        play.acknowledged = number - 1
        play.crash(counting("at eleven"))
        play.wait(2)
        self.assertEqual([("ana", "first"), ("ana", "at ten")], play.new())
        self.assertGreaterEqual(play.acknowledged, number)

    def test_lost_link(self) -> None:
        """What is being handled when the link breaks is not begun again; its answer is said later."""
        bot, handed, returns = self.waiting()
        play = Rehearsal(bot)
        play.hear("ana", "one")
        play.lose()
        returns[0].callback(None)
        self.assertEqual([], play.new())
        play.come_back()
        self.assertEqual((["one"], [("ana", "done one")]), (handed, play.new()))
        play.wait(2)
        self.assertEqual(2, play.acknowledged)  # its own answer, too

    def test_raises(self) -> None:
        """A handler that raises is called again after a pause, others wait; in the end it is passed over."""
        bot, calls = Bot("echo", tries=3), list[str]()

        @bot.on_message
        def handle(message: Message) -> str:
            calls.append(message.text)
            if message.text == "bad":
                raise ZeroDivisionError(message.text)
            return message.text

        play = Rehearsal(bot)
        play.hear("ana", "bad")
        play.hear("ana", "good")
        play.wait(10)
        self.assertEqual(["bad", "bad", "bad", "good"], calls)
        self.assertEqual(3, len(self.flushLoggedErrors(ZeroDivisionError)))
        self.assertEqual([("ana", "good")], play.new())

    def test_planted(self) -> None:
        """A bot that said ACK before its handler returned would lose what it handles: it would show."""
        from imclient.bot import handing

        def too_early(self: handing.Handing, entry: handing.Entry) -> None:
            entry.open -= 1
            entry.event, event = None, entry.event
            self._acknowledge()
            entry.event = event
            entry.open += 1
            really(self, entry)

        really: Callable[[handing.Handing, handing.Entry], None] = handing.Handing._run
        self.patch(handing.Handing, "_run", lambda self, entry: (self.begun(entry), too_early(self, entry)))
        bot, _, _ = self.waiting()
        play = Rehearsal(bot)
        play.hear("ana", "one")
        play.wait(2)
        again, handed, _ = self.waiting()
        play.crash(again)
        self.assertEqual([], handed)  # it is lost


class CommandTests(SynchronousTestCase):
    """Commands made from functions."""

    def setUp(self) -> None:
        bot = Bot("calc")

        @bot.command
        def add(message: Message, first: int, second: int = 1) -> str:
            """Add two numbers.

            The second is 1 if it is left out.
            """
            return str(first + second)

        @bot.command
        def total(message: Message, *numbers: float) -> str:
            """Add many."""
            return f"{sum(numbers):g}"

        @bot.command
        async def tell(message: Message, whom: str, *, text: str) -> None:
            """Tell somebody something."""
            await message.say(EVERYONE if whom == "all" else _one(whom), text)

        self.play = Rehearsal(bot, "bo")

    def ask(self, text: str, to: str = "") -> list[tuple[str, str]]:
        """Say something and give what the bot says."""
        self.play.hear("ana", text, to)
        return self.play.new()

    def test_words(self) -> None:
        """Words are read as they are annotated; those with a default may be left out."""
        self.assertEqual([("ana", "5")], self.ask("add 2 3"))
        self.assertEqual([("ana", "3")], self.ask("!ADD  2"))
        self.assertEqual([("ana", "6.5")], self.ask("total 1 2.5 3"))
        self.assertEqual([("bo", "hello  there")], self.ask("tell bo hello  there"))

    def test_wrong(self) -> None:
        """What cannot be read is answered by how it is written."""
        self.assertEqual(
            [("ana", "FIRST is a whole number, not x. Write add FIRST [SECOND].")], self.ask("add x")
        )
        for text in ("add", "add 1 2 3"):
            self.assertEqual([("ana", "Write add FIRST [SECOND].")], self.ask(text))
        self.assertEqual([("ana", "Write tell WHOM TEXT.")], self.ask("tell bo"))

    def test_among_others(self) -> None:
        """Among others a command is called with a mark, and other talk is left alone."""
        self.assertEqual([], self.ask("add 1 2", to="bo,calc"))
        self.assertEqual([("ana,bo", "3")], self.ask("!add 1 2", to="bo,calc"))

    def test_help(self) -> None:
        """Help is made from signatures and docstrings."""
        known = (
            "I know:\nadd FIRST [SECOND]: Add two numbers.\ntotal [NUMBERS ...]: Add many.\n"
            "tell WHOM TEXT: Tell somebody something.\nhelp [COMMAND]"
        )
        self.assertEqual([("ana", known)], self.ask("help"))
        self.assertEqual([("ana", f"I do not know that. {known}")], self.ask("what?"))
        (answer,) = self.ask("help add")
        self.assertIn("The second is 1 if it is left out.", answer[1])

    def test_declared_wrong(self) -> None:
        """A parameter of another kind is refused when it is declared."""
        bot = Bot("x")
        with self.assertRaises(TypeError):

            @bot.command
            def bad(message: Message, when: dict[str, str]) -> None:
                """Do nothing."""


def _one(name: str) -> object:
    from imclient.bot import Audience

    return Audience.of(name)
