"""The X server counts how long nobody has touched anything, in whatever window."""

from __future__ import annotations

import os
import subprocess
import sys
from shutil import which

from twisted.trial.unittest import SkipTest, SynchronousTestCase

PROGRAM = """
import subprocess, time
from imqt.session_idle import XScreenSaver
idle = XScreenSaver()
end = time.monotonic() + 20
while idle() < 0.5 and time.monotonic() < end:
    pass
before = idle()
subprocess.run(["xdotool", "key", "--clearmodifiers", "a"], check=True)
print(before >= 0.5, idle() < before)
"""


class XTests(SynchronousTestCase):
    """On the screen the test runs on; no window of ours is open."""

    def test_key(self) -> None:
        """The time grows while nothing is touched, and a key that some other window gets ends it."""
        if not os.environ.get("DISPLAY") or which("xdotool") is None:
            raise SkipTest("there is no X here")
        found = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
        )
        self.assertEqual("True True\n", found.stdout)
