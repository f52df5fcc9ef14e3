"""One reading of any bytes, for all that is shipped; the long run is ``python -m bench.one_reading``."""

from __future__ import annotations

import random
from collections.abc import Iterable
from importlib import import_module

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol import codec, framing, limits
from improtocol.audience import Audience
from improtocol.framing import Framer, Overlong
from imserver import mailroom
from imserver.avatar import Stream
from imserver.mailroom import Mailroom, Posted

from .imclient.core.test_end_to_end import RealCase
from .one_reading import messages, nasty, ruled, streams

SEED = 20261121


class KeepsTheCR(Framer):
    """A reader that drops every CR before LF, and not one."""

    def take(self, most: int = limits.TURN) -> list[bytes | Overlong]:
        return [line if isinstance(line, Overlong) else line.rstrip(b"\r") for line in super().take(most)]


class EndsAtCR(Framer):
    """A reader to which CR alone ends a line, too."""

    def feed(self, data: bytes) -> None:
        super().feed(data.replace(b"\r", b"\n"))


def _as_if_all_were_named(room: Mailroom, batch: Iterable[Posted]) -> dict[Stream, list[Posted]]:
    return {stream: list(batch) for stream in room._streams if stream.live}


class StreamTests(SynchronousTestCase):
    """What a line is, to a server and to a client (promises C1 and C3)."""

    def test_streams(self) -> None:
        """However bytes are cut, the rule says what is answered to them and what is heard in them."""
        self.assertEqual(streams(random.Random(SEED), 150), [])

    def test_planted(self) -> None:
        """A client, or a server, that takes line ends in its own way is found."""
        for module in ("imclient.core.connection.Framer", "imserver.connection.Framer"):
            for defect in (KeepsTheCR, EndsAtCR):
                with self.subTest(module=module, defect=defect):
                    place, _, name = module.rpartition(".")
                    patch = self.patch(import_module(place), name, defect)
                    self.assertNotEqual(streams(random.Random(SEED), 60), [], module)
                    patch.restore()

    @given(st.binary())
    def test_the_rule(self, data: bytes) -> None:
        """Any bytes at all are the same lines by the rule and by the framer that all that is shipped has."""
        framer = framing.Framer(limit=10**6)
        framer.feed(data)
        self.assertEqual(framer.take(10**6), ruled(data))


class MessageTests(RealCase):
    """What is accepted comes to those it is for, as it was meant (promises A14, A15 and C2)."""

    def test_messages(self) -> None:
        """Whatever is accepted is one line to each it is for, and says to a client what was meant."""
        self.assertEqual(messages(random.Random(SEED), 1000), [])

    def test_planted(self) -> None:
        """A server that tells more than one line of a message, or tells it to others, is found."""
        write = codec.write
        self.patch(codec, "write", lambda *said: write(*said).replace("\\n", "\n"))
        self.assertNotEqual(messages(random.Random(SEED), 100), [])
        self.patch(codec, "write", write)
        self.patch(Mailroom, "_apart", _as_if_all_were_named)
        self.patch(mailroom, "_is_for", lambda entry, account, registered: True)
        self.assertNotEqual(messages(random.Random(SEED), 100), [])

    def test_every_device_gets_past_it(self) -> None:
        """A client's place in the stream is behind everything that was accepted, and holds it."""
        bob = self.person("bob")
        alice = self.real.newcomer()
        chance = random.Random(SEED)
        alice.say("REGISTER alice :correct horse")
        alice.say("LOGIN alice :correct horse")
        for _ in range(100):
            alice.send(f"SEND bob :{nasty(chance)}\n".encode())
            self.wait(2)
        self.wait(5)
        held = [message.text for message in bob.conversations.get(Audience.of("alice")).messages]
        self.assertGreater(len(held), 20)
        self.assertEqual(held, self.real.texts())
        self.assertEqual(bob.conversations.ledger.told, len(self.real.entries))
