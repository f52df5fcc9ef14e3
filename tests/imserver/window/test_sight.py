"""What is on the screen is of the last few seconds, however many people there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from imserver.window import sight
from imserver.window.people import Link, Person
from imserver.window.people_model import Column

from .case import PASSWORD, WindowCase

#: So many that a round of all pages takes half a minute.
MANY = 290


def person(name: str, looked: float = 0.0, *numbers: int) -> Person:
    links = [Link(number, "", 0.0, looked=looked) for number in numbers]
    return Person(name, name, links, looked=looked)


class PageTests(SynchronousTestCase):
    def test_one_page(self) -> None:
        """Those who stand together are on one page, which begins at the first of them."""
        names = [f"p{number:03}" for number in range(300)]
        seen = [person(name) for name in names[150:170]]
        self.assertEqual([names[149]], sight.accounts(seen, names, 100.0))
        self.assertEqual([""], sight.accounts([person(names[0])], names, 100.0))

    def test_fresh(self) -> None:
        """Whoever was looked at just now is not looked at again; whoever has no name has no account."""
        self.assertEqual([], sight.accounts([person("ann", 98.0), person("", 0.0)], ["ann"], 100.0))

    def test_oldest_first(self) -> None:
        """Where all cannot be asked for at once, the oldest are."""
        seen = [person("a", 50.0, 1000), person("b", 20.0, 500), person("c", 10.0, 7)]
        self.assertEqual([6, 499], sight.sessions(seen, [7, *range(400, 1100)], 100.0))

    @given(st.sets(st.integers(0, 2000), min_size=1), st.data())
    def test_all_in_time(self, known: set[int], data: st.DataObject) -> None:
        """Each page that is asked for holds somebody who is old, and after some rounds nobody is."""
        numbers = sorted(known)
        old = data.draw(st.lists(st.sampled_from(numbers), unique=True))
        for _ in range(len(old)):
            for place in sight.places(numbers, old):
                shown = numbers[place : place + limits.PAGE]
                self.assertTrue(set(shown) & set(old))
                old = [one for one in old if one not in shown]
        self.assertEqual([], old)


class SightTests(WindowCase):
    def test_waiting(self) -> None:
        """What waits for somebody on the screen is said within seconds, wherever they stand in the list."""
        bob = self.stage.enter("bob")
        self.oversee()
        for number in range(MANY):
            newcomer = self.stage.newcomer(f"10.{number // 200}.{number % 200}.7")
            newcomer.say(f"REGISTER p{number:03} :{PASSWORD}", wait=0.05)
            newcomer.leave()
        window = self.window()
        window.people.sort(Column.NAME)
        window.people.choose("p270")
        for waiting in range(1, 4):  # the round comes by once in that time
            bob.say("SEND p270 :Are you there?")
            self.wait(8)
            (row,) = [row for row in self.rows() if row.startswith("p270")]
            self.assertIn(f"{waiting} wait", row)

    def test_out_of_sight(self) -> None:
        """A window that nobody sees asks for no more than the round."""
        window = self.window()
        self.assertEqual(["ada"], [one.name for one in window.people.in_sight()])
        window.hide()
        self.assertEqual([], window.people.in_sight())
