"""What administrators do with others."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.audience import EVERYONE, Audience
from improtocol.commands import (
    Announce,
    Disconnect,
    Grant,
    History,
    Invite,
    Login,
    Reset,
    Restore,
    Revoke,
    Send,
    Suspend,
)
from improtocol.errors import (
    BadArgument,
    Busy,
    LastAdministrator,
    LoginRefused,
    NoSuchUser,
    NotAllowed,
    RefUsed,
    Suspended,
)
from improtocol.events import MessageTold, UserTold
from improtocol.fields import Presence, Right
from improtocol.replies import Announced, Disconnected, Granted, Restored, Revoked, SuspendedNow
from tests.imserver.disk import Disk
from tests.imserver.guest import PASSWORD, Guest
from tests.stage import Stage

BOB = Audience.of("bob")


class AdministrationCase(SynchronousTestCase):
    """Ada is the administrator; Bob is nobody special."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.ada = Guest(self.stage, 1).enter("ada", administrator=True)
        self.bob = Guest(self.stage, 2).enter("bob", device="desk")
        self.ada.told()

    def last_logged(self) -> str:
        """Give the newest line of server.log, without its moment."""
        return self.stage.logged[-1].partition(" ")[2]

    def comes_in(self, name: str, password: str = PASSWORD, **keys: str) -> Guest:
        """Log somebody in on another connection."""
        guest = Guest(self.stage, 9)
        guest.ask(Login(name, password, **keys))
        guest.told()
        return guest


class SuspendTests(AdministrationCase):
    """SUSPEND and RESTORE."""

    def test_live_sessions_end(self) -> None:
        """Every live session of theirs ends at once, on whatever device, and is told why."""
        phone = self.comes_in("bob", device="phone")
        self.assertEqual(self.ada.ask(Suspend("bob", "until we have talked")), SuspendedNow("bob"))
        for session in (self.bob, phone):
            assert session.bye is not None
            self.assertEqual((session.bye.reason, session.bye.line), ("suspended", "until we have talked"))
            self.assertIsNone(session.session.avatar)
        self.assertIsNone(self.ada.bye)
        self.assertEqual([told.presence for told in self.ada.told(UserTold)], [Presence.OFFLINE])  # type: ignore[attr-defined]

    def test_they_are_not_let_in(self) -> None:
        """With the right password they hear that they are suspended; with a wrong one what anybody hears."""
        self.ada.ask(Suspend("bob"))
        late = Guest(self.stage)
        self.assertEqual(late.refused(Login("bob", PASSWORD)), Suspended())
        self.assertEqual(late.refused(Login("bob", "wrong horse")), LoginRefused())
        self.assertIsNone(late.session.avatar)

    def test_a_login_under_way(self) -> None:
        """Whoever has proved the password and is not in yet when they are suspended comes in no more."""
        late = Guest(self.stage)
        proving = late.begin(Login("bob", PASSWORD))
        self.ada.begin(Suspend("bob"))
        self.stage.wait(1)
        self.failureResultOf(proving)
        self.assertIsNone(late.session.avatar)
        self.assertEqual(late.refused(Login("bob", PASSWORD)), Suspended())

    def test_a_proof_that_comes_late(self) -> None:
        """Whoever has proved the password, and waits for the disk behind the suspension, comes in no more."""
        disk = Disk()
        stage = Stage(storage=disk.storage)
        ada, _ = Guest(stage).enter("ada", administrator=True), Guest(stage).enter("bob")
        disk.held = True
        suspending, late = ada.begin(Suspend("bob")), Guest(stage)
        stage.settle()
        proved = late.begin(Login("bob", PASSWORD))
        stage.wait(1)
        disk.let()
        stage.wait(1)
        self.successResultOf(suspending)
        self.failureResultOf(proved, Busy)
        self.assertIsNone(late.session.avatar)

    def test_an_old_password_that_comes_late(self) -> None:
        """Whoever proved the old password while the new one was on its way to the disk comes in no more."""
        disk = Disk()
        stage = Stage(storage=disk.storage)
        ada, _ = Guest(stage).enter("ada", administrator=True), Guest(stage).enter("bob")
        disk.held = True
        resetting, late = ada.begin(Reset("bob")), Guest(stage)
        stage.wait(1)
        proved = late.begin(Login("bob", PASSWORD))
        stage.wait(1)
        disk.let()
        stage.wait(1)
        self.successResultOf(resetting)
        self.failureResultOf(proved, Busy)
        self.assertIsNone(late.session.avatar)

    def test_messages_wait(self) -> None:
        """What is said to them meanwhile waits, and is told once they are let in again."""
        self.ada.ask(Suspend("bob"))
        sent = self.ada.ask(Send(BOB, "read this when you are back"))
        self.ada.ask(Send(EVERYONE, "and this"))
        self.assertEqual(sent.to, 1)
        self.assertEqual(self.ada.ask(Restore("bob")), Restored("bob"))
        back = Guest(self.stage)
        back.ask(Login("bob", PASSWORD, device="desk"))
        told = [event.text for event in back.told() if isinstance(event, MessageTold)]
        self.assertEqual(told, ["read this when you are back", "and this"])

    def test_again(self) -> None:
        """Who is suspended may be suspended again, and who is not may be let in: nothing changes."""
        for _ in range(2):
            self.ada.ask(Suspend("bob"))
        for _ in range(2):
            self.ada.ask(Restore("bob"))
        self.comes_in("bob")

    def test_whom(self) -> None:
        """Nobody suspends themselves, or somebody who is not there."""
        self.assertIsInstance(self.ada.refused(Suspend("ada")), BadArgument)
        self.assertEqual(self.ada.refused(Suspend("zoe")), NoSuchUser(("zoe",)))
        self.assertEqual(self.ada.refused(Restore("zoe")), NoSuchUser(("zoe",)))
        self.assertIsNone(self.ada.bye)

    def test_after_a_start(self) -> None:
        """Who is suspended is so after the next start of the server, too."""
        self.ada.ask(Suspend("bob"))
        again = Stage(storage=lambda stage: self.stage.storage, clock=self.stage.clock)
        self.assertEqual(Guest(again).refused(Login("bob", PASSWORD)), Suspended())

    def test_what_the_log_says(self) -> None:
        """The log says who did it to whom; the words are between the two."""
        self.ada.ask(Suspend("bob", "spam"))
        self.assertEqual(self.last_logged(), "suspended session=1 user=ada whom=bob")
        self.assertTrue(
            any("logged-out session=2 user=bob why=suspended" in line for line in self.stage.logged)
        )
        self.ada.ask(Restore("bob"))
        self.assertEqual(self.last_logged(), "restored session=1 user=ada whom=bob")


class ResetTests(AdministrationCase):
    """RESET."""

    def test_another_password(self) -> None:
        """They come in by the new password alone, and whoever came in by the old one goes."""
        reset = self.ada.ask(Reset("bob"))
        self.assertEqual(reset.name, "bob")
        assert self.bob.bye is not None
        self.assertEqual(self.bob.bye.reason, "password-changed")
        self.assertEqual(Guest(self.stage).refused(Login("bob", PASSWORD)), LoginRefused())
        self.comes_in("bob", reset.password)

    def test_each_is_another(self) -> None:
        """No two are alike, each can be read aloud, and none is shown where it is printed."""
        first, second = (self.ada.ask(Reset("bob")) for _ in range(2))
        self.assertNotEqual(first.password, second.password)
        self.assertRegex(first.password, "^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$")
        self.assertNotIn(first.password, repr(first))
        self.assertNotIn(first.password, "".join(self.stage.logged))

    def test_a_login_under_way(self) -> None:
        """Whoever has proved the old password and is not in yet does not come in by it."""
        late = Guest(self.stage)
        resetting = self.ada.begin(Reset("bob"))
        proving = late.begin(Login("bob", PASSWORD))
        self.stage.wait(1)
        self.successResultOf(resetting)
        self.failureResultOf(proving)
        self.assertIsNone(late.session.avatar)

    def test_whom(self) -> None:
        """Somebody else's, and nobody's who is not there; one's own one changes with PASSWORD."""
        self.assertIsInstance(self.ada.refused(Reset("ada")), BadArgument)
        self.assertEqual(self.ada.refused(Reset("zoe")), NoSuchUser(("zoe",)))

    def test_what_the_log_says(self) -> None:
        """The log says who did it to whom."""
        self.ada.ask(Reset("bob"))
        self.assertEqual(self.last_logged(), "reset session=1 user=ada whom=bob")


class DisconnectTests(AdministrationCase):
    """DISCONNECT."""

    def test_all_or_one(self) -> None:
        """All sessions of theirs end, or that of a device; they may come back."""
        phone = self.comes_in("bob", device="phone")
        self.assertEqual(self.ada.ask(Disconnect("bob", "phone")), Disconnected("bob", sessions=1))
        self.assertIsNone(self.bob.bye)
        assert phone.bye is not None
        self.assertEqual(phone.bye.reason, "disconnected")
        self.assertEqual(self.ada.ask(Disconnect("bob")), Disconnected("bob", sessions=1))
        self.assertIsNotNone(self.bob.bye)
        self.assertEqual(self.ada.ask(Disconnect("bob")), Disconnected("bob", sessions=0))
        self.comes_in("bob", device="desk")

    def test_oneself(self) -> None:
        """One's own session ends behind the answer."""
        self.assertEqual(self.ada.ask(Disconnect("ada")), Disconnected("ada", sessions=1))
        self.assertIsNotNone(self.ada.bye)

    def test_what_the_log_says(self) -> None:
        """The log says who did it to whom."""
        self.ada.ask(Disconnect("bob", "desk"))
        self.assertEqual(
            self.last_logged(), "disconnected session=1 user=ada whom=bob device=desk sessions=1"
        )


class RightsTests(AdministrationCase):
    """GRANT and REVOKE, and what a right is good for."""

    def test_an_administrator(self) -> None:
        """Whoever is granted it may do at once what administrators do, and no more when it is revoked."""
        self.assertEqual(self.bob.refused(Invite()), NotAllowed("administrator"))
        self.assertEqual(self.ada.ask(Grant("bob", Right.ADMINISTRATOR)), Granted("bob", Right.ADMINISTRATOR))
        self.bob.ask(Invite())
        self.assertEqual(
            self.ada.ask(Revoke("bob", Right.ADMINISTRATOR)), Revoked("bob", Right.ADMINISTRATOR)
        )
        self.assertEqual(self.bob.refused(Invite()), NotAllowed("administrator"))

    def test_the_last_one(self) -> None:
        """The last administrator who can come in stays one, whoever it is that would take it away."""
        self.assertEqual(self.ada.refused(Revoke("ada", Right.ADMINISTRATOR)), LastAdministrator())
        self.ada.ask(Grant("bob", Right.ADMINISTRATOR))
        self.ada.ask(Revoke("ada", Right.ADMINISTRATOR))
        self.assertEqual(self.ada.refused(Invite()), NotAllowed("administrator"))
        self.assertEqual(self.bob.refused(Revoke("bob", Right.ADMINISTRATOR)), LastAdministrator())
        self.bob.ask(Invite())

    def test_two_at_once(self) -> None:
        """Of two who take it from each other at the same time one stays."""
        self.ada.ask(Grant("bob", Right.ADMINISTRATOR))
        asked = [
            self.ada.begin(Revoke("bob", Right.ADMINISTRATOR)),
            self.bob.begin(Revoke("ada", Right.ADMINISTRATOR)),
        ]
        self.stage.wait(1)
        self.successResultOf(asked[0])
        self.failureResultOf(asked[1], LastAdministrator)
        self.ada.ask(Invite())

    def test_everyone(self) -> None:
        """Everybody may say something to everyone, until it is revoked, and again when it is granted."""
        self.bob.ask(Send(EVERYONE, "hello"))
        self.ada.ask(Revoke("bob", Right.EVERYONE))
        self.assertEqual(self.bob.refused(Send(EVERYONE, "hello?")), NotAllowed("everyone"))
        self.bob.ask(Send(Audience.of("ada"), "to one I may"))
        self.ada.ask(Grant("bob", Right.EVERYONE))
        self.bob.ask(Send(EVERYONE, "hello!"))

    def test_what_the_start_says(self) -> None:
        """Who may is said at the start; what an administrator says of one counts more, for good."""
        few = Stage(may_address_everyone=lambda name: name == "carol")
        ada, bob, carol = (
            Guest(few).enter("ada", administrator=True),
            Guest(few).enter("bob"),
            Guest(few).enter("carol"),
        )
        self.assertEqual(bob.refused(Send(EVERYONE, "hello")), NotAllowed("everyone"))
        carol.ask(Send(EVERYONE, "hello"))
        ada.ask(Grant("bob", Right.EVERYONE))
        ada.ask(Revoke("carol", Right.EVERYONE))
        Guest(few).enter("dave")
        self.may_address_everyone(few, bob=True, carol=False, dave=False)
        again = Stage(storage=lambda stage: few.storage, clock=few.clock)
        self.may_address_everyone(again, bob=True, carol=False, dave=True)

    def may_address_everyone(self, stage: Stage, **who: bool) -> None:
        """See who is let say something to everyone."""
        for name, may in who.items():
            guest = Guest(stage).enter(name)
            if may:
                guest.ask(Send(EVERYONE, "hello"))
            else:
                self.assertEqual(guest.refused(Send(EVERYONE, "hello")), NotAllowed("everyone"))

    def test_login_says_it(self) -> None:
        """OK LOGIN says what one may."""
        self.assertEqual(Guest(self.stage).ask(Login("bob", PASSWORD)).rights, ("everyone",))
        self.assertEqual(Guest(self.stage).ask(Login("ada", PASSWORD)).rights, ("administrator", "everyone"))
        self.ada.ask(Revoke("bob", Right.EVERYONE))
        self.assertEqual(Guest(self.stage).ask(Login("bob", PASSWORD)).rights, ())

    def test_told(self) -> None:
        """All sessions of whose right it is are told what they may do now, and nobody else; once."""
        everybody = [self.stage.newcomer() for _ in range(3)]
        for actor, device in zip(everybody, ("desk", "phone"), strict=False):
            actor.say(f"LOGIN bob device={device} :{PASSWORD}")
        everybody[2].say(f"REGISTER carol :{PASSWORD}")
        everybody[2].say(f"LOGIN carol :{PASSWORD}")
        for command, expected in [
            (Grant("bob", Right.ADMINISTRATOR), ["* RIGHTS rights=administrator,everyone"]),
            (Revoke("bob", Right.EVERYONE), ["* RIGHTS rights=administrator"]),
            (Revoke("bob", Right.EVERYONE), []),
            (Revoke("bob", Right.ADMINISTRATOR), ["* RIGHTS"]),
        ]:
            for actor in everybody:
                actor.forget()
            self.ada.ask(command)
            self.assertEqual([expected, expected, []], [actor.heard() for actor in everybody])

    def test_whom(self) -> None:
        """Only somebody who is there."""
        for command in (Grant, Revoke):
            self.assertEqual(self.ada.refused(command("zoe", Right.EVERYONE)), NoSuchUser(("zoe",)))

    def test_what_the_log_says(self) -> None:
        """The log says who gave and took what, and from whom."""
        self.ada.ask(Grant("bob", Right.ADMINISTRATOR))
        self.assertEqual(self.last_logged(), "granted session=1 user=ada whom=bob right=administrator")
        self.ada.ask(Revoke("bob", Right.EVERYONE))
        self.assertEqual(self.last_logged(), "revoked session=1 user=ada whom=bob right=everyone")


class AnnounceTests(AdministrationCase):
    """ANNOUNCE."""

    def test_everybody_hears_it(self) -> None:
        """It is told to everybody as what it is, also by whoever may not say something to everyone."""
        self.ada.ask(Revoke("ada", Right.EVERYONE))
        self.assertEqual(self.ada.refused(Send(EVERYONE, "x")), NotAllowed("everyone"))
        announced = self.ada.ask(Announce("The server rests at six."))
        self.assertEqual((type(announced), announced.to), (Announced, 1))
        [told] = self.bob.told(MessageTold)
        assert isinstance(told, MessageTold)
        self.assertEqual(
            (told.number, told.sender, told.audience, told.text, told.announce),
            (announced.number, "ada", EVERYONE, "The server rests at six.", True),
        )
        self.assertEqual(self.ada.told(MessageTold), [])

    def test_read_back(self) -> None:
        """It is one in HISTORY, and what was merely said is none."""
        self.ada.ask(Announce("first"))
        self.ada.ask(Send(EVERYONE, "second"))
        shown = self.bob.ask(History(EVERYONE)).items
        self.assertEqual([item.announce for item in shown], [True, False])  # type: ignore[attr-defined]

    def test_said_again(self) -> None:
        """Said again with its ref it is one announcement; what was sent under a ref is another thing."""
        first = self.ada.ask(Announce("once", ref="r"))
        self.assertEqual(self.ada.ask(Announce("once", ref="r")), first)
        self.assertEqual(self.ada.refused(Announce("twice", ref="r")), RefUsed(first.number))
        self.assertEqual(self.ada.refused(Send(EVERYONE, "once", ref="r")), RefUsed(first.number))
        self.assertEqual(len(self.bob.told(MessageTold)), 1)

    def test_what_the_log_says(self) -> None:
        """The log says who announced how much, and not what."""
        announced = self.ada.ask(Announce("hush"))
        self.assertEqual(
            self.last_logged(),
            f"sent session=1 user=ada to=* number={announced.number} bytes=4 announce=yes",
        )
