"""How a message is declared."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.commands import Help, Login, Send
from improtocol.events import Hello
from improtocol.fields import Number
from improtocol.limits import KEY, KEYS, VERB
from improtocol.replies import Helped, HelpLine
from improtocol.states import State
from improtocol.vocabulary import Command, Event, Item, Message, Reply, optional_word

from .declared import COMMANDS, TOLD


class DeclaredTests(SynchronousTestCase):
    """What a declaration makes."""

    def test_where_an_argument_stands(self) -> None:
        """Without a default it is a word, with one a key=value, and a text is behind the colon."""
        self.assertEqual([a.key for a in Login.word_arguments], ["name"])
        self.assertEqual(list(Login.key_arguments), ["device", "since", "epoch", "token", "remember"])
        self.assertEqual(
            Login.syntax(),
            "LOGIN name [device=device] [since=number] [epoch=epoch]"
            " [token=resume] [remember=yes] [:password]",
        )
        self.assertEqual(Help.syntax(), "HELP [verb]")
        self.assertEqual(Hello.syntax(), "* HELLO server protocol=number [can=words] [register=word] [:line]")
        self.assertEqual([a.key for a in Send.arguments()], ["audience", "ref", "text"])

    def test_what_it_says(self) -> None:
        """Each has a sentence that says what it means, and only passwords and invites are secret."""
        for described in [*COMMANDS, *TOLD]:
            self.assertRegex(described.summary(), r"^[A-Z].*[.:,]?$", described)
        self.assertEqual(
            [c.verb for c in COMMANDS if c.has_secret()], ["REGISTER", "LOGIN", "CONFIRM", "PASSWORD"]
        )

    def test_every_shape_can_be_read(self) -> None:
        """What may be left out stands behind what may not, and all keys of a command may be left out."""
        for described in [*COMMANDS, *TOLD]:
            required = [a.required for a in described.word_arguments]
            self.assertEqual(required, sorted(required, reverse=True))
            self.assertLessEqual(sum(not r for r in required), 1, "which one is left out?")
            self.assertLessEqual(len(described.verb), VERB)
            self.assertLessEqual(len(described.key_arguments), KEYS)
            for key, argument in described.key_arguments.items():
                self.assertRegex(key, rf"^[a-z][a-z-]{{0,{KEY - 1}}}$")
                self.assertFalse(argument.required and issubclass(described, Command))

    def test_a_verb_is_declared_once(self) -> None:
        """Two commands of one verb would not be told apart."""
        for family in (Item, Reply, Event):
            with self.assertRaises(TypeError):
                type("Again", (family,), {"__annotations__": {}}, verb=next(iter(family.by_verb)))

    def test_families_have_their_own_verbs(self) -> None:
        """A verb may be a command's, a reply's and an event's, each a class of its own."""
        self.assertIsNot(Reply.by_verb["PING"], Event.by_verb["PING"])
        self.assertFalse(hasattr(Message, "by_verb"))

    def test_a_kind_is_found_in_what_may_be_left_out(self) -> None:
        """``Number | None`` is a number."""

        class Family(Message):
            """A family of its own, so that nothing is declared for the others."""

        class Counted(Family, verb="COUNTED"):
            """Something counted."""

            count: Number | None = optional_word(default=None)

        self.assertEqual([a.kind.name for a in Counted.word_arguments], ["number"])


class ReplyTests(SynchronousTestCase):
    """An OK line and the lines of the answer before it."""

    def test_behind(self) -> None:
        """The lines before it are no part of what the OK line says."""
        line = HelpLine("LOGIN alice :correct horse")
        reply = Helped(1).behind(line)
        self.assertEqual(reply.items, (line,))
        self.assertEqual(reply, Helped(1))
        self.assertEqual(Helped(1).items, ())


class StateTests(SynchronousTestCase):
    """The states, which only commands move."""

    def test_every_state_can_be_left_and_reached(self) -> None:
        """The steps are these, and each state has its meaning."""
        steps = {(s, c.enters) for c in COMMANDS for s in c.allowed_in if c.enters}
        self.assertEqual(
            steps,
            {
                (State.UNREGISTERED, State.REGISTERED),
                (State.REGISTERED, State.REGISTERED),
                (State.UNREGISTERED, State.LOGGED_IN),
                (State.REGISTERED, State.LOGGED_IN),
                (State.LOGGED_IN, State.REGISTERED),
            },
        )
        for state in State:
            self.assertTrue(state.meaning)

    def test_what_moves_the_state_runs_alone(self) -> None:
        """Nothing that moves the state is begun before what was said before it is answered (R14)."""
        self.assertEqual([c.verb for c in COMMANDS if c.pipelined and c.enters], [])
        for command in COMMANDS:
            self.assertTrue(command.allowed_in)
            self.assertIn(command.reply, Reply.by_verb.values())
            self.assertEqual(command.reply.verb, command.verb)
