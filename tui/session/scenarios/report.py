"""What came of a scenario: step by step what was expected, what came, and whether the two agree. Nothing secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """One step. `differences` says, each in a sentence, where what came is not what was expected."""

    name: str
    deed: str
    expected: str
    actual: str
    differences: tuple[str, ...] = ()
    why: str = ""
    check: int = 0
    milliseconds: float = 0.0

    @property
    def agreed(self) -> bool:
        """Whether it came as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Report:
    """A whole scenario. `problem` says why it could not be run to its end; blank when it was."""

    name: str
    marketplace: str
    began: datetime
    outcomes: tuple[Outcome, ...] = ()
    problem: str = ""

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The steps that came otherwise."""
        return tuple(each for each in self.outcomes if not each.agreed)

    @property
    def summary(self) -> str:
        """How it went, in a few words."""
        total, failed = len(self.outcomes), len(self.failed)
        told = f"{total - failed} of {total} as expected"
        return f"{told}; then it could not go on" if self.problem else told


def exit_code(reports: Sequence[Report]) -> int:
    """Return 0 when everything came as expected, 1 when something did not, 2 when a scenario could not be run."""
    if any(each.problem for each in reports):
        return 2
    return 1 if any(each.failed for each in reports) else 0
