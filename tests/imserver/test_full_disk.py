"""What a server says and does while its disk is full, and when there is room again (promise A9)."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail
from twisted.trial.unittest import SynchronousTestCase

from imserver.storage.interface import DiskFull
from tests.stage import Actor, Stage

from .disk import Disk

FULL = (
    "disk-full retry-after=5 :The server's disk is full, and nothing was changed; say it again in 5 seconds."
)
#: Too long for what is left on a page that is there already.
LONG = "x" * 4000


def _no_room(*arrival: object) -> Deferred[Any]:
    return fail(DiskFull("planted"))


class FullDisk(SynchronousTestCase):
    """Alice and Bob on a server whose database can be kept from growing."""

    def setUp(self) -> None:
        disk = Disk()
        self.stage, self.engines = Stage(storage=disk.storage), disk.engines
        self.alice, self.bob = self.stage.enter("alice"), self.stage.enter("bob")
        self.said = self.bob.ask(f"SEND alice :{LONG}")[0].split(" ")[2]
        self.alice.forget()

    def room_for(self, pages: int) -> None:
        """Let the database grow by no more than so many pages."""
        with self.engines.writing.connect() as connection:
            there = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {there + pages}")
            connection.rollback()

    def _ask(self, actor: Actor, line: str) -> str:
        return actor.ask(line)[-1]

    def test_what_is_new_is_refused_and_may_be_said_again(self) -> None:
        """A SEND that finds no room is told so, nobody hears of it, and its ref is as good as new."""
        self.room_for(0)
        for _ in range(3):
            self.assertEqual(self._ask(self.alice, f"@1 SEND bob ref=r :{LONG}"), f"@1 ERR SEND {FULL}")
        self.assertEqual(self._ask(self.alice, f"REGISTER x :{LONG[:200]}")[:24], "ERR REGISTER wrong-state")
        self.assertEqual(self.bob.heard(), [])
        self.room_for(1000)
        number = int(self.said) + 1
        self.assertRegex(self._ask(self.alice, f"@1 SEND bob ref=r :{LONG}"), f"^@1 OK SEND {number} ")
        [told] = self.bob.heard()
        self.assertTrue(told.startswith(f"* MESSAGE {number} alice bob "))

    def test_one_that_finds_no_room_takes_no_other_along(self) -> None:
        """Of two that are committed together and find no room together, neither is answered OK."""
        self.room_for(1)
        self.alice.forget()
        self.alice.send(b"".join(f"SEND bob ref={ref} :{LONG}\n".encode() for ref in "abcdef"))
        self.stage.wait(1)
        self.assertEqual(set(self.alice.heard()), {f"ERR SEND {FULL}"})
        self.assertEqual(self.bob.heard(), [])

    def test_what_only_reads_goes_on(self) -> None:
        """Who is there, what was said and how far it came is told as ever."""
        self.room_for(0)
        self._ask(self.alice, f"SEND bob :{LONG}")
        for line, ok in {
            "PING": "OK PING",
            "WHO": "OK WHO 2",
            "HISTORY bob": "OK HISTORY 1",
            "CONVERSATIONS": "OK CONVERSATIONS 1",
            "DEVICES": "OK DEVICES 1",
            "SYNC 0": "OK SYNC 0",
        }.items():
            self.assertTrue(self._ok(line).startswith(ok), self._ok(line))

    def _ok(self, line: str) -> str:
        [ok] = [said for said in self.alice.ask(line) if said.startswith("OK")]
        return ok

    def test_who_comes_is_let_in_to_read(self) -> None:
        """LOGIN keeps no place for a new device, and says so; it lets it in where its account stands."""
        self.alice.ask(f"ACK {self.said}")
        self.stage.storage.arrive = _no_room  # type: ignore[method-assign]
        known, new = self.stage.newcomer(), self.stage.newcomer()
        [came, *_] = known.ask("LOGIN alice :correct horse")
        self.assertRegex(came, f"^OK LOGIN alice epoch=k3 cursor={self.said} waiting=0")
        [came, *_] = new.ask("LOGIN alice device=phone :correct horse")
        self.assertRegex(came, f"^OK LOGIN alice epoch=k3 cursor={self.said} waiting=0")
        self.assertTrue(self._ok("DEVICES").startswith("OK DEVICES 1"))

    def test_what_it_holds_is_kept_when_there_is_room(self) -> None:
        """A device that came while there was no room is noted with its first ACK: its OK stays true (R9)."""
        full, self.stage.storage.arrive = self.stage.storage.arrive, _no_room  # type: ignore[method-assign]
        phone = self.stage.newcomer()
        phone.ask("LOGIN alice device=phone :correct horse")
        self.stage.storage.arrive = full  # type: ignore[method-assign]
        self.assertEqual(phone.ask(f"ACK {self.said}"), [f"OK ACK {self.said}"])
        phone.leave()
        [came, *_] = self.stage.newcomer().ask("LOGIN alice device=phone :correct horse")
        self.assertRegex(came, f"^OK LOGIN alice device=phone epoch=k3 cursor={self.said} waiting=0")

    def test_it_is_noted_where_it_came(self) -> None:
        """Such a device is noted where it stood when it came, however far the others went meanwhile."""
        full, self.stage.storage.arrive = self.stage.storage.arrive, _no_room  # type: ignore[method-assign]
        phone = self.stage.newcomer()
        phone.ask("LOGIN alice device=phone :correct horse")
        self.stage.storage.arrive = full  # type: ignore[method-assign]
        self.alice.ask(f"ACK {self.said}")
        phone.ask("ACK 0")
        phone.leave()
        [came, *_] = self.stage.newcomer().ask("LOGIN alice device=phone :correct horse")
        self.assertRegex(came, "^OK LOGIN alice device=phone epoch=k3 cursor=1 ")

    def test_it_is_logged_without_a_trace(self) -> None:
        """server.log says who found no room, in a line each; it is nothing that broke."""
        self.room_for(0)
        self._ask(self.alice, f"SEND bob :{LONG}")
        events = [line.split(" ")[1] for line in self.stage.logged]
        self.assertEqual((events[-1], "broke" in events), ("disk-full", False))
