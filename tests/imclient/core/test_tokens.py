"""Coming back by a token: kept before it is used, never beside the password, forgotten when it is over."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from random import Random

from imclient.core.client import Client, LinkState
from imclient.core.reaching import Unreachable
from imclient.core.settings import Settings
from improtocol.codec import MASK

from .case import FakeCase, Later
from .fake_server import ABLE


class TokenCase(FakeCase):
    """A server that gives tokens."""

    hello = ABLE.replace("block", "block,token")

    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.mktemp())

    def token_in(self, client: Client, token: str, *, remember: bool = True) -> None:
        """Have it come in by the password, and get a token."""
        self.connect(client)
        done = client.log_in("alice", "correct horse", remember=remember)
        self.net.settle()
        self.answer(token)
        self.successResultOf(done)

    def answer(self, token: str) -> None:
        """Let it in."""
        self.server.answer(f"OK LOGIN alice epoch=k3 cursor=0 waiting=0 token={token}", to="LOGIN")
        self.net.settle()

    def comes_back(self, client: Client) -> str:
        """Cut the link and have it come back; gives how it wants to come in."""
        self.server.transport.loseConnection()
        self.net.wait(30)
        return self.server.asked("LOGIN")[-1]

    def kept(self) -> dict[str, str]:
        """Give what is on disk."""
        path = self.folder / "tokens.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}


class ComingBackTests(TokenCase):
    def test_after_a_break(self) -> None:
        """After a break it comes back by the newest token, and says the password no more."""
        alice = self.client(self.folder)
        self.token_in(alice, "one")
        for token in ("one", "two", "three"):
            said = self.comes_back(alice)
            self.assertIn(f" token={token}", said)
            self.assertNotIn("horse", said)
            self.answer({"one": "two", "two": "three", "three": "four"}[token])
        self.assertEqual(LinkState.ONLINE, alice.link.state)

    def test_after_a_start(self) -> None:
        """After a start it comes back by what was kept, in a file that only its user can read."""
        self.token_in(self.client(self.folder), "one")
        self.assertEqual({"alice@lab.example:12000": "one"}, self.kept())
        self.assertEqual(0o600, stat.S_IMODE((self.folder / "tokens.json").stat().st_mode))
        again = self.client(self.folder)
        self.connect(again)
        done = again.come_back("alice")
        self.net.settle()
        self.assertIn(" token=one", self.server.asked("LOGIN")[-1])
        self.answer("two")
        self.assertTrue(self.successResultOf(done))
        self.assertEqual({"alice@lab.example:12000": "two"}, self.kept())

    def test_where_one_was_last(self) -> None:
        """Where one reads while the server is away is where one was last: the next start begins there."""
        again = self.away()
        again.settings.remember("other.example", 12000, "bob")
        again.settings.save()
        self.successResultOf(again.recall_and_wait("lab.example", 12000, "alice"))
        kept = Settings.open(self.folder, Random(1))
        self.assertEqual(("lab.example", "alice"), (kept.host, kept.name))

    def away(self) -> Client:
        """Start again while the server is away."""
        self.token_in(self.client(self.folder), "one")
        self.net.serve = None
        again = self.client(self.folder)
        connected = again.connect("lab.example", 12000)
        self.net.settle()
        self.failureResultOf(connected, Unreachable)
        return again

    def test_later(self) -> None:
        """Where the server is away it shows what it holds, and comes in by what was kept once it can."""
        again = self.away()
        waits = again.recall_and_wait("lab.example", 12000, "alice")
        self.assertTrue(self.successResultOf(waits))
        self.assertEqual("alice", again.name)
        self.net.wait(20)
        self.assertEqual(LinkState.WAITING, again.link.state)
        self.net.serve = self.serve
        self.come_back()
        self.assertIn(" token=one", self.server.asked("LOGIN")[-1])
        self.answer("two")
        self.assertEqual(LinkState.ONLINE, again.link.state)
        self.assertEqual({"alice@lab.example:12000": "two"}, self.kept())

    def test_logged_out_before_it_is_later(self) -> None:
        """Who logs out while the server is still away is kept nowhere here, and told what that is worth."""
        again = self.away()
        self.successResultOf(again.recall_and_wait("lab.example", 12000, "alice"))
        done = again.log_out()
        self.net.wait(5)
        self.assertIn("could not be told", self.successResultOf(done))
        self.assertEqual({}, self.kept())

    def test_later_elsewhere(self) -> None:
        """What one server gave is said for no other, and what is held of that one waits for neither."""
        again, came = self.away(), len(self.servers)
        waits = again.recall_and_wait("other.example", 12000, "alice")
        self.assertFalse(self.successResultOf(waits))
        self.assertEqual("alice", again.name)
        self.net.serve = self.serve
        self.net.wait(70)
        self.assertEqual(came, len(self.servers))

    def test_nothing_to_come_back_with(self) -> None:
        """Without a token nothing is said, and it is told so."""
        alice = self.client(self.folder)
        self.connect(alice)
        self.assertFalse(self.successResultOf(alice.come_back("alice")))
        self.assertEqual([], self.server.asked("LOGIN"))

    def test_only_if_its_user_wants_it(self) -> None:
        """Without being asked to remember it uses tokens all the same, and keeps none on disk."""
        alice = self.client(self.folder)
        self.token_in(alice, "one", remember=False)
        self.assertEqual({}, self.kept())
        self.assertIn(" token=one", self.comes_back(alice))

    def test_to_be_remembered_no_more(self) -> None:
        """Who comes in without being remembered is forgotten."""
        self.token_in(self.client(self.folder), "one")
        self.token_in(self.client(self.folder), "two", remember=False)
        self.assertEqual({}, self.kept())

    def test_kept_before_it_is_used(self) -> None:
        """While a new token is not on disk the one before goes on: a crash in between locks nobody out."""
        disk = Later()
        alice = self.client(self.folder, run=disk)
        self.token_in(alice, "one")
        self.comes_back(alice)
        disk.held = True
        self.answer("two")
        self.assertIn(" token=one", self.comes_back(alice))
        self.answer("three")
        disk.let()
        self.net.settle()
        self.assertIn(" token=three", self.comes_back(alice))

    def test_a_token_that_is_over(self) -> None:
        """A token that opens nothing any more is forgotten, and the password is said, once."""
        alice = self.client(self.folder)
        self.token_in(alice, "one")
        self.comes_back(alice)
        self.server.answer("ERR LOGIN login-refused :Wrong name or password.", to="LOGIN")
        self.net.settle()
        self.assertTrue(self.server.asked("LOGIN")[-1].endswith(":correct horse"))
        self.assertEqual({}, self.kept())
        self.server.answer("ERR LOGIN login-refused :Wrong name or password.", to="LOGIN")
        self.net.wait(60)
        self.assertEqual(LinkState.SIGNED_OUT, alice.link.state)
        self.assertEqual(2, len(self.server.asked("LOGIN")))

    def test_over_after_a_start(self) -> None:
        """A kept token that opens nothing any more: it is told so, and one may log in."""
        self.token_in(self.client(self.folder), "one")
        again = self.client(self.folder)
        self.connect(again)
        done = again.come_back("alice")
        self.net.settle()
        self.server.answer("ERR LOGIN login-refused :Wrong name or password.", to="LOGIN")
        self.net.settle()
        self.assertFalse(self.successResultOf(done))
        self.assertEqual(({}, LinkState.ONLINE), (self.kept(), again.link.state))

    def test_what_is_shown(self) -> None:
        """The wire view covers tokens, going and coming."""
        alice = self.client(self.folder)
        self.token_in(alice, "one")
        self.comes_back(alice)
        self.answer("two")
        shown = "\n".join(line.line for line in alice.wire.lines)
        self.assertEqual(3, shown.count(f"token={MASK}"))
        self.assertNotIn("token=one", shown)
        self.assertNotIn("token=two", shown)


class LoggingOutTests(TokenCase):
    """What a device came back with is void from then on, and a copy of it, too."""

    def log_out(self, client: Client, answer: str = "") -> str:
        """Log out; gives what its user is told."""
        done = client.log_out()
        self.net.settle()
        if answer:
            self.server.answer(answer, to="SIGNOUT")
        self.net.wait(5)
        self.assertEqual({}, self.kept())
        self.assertEqual(LinkState.OFFLINE, client.link.state)
        return self.successResultOf(done)

    def test_at_the_server(self) -> None:
        """The server is told to forget it before one leaves; that it knows no such device is as good."""
        for answer in ("OK SIGNOUT {}", "ERR SIGNOUT no-such-device {} :There is no such device."):
            alice = self.client(self.folder)
            self.token_in(alice, "one")
            device = alice.settings.device
            self.assertEqual("", self.log_out(alice, answer.format(device)))
            self.assertEqual(
                ([f"SIGNOUT {device}"], []), (self.server.asked("SIGNOUT"), self.server.asked("QUIT"))
            )

    def test_what_was_not_kept(self) -> None:
        """So it is with what was in memory alone; where that cannot be, nobody has a copy."""
        for answer in ("OK SIGNOUT x", "ERR SIGNOUT busy retry-after=5 :Busy."):
            alice = self.client(self.folder)
            self.token_in(alice, "one", remember=False)
            self.assertEqual("", self.log_out(alice, answer))
            self.assertEqual(1, len(self.server.asked("SIGNOUT")))

    def test_the_server_cannot_be_told(self) -> None:
        """If it refuses, says nothing or is not reached, the user is told what opens the account still."""
        for answer in ("ERR SIGNOUT busy retry-after=5 :Busy.", ""):
            alice = self.client(self.folder)
            self.token_in(alice, "one")
            told = self.log_out(alice, answer)
            self.assertIn("still opens the account of alice", told)
            self.assertIn(f"sign out {alice.settings.device} on another device", told)
        alice = self.client(self.folder)
        self.token_in(alice, "one")
        self.net.serve = None
        self.server.transport.loseConnection()
        self.net.settle()
        self.assertIn("could not be told", self.log_out(alice))

    def test_ended_elsewhere(self) -> None:
        """Whoever was signed out from elsewhere has nothing left that opens anything."""
        alice = self.client(self.folder)
        self.token_in(alice, "one")
        self.server.say("* BYE signed-out :You were signed out on this device.")
        self.server.transport.loseConnection()
        self.net.settle()
        self.assertEqual("", self.log_out(alice))

    def test_a_token_that_comes_late(self) -> None:
        """A token whose LOGIN was under way is not kept."""
        alice = self.client(self.folder)
        self.token_in(alice, "one")
        self.comes_back(alice)
        done = alice.log_out()
        self.answer("two")
        self.net.wait(5)
        self.successResultOf(done)
        self.assertEqual({}, self.kept())


class WithoutTokensTests(FakeCase):
    def test_an_older_server(self) -> None:
        """A server that gives no tokens is asked for none, and the password is said again."""
        alice = self.client()
        self.come_in(alice)
        self.assertNotIn("remember", self.server.asked("LOGIN")[-1])
        done = alice.log_out()
        self.net.settle()
        self.assertEqual((["QUIT"], []), (self.server.asked("QUIT"), self.server.asked("SIGNOUT")))
        self.server.answer("OK QUIT", to="QUIT")
        self.net.settle()
        self.assertEqual("", self.successResultOf(done))
