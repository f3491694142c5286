"""Assigning exactly what a list says: reading the list, and what there is to add and to remove.

A list is a pasted text or a CSV file: IDs one a line, or separated by commas, semicolons, tabs or blanks; or a table,
of which the column with a heading such as `BuyerID` counts, or the first.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import get_close_matches

MOST_IDS = 100_000
"""More IDs than this in one list are no list that a person means."""
LONGEST_ID = 100
SHORTEST_PART = 4
"""So many characters an ID needs for others that contain it to be near misses."""
NEAR = 0.75
"""How alike an ID has to be to count as a near miss, from 0 to 1."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,100}\Z")
_SEPARATORS = ("\t", ";", ",", "|")
_HEADINGS = ("id", "buyerid", "supplierid", "companyid", "apiclientid", "clientid")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class IdList:
    """The IDs of a list, each once, in their order.

    Attributes:
        ids: The IDs.
        column: The heading of the column they come from; blank without one.
        repeated: How many times an ID came again.
        wrong: What cannot be an ID, in sentences with the line.
    """

    ids: tuple[str, ...] = ()
    column: str = ""
    repeated: int = 0
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExactPlan:
    """What it takes that exactly the IDs of a list are assigned. Every ID of the list is in one of the first three."""

    add: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.add or self.remove)


def read_ids(text: str) -> IdList:
    """Read a list. Never raises: what cannot be read is told in `wrong`."""
    lines = text.removeprefix(_BOM).splitlines()
    separator = _separator(lines)
    try:
        rows = _rows(lines, separator)
    except csv.Error as error:
        return IdList(wrong=(f"This cannot be read as CSV: {error}.",))
    heading = _heading(rows[0][1]) if rows else None
    found: list[tuple[int, str]] = []
    if heading is not None:
        for line, row in rows[1:]:
            if heading < len(row) and row[heading].strip():
                found.append((line, row[heading].strip()))
    elif separator and len(rows) > 1 and all(len(row) > 1 for _, row in rows):
        found = [(line, row[0].strip()) for line, row in rows if row[0].strip()]
    else:
        found = [(line, word) for line, row in rows for cell in row for word in cell.split()]
    return _once(found, rows[0][1][heading].strip() if heading is not None else "")


def _separator(lines: Sequence[str]) -> str:
    """Return what separates the cells: what most lines have; blank when none does."""
    counts = {each: sum(each in line for line in lines) for each in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda each: counts[each])
    return best if counts[best] else ""


def _rows(lines: Sequence[str], separator: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=separator or ",", skipinitialspace=True)
    return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]


def _heading(row: Sequence[str]) -> int | None:
    """Return which cell of the first row heads a column of IDs, the most telling first; None when none does."""
    names = [re.sub(r"[\s_-]", "", cell).casefold() for cell in row]
    telling = [at for at, name in enumerate(names) if name in _HEADINGS[1:]]
    return next((at for at in (*telling, *(at for at, name in enumerate(names) if name == "id"))), None)


def _once(found: Iterable[tuple[int, str]], column: str) -> IdList:
    ids: dict[str, None] = {}
    wrong: list[str] = []
    repeated = 0
    for line, word in found:
        if not _ID.match(word):
            wrong.append(f"Line {line}: {_quoted(word)} cannot be an ID.")
        elif word in ids:
            repeated += 1
        elif len(ids) >= MOST_IDS:
            wrong.append(f"Line {line}: these are more than {MOST_IDS:,} IDs; the rest is left out.")
            break
        else:
            ids[word] = None
    return IdList(tuple(ids), column, repeated, tuple(wrong))


def _quoted(word: str) -> str:
    return f"“{word if len(word) <= LONGEST_ID else word[:LONGEST_ID] + '…'}”"


def plan_exactly(wanted: Sequence[str], known: AbstractSet[str], assigned: AbstractSet[str]) -> ExactPlan:
    """Work out what has to be assigned and unassigned.

    Args:
        wanted: The IDs of the list.
        known: Those of them that there are.
        assigned: What is assigned now; what of it is not wanted is to be removed.
    """
    there = [each for each in dict.fromkeys(wanted) if each in known or each in assigned]
    return ExactPlan(
        add=tuple(each for each in there if each not in assigned),
        keep=tuple(each for each in there if each in assigned),
        unknown=tuple(each for each in dict.fromkeys(wanted) if each not in known and each not in assigned),
        remove=tuple(sorted(assigned - set(there))),
    )


def near_misses(unknown: str, candidates: Sequence[tuple[str, str]], most: int = 3) -> tuple[tuple[str, str], ...]:
    """Return which (ID, name) somebody may have meant by an ID.

    First what is the same without case, or has it for a name; then what contains it, and IDs that are nearly the same.
    """
    folded = unknown.casefold()
    same = [each for each in candidates if folded in (each[0].casefold(), each[1].casefold())]
    if len(unknown) >= SHORTEST_PART:
        same += [each for each in candidates if folded in each[0].casefold() or folded in each[1].casefold()]
    by_folded = {each[0].casefold(): each for each in candidates}
    close = get_close_matches(folded, list(by_folded), n=most, cutoff=NEAR)
    return tuple(dict.fromkeys((*same, *(by_folded[each] for each in close))))[:most]
