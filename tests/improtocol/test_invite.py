"""The invite line: what is written is read, and what is pasted is taken or refused in a sentence."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol.invite import MOST, PORT, BadInvite, Invite, fingerprint_of, parse, shown

PIN = "0123456789abcdef" * 4
WHOLE = f"imserver://lab.example:12001/K7-x#sha256:{PIN}"

names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,40}", fullmatch=True)
hosts = names | st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
codes = st.text(string.ascii_letters + string.digits + "._~-", min_size=1, max_size=64)
invites = st.builds(
    Invite,
    hosts,
    st.integers(1, 65535),
    st.none() | codes,
    st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
)
between = st.text(" \t\r\n<>\u00a0\u200b\ufeff\u2028", max_size=3)


class InviteTests(SynchronousTestCase):
    """Written and read."""

    def refused(self, pasted: str) -> str:
        return str(self.assertRaises(BadInvite, parse, pasted))

    def test_whole(self) -> None:
        """It is one line of address, code and fingerprint."""
        invite = Invite("lab.example", 12001, "K7-x", PIN)
        self.assertEqual(WHOLE, str(invite))
        self.assertEqual(invite, parse(WHOLE))

    def test_parts(self) -> None:
        """Code, fingerprint and port may be left out; an IPv6 address stands in brackets."""
        self.assertEqual(Invite("lab", PORT), parse("imserver://lab"))
        self.assertEqual(Invite("lab", PORT), parse("imserver://lab/"))
        self.assertEqual(Invite("lab", 5, fingerprint=PIN), parse(f"imserver://lab:5/#sha256:{PIN}"))
        self.assertEqual(Invite("lab", 5, fingerprint=PIN), parse(f"imserver://lab:5#sha256:{PIN}"))
        self.assertEqual(Invite("fd00::1", 5, "c"), parse("imserver://[fd00:0::1]:5/c"))
        self.assertEqual("imserver://[fd00::1]:5/c", str(Invite("fd00::1", 5, "c")))

    @given(invites)
    def test_read_again(self, invite: Invite) -> None:
        """Whatever is written is read as it was meant, and is one word within its length."""
        self.assertEqual(invite, parse(str(invite)))
        self.assertEqual([str(invite)], str(invite).split())
        self.assertLessEqual(len(str(invite)), MOST)

    @given(invites, st.data())
    def test_pasted(self, invite: Invite, data: st.DataObject) -> None:
        """Blanks, line breaks, angle brackets and what nobody sees are passed over, around it and within."""
        pasted = "".join(data.draw(between) + sign for sign in str(invite)) + data.draw(between)
        self.assertEqual(invite, parse(pasted))

    @given(st.text() | st.text().map(lambda rest: "imserver://" + rest) | st.text().map(WHOLE.__add__))
    def test_anything(self, pasted: str) -> None:
        """Anything else gives a sentence, and nothing but that."""
        try:
            invite = parse(pasted)
        except BadInvite as bad:
            self.assertTrue(str(bad).endswith("."), bad)
        else:
            self.assertEqual(invite, parse(str(invite)))

    @given(invites.filter(lambda invite: invite.fingerprint is not None), st.data())
    def test_damaged(self, invite: Invite, data: st.DataObject) -> None:
        """One that lost a sign never loses its fingerprint: it is refused, or still has the whole of it."""
        written = str(invite)
        at = data.draw(st.integers(0, len(written) - 1))
        try:
            left = parse(written[:at] + written[at + 1 :])
        except BadInvite:
            return
        self.assertEqual(invite.fingerprint, left.fingerprint)

    def test_sentences(self) -> None:
        """What is wrong is said."""
        self.assertIn("imserver://HOST:12000/CODE#sha256:", self.refused("lab.example 12000"))
        self.assertIn("from 1 to 65535, not 70000", self.refused("imserver://lab:70000/c"))
        self.assertIn("damaged", self.refused(WHOLE[:-1]))
        self.assertIn("damaged", self.refused(WHOLE + "0"))
        self.assertIn("get a newer imclient", self.refused("imserver://lab/c#sha512:00"))
        self.assertIn("is none: [1::2::3]", self.refused("imserver://[1::2::3]/c"))
        self.refused("imserver://lab/" + "c" * 10_000_000)

    def test_secret(self) -> None:
        """What a log may show of it holds no code."""
        self.assertNotIn("K7-x", repr(parse(WHOLE)))

    def test_fingerprint(self) -> None:
        """A fingerprint is read as openssl shows it."""
        self.assertEqual(PIN, fingerprint_of(shown(PIN)))
        self.assertTrue(shown(PIN).startswith("01:23:45:67:89:AB"))
        self.assertEqual(parse(WHOLE), parse(WHOLE.replace(PIN, shown(PIN))))
