"""Texts as words of a POSIX shell."""

from __future__ import annotations

import re
import shlex

from tui.ordercloud.copy_as.parts import Slot, Text, pieces


def word(text: Text, *, values: bool) -> str:
    """Write a text as one word: nothing of it means anything to the shell, and variables are filled in."""
    whole = pieces(text, values=values)
    if len(whole) == 2 and isinstance(whole[0], str) and isinstance(whole[1], Slot) and _MILD.fullmatch(whole[0]):
        return f'"{whole[0]}${whole[1].name}"'
    return "".join(f'"${each.name}"' if isinstance(each, Slot) else shlex.quote(each) for each in whole) or "''"


_MILD = re.compile(r"[A-Za-z0-9 :=._/?&-]+")
"""What means nothing between double quotes either, so that a variable can stand there with it."""


def lines(words: list[str]) -> str:
    """Write a command over several lines."""
    return " \\\n  ".join(words)


def has_nul(text: Text, *, values: bool) -> bool:
    """Tell whether a text has a NUL in it, which no word can hold."""
    return any("\0" in each for each in pieces(text, values=values) if isinstance(each, str))
