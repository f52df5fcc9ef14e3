"""How a text is made fit to be painted."""

from twisted.trial.unittest import SynchronousTestCase

from imqt.painting import CUT, MOST_COSTLY, MOST_RARE, clamped


class ClampedTests(SynchronousTestCase):
    def test_as_it_stands(self) -> None:
        """What people write is shown as it stands, faces, accents, other scripts and all."""
        for text in (
            "Yes, one is good 🍜",
            "naïve e\u0301te\u0301",
            "שלום, مرحبا",
            "x" * 4096,
            "👩‍👩‍👧‍👦 " * 10,
        ):
            self.assertEqual(text, clamped(text))

    def test_a_page_of_pictures(self) -> None:
        """What is only pictures is cut, and says that there is more."""
        shown = clamped("😀" * 1024)
        self.assertEqual("😀" * MOST_COSTLY + CUT, shown)

    def test_rare_scripts(self) -> None:
        """So is what is only signs that each need another font."""
        rare = "".join(chr(0x10000 + each * 61) for each in range(900))
        self.assertEqual(rare[:MOST_RARE] + CUT, clamped(rare))

    def test_turned_round(self) -> None:
        """What would turn a text round is seen; what scripts that run the other way need is left alone."""
        self.assertEqual("see [U+202E]gpj.exe", clamped("see \u202egpj.exe"))
        self.assertEqual("\u200fשלום\u2069", clamped("\u200fשלום\u2069"))

    def test_stacked_marks(self) -> None:
        """Marks do not grow over the neighbours."""
        self.assertEqual("a" + "\u0301" * 6 + "b", clamped("a" + "\u0301" * 1000 + "b"))
