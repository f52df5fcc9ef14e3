"""Who there is, and who is connected."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol import limits
from improtocol.commands import Logout, Who
from improtocol.events import RegisterTold, UserTold
from improtocol.fields import Presence
from improtocol.replies import Who as Reply
from tests.imserver.guest import Guest
from tests.stage import Stage

PAGE = int(limits.PAGE)


class RosterTests(SynchronousTestCase):
    """WHO."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.zoe = Guest(self.stage).enter("zoe")

    def who(self, command: Who) -> tuple[list[str], Reply]:
        """Ask, and give the names that were told, those who are offline in brackets."""
        self.stage.wait(20)
        self.zoe.told()
        reply = self.zoe.ask(command)
        told = self.zoe.told()
        names = [
            user.name if user.presence is Presence.ONLINE else f"({user.name})"
            for user in told
            if isinstance(user, UserTold)
        ]
        self.assertEqual(len(names), len(told))
        self.assertEqual(len(names), reply.count)
        return names, reply

    def register(self, count: int) -> list[str]:
        """Let so many be there who never log in."""
        names = [f"u{n:04}" for n in range(count)]
        for name in names:
            self.stage.storage.register(name, "")
        self.stage.settle()
        self.zoe.told(RegisterTold)
        return names

    def test_everybody(self) -> None:
        """All are told with their presence, in the order of their names, oneself too."""
        bob, _ = Guest(self.stage).enter("bob"), Guest(self.stage).enter("alice")
        bob.ask(Logout())
        self.assertEqual(self.who(Who()), (["alice", "(bob)", "zoe"], Reply(3)))

    def test_online(self) -> None:
        """WHO online tells who is connected; the best of somebody's sessions counts (R36)."""
        self.register(3)
        bob, also_bob = Guest(self.stage).enter("bob"), Guest(self.stage).enter("bob")
        bob.leave()
        self.assertEqual(self.who(Who(online="online")), (["bob", "zoe"], Reply(2)))  # type: ignore[arg-type]
        also_bob.leave()
        self.assertEqual(self.who(Who(online="online")), (["zoe"], Reply(1)))  # type: ignore[arg-type]

    def test_pages(self) -> None:
        """An answer stops after 100 and names the key to ask on with; without one that was all (R12)."""
        names = self.register(2 * PAGE - 1)
        some, reply = self.who(Who())
        self.assertEqual((some, reply.after), ([f"({name})" for name in names[:PAGE]], names[PAGE - 1]))
        others, reply = self.who(Who(after=reply.after))
        self.assertEqual(others, [f"({name})" for name in names[PAGE:]] + ["zoe"])
        self.assertEqual((reply.count, reply.after), (PAGE, None))

    def test_pages_of_those_online(self) -> None:
        """Who is passed over does not count; and nobody is online behind the last."""
        self.register(3 * PAGE)
        for n in range(PAGE):
            Guest(self.stage).enter(f"a{n:03}")
        some, reply = self.who(Who(online="online"))  # type: ignore[arg-type]
        self.assertEqual((len(some), reply.after), (PAGE, "a099"))
        self.assertEqual(self.who(Who(online="online", after="a099")), (["zoe"], Reply(1)))  # type: ignore[arg-type]

    def test_behind_a_name_that_is_nobody_s(self) -> None:
        """after= need not be anybody's name."""
        self.assertEqual(self.who(Who(after="y")), (["zoe"], Reply(1)))
        self.assertEqual(self.who(Who(after="zoe")), ([], Reply(0)))
