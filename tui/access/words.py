"""Small words for the sentences of the rules."""

from __future__ import annotations

from collections.abc import Collection

_SHOWN_IN_A_LIST = 3
_SHOWN_OF_A_TEXT = 60


def count(number: int, noun: str) -> str:
    """`1 buyer`, `2 buyers`, `no buyer`; the noun forms its plural with an s."""
    if number == 0:
        return f"no {noun}"
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def list_some(names: Collection[str]) -> str:
    """Give a few names in order, and how many more there are: `a, b, c and 4 more`."""
    shown = sorted(names)[:_SHOWN_IN_A_LIST]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def shorten(text: str) -> str:
    """Cut a text from outside to what a sentence can bear."""
    return text if len(text) <= _SHOWN_OF_A_TEXT else f"{text[:_SHOWN_OF_A_TEXT]}…"
