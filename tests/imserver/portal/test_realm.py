"""The house: who has proved a secret gets the avatar that goes with it (promise D6)."""

from __future__ import annotations

from typing import cast

from twisted.cred.error import UnauthorizedLogin
from twisted.cred.portal import IRealm
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import Interface
from zope.interface.verify import verifyObject

from imserver.avatar import Avatar, Speaker
from imserver.portal.realm import IAvatar, Realm
from imserver.storage.records import NAMELESS, Account
from imserver.users import Users

ALICE, BOB = Account(1, "alice", 1), Account(2, "bob", 2)


class RealmTests(SynchronousTestCase):
    """Whom a proved name lets in as."""

    def setUp(self) -> None:
        self.users = Users([ALICE, BOB])
        self.realm = Realm(self.users)
        self.session = cast(Speaker, object())

    def test_it_is_one_of_cred_s(self) -> None:
        """It does what twisted.cred asks of a realm."""
        verifyObject(IRealm, self.realm)

    def test_the_avatar_of_the_proved_name(self) -> None:
        """The avatar is the account's whose name was proved, and speaks through the session that knocked."""
        for account in (ALICE, BOB):
            kind, avatar, _ = self.realm.requestAvatar(account.name.encode(), self.session, IAvatar)
            self.assertIs(kind, IAvatar)
            self.assertIs(avatar.account, account)
            self.assertIs(avatar.session, self.session)
            self.assertEqual((avatar.name, avatar.device, avatar.stream), (account.name, NAMELESS, None))

    def test_one_for_each_session(self) -> None:
        """Each session has an avatar of its own."""
        first, second = (self.realm.requestAvatar(b"alice", self.session, IAvatar)[1] for _ in range(2))
        self.assertIsNot(first, second)

    def test_leaving(self) -> None:
        """Leaving takes this avatar from the table and no other, and may be done twice."""
        user = self.users.of(1)
        _, avatar, leave = self.realm.requestAvatar(b"alice", self.session, IAvatar)
        other = Avatar(ALICE, self.session)
        user.avatars += [other, avatar]
        leave(), leave()
        self.assertEqual(user.avatars, [other])

    def test_not_yet_known(self) -> None:
        """An account that is on disk and has not come by here yet opens nothing yet."""
        self.assertRaises(UnauthorizedLogin, self.realm.requestAvatar, b"carol", self.session, IAvatar)

    def test_nothing_else(self) -> None:
        """Neither an anonymous visitor nor another kind of avatar is to be had."""

        class IOther(Interface):
            pass

        self.assertRaises(NotImplementedError, self.realm.requestAvatar, (), self.session, IAvatar)
        self.assertRaises(NotImplementedError, self.realm.requestAvatar, b"alice", self.session, IOther)
