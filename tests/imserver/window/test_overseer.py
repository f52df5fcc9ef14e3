"""What the window knows: who is here, what happens, what is counted."""

from __future__ import annotations

from imserver.window.link import NoAdministrator, State
from imserver.window.wire_model import Kind

from .case import PASSWORD, WindowCase


class EnteringTests(WindowCase):
    def test_entering(self) -> None:
        """An administrator comes in, and is remembered by a token."""
        self.oversee()
        self.successResultOf(self.entered)
        self.assertEqual((State.ONLINE, "ada"), (self.overseer.link.state, self.overseer.link.entered))
        self.assertTrue(self.kept[-1].token)
        self.assertNotIn(self.kept[-1].token, repr(self.kept[-1]))

    def test_no_administrator(self) -> None:
        """Somebody who is none is told so, and does not stay."""
        self.oversee(appoint=False)
        self.assertIn("no administrator", str(self.failureResultOf(self.entered, NoAdministrator).value))
        self.assertEqual(State.ENDED, self.overseer.link.state)

    def test_no_administrator_any_more(self) -> None:
        """Who ceases to be one is told so, and the window looks no more; another right changes nothing."""
        self.oversee()
        other = self.stage.enter("bob")
        self.stage.appoint("bob")
        other.say("REVOKE ada everyone")
        self.wait(0.1)
        self.assertEqual(State.ONLINE, self.overseer.link.state)
        other.say("REVOKE ada administrator")
        self.wait(0.1)
        self.assertEqual(State.ENDED, self.overseer.link.state)
        self.assertIn("ada is no administrator here", self.overseer.link.why)
        self.wait(60)
        self.assertEqual(State.ENDED, self.overseer.link.state)

    def test_coming_back(self) -> None:
        """A broken link is taken up again by itself, and everybody is shown anew."""
        self.oversee()
        self.cables.laid[-1].actor.wire.drop()
        self.wait(0.1)
        self.assertEqual(State.WAITING, self.overseer.link.state)
        self.stage.enter("bob")
        self.wait(5)
        self.assertEqual(State.ONLINE, self.overseer.link.state)
        self.assertTrue([row for row in self.rows() if row.startswith("bob, logged-in")])


class PeopleTests(WindowCase):
    def test_those_before(self) -> None:
        """Whoever was there before the window is shown: state, device, address."""
        self.stage.enter("bob", keys="device=desk")
        self.register("carol")
        self.stage.newcomer()
        self.oversee()
        rows = self.rows()
        bob = next(row for row in rows if row.startswith("bob"))
        self.assertIn("bob, logged-in, desk, since ", bob)
        self.assertIn("from 127.0.0.1:40000", bob)
        ada = next(row for row in rows if row.startswith("ada"))
        self.assertIn("0 in the queue", ada, "what waits for the window is the answer itself")
        self.assertTrue([row for row in rows if row.startswith("carol, offline")], rows)
        self.assertTrue([row for row in rows if row.startswith("(no name yet), unregistered")], rows)

    def test_coming_and_going(self) -> None:
        """Who connects, registers, logs in and drops out is seen as it happens."""
        self.oversee()
        dave = self.stage.newcomer()
        self.wait(0.1)
        self.assertTrue([row for row in self.rows() if row.startswith("(no name yet), unregistered")])
        dave.say(f"REGISTER dave :{PASSWORD}")
        self.wait(0.1)
        self.assertTrue([row for row in self.rows() if row.startswith("dave, registered")], self.rows())
        dave.say(f"LOGIN dave device=phone :{PASSWORD}")
        self.wait(0.1)
        row = next(row for row in self.rows() if row.startswith("dave, logged-in"))
        self.assertIn("phone", row)
        self.assertIn("last said LOGIN", row)
        dave.leave()
        self.wait(0.1)
        self.assertTrue([row for row in self.rows() if row.startswith("dave, offline")], self.rows())
        self.assertIn("dropped out", "\n".join(self.lines(Kind.NOTE)))

    def test_renamed(self) -> None:
        """Who is called otherwise is one row, under the new name, and found by the old one, too."""
        bob = self.stage.enter("bob")
        self.oversee()
        bob.say("RENAME rob")
        self.wait()
        self.assertFalse([row for row in self.rows() if row.startswith("bob")], self.rows())
        self.assertTrue(
            [row for row in self.rows() if row.startswith("rob, logged-in, before: bob")], self.rows()
        )
        self.overseer.people.seek("bob")
        self.assertEqual(1, len(self.rows()))

    def test_waiting(self) -> None:
        """What waits for the absent is counted, and for whom most of it."""
        bob = self.stage.enter("bob")
        self.register("carol")
        for text in ("one", "two"):
            bob.say(f"SEND carol :{text}")
        self.oversee()
        self.assertTrue(
            [row for row in self.rows() if row.startswith("carol") and "2 wait" in row], self.rows()
        )
        self.assertEqual("carol", self.overseer.people.people.backlog()[2])

    def test_found_out_in_time(self) -> None:
        """What was not told is found out by looking again, page by page."""
        self.oversee()
        people = self.overseer.people.people
        people._links.clear()
        people.all.clear()
        for sought in ("nobody", ""):  # all rows are made anew
            self.overseer.people.seek(sought)
        self.assertEqual([], self.rows())
        self.stage.enter("bob")
        self.wait(30)
        self.assertEqual(["ada", "bob"], sorted(row.split(",")[0] for row in self.rows()))


class WireTests(WindowCase):
    def test_texts_hidden(self) -> None:
        """What people say is shown as its length until the administrator asks for it; passwords never."""
        self.oversee()
        bob = self.stage.enter("bob")
        bob.say("SEND ada :between us")
        self.wait()
        self.assertIn("SEND ada :[10 bytes]", self.lines(Kind.IN))
        self.overseer.show_texts(True)
        self.wait()
        bob.say("SEND ada :between us two")
        self.wait()
        self.assertIn("SEND ada :between us two", self.lines(Kind.IN))
        self.assertNotIn(PASSWORD, "\n".join(self.lines()))

    def test_message_to_the_administrator(self) -> None:
        """What is said to the administrator is shown, and acknowledged."""
        self.oversee()
        heard: list[tuple[str, str]] = []
        self.overseer.told.connect(lambda who, text: heard.append((who, text)))
        bob = self.stage.enter("bob")
        bob.say("SEND ada :hello")
        self.wait(4)
        self.assertEqual([("bob", "hello")], heard)
        self.assertIn("RECEIPT message", "\n".join(bob.heard()))

    def test_figures(self) -> None:
        """Messages a second and how soon they were answered are taken from what the server counts."""
        self.oversee()
        bob = self.stage.enter("bob")
        self.wait(2)
        for _ in range(4):
            bob.say("SEND ada :hello", wait=0.1)
        self.wait(4)
        moments = self.overseer.figures.moments
        self.assertAlmostEqual(2, max(moment.rate for moment in moments))
        self.assertIsNotNone(self.overseer.figures.last_latency)
        self.assertEqual(2, moments[-1].connections)
