"""``imserver appoint``: whoever has the machine is never locked out of the server."""

from __future__ import annotations

from typing import Any

from imserver.operator import backups
from imserver.portal.passwords import OWASP

from .folder_case import FolderCase


class AppointTests(FolderCase):
    """A folder in which nobody can come in as an administrator."""

    def setUp(self) -> None:
        super().setUp()
        self.fill()

    def appointed(self, name: str) -> Any:
        return self.typed_json("appoint", name, f"--data={self.folder}")

    def assert_can_come_in(self, name: str, password: str) -> None:
        with self.served() as server:
            credential = server.done(server.storage.credential(name))
        self.assertTrue(OWASP.verify(credential.password_hash, password))
        self.assertEqual((True, None), (credential.account.administrator, credential.account.suspended))

    def test_who_is_there(self) -> None:
        """Somebody who is there, suspended even, is one, and comes in by the password that is shown."""
        with self.served() as server:
            server.done(server.storage.suspend(2))
        made = self.appointed("Bea")
        self.assertEqual(("bea", False), (made["name"], made["new"]))
        self.assert_can_come_in("bea", made["password"])
        self.assertEqual([], backups.findings(self.database).wrong)

    def test_by_a_name_before(self) -> None:
        """Somebody is known by a name they had before, and nobody else is made under it."""
        with self.served() as server:
            server.done(server.storage.rename(2, "bee", 5))
        made = self.appointed("bea")
        self.assertEqual(("bee", False), (made["name"], made["new"]))
        self.assert_can_come_in("bee", made["password"])

    def test_who_is_not(self) -> None:
        """Somebody who is not there is made, as an entry of the log."""
        made = self.appointed("zoe")
        self.assertTrue(made["new"])
        self.assert_can_come_in("zoe", made["password"])
        self.assertEqual(4, backups.findings(self.database).accounts)

    def test_refused(self) -> None:
        """No name, a closed account, a folder without a database and one in use are refused."""
        with self.served() as server:
            server.done(server.storage.close_account(3))
        self.on_folder("appoint", "cy", status=1)
        self.assertIn("choose another", self.complaint)
        self.on_folder("appoint", "No Name", status=2)
        self.typed("appoint", "ana", f"--data={self.home}/nowhere", status=1)
        self.assertIn("There is no database", self.complaint)
        with backups.taken(self.folder):
            self.on_folder("appoint", "ana", status=1)
        self.assertIn("Stop it first", self.complaint)
