"""Who there is."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from imclient.core.roster import Person, Presence, Roster


class RosterTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.time = 100.0
        self.roster = Roster(lambda: self.time)
        self.heard: list[tuple[str, str]] = []
        self.roster.added.connect(lambda p: self.heard.append(("added", p.name)))
        self.roster.changed.connect(lambda p: self.heard.append(("changed", p.name)))
        self.roster.restore("alice", ["carol"])

    def test_people(self) -> None:
        """Everybody is there by name, but oneself."""
        self.roster.told("bob", Presence.ONLINE, "")
        self.roster.told("alice", Presence.ONLINE, "")
        self.assertEqual(["bob", "carol"], [person.name for person in self.roster.people()])
        self.assertEqual(Presence.ONLINE, self.roster.get("alice").presence)  # type: ignore[union-attr]
        self.assertEqual([("added", "bob")], self.heard)

    def test_since(self) -> None:
        """A presence that changes before one's eyes has a time; the first that is told has none."""
        self.roster.told("carol", Presence.ONLINE, "")
        self.assertIsNone(self.person("carol").since)
        self.time = 200.0
        self.roster.told("carol", Presence.ONLINE, "at lunch")
        self.assertIsNone(self.person("carol").since)
        self.roster.told("carol", Presence.OFFLINE, "")
        self.assertEqual(200.0, self.person("carol").since)
        self.time = 300.0
        self.roster.told("carol", Presence.OFFLINE, "")
        self.assertEqual(200.0, self.person("carol").since)
        self.assertEqual([("changed", "carol")] * 3, self.heard)

    def person(self, name: str) -> Person:
        found = self.roster.get(name)
        assert found is not None
        return found

    def test_unknown(self) -> None:
        """Nobody, and who is closed, is unknown; oneself never."""
        self.roster.told("dave", Presence.CLOSED, "")
        self.assertEqual(("bob", "dave"), self.roster.unknown(["alice", "bob", "carol", "dave"]))
