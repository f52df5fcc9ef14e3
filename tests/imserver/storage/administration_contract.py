"""What every storage must do for administrators: invites, rights, suspensions."""

from __future__ import annotations

from dataclasses import replace

from imserver.storage.interface import InviteRefused, LastAdministrator, NameTaken, RefUsed
from imserver.storage.records import Account, Invitation, Invite, Opening

from .contract import StorageCase, draft


def invitation(
    code: str, *, maker: int | None = 1, uses: int = 1, lasting: int = 500, administrator: bool = False
) -> Invitation:
    """Write what an invite is made of."""
    return Invitation(f"hash of {code}", maker, uses, lasting, administrator)


class AdministrationContract(StorageCase):
    """Three accounts, 1 to 3."""

    def setUp(self) -> None:
        super().setUp()
        self.register("name1", "name2", "name3")

    def account(self, number: int) -> Account:
        """Give an account as it is on disk."""
        return self.reopened().accounts[number - 1]

    def reopened(self) -> Opening:
        """Read anew what a start of the server would find."""
        return self.storage.open()

    # --- Invites ---

    def test_an_invite(self) -> None:
        """An invite that was made is shown until it is taken back, and then it is gone for good."""
        made = self.done(self.storage.invite(invitation("x", uses=3, administrator=True)))
        self.assertEqual(made, Invite(1, 1, 3, 1500, True))
        self.assertEqual(self.done(self.storage.invites()), (made,))
        self.assertTrue(self.done(self.storage.uninvite(1)))
        self.assertEqual(self.done(self.storage.invites()), ())
        self.assertFalse(self.done(self.storage.uninvite(1)))
        self.assertFalse(self.done(self.storage.uninvite(77)))

    def test_an_invite_ends(self) -> None:
        """An invite is good until its moment, and not at it."""
        self.done(self.storage.invite(invitation("x", lasting=500)))
        self.now = 1499
        self.assertEqual(len(self.done(self.storage.invites())), 1)
        self.now = 1500
        self.assertEqual(self.done(self.storage.invites()), ())
        self.assertFalse(self.done(self.storage.uninvite(1)))

    def test_an_invite_is_used_up(self) -> None:
        """As many as it is for register with it, also of those who come at once; a taken name uses none."""
        self.done(self.storage.invite(invitation("x", uses=2, administrator=True)))
        self.refused(self.storage.register("name1", "", "hash of x"), NameTaken)
        asked = [self.storage.register(f"new{n}", "", "hash of x") for n in range(3)]
        self.assertEqual([self.done(one).administrator for one in asked[:2]], [True, True])
        self.refused(asked[2], InviteRefused)
        self.assertEqual(self.done(self.storage.invites()), ())
        self.assertEqual([account.administrator for account in self.reopened().accounts[3:]], [True, True])

    def test_an_invite_that_is_good_no_more(self) -> None:
        """Nobody registers with an invite that was taken back, or has ended, or never was."""
        self.done(self.storage.invite(invitation("back")))
        self.done(self.storage.uninvite(1))
        self.done(self.storage.invite(invitation("ended", lasting=500)))
        self.now = 1500
        for code in ("back", "ended", "never"):
            self.refused(self.storage.register("new", "", f"hash of {code}"), InviteRefused)
        self.assertEqual(len(self.reopened().accounts), 3)

    def test_numbers_of_invites(self) -> None:
        """No number of an invite ever means another, and they are shown the oldest first."""
        for code in "abc":
            self.done(self.storage.invite(invitation(code)))
        self.done(self.storage.uninvite(3))
        self.assertEqual(self.done(self.storage.invite(invitation("d"))).id, 4)
        self.assertEqual([one.id for one in self.done(self.storage.invites())], [1, 2, 4])

    def test_the_first_administrator(self) -> None:
        """While there is no administrator each start makes an invite; that of the one before is void."""
        self.done(self.storage.invite(invitation("friend")))
        for code in ("first", "second"):
            self.assertTrue(self.storage.invite_first(invitation(code, maker=None, administrator=True)))
        self.assertEqual([one.id for one in self.done(self.storage.invites())], [1, 3])
        self.done(self.storage.set_administrator(1, True))
        self.assertFalse(self.storage.invite_first(invitation("third", maker=None)))
        self.assertEqual([one.id for one in self.done(self.storage.invites())], [1, 3])

    # --- Rights ---

    def test_rights(self) -> None:
        """What an account may do is what was said last, and of whom nothing was said nothing is known."""
        self.assertEqual((self.account(1).administrator, self.account(1).everyone), (False, None))
        for may in (True, False, True):
            self.done(self.storage.set_everyone(1, may))
            self.assertEqual(self.account(1).everyone, may)
        self.done(self.storage.set_administrator(1, True))
        self.assertTrue(self.account(1).administrator)
        self.assertFalse(self.account(2).administrator)

    def test_the_last_administrator(self) -> None:
        """The last administrator who can come in stays one, and is not suspended."""
        self.done(self.storage.set_administrator(1, True))
        self.refused(self.storage.set_administrator(1, False), LastAdministrator)
        self.refused(self.storage.suspend(1), LastAdministrator)
        self.assertEqual((self.account(1).administrator, self.account(1).suspended), (True, None))
        self.done(self.storage.set_administrator(2, True))
        self.done(self.storage.set_administrator(1, False))
        self.refused(self.storage.set_administrator(2, False), LastAdministrator)

    def test_two_that_revoke_each_other(self) -> None:
        """Of two administrators who revoke each other in one transaction one stays."""
        for account in (1, 2):
            self.done(self.storage.set_administrator(account, True))
        first, second = self.storage.set_administrator(2, False), self.storage.set_administrator(1, False)
        self.done(first)
        self.refused(second, LastAdministrator)

    def test_a_suspended_one_does_not_count(self) -> None:
        """An administrator who is suspended is none who can come in."""
        for account in (1, 2):
            self.done(self.storage.set_administrator(account, True))
        self.done(self.storage.suspend(2))
        self.refused(self.storage.set_administrator(1, False), LastAdministrator)
        self.done(self.storage.restore(2))
        self.done(self.storage.set_administrator(1, False))

    def test_one_who_is_none(self) -> None:
        """Who is no administrator can be made none again, also while there is but one."""
        self.done(self.storage.set_administrator(1, True))
        self.done(self.storage.set_administrator(2, False))
        self.done(self.storage.suspend(3))

    # --- Out, and in again ---

    def test_suspended(self) -> None:
        """Who is suspended is so since the first time, and what is said to them waits all the same."""
        self.assertEqual(self.done(self.storage.suspend(2)), 1000)
        self.now = 2000
        self.assertEqual(self.done(self.storage.suspend(2)), 1000)
        self.assertEqual(self.account(2).suspended, 1000)
        said = self.say("hello", to={2})
        self.assertEqual(said.to, 1)
        self.done(self.storage.restore(2))
        self.assertIsNone(self.account(2).suspended)
        self.assertEqual(self.texts(2, 3), ["hello"])

    # --- Announcements ---

    def test_announced(self) -> None:
        """An announcement is one wherever it is read, and what was merely said is none."""
        told = self.done(self.storage.append(replace(draft("to all", ref="a"), announce=True)))
        self.say("and this is said", ref="b")
        self.assertTrue(told.entry.announce)
        page = self.done(self.storage.page_after(2, 3, 10))
        shown = self.done(self.storage.history(2, None, after=0, before=None, limit=10))
        for read in (page, shown):
            self.assertEqual([entry.announce for entry in read.entries], [True, False])

    def test_said_and_announced_are_two(self) -> None:
        """What was said under a ref is not what is announced under it, and each is repeated as it was."""
        announced = replace(draft("the same", ref="r"), announce=True)
        first = self.done(self.storage.append(announced))
        again = self.done(self.storage.append(announced))
        self.assertEqual((again.entry.number, again.new), (first.entry.number, False))
        self.refused(self.storage.append(draft("the same", ref="r")), RefUsed)
