"""What comes from outside is UTF-8 or it is refused."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imclient.core.utf8 import NotUtf8, checked, read


class Utf8Tests(SynchronousTestCase):
    def test_read(self) -> None:
        """UTF-8 is read as it is; of anything else it is said where it stands and what to do, without it."""
        self.assertEqual("Gr\u00fc\u00dfe", read("Gr\u00fc\u00dfe".encode(), "Line 1"))
        for raw in ("Gr\u00fc\u00dfe".encode("latin-1"), b"half \xc3", b"\xed\xa0\x80", b"\xff"):
            said = str(self.assertRaises(NotUtf8, read, raw, "Line 1"))
            self.assertRegex(said, r"^Line 1 is not UTF-8, so nothing of it was sent\. .* iconv ")

    def test_checked(self) -> None:
        """So is what the system read already: what it could not read it left as half a sign."""
        self.assertEqual("Gr\u00fc\u00dfe \U0001f600", checked("Gr\u00fc\u00dfe \U0001f600", "The text"))
        for text in (b"Gr\xfc\xdfe".decode(errors="surrogateescape"), "\ud83d"):
            self.assertRaises(NotUtf8, checked, text, "The text")
