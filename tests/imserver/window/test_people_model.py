"""The table of people: what a change among ten thousand costs, and what is said of somebody."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.fields import Standing
from improtocol.replies import AccountShown, SessionShown
from imserver.window.notes import Note
from imserver.window.people_model import PeopleModel, size

NOON = 1_795_176_000.0


def account(name: str, **more: int) -> AccountShown:
    return AccountShown(name, sessions=0, devices=1, waiting=more.get("waiting", 0))


def session(number: int, user: str | None, queue: int = 0) -> SessionShown:
    state = Standing.LOGGED_IN if user else Standing.UNREGISTERED
    return SessionShown(
        number, state=state, from_=f"10.0.0.{number}:5000", since=int(NOON * 1000), queue=queue, user=user
    )


class ModelCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.model = PeopleModel(lambda: NOON)
        self.people = self.model.people
        self.told: list[str] = []
        for name in (
            *("rowsInserted", "rowsRemoved", "rowsMoved", "dataChanged", "layoutChanged", "modelReset"),
        ):
            getattr(self.model, name).connect(lambda *_, name=name: self.told.append(name))

    def names(self) -> list[str]:
        self.model.refresh()
        return [person.name for person in self.model.rows]

    def fill(self, count: int) -> list[str]:
        names = [f"user{number:05}" for number in range(count)]
        for start in range(0, count, 100):
            page = names[start : start + 100]
            after = names[start - 1] if start else ""
            self.people.take_accounts(after, map(account, page), start + 100 >= count)
        self.model.refresh()
        self.told.clear()
        return names


class ManyTests(ModelCase):
    def test_one_change(self) -> None:
        """Among ten thousand, one who comes in is one row that goes and one that comes, and no more."""
        names = self.fill(10_000)
        self.people.take_sessions(0, [session(1, names[7000])], True)
        self.model.refresh()
        self.assertEqual(["rowsRemoved", "rowsInserted"], self.told)
        self.assertEqual(names[7000], self.names()[0])

    def test_no_change(self) -> None:
        """A page that shows what is known already tells Qt nothing."""
        names = self.fill(300)
        self.people.take_accounts(names[99], map(account, names[100:200]), False)
        self.model.refresh()
        self.assertEqual([], self.told)

    def test_order(self) -> None:
        """Whatever changes in whatever order, each stands where they belong, once."""
        names = self.fill(50)
        for number, name in enumerate(reversed(names), 1):
            self.people.take_sessions(number - 1, [session(number, name)], True)
            if number % 3 == 0:
                self.people.note(Note(NOON, "suspended", {"whom": names[number % 50]}))
            if number % 7 == 0:
                self.model.refresh()
        shown = self.names()
        self.assertEqual(sorted(shown), names)
        beings = [person.being for person in self.model.rows]
        self.assertEqual(sorted(beings), beings)

    def test_letter_by_letter(self) -> None:
        """Typed letter by letter it finds whom it finds at once, in the same order, whoever comes."""
        names = self.fill(300)
        for number, name in enumerate(names[::7], 1):
            self.people.take_sessions(number - 1, [session(number, name)], True)
        for place, sought in enumerate(
            ("u", "us", "ser00", "ser001", "10.0.0.1", "10.0.0.12", "10", "", "0")
        ):
            self.people.note(Note(NOON, "suspended", {"whom": names[120 + place]}))
            self.people.note(Note(NOON, "came", {"session": str(77 + place), "where": "10.0.0.12:1"}))
            self.model.seek(sought)
            typed = self.names()
            self.model.seek("?")
            self.model.seek(sought)
            self.assertEqual(self.names(), typed)
            self.assertTrue(typed)

    def test_gone_from_a_page(self) -> None:
        """An account that should stand on a page and does not is closed; those beyond it are not judged."""
        names = self.fill(200)
        self.people.take_accounts("", map(account, [*names[:50], *names[51:100]]), False)
        closed = [person.name for person in self.people.all.values() if person.closed]
        self.assertEqual([names[50]], closed)

    def test_every_name_ever_used(self) -> None:
        """A closed account is listed last, and a name somebody had before stands with them, once."""
        self.people.take_accounts("", [account("ann"), account("bob"), account("cy")], True)
        closed = AccountShown("ann", sessions=0, devices=0, waiting=0, closed=9)
        renamed = AccountShown("rob", sessions=0, devices=1, waiting=0, was=("bob",))
        self.people.take_accounts("", [closed, account("cy"), renamed], True)
        self.assertEqual(["cy", "rob", "ann"], self.names())
        self.assertEqual((("bob",), 2), (self.people.all["rob"].before, self.people.names))
        self.assertIs(self.people.get("bob"), self.people.all["rob"])


class LinkTests(ModelCase):
    def test_two_sessions(self) -> None:
        """Somebody with two connections is one row, with what waits in both."""
        self.people.take_accounts("", [account("bob")], True)
        self.people.take_sessions(0, [session(1, "bob", 100), session(2, "bob", 50)], True)
        self.assertEqual(["bob"], self.names())
        self.assertEqual(150, self.model.rows[0].queue)
        self.people.note(Note(NOON, "went", {"session": "1", "why": "dropped"}))
        self.assertTrue(self.model.rows[0].connected)
        self.people.note(Note(NOON, "went", {"session": "2", "why": "dropped"}))
        self.assertFalse(self.model.rows[0].connected)
        self.assertEqual(["bob"], self.names())

    def test_stranger_gets_a_name(self) -> None:
        """A connection that was nobody's becomes somebody's, and its own row is gone."""
        self.people.note(Note(NOON, "came", {"session": "3", "where": "10.0.0.3:5000"}))
        self.assertEqual([""], self.names())
        self.people.note(Note(NOON, "logged-in", {"session": "3", "user": "eve"}))
        self.assertEqual(["eve"], self.names())

    def test_sizes(self) -> None:
        """Bytes are said as people say them."""
        said = [size(number) for number in (0, 47, 2048, 20 << 20, 3 << 40)]
        self.assertEqual(["0", "47 B", "2.0 KiB", "20 MiB", "3.0 TiB"], said)
