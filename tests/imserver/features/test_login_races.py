"""A login by the old password beside a change of it: in whatever order, nobody stays in by what is void."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol.commands import ChangePassword, Login, Reset
from improtocol.errors import LoginRefused
from improtocol.vocabulary import Command, Reply
from tests.imserver.disk import Disk
from tests.imserver.guest import PASSWORD, Guest
from tests.stage import HASHING, Stage

NEW = "battery staple"
#: Seconds by which the login begins earlier or later than the change, in parts of what a hash takes.
OFFSETS = [step * HASHING / 2 for step in range(-5, 6)]


class LoginRaces(SynchronousTestCase):
    """RESET and PASSWORD, as SUSPEND."""

    def raced(self, change: Command[Reply], offset: float, *, held: bool) -> None:
        """Change the password while somebody logs in by the old one, on a disk that may be slow."""
        disk = Disk()
        stage = Stage(storage=disk.storage)
        ada, bob = Guest(stage).enter("ada", administrator=True), Guest(stage).enter("bob")
        late, changer = Guest(stage), ada if isinstance(change, Reset) else bob
        disk.held = held
        acts = [(0.0, lambda: changer.begin(change)), (offset, lambda: late.begin(Login("bob", PASSWORD)))]
        begun = []
        for _, act in sorted(acts, key=lambda one: one[0]):
            begun.append(act())
            stage.wait(abs(offset))
        stage.wait(1)
        disk.let()
        stage.wait(1)
        for one in begun:
            one.addErrback(lambda failure: None)
        self.assertIsNone(late.session.avatar, (change, offset, held))
        self.assertEqual(LoginRefused(), Guest(stage).refused(Login("bob", PASSWORD)))

    def test_no_order_lets_the_old_one_stay(self) -> None:
        """Before, beside, behind it: who came in by the old password is out once the change is stored."""
        for change in (Reset("bob"), ChangePassword(NEW)):
            for offset in OFFSETS:
                for held in (False, True):
                    self.raced(change, offset, held=held)
