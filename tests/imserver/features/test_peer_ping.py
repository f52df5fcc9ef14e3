"""Is somebody there?"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.commands import Block, Logout, Ping, Pong, Unblock
from improtocol.errors import NoSuchUser, Offline, WrongState
from improtocol.events import PingTold, PongTold
from improtocol.replies import Pinged, Ponged
from improtocol.states import State
from tests.imserver.guest import Guest
from tests.stage import Stage


class PeerPingTests(SynchronousTestCase):
    """PING and PONG."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.alice, self.bob = (Guest(self.stage).enter(name) for name in ("alice", "bob"))
        self.stage.wait(20)
        self.alice.told(), self.bob.told()

    def test_the_server(self) -> None:
        """PING alone asks the server, in every state."""
        stranger = Guest(self.stage)
        self.assertEqual(stranger.ask(Ping()), Pinged())
        self.alice.ask(Logout())
        self.assertEqual(self.alice.ask(Ping(token="x")), Pinged())
        self.assertEqual(self.bob.ask(Ping()), Pinged())

    def test_to_and_fro(self) -> None:
        """A ping goes to the other with its token, and so does the pong."""
        self.assertEqual(self.alice.ask(Ping("bob", token="x")), Pinged("bob", devices=1))
        self.assertEqual(self.bob.told(), [PingTold("alice", token="x")])
        self.assertEqual(self.bob.ask(Pong("alice", token="x")), Ponged("alice"))
        self.assertEqual(self.alice.told(), [PongTold("bob", token="x")])

    def test_all_sessions(self) -> None:
        """It goes to all sessions of a user, and the answer counts them (R38)."""
        phone = Guest(self.stage).enter("bob", device="phone")
        self.assertEqual(self.alice.ask(Ping("bob")), Pinged("bob", devices=2))
        self.assertEqual([guest.told(PingTold) for guest in (self.bob, phone)], [[PingTold("alice")]] * 2)

    def test_oneself(self) -> None:
        """One may ping oneself."""
        self.assertEqual(self.alice.ask(Ping("alice")), Pinged("alice", devices=1))
        self.assertEqual(self.alice.told(), [PingTold("alice")])

    def test_nobody_there(self) -> None:
        """Who is not connected is offline; who is nobody is nobody."""
        self.bob.leave()
        for command in (Ping("bob"), Pong("bob")):
            self.assertEqual(self.alice.refused(command), Offline("bob"))
        for command in (Ping("dave"), Pong("dave")):
            self.assertEqual(self.alice.refused(command), NoSuchUser(("dave",)))

    def test_blocked(self) -> None:
        """Whom somebody has blocked is answered like anybody, and not heard: a token can hold words, too."""
        self.bob.ask(Block("alice"))
        self.assertEqual(self.alice.ask(Ping("bob", token="words")), Pinged("bob", devices=1))
        self.assertEqual(self.alice.ask(Pong("bob", token="words")), Ponged("bob"))
        self.assertEqual(self.bob.told(), [])
        self.bob.ask(Unblock("alice"))
        self.alice.ask(Ping("bob"))
        self.assertEqual(self.bob.told(), [PingTold("alice")])

    def test_strangers(self) -> None:
        """Who has not come in pings nobody, and does not learn who there is."""
        stranger = Guest(self.stage)
        for command in (Ping("bob"), Ping("dave"), Pong("bob")):
            refusal = stranger.refused(command)
            assert isinstance(refusal, WrongState)
            self.assertEqual(refusal.state, State.UNREGISTERED.value)
        self.assertEqual(self.bob.told(), [])
