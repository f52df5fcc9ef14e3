"""When one is called, and when one is left in peace."""

from __future__ import annotations

from PyQt5.QtCore import QPoint

from examples.made_up import BOB, BOTH, ME, MadeUpClient, as_client
from imclient.core.showing import Shown
from imclient.qt.attention import MANY, Attention
from imclient.qt.idle import Idle
from imclient.qt.notes import short
from imclient.qt.surroundings import Surroundings
from improtocol.audience import EVERYONE, Audience
from tests.qt_case import QtCase

TO_ME = Audience.of(ME)


class Heard:
    """Keeps what it was to say."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []
        self.sounds: list[bool] = []
        self.taken: list[str] = []

    def say(self, kind: str, heading: str, text: str, *, sound: bool) -> None:
        self.said.append((kind, heading, text))
        self.sounds.append(sound)

    def take_back(self, kind: str) -> None:
        self.taken.append(kind)


class AttentionTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = MadeUpClient()
        self.notes, self.looks = Heard(), False
        self.attention = Attention(as_client(self.client), self.notes, lambda: self.looks)
        self.addCleanup(self.attention.close)

    def hear(self, sender: str, to: Audience, text: str) -> None:
        self.client.hear(sender, to, text, 1_800_000_000)
        self.attention.call()

    def test_called(self) -> None:
        """What comes while nobody looks is said, with who and what."""
        self.hear("bob", TO_ME, "Lunch?")
        self.assertEqual([("bob", "bob", "Lunch?")], self.notes.said)

    def test_to_whom(self) -> None:
        """What was said to others, too, says so."""
        self.hear("bob", Audience.of(ME, "carol"), "Lunch?")
        self.hear("bob", EVERYONE, "Fire")
        self.assertEqual(["bob, to you, carol", "bob, to everyone"], [one[1] for one in self.notes.said])

    def test_once(self) -> None:
        """One is not called twice for the same."""
        self.hear("bob", TO_ME, "Lunch?")
        self.client.conversations.changed.emit(self.client.conversations.get(BOB))
        self.attention.call()
        self.assertEqual(1, len(self.notes.said))

    def test_looking(self) -> None:
        """Who has the window before their eyes is not called, and not later for it either."""
        self.looks = True
        self.hear("bob", TO_ME, "Lunch?")
        self.looks = False
        self.client.conversations.changed.emit(self.client.conversations.get(BOB))
        self.attention.call()
        self.assertEqual([], self.notes.said)

    def test_one_self(self) -> None:
        """What one says oneself, here or on another device, calls nobody."""
        self.hear(ME, BOB, "Hello")
        self.assertEqual([], self.notes.said)

    def test_peace(self) -> None:
        """Do not disturb, no notes, a muted conversation: nobody is called, and the count goes on."""
        counts: list[int] = []
        self.attention.counted.connect(counts.append)
        self.client.prefer(quiet=True)
        self.hear("bob", TO_ME, "1")
        self.client.prefer(quiet=False, notify=False)
        self.hear("bob", TO_ME, "2")
        self.client.prefer(notify=True)
        self.assertEqual(2, counts[-1])
        self.client.desk.note_muted(BOB, True)
        self.hear("bob", TO_ME, "3")
        self.assertEqual(([], 0), (self.notes.said, counts[-1]))

    def test_without_texts(self) -> None:
        """Who wants it sees on the desktop that somebody wrote, and not what."""
        self.client.prefer(texts=False, sound=True)
        self.hear("bob", TO_ME, "secret")
        self.assertEqual([("bob", "bob", "wrote something")], self.notes.said)
        self.assertEqual([True], self.notes.sounds)

    def test_many(self) -> None:
        """What waited in many conversations is one note."""
        for number in range(5):
            self.client.hear(f"p{number}", TO_ME, "x", 1_800_000_000)
        self.attention.call()
        self.assertEqual([(MANY, "imclient", "5 unread messages in 5 conversations")], self.notes.said)

    def test_read(self) -> None:
        """What was read meanwhile, here or elsewhere, is taken back."""
        self.hear("bob", TO_ME, "Lunch?")
        self.client.conversations.get(BOB).shown()
        self.client.conversations.changed.emit(self.client.conversations.get(BOB))
        self.attention.call()
        self.assertEqual(["bob"], self.notes.taken)

    def test_short(self) -> None:
        """A note is one line of bounded length."""
        self.assertEqual("a b", short("a\n\nb"))
        self.assertEqual(200, len(short("x" * 4096)))


class SurroundingsTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = MadeUpClient()
        self.around = Surroundings(as_client(self.client), lambda presence, text: None, [])
        self.addCleanup(self.around.close)

    def test_clicked(self) -> None:
        """A click on a note brings the window and goes to the conversation."""
        went: list[object] = []
        self.around.brought.connect(lambda: went.append("brought"))
        self.around.went_to.connect(went.append)
        self.around.notes.clicked.emit(str(BOTH))
        self.around.notes.clicked.emit(MANY)
        self.assertEqual(["brought", BOTH, "brought"], went)

    def test_tray(self) -> None:
        """The tray says who one is and how many are unread, and offers to open the window."""
        self.around.tray.show_unread(3)
        self.assertEqual("imclient, alice: 3 unread", self.around.tray.words)
        self.assertEqual("Open (3 unread)", self.around.tray.menu.actions()[0].text())


class IdleTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = MadeUpClient()
        self.at, self.time = QPoint(1, 1), 1000.0
        self.shown: list[tuple[Shown, str]] = []
        self.slept = 0.0
        self.session: float | None = None  #: when it was last touched, where the desktop tells it
        self.idle = Idle(
            as_client(self.client),
            self.show_as,
            now=lambda: self.time,
            pointer=lambda: QPoint(self.at),
            wall=lambda: 1_800_000_000 + self.time + self.slept,
            session=lambda: None if self.session is None else self.time - self.session,
        )
        self.addCleanup(self.idle.close)

    def show_as(self, presence: Shown, text: str) -> None:
        self.shown.append((presence, text))
        self.client.show(presence, text)

    def wait(self, minutes: float) -> None:
        self.time += minutes * 60
        self.idle.look()

    def test_away_and_back(self) -> None:
        """Who touches nothing for ten minutes is away; the mouse brings them back; the line of text stays."""
        self.client.show(Shown.ONLINE, "In the lab")
        self.wait(9)
        self.assertEqual([], self.shown)
        self.wait(1)
        self.at = QPoint(2, 1)
        self.wait(1)
        self.assertEqual([(Shown.AWAY, "In the lab"), (Shown.ONLINE, "In the lab")], self.shown)

    def test_elsewhere(self) -> None:
        """Who types in another program is not away, where the desktop tells it, and comes back by it."""
        for _ in range(15):
            self.session = self.time + 30
            self.wait(1)
        self.assertEqual([], self.shown)
        self.wait(9.4)
        self.assertEqual([], self.shown)
        self.wait(0.2)
        self.assertEqual([(Shown.AWAY, "")], self.shown)
        self.session = self.time + 59
        self.wait(1)
        self.assertEqual([(Shown.AWAY, ""), (Shown.ONLINE, "")], self.shown)

    def test_told_again(self) -> None:
        """The same touch, told again a little later, brings nobody back."""
        self.session = self.time
        self.wait(11)
        self.session += 0.3
        self.wait(1)
        self.assertEqual([(Shown.AWAY, "")], self.shown)

    def test_typing(self) -> None:
        """A key pressed here is a sign of life."""
        self.wait(9)
        self.idle.touched()
        self.wait(9)
        self.assertEqual([], self.shown)

    def test_never(self) -> None:
        """Who does not want it never is away by itself."""
        self.client.prefer(away_after=0)
        self.wait(1000)
        self.assertEqual([], self.shown)

    def test_slept(self) -> None:
        """After a sleep of the computer the link is looked after at once; a clock set right is no sleep."""
        self.slept = 5
        self.wait(1)
        self.assertEqual(0, self.client.link.wakings)
        self.slept = 3600
        self.wait(1)
        self.wait(1)
        self.assertEqual(1, self.client.link.wakings)

    def test_by_wish(self) -> None:
        """Who said to be away is not brought back by the mouse."""
        self.client.show(Shown.AWAY, "Lunch")
        self.wait(20)
        self.at = QPoint(9, 9)
        self.wait(1)
        self.assertEqual([], self.shown)
