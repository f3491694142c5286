"""What could not be understood of a filter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Where it is in the text (`start` to `end`), what is wrong, and what to write instead."""

    start: int
    end: int
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.what}; {self.instead}" if self.instead else self.what
