"""Whom a message is for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol.audience import EVERYONE, Audience

from .declared import names

SEVERAL = st.lists(names, min_size=1, max_size=5)


class AudienceTests(SynchronousTestCase):
    """One, several, everyone."""

    @given(SEVERAL, st.randoms())
    def test_order_and_repetition_do_not_matter(self, chosen: list[str], random: st.DrawFn) -> None:
        """The same people are the same audience, written sorted, each once."""
        shuffled = chosen * 2
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        audience = Audience.of(*shuffled)
        self.assertEqual(audience, Audience.of(*chosen))
        self.assertEqual(str(audience), ",".join(sorted(set(chosen))))
        self.assertFalse(audience.everyone)

    def test_everyone(self) -> None:
        """Everyone is written as a star."""
        self.assertTrue(EVERYONE.everyone)
        self.assertEqual(str(EVERYONE), "*")

    def test_nobody(self) -> None:
        """Nobody is no audience, and above all not everyone."""
        self.assertRaises(ValueError, Audience.of)
        self.assertNotEqual(str(Audience.of("")), "*")

    def test_without(self) -> None:
        """The speaker is left out, but alone is a note to oneself (R19)."""
        self.assertEqual(Audience.of("alice", "bob").without("alice"), Audience.of("bob"))
        self.assertEqual(Audience.of("alice").without("alice"), Audience.of("alice"))
        self.assertEqual(EVERYONE.without("alice"), EVERYONE)

    @given(SEVERAL, names)
    def test_conversation(self, chosen: list[str], sender: str) -> None:
        """Everybody in a conversation names the same people by it: the others and oneself (R33)."""
        audience = Audience.of(*chosen).without(sender)
        everybody = {*audience.names, sender}
        for reader in everybody:
            seen = audience.conversation(sender, reader)
            self.assertEqual({*seen.names, reader}, everybody)
            self.assertEqual(reader in seen.names, everybody == {reader})
        self.assertEqual(EVERYONE.conversation(sender, "bob"), EVERYONE)
