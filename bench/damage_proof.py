"""Promise G4: a damaged database is noticed, and nothing wrong is ever shown.

``python -m bench.damage_proof [--bits 20] [--seed 1]``

A log of six hundred entries is written as the server writes it.  Then, in one copy of it after the other, a
bit is flipped: so many in each page, among the bytes that are not zero.  The copy is opened as at a start and
everybody reads their stream and their history: each piece must be refused or be what was said, to whom it was
said.  A storage that looks at no checksum must be caught.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import make_url
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.python.failure import Failure

from imserver.storage import checksums, sqlite
from imserver.storage.database import Database
from imserver.storage.records import Draft

from .evidence import Progress, circumstances, write_evidence

T = TypeVar("T")
PEOPLE, SAID, PAGE = 5, 600, 4096
#: What became of a flipped bit.
REFUSED, REFUSED_IN_PART, HARMLESS, WRONG = "refused_at_the_start", "refused_when_read", "harmless", "wrong"


class Log:
    """A database in a file, used by nobody else."""

    def __init__(self, path: Path) -> None:
        self._soon: list[Callable[[], None]] = []
        self._database = Database(
            sqlite.open_file(make_url(f"sqlite:///{path}")),
            write=maybeDeferred,
            read=maybeDeferred,
            soon=self._soon.append,
            now=lambda: 1_795_168_800_000,
        )

    def open(self) -> None:
        """Open it as a start of the server does."""
        self._database.open()

    def close(self) -> None:
        """Let go of it."""
        self._of(self._database.close())

    def fill(self, chance: random.Random) -> None:
        """Have people register, and say something to some and to all."""
        for account in range(1, PEOPLE + 1):
            self._of(self._database.register(f"name{account}", "hash"))
        for n in range(SAID):
            by = chance.randint(1, PEOPLE)
            named = frozenset(chance.sample(range(1, PEOPLE + 1), chance.randrange(3))) - {by}
            audience = ",".join(f"name{account}" for account in sorted(named)) or "*"
            text = f"{n} " + "words " * chance.randrange(30)
            self._of(self._database.append(Draft(by, f"name{by}", named, audience, text, f"r{n}")))

    def read(self) -> list[list[Any]]:
        """Read all that anybody may read; what is refused is left out."""
        everything: dict[str, Any] = {"after": 0, "before": None, "limit": 9999}
        return [
            self._entries(asked(account))
            for account in range(1, PEOPLE + 1)
            for asked in (
                lambda account: self._database.page_after(account, 0, 9999),
                lambda account: self._database.history(account, None, **everything),
            )
        ]

    def _entries(self, asked: Deferred[Any]) -> list[Any]:
        try:
            return list(self._of(asked).entries)
        except Exception:  # also of another kind: its asker is told `internal`, and a stream ends
            return []

    def _of(self, asked: Deferred[T]) -> T:
        answered: list[Any] = []
        asked.addBoth(answered.append)
        while self._soon:
            self._soon.pop()()
        if isinstance(answered[0], Failure):
            answered[0].raiseException()
        given: T = answered[0]
        return given


class Damage:
    """Copies of one log, each with a bit that is flipped."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self._path = folder / "copy"
        whole = Log(folder / "whole")
        whole.open()
        whole.fill(self._chance)
        self._shown = whole.read()
        whole.close()
        self._data = (folder / "whole").read_bytes()
        self.pages = len(self._data) // PAGE
        self.found: Counter[str] = Counter()
        self.sentences: list[str] = []

    def flip(self, page: int) -> None:
        """Flip a bit of a page, and see what is shown."""
        used = [at for at in range(page * PAGE, (page + 1) * PAGE) if self._data[at]]
        if not used:
            return
        at, bit = self._chance.choice(used), self._chance.randrange(8)
        damaged = bytearray(self._data)
        damaged[at] ^= 1 << bit
        for beside in ("-wal", "-shm", ""):
            Path(f"{self._path}{beside}").unlink(missing_ok=True)
        self._path.write_bytes(damaged)
        became = self._look()
        self.found[became] += 1
        if became == WRONG:
            self.sentences.append(f"with bit {bit} of byte {at} flipped something else was shown")

    def _look(self) -> str:
        log = Log(self._path)
        try:
            log.open()
        except Exception:  # whatever it is, the server does not start
            return REFUSED
        try:
            shown = log.read()
        finally:
            log.close()
        parts = list(zip(shown, self._shown, strict=True))
        if any(part not in ([], said) for part, said in parts):
            return WRONG
        return HARMLESS if shown == self._shown else REFUSED_IN_PART


def flip(bits: int, seed: int, title: str) -> Damage:
    """Flip so many bits in each page."""
    shown = Progress()
    with tempfile.TemporaryDirectory(prefix="imserver-damage-") as folder:
        damage = Damage(Path(folder), seed)
        for page in range(damage.pages):
            for _ in range(bits):
                damage.flip(page)
            shown.show(f"{title}: page {page + 1} of {damage.pages}, {damage.found.total()} bits")
    counts = ", ".join(
        f"{count} {became.replace('_', ' ')}" for became, count in sorted(damage.found.items())
    )
    shown.end(f"{title}: {damage.found.total()} bits in {damage.pages} pages, {counts}")
    return damage


def unlooked(bits: int, seed: int) -> bool:
    """Plant a storage that looks at no checksum: say whether it is caught."""
    really = checksums.checksum
    checksums.checksum = lambda *columns: Anything()
    try:
        return bool(flip(bits, seed, "planted: checksums-unlooked-at").found[WRONG])
    finally:
        checksums.checksum = really


class Anything(int):
    """A checksum that is like any other."""

    def __eq__(self, other: object) -> bool:
        """Agree."""
        return True

    def __ne__(self, other: object) -> bool:
        """Agree."""
        return False

    __hash__ = int.__hash__


def prove(bits: int, seed: int, *, evidence: bool) -> dict[str, bool]:
    """Prove it, and that the proof finds what it is there to find."""
    around, began = circumstances(), time.monotonic()
    damage = flip(bits, seed, "G4")
    for sentence in damage.sentences[:20]:
        print(f"    {sentence}")
    seconds = round(time.monotonic() - began)
    found = unlooked(bits, seed)
    if evidence:
        counts = {became: damage.found[became] for became in (REFUSED, REFUSED_IN_PART, HARMLESS, WRONG)}
        facts = {"seed": seed, "pages": damage.pages, "bits_a_page": bits, **counts, "seconds": seconds}
        write_evidence(
            "G4", {"flipped_bits": facts, "planted_checksums-unlooked-at": {"found": found}}, around
        )
    return {"G4": not damage.found[WRONG], "planted: checksums-unlooked-at": found}


def main() -> None:
    """Run what is asked for; the exit status says whether nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bits", type=int, default=20, help="flipped in each page")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.exit(not all(prove(asked.bits, asked.seed, evidence=False).values()))


if __name__ == "__main__":
    main()
