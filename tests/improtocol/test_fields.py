"""The kinds of argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol.errors import BadEscape
from improtocol.fields import escape, unescape, write_moment

from .declared import meant


class EscapeTests(SynchronousTestCase):
    """Line breaks, tabs and backslashes, and blanks in values (R3)."""

    @given(meant, st.booleans())
    def test_written_and_read(self, text: str, value: bool) -> None:
        """What is written is read as what was meant, leniently too, and holds no control character."""
        written = escape(text, value=value)
        for lenient in (False, True):
            self.assertEqual(unescape(written, value=value, lenient=lenient), text)
        self.assertTrue(set("\n\t").isdisjoint(written))
        self.assertFalse(value and " " in written)

    @given(st.text(st.sampled_from("\\nts ax\n")), st.booleans())
    def test_read_and_written(self, written: str, value: bool) -> None:
        """What is read strictly has one way of being written; leniently, anything is read."""
        unescape(written, value=value, lenient=True)
        try:
            text = unescape(written, value=value)
        except BadEscape:
            return
        if "\n" not in written and not (value and " " in written):
            self.assertEqual(escape(text, value=value), written)

    def test_the_blank(self) -> None:
        """A blank has its escape in a value only."""
        self.assertEqual(escape("a b", value=True), r"a\sb")
        self.assertEqual(escape("a b", value=False), "a b")
        self.assertEqual(unescape(r"a\sb", value=True), "a b")
        self.assertRaises(BadEscape, unescape, r"a\sb", value=False)


class MomentTests(SynchronousTestCase):
    """When something was said."""

    @given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
    def test_written(self, moment: datetime) -> None:
        """It is UTC with milliseconds, as ISO 8601 and people write it."""
        milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        self.assertEqual(
            write_moment(milliseconds), f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
        )
