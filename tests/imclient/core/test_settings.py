"""What is remembered of a profile."""

from __future__ import annotations

import stat
from pathlib import Path
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from imclient.core.settings import MOST_KNOWN, Settings, profile_folder

_BAD = '{"device": "desk-1", "servers": [], "known": {"lab.example 12000": "ab"}}'


class SettingsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()) / "profiles" / "default"

    def open(self, seed: int = 1) -> Settings:
        return Settings.open(self.folder, Random(seed))

    def test_device(self) -> None:
        """The device's word is made once and kept; another profile's is another."""
        first = self.open(1)
        self.assertRegex(first.device, "^desk-[0-9a-f]{8}$")
        self.assertEqual(first.device, self.open(2).device)
        self.assertNotEqual(first.device, Settings.open(Path(self.mktemp()), Random(2)).device)

    def test_private(self) -> None:
        """Folder and file are their user's alone."""
        self.open()
        self.assertEqual(0o700, stat.S_IMODE(self.folder.stat().st_mode))
        self.assertEqual(0o600, stat.S_IMODE((self.folder / "settings.json").stat().st_mode))

    def test_remember(self) -> None:
        """Servers and names are remembered, the last used first."""
        settings = self.open()
        settings.remember("lab.example", 12000, "alice")
        settings.remember("lab.example", 12000, "carol")
        settings.remember("home.example", 12001, "alice")
        settings.remember("lab.example", 12000, "alice")
        settings.save()
        again = self.open()
        self.assertEqual(("lab.example", 12000, "alice"), (again.host, again.port, again.name))
        self.assertEqual(["alice", "carol"], again.names("lab.example", 12000))
        self.assertEqual(["lab.example", "home.example"], [server.host for server in again.servers])

    def test_fingerprints(self) -> None:
        """By what a server is known is kept, host by host and port by port, as long as there is room."""
        settings = self.open()
        settings.know("Lab.Example", 12000, "ab" * 32)
        settings.save()
        again = self.open()
        self.assertEqual("ab" * 32, again.fingerprint("lab.example", 12000))
        self.assertIsNone(again.fingerprint("lab.example", 12001))
        for port in range(1, MOST_KNOWN):
            again.know("home.example", port, "cd" * 32)
        self.assertEqual("ab" * 32, again.fingerprint("lab.example", 12000))
        again.know("home.example", MOST_KNOWN, "cd" * 32)
        self.assertIsNone(again.fingerprint("lab.example", 12000))
        again.know("home.example", 7, None)
        self.assertIsNone(again.fingerprint("home.example", 7))

    def test_damaged(self) -> None:
        """Settings that cannot be read are begun anew."""
        for damaged in (
            "",
            "{",
            "[]",
            '{"device": 7, "servers": []}',
            '{"device": "a b", "servers": []}',
            _BAD,
        ):
            self.open()
            (self.folder / "settings.json").write_text(damaged)
            self.assertRegex(self.open().device, "^desk-[0-9a-f]{8}$")
            self.assertEqual("127.0.0.1", self.open().host)

    def test_profile(self) -> None:
        """A profile cannot leave its place."""
        self.assertEqual("work", profile_folder("work").name)
        for odd in ("", "..", "a/b", ".hidden", "a" * 65):
            self.assertRaises(ValueError, profile_folder, odd)
