"""What a filter compares with: texts, words of a fixed choice, durations, and OrderCloud's own conditions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import eq, ge, gt, le, lt
from typing import TypeAlias

from tui.tokens.durations import format_minutes

COMPARE: dict[str, Callable[[float, float], bool]] = {"=": eq, ">": gt, ">=": ge, "<": lt, "<=": le}
_WORDS_OF = {"=": "", ">": "over ", ">=": "at least ", "<": "under ", "<=": "at most "}
_ORDERCLOUD = {"=": "", ">": ">", "<": "<", ">=": "!<", "<=": "!>", "!": "!"}
"""How OrderCloud writes each comparison before a value."""


def fold(text: str) -> str:
    """Return a text as it is compared: in lower case, where no other letter becomes one of A to Z.

    OrderCloud's database takes letters beyond A to Z as they are, so what it finds is never more than what this finds.
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_one, text))


@cache
def _fold_one(char: str) -> str:
    lower = char.lower()
    return lower if char.isascii() or (len(lower) == 1 and not lower.isascii()) else char


@dataclass(frozen=True, slots=True)
class Text:
    """A text to find. As a `pattern`, `*` stands for any characters and the whole must match; else a part is enough."""

    text: str
    pattern: bool = False

    def found_in(self, text: str) -> bool:
        """Return whether it is found in a text."""
        return like(self.text, text) if self.pattern else fold(self.text) in fold(text)


@dataclass(frozen=True, slots=True)
class Word:
    """One of a fixed choice of words, such as `buyer` or `expired`; or an ID of a rule."""

    word: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """A duration, and how to compare with it."""

    operator: str
    minutes: int

    def holds(self, minutes: int) -> bool:
        """Return whether a duration is so."""
        return COMPARE[self.operator](minutes, self.minutes)

    def __str__(self) -> str:
        operator = "" if self.operator == "=" else self.operator
        return f"{operator}{format_minutes(self.minutes).replace(' ', '')}"

    @property
    def words(self) -> str:
        """It as people say it."""
        return f"{_WORDS_OF[self.operator]}{format_minutes(self.minutes)}"

    @property
    def ordercloud(self) -> str:
        """It as OrderCloud writes it."""
        return f"{_ORDERCLOUD[self.operator]}{self.minutes}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of OrderCloud's own conditions: `=`, `!`, `>`, `<`, `>=`, `<=` and what stands behind it."""

    operator: str
    operand: str

    def __str__(self) -> str:
        """It as OrderCloud writes it."""
        # A blank keeps `! <5`, unlike the text `<5`, apart from `!<5`, which is at least 5.
        gap = " " if self.operator == "!" and self.operand[:1] in ("<", ">") else ""
        return f"{_ORDERCLOUD[self.operator]}{gap}{self.operand}"

    def negated(self) -> Condition | None:
        """Return what holds exactly when this does not; None where OrderCloud has no such condition."""
        if self.operator not in ("=", "!"):
            return None  # a missing value is neither greater nor less
        return Condition("!" if self.operator == "=" else "=", self.operand)


Value: TypeAlias = Text | Word | Minutes | Condition


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", fold(pattern)))), re.DOTALL)


def like(pattern: str, text: str) -> bool:
    """Return whether the whole text is like the pattern, in which `*` stands for any characters."""
    return _pattern(pattern).fullmatch(fold(text)) is not None
