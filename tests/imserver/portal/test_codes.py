"""Codes that people type: however they are read from a screen and typed, they are the same."""

from __future__ import annotations

import secrets

from twisted.trial.unittest import SynchronousTestCase

from imserver.portal.codes import CODE, LETTERS, PASSWORD, kept, words


class CodesTests(SynchronousTestCase):
    """Crockford's letters, in groups of four."""

    def test_as_typed(self) -> None:
        """Case, dashes, and the letters that look like digits make no other code of it; a sign more does."""
        for typed in ("10A1-0BCD-1234", "10a10bcd1234", "IOAl-oBCD-i234", "LoA1obcd-1234"):
            self.assertEqual(kept("10A1-0BCD-1234"), kept(typed), typed)
        for other in ("10A1-0BCD-1235", "10A1-0BCD-12344", ""):
            self.assertNotEqual(kept("10A1-0BCD-1234"), kept(other), other)

    def test_what_is_made(self) -> None:
        """A code has 60 bits and a password 80: as many signs, of which none can be taken for another."""
        self.assertEqual(32, len(set(LETTERS)))
        self.assertFalse(set("OILU") & set(LETTERS))
        for groups, bits in ((CODE, 60), (PASSWORD, 80)):
            made = words(secrets.randbelow, groups)
            self.assertRegex(made, rf"^[{LETTERS}]{{4}}(-[{LETTERS}]{{4}}){{{groups - 1}}}$")
            self.assertEqual(bits, 5 * len(made.replace("-", "")))
