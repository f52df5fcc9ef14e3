"""What the server's bounds come to, for tests that go to their edge."""

from __future__ import annotations

from imserver.bounds import BOUNDS

EARLY = int(BOUNDS.stranger_queue) // 2  #: bytes of a stranger that are read at a time and may wait for it
SOFT = int(BOUNDS.queue_soft)
HARD = int(BOUNDS.queue_hard)
UNDER_WAY = int(BOUNDS.under_way)
