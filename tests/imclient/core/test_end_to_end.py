"""The real client core against the real server, in memory, on a Clock."""

from __future__ import annotations

from pathlib import Path
from random import Random
from shutil import copytree

from twisted.internet.error import ConnectionLost

from imclient.core.client import Client, LinkState
from imclient.core.conversations import Progress
from imclient.core.roster import Presence
from improtocol.audience import EVERYONE, Audience
from improtocol.errors import LoginRefused, NameTaken, Offline
from imserver.connection import Connection
from imserver.retention import DAY

from .case import CoreCase, Later
from .real_server import RealServer
from .wires import Net

PASSWORD = "correct horse"
BOB, ALICE = Audience.of("bob"), Audience.of("alice")


class RealCase(CoreCase):
    """A test with the real server; each client has a network of its own that can be cut."""

    def setUp(self) -> None:
        super().setUp()
        self.real = RealServer(self.clock)
        self.net.serve = self.real.serve
        self.nets: dict[Client, Net] = {}
        self.dead = getattr(self, "dead", set[Client]())
        self.seeds = iter(range(1, 10_000))

    def start(self, folder: Path | None = None, run: Later | None = None) -> Client:
        """Start a client with a network of its own."""
        net = Net(self.clock, self.serve)
        client = self.client(folder, seed=next(self.seeds), net=net, run=run or Later())
        self.nets[client] = net
        return client

    def serve(self) -> Connection:
        """Build the server's end of a connection to the server there is now."""
        return self.real.serve()

    def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(3):
            for net in self.nets.values():
                net.settle()
            self.net.settle()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.settle()
        for _ in range(round(seconds * 4)):
            self.clock.advance(0.25)
            self.settle()

    def end(self, client: Client) -> None:
        """Close a client that was not killed."""
        if client in self.dead:
            return
        done = client.close()
        self.wait(8)
        self.successResultOf(done)

    def connected(self, client: Client) -> Client:
        """Connect."""
        done = client.connect("lab.example", 12000)
        self.settle()
        self.successResultOf(done)
        return client

    def come_in(self, client: Client, name: str, *, register: bool = False, remember: bool = False) -> Client:
        """Connect and log in, after having registered if need be."""
        self.connected(client)
        if register:
            registered = client.register(name, PASSWORD)
            self.settle()
            self.successResultOf(registered)
        done = client.log_in(name, PASSWORD, remember=remember)
        self.wait(0.5)
        while not done.called:  # who was refused before is let in more slowly
            self.wait(0.5)
        self.successResultOf(done)
        return client

    def person(self, name: str, folder: Path | None = None, run: Later | None = None) -> Client:
        """Start a client and register its user."""
        return self.come_in(self.start(folder, run), name, register=True)

    def cut(self, client: Client) -> None:
        """Cut a client's wire."""
        net = self.nets[client]
        if net.wires:
            net.wire.cut(ConnectionLost())
        self.settle()

    def killed(self, client: Client, folder: Path, disk: Later, new_disk: Later) -> Client:
        """End a client as kill -9 does, what was not committed is gone; start another from its folder."""
        assert client.name is not None
        disk.lose()
        self.dead.add(client)
        self.nets[client].serve = None
        client.link.leave()
        self.cut(client)
        del self.nets[client]
        again = self.come_in(self.start(folder, new_disk), client.name)
        self.wait(2)
        return again

    def heard(self, client: Client, audience: Audience) -> list[str]:
        """Give what a client shows of a conversation."""
        return [said.text for said in client.conversations.get(audience).messages]


class TogetherTests(RealCase):
    def test_log_out(self) -> None:
        """What was copied of a device opens nothing once its user logged out; nothing is lost by that."""
        folder, thief = Path(self.mktemp()), Path(self.mktemp())
        alice = self.come_in(self.start(folder), self.gone("alice"), remember=True)
        bob = self.person("bob")
        bob.say(ALICE, "before")
        self.wait(2)
        copytree(folder, thief)
        done = alice.log_out()
        self.wait(1)
        self.assertEqual("", self.successResultOf(done))
        bob.say(ALICE, "meanwhile")
        self.end(alice)
        copy = self.connected(self.start(thief))
        comes_back = copy.come_back("alice")
        self.wait(1)
        self.assertFalse(self.successResultOf(comes_back))
        alice = self.come_in(self.start(folder), "alice")
        self.wait(2)
        self.assertEqual(["before", "meanwhile"], self.heard(alice, BOB))

    def gone(self, name: str) -> str:
        """Register somebody who is not here any more."""
        self.end(self.person(name))
        return name

    def test_register_and_come_in(self) -> None:
        """A name is registered once; a wrong password and an unknown name are refused alike."""
        alice = self.connected(self.start())
        done = alice.log_in("alice", PASSWORD)
        self.settle()
        self.failureResultOf(done, LoginRefused)
        self.person("alice")
        other = self.connected(self.start())
        taken = other.register("Alice", PASSWORD)
        self.settle()
        self.failureResultOf(taken, NameTaken)
        wrong = other.log_in("alice", "wrong horse")
        self.settle()
        self.failureResultOf(wrong, LoginRefused)

    def test_three_send_modes(self) -> None:
        """To one, to several, to all: whom it is for sees it once, with who said it and to whom."""
        alice, bob, carol = map(self.person, ("alice", "bob", "carol"))
        self.wait(1)
        said = [
            alice.say(BOB, "to bob"),
            alice.say(Audience.of("bob", "carol"), "to both"),
            alice.say(EVERYONE, "to all"),
        ]
        self.wait(1)
        self.wait(2)
        self.assertEqual([Progress.DELIVERED] * 3, [one.progress for one in said])
        self.assertEqual(["to bob"], self.heard(bob, ALICE))
        self.assertEqual(["to both"], self.heard(bob, Audience.of("alice", "carol")))
        self.assertEqual(["to both"], self.heard(carol, Audience.of("alice", "bob")))
        self.assertEqual([["to all"]] * 3, [self.heard(who, EVERYONE) for who in (alice, bob, carol)])
        self.assertEqual([], self.heard(carol, ALICE))
        (both,) = bob.conversations.get(Audience.of("alice", "carol")).messages
        self.assertEqual(("alice", Audience.of("bob", "carol")), (both.sender, both.to))

    def test_roster(self) -> None:
        """Everybody sees who comes and goes, also who is new."""
        alice = self.person("alice")
        bob = self.person("bob")
        self.wait(1)
        self.assertEqual(Presence.ONLINE, alice.roster.get("bob").presence)  # type: ignore[union-attr]
        self.cut(bob)
        self.nets[bob].serve = None
        self.wait(1)
        self.assertEqual(Presence.OFFLINE, alice.roster.get("bob").presence)  # type: ignore[union-attr]
        self.assertIsNotNone(alice.roster.get("bob").since)  # type: ignore[union-attr]

    def test_big_roster(self) -> None:
        """A roster of several pages is asked for whole."""
        names = [f"u{n:03}" for n in range(250)]
        for name in names:
            self.real.storage.register(name, "a hash of nothing")
            self.settle()
        alice = self.person("alice")
        self.assertEqual(names, [person.name for person in alice.roster.people()])

    def test_while_away(self) -> None:
        """What was said while one was away is told on return, in order."""
        alice, bob = map(self.person, ("alice", "bob"))
        self.nets[bob].serve = None
        self.cut(bob)
        for n in range(250):
            alice.say(BOB, str(n))
        self.wait(60)
        self.nets[bob].serve = self.serve
        self.wait(70)
        self.assertEqual([str(n) for n in range(250)], self.heard(bob, ALICE))
        self.assertEqual(250, bob.conversations.get(ALICE).unread)

    def test_ping(self) -> None:
        """A ping goes there and back; who is not connected cannot be pinged."""
        alice, bob = map(self.person, ("alice", "bob"))
        self.wait(1)
        measured = alice.ping("bob")
        self.settle()
        self.assertEqual(0, self.successResultOf(measured))
        self.end(bob)
        failed = alice.ping("bob")
        self.settle()
        self.failureResultOf(failed, Offline)

    def test_two_devices(self) -> None:
        """What is said on one device stands on the other, once; a new device gets what was said before."""
        desk, bob = self.person("alice"), self.person("bob")
        self.wait(1)
        bob.say(ALICE, "before")
        self.wait(1)
        desk.say(BOB, "from the desk")
        self.wait(2)
        phone = self.come_in(self.start(), "alice")
        self.wait(1)
        phone.say(BOB, "from the phone")
        self.wait(1)
        bob.say(ALICE, "to both")
        self.wait(2)
        for device in (desk, phone):
            texts = self.heard(device, BOB)
            self.assertEqual(["before", "from the desk", "from the phone", "to both"], texts)
        # What is unread is so on all of one's devices.
        self.assertEqual([2, 2], [device.conversations.get(BOB).unread for device in (desk, phone)])

    def test_same_device_elsewhere(self) -> None:
        """The same device in a second place: the first is replaced and stays away."""
        folder = Path(self.mktemp())
        first = self.person("alice", folder)
        second = self.come_in(self.start(folder), "alice")
        self.wait(120)
        self.assertEqual([LinkState.REPLACED, LinkState.ONLINE], [first.link.state, second.link.state])

    def test_other_log(self) -> None:
        """A server whose log is another: what was held goes, what it holds comes, what waits is sent."""
        alice = self.person("alice")
        bob = self.person("bob")
        self.wait(1)
        bob.say(ALICE, "of the old log")
        self.wait(2)
        self.real = RealServer(self.clock, epoch="k4")
        self.cut(alice)
        self.nets[alice].serve = None
        waiting = alice.say(BOB, "waits")
        self.cut(bob)
        # The accounts are in the backup that was restored.
        helper = self.person("bob")
        self.end(helper)
        self.end(self.person("alice"))
        notices: list[str] = []
        alice.notice.connect(notices.append)
        self.nets[alice].serve = self.serve
        self.wait(130)
        self.assertEqual(LinkState.ONLINE, alice.link.state)
        self.assertEqual(["waits"], self.heard(alice, BOB))
        self.assertEqual(Progress.DELIVERED, waiting.progress)
        self.assertEqual(["waits"], self.real.texts())
        self.assertEqual(1, len(notices))
        self.assertEqual(["waits"], self.heard(bob, ALICE))

    def test_what_is_no_longer_kept(self) -> None:
        """What went while one was away leaves a visible gap: once, and nothing that is held is doubled."""
        self.real = RealServer(self.clock, keep=60 / DAY)
        alice, folder = self.person("alice"), Path(self.mktemp())
        bob = self.person("bob", folder)
        alice.say(BOB, "held")
        self.wait(3)
        self.end(bob)
        self.dead.add(bob)
        alice.say(BOB, "lost")
        self.wait(60)
        alice.say(BOB, "kept")
        self.wait(1)
        assert self.real.retention
        self.real.retention.begin()
        self.wait(1)
        again = self.start(folder)
        notices: list[str] = []
        again.notice.connect(notices.append)
        self.come_in(again, "bob")
        self.wait(3)
        self.assertEqual(["held", "kept"], self.heard(again, ALICE))
        self.assertEqual((1, 4), (len(notices), again.conversations.gap))
        self.cut(again)
        self.wait(30)
        self.assertEqual((1, ["held", "kept"]), (len(notices), self.heard(again, ALICE)))

    def test_older_log(self) -> None:
        """A server that was set back behind what a device holds: the device reads everything anew (A13)."""
        alice, bob = self.person("alice"), self.person("bob")
        for n in range(5):
            bob.say(ALICE, f"lost {n}")
        self.wait(3)
        self.real = RealServer(self.clock)
        for client in (alice, bob):
            self.nets[client].serve = None
            self.cut(client)
        for name in ("alice", "bob"):
            self.end(self.person(name))
        for client in (alice, bob):
            self.nets[client].serve = self.serve
        self.wait(130)
        bob.say(ALICE, "new")
        self.wait(2)
        self.assertEqual([["new"], ["new"]], [self.heard(alice, BOB), self.heard(bob, ALICE)])


class CutTests(RealCase):
    """The wire is cut after each byte of an exchange, and one comes back: one copy, for everybody (A4)."""

    def both_heard(self, alice: Client, bob: Client, texts: list[str]) -> None:
        self.assertEqual(texts, self.real.texts())
        self.assertEqual(texts, self.heard(alice, BOB))
        self.assertEqual(texts, self.heard(bob, ALICE))
        self.assertEqual(0, alice.outbox.waiting)

    def test_sending(self) -> None:
        """Cut the sender after each byte of SEND, its answer and the ACKs behind it."""
        alice, bob = map(self.person, ("alice", "bob"))
        self.wait(2)
        wire, texts = self.nets[alice].wire, []
        before = wire.carried
        alice.say(BOB, "whole")
        self.wait(2)
        texts.append("whole")
        length = wire.carried - before
        self.assertGreater(length, 60)
        for cut_after in range(length + 1):
            wire = self.nets[alice].wire
            wire.budget = wire.carried + cut_after
            texts.append(f"cut after {cut_after:02}")
            alice.say(BOB, texts[-1])
            self.wait(3)
            self.assertIsNot(wire, self.nets[alice].wire)
            self.wait(40)
            self.both_heard(alice, bob, texts)

    def test_coming_back(self) -> None:
        """Cut the return itself after each byte: HELLO, LOGIN, the stream, and the SEND said again."""
        alice, bob = map(self.person, ("alice", "bob"))
        self.wait(2)
        texts: list[str] = []
        length = self.return_once(alice, bob, texts, None)
        for cut_after in range(0, length + 1, 3):
            self.return_once(alice, bob, texts, cut_after)
            self.both_heard(alice, bob, texts)

    def return_once(self, alice: Client, bob: Client, texts: list[str], cut_after: int | None) -> int:
        """Lose the link with a message under way and one of Bob's on its way; come back, cut or not."""
        net = self.nets[alice]
        net.wire.server.paused = True  # what alice says does not arrive any more
        texts += [f"his {len(texts)}", f"hers {len(texts) + 1}"]
        alice.say(BOB, texts[-1])
        self.settle()
        self.cut(alice)
        bob.say(ALICE, texts[-2])
        self.settle()
        if cut_after is not None:
            net.budgets.append(cut_after)
        self.wait(40)
        return net.wire.carried

    def test_receiving(self) -> None:
        """Cut the receiver after each byte of what it is told: it hears each message once, in order (A5)."""
        alice, bob = map(self.person, ("alice", "bob"))
        self.wait(2)
        texts = []
        for cut_after in range(0, 150):
            wire = self.nets[bob].wire
            wire.budget = wire.carried + cut_after
            texts += [f"a {cut_after}", f"b {cut_after}"]
            alice.say(BOB, texts[-2])
            alice.say(BOB, texts[-1])
            self.wait(4)
        self.wait(60)
        self.both_heard(alice, bob, texts)


class KilledTests(RealCase):
    def test_killed_before_the_disk(self) -> None:
        """A client killed between hearing and keeping hears it again (A7)."""
        folder, run = Path(self.mktemp()), Later()
        alice, bob = self.person("alice"), self.person("bob", folder, run)
        self.wait(2)
        alice.say(BOB, "kept")
        self.wait(2)
        run.held = True
        alice.say(BOB, "shown and not kept")
        self.wait(5)
        self.assertEqual(["kept", "shown and not kept"], self.heard(bob, ALICE))
        bob = self.killed(bob, folder, run, Later())
        self.assertEqual(["kept", "shown and not kept"], self.heard(bob, ALICE))
        bob = self.killed(bob, folder, Later(), Later())
        self.assertEqual(["kept", "shown and not kept"], self.heard(bob, ALICE))


class ChaosTests(RealCase):
    """Random lives: four devices, cuts, kills, slow disks; in the end all hold the log (A4, A5, A7)."""

    def life(self, seed: int, steps: int) -> None:
        super().setUp()
        random = Random(seed)
        names = ["alice", "bob", "carol"]
        folders = [Path(self.mktemp()) for _ in range(4)]
        runs = [Later() for _ in range(4)]
        devices = [self.person(name, folders[n], runs[n]) for n, name in enumerate(names)]
        devices.append(self.come_in(self.start(folders[3], runs[3]), "alice"))
        self.wait(1)
        said: list[str] = []
        for step in range(steps):
            at = random.randrange(4)
            device, act = devices[at], random.random()
            if act < 0.45:
                others = random.sample(names, random.choice([1, 1, 2]))
                text = f"{step} by device {at}"
                device.say(random.choice([Audience.of(*others), EVERYONE]), text)
                if not runs[at].held:
                    said.append(text)
            elif act < 0.65 and self.nets[device].wires:
                wire = self.nets[device].wire
                wire.budget = wire.carried + random.randrange(200)
            elif act < 0.75:
                runs[at].held = True
            elif act < 0.85:
                runs[at].let()
            elif act < 0.9:
                run, runs[at] = runs[at], Later()
                devices[at] = self.killed(device, folders[at], run, runs[at])
            else:
                self.wait(random.choice([0.25, 1, 5]))
            if random.random() < 0.6:
                self.settle()
        for run in runs:
            run.let()
        self.wait(150)
        self.judge(devices, set(said), seed)
        for device in devices:
            self.end(device)

    def judge(self, devices: list[Client], said: set[str], seed: int) -> None:
        log = [entry for entry in self.real.entries if entry.text]
        texts = [entry.text for entry in log]
        self.assertEqual(len(set(texts)), len(texts), f"seed {seed}: said twice")
        self.assertEqual(set(), said - set(texts), f"seed {seed}: lost")
        for device in devices:
            me = device.name
            assert me is not None
            expected: dict[Audience, list[tuple[int, str]]] = {}
            for entry in log:
                to = EVERYONE if entry.everyone else Audience.of(*entry.audience.split(","))
                if to.everyone or me in to.names or entry.sender == me:
                    talk = to.conversation(entry.sender, me)
                    expected.setdefault(talk, []).append((entry.number, entry.text))
            shown = {
                talk.audience: [(one.number, one.text) for one in talk.messages]
                for talk in device.conversations.all()
                if talk.messages
            }
            self.assertEqual(expected, shown, f"seed {seed}, {me}")
            self.assertEqual(0, device.outbox.waiting)

    def test_lives(self) -> None:
        """In ten random lives nothing is lost, doubled or out of order on any device."""
        for seed in range(10):
            self.life(seed, 60)
