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
from imserver.storage.records import NAMELESS, Account, Entry, EntryKind
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

    def test_the_avatar_of_what_was_proved(self) -> None:
        """The avatar is of the account that was proved, by number or name; it speaks through who knocked."""
        for account, proved in ((ALICE, b"1"), (BOB, b"2"), (ALICE, b"alice"), (BOB, b"bob")):
            kind, avatar, _ = self.realm.requestAvatar(proved, self.session, IAvatar)
            self.assertIs(kind, IAvatar)
            self.assertEqual(avatar.account, account)
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
        other = Avatar(user, self.session)
        user.avatars += [other, avatar]
        leave(), leave()
        self.assertEqual(user.avatars, [other])

    def test_not_yet_known(self) -> None:
        """An account that is on disk and has not come by here yet opens nothing yet."""
        for proved in (b"carol", b"3"):
            self.assertRaises(UnauthorizedLogin, self.realm.requestAvatar, proved, self.session, IAvatar)

    def test_closed(self) -> None:
        """A closed account opens nothing, whatever was proved."""
        self.users.committed([Entry(9, EntryKind.CLOSE, 0, 1, "alice", "*", 1)])
        for proved in (b"alice", b"1"):
            self.assertRaises(UnauthorizedLogin, self.realm.requestAvatar, proved, self.session, IAvatar)

    def test_nothing_else(self) -> None:
        """Neither an anonymous visitor nor another kind of avatar is to be had."""

        class IOther(Interface):
            pass

        self.assertRaises(NotImplementedError, self.realm.requestAvatar, (), self.session, IAvatar)
        self.assertRaises(NotImplementedError, self.realm.requestAvatar, b"alice", self.session, IOther)
