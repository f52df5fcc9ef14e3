"""What the proofs alter in the server is still there to be altered, and each defect has a proof."""

from __future__ import annotations

from importlib import import_module

from twisted.trial.unittest import SynchronousTestCase

from bench import (
    ack_proof,
    backlog_proof,
    backup_latency,
    counts_proof,
    idle_cost,
    return_proof,
    server_defects,
)
from bench.altered_server import FAIL_POINTS
from bench.bad_days import PARTS
from bench.prove import PLANTED
from bench.replaced import replaced
from bench.server_defects import PLANTS


class AlteredServerTests(SynchronousTestCase):
    """The places and the defects have not gone stale."""

    def is_there(self, where: str, by: object = None) -> None:
        """See whether there is something to be replaced or wrapped."""
        module, _, path = where.partition(":")
        found: object = import_module(module)
        for name in path.split("."):
            self.assertTrue(hasattr(found, name), where)
            found = getattr(found, name)

    def test_places(self) -> None:
        """Each fail point is a method of the server."""
        for where, _side in FAIL_POINTS.values():
            self.is_there(where)

    def test_plants(self) -> None:
        """Each defect can still be planted where it was."""
        for plant in PLANTS.values():
            with (
                replaced(server_defects, "wrap", self.is_there),
                replaced(server_defects, "replace", self.is_there),
            ):
                plant()

    def test_proofs(self) -> None:
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
