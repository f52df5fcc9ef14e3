"""Being connected."""

from __future__ import annotations

from twisted.internet.error import DNSLookupError, NoRouteError
from twisted.internet.error import TimeoutError as TcpTimeoutError

from imclient.core.client import LinkState
from imclient.core.reaching import Unreachable

from .case import FakeCase
from .fake_server import FakeServer

BOB = "* MESSAGE {} bob alice at=2026-11-20T10:00:35.120Z :hi"


class OpeningTests(FakeCase):
    """The first connection."""

    def fails(self, host: str = "lab.example", seconds: float = 0.5) -> str:
        client = self.client(seed=self.net.attempts)
        connected = client.connect(host, 12001)
        self.net.wait(seconds)
        sentence = str(self.failureResultOf(connected, Unreachable).value)
        self.assertEqual((LinkState.OFFLINE, sentence), (client.link.state, client.link.sentence))
        self.net.wait(100)
        return sentence

    def test_sentences(self) -> None:
        """Each way not to reach a server has its sentence, and nothing is tried again by itself."""
        self.net.trouble = DNSLookupError()
        self.assertEqual("There is no computer called lab.exmaple.", self.fails("lab.exmaple"))
        self.net.trouble = ValueError("invalid hostname")
        self.assertEqual("There is no computer called a b.", self.fails("a b"))
        self.net.trouble = TcpTimeoutError()
        self.assertEqual("lab.example did not answer within 10 seconds.", self.fails())
        self.net.trouble = NoRouteError(osError=OSError(113, "No route to host"))
        self.assertIn("no way from here to lab.example", self.fails())
        self.net.trouble = OSError(13, "Permission denied")
        self.assertEqual("lab.example cannot be reached at port 12001: Permission denied.", self.fails())
        self.net.trouble, self.net.serve = None, None
        self.assertEqual("lab.example answers, but nobody listens at port 12001.", self.fails())
        self.assertEqual(6, self.net.attempts)

    def test_silence(self) -> None:
        """Who does not answer is given up after ten seconds."""
        self.net.silent = True
        self.assertEqual("lab.example did not answer within 10 seconds.", self.fails(seconds=10))

    def test_no_hello(self) -> None:
        """Who listens and says no HELLO is no imserver."""
        self.net.serve = lambda: FakeServer("SSH-2.0-OpenSSH_9.2")
        self.assertEqual("That is not an imserver: it did not say HELLO.", self.fails())
        self.net.serve = lambda: FakeServer("")
        self.assertEqual(
            "That is not an imserver: it did not say HELLO. If it speaks TLS here, paste its invite.",
            self.fails(seconds=10.5),
        )

    def test_connected(self) -> None:
        """A server that says HELLO is connected."""
        client = self.client()
        states: list[tuple[LinkState, str]] = []
        client.link.changed.connect(lambda: states.append((client.link.state, client.link.sentence)))
        self.connect(client)
        self.assertEqual(
            [
                (LinkState.CONNECTING, "Connecting to lab.example:12000…"),
                (LinkState.ONLINE, "Connected to lab.example:12000"),
            ],
            states,
        )

    def test_lost_before_login(self) -> None:
        """A link lost before anybody came in is not sought again, but the next login connects by itself."""
        client = self.client()
        self.connect(client)
        self.server.say("* BYE too-slow :You said nothing for two minutes.")
        self.server.transport.loseConnection()  # type: ignore[union-attr]
        self.net.wait(100)
        self.assertEqual(
            (LinkState.OFFLINE, "You said nothing for two minutes.", 1),
            (client.link.state, client.link.sentence, self.net.attempts),
        )
        done = client.log_in("alice", "correct horse")
        self.net.settle()
        self.server.answer("OK LOGIN alice epoch=k3 cursor=0", to="LOGIN")
        self.net.settle()
        self.successResultOf(done)
        self.assertEqual((LinkState.ONLINE, 2), (client.link.state, self.net.attempts))


class StayingTests(FakeCase):
    """A link after the login."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.client()
        self.come_in(self.alice)
        self.link = self.alice.link

    def lose(self) -> None:
        self.net.wire.cut(TcpTimeoutError())
        self.net.settle()

    def test_return(self) -> None:
        """A lost link comes back by itself, comes in again behind what is held, and asks who is there."""
        self.server.say("* REGISTER 4 bob at=2026-11-20T10:00:35.120Z", BOB.format(5))
        self.net.wait(2)
        self.lose()
        self.assertEqual(LinkState.WAITING, self.link.state)
        self.net.wait(2.5)
        device = self.alice.settings.device
        self.assertEqual([f"LOGIN alice device={device} since=5 epoch=k3 :correct horse"], self.server.heard)
        self.assertEqual(LinkState.CONNECTING, self.link.state)
        self.server.answer("OK LOGIN alice epoch=k3 cursor=5")
        self.net.settle()
        self.assertEqual(LinkState.ONLINE, self.link.state)
        self.assertEqual(["WHO", "ACK 5"], self.server.heard[1:])

    def test_waiting(self) -> None:
        """While it waits it says for how long, and counts down."""
        self.net.serve = None
        self.lose()
        sentences: set[str] = set()
        self.link.changed.connect(lambda: sentences.add(self.link.sentence))
        self.net.wait(60)
        self.assertIn("Not connected, trying again in 2 s. What you write waits here.", sentences)
        self.assertIn("Not connected, trying again in 1 s. What you write waits here.", sentences)
        self.assertTrue(3 < self.net.attempts < 25, self.net.attempts)

    def test_hint(self) -> None:
        """A server that goes away for a while is not asked before."""
        self.server.say("* BYE stopping retry-after=30 :Back in half a minute.")
        self.server.transport.loseConnection()  # type: ignore[union-attr]
        self.net.wait(29.5)
        self.assertEqual(1, self.net.attempts)
        self.net.wait(32)
        self.assertEqual(2, self.net.attempts)

    def test_try_now(self) -> None:
        """Who does not want to wait need not."""
        self.server.say("* BYE stopping retry-after=300 :Back soon.")
        self.server.transport.loseConnection()  # type: ignore[union-attr]
        self.net.wait(1)
        self.link.try_now()
        self.net.settle()
        self.assertEqual((LinkState.CONNECTING, 2), (self.link.state, self.net.attempts))

    def test_woke(self) -> None:
        """After a sleep it is found out at once whether the server is still there."""
        self.link.woke()
        self.net.settle()
        self.assertEqual(["PING"], self.server.asked("PING"))

    def test_woke_while_waiting(self) -> None:
        """Who waits when the computer wakes need not wait any longer."""
        self.server.say("* BYE stopping retry-after=300 :Back soon.")
        self.server.transport.loseConnection()  # type: ignore[union-attr]
        self.net.wait(1)
        self.link.woke()
        self.net.settle()
        self.assertEqual((LinkState.CONNECTING, 2), (self.link.state, self.net.attempts))

    def test_replaced(self) -> None:
        """Who came in elsewhere on the same device stays in there; this one stays away until it is asked."""
        self.server.say("* BYE replaced :You came in on this device elsewhere.")
        self.server.transport.loseConnection()  # type: ignore[union-attr]
        self.net.wait(300)
        self.assertEqual(
            (LinkState.REPLACED, "Replaced: You came in on this device elsewhere.", 1),
            (self.link.state, self.link.sentence, self.net.attempts),
        )
        self.link.try_now()
        self.net.settle()
        self.assertTrue(self.server.heard[0].startswith("LOGIN alice"))

    def test_sent_away(self) -> None:
        """Who is sent away for good stays away, says why, and does not come back by what it remembers."""
        for reason, line, sentence in (
            (
                "suspended",
                "until we have talked",
                "Suspended: until we have talked "
                "An administrator must let it in again; what is said to you waits.",
            ),
            (
                "password-changed",
                "",
                "Signed out: The password of this account was changed. "
                "To come back, log in with the new one.",
            ),
            ("closed", "", "Closed: This account is closed."),
        ):
            attempts = self.net.attempts
            self.server.say(f"* BYE {reason} :{line}".removesuffix(" :"))
            self.server.transport.loseConnection()  # type: ignore[union-attr]
            self.net.wait(300)
            self.link.try_now()
            self.net.wait(300)
            self.assertEqual(
                (LinkState.SIGNED_OUT, sentence, attempts),
                (self.link.state, self.link.sentence, self.net.attempts),
            )
            self.come_in(self.alice)

    def test_disconnected(self) -> None:
        """Whose session an administrator ended stays away until it is asked to come back."""
        self.server.say("* BYE disconnected :An administrator has ended this session.")
        self.server.transport.loseConnection()  # type: ignore[union-attr]
        self.net.wait(300)
        self.assertEqual(
            (LinkState.OFFLINE, "Disconnected: An administrator has ended this session.", 1),
            (self.link.state, self.link.sentence, self.net.attempts),
        )
        self.link.try_now()
        self.net.settle()
        self.assertTrue(self.server.heard[0].startswith("LOGIN alice"))

    def test_password_changed(self) -> None:
        """A login refused after a return ends the trying, and says so."""
        self.lose()
        self.net.wait(2.5)
        self.server.answer("ERR LOGIN login-refused :Wrong name or password.")
        self.net.wait(300)
        self.assertEqual((LinkState.SIGNED_OUT, 2), (self.link.state, self.net.attempts), self.link.sentence)

    def test_busy(self) -> None:
        """A login put off after a return is tried again, not before the server said."""
        self.lose()
        self.net.wait(2.5)
        self.server.answer("ERR LOGIN busy retry-after=20 :Too much to do.")
        self.net.wait(19)
        self.assertEqual((LinkState.WAITING, 2), (self.link.state, self.net.attempts))
        self.net.wait(25)
        self.assertEqual(3, self.net.attempts)

    def test_short_lives(self) -> None:
        """A server that loses everybody right after the login is asked less and less often."""

        class Quick(FakeServer):
            def lineReceived(self, line: bytes) -> None:
                super().lineReceived(line)
                self.answer("OK LOGIN alice epoch=k3 cursor=0")
                self.transport.loseConnection()  # type: ignore[union-attr]

        self.net.serve = Quick
        self.lose()
        self.net.wait(300)
        self.assertLess(self.net.attempts, 30)

    def test_silent_server(self) -> None:
        """A server that is gone without a word is noticed within 80 seconds of silence."""
        self.net.wire.server.paused = True
        self.net.wait(80.5)
        self.assertIn(self.link.state, (LinkState.WAITING, LinkState.CONNECTING))

    def test_leave(self) -> None:
        """Who leaves says QUIT and stays away."""
        done = self.alice.leave()
        self.net.settle()
        self.server.answer("OK QUIT")
        self.net.settle()
        self.successResultOf(done)
        self.net.wait(100)
        self.assertEqual((LinkState.OFFLINE, 1), (self.link.state, self.net.attempts))
        self.assertTrue(self.server.gone)
