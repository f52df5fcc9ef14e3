"""What lets a window in the next time."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from improtocol.invite import Invite
from imserver.window import keys
from imserver.window.link import Key


class KeyTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp())

    def test_kept(self) -> None:
        """Name and token are there again, for their owner alone; the password is nowhere."""
        file = keys.file_for(self.folder, Invite("lab.example", 12001))
        keys.write(file, Key("ada", "correct horse", "t0k3n"))
        found = keys.read(file)
        self.assertEqual(Key("ada", token="t0k3n"), found)
        self.assertEqual(0o600, file.stat().st_mode & 0o777)
        self.assertNotIn("correct", file.read_text())

    def test_another_server(self) -> None:
        """Another port and another fingerprint are other servers, and no host leads out of the folder."""
        pins = ("4e" * 32, "5f" * 32, None)
        files = {keys.file_for(self.folder, Invite("lab.example", 12001, fingerprint=pin)) for pin in pins}
        files |= {keys.file_for(self.folder, Invite(host, 12002)) for host in ("lab.example", "../../etc/x")}
        self.assertEqual(5, len(files))
        self.assertEqual({self.folder}, {file.parent for file in files})

    def test_nothing(self) -> None:
        """What is not there, or is no key, is nobody's; where nothing can be kept nothing is said."""
        file = keys.file_for(self.folder, Invite("lab.example", 12001))
        self.assertIsNone(keys.read(file))
        self.folder.mkdir()
        for written in (b"", b"ada", b"\xff\xfe"):
            file.write_bytes(written)
            self.assertIsNone(keys.read(file))
        self.folder.joinpath("taken").write_text("")
        keys.write(self.folder / "taken" / "x.token", Key("ada", token="t"))
