"""The commands about the data of a server that has it in PostgreSQL: the same ones, told by imserver.toml."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from imserver.operator import pruning
from imserver.storage.database import Engines

from ..storage.cluster import cluster, opened, why_not
from .folder_case import FolderCase

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))[-1:]


class OnPostgresqlTests(FolderCase):
    """A data folder without a database in it."""

    skip = why_not() or None

    def setUp(self) -> None:
        super().setUp()
        cluster().empty()
        (self.folder / "imserver.toml").write_text(f'database = "{cluster().url}"\n')
        self.fill()

    def engines(self, folder: Path) -> Engines:
        return opened()

    def sql(self, statement: str) -> Any:
        """Do something behind everybody's back."""
        engine = create_engine(cluster().url)
        try:
            with engine.begin() as connection:
                done = connection.execute(text(statement))
                return done.scalar() if done.returns_rows else None
        finally:
            engine.dispose()

    def complained(self, word: str, *words: str) -> str:
        self.on_folder(word, *words, status=1)
        return self.complaint

    def test_verify(self) -> None:
        """All entries are read, also while a server writes; one that was altered is named."""
        with self.served() as server:
            server.say(1, {2}, "just now")
            self.assertIn("9 entries, 6 messages, 3 accounts", self.on_folder("verify"))
        self.sql("UPDATE entry SET text = 'other words' WHERE number = 5")
        self.assertIn("entry 5 is not as it was written", self.complained("verify"))
        self.assertFalse(self.database.exists())

    def test_another_encoding(self) -> None:
        """A database that has no signs for what people say is refused; doctor says how to make one."""
        engine = create_engine(cluster().url, isolation_level="AUTOCOMMIT")
        self.addCleanup(engine.dispose)
        with engine.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS old"))
            connection.execute(text("CREATE DATABASE old ENCODING 'LATIN1' TEMPLATE template0"))
        url = cluster().url.replace("/postgres?", "/old?")
        self.on_folder("import", os.devnull, f"--database={url}", status=1)
        self.assertIn("keeps text as LATIN1", self.complaint)
        self.assertIn("createdb --encoding=UTF8", self.on_folder("doctor", f"--database={url}", status=1))

    def test_nothing_there(self) -> None:
        """A database without tables is called empty, and is no fault until a server should have filled it."""
        cluster().empty()
        for word in ("verify", "export"):
            self.assertIn("there is nothing of an imserver in it", self.complained(word))
        self.assertIn("the first start makes its tables", self.on_folder("doctor"))

    def test_as_it_is_said(self) -> None:
        """--database counts more than the file, and what is none is refused."""
        self.fill_a_file()
        self.assertIn(
            "All is as it was written: 0 entries",
            self.on_folder("verify", f"--database=sqlite:///{self.file}"),
        )
        self.on_folder("verify", "--database=mysql://here/there", status=2)
        self.on_folder("verify", "--database=nonsense", status=2)
        said = self.complained("verify", "--database=postgresql+psycopg://nobody@/x?host=/nowhere")
        self.assertIn("The database cannot be reached: ", said)

    def fill_a_file(self) -> None:
        """Have another database, in a file, with nothing in it."""
        self.file = self.home / "other.db"
        self.typed("import", os.devnull, f"--data={self.home / 'other'}", f"--database=sqlite:///{self.file}")

    def test_export_and_import(self) -> None:
        """What is exported is, imported elsewhere, the same log; what was imported is known again."""
        lines = self.on_folder("export")
        self.assertEqual(8, len(lines.splitlines()))
        kept = self.home / "all.jsonl"
        kept.write_text(lines)
        self.assertIn("0 messages and 0 accounts", self.on_folder("import", str(kept)))
        cluster().empty()
        self.assertIn("5 messages and 3 accounts", self.on_folder("import", str(kept)))
        self.assertEqual(lines, self.on_folder("export"))
        self.assertEqual(
            {"bea"},
            {json.loads(line)["sender"] for line in self.on_folder("export", "--of", "Bea").splitlines()},
        )
        self.assertIn("8 entries, 5 messages", self.on_folder("verify"))

    def test_not_beside_a_server(self) -> None:
        """What changes something waits for no server that has the database, and does nothing beside it."""
        with self.served():
            for words in (("import", os.devnull), ("prune", "--older=1")):
                self.assertIn("A server is using this database", self.complained(*words))

    def test_prune(self) -> None:
        """What is old is let go, the room goes back to the disk, and numbers stay."""
        with self.served() as server:
            for n in range(3000):
                server.say(1, {2}, f"{n} " * 300)
        self.patch(pruning, "DAY", 0)
        done = json.loads(self.on_folder("prune", "--older=1", "--json"))
        self.assertEqual((3005, []), (done["messages"], done["copies"]))
        self.assertGreater(done["freed"], 200_000)
        self.assertIn("3008 entries, 0 messages", self.on_folder("verify"))
        self.assertEqual(0, self.sql("SELECT count(*) FROM entry WHERE text LIKE '%300%'"))

    def test_doctor(self) -> None:
        """The database is looked over where it is, and what would make its promises void is bad."""
        for path in self.folder.iterdir():
            path.chmod(0o600)
        found = self.on_folder("doctor")
        self.assertRegex(found, r"database +good +\d.* in PostgreSQL; `imserver verify` reads every entry")
        self.assertRegex(found, "database +soon +PostgreSQL would not notice damage")
        self.sql("UPDATE alembic_version SET version_num = '9999'")
        self.assertRegex(self.on_folder("doctor", status=1), "database +bad +It is at step 9999")
        (self.folder / "imserver.toml").write_text(
            'database = "postgresql+psycopg://nobody@/x?host=/nowhere"\n'
        )
        self.assertRegex(self.on_folder("doctor", status=1), "database +bad +PostgreSQL cannot be asked: ")

    def test_backup_and_restore(self) -> None:
        """Both name the very commands; a log put back that is behind what was told has a new epoch."""
        dump = self.command("backup", "pg_dump")
        with self.served() as server:
            before = server.opening.epoch
            self.run_(dump)
            server.say(1, {2}, "after the backup")
        self.run_(self.command("restore-backup", "pg_restore", "FILE"))
        with self.served() as server:
            self.assertEqual((8, before), (server.opening.last, server.opening.before))
            self.assertNotEqual(before, server.opening.epoch)
        self.assertIn("8 entries, 5 messages, 3 accounts", self.on_folder("verify"))

    def test_a_restored_log_that_is_not_behind(self) -> None:
        """A log that was put back and holds all that was told stays the same log."""
        with self.served() as server:
            before = server.opening.epoch
            self.run_(self.command("backup", "pg_dump"))
        self.run_(self.command("restore-backup", "pg_restore", "FILE"))
        with self.served() as server:
            self.assertEqual((before, None), (server.opening.epoch, server.opening.before))

    def command(self, word: str, program: str, *words: str) -> list[str]:
        """Give the command that a refusal names, with a file of ours in it."""
        (self.home / "FILE").touch()
        said = self.complained(word, *([str(self.home / "FILE")] if words else []))
        named = re.search(rf"{program} .*?(?=  |$)", said)
        assert named is not None, said
        return shlex.split(named[0].replace("FILE", shlex.quote(str(self.home / "FILE"))))

    def run_(self, command: list[str]) -> None:
        done = subprocess.run(
            [BINARIES[0] / command[0], *command[1:]], capture_output=True, text=True, check=False
        )
        self.assertEqual((0, ""), (done.returncode, done.stderr))
