"""The shared user table."""

from __future__ import annotations

from typing import cast

from twisted.trial.unittest import SynchronousTestCase

from improtocol.fields import Presence
from improtocol.names import UnicodeNames
from imserver.avatar import Avatar, Speaker
from imserver.storage.records import Account, Entry, EntryKind
from imserver.users import User, Users
from tests.stage import Stage

ALICE, BOB = Account(1, "alice", 1), Account(2, "bob", 4)


def came(account: Account) -> Entry:
    """Make the entry of somebody new."""
    return Entry(account.registered, EntryKind.REGISTER, 0, account.id, account.name, "*", 0)


class UsersTests(SynchronousTestCase):
    """Everybody there is, by name and by account."""

    def test_from_the_database_and_from_the_log(self) -> None:
        """Who was there at the start and who came since are known alike; messages make nobody."""
        users = Users([ALICE])
        said = Entry(2, EntryKind.MESSAGE, 0, 1, "alice", "*", 0, "hello")
        self.assertIsNone(users.get("bob"))
        users.committed([said, came(BOB)])
        for account in (ALICE, BOB):
            user = users.get(account.name)
            assert user is not None
            self.assertIs(users.of(account.id), user)
            self.assertEqual((user.account, user.name), (account, account.name))
        self.assertEqual(len(users), 2)

    def test_unknown(self) -> None:
        """Those of some names that are nobody's are given, in the order they were asked for."""
        users = Users([ALICE, BOB])
        self.assertEqual(users.unknown(["zoe", "bob", "carol", "alice"]), ("zoe", "carol"))
        self.assertEqual(users.unknown([]), ())

    def test_in_order(self) -> None:
        """All are gone through in the order of their names, from behind any name."""
        names = ["dave", "alice", "carol", "bob"]
        users = Users(Account(n, name, n) for n, name in enumerate(names))
        self.assertEqual([user.name for user in users], sorted(names))
        self.assertEqual([user.name for user in users.after("b")], ["bob", "carol", "dave"])
        self.assertEqual([user.name for user in users.after("bob")], ["carol", "dave"])
        self.assertEqual([user.name for user in users.after("dave")], [])

    def test_presence(self) -> None:
        """Who has a session here is online, whichever of them ends."""
        user = Users([ALICE]).of(1)
        self.assertEqual(user.presence, Presence.OFFLINE)
        avatars = [Avatar(User(ALICE), cast(Speaker, None)) for _ in range(2)]
        user.avatars += avatars
        for avatar in avatars:
            self.assertEqual(user.presence, Presence.ONLINE)
            user.avatars.remove(avatar)
        self.assertEqual(user.presence, Presence.OFFLINE)

    def test_looks(self) -> None:
        """A name that looks like one that is taken finds its user; by the default names, only itself does."""
        users = Users([Account(1, "cope", 1)], UnicodeNames())
        self.assertIs(users.resembling("соре"), users.get("cope"))
        self.assertIs(users.resembling("cöpe"), users.get("cope"))
        self.assertIsNone(users.resembling("code"))
        self.assertIsNone(Users([ALICE]).resembling("a1ice"))


class EveryoneTests(SynchronousTestCase):
    """Who may say something to everyone, as it is said while the server runs."""

    def test_said_anew(self) -> None:
        """It changes for those nobody decided about, also those to come, and is told on their sessions."""
        stage = Stage(may_address_everyone=lambda name: name == "ana")
        ana, bob, cleo = (stage.enter(name) for name in ("ana", "bob", "cleo"))
        stage.appoint("ana")
        ana.ask("GRANT cleo everyone")
        for actor in (ana, bob, cleo):
            actor.forget()
        stage.server.let_address_everyone(lambda name: name in ("bob", "dan"))
        stage.settle()
        self.assertEqual((False, True, True), tuple(self.may(stage, name) for name in ("ana", "bob", "cleo")))
        self.assertIn("* RIGHTS rights=everyone", bob.heard())
        self.assertEqual([], cleo.heard())
        stage.enter("dan")
        self.assertTrue(self.may(stage, "dan"))
        stage.server.let_address_everyone(lambda name: True)
        self.assertTrue(self.may(stage, "ana"))

    def may(self, stage: Stage, name: str) -> bool | None:
        user = stage.users.get(name)
        assert user is not None
        return user.account.everyone
