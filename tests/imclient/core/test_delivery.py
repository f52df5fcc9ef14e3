"""How far messages come, what is read, what was before: real clients against the real server, in memory."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TypeVar

from twisted.internet.defer import Deferred

from imclient.core.client import Client, LinkState
from imclient.core.conversations import Conversation, Progress
from imclient.core.records import Receipt
from imclient.core.roster import Presence
from improtocol import commands
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import NoSuchDevice, NoSuchMessage
from improtocol.fields import Reached
from improtocol.replies import ConversationShown

from .case import Later
from .real_server import RealServer
from .test_end_to_end import ALICE, BOB, RealCase

T = TypeVar("T")
BOTH = Audience.of("bob", "carol")


class DeliveryCase(RealCase):
    """A test with people who read."""

    def result(self, waiting: Deferred[T], seconds: float = 1) -> T:
        """Wait for an answer."""
        self.wait(seconds)
        return self.successResultOf(waiting)

    def load_all(self, client: Client) -> None:
        """Load back everything there is of every conversation."""
        for talk in client.conversations.all():
            for _ in range(1000):
                if not talk.more:
                    break
                waiting = talk.earlier()
                self.settle()
                self.successResultOf(waiting)
            self.assertFalse(talk.more)

    def counted(self, client: Client) -> dict[Audience, int]:
        """Give what the server counts as unread of somebody's conversations."""
        asked = client.ask(commands.Conversations())
        self.settle()
        items = self.successResultOf(asked).items
        return {one.audience: one.unread for one in items if isinstance(one, ConversationShown)}

    def log_of(self, me: str) -> dict[Audience, list[tuple[int, str]]]:
        """Give what the log holds for somebody, by conversation."""
        held: dict[Audience, list[tuple[int, str]]] = {}
        for entry in self.real.entries:
            to = EVERYONE if entry.everyone else Audience.of(*entry.audience.split(","))
            if entry.text and (to.everyone or me in to.names or entry.sender == me):
                talk = to.conversation(entry.sender, me)
                held.setdefault(talk, []).append((entry.number, entry.text))
        return held

    def shows_the_log(self, client: Client, why: str = "") -> None:
        """Check that a device shows, once all is loaded back, what the log holds, and counts as it does."""
        assert client.name is not None
        self.load_all(client)
        talks = [talk for talk in client.conversations.all() if talk.messages]
        shown = {talk.audience: [(said.number, said.text) for said in talk.messages] for talk in talks}
        self.assertEqual(self.log_of(client.name), shown, why)
        unread = {talk.audience: talk.unread for talk in talks}
        self.assertEqual(self.counted(client), unread, why)


class ReceiptsTests(DeliveryCase):
    def test_two_people(self) -> None:
        """What is said is sent, then delivered, then read, each as it happens."""
        alice, bob = map(self.person, ("alice", "bob"))
        first, second = alice.say(BOB, "one"), alice.say(BOB, "two")
        self.settle()
        self.assertEqual(Progress.SENT, first.progress)
        self.wait(3)
        self.assertEqual([Progress.DELIVERED] * 2, [first.progress, second.progress])
        bob.conversations.get(ALICE).shown()
        self.wait(2)
        self.assertEqual([Progress.READ] * 2, [first.progress, second.progress])
        self.assertEqual(Receipt(1, 1, 1), first.receipt)

    def test_who_is_away(self) -> None:
        """A message for somebody who is not connected says for whom it waits; when they come it is told."""
        alice, bob, carol = map(self.person, ("alice", "bob", "carol"))
        self.nets[carol].serve = None
        self.cut(carol)
        self.wait(1)
        said = alice.say(BOTH, "lunch?")
        self.wait(3)
        self.assertEqual((Receipt(1, 0, 2, ("carol",)), Progress.SENT), (said.receipt, said.progress))
        names = self.result(alice.receipts(said.number or 0))
        self.assertEqual({"bob": Reached.DELIVERED, "carol": Reached.WAITING}, names)
        again = self.result(alice.say_again(said.number or 0), 2)
        assert again is not None
        self.assertEqual((Audience.of("carol"), "lunch?"), (again.audience, again.text))
        self.nets[carol].serve = self.serve
        self.wait(70)
        self.assertEqual((Receipt(2, 0, 2), Progress.DELIVERED), (said.receipt, said.progress))
        self.assertIsNone(self.result(alice.say_again(said.number or 0), 2))
        self.assertEqual(["lunch?"], self.heard(carol, Audience.of("alice", "bob")))
        self.assertEqual(["lunch?"], self.heard(carol, ALICE))
        self.assertEqual([], self.heard(bob, ALICE))

    def test_everyone(self) -> None:
        """To everyone it is counted for each message alone, and asked for by name through all pages."""
        for number in range(120):
            self.real.storage.register(f"n{number:03}", "a hash of nothing")
        self.settle()
        alice, bob = map(self.person, ("alice", "bob"))
        said = [alice.say(EVERYONE, text) for text in ("one", "two")]
        self.wait(3)
        bob.conversations.get(EVERYONE).shown()
        self.wait(2)
        self.assertEqual(Receipt(1, 1, 121), said[1].receipt)
        names = self.result(alice.receipts(said[0].number or 0), 3)
        self.assertEqual(121, len(names))
        self.assertEqual(["bob"], [name for name, reached in names.items() if reached is Reached.READ])
        self.assertEqual(Receipt(1, 1, 121), said[0].receipt)

    def test_while_away(self) -> None:
        """How far a message came while its sender was not here is known after the return."""
        folder = Path(self.mktemp())
        alice, bob = self.person("alice", folder), self.person("bob")
        said = [alice.say(BOB, str(number)) for number in range(3)]
        self.settle()
        self.nets[alice].serve = None
        self.cut(alice)
        self.wait(2)
        bob.conversations.get(ALICE).shown()
        self.wait(2)
        self.assertEqual([Progress.SENT] * 3, [one.progress for one in said])
        self.nets[alice].serve = self.serve
        self.wait(70)
        self.assertEqual([Progress.READ] * 3, [one.progress for one in said])
        self.end(alice)
        alice = self.come_in(self.start(folder), "alice")
        self.assertEqual([Progress.READ] * 3, [one.progress for one in alice.conversations.get(BOB).messages])

    def test_of_a_stranger(self) -> None:
        """Nobody is told how far what others said came."""
        alice, bob = map(self.person, ("alice", "bob"))
        said = alice.say(BOB, "one")
        self.wait(1)
        asked = bob.receipts(said.number or 0)
        self.wait(1)
        self.failureResultOf(asked, NoSuchMessage)


class ReadingTests(DeliveryCase):
    def test_two_devices(self) -> None:
        """What is read on one device is read on the other, at once, and after it was away."""
        desk, bob = map(self.person, ("alice", "bob"))
        phone = self.come_in(self.start(), "alice")
        for number in range(4):
            bob.say(ALICE, str(number))
        self.wait(3)
        talks = [device.conversations.get(BOB) for device in (desk, phone)]
        self.assertEqual([4, 4], [talk.unread for talk in talks])
        talks[0].shown()
        self.wait(1)
        self.assertEqual([0, 0], [talk.unread for talk in talks])
        self.nets[phone].serve = None
        self.cut(phone)
        bob.say(ALICE, "more")
        bob.say(EVERYONE, "all")
        self.wait(2)
        talks[0].shown()
        self.wait(1)
        self.nets[phone].serve = self.serve
        self.wait(70)
        self.assertEqual([0, 0], [talk.unread for talk in talks])
        self.assertEqual(1, phone.conversations.get(EVERYONE).unread)
        for device in (desk, phone):
            self.shows_the_log(device)

    def test_read_offline(self) -> None:
        """What was read without a connection is read everywhere once there is one."""
        desk, bob = map(self.person, ("alice", "bob"))
        phone = self.come_in(self.start(), "alice")
        said = bob.say(ALICE, "one")
        self.wait(2)
        self.nets[phone].serve = None
        self.cut(phone)
        phone.conversations.get(BOB).shown()
        self.wait(5)
        self.assertEqual((1, Progress.DELIVERED), (desk.conversations.get(BOB).unread, said.progress))
        self.nets[phone].serve = self.serve
        self.wait(70)
        self.assertEqual((0, Progress.READ), (desk.conversations.get(BOB).unread, said.progress))

    def test_new_device(self) -> None:
        """A new device shows what there is and what is unread, and loads back all of it, on demand."""
        desk, bob, carol = map(self.person, ("alice", "bob", "carol"))
        for number in range(230):
            bob.say(ALICE, f"{number} " + "x" * 1000 * (number % 7 == 0))
            if number == 100:
                self.wait(60)
                desk.conversations.get(BOB).shown()
        carol.say(Audience.of("alice", "bob"), "both of you")
        carol.say(EVERYONE, "all of you")
        self.wait(120)
        phone = self.come_in(self.start(), "alice")
        self.wait(2)
        talk = phone.conversations.get(BOB)
        self.assertEqual(129, talk.unread)
        held = len(talk.messages)
        self.assertLess(held, 110)
        self.assertGreater(held, 40)
        titles = {one.title for one in phone.conversations.all()}
        self.assertEqual({"bob", "bob, carol", "Everyone"}, titles)
        self.shows_the_log(phone)
        first = talk.first_unread
        self.assertEqual("101 ", first.text if first else None)
        talk.shown()
        self.wait(2)
        self.assertEqual(0, desk.conversations.get(BOB).unread)
        self.shows_the_log(desk)

    def test_loaded_back_once(self) -> None:
        """What was loaded back is held: after a new start it is not asked for again."""
        folder = Path(self.mktemp())
        _, bob = map(self.person, ("alice", "bob"))
        for number in range(150):
            bob.say(ALICE, str(number))
        self.wait(40)
        phone = self.come_in(self.start(folder), "alice")
        self.wait(1)
        self.shows_the_log(phone)
        self.end(phone)
        phone = self.come_in(self.start(folder), "alice")
        self.wait(1)
        self.shows_the_log(phone)
        asked = [line.line for line in phone.wire.lines if line.outgoing and "HISTORY" in line.line]
        self.assertEqual([], asked)

    def test_other_log(self) -> None:
        """After a restore everything is told anew, and counted as the restored server counts (A13)."""
        alice, bob = map(self.person, ("alice", "bob"))
        for number in range(5):
            bob.say(ALICE, f"old {number}")
        self.wait(3)
        alice.conversations.get(BOB).shown()
        self.wait(2)
        for client in (alice, bob):
            self.nets[client].serve = None
            self.cut(client)
        self.real = RealServer(self.clock, epoch="k4")
        for name in ("bob", "alice"):
            self.end(self.person(name))
        for client in (alice, bob):
            self.nets[client].serve = self.serve
        self.wait(130)
        bob.say(ALICE, "new")
        self.wait(3)
        for client in (alice, bob):
            self.assertEqual(LinkState.ONLINE, client.link.state)
            self.shows_the_log(client)
        self.assertEqual((1, ["new"]), (alice.conversations.get(BOB).unread, self.heard(alice, BOB)))


class PeopleTests(DeliveryCase):
    def person_at(self, client: Client, name: str) -> tuple[Presence, str]:
        found = client.roster.get(name)
        assert found is not None
        return found.presence, found.text

    def test_away(self) -> None:
        """Who is away is shown so to others, with their words, and still after a return."""
        alice, bob = map(self.person, ("alice", "bob"))
        self.result(bob.show(Presence.AWAY, "at lunch\nback at two"))
        self.assertEqual((Presence.AWAY, "at lunch\nback at two"), self.person_at(alice, "bob"))
        self.cut(bob)
        self.wait(70)
        self.assertEqual((Presence.AWAY, "at lunch\nback at two"), self.person_at(alice, "bob"))
        self.result(bob.show(Presence.ONLINE))
        self.assertEqual((Presence.ONLINE, ""), self.person_at(alice, "bob"))

    def test_coming_back(self) -> None:
        """Who comes back asks for what changed, and knows the others all the same."""
        alice, bob, carol = map(self.person, ("alice", "bob", "carol"))
        self.result(bob.show(Presence.AWAY, "at lunch"))
        self.nets[alice].serve = None
        self.cut(alice)
        self.nets[carol].serve = None
        self.cut(carol)
        self.person("dave")
        self.wait(2)
        self.nets[alice].serve = self.serve
        self.wait(70)
        asked = [line.line for line in alice.wire.lines if line.outgoing and "WHO" in line.line]
        self.assertIn("since=", asked[-1])
        people = {name: self.person_at(alice, name) for name in ("bob", "carol", "dave")}
        self.assertEqual((Presence.AWAY, "at lunch"), people["bob"])
        self.assertEqual((Presence.OFFLINE, Presence.ONLINE), (people["carol"][0], people["dave"][0]))

    def test_sign_out(self) -> None:
        """A device that is signed out stays away; it is forgotten, and can come again."""
        desk, bob = map(self.person, ("alice", "bob"))
        phone = self.come_in(self.start(), "alice")
        bob.say(ALICE, "one")
        self.wait(2)
        devices = self.result(desk.devices())
        self.assertEqual({desk.settings.device, phone.settings.device}, {one.name for one in devices})
        self.assertEqual([desk.settings.device], [one.name for one in devices if one.here])
        self.result(desk.sign_out(phone.settings.device))
        self.assertEqual((LinkState.SIGNED_OUT, LinkState.ONLINE), (phone.link.state, desk.link.state))
        self.assertEqual(1, len(self.result(desk.devices())))
        again = desk.sign_out(phone.settings.device)
        self.wait(1)
        self.failureResultOf(again, NoSuchDevice)
        bob.say(ALICE, "two")
        self.wait(100)
        self.assertEqual(["one"], self.heard(phone, BOB))
        self.come_in(phone, "alice")
        self.wait(2)
        self.shows_the_log(phone)
        self.result(desk.sign_out(desk.settings.device))
        self.assertEqual(LinkState.SIGNED_OUT, desk.link.state)

    def test_block(self) -> None:
        """Who is blocked is heard by no device and does not notice; what came meanwhile stays unheard."""
        alice, bob = map(self.person, ("alice", "bob"))
        bob.say(ALICE, "before")
        self.wait(1)
        self.result(alice.block("bob"))
        self.assertIn("bob", alice.blocked)
        meanwhile = bob.say(ALICE, "meanwhile")
        self.wait(2)
        phone = self.come_in(self.start(), "alice")
        self.wait(2)
        self.assertEqual(frozenset({"bob"}), phone.blocked.names)
        self.result(phone.unblock("bob"))
        bob.say(ALICE, "after")
        self.wait(4)
        self.load_all(phone)
        for device in (alice, phone):
            self.assertEqual(["before", "after"], self.heard(device, BOB))
            self.assertEqual(2, device.conversations.get(BOB).unread)
        self.assertEqual(Progress.DELIVERED, meanwhile.progress)


class Mortal(Later):
    """A disk that does so many pieces of work; then the program is killed, and nothing is done any more."""

    def __init__(self, lives: int) -> None:
        super().__init__()
        self.lives = lives
        self.done = 0

    def __call__(self, work, /):  # type: ignore[no-untyped-def]
        """Take work."""
        if self.done >= self.lives:
            self.held = True
        self.done += not self.held
        return super().__call__(work)


class KilledTests(DeliveryCase):
    def act(self, folder: Path, disk: Mortal) -> tuple[Client, Client]:
        """Have a new device live a little: it loads back, hears, reads, says, is told how far that came."""
        _, bob, carol = map(self.person, ("alice", "bob", "carol"))
        for number in range(6):
            bob.say(ALICE, f"before {number}")
        carol.say(Audience.of("alice", "bob"), "both")
        self.wait(4)
        phone = self.start(folder, disk)
        self.connected(phone)
        phone.log_in("alice", "correct horse").addErrback(lambda failure: None)
        self.wait(2)
        if phone.name is None:  # killed before it was in
            return phone, bob
        bob.say(ALICE, "heard")
        phone.say(BOB, "said")
        self.wait(2)
        self.successResultOf(phone.conversations.get(BOB).older())
        phone.conversations.get(BOB).shown()
        bob.conversations.get(ALICE).shown()
        carol.say(EVERYONE, "all")
        self.wait(3)
        return phone, bob

    def test_after_each_piece(self) -> None:
        """Killed after each piece of work of its disk, a device comes back and has everything once (A7)."""
        whole = Mortal(10_000)
        self.act(Path(self.mktemp()), whole)
        self.assertGreater(whole.done, 10)
        for lives in range(whole.done):
            for client in list(self.nets):
                self.end(client)
            super().setUp()
            folder, disk = Path(self.mktemp()), Mortal(lives)
            phone, bob = self.act(folder, disk)
            disk.lose()
            self.dead.add(phone)
            self.nets[phone].serve = None
            phone.link.leave()
            self.cut(phone)
            del self.nets[phone]
            bob.say(ALICE, "meanwhile")
            self.wait(2)
            again = self.come_in(self.start(folder), "alice")
            self.wait(6)
            bob.conversations.get(ALICE).shown()
            self.wait(2)
            self.shows_the_log(again, f"killed after {lives}")
            own = [one for one in again.conversations.get(BOB).messages if one.mine]
            self.assertTrue(all(one.progress is Progress.READ for one in own), f"killed after {lives}")


class LivesTests(DeliveryCase):
    """Random lives of devices that read, load back and are killed: in the end all show the log, and agree."""

    def live(self, seed: int, steps: int) -> None:
        super().setUp()
        self.random = random = Random(seed)
        names = ["alice", "bob", "carol"]
        self.folders = [Path(self.mktemp()) for _ in range(5)]
        self.disks = [Later() for _ in range(5)]
        self.devices = [self.person(name, self.folders[n], self.disks[n]) for n, name in enumerate(names)]
        self.wait(1)
        for step in range(steps):
            if step == steps // 3 or step == steps // 2:
                at = len(self.devices)
                self.disks[at] = Later()
                self.devices.append(self.come_in(self.start(self.folders[at], self.disks[at]), names[at - 3]))
            self.step(step, random.randrange(len(self.devices)))
            if random.random() < 0.6:
                self.settle()
        for disk in self.disks:
            disk.let()
        for net in self.nets.values():
            for wire in net.wires:
                wire.budget = None
        self.wait(150)
        for device in self.devices:
            self.shows_the_log(device, f"seed {seed}, {device.name}")
            self.tells_the_truth(device, f"seed {seed}, {device.name}")
        for device in self.devices:
            self.end(device)

    def step(self, step: int, at: int) -> None:
        random, device, disk = self.random, self.devices[at], self.disks[at]
        act = random.random()
        talks: list[Conversation] = device.conversations.all()
        if act < 0.35:
            others = random.sample(["alice", "bob", "carol"], random.choice([1, 1, 2]))
            device.say(random.choice([Audience.of(*others), EVERYONE]), f"{step} by device {at}")
        elif act < 0.55 and talks:
            random.choice(talks).shown()
        elif act < 0.65 and talks:
            random.choice(talks).older()
        elif act < 0.77 and self.nets[device].wires:
            wire = self.nets[device].wire
            wire.budget = wire.carried + random.randrange(300)
        elif act < 0.81:
            disk.held = True
        elif act < 0.86:
            disk.let()
        elif act < 0.89:
            self.disks[at] = Later()
            self.devices[at] = self.killed(device, self.folders[at], disk, self.disks[at])
        else:
            self.wait(random.choice([0.25, 1, 5]))

    def tells_the_truth(self, device: Client, why: str) -> None:
        """Check that no message shows more than is so, and the newest of each conversation all of it."""
        for talk in device.conversations.all():
            own = [said for said in talk.messages if said.mine and said.to.names != (device.name,)]
            shown = [said.receipt for said in own]
            for said, receipt in zip(own, shown, strict=True):
                waiting = device.receipts(said.number or 0)
                self.settle()
                names = self.successResultOf(waiting)
                delivered = sum(reached is not Reached.WAITING for reached in names.values())
                read = sum(reached is Reached.READ for reached in names.values())
                if receipt is not None:
                    self.assertLessEqual((receipt.delivered, receipt.read), (delivered, read), why)
                if said is own[-1]:
                    self.assertEqual((delivered, read), (receipt and (receipt.delivered, receipt.read)), why)

    def test_lives(self) -> None:
        """In ten random lives nothing is lost, doubled, miscounted or shown as read that is not."""
        for seed in range(10):
            self.live(seed, 60)
