"""Something that a real server does, within which bounds, and the defects with which it is past them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from .alone import asked
from .evidence import circumstances, held, write_evidence

#: What a measurement gives, by name.
Facts = dict[str, Any]


def past(figures: Mapping[str, tuple[float, float]]) -> list[str]:
    """Say what is more than it may be; of each figure what was found, and the most that is promised."""
    return [f"{what}: {found:g}, at most {most:g}" for what, (found, most) in figures.items() if found > most]


@dataclass(frozen=True)
class Planted:
    """A defect of `altered_server`, and how much must be measured to find it."""

    defect: str
    size: int
    quick: bool = False  #: it is planted also where there is little time: no clock is needed to find it


@dataclass(frozen=True)
class Bounded:
    """A proof by measuring."""

    name: str  #: of its evidence
    title: str
    measure: Callable[[int, str | None], Facts]  #: so much, with a defect if one is named
    complaints: Callable[[Facts], list[str]]  #: what is past its bound
    planted: tuple[Planted, ...]
    tries: int = 1  #: what else the machine does makes a measure worse, never better

    def prove(self, size: int, *, quick: bool = False, evidence: bool = True) -> bool:
        """Measure, plant, keep evidence; say whether all was within bounds, and out of them if planted."""
        around = circumstances()
        facts, complaints = self._measured(size, None, self.tries)
        print(f"{self.title}: {facts}", flush=True)
        found = {
            one.defect: bool(self._measured(one.size, one.defect, 1 if one.quick else self.tries)[1])
            for one in self.planted
            if one.quick or not quick
        }
        if evidence:
            write_evidence(self.name, {**facts, "planted_found": found}, around)
        return held(complaints, found)

    def alone(self, what: str | None, **size: int) -> NoReturn:
        """Run as the command line asks; ``size`` is what the size is called there, and how much it is."""
        ((name, _),) = size.items()
        plants = (None, *(one.defect for one in self.planted))
        given = asked(what, **size, quick=False, plant=plants)
        if given.plant is None:
            sys.exit(not self.prove(getattr(given, name), quick=given.quick, evidence=given.evidence))
        facts, complaints = self._measured(getattr(given, name), given.plant, self.tries)
        print(facts, *complaints, sep="\n")
        sys.exit(bool(complaints))

    def _measured(self, size: int, plant: str | None, tries: int) -> tuple[Facts, list[str]]:
        """Measure until it is within bounds, but so often at most."""
        for _ in range(tries):
            facts = self.measure(size, plant)
            if not (complaints := self.complaints(facts)):
                break
        return facts, complaints
