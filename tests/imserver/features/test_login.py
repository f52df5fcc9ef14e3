"""Coming in and going: what is proved, where the stream begins, how many there may be."""

from __future__ import annotations

from typing import TypeVar

from twisted.trial.unittest import SynchronousTestCase

from improtocol import codec, limits
from improtocol.audience import EVERYONE, Audience
from improtocol.commands import Ack, Login, Logout, Ping, Register, Send
from improtocol.errors import LoginRefused, MissingKey, NotTold, Offline, TooManySessions
from improtocol.events import Limits, Live, MessageTold, RegisterTold, UserTold
from improtocol.fields import Presence
from improtocol.replies import LoggedIn, Pinged
from improtocol.states import State
from tests.imserver.guest import PASSWORD, Guest
from tests.stage import Stage

T = TypeVar("T")
MOST = int(limits.NAMELESS_SESSIONS)


class LoginCase(SynchronousTestCase):
    """A server with alice, who is REGISTER 1, bob, who is 2, and one message for alice, 3."""

    def setUp(self) -> None:
        self.stage = Stage()
        Guest(self.stage).ask(Register("alice", PASSWORD))
        self.bob = Guest(self.stage).enter("bob")
        self.say("one")

    def say(self, text: str) -> int:
        """Have bob say something to alice."""
        return self.bob.ask(Send(Audience.of("alice"), text)).number

    def log_in(self, **keys: str | int) -> tuple[Guest, LoggedIn]:
        """Log alice in."""
        guest = Guest(self.stage)
        return guest, guest.ask(Login("alice", PASSWORD, **keys))  # type: ignore[arg-type]


class ComingIn(LoginCase):
    """LOGIN with the right secret."""

    def test_what_is_told(self) -> None:
        """The reply says where the stream begins and what waits; then LIMITS, the stream, LIVE (R26)."""
        alice, reply = self.log_in()
        rights = ("everyone",)
        self.assertEqual(reply, LoggedIn("alice", epoch="k3", cursor=1, waiting=2, mark="0.4", rights=rights))
        told = alice.told()
        self.assertEqual([type(event) for event in told], [Limits, RegisterTold, MessageTold, Live])
        self.assertEqual(told[0], Limits(line=8192, text=4096, audience=100, page=100))
        self.assertEqual(told[-1], Live(3, told=2))
        self.assertEqual(alice.session.state, State.LOGGED_IN)

    def test_an_account_s_first_device(self) -> None:
        """It begins at the account's REGISTER; what was said to everyone before is not there (R20, R25)."""
        self.bob.ask(Send(EVERYONE, "to those who are here"))
        carol = Guest(self.stage)
        carol.ask(Register("carol", PASSWORD))
        self.assertEqual(carol.ask(Login("carol", PASSWORD)).cursor, 5)
        self.assertEqual(carol.told(Live), [Live(5, told=0)])

    def test_a_new_device(self) -> None:
        """It begins where the furthest of the account's devices is (R25)."""
        desk, _ = self.log_in(device="desk")
        desk.ask(Ack(3))
        self.say("two")
        for device in ("phone", "tablet"):
            _, reply = self.log_in(device=device)
            self.assertEqual((reply.device, reply.cursor, reply.waiting), (device, 3, 1))

    def test_nameless_sessions_share_a_cursor(self) -> None:
        """What one of them acknowledges, the next is not told again (R24)."""
        one, _ = self.log_in()
        other, _ = self.log_in()
        one.ask(Ack(3))
        self.assertEqual(self.log_in()[1].cursor, 3)
        other.ask(Ack(1))
        self.assertEqual(self.log_in()[1].cursor, 3)

    def test_since(self) -> None:
        """With since= and the epoch of this log the stream begins there, whatever the cursor is (R25)."""
        for since, waiting in ((0, 3), (1, 2), (2, 1), (3, 0)):
            alice, reply = self.log_in(device="desk", since=since, epoch="k3")
            self.assertEqual((reply.cursor, reply.waiting), (since, waiting))
            self.assertEqual(alice.told(Live), [Live(3, told=waiting)])
        self.assertEqual(self.log_in(device="desk")[1].cursor, 1)

    def test_another_epoch(self) -> None:
        """With the epoch of another log it begins at 0, also behind the end of this one (R25)."""
        for since in (0, 2, 999):
            _, reply = self.log_in(device="desk", since=since, epoch="other")
            self.assertEqual((reply.cursor, reply.epoch, reply.waiting), (0, "k3", 3))

    def test_beyond_the_log(self) -> None:
        """A since= that this log never told is refused, with what the device has (R25)."""
        desk, _ = self.log_in(device="desk")
        desk.ask(Ack(2))
        late = Guest(self.stage)
        beyond = Login("alice", PASSWORD, device="desk", since=4, epoch="k3")
        self.assertEqual(late.refused(beyond), NotTold(2))
        self.assertEqual(late.session.state, State.UNREGISTERED)
        self.assertIsNone(desk.bye)

    def test_both_keys_or_neither(self) -> None:
        """since= without epoch=, or the other way about, is refused before anything is hashed."""
        for keys, missing in ({"since": 1}, "epoch"), ({"epoch": "k3"}, "since"):
            asked = Guest(self.stage).begin(Login("alice", PASSWORD, **keys))
            self.assertEqual(self.failureResultOf(asked).value, MissingKey(missing))

    def test_gone_in_the_middle(self) -> None:
        """A session that is gone when its secret is proved is nobody's: nobody is told of it."""
        guest = Guest(self.stage)
        asked = guest.begin(Login("alice", PASSWORD))
        self.stage.wait(0.01)
        guest.leave()
        self.stage.wait(1)
        self.failureResultOf(asked, LoginRefused)
        self.assertEqual(self.bob.told(UserTold), [])
        self.assertEqual(self.bob.refused(Ping("alice")), Offline("alice"))

    def test_what_is_said_and_told_at_once(self) -> None:
        """Of what is committed while somebody logs in, nothing is missed and nothing told twice."""
        guest = Guest(self.stage)
        asked = guest.begin(Login("alice", PASSWORD))
        for text in "abc":
            self.bob.begin(Send(Audience.of("alice"), text))
            self.stage.wait(0.01)
        self.stage.wait(1)
        self.successResultOf(asked)
        numbers = [told.number for told in guest.told(RegisterTold, MessageTold)]  # type: ignore[attr-defined]
        self.assertEqual(numbers, [2, 3, 4, 5, 6])


class Refused(LoginCase):
    """LOGIN with anything else (R39, promise D3)."""

    def test_unknown_and_wrong_are_the_same(self) -> None:
        """An unknown name and a wrong password give the same bytes, and as many hashes."""
        answers, works = set(), []
        for name in ("alice", "nobody-there", "alice", "nobody-there"):
            before = self.stage.hashes
            refusal = Guest(self.stage).refused(Login(name, "wrong password"))
            answers.add(codec.write_refusal(refusal, "LOGIN", "@7"))
            works.append(self.stage.hashes - before)
        self.assertEqual(len(answers), 1)
        self.assertEqual(works, [1, 1, 1, 1])

    def test_what_the_log_says(self) -> None:
        """The log says who was refused, and no secret."""
        Guest(self.stage).refused(Login("alice", "wrong password"))
        [line] = [line for line in self.stage.logged if "login-refused" in line]
        self.assertIn("user=alice", line)
        self.assertNotIn("wrong password", line)

    def test_it_may_be_tried_again(self) -> None:
        """Who was refused may go on, with another name too."""
        guest = Guest(self.stage)
        guest.refused(Login("alice", "wrong password"))
        guest.ask(Login("bob", PASSWORD))
        self.assertEqual(guest.session.speaker().name, "bob")


class HowMany(LoginCase):
    """Sessions of one account beside each other (R24)."""

    def test_sessions_without_a_device(self) -> None:
        """There may be 32; one more is refused until one leaves."""
        guests = [self.log_in()[0] for _ in range(MOST)]
        late = Guest(self.stage)
        self.assertEqual(late.refused(Login("alice", PASSWORD)), TooManySessions(MOST))
        self.log_in(device="desk")
        guests[0].leave()
        late.ask(Login("alice", PASSWORD))
        self.assertEqual(self.bob.ask(Ping("alice")), Pinged("alice", devices=MOST + 1))

    def test_sessions_without_a_device_at_once(self) -> None:
        """There may be 32 also when more come in the same moment."""
        asked = [Guest(self.stage).begin(Login("alice", PASSWORD)) for _ in range(MOST + 3)]
        outcomes: list[object] = []
        for one in asked:
            one.addBoth(outcomes.append)
        self.stage.wait(1)
        self.assertEqual(sum(isinstance(outcome, LoggedIn) for outcome in outcomes), MOST)
        self.assertEqual(self.bob.ask(Ping("alice")), Pinged("alice", devices=MOST))

    def test_a_named_device_has_one(self) -> None:
        """A new session of a device ends the old, which is told so, and then nothing more."""
        old, _ = self.log_in(device="desk")
        beside = [self.log_in(device="phone")[0], self.log_in()[0]]
        old.told()
        self.bob.told()
        new, _ = self.log_in(device="desk")
        assert old.bye is not None
        self.assertEqual((old.bye.reason, old.bye.retry_after), ("replaced", None))
        number = self.say("two")
        self.assertEqual(old.told(), [])
        for guest in (new, *beside):
            self.assertEqual([told.number for told in guest.told(MessageTold)][-1], number)  # type: ignore[attr-defined]
        self.assertEqual([guest.bye for guest in beside], [None, None])

    def test_a_device_that_comes_again_was_never_away(self) -> None:
        """Nobody is told that somebody went and came whose device only has a new session."""
        self.log_in(device="desk")
        self.stage.wait(20)
        self.bob.told()
        self.log_in(device="desk")
        self.stage.wait(20)
        self.assertEqual(self.bob.told(UserTold), [])

    def test_one_device_twice_at_once(self) -> None:
        """Of two sessions of one device that come in the same moment one stays."""
        guests = [Guest(self.stage) for _ in range(2)]
        asked = [guest.begin(Login("alice", PASSWORD, device="desk")) for guest in guests]
        self.stage.wait(1)
        for one in asked:
            self.successResultOf(one)
        self.assertEqual([guest.bye is None for guest in guests], [False, True])
        self.assertEqual(self.bob.ask(Ping("alice")), Pinged("alice", devices=1))

    def test_devices(self) -> None:
        """An account keeps 20; one more, and the longest unused has no cursor of its own any more."""
        for n in range(int(limits.DEVICES)):
            device, _ = self.log_in(device=f"d{n}")
            device.ask(Ack(2 if n else 1))
            device.leave()
            self.stage.wait(1)
        self.assertEqual(self.log_in(device="d0")[1].cursor, 1)
        self.stage.wait(1)
        self.log_in(device="one-more")  # d1 goes
        self.assertEqual(self.log_in(device="d0")[1].cursor, 1)
        later, _ = self.log_in(device="d2")
        later.ask(Ack(3))
        self.assertEqual(self.log_in(device="d1")[1].cursor, 3)  # and now d3
        self.assertEqual(self.log_in(device="d4")[1].cursor, 2)

    def test_a_forgotten_device_that_is_still_there(self) -> None:
        """A session whose device was forgotten goes on; what it acknowledges moves nothing."""
        old, _ = self.log_in(device="old")
        for n in range(int(limits.DEVICES)):
            self.stage.wait(1)
            self.log_in(device=f"d{n}")
        old.ask(Ack(3))
        self.assertEqual(len(old.told(MessageTold)), 1)
        self.assertEqual(self.log_in(device="old")[1].cursor, 1)


class Going(LoginCase):
    """LOGOUT, and being dropped."""

    def test_logout(self) -> None:
        """The session stays and speaks for nobody; it is told nothing more, and may log in again."""
        alice, _ = self.log_in(device="desk")
        alice.ask(Logout())
        self.assertEqual(alice.session.state, State.REGISTERED)
        alice.told()
        self.say("two")
        self.bob.ask(Send(EVERYONE, "three"))
        self.stage.wait(20)
        self.assertEqual(alice.told(), [])
        self.assertEqual(self.bob.told(UserTold)[-1], UserTold("alice", Presence.OFFLINE))
        alice.ask(Login("bob", PASSWORD))
        self.assertEqual(alice.session.speaker().name, "bob")

    def test_what_the_log_says(self) -> None:
        """The log says who came in on which device and who went, and why."""
        self.log_in(device="desk")
        desk, _ = self.log_in(device="desk")
        nameless, _ = self.log_in()
        desk.ask(Logout())
        nameless.leave()
        said = [line.partition(" ")[2] for line in self.stage.logged if "user=alice" in line]
        self.assertEqual(
            said[1:],
            [
                "logged-in session=1 user=alice device=desk",
                "logged-out session=1 user=alice why=replaced",
                "logged-in session=1 user=alice device=desk",
                "logged-in session=1 user=alice",
                "logged-out session=1 user=alice why=logout",
                "logged-out session=1 user=alice why=dropped",
            ],
        )

    def test_dropped(self) -> None:
        """Who is gone without a word is offline, and finds everything that was not acknowledged."""
        alice, _ = self.log_in(device="desk")
        self.say("two")
        alice.leave()
        self.assertEqual(self.bob.refused(Ping("alice")), Offline("alice"))
        _, reply = self.log_in(device="desk")
        self.assertEqual((reply.cursor, reply.waiting), (1, 3))
