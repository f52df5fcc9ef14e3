"""The account itself, and others', go on under another name, and end; real core, real server."""

from __future__ import annotations

from pathlib import Path

from imclient.core.client import LinkState
from imclient.core.conversations import Progress
from imclient.core.roster import Presence
from improtocol.audience import Audience
from improtocol.errors import InviteRefused, LoginRefused, NameTaken

from .test_end_to_end import ALICE, BOB, PASSWORD, RealCase

ROB = Audience.of("rob")


class OwnAccountTests(RealCase):
    """RENAME, PASSWORD and CLOSE as a front end has them."""

    def done(self, asked: object) -> None:
        """Let it happen, and see that it did."""
        self.wait(0.5)
        self.successResultOf(asked)  # type: ignore[arg-type]

    def test_somebody_is_called_otherwise(self) -> None:
        """A conversation goes on under the new name, after a start, too; who said what stays."""
        folder = Path(self.mktemp())
        alice, bob = self.person("alice", folder), self.person("bob")
        self.wait(2)
        bob.say(ALICE, "one")
        self.wait(1)
        conversation = alice.conversations.get(BOB)
        moved = []
        alice.conversations.renamed.connect(lambda one, now: moved.append((one, now)))
        self.done(bob.rename("rob"))
        self.assertEqual(moved, [(conversation, conversation)])
        self.assertEqual((conversation.audience, conversation.title), (ROB, "rob"))
        bob.say(ALICE, "two")
        self.wait(1)
        alice.say(ROB, "three")
        self.wait(1)
        self.assertEqual(self.heard(alice, ROB), ["one", "two", "three"])
        self.assertEqual([said.sender for said in conversation.messages], ["bob", "rob", "alice"])
        self.assertIsNone(alice.roster.get("bob"))
        self.assertEqual([p.name for p in alice.roster.people()], ["rob"])
        self.done(alice.close())
        del self.nets[alice]
        again = self.come_in(self.start(folder), "alice")
        self.wait(1)
        self.assertEqual(self.heard(again, ROB), ["one", "two", "three"])
        self.assertEqual([one.title for one in again.conversations.all()], ["rob"])

    def test_while_away(self) -> None:
        """What was told of before and behind a RENAME while one was away is one conversation."""
        folder = Path(self.mktemp())
        alice, bob = self.person("alice", folder), self.person("bob")
        self.wait(2)
        alice.say(BOB, "zero")
        self.wait(1)
        self.done(alice.close())
        del self.nets[alice]
        bob.say(ALICE, "one")
        self.wait(1)
        self.done(bob.rename("rob"))
        bob.say(ALICE, "two")
        self.wait(1)
        again = self.come_in(self.start(folder), "alice")
        self.wait(2)
        self.assertEqual(self.heard(again, ROB), ["zero", "one", "two"])
        self.assertEqual(again.conversations.get(ROB).unread, 2)
        self.assertEqual(len(again.conversations.all()), 1)

    def test_a_device_that_begins_behind_it(self) -> None:
        """A new device, which was never told of the RENAME, finds the old name's messages under the new."""
        alice, bob = self.person("alice"), self.person("bob")
        self.wait(2)
        bob.say(ALICE, "one")
        self.wait(1)
        self.done(bob.rename("rob"))
        bob.say(ALICE, "two")
        self.wait(2)
        phone = self.come_in(self.start(), "alice")
        self.wait(2)
        self.assertEqual(self.heard(phone, ROB), ["one", "two"])
        self.assertEqual(len(phone.conversations.all()), 1)
        self.assertEqual(self.heard(alice, ROB), ["one", "two"])

    def test_while_it_waits(self) -> None:
        """What was written to somebody and waits here is sent, and shown as sent, under the new name."""
        alice, bob = self.person("alice"), self.person("bob")
        self.wait(2)
        net = self.nets[alice]
        serve, net.serve = net.serve, None
        self.cut(alice)
        said = alice.say(BOB, "are you there?")
        self.done(bob.rename("rob"))
        net.serve = serve
        self.wait(70)
        self.assertEqual([one.text for one in alice.conversations.get(ROB).messages], ["are you there?"])
        self.assertIsNot(said.progress, Progress.WAITING)
        self.assertEqual(self.heard(bob, ALICE), ["are you there?"])
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual(len(alice.conversations.all()), 1)

    def test_oneself(self) -> None:
        """One's own new name holds on all one's devices, and what this one held is found under it."""
        folder = Path(self.mktemp())
        bob = self.person("bob", folder)
        phone = self.come_in(self.start(), "bob")
        alice = self.person("alice")
        self.wait(2)
        bob.say(ALICE, "one")
        self.wait(1)
        self.done(bob.rename("Rob"))
        self.assertEqual((bob.name, phone.name), ("rob", "rob"))
        bob.say(ALICE, "two")
        self.wait(1)
        for client in (bob, phone):
            messages = client.conversations.get(ALICE).messages
            self.assertEqual([(said.text, said.mine) for said in messages], [("one", True), ("two", True)])
        taken = bob.rename("alice")
        self.settle()
        self.failureResultOf(taken, NameTaken)
        self.done(bob.close())
        del self.nets[bob]
        again = self.start(folder)
        self.assertEqual(again.settings.names("lab.example", 12000)[0], "rob")
        self.come_in(again, "rob")
        messages = again.conversations.get(ALICE).messages
        self.assertEqual([(said.text, said.mine) for said in messages], [("one", True), ("two", True)])
        self.assertEqual(self.heard(alice, ROB), ["one", "two"])

    def test_another_password(self) -> None:
        """After a change of password this device comes back with the new one, and the others stay out."""
        alice = self.person("alice")
        phone = self.come_in(self.start(), "alice")
        refused = alice.change_password("wrong horse", "battery staple")
        self.wait(1)
        self.failureResultOf(refused, LoginRefused)
        self.wait(5)
        self.done(alice.change_password(PASSWORD, "battery staple"))
        self.assertIsNot(phone.link.state, LinkState.ONLINE)
        self.cut(alice)
        self.wait(10)
        self.assertIs(alice.link.state, LinkState.ONLINE)

    def test_it_stays_remembered(self) -> None:
        """Who stayed logged in still does after a change of password; whoever did not is kept nowhere."""
        folder = Path(self.mktemp())
        self.person("alice")
        for remember in (True, False):
            alice = self.connected(self.start(folder))
            self.done(alice.log_in("alice", PASSWORD, remember=remember))
            self.done(alice.change_password(PASSWORD, "battery staple"))
            self.done(alice.change_password(None, PASSWORD))
            self.done(alice.close())
            del self.nets[alice]
            again = self.connected(self.start(folder))
            back = again.come_back("alice")
            self.wait(1)
            self.assertIs(self.successResultOf(back), remember)

    def test_the_end(self) -> None:
        """Whoever closes their account is gone for the others, and the client stays away."""
        alice, bob = self.person("alice"), self.person("bob")
        self.wait(2)
        self.done(bob.close_account(PASSWORD))
        self.assertIsNot(bob.link.state, LinkState.ONLINE)
        person = alice.roster.get("bob")
        assert person is not None
        self.assertIs(person.presence, Presence.CLOSED)
        self.assertEqual(alice.roster.unknown(["bob"]), ("bob",))

    def test_who_may_register(self) -> None:
        """A front end is told who may register, and may show an invite."""
        client = self.connected(self.start())
        self.assertEqual(client.registering, "open")
        refused = client.register("alice", PASSWORD, invite="7KQ2-M4XD-9TRB")
        self.settle()
        self.failureResultOf(refused, InviteRefused)
