"""Nothing that was received is an order to the terminal (promise E3)."""

from __future__ import annotations

from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from twisted.trial.unittest import SynchronousTestCase

from bench import terminal_fuzz
from bench.glass import tricks
from imclient.core.roster import Presence, Roster
from imclient.terminal import harmless
from imclient.terminal.harmless import harmless_lines
from imclient.terminal.paper import Line, Paper
from imclient.terminal.prompt import SlashCompleter

#: What takes some seconds here; `bench.terminal_fuzz` writes a million.
MESSAGES = 6_000


class HarmlessTests(SynchronousTestCase):
    def test_every_control(self) -> None:
        """No control character of any kind comes through, and nothing that turns directions."""
        for code in range(0x110000):
            shown = harmless.harmless(chr(code))
            if code < 0x20 or 0x7F <= code < 0xA0 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
                self.assertTrue(shown.isprintable(), hex(code))
            elif not 0xD800 <= code < 0xE000 and chr(code).isprintable():
                self.assertEqual(chr(code), shown)

    def test_shown(self) -> None:
        """What is taken out is shown: by its picture, or by its number."""
        self.assertEqual("a␛[2Jb‹009B›2J␡", harmless.harmless("a\x1b[2Jb\x9b2J\x7f"))
        self.assertEqual("‹202E›evil    x", harmless.harmless("\u202eevil\tx"))
        self.assertEqual("👨‍👩 שלום é", harmless.harmless("👨‍👩 שלום é"))
        self.assertEqual(["one", "two␍", ""], harmless_lines("one\r\ntwo\r\n".replace("two\r", "two\r\r")))

    def test_fuzz(self) -> None:
        """Hostile messages leave modes, title, cursor and the lines above as they were."""
        self.assertEqual([], [str(trick) for trick in tricks(MESSAGES, 7)])

    def test_planted(self) -> None:
        """The fuzzer finds what it is there to find: an 8-bit control, a plain one, a direction."""
        for defect in terminal_fuzz.PLANTED:
            self.assertTrue(terminal_fuzz.found_planted(defect), defect)

    def test_everything_on_paper(self) -> None:
        """Whatever piece of a line it is, it is made harmless; a line break begins a line that is set in."""
        written: list[Line] = []
        paper = Paper(written.extend, lambda act: act())
        paper.put(("a", "who\x1b[2J\nx"), ("b", "text\x9b1A\nmore\x1b]0;x\x07"))
        paper.flush()
        self.assertEqual(
            [
                [("a", "who␛[2J␊x"), ("b", "text‹009B›1A")],
                [("", "      "), ("b", "more␛]0;x␇")],
            ],
            [list(line) for line in written],
        )

    def test_completion(self) -> None:
        """A name that a hostile server invents does nothing in the menu either."""
        roster = Roster(lambda: 0)
        roster.told("bob\x1b[2J", Presence.ONLINE, "")
        found = SlashCompleter(roster, frozenset).get_completions(Document("/whisper b"), CompleteEvent())
        self.assertEqual(["bob␛[2J"], [one.text for one in found])
