"""Evidence says of which program it speaks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from bench.evidence import PRODUCT, ROOT, changed


class ChangedTests(SynchronousTestCase):
    """A small repository with all there is in the true one."""

    def setUp(self) -> None:
        if shutil.which("git") is None:
            raise SkipTest("there is no git")
        self.root = Path(self.mktemp())
        for folder in (*PRODUCT, "bench/evidence", "docs"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            (self.root / folder / "kept.py").write_text("x = 1\n")
        self.git("init", "-q")
        self.git("add", ".")
        self.git("-c", "user.name=x", "-c", "user.email=x@x.example", "commit", "-q", "-m", "begin")

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True)

    def test_as_it_was(self) -> None:
        """What is as it was committed is not changed, nor is it by what runs leave, or by a document."""
        self.assertFalse(changed(self.root))
        (self.root / "bench/evidence/kept.py").write_text("x = 2\n")
        (self.root / "bench/evidence/A1.json").write_text("{}\n")
        (self.root / "docs/kept.py").write_text("x = 2\n")
        self.assertFalse(changed(self.root))

    def test_changed(self) -> None:
        """A change in any part of the product is seen, in what the windows stand on too."""
        for folder in PRODUCT:
            file = self.root / folder / "kept.py"
            file.write_text("x = 2\n")
            self.assertTrue(changed(self.root), folder)
            file.write_text("x = 1\n")
        self.assertFalse(changed(self.root))

    def test_not_in_it(self) -> None:
        """A new file that is not in the commit is a change."""
        (self.root / "bench/new_proof.py").write_text("x = 1\n")
        self.assertTrue(changed(self.root))

    def test_all_of_it(self) -> None:
        """Every package there is counts."""
        packages = {path.parent.name for path in ROOT.glob("im*/__init__.py")}
        self.assertEqual(set(), packages - set(PRODUCT))
