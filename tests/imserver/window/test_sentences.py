"""What happens is told in sentences, all of it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

import imtongue
from imserver import log_vocabulary
from imserver.window.sentences import SENTENCES, sentence


class SentenceTests(SynchronousTestCase):
    def test_every_event(self) -> None:
        """There is a sentence for whatever ``server.log`` can say, but for a message, whose line is seen."""
        self.assertEqual(set(log_vocabulary.EVENTS) - {"sent"}, set(SENTENCES))

    def test_whatever_is_missing(self) -> None:
        """A sentence is said with whatever facts there are."""
        self.assertEqual([], [event for event in SENTENCES if not sentence(event, {})])

    def test_why_gone(self) -> None:
        """Why somebody is gone is told, known or not."""
        said = [sentence("logged-out", {"user": "bob", "why": why}) for why in ("quit", "shed", "full-moon")]
        self.assertEqual("bob left", said[0])
        self.assertIn("too much waited", said[1])
        self.assertEqual("bob is gone (full-moon)", said[2])

    def test_rights(self) -> None:
        """Whoever becomes an administrator is said to; another right is named."""
        facts = {"user": "ada", "whom": "bob", "right": "administrator"}
        self.assertEqual("ada made bob an administrator", sentence("granted", facts))
        self.assertEqual(
            "ada took the right everyone from bob", sentence("revoked", {**facts, "right": "everyone"})
        )

    def test_german(self) -> None:
        """It is said in the language that is spoken; what nobody knows, as it stands."""
        self.addCleanup(imtongue.speak, "en")
        imtongue.speak("de")
        self.assertEqual("ada hat bob gesperrt", sentence("suspended", {"user": "ada", "whom": "bob"}))
        self.assertEqual("danced whom=bob", sentence("danced", {"whom": "bob"}))
