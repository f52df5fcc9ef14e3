"""Invites, as administrators make them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.commands import Invite, Invites, Uninvite
from improtocol.errors import NoSuchInvite, NotAllowed
from improtocol.replies import InviteShown, Uninvited
from tests.imserver.guest import Guest
from tests.stage import BEGINNING, Stage

DAY = 24 * 3600 * 1000


class InvitingTests(SynchronousTestCase):
    """INVITE, INVITES and UNINVITE."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.ada = Guest(self.stage).enter("ada", administrator=True)

    def test_an_invite(self) -> None:
        """An invite is for one person and a week, and its code can be read aloud."""
        began = self.stage.now()
        made = self.ada.ask(Invite())
        self.assertEqual((made.invite, made.count, made.until), (1, 1, began + 7 * DAY))
        self.assertRegex(made.code, "^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$")

    def test_more(self) -> None:
        """It may be for more people, another time and an administrator; each has another code."""
        made = [self.ada.ask(Invite(count=20, days=1)), self.ada.ask(Invite(administrator=True))]
        self.assertNotEqual(made[0].code, made[1].code)
        reply = self.ada.ask(Invites())
        self.assertEqual(reply.count, 2)
        self.assertEqual(
            list(reply.items),
            [
                InviteShown(1, left=20, until=made[0].until, by="ada"),
                InviteShown(2, left=1, until=made[1].until, by="ada", administrator=True),
            ],
        )
        self.assertLess(made[0].until, BEGINNING + 2 * DAY)

    def test_taken_back(self) -> None:
        """An invite that was taken back is shown no more, and cannot be taken back again."""
        self.ada.ask(Invite())
        self.assertEqual(self.ada.ask(Uninvite(1)), Uninvited(1))
        self.assertEqual(self.ada.ask(Invites()).items, ())
        self.assertEqual(self.ada.refused(Uninvite(1)), NoSuchInvite(1))

    def test_a_code_is_told_once(self) -> None:
        """The code is in no log, in nothing that is printed, and on no disk but as its hash."""
        made = self.ada.ask(Invite())
        self.assertNotIn(made.code, repr(made))
        self.assertNotIn(made.code, "".join(self.stage.logged))

    def test_pages(self) -> None:
        """Of more than a page the reply names the key to ask on with."""
        for _ in range(103):
            self.ada.ask(Invite())
        first = self.ada.ask(Invites())
        self.assertEqual((first.count, first.after), (100, 100))
        rest = self.ada.ask(Invites(after=first.after))
        self.assertEqual((rest.count, rest.after), (3, None))

    def test_for_administrators(self) -> None:
        """Nobody else makes, sees or takes back an invite."""
        bob = Guest(self.stage).enter("bob")
        for command in (Invite(), Invites(), Uninvite(1)):
            self.assertEqual(bob.refused(command), NotAllowed("administrator"))

    def test_what_the_log_says(self) -> None:
        """The log says who invited how many, and what was taken back."""
        self.ada.ask(Invite(count=3, days=2, administrator=True))
        self.ada.ask(Uninvite(1))
        self.assertTrue(
            self.stage.logged[-2].endswith(
                " invited session=1 user=ada invite=1 count=3 days=2 administrator=yes"
            )
        )
        self.assertTrue(self.stage.logged[-1].endswith(" uninvited session=1 user=ada invite=1"))
