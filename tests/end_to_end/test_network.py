"""A real kernel tells of its network, in a network namespace of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase


class KernelTests(SynchronousTestCase):
    """A real kernel, in a network namespace of its own."""

    def test_heard(self) -> None:
        """A card that comes up is heard of through the reactor."""
        program = Path(__file__).with_name("network_program.py")
        try:
            said = subprocess.run(
                ["unshare", "--net", "--map-root-user", sys.executable, str(program)],
                capture_output=True, text=True, timeout=60, check=True,
            )  # fmt: skip
        except (OSError, subprocess.CalledProcessError) as error:
            raise SkipTest("no network namespace may be made here") from error
        self.assertEqual("listening\nup\nchanged\n", said.stdout)
