"""LOGIN and REGISTER guarded: what is tried too often is refused before it costs anything (D3, D4)."""

from __future__ import annotations

from typing import TypeVar

from twisted.trial.unittest import SynchronousTestCase

from imserver.tallies import WINDOW
from tests.log_reader import read_line
from tests.stage import Actor, Stage

T = TypeVar("T")
GOOD, BAD = "correct horse", "another horse"
HOME = "192.0.2.1"
REFUSED = "ERR LOGIN login-refused :Wrong name or password. New here? Then register this name."


class GuardedCase(SynchronousTestCase):
    """Alice has registered, at home; nobody is there."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.at(HOME).say(f"REGISTER alice :{GOOD}")
        self.stage.wait(1000)
        self.stage.hashes = 0

    def at(self, host: str) -> Actor:
        """Have somebody connect from there, and pass over HELLO."""
        actor = self.stage.newcomer(host)
        actor.forget()
        return actor

    def guess(self, name: str, host: str, password: str = BAD, keys: str = "", *, wait: float = 3.0) -> str:
        """Try a password, hear the answer, and be gone."""
        actor = self.at(host)
        actor.say(f"LOGIN {name} {keys} :{password}", wait=wait)
        heard = actor.heard()
        actor.leave()
        return heard[0] if heard else ""


class SourceTests(GuardedCase):
    def test_penalty(self) -> None:
        """The fourth guess from one source is refused without a hash, and told when to come back."""
        heard = [self.guess(name, HOME) for name in ("a1", "a2", "a3")]
        self.assertEqual((heard, self.stage.hashes), ([REFUSED] * 3, 3))
        refused = self.guess("alice", HOME, GOOD)
        self.assertEqual(
            refused, "ERR LOGIN too-often retry-after=13 :That was tried too often; try again in 13 seconds."
        )
        self.assertEqual(self.stage.hashes, 3)
        self.stage.wait(13)
        self.assertTrue(self.guess("alice", HOME, GOOD).startswith("OK LOGIN alice"))

    def test_noted(self) -> None:
        """server.log says whose name was refused for it; one that is nobody's may be a password."""
        for name in ("a1", "a2", "a3", "alice", "horse"):
            self.guess(name, HOME)
        noted = [read_line(line) for line in self.stage.logged if "login-" in line]
        self.assertEqual([event for event, _ in noted], ["login-refused"] * 3 + ["login-too-often"] * 2)
        self.assertEqual([facts.get("user") for _, facts in noted], [None] * 3 + ["alice", None])

    def test_loopback(self) -> None:
        """From this machine itself only the name counts."""
        for number in range(20):
            self.assertEqual(self.guess(f"name{number}", "127.0.0.1"), REFUSED)


class NameTests(GuardedCase):
    def test_no_difference(self) -> None:
        """A name that is nobody's and a wrong password are answered alike, in bytes and in time."""
        for number in range(8):
            outcomes = []
            for name in ("alice", "nosuch"):
                actor = self.at(f"10.{number}.0.{len(name)}")
                began = self.stage.clock.seconds()
                actor.send(f"LOGIN {name} :{BAD}\n".encode())
                while not (heard := actor.heard()):
                    self.stage.wait(0.005)
                outcomes.append((heard, round(self.stage.clock.seconds() - began, 6)))
            self.assertEqual(outcomes[0][0], outcomes[1][0])
            self.assertAlmostEqual(outcomes[0][1], outcomes[1][1], delta=0.006)
            self.stage.wait(4)

    def test_slips(self) -> None:
        """Somebody who slips twice and types at once what is right is in, and has noticed nothing."""
        person = self.at(HOME)
        person.send(f"LOGIN alice :{BAD}\nLOGIN alice :{BAD}\nLOGIN alice :{GOOD}\n".encode())
        self.stage.wait(5)
        heard = [line.split()[0] for line in person.heard() if not line.startswith("*")]
        self.assertEqual(heard, ["ERR", "ERR", "OK"])

    def test_gone_meanwhile(self) -> None:
        """Who is gone when its turn comes costs no hash."""
        self.guess("alice", HOME)
        self.guess("alice", "10.0.0.1", wait=0.5)
        self.guess("alice", "10.0.0.2", wait=0.1)
        hashes = self.stage.hashes
        self.stage.wait(10)
        self.assertEqual(self.stage.hashes, hashes)


class OwnerTests(GuardedCase):
    def test_owner(self) -> None:
        """While two hundred sources guess at her name, she is in at once from where she was before."""
        self.guess("alice", HOME, GOOD, "device=k7")
        for number in range(800):
            self.guess("alice", f"10.0.{number % 200}.1", wait=0.05)
        self.assertTrue(self.guess("alice", "10.9.9.9", GOOD).startswith("ERR LOGIN too-often"))
        for host, keys in ((HOME, ""), (HOME, "device=k7"), ("10.8.8.8", "device=k7")):
            owner = self.guess("alice", host, GOOD, keys, wait=0.1)
            self.assertTrue(owner.startswith("OK LOGIN alice"), owner)

    def test_never_a_lock(self) -> None:
        """Also from where she never was she is let in, if she is the first when it may be tried again."""
        for number in range(100):
            self.guess("alice", f"10.0.{number}.1", wait=1)
        refused = self.guess("alice", "10.9.9.9", GOOD)
        wait = int(refused.partition("retry-after=")[2].split()[0])
        self.assertLessEqual(wait, 66)
        self.stage.wait(wait)
        self.assertTrue(self.guess("alice", "10.9.9.9", GOOD).startswith("OK LOGIN alice"))


class RegisterTests(GuardedCase):
    def test_of_a_source(self) -> None:
        """The thirty-first from one source in ten minutes is refused, without a hash; others are not."""
        persons = [self.at(HOME) for _ in range(2)]
        for number in range(30):
            heard = persons[number // 20].ask(f"REGISTER name{number} :{GOOD}")
            self.assertEqual(heard, [f"OK REGISTER name{number}"])
        self.assertEqual(self.stage.hashes, 30)
        refused = persons[1].ask(f"REGISTER other :{GOOD}")[0]
        self.assertTrue(refused.startswith("ERR REGISTER too-often retry-after="), refused)
        self.assertEqual(self.stage.hashes, 30)
        self.assertEqual(self.at("192.0.2.2").ask(f"REGISTER other :{GOOD}"), ["OK REGISTER other"])
        self.assertIn("register-too-often", " ".join(self.stage.logged))

    def test_names_cannot_be_listed(self) -> None:
        """Who only wants to know which names there are is stopped as soon (R39)."""
        person = self.at(HOME)
        heard = [person.ask(f"REGISTER alice :{GOOD}")[0].split()[2] for _ in range(32)]
        self.assertEqual(heard, ["name-taken"] * 30 + ["too-often"] * 2)

    def test_of_all(self) -> None:
        """The three hundred and first in ten minutes is refused, wherever it comes from."""
        for number in range(300):
            self.at(f"10.0.{number % 100}.1").ask(f"REGISTER name{number} :{GOOD}")
        refused = self.at("127.0.0.1").ask(f"REGISTER other :{GOOD}")[0]
        self.assertTrue(refused.startswith("ERR REGISTER too-often"), refused)
        self.stage.wait(WINDOW)
        self.assertEqual(self.at("127.0.0.1").ask(f"REGISTER other :{GOOD}"), ["OK REGISTER other"])
