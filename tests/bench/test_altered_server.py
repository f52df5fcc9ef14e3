"""What the proofs alter in the server is still there to be altered."""

from __future__ import annotations

from importlib import import_module

from twisted.trial.unittest import SynchronousTestCase

from bench.altered_server import FAIL_POINTS, PLANTS
from bench.bad_days import PARTS
from bench.prove import PLANTED


class AlteredServerTests(SynchronousTestCase):
    """The places and the defects have not gone stale."""

    def test_places(self) -> None:
        """Each fail point is a method of the server."""
        for point, (where, _side) in FAIL_POINTS.items():
            module, _, path = where.partition(":")
            owner, name = path.split(".")
            self.assertTrue(callable(getattr(getattr(import_module(module), owner), name)), point)

    def test_plants(self) -> None:
        """Each defect has a proof that must find it."""
        defects = {defect for part in PARTS for defect in part.defects}
        self.assertEqual(set(PLANTS), set(PLANTED) | defects)

    def test_what_is_replaced(self) -> None:
        """Each defect can still be planted where it was."""
        for where in (
            "imserver.storage.sqlite:_undone",
            "imserver.storage.sqlite:_PRAGMAS",
            "imserver.storage.sqlite:WriteAheadLog",
            "imserver.service:time",
            "imserver.server:Server",
            "imserver.told:Told",
        ):
            module, _, name = where.partition(":")
            self.assertTrue(hasattr(import_module(module), name), where)
