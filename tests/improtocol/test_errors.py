"""The refusals: a code, words and keys that say all, and a sentence for people."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol import errors
from improtocol.codec import parse_from_server, write_refusal
from improtocol.errors import BadLine, Declared, Refusal
from improtocol.vocabulary import Command

from .declared import REFUSALS, refusals


class SentenceTests(SynchronousTestCase):
    """What a person reads."""

    @given(st.data(), st.sampled_from(REFUSALS))
    def test_a_sentence(self, data: st.DataObject, described: type[Refusal]) -> None:
        """Each says something, and nothing that is not there."""
        sentence = str(data.draw(refusals(described)))
        self.assertGreater(len(sentence), 10)
        self.assertNotRegex(sentence, r"in None|=None|looks like None|mean None")

    def test_no_backslash(self) -> None:
        """No sentence of ours holds a backslash, which would be doubled on the line."""
        for why in BadLine.WHY:
            self.assertNotIn("\\", str(BadLine(why)))
        for described in REFUSALS:
            self.assertNotIn("\\", described.__doc__ or "")

    def test_why_a_line_cannot_be_read(self) -> None:
        """Each reason has its sentence, and so has one of a later edition."""
        self.assertEqual(
            str(BadLine("too-long", 512)), "This line is longer than 512 bytes and was passed over."
        )
        self.assertEqual(str(BadLine("upside-down")), "This line cannot be read.")

    def test_forms(self) -> None:
        """Where one and several, or two states, are said differently, they are."""
        for refused, sentence in {
            errors.NoSuchUser(("dave",)): "There is no user called dave.",
            errors.NoSuchUser(("dave", "eve")): "There are no users called dave, eve.",
            errors.TooLong("text", 4096): "The text may have 4096 bytes at most.",
            errors.TooLong("audience", 100): "The audience may have 100 names at most.",
            errors.UnknownKey("x"): "This command takes no key=value.",
            errors.UnknownKey("x", ("since", "epoch")): "This command takes since=, epoch=.",
            errors.UnknownVerb(): "There is no such command. HELP lists them.",
            errors.UnknownVerb("SEND"): "There is no such command. Did you mean SEND? HELP lists them.",
            errors.WrongState("logged-in"): "You are logged in already; first leave: LOGOUT",
            errors.WrongState("registered"): (
                "First come in: LOGIN alice :your password (new here? REGISTER alice :a password)."
            ),
            errors.NameTaken(
                "bob"
            ): "The name bob is taken: choose another, or, if it is yours, log in with it.",
            errors.NameTaken("b0b", "bob"): "The name b0b looks like bob; choose another.",
        }.items():
            self.assertEqual(str(refused), sentence)

    def test_the_line_to_type(self) -> None:
        """A sentence ends in the line to type where there is one, and is told as the server told it."""
        refused = errors.NoText(example="SEND bob :Hi")
        self.assertTrue(str(refused).endswith("and a colon: SEND bob :Hi"))
        self.assertEqual(str(errors.NoText(told="Kein Text.")), "Kein Text.")


class RegisterTests(SynchronousTestCase):
    """The register of codes."""

    def test_a_code_is_declared_once(self) -> None:
        """Two refusals of one code would not be told apart."""
        with self.assertRaises(TypeError):
            type("Again", (Refusal,), {"__doc__": "Again."}, code="busy")
        self.assertIs(Declared.by_code["busy"], errors.Busy)

    def test_each_is_of_some_use(self) -> None:
        """Each refusal belongs to a command that names it, or to all of them."""
        named = {r for c in Command.by_verb.values() for r in c.refused_with}
        self.assertEqual(named | set(errors.ALWAYS), set(REFUSALS))
        self.assertEqual(named & set(errors.ALWAYS), set())

    @given(st.sampled_from(REFUSALS), st.data(), st.integers(0, 3600))
    def test_any_may_pass(self, described: type[Refusal], data: st.DataObject, seconds: int) -> None:
        """Any refusal may say after how many seconds it may be said again (R9)."""
        refused = data.draw(refusals(described))
        refused.retry_after = seconds
        line = write_refusal(refused, "SEND")
        self.assertIn(f" retry-after={seconds} ", line)
        self.assertEqual(parse_from_server(line.encode()).what, refused)
