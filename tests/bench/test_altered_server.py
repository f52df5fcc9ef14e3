"""What the proofs alter in the server is still there to be altered."""

from __future__ import annotations

from importlib import import_module

from twisted.trial.unittest import SynchronousTestCase

from bench import ack_proof, backlog_proof, backup_latency, counts_proof, idle_cost, return_proof
from bench.altered_server import FAIL_POINTS
from bench.bad_days import PARTS
from bench.prove import PLANTED
from bench.server_defects import PLANTS


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
        bounded = (ack_proof.PROOF, backlog_proof.PROOF, backup_latency.PROOF, counts_proof.PROOF)
        found = {
            *PLANTED,
            *return_proof.PLANTED,
            *(setting.plant for setting in idle_cost.PLANTED),
            *(one.defect for proof in bounded for one in proof.planted),
            *(defect for part in PARTS for defect in part.defects),
        }
        self.assertEqual(set(PLANTS), found)

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
