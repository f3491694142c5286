"""How comparisons and alternatives are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OPERATOR_WORDS: Mapping[str, str] = {
    "=": "is",
    "!": "is not",
    ">": "is over",
    "<": "is under",
    ">=": "is at least",
    "<=": "is at most",
}


def one_of(said: Sequence[str]) -> str:
    """Join alternatives by "or", what all of them begin or end with said once: `offers password or refresh`."""
    if len(said) < 2:
        return "".join(said)
    parts = [each.split(" ") for each in said]
    most = min(map(len, parts)) - 1
    begin = 0
    while begin < most and len({part[begin] for part in parts}) == 1:
        begin += 1
    end = 0
    while begin + end < most and len({part[-1 - end] for part in parts}) == 1:
        end += 1
    middle = " or ".join(" ".join(part[begin : len(part) - end]) for part in parts)
    return " ".join(filter(None, (*parts[0][:begin], middle, *parts[0][len(parts[0]) - end :])))
