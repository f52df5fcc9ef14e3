"""Earlier names mean who they are now, whatever a server says of them."""

from __future__ import annotations

from random import Random

from twisted.trial.unittest import SynchronousTestCase

from imclient.core.names import MOST_OF_ONE, Names, can_be_said


class NamesTests(SynchronousTestCase):
    def test_chain(self) -> None:
        """Each name of a chain means the last one; back to the first, all mean that."""
        names = Names("alice")
        for before, name in (("bob", "rob"), ("rob", "robert")):
            self.assertTrue(names.rename(before, name))
        self.assertEqual(["robert"] * 3, [names.current(one) for one in ("bob", "rob", "robert")])
        self.assertFalse(names.rename("bob", "robert"))
        names.rename("robert", "bob")
        self.assertEqual(["bob"] * 3, [names.current(one) for one in ("bob", "rob", "robert")])

    def test_held(self) -> None:
        """What was held from before goes on."""
        names = Names("alice", {"bob": "rob"})
        names.rename("rob", "robert")
        self.assertEqual("robert", names.current("bob"))
        names.rename("alice", "alicia")
        self.assertEqual("alicia", names.me)

    def test_any(self) -> None:
        """However names are mixed up, each means what looking through them all would find."""
        for seed in range(50):
            random, names, slow = Random(seed), Names(), dict[str, str]()
            for _ in range(40):
                before, name = random.choices("abcdef", k=2)
                if before != name and slow.get(before) != name:
                    slow = {earlier: name if now == before else now for earlier, now in slow.items()}
                    slow[before] = name
                    slow.pop(name, None)
                names.rename(before, name)
                for one in "abcdef":
                    self.assertEqual(slow.get(one, one), names.current(one), (seed, before, name))

    def test_bounded(self) -> None:
        """Of one person so many names are remembered, the newest."""
        names = Names()
        for number in range(1000):
            names.rename(f"n{number}", f"n{number + 1}")
        self.assertEqual("n1000", names.current(f"n{1000 - MOST_OF_ONE}"))
        self.assertEqual("n1", names.current("n1"))

    def test_can_be_said(self) -> None:
        """A name that no command can say is nobody's own."""
        self.assertTrue(all(map(can_be_said, ("bob", "b.o-b_2", "юля"))))
        for name in ("a" * 33, "a\u0301" * 30, "a b", "", "a=b", "\n"):
            self.assertFalse(can_be_said(name), name)
