"""Three separate verdicts on a token: decoded is not verified is not valid."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How one verdict came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict and the sentence that says why."""

    status: Status
    why: str


NOT_CHECKED = Verdict(Status.NOT_CHECKED, "Not checked.")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The three verdicts side by side."""

    decoded: Verdict = NOT_CHECKED
    signature: Verdict = NOT_CHECKED
    claims: Verdict = NOT_CHECKED
