"""What a run leaves behind: `bench/evidence/NAME.json`, from which figures are quoted, and nothing else."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "bench" / "evidence"
#: What a figure speaks of: the product, and what proves it; what else was changed is of no concern.
PROOFS = ("bench", "examples", "tests", "twisted")
PRODUCT = ("improtocol", "imserver", "imclient", "imqt", "imtongue", *PROOFS)
#: What other runs leave there is no change.
LEFT = (":(exclude)bench/evidence", ":(exclude)bench/README.md")


def write_evidence(name: str, facts: dict[str, object], around: dict[str, object] | None = None) -> None:
    """Keep the facts of a run, and its circumstances; a long run gives them as they were when it began."""
    EVIDENCE.mkdir(exist_ok=True)
    kept = {**(around or circumstances()), **facts}
    (EVIDENCE / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n")


def circumstances() -> dict[str, object]:
    """Say which program is looked at, when, and on what; no name of a machine, no path."""
    return {
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "changed_since": changed(ROOT),
        "day": time.strftime("%Y-%m-%d", time.gmtime()),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }


def changed(root: Path) -> bool:
    """Tell whether anything a figure speaks of is other than in the commit, or is not in it."""
    return bool(_git("status", "--porcelain", "--untracked-files=all", "--", *PRODUCT, *LEFT, root=root))


def _git(*words: str, root: Path = ROOT) -> str | None:
    asked = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else None


def held(complaints: Sequence[object], planted: Mapping[str, bool]) -> bool:
    """Print the first of what was found, and which planted defect was not; say whether a proof held."""
    for complaint in complaints[:10]:
        print(f"    {str(complaint)[:500]}")
    for defect in (one for one in planted if not planted[one]):
        print(f"    {defect!r} was planted and not found, so the proof proves nothing", flush=True)
    return not complaints and all(planted.values())


class Progress:
    """How far a long run is: one line that is written over, or a line now and then where nobody looks."""

    def __init__(self, every: float = 10.0) -> None:
        self._every = every
        self._last = time.monotonic()
        self._over = sys.stdout.isatty()

    def show(self, line: str) -> None:
        """Say where it stands."""
        if self._over:
            print(f"\r\033[K  {line}", end="", flush=True)
        elif time.monotonic() >= self._last + self._every:
            self._last = time.monotonic()
            print(f"  {line}", flush=True)

    def end(self, line: str) -> None:
        """Say how it ended, in a line that stays."""
        print(f"\r\033[K{line}" if self._over else line, flush=True)
