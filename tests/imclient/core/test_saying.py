"""What may be said."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.roster import Presence, Roster
from imclient.core.saying import canonical, check, cleaned
from imclient.core.utf8 import NotUtf8
from improtocol import codec, commands
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import BadName, NameReserved, NoSuchUser, NoText, TooLong


class SayingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.roster = Roster(lambda: 0.0)
        self.roster.restore("alice", ["bob", "carol"])
        self.roster.complete = True

    def test_cleaned(self) -> None:
        """Line ends become one, and what no line can carry is left out."""
        self.assertEqual("a\nb\nc\n\td", cleaned("a\r\nb\rc\u2028\td\x00\x1b\x9f"))

    def test_not_utf8(self) -> None:
        """Half a sign, or a byte of another encoding, is not left out: it stood for something."""
        for text in ("Gr\udcfc\udcdfe", "half \ud83d"):
            self.assertIn("not UTF-8", str(self.assertRaises(NotUtf8, cleaned, text)))

    @given(st.text(min_size=1, max_size=200))
    def test_sayable(self, text: str) -> None:
        """Whatever was cleaned can be written on a line, and is read as it was."""
        text = cleaned(text)
        if text:
            line = codec.write(commands.Send(EVERYONE, text, None), "@1")
            asked = codec.parse_from_client(line.encode())
            self.assertEqual(commands.Send(EVERYONE, text, None), asked.what)

    def test_unknown(self) -> None:
        """All names that are nobody's are named at once."""
        self.roster.told("eve", Presence.CLOSED, "")
        refused = self.assertRaises(NoSuchUser, check, Audience.of("bob", "dave", "eve"), "hi", self.roster)
        self.assertEqual(("dave", "eve"), refused.names)
        check(Audience.of("alice"), "a note", self.roster)

    def test_not_yet_told(self) -> None:
        """Before everybody was told, the server judges the names."""
        self.roster.complete = False
        check(Audience.of("dave"), "hi", self.roster)

    def test_lengths(self) -> None:
        """A text is measured as it stands on the line; a hundred names are the most."""
        check(EVERYONE, "x" * 4096, self.roster)
        check(EVERYONE, "\n" * 2047 + "xx", self.roster)
        self.assertRaises(TooLong, check, EVERYONE, "x" * 4097, self.roster)
        self.assertRaises(TooLong, check, EVERYONE, "\n" * 2048 + "x", self.roster)
        self.assertRaises(TooLong, check, EVERYONE, "é" * 2049, self.roster)
        crowd = Audience.of(*(f"n{n}" for n in range(101)))
        self.assertEqual("audience", self.assertRaises(TooLong, check, crowd, "x", self.roster).argument)
        self.assertRaises(NoText, check, EVERYONE, " \n", self.roster)

    def test_canonical(self) -> None:
        """A name is written in one way, and what is no name is refused as the server would."""
        self.assertEqual("alice", canonical(" Alice "))
        self.assertRaises(BadName, canonical, "al ice")
        self.assertRaises(NameReserved, canonical, "Everyone")
        self.assertTrue(re.match("j", canonical("Jörg")))
