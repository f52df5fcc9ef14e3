"""What every storage does with rows that are not as they were written: one body of tests (promise G4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from imserver.storage.interface import Damaged

from . import contract

PEOPLE = ("name1", "name2", "name3")


class DamageContract(contract.StorageCase):
    """Rows that are otherwise than they were written, whatever database gives them."""

    def setUp(self) -> None:
        super().setUp()
        self.register(*PEOPLE)
        for draft in (
            contract.draft("to two", to={2}, ref="r"),
            contract.draft("to three", to={3}),
            contract.draft("to all"),
        ):
            self.done(self.storage.append(draft))

    def damage(self, statement: str) -> None:
        """Change what is on disk behind the storage's back."""
        with self.database.writing.begin() as connection:
            connection.execute(text(statement))

    def test_no_column_can_change(self) -> None:
        """A message any of whose columns has changed is read by nobody, in a stream or in history."""
        with self.database.writing.connect() as connection:
            row = connection.execute(text("SELECT * FROM entry WHERE number = 4")).one()
        whole = dict(row._mapping)
        for change in (
            "text = 'forged'",
            "sender = 'name3'",
            "account = 3",
            "audience = 'name2,name3'",
            "at = at + 1",
            "ref = 's'",
            "conversation = 0",
            "checksum = checksum + 1",
            "checksum = NULL",
        ):
            self.damage(f"UPDATE entry SET {change} WHERE number = 4")
            self.refused(self.storage.page_after(2, 3, 10), Damaged)
            self.refused(self.storage.history(2, None, after=3, before=None, limit=10), Damaged)
            self.restore(whole)
            self.assertEqual(self.done(self.storage.page_after(2, 3, 1)).entries[0].text, "to two")

    def restore(self, whole: dict[str, Any]) -> None:
        """Have an entry be again as it was."""
        columns = ", ".join(f'"{name}" = :{name}' for name in whole)
        with self.database.writing.begin() as connection:
            connection.execute(text(f"UPDATE entry SET {columns} WHERE number = 4"), whole)

    def test_nobody_is_shown_what_is_anothers(self) -> None:
        """Who seems to be among those a message is for, and is not, is not shown it."""
        self.damage("INSERT INTO audience (account, entry, sender, conversation) VALUES (2, 5, 1, 2)")
        self.refused(self.storage.page_after(2, 3, 10), Damaged)
        self.assertEqual(len(self.done(self.storage.page_after(3, 3, 10)).entries), 2)

    def test_what_is_missing_is_not_skipped(self) -> None:
        """A message of a stream that is not there any more ends the reading: it is no hole to step over."""
        self.forget_foreign_keys()
        self.damage("DELETE FROM entry WHERE number = 4")
        self.refused(self.storage.page_after(2, 3, 10), Damaged)

    def forget_foreign_keys(self) -> None:
        """Have the database take what damage brings about."""
        self.damage("PRAGMA foreign_keys=OFF")

    def test_a_damaged_ref_harms_no_other(self) -> None:
        """Who repeats what is damaged is refused; what others say in the same commit is stored."""
        self.damage("UPDATE entry SET text = 'forged' WHERE number = 4")
        repeated = self.storage.append(contract.draft("to two", to={2}, ref="r"))
        other = self.storage.append(contract.draft("new", by=2, to={3}))
        self.turns.end()
        self.failureResultOf(repeated, Damaged)
        self.assertEqual(self.successResultOf(other).entry.number, 7)

    def test_who_is_there_must_have_registered(self) -> None:
        """A start finds an account whose REGISTER is not where it says, and a log that ends elsewhere."""
        for change, wrong, right in (
            ("UPDATE account SET registered = {} WHERE id = 3", 2, 3),
            ("UPDATE log SET last = {}", 5, 6),
        ):
            self.damage(change.format(wrong))
            self.assertRaises(Damaged, self.storage.open)
            self.damage(change.format(right))
        self.storage.open()
