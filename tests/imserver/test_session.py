"""A session: what may be said in which state, and whom it speaks for."""

from __future__ import annotations

from collections.abc import Awaitable
from itertools import count, pairwise
from typing import Any, TypeVar, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from improtocol.audience import Audience
from improtocol.codec import parse_from_client
from improtocol.commands import Login, Logout, Ping, Register, Send
from improtocol.errors import LoginRefused, NameTaken, NotAllowed, Refusal, WrongState
from improtocol.events import Bye, Live
from improtocol.names import ASCII_NAMES
from improtocol.states import State
from improtocol.vocabulary import Command, Event, Reply
from imserver.avatar import Avatar
from imserver.bounds import UNHURRIED
from imserver.dispatch import Dispatcher
from imserver.session import Session
from imserver.storage.records import Account
from imserver.users import User

from ..stage import Stage

R = TypeVar("R", bound=Reply)
PASSWORD = "correct horse"


def way_to(state: State, name: str) -> list[Command[Any]]:
    """Give what brings the session of somebody new into a state."""
    commands: list[Command[Any]] = [Register(name, PASSWORD), Login(name, PASSWORD)]
    return commands[: [State.UNREGISTERED, State.REGISTERED, State.LOGGED_IN].index(state)]


class Listener:
    """A carrier that keeps what it is given."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.lines = b""
        self.bye: list[Bye | None] = []

    def tell(self, event: Event) -> None:
        """Keep an event."""
        self.told.append(event)

    def write(self, lines: bytes) -> None:
        """Keep lines."""
        self.lines += lines

    def close(self, bye: Bye | None) -> None:
        """Keep the good-bye."""
        self.bye.append(bye)


def example(described: type[Command[Any]]) -> Command[Any]:
    """Make the command that its own declaration gives as an example."""
    command = parse_from_client(described.example.encode(), ASCII_NAMES).what
    assert isinstance(command, described)
    return command


class SessionCase(SynchronousTestCase):
    """A session with a server behind it, and no socket before it."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.numbers = count()
        self.open()

    def open(self) -> None:
        """Begin a session."""
        self.carrier = Listener()
        self.session = Session(self.stage.server.dispatcher, self.carrier, 1)

    def begin(self, command: Command[R]) -> Deferred[R]:
        """Ask, and do not wait."""
        return Deferred.fromCoroutine(self.session.perform(command))

    def ask(self, command: Command[R]) -> Deferred[R]:
        """Ask, and wait for what comes of it, as a carrier does."""
        done = self.begin(command)
        self.stage.wait(1)
        self.session.answered()
        self.stage.wait(1)
        return done

    def go(self, state: State) -> None:
        """Bring a new session, of somebody new, into a state."""
        self.open()
        for command in way_to(state, f"somebody{next(self.numbers)}"):
            self.successResultOf(self.ask(command))
        self.assertIs(self.session.state, state)


class StateTests(SessionCase):
    def test_each_command_in_each_state(self) -> None:
        """What a command's declaration does not allow is refused, with the state and what may be said."""
        for state in State:
            may = {
                verb
                for verb, command in Command.by_verb.items()
                if state in command.allowed_in and command.right is None
            }
            for described in Command.by_verb.values():
                with self.subTest(f"{described.verb} in {state.value}"):
                    self.go(state)
                    self.once(described, state, may)

    def once(self, described: type[Command[Any]], state: State, may: set[str]) -> None:
        """Give a command once in a state."""
        before = self.session.avatar
        done = self.ask(example(described))
        outcome: list[Any] = []
        done.addBoth(outcome.append)
        error = getattr(outcome[0], "value", None)
        if state not in described.allowed_in:
            self.assertEqual(error, WrongState(state.value, tuple(sorted(may))))
        elif described.right is not None:
            self.assertEqual(error, NotAllowed(described.right.value))
        elif error is not None:
            self.assertIsInstance(error, Refusal)
            self.assertNotIsInstance(error, WrongState)
        moved = error is None and described.enters is not None
        self.assertIs(self.session.state, described.enters if moved else state)
        if error is not None:
            self.assertIs(self.session.avatar, before)

    def test_only_after_success(self) -> None:
        """The step is taken when the command is done, not when it is begun."""
        steps = zip(way_to(State.LOGGED_IN, "alice"), (State.REGISTERED, State.LOGGED_IN), strict=True)
        for command, reached in steps:
            before = self.session.state
            done = self.begin(command)
            self.stage.settle()
            self.assertNoResult(done)
            self.assertIs(self.session.state, before)
            self.stage.wait(1)
            self.successResultOf(done)
            self.assertIs(self.session.state, reached)

    def test_refused(self) -> None:
        """What is refused moves nothing."""
        self.failureResultOf(self.ask(Login("alice", PASSWORD)), LoginRefused)
        self.assertIs(self.session.state, State.UNREGISTERED)
        self.successResultOf(self.ask(Register("alice", PASSWORD)))
        self.failureResultOf(self.ask(Register("alice", PASSWORD)), NameTaken)
        self.failureResultOf(self.ask(Login("alice", "wrong horse")), LoginRefused)
        self.assertIs(self.session.state, State.REGISTERED)
        self.assertIsNone(self.session.avatar)

    def test_out_and_in_again(self) -> None:
        """Logged out a session speaks for nobody and is told nothing, and may come in as somebody else."""
        self.go(State.LOGGED_IN)
        self.successResultOf(self.ask(Logout()))
        self.assertIsNone(self.session.avatar)
        self.assertIs(self.session.state, State.REGISTERED)
        told = len(self.carrier.told), self.carrier.lines
        self.stage.enter("bob").say("SEND * :anybody there?")
        self.assertEqual((len(self.carrier.told), self.carrier.lines), told)
        self.successResultOf(self.ask(Login("bob", PASSWORD)))
        self.assertEqual(self.session.speaker().name, "bob")

    def test_some_forms_need_an_avatar(self) -> None:
        """PING of a user is refused as everything is that is only for those who are logged in."""
        self.failureResultOf(self.ask(Ping("bob")), WrongState)


class AvatarTests(SessionCase):
    """Whom a command is answered for."""

    def test_caller(self) -> None:
        """Only what needs somebody logged in is answered for an avatar; the rest for the session."""
        callers: list[object] = []

        class Asked:
            """A dispatcher that notes who asks."""

            def answer(self, caller: object, command: Command[R]) -> Awaitable[R]:
                """Note it, and never answer."""
                callers.append(caller)
                return Deferred()

        session = Session(cast(Dispatcher, Asked()), self.carrier, 1)
        session.state = State.LOGGED_IN
        avatar = Avatar(User(Account(1, "alice", 1, administrator=True)), session)
        session.inhabit(avatar, lambda reason: None)
        for described in Command.by_verb.values():
            if State.LOGGED_IN in described.allowed_in:
                Deferred.fromCoroutine(session.perform(example(described)))
                needs = described.allowed_in == {State.LOGGED_IN}
                self.assertIs(callers[-1], avatar if needs else session, described.verb)

    def test_leaving(self) -> None:
        """However it ends, an avatar is left once, and it is told why."""
        ways = {
            "logout": lambda: self.ask(Logout()),
            "replaced": lambda: self.session.end(Bye("replaced")),
            "dropped": lambda: self.session.close("dropped"),
        }
        for reason, leave in ways.items():
            self.go(State.LOGGED_IN)
            leave()
            self.session.close("later")
            self.stage.settle()
            gone = [line for line in self.stage.logged if " logged-out " in line]
            self.assertTrue(gone[-1].endswith(f"why={reason}"), gone[-1])
            self.assertEqual(len(gone), [*ways].index(reason) + 1)

    def test_ended_by_the_server(self) -> None:
        """A session that the server ends says good-bye and speaks for nobody."""
        self.go(State.LOGGED_IN)
        self.session.end(Bye("shutdown"))
        self.assertEqual(self.carrier.bye, [Bye("shutdown")])
        self.assertIsNone(self.session.avatar)

    def test_closed_while_coming_in(self) -> None:
        """Who is gone before the login was done is nobody's avatar, and no place is kept."""
        self.successResultOf(self.ask(Register("alice", PASSWORD)))
        done = self.begin(Login("alice", PASSWORD))
        self.stage.settle()
        self.session.close("dropped")
        self.stage.wait(1)
        self.failureResultOf(done, LoginRefused)
        self.assertIsNone(self.session.avatar)
        self.assertFalse([line for line in self.stage.logged if " logged-in " in line])

    def test_afterwards(self) -> None:
        """What follows an answer is done when the carrier says that it has been written, and once."""
        self.successResultOf(self.ask(Register("alice", PASSWORD)))
        done = self.begin(Login("alice", PASSWORD))
        self.stage.wait(1)
        self.successResultOf(done)
        self.assertEqual([event for event in self.carrier.told if isinstance(event, Live)], [])
        for _ in range(2):
            self.session.answered()
            self.assertEqual(len([event for event in self.carrier.told if isinstance(event, Live)]), 1)

    def test_said_as_oneself(self) -> None:
        """What is said bears the name of the avatar."""
        bob = self.stage.enter("bob")
        self.go(State.LOGGED_IN)
        bob.forget()
        self.successResultOf(self.ask(Send(Audience.of("bob"), "x")))
        self.assertRegex("\n".join(bob.heard()), r"^\* MESSAGE \d+ somebody0 bob ")


SECRETS = {"alice": "alice's own", "bob": "bob's and no other"}
STEPS = [
    *(f"LOGIN {name} :{secret}" for name in SECRETS for secret in SECRETS.values()),
    *(f"REGISTER {name} :{secret}" for name, secret in SECRETS.items()),
    "REGISTER NEW :brand new",
    "LOGIN nobody-there :alice's own",
    "LOGOUT",
    "SEND bob",
]


class Life:
    """What must become of a connection, told by three rules."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.registered = False

    def step(self, line: str) -> str:
        """Say how the answer to a line must begin."""
        verb, _, rest = line.partition(" ")
        name, _, secret = rest.partition(" :")
        if verb == "SEND":
            return "ERR SEND no-text"
        if (verb == "LOGOUT") is (self.name is None):
            state = "logged-in" if self.name else "registered" if self.registered else "unregistered"
            return f"ERR {verb} wrong-state {state} "
        if verb == "LOGOUT":
            self.name, self.registered = None, True
            return "OK LOGOUT"
        if verb == "REGISTER":
            self.registered = self.registered or name not in SECRETS
            return f"ERR REGISTER name-taken {name} " if name in SECRETS else f"OK REGISTER {name}"
        if SECRETS.get(name) == secret:
            self.name = name
            return f"OK LOGIN {name} "
        return "ERR LOGIN login-refused :"


class IdentityTests(SynchronousTestCase):
    def test_whose_secret_was_proved(self) -> None:
        """After any commands, cut into any packets, a session speaks for the name it proved last (D6)."""
        stage = Stage(bounds=UNHURRIED)
        for name, secret in SECRETS.items():
            stage.enter(name, password=secret).leave()
        witness = stage.enter("witness")
        numbers = count()

        @settings(max_examples=80, derandomize=True)
        @given(st.lists(st.sampled_from(STEPS), max_size=12), st.lists(st.integers(0, 600), max_size=4))
        def live(steps: list[str], cuts: list[int]) -> None:
            life, typed, answers, pings = Life(), [], [], []
            for step in steps:
                line = step.replace("NEW", f"new{next(numbers)}")
                token = next(numbers)
                typed += [line, f"PING witness token={token}"]
                answers.append(life.step(line))
                if life.name:
                    pings.append(f"* PING {life.name} token={token}")
            actor = stage.actor(f"actor{next(numbers)}")
            witness.forget()
            data = "".join(f"{line}\n" for line in typed).encode()
            places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
            for begin, end in pairwise(places):
                actor.send(data[begin:end])
                stage.wait(0.01)
            stage.wait(1)
            heard = [line for line in actor.heard() if not line.startswith("* ")]
            self.assertEqual(len(heard), len(typed))
            for answer, expected in zip(heard[::2], answers, strict=True):
                self.assertTrue(answer.startswith(expected), f"{answer} is not {expected}")
            self.assertEqual([line for line in witness.heard() if line.startswith("* PING")], pings)
            actor.leave()

        live()
