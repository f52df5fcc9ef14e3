"""What is told of a process is what it holds and has had."""

from __future__ import annotations

import os
import time

from twisted.trial.unittest import SynchronousTestCase

from bench.process import MIB, peak, processor, resident, share


class ProcessTests(SynchronousTestCase):
    def test_memory(self) -> None:
        """What is kept is there, and stays in the peak when it has gone."""
        before = resident()
        kept = b"x" * (64 * MIB)
        self.assertGreater(resident(), before + 60 * MIB)
        del kept
        self.assertGreater(peak(), before + 60 * MIB)
        self.assertLess(share(os.getpid()), peak())

    def test_processor(self) -> None:
        """The processor of a process is what it reads of itself."""
        before = time.process_time()
        told = processor(os.getpid())
        self.assertTrue(before <= told <= time.process_time())
