"""Every command, in every state, with every defect: each has its declared refusal (promises C4, C5).

The cells are made from the vocabulary, so a new command has them by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.states import State
from improtocol.vocabulary import Argument, Command
from imserver.bounds import UNHURRIED
from tests.stage import Actor, Stage

#: A value of each kind that is right, one that is not, and what that is refused with.
SAMPLES = {
    "name": ("bob", "4bob", "bad-name"),
    "audience": ("bob,carol", "bob,,carol", "bad-argument"),
    "number": ("4", "04", "bad-argument"),
    "device": ("phone", "pho/ne", "bad-argument"),
    "epoch": ("k3", "k/3", "bad-argument"),
    "mark": ("0.7", "0/7", "bad-argument"),
    "token": ("t", "", "bad-argument"),
    "resume": ("tok3n", "tok/3n", "bad-argument"),
    "yes": ("yes", "no", "bad-argument"),
    "figure": ("queue", "que/ue", "bad-argument"),
    "ref": ("r", "", "bad-argument"),
    "code": ("7KQ2-M4XD-9TRB", "7KQ2_M4XD", "bad-argument"),
    "verb": ("SEND", "S3ND", "bad-argument"),
    "online": ("online", "asleep", "bad-argument"),
    "shown": ("away", "asleep", "bad-argument"),
    "text": ("hello", "a\\qb", "bad-escape"),
    "status": ("at lunch", "a\\qb", "bad-escape"),
    "password": ("correct horse", "short", "bad-password"),
    "right": ("administrator", "operator", "bad-argument"),
    "count": ("20", "0", "bad-argument"),
    "days": ("7", "1000", "bad-argument"),
    "limit": ("20", "0", "bad-argument"),
    "seconds": ("30", "0", "bad-argument"),
}
COMMANDS = sorted(Command.by_verb.values(), key=lambda command: command.verb)
Cell = tuple[str, bytes, str]  #: what is wrong, the line, the code of its refusal


def line_of(command: type[Command[Any]], **other: str | None) -> bytes:
    """Write a command with all its arguments; ``other`` are other values, None leaves one out."""

    def value(argument: Argument) -> str | None:
        return other.get(argument.name, SAMPLES[argument.kind.name][0])

    words = [value(argument) for argument in command.word_arguments]
    keys = [f"{key}={value(argument)}" for key, argument in command.key_arguments.items()]
    line = " ".join([command.verb, *(word for word in words if word is not None), *keys])
    text = command.text_argument
    if text is not None and (said := value(text)) is not None:
        line += f" :{said}"
    return line.encode()


def with_more(line: bytes, more: bytes) -> bytes:
    """Put something before the text of a line."""
    head, colon, text = line.partition(b" :")
    return head + b" " + more + colon + text


def cells(command: type[Command[Any]]) -> Iterator[Cell]:
    """Make every way in which a line of this command can be wrong."""
    good = line_of(command)
    head = good.partition(b" :")[0]
    bare = " ".join([command.verb, *(SAMPLES[a.kind.name][0] for a in command.word_arguments)]).encode()
    text = command.text_argument
    said = b"" if text is None else b" :" + SAMPLES[text.kind.name][0].encode()
    yield "a word too many", bare + b" again" + said, "extra-word"
    yield "a key nobody knows", with_more(good, b"colour=blue"), "unknown-key"
    yield "a key that is no key", with_more(good, b"Colour=blue"), "bad-line"
    yield "a key without a name", with_more(good, b"=blue"), "bad-line"
    yield (
        "too many keys",
        with_more(bare + said, b" ".join(b"k%s=v" % (b"a" * n) for n in range(1, 18))),
        "bad-line",
    )
    yield "a control sign", good + b"\x07", "bad-line"
    yield "bytes that are no letters", good + b"\xff", "bad-line"
    yield "a blank that is none", with_more(good, "x\u00a0y".encode()), "bad-line"
    if text is None:
        yield "a text", good + b" :more", "extra-text"
    elif text.required:
        yield "no text", head, "no-text"
    for argument in command.word_arguments:
        if argument.required:
            left_out = [a.name for a in command.word_arguments if not a.required]
            fewer = line_of(command, **dict.fromkeys([argument.name, *left_out]))
            without_keys = b" ".join(
                part for part in fewer.partition(b" :")[0].split(b" ") if b"=" not in part
            )
            yield f"no {argument.key}", without_keys + said, "missing-word"
    for key in command.key_arguments:
        yield f"{key}= twice", with_more(good, f"{key}=x".encode()), "repeated-key"
        yield f"a word behind {key}=", with_more(good, b"word"), "bad-line"
    for argument in command.arguments():
        _, bad, code = SAMPLES[argument.kind.name]
        yield f"a wrong {argument.key}", line_of(command, **{argument.name: bad}), code
        if argument.kind.limit is not None:
            long = "a" * (argument.kind.limit + 1)
            yield f"a long {argument.key}", line_of(command, **{argument.name: long}), "too-long"


class MatrixTests(SynchronousTestCase):
    """One line, one answer; and nothing has changed."""

    def setUp(self) -> None:
        self.stage = Stage(bounds=UNHURRIED)
        self.bob = self.stage.enter("bob")
        self.actors = {state: self.in_state(state) for state in State}
        self.ada = self.stage.enter("ada")
        self.stage.appoint("ada")
        self.bob.forget()

    @property
    def alice(self) -> Actor:
        """Give somebody who is logged in, and no administrator."""
        return self.actors[State.LOGGED_IN]

    def in_state(self, state: State) -> Actor:
        """Give somebody in a state."""
        actor = self.stage.actor(state.value)
        if state is not State.UNREGISTERED:
            actor.say("REGISTER alice :correct horse")
            if state is State.LOGGED_IN:
                actor.say("LOGIN alice :correct horse")
        actor.forget()
        return actor

    def answered(self, actor: Actor, line: bytes) -> str:
        """Say a line under a tag, and give the one answer it has."""
        actor.send(b"@7 " + line + b"\n")
        self.stage.settle()
        answers = [heard for heard in actor.heard() if not heard.startswith("*")]
        self.assertEqual(len(answers), 1, (line, answers))
        return answers[0]

    def test_every_cell(self) -> None:
        """Whatever is wrong with a command's line, in whatever state, is refused as it is declared."""
        tried = 0
        for command in COMMANDS:
            for wrong, line, code in cells(command):
                early = len(line) <= limits.EARLY_LINE - len("@7 ")  # else it is too long before login
                everybody = [*self.actors.values(), self.ada] if early else [self.alice, self.ada]
                for actor in everybody:
                    answer = self.answered(actor, line)
                    verb = "?" if code == "bad-line" else command.verb
                    self.assertTrue(
                        answer.startswith(f"@7 ERR {verb} {code} "),
                        (command.verb, actor.connection._session.state, wrong, line, answer),
                    )
                    tried += 1
        self.assertGreater(tried, 25 * len(COMMANDS))
        self.assertEqual([actor.connection._session.state for actor in self.actors.values()], list(State))
        self.assertEqual(self.bob.heard(), [])
        self.assertEqual([line for line in self.stage.logged if " broke " in line], [])

    def test_wrong_states(self) -> None:
        """A command that is not for a state says which state it is, and what may be said in it."""
        for command in COMMANDS:
            for state in set(State) - command.allowed_in:
                may = [c for c in COMMANDS if state in c.allowed_in and c.right is None]
                self.assert_wrong_state(self.actors[state], command, state, may)
            if State.LOGGED_IN not in command.allowed_in:
                everything = [c for c in COMMANDS if State.LOGGED_IN in c.allowed_in]
                self.assert_wrong_state(self.ada, command, State.LOGGED_IN, everything)

    def assert_wrong_state(
        self, actor: Actor, command: type[Command[Any]], state: State, may: list[type[Command[Any]]]
    ) -> None:
        """Say a command, and hear what may be said instead."""
        verbs = ",".join(c.verb for c in may)
        answer = self.answered(actor, line_of(command))
        self.assertIn(f"@7 ERR {command.verb} wrong-state {state.value} may={verbs} :", answer)

    def test_without_the_right(self) -> None:
        """What needs a right is refused to whoever has not got it, and changes nothing."""
        before = self.stage.storage.open()
        for command in COMMANDS:
            if command.right is not None:
                answer = self.answered(self.alice, line_of(command))
                self.assertTrue(
                    answer.startswith(f"@7 ERR {command.verb} not-allowed {command.right} :"), answer
                )
        self.assertEqual(self.stage.storage.open(), before)
        self.assertEqual(self.answered(self.ada, b"INVITES"), "@7 OK INVITES 0")
        self.assertEqual(self.bob.heard(), [])

    def test_a_thousand_at_once(self) -> None:
        """A thousand commands of all kinds in one packet have a thousand answers, in their order (C5)."""
        alice = self.alice
        kinds = [
            b"PING",
            b"SEND bob :x",
            b"SEND nobody :x",
            b"NONSENSE",
            b"WHO online",
            b"ACK 1",
            b"HISTORY limit=0",
        ]
        alice.send(b"".join(b"@%d %s\n" % (n, kinds[n * n % len(kinds)]) for n in range(1000)))
        self.stage.wait(30)
        finals = [line.split(" ") for line in alice.heard() if not line.startswith("*")]
        tags = [words[0] for words in finals if words[1] in ("OK", "ERR")]
        self.assertEqual(tags, [f"@{n}" for n in range(1000)])
