"""What a server does before its first client: its folder, and every sentence with which it does not start."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path

from .case import HERE, EndToEndCase, free_port

#: What root must give up to be refused anything.
POWERLESS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
#: Any user but root and us.
SOMEBODY_ELSE = 65534


def mode(path: Path) -> int:
    """Give the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


class StartedTests(EndToEndCase):
    """The server has started."""

    def test_private(self) -> None:
        """The data folder and all that is in it are for the eyes of its owner."""
        self.server()
        self.person("alice")
        self.assertEqual(0o700, mode(self.data))
        files = {path.name: mode(path) for path in self.data.iterdir()}
        self.assertLessEqual({"imserver.db", "server.log", "lock"}, set(files))
        self.assertEqual({0o600}, set(files.values()), files)

    def test_welcome(self) -> None:
        """The welcome says where it listens, where its data is, and how to talk to it."""
        said = self.server().out
        for words in (f"{HERE} port {self.port}", str(self.data), f"nc {HERE} {self.port}", "Ctrl-C"):
            self.assertIn(words, said)

    def test_several_listeners(self) -> None:
        """A server listens on every endpoint it is given, a Unix socket too."""
        path = self.folder / "door"
        self.server(f"--listen=unix:{os.path.relpath(path)}")
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(5)
            door.connect(os.path.relpath(path))
            self.assertIn(b"* HELLO imserver", door.recv(200))
        self.typist().expect("* HELLO imserver")


class RefusedTests(EndToEndCase):
    """The server does not start: one sentence, no traceback, status 1."""

    def refused(self, *arguments: str, listen: str = "", before: Sequence[str] = ()) -> str:
        """Start a server that cannot be, and give the sentence."""
        command = [*before, *self.command(f"--listen={listen or self.listen}", *arguments)]
        made = self.child(*command)
        self.assertEqual(1, made.ended(), made.out)
        self.assertEqual("", made.out)
        name, colon, sentence = made.err.removesuffix("\n").partition(": ")
        self.assertEqual(("imserver", ": "), (name, colon))
        self.assertNotIn("\n", sentence)
        self.assertIn(sentence[-1], ".?")
        self.assertNotIn("..", sentence)
        return sentence

    def test_port_taken(self) -> None:
        """A port that another program has is named."""
        with socket.socket() as other:
            other.bind((HERE, self.port))
            other.listen()
            sentence = self.refused()
        self.assertIn(self.listen, sentence)
        self.assertIn("Is another server running?", sentence)

    def test_privileged_port(self) -> None:
        """A port for which it lacks the right is named."""
        first = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text("ascii"))
        if first < 2:
            return  # here everybody may have every port
        sentence = self.refused(listen=f"tcp:{first - 1}:interface={HERE}", before=POWERLESS)
        self.assertIn("Permission denied", sentence)
        self.assertIn("for root", sentence)

    def test_folder_of_somebody_else(self) -> None:
        """A folder that it may not write is named."""
        self.data.mkdir(mode=0o500)
        if POWERLESS:
            os.chown(self.data, SOMEBODY_ELSE, SOMEBODY_ELSE)
        sentence = self.refused(before=POWERLESS)
        self.assertIn(f"{self.data} cannot be used: Permission denied", sentence)

    def test_no_folder(self) -> None:
        """A file in the place of the folder is named."""
        self.data.write_text("")
        self.assertIn(f"{self.data} cannot be used: File exists", self.refused())

    def test_folder_taken(self) -> None:
        """A folder that another server uses is refused, and that server is not disturbed."""
        self.server()
        alice = self.person("alice")
        sentence = self.refused(listen=f"tcp:{free_port()}:interface={HERE}")
        self.assertIn(f"Another imserver is using the data folder {self.data}", sentence)
        self.assertEqual("OK PING", alice.ask("PING"))

    def test_newer_database(self) -> None:
        """A database that a newer version wrote is left as it is."""
        self.server().end()
        database = self.data / "imserver.db"
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
        before = database.read_bytes()
        sentence = self.refused()
        self.assertIn("newer imserver", sentence)
        self.assertIn("9999", sentence)
        self.assertEqual(before, database.read_bytes())

    def test_no_database(self) -> None:
        """A file that is no database is refused."""
        self.data.mkdir(mode=0o700)
        (self.data / "imserver.db").write_text("Dear diary, " * 1000)
        self.assertIn("file is not a database", self.refused())

    def test_bad_certificate(self) -> None:
        """A certificate that cannot be used is named, and no port is opened in clear instead."""
        sentence = self.refused("--certificate=nowhere.pem", listen=f"ssl:{self.port}:interface={HERE}")
        self.assertIn("nowhere.pem: No such file or directory.", sentence)

    def test_no_such_listener(self) -> None:
        """What is no endpoint is named, with one that is."""
        listen = "ssl:1:privateKey=nowhere.pem"
        self.assertIn(listen, self.refused(listen=listen))

    def test_unknown_database(self) -> None:
        """A database that it does not know, or that is not there, is named."""
        self.assertIn("no storage is known for mysql", self.refused("--database=mysql://lab/imserver"))
        nobody = f"--database=postgresql+psycopg://me@/imserver?host={self.folder}"
        self.assertIn("cannot be opened", self.refused(nobody))
