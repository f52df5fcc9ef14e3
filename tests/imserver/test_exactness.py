"""Every limit of the server is exact: so much works and one more does not (promise C6).

What is tried is not written here but read from the table that the server reads: a limit without a
trial is a failure, and so is a trial of a limit that is no more.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from imserver.bounds import BOUNDS, SWITCH, UNHURRIED, Bounds, listed
from imserver.connection import KNOWN
from imserver.log_file import LogFile
from imserver.vestibule import Vestibule
from tests.imserver.disk import Disk
from tests.imserver.peer import Peer
from tests.imserver.tls_caller import Caller, certificate_in
from tests.stage import Actor, Stage

AWAY = "192.0.2.7"
GOOD, BAD = "correct horse", "another horse"


def stage(disk: Disk | None = None, **limits: float) -> Stage:
    """Begin with these limits and none that would be in their way."""
    limited: Bounds = replace(UNHURRIED, **limits)  # type: ignore[arg-type]
    return Stage(bounds=limited, storage=disk.storage if disk is not None else None)


def counted(lines: list[str], beginning: str) -> int:
    """Count the lines that begin so."""
    return sum(line.startswith(beginning) for line in lines)


def retry_after(lines: list[str]) -> int:
    """Find the seconds after which it may be said again; 0 if it was not refused for that."""
    said = [word for line in lines for word in line.split(" ") if word.startswith("retry-after=")]
    return int(said[0].partition("=")[2]) if said else 0


def flood(house: Stage, line: str, times: int) -> list[str]:
    """Say a line so often at once; give what is heard in the same moment."""
    actor = house.newcomer()
    actor.forget()
    actor.send(f"{line}\n".encode() * times)
    return actor.heard()


def seconds_until_gone(actor: Actor) -> float:
    """Wait until somebody is sent away; say how long that took."""
    for quarters in count():
        if actor.wire.closed:
            return quarters / 4
        actor.stage.wait(0.25)
    raise AssertionError


def guess(house: Stage, name: str, host: str, password: str = BAD) -> list[str]:
    """Try a password from a machine, and hear what comes of it."""
    actor = house.newcomer(host)
    heard = actor.ask(f"LOGIN {name} :{password}")
    actor.leave()
    return heard


class Trials:
    """For each limit a trial: with this value of it, how much works?"""

    # --- what one connection may ask ---

    def burst(self, n: int) -> float:
        return counted(flood(stage(burst=n, rate=1), "VERSION", n + 5), "OK VERSION")

    def rate(self, n: int) -> float:
        house = stage(burst=1, rate=n)
        actor = house.newcomer()
        actor.send(b"VERSION\n" * n * 20)
        house.wait(10.01)
        return (counted(actor.heard(), "OK VERSION") - 1) / 10

    def free_rate(self, n: int) -> float:
        return counted(flood(stage(burst=1, rate=1, free_rate=n), "PING", n + 5), "OK PING") - 1

    def under_way(self, n: int) -> float:
        disk = Disk()
        alice = stage(disk, under_way=n).enter("alice")
        disk.held = True
        alice.send(b"SEND * :x\n" * (n + 5))
        alice.stage.settle()
        return len(alice.connection._answers)

    # --- strangers ---

    def stranger_seconds(self, n: int) -> float:
        return seconds_until_gone(stage(stranger_seconds=n).newcomer())

    def handshake_seconds(self, n: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            house = stage(handshake_seconds=n)
            caller = Caller(house, certificate_in(Path(folder)))
            for quarters in count():
                if caller.wire.closed:
                    return quarters / 4
                house.wait(0.25)
        raise AssertionError

    def handshakes(self, n: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            certificate = certificate_in(Path(folder))
            house = stage(handshakes=n)
            vestibule = Vestibule(house.clock, house.server.bounds)
            callers = [Caller(house, certificate, vestibule=vestibule) for _ in range(n + 3)]
            for caller in callers:
                caller.shake_hands(200)
            return sum(caller.wire.producerState == "producing" for caller in callers)

    def handshake_bytes(self, n: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            caller = Caller(stage(handshake_bytes=n), certificate_in(Path(folder)))
            begun = b"\x16\x03\x01\x40\x00\x01\x01\xff\xff"
            caller.send(begun)
            for at in count(len(begun)):
                if caller.wire.closed:
                    return at - 1
                caller.send(b"\0")
        raise AssertionError

    def crowded_seconds(self, n: int) -> float:
        house = stage(crowd=1, crowded_seconds=n)
        first, _ = house.newcomer(), house.newcomer()
        return seconds_until_gone(first)

    def crowd(self, n: int) -> float:
        house = stage(crowd=n, crowded_seconds=1)
        here: list[Actor] = []
        while not any(actor.wire.closed for actor in here):
            here.append(house.newcomer())
            house.wait(1)
        return len(here) - 1

    def strangers(self, n: int) -> float:
        house = stage(crowd=1, strangers=n)
        most = 0
        for _ in range(200):
            house.newcomer()
            most = max(most, len(house.server.strangers))
        return most

    def encrypted_strangers(self, n: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            certificate = certificate_in(Path(folder))
            house = stage(encrypted_strangers=n)
            callers = [Caller(house, certificate).shake_hands() for _ in range(n + 3)]
            return sum(not caller.wire.closed for caller in callers)

    def strangers_per_source(self, n: int) -> float:
        house = stage(strangers_per_source=n)
        return sum(not house.newcomer(AWAY).wire.closed for _ in range(n + 5))

    def stranger_lines(self, n: int) -> float:
        return counted(flood(stage(stranger_lines=n), "VERSION", n + 5), "OK VERSION")

    def stranger_bytes(self, n: int) -> float:
        actor = stage(stranger_bytes=n).newcomer()
        for at in count():
            actor.send(b"PING\n"[at % 5 : at % 5 + 1])
            actor.stage.settle()
            if actor.wire.closed:
                return at
        raise AssertionError

    def stranger_queue(self, n: int) -> float:
        house = stage(stranger_queue=n * 1000)
        peer = Peer(house)
        for _ in range(1000):
            peer.give(b"X\n" * 100)
            house.wait(0.1)
        # Never more, and only little less: a whole line more would not fit, or is not asked for.
        return n if n * 500 < peer.wire.waiting <= n * 1000 else peer.wire.waiting

    def arrivals_per_source(self, n: int) -> float:
        house = stage(arrivals_per_source=n)
        let_in = 0
        for _ in range(n + 5):
            actor = house.newcomer(AWAY)
            let_in += not actor.wire.closed
            actor.leave()
        return let_in

    # --- guessing ---

    def guess_penalty(self, n: int) -> float:
        house = stage(guess_penalty=n, guess_allowance=1)
        guess(house, "alice", AWAY)
        first = retry_after(guess(house, "bob", AWAY))
        house.wait(first)
        guess(house, "carol", AWAY)
        return retry_after(guess(house, "dave", AWAY)) - first

    def guess_allowance(self, n: int) -> float:
        house = stage(guess_penalty=1, guess_allowance=n)
        heard = [guess(house, f"name{number}", AWAY) for number in range(n + 5)]
        return [bool(retry_after(lines)) for lines in heard].index(True)

    def guess_cap(self, n: int) -> float:
        house = stage(guess_penalty=1000, guess_allowance=1, guess_cap=n)
        guess(house, "alice", AWAY)
        return retry_after(guess(house, "bob", AWAY))

    def guess_delay(self, n: int) -> float:
        house = stage(guess_delay=n)
        waits = [0]
        for _ in range(10):
            waits.append(retry_after(guess(house, "alice", AWAY)))
            house.wait(waits[-1])
        return max(waits)

    def known_delay(self, n: int) -> float:
        house = stage(known_delay=n)
        self._alice(house)
        waits = [0]
        for _ in range(10):
            waits.append(retry_after(guess(house, "alice", AWAY)))
            house.wait(waits[-1])
        return max(waits)

    def known_guesses(self, n: int) -> float:
        house = stage(known_guesses=n, guess_delay=1000)
        self._alice(house)
        heard = [guess(house, "alice", AWAY) for _ in range(n + 5)]
        return [bool(retry_after(lines)) for lines in heard].index(True)

    def guesses_waiting(self, n: int) -> float:
        house = stage(guesses_waiting=n)
        return n + 5 - self._busy(house, n, "LOGIN name{} :another horse")

    def hashes_waiting(self, n: int) -> float:
        house = stage(hashes_waiting=n)
        return n + 5 - self._busy(house, n, "REGISTER name{} :correct horse")

    def registrations_per_source(self, n: int) -> float:
        house = stage(registrations_per_source=n)
        heard = [house.newcomer(AWAY).ask(f"REGISTER name{k} :{GOOD}") for k in range(n + 5)]
        return sum(counted(lines, "OK REGISTER") for lines in heard)

    def registrations(self, n: int) -> float:
        house = stage(registrations=n)
        heard = [house.newcomer(f"192.0.2.{k}").ask(f"REGISTER name{k} :{GOOD}") for k in range(n + 5)]
        return sum(counted(lines, "OK REGISTER") for lines in heard)

    def remembered(self, n: int) -> float:
        house = stage(remembered=n)
        for number in range(n + 5):
            house.newcomer(f"192.0.2.{number}").leave()
        return len(house.server.strangers._arrivals)

    # --- those who are away ---

    def mailbox(self, n: int) -> float:
        house = stage(mailbox=n)
        house.newcomer(AWAY).say(f"REGISTER carol :{GOOD}")
        alice = house.enter("alice")
        alice.send(b"SEND carol :x\n" * (n + 5))
        house.settle()
        heard = alice.heard()
        assert counted(heard, "ERR SEND mailbox-full carol ") == 5
        return counted(heard, "OK SEND")

    # --- overload ---

    def writes_waiting(self, n: int) -> float:
        disk = Disk()
        alice = stage(disk, writes_waiting=n).enter("alice")
        disk.held = True
        alice.send(b"SEND * :x\n" * (n + 5))
        alice.stage.settle()
        disk.let()
        heard = alice.heard()
        assert counted(heard, "ERR SEND busy retry-after=") == 5
        return counted(heard, "OK SEND")

    def queue_soft(self, n: int) -> float:
        peer = self._slow(stage(queue_soft=n))
        for written in count():
            if peer.connection._slow:
                return written - 1
            peer.connection.write(b"x")
        raise AssertionError

    def queue_hard(self, n: int) -> float:
        peer = self._slow(stage(queue_soft=1, queue_hard=n))
        for written in count():
            if peer.wire.closed:
                return written - 1
            peer.connection.write(b"x")
        raise AssertionError

    def queues(self, n: int) -> float:
        house = stage(queues=n * KNOWN, queue_hard=UNHURRIED.silence)
        peers = [self._slow(house), self._slow(house)]
        waiting = [0]
        while not any(peer.wire.closed for peer in peers):
            waiting.append(sum(peer.connection.unread for peer in peers))
            peers[len(waiting) % 2].connection.write(b"x" * 1000)
            house.settle()
        return -(-waiting[-1] // KNOWN)  # less than one write below the limit

    def silence(self, n: int) -> float:
        with socket.socket() as handle:
            transport = StringTransport()
            transport.getHandle = lambda: handle  # type: ignore[attr-defined]
            transport.setTcpNoDelay = transport.setTcpKeepAlive = lambda on: None  # type: ignore[attr-defined]
            stage(silence=n).server.buildProtocol(None).makeConnection(transport)

            def option(name: str) -> int:
                return handle.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))

            assert option("TCP_USER_TIMEOUT") == n * 1000 // 3
            return option("TCP_KEEPIDLE") + option("TCP_KEEPINTVL") * option("TCP_KEEPCNT")

    def log_lines(self, n: int) -> float:
        house = stage(log_lines=n)
        for number in range(n + 5):
            house.log.note("came", session=number)
        assert counted([line.partition(" ")[2] for line in house.logged], "came ") == n
        house.wait(1)
        assert house.logged[-1].endswith("suppressed lines=5")
        return len(house.logged) - 1

    def log_size(self, n: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            log = LogFile(Path(folder) / "server.log", n)
            for size in count(1):
                log.write(b"\n")
                if (Path(folder) / "server.log.1").exists():
                    log.close()
                    return size - 1
        raise AssertionError

    # --- how ---

    def _alice(self, house: Stage) -> None:
        house.newcomer(AWAY).say(f"REGISTER alice :{GOOD}")
        assert counted(guess(house, "alice", AWAY, GOOD), "OK LOGIN")

    def _busy(self, house: Stage, n: int, line: str) -> int:
        actors = [house.newcomer() for _ in range(n + 5)]
        for number, actor in enumerate(actors):
            actor.send(line.format(number).encode() + b"\n")
        house.wait(1)
        return sum("busy retry-after=2" in line for actor in actors for line in actor.heard())

    def _slow(self, house: Stage) -> Peer:
        """Give a user who reads nothing, and whose socket has as much as it takes."""
        peer = Peer(house)
        name = f"name{house.server.connected}"
        peer.give(f"REGISTER {name} :{GOOD}\nLOGIN {name} :{GOOD}\n".encode())
        house.wait(1)
        peer.take()
        peer.connection.write(b"x" * (KNOWN + 1))
        house.settle()
        return peer


#: Values to try, where two and five would be too small to be told from something else.
TRIED: dict[str, tuple[int, ...]] = {
    "stranger_bytes": (7, 20),
    "stranger_queue": (7, 20),
    "guess_penalty": (4, 6),
    "guess_allowance": (4, 6),
    "guess_cap": (5, 9),
    "guess_delay": (4, 9),
    "known_delay": (4, 9),
    "known_guesses": (4, 6),
    "queues": (3, 5),
    "handshake_bytes": (20, 50),
    "silence": (9, 90),
}


class ExactnessTests(SynchronousTestCase):
    maxDiff = None

    def test_every_limit(self) -> None:
        """With a limit of n, n works and n + 1 does not: for each limit there is, and two values of n."""
        wrong = {}
        for bound in listed(BOUNDS):
            if bound.unit == SWITCH:
                continue
            name = bound.name.replace("-", "_")
            trial: Callable[[int], float] = getattr(Trials(), name)
            for n in TRIED.get(name, (2, 5)):
                if (works := trial(n)) != n:
                    wrong[f"{bound.name}={n}"] = works
        self.assertEqual(wrong, {})

    def test_no_other(self) -> None:
        """There is no trial of a limit that is not there."""
        trials = {name for name in vars(Trials) if not name.startswith("_")}
        limits = {bound.name.replace("-", "_") for bound in listed(BOUNDS) if bound.unit != SWITCH}
        self.assertEqual(trials, limits)

    def test_loopback_sources(self) -> None:
        """This machine's own addresses are sources only if the limit loopback-sources is on."""
        for on in (False, True):
            limited = replace(UNHURRIED, strangers_per_source=2, loopback_sources=on)
            house = Stage(bounds=limited)
            closed = [house.newcomer().wire.closed for _ in range(3)]
            self.assertEqual(closed, [False, False, on])

    def test_in_the_open(self) -> None:
        """With the limits as they stand nobody notices them who behaves like a person."""
        house = Stage()
        for name in ("alice", "bob"):
            actor = house.newcomer(AWAY)
            for line in ("HELP", "HELP LOGIN", f"REGISTER {name} :{GOOD}", f"LOGIN {name} :{BAD}"):
                actor.say(line)
            self.assertEqual(counted(actor.ask(f"LOGIN {name} :{GOOD}"), "OK LOGIN"), 1)
            times = []
            for _ in range(60):
                actor.say("SEND alice :Hello, how are you?", wait=0)
                times.append(house.clock.seconds())
                house.wait(0.3)
            self.assertEqual(counted(actor.heard(), "OK SEND"), 60)
            self.assertLess(max(b - a for a, b in pairwise(times)), 0.31)
