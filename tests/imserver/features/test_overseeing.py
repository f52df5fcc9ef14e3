"""What administrators look at: pages of it, nothing of themselves in a ring, never more than they read."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imserver.watching import MOST
from tests.stage import Actor, Stage


class OverseeingCase(SynchronousTestCase):
    """A server with an administrator, ada, and bob."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.ada = self.stage.enter("ada")
        self.stage.appoint("ada")
        self.bob = self.stage.enter("bob")
        self.ada.forget()

    def told(self, actor: Actor, what: str) -> list[str]:
        """Give what was told of that kind."""
        return [line for line in actor.heard() if line.startswith(f"* {what} ")]


class PageTests(OverseeingCase):
    def test_accounts(self) -> None:
        """Of very many accounts a page is shown at a time, and all of them once."""
        for number in range(150):
            self.stage.newcomer().say(f"REGISTER user{number:03} :correct horse", wait=0.1)
        self.stage.wait(5)
        first = self.ada.ask("ACCOUNTS")
        self.assertEqual("OK ACCOUNTS 100 after=user097", first[-1])
        second = self.ada.ask("ACCOUNTS after=user097")
        self.assertEqual("OK ACCOUNTS 52", second[-1])
        names = [line.split(" ")[2] for line in [*first[:-1], *second[:-1]] if line.startswith("+")]
        self.assertEqual(sorted({"ada", "bob", *(f"user{n:03}" for n in range(150))}), names)

    def test_sessions(self) -> None:
        """Of very many connections a page is shown at a time, and all of them once."""
        for _ in range(150):
            self.stage.newcomer()
        first = self.ada.ask("SESSIONS")
        self.assertEqual("OK SESSIONS 100 after=100", first[-1])
        self.assertEqual("OK SESSIONS 52", self.ada.ask("SESSIONS after=100")[-1])

    def test_figures(self) -> None:
        """What is counted is shown by its name: entries stored, connections, refusals."""
        self.bob.say("SEND nobody-there :hello")
        self.bob.say("SEND ada :hello")
        figures = dict(line.split(" ")[2:] for line in self.ada.ask("STATS") if line.startswith("+"))
        self.assertEqual(
            ("3", "2", "1", "1"),
            tuple(figures[name] for name in ("entries", "connections", "refused.no-such-user", "sends")),
        )


class WatchTests(OverseeingCase):
    def test_whoever_is_no_administrator_any_more_watches_no_more(self) -> None:
        """A right that is taken away is gone for what was begun under it, too."""
        cleo = self.stage.enter("cleo")
        self.stage.appoint("cleo")
        cleo.ask("WATCH lines=yes texts=yes")
        self.ada.ask("REVOKE cleo administrator")
        cleo.forget()
        self.bob.say("SEND ada :between us")
        self.assertEqual([], [line for line in cleo.heard() if line.startswith(("* LINE", "* NOTE"))])
        self.ada.ask("GRANT cleo administrator")
        self.bob.say("SEND ada :between us")
        self.assertEqual([], self.told(cleo, "LINE"))

    def test_nobody_who_watches_is_watched(self) -> None:
        """What watchers say and hear is shown to no watcher: it would go round for ever."""
        cleo = self.stage.enter("cleo")
        self.stage.appoint("cleo")
        for actor in (self.ada, cleo):
            actor.ask("WATCH lines=yes")
        self.ada.ask("SEND bob :hello")
        self.assertEqual({"user=bob"}, {line.split(" ")[4] for line in self.told(cleo, "LINE")})

    def test_what_is_missed_is_counted(self) -> None:
        """In a flood a watcher is told so many lines a turn, and then how many were not told."""
        self.ada.ask("WATCH lines=yes")
        others = [self.stage.newcomer() for _ in range(2 * MOST // 30)]
        self.ada.forget()
        for other in others:
            other.send(b"PING\n" * 30)
        self.stage.settle()
        self.bob.say("PING")
        told = self.told(self.ada, "LINE")
        missed = [
            int(part[7:]) for line in told for part in line.split(" :")[0].split(" ") if part[:7] == "missed="
        ]
        self.assertLessEqual(len(told), 3 * MOST)
        self.assertGreater(sum(missed), 0)

    def test_a_watcher_that_does_not_read(self) -> None:
        """A watcher that reads nothing is owed nothing: no queue grows for it."""
        self.ada.ask("WATCH lines=yes")
        self.ada.wire.stuck = True
        self.ada.connection.pauseProducing()
        for _ in range(2000):
            self.bob.send(b"PING\n")
            self.stage.settle()
        self.assertLess(len(self.ada.wire.value()), 512 * 1024)

    def test_a_watcher_that_is_gone(self) -> None:
        """What happens while the last watcher is being cut is written all the same, and told to nobody."""
        self.ada.ask("WATCH")
        others = [self.stage.newcomer() for _ in range(3)]
        self.ada.wire.drop()
        for other in others:
            other.wire.drop()
        self.stage.settle()
        self.assertEqual(4, sum(" went " in line for line in self.stage.logged))

    def test_it_ends(self) -> None:
        """After UNWATCH, or a log-out, nothing is told, and nothing is kept of it."""
        for farewell in ("UNWATCH", "LOGOUT"):
            watcher = self.stage.enter("ada")
            watcher.ask("WATCH lines=yes")
            watcher.ask(farewell)
            self.bob.say("PING")
            self.assertEqual([], self.told(watcher, "LINE"))
            self.assertFalse(self.stage.server.watching.lines)
