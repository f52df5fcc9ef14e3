"""What went over the wire can be acted again, and sorted out by conversation and by message."""

from __future__ import annotations

from pathlib import Path

from imclient.core.client import Client
from imclient.core.transcript import scene_of
from imclient.core.wire_talk import About
from improtocol.audience import EVERYONE, Audience
from tests.scene import read_scene
from tests.scene_case import play_on
from tests.stage import Stage

from .test_end_to_end import PASSWORD, RealCase

BOB, BOTH = Audience.of("bob"), Audience.of("bob", "carol")


class WireCase(RealCase):
    """Alice talks with Bob and Carol at the real server."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = (self.come_in(name) for name in ("alice", "bob", "carol"))
        self.alice.say(BOB, "Hello, Bob")
        self.wait(1)
        self.bob.say(Audience.of("alice"), "Hello: how\nare you?")
        self.wait(1)
        self.alice.say(BOTH, "Lunch?")
        self.carol.say(EVERYONE, "Fire")
        self.wait(2)

    def come_in(self, name: str) -> Client:
        client = self.start()
        for act in (
            lambda: client.connect("lab.example", 12000),
            lambda: client.register(name, PASSWORD),
            lambda: client.log_in(name, PASSWORD, remember=True),
        ):
            done = act()
            self.wait(1)
            self.successResultOf(done)
        return client

    def written(self, lines: list[object]) -> list[str]:
        return [line.line.partition(" :")[2] or line.line for line in lines]  # type: ignore[attr-defined]


class TranscriptTests(WireCase):
    def test_acted_again(self) -> None:
        """A saved transcript is acted on an empty stage, and all goes as it went."""
        scene = scene_of(self.alice.wire.lines, "alice")
        for expected in ("alice> @", "bob> SEND alice :Hello: how\\nare you?", "carol> SEND * :Fire"):
            self.assertIn(expected, scene)
        path = Path(self.mktemp())
        path.write_text(scene, "utf-8")
        stage = Stage()
        play, read = play_on(stage), read_scene(path)
        play.act(read)
        play.end(read)
        self.assertGreaterEqual(len(read.cues), 12 + 8)

    def test_no_secrets(self) -> None:
        """Neither the password nor what one comes back with stands in it."""
        scene = scene_of(self.alice.wire.lines, "alice")
        token = self.successResultOf(self.alice.tokens.find("lab.example:12000", "alice"))
        shown = "\n".join(line.line for line in self.alice.wire.lines)
        self.assertIsNotNone(token)
        for text in (scene, shown):
            self.assertNotIn(str(token), text)
        self.assertNotIn(PASSWORD, shown)


class AboutTests(WireCase):
    def test_conversation(self) -> None:
        """Of a conversation stand there what was said in it and what became of that, and nothing else."""
        kept = About("alice", talk=BOB).lines(self.alice.wire.lines)
        texts = "\n".join(line.line for line in kept)
        for expected in ("SEND bob ref=", "OK SEND", ":Hello, Bob", ":Hello: how", "RECEIPT message="):
            self.assertIn(expected, texts)
        for other in ("Lunch?", "Fire", "WHO", "LOGIN"):
            self.assertNotIn(other, texts)

    def test_everyone(self) -> None:
        """So it is with what was said to everyone."""
        kept = About("alice", talk=EVERYONE).lines(self.alice.wire.lines)
        said = [line.line for line in kept if ":Fire" in line.line]
        self.assertEqual(1, len(said))
        self.assertFalse([line for line in kept if "Lunch?" in line.line])

    def test_message(self) -> None:
        """Of a message stand there its SEND, the OK, and how far it came."""
        said = self.alice.conversations.get(BOTH).messages[-1]
        kept = [line.line for line in About("alice", said=said).lines(self.alice.wire.lines)]
        self.assertIn(f"ref={said.ref} :Lunch?", kept[0])
        self.assertIn(f"OK SEND {said.number}", kept[1])
        self.assertTrue(all(f"RECEIPT message={said.number} " in line for line in kept[2:]), kept)
        self.assertGreater(len(kept), 2)

    def test_theirs(self) -> None:
        """Of somebody else's message stands there how it was told."""
        said = self.alice.conversations.get(BOB).messages[-1]
        [line] = About("alice", said=said).lines(self.alice.wire.lines)
        self.assertIn(f"* MESSAGE {said.number} bob alice", line.line)
