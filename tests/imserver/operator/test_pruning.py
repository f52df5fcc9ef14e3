"""``imserver prune``: what is old is nowhere in the file any more, and the room is given back."""

from __future__ import annotations

from imserver.operator import backups, pruning

from .folder_case import FolderCase


class PruneTests(FolderCase):
    """Old messages and new ones."""

    def setUp(self) -> None:
        super().setUp()
        self.fill(2)

    def test_freed(self) -> None:
        """Nothing of the words is left in the file, it is smaller, and it is said by how much."""
        lines = self.home / "lines"
        lines.write_text(
            "".join(
                '{"kind":"message","at":"2020-01-01T00:00:00Z","sender":"ana","audience":["bea"],'
                f'"text":"precious {n} {"x" * 500}","ref":"old{n}"}}\n'
                for n in range(1500)
            )
        )
        folder = self.home / "old"
        self.typed("import", str(lines), f"--data={folder}")
        size = (folder / "imserver.db").stat().st_size
        done = self.typed_json("prune", "--older", "30", f"--data={folder}")
        self.assertEqual((1500, 1502), (done["messages"], done["upto"]))
        self.assertEqual(size - (folder / "imserver.db").stat().st_size, done["freed"])
        self.assertGreater(done["freed"], 800_000)
        self.assertNotIn(b"precious", (folder / "imserver.db").read_bytes())
        found = backups.findings(folder / "imserver.db")
        self.assertEqual(([], 0, 1502), (found.wrong, found.messages, found.gone))
        again = self.typed("import", str(lines), f"--data={folder}")
        self.assertIn("1500 messages were there already", again)

    def test_what_is_new_stays(self) -> None:
        """What is not so old stays, and the epoch with it."""
        before = backups.findings(self.database)
        self.assertIn("0 messages were let go", self.on_folder("prune", "--older", "30"))
        after = backups.findings(self.database)
        self.assertEqual((before.epoch, before.messages), (after.epoch, after.messages))
        with self.served() as server:
            self.assertIsNone(server.opening.before)

    def test_nothing_freed(self) -> None:
        """What is written anew can be a little more; less than nothing is not given back."""
        sizes = iter((4096, 8192))
        self.patch(pruning, "size_of", lambda file: next(sizes))
        self.assertIn("and 0 bytes given back", self.on_folder("prune", "--older", "30"))

    def test_copies(self) -> None:
        """Copies in which it still stands are named."""
        (self.folder / "imserver.db.step-0001").write_text("")
        self.assertIn("imserver.db.step-0001", self.on_folder("prune", "--older", "30"))

    def test_a_server_runs(self) -> None:
        """A folder that a server uses is left alone."""
        with backups.taken(self.folder):
            self.on_folder("prune", "--older", "30", status=1)
        self.assertIn("Another imserver is using", self.complaint)
