"""What every storage must do with names, secrets and the end of an account; run on each database."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from imserver.storage import schema
from imserver.storage.interface import (
    AccountClosed,
    InviteRefused,
    LastAdministrator,
    NameTaken,
    TooManyNames,
)
from imserver.storage.records import EntryKind, Stored

from .contract import StorageCase, draft

MOST = 5


class AccountsContract(StorageCase):
    """RENAME, PASSWORD, CLOSE and invites, as the tables keep them."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.register("alice", "bob")

    def rename(self, account: int, name: str) -> None:
        """Call an account otherwise."""
        self.done(self.storage.rename(account, name, MOST))

    def invite(self, code_hash: str, uses: int = 1, until: int = 2000, administrator: int = 0) -> None:
        """Make an invite."""
        with self.database.writing.begin() as connection:
            row = {"id": uses, "code_hash": code_hash, "made": 0, "until": until, "uses": uses}
            connection.execute(insert(schema.invite), row | {"administrator": administrator})

    def test_a_name_adds_up(self) -> None:
        """A RENAME is an entry with both names; both prove the account from then on, also after a start."""
        entry = self.done(self.storage.rename(self.bob, "rob", MOST))
        self.assertEqual(
            (entry.number, entry.kind, entry.sender, entry.text, entry.to),
            (3, EntryKind.RENAME, "bob", "rob", 1),
        )
        for name in ("bob", "rob"):
            credential = self.done(self.storage.credential(name))
            assert credential is not None
            self.assertEqual((credential.account.id, credential.account.name), (self.bob, "rob"))
        self.assertEqual(self.texts(self.alice), ["alice", "bob", "rob"])
        [_, bob] = self.storage.open().accounts
        self.assertEqual((bob.name, bob.earlier, bob.closed), ("rob", ("bob",), None))

    def test_whose_a_name_is(self) -> None:
        """Nobody gets a name that another has or had, in one commit or later; one's own is never taken."""
        self.rename(self.bob, "rob")
        self.refused(self.storage.rename(self.alice, "bob", MOST), NameTaken)
        self.refused(self.storage.register("bob", "x"), NameTaken)
        self.refused(self.storage.rename(self.bob, "rob", MOST), NameTaken)
        first = self.storage.rename(self.bob, "same", MOST)
        second, third = self.storage.rename(self.alice, "same", MOST), self.storage.register("same", "x")
        self.turns.end()
        self.successResultOf(first)
        for late in (second, third):
            self.failureResultOf(late, NameTaken)
        self.rename(self.bob, "bob")

    def test_how_many(self) -> None:
        """An account has so many names at most; going back to one uses up none, and a refusal neither."""
        for name in ("b2", "b3", "b4", "b5"):
            self.rename(self.bob, name)
        self.refused(self.storage.rename(self.bob, "b6", MOST), TooManyNames)
        self.rename(self.bob, "bob")
        self.rename(self.alice, "b6")

    def test_another_secret(self) -> None:
        """Another secret takes the place of the one before, and every token of the account is gone."""
        for account in (self.alice, self.bob):
            self.done(self.storage.come_back(account, "phone", 20, None, f"token of {account}"))
        self.done(self.storage.set_password(self.bob, "new hash"))
        credential = self.done(self.storage.credential("bob"))
        assert credential is not None
        self.assertEqual(credential.password_hash, "new hash")
        with self.database.reading.begin() as connection:
            self.assertEqual(list(connection.scalars(select(schema.token.c.account))), [self.alice])
        self.done(self.storage.set_password(self.bob, "newer hash", ("phone", "newer token")))
        known = self.storage.token_of("bob", "phone", "newer token")
        self.assertIsNotNone(self.done(known))

    def test_a_stronger_hash(self) -> None:
        """A hash is replaced only while it is the one that was proved."""
        self.assertTrue(self.done(self.storage.raise_hash(self.bob, "hash of bob", "stronger")))
        self.assertFalse(self.done(self.storage.raise_hash(self.bob, "hash of bob", "weaker")))
        credential = self.done(self.storage.credential("bob"))
        assert credential is not None
        self.assertEqual(credential.password_hash, "stronger")

    def test_the_end(self) -> None:
        """Of a closed account no secret, token or device stays; its name and what it said do."""
        self.done(self.storage.come_back(self.bob, "phone", 20, None, "token"))
        self.say("Hello", by=self.bob, to={self.alice})
        entry = self.done(self.storage.close_account(self.bob))
        self.assertEqual((entry.kind, entry.sender, entry.to), (EntryKind.CLOSE, "bob", 1))
        credential = self.done(self.storage.credential("bob"))
        assert credential is not None
        self.assertEqual(credential.password_hash, "")
        self.assertEqual(self.done(self.storage.devices(self.bob)), ())
        with self.database.reading.begin() as connection:
            self.assertEqual(list(connection.scalars(select(schema.token.c.hash))), [])
        self.refused(self.storage.register("bob", "x"), NameTaken)
        self.assertEqual(self.texts(self.alice), ["alice", "bob", "Hello", "bob"])
        [_, bob] = self.storage.open().accounts
        self.assertEqual(bob.closed, entry.number)

    def test_the_last_administrator(self) -> None:
        """The last administrator cannot close; with another there, it can."""
        self.done(self.storage.set_administrator(self.bob, True))
        self.refused(self.storage.close_account(self.bob), LastAdministrator)
        self.done(self.storage.set_administrator(self.alice, True))
        self.done(self.storage.close_account(self.bob))

    def test_nothing_after_the_end(self) -> None:
        """A closed account says nothing, is told nothing and comes nowhere any more, after a start either."""

        def asked() -> list[object]:
            return [
                self.storage.append(draft("late", by=self.bob)),
                self.storage.append(draft("late", by=self.alice, to={self.bob})),
                self.storage.rename(self.bob, "rob", MOST),
                self.storage.set_password(self.bob, "x"),
                self.storage.close_account(self.bob),
                self.storage.arrive(self.bob, "phone", 20),
            ]

        closing = self.storage.close_account(self.bob)
        same_commit = asked()
        self.turns.end()
        self.successResultOf(closing)
        for late in [*same_commit, *asked()]:
            self.refused(late, AccountClosed)  # type: ignore[arg-type]
        self.close()
        self.open()
        for late in asked():
            self.refused(late, AccountClosed)  # type: ignore[arg-type]

    def test_what_was_said_before(self) -> None:
        """A ref that was used before the other closed still gives the first answer (R21)."""
        first = self.say("Hello", by=self.alice, to={self.bob}, ref="r")
        self.done(self.storage.close_account(self.bob))
        again = self.done(self.storage.append(draft("Hello", by=self.alice, to={self.bob}, ref="r")))
        self.assertEqual((again.entry.number, again.new), (first.number, False))
        self.assertIsInstance(again, Stored)

    def test_everyone(self) -> None:
        """To everyone is to all who have not closed; receipts name them and no others."""
        [carol] = self.register("carol")
        self.assertEqual(self.say("all", by=self.alice).to, 2)
        self.done(self.storage.close_account(self.bob))
        entry = self.say("all but bob", by=self.alice)
        self.assertEqual(entry.to, 1)
        _, names = self.done(self.storage.receipts(self.alice, entry.number, None, 100))
        self.assertEqual([one.name for one in names], ["carol"])
        self.assertNotEqual(carol, self.bob)

    def test_an_invite(self) -> None:
        """An invite is used up by an account and by nothing less; who has none, or too late, is refused."""
        self.invite("good", uses=2, administrator=1)
        self.assertTrue(self.done(self.storage.invited("good")))
        self.assertFalse(self.done(self.storage.invited("bad")))
        self.refused(self.storage.register("carol", "x", "bad"), InviteRefused)
        self.refused(self.storage.register("alice", "x", "good"), NameTaken)
        self.done(self.storage.register("carol", "x", "good"))
        credential = self.done(self.storage.credential("carol"))
        assert credential is not None
        self.assertTrue(credential.account.administrator)
        # Of two that come with the last use at once, one has it.
        first, second = (self.storage.register(name, "x", "good") for name in ("dave", "erin"))
        self.turns.end()
        self.successResultOf(first)
        self.failureResultOf(second, InviteRefused)
        self.assertFalse(self.done(self.storage.invited("good")))
        with self.database.writing.begin() as connection:
            connection.execute(update(schema.invite).values(uses=9))
        self.now = 2000
        self.refused(self.storage.register("frank", "x", "good"), InviteRefused)
