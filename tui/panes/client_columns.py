"""The columns of the list of API clients, how it can be sorted, and which rows some words find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content

from tui.tokens.durations import format_minutes
from tui.widgets.plain import literal
from tui.widgets.row_list import Column

if TYPE_CHECKING:
    from tui.session.client_row import ClientRow

Rank: TypeAlias = tuple[int, str, str]
"""What sorts before what: a number, then texts."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """One way to sort the list; `title` is the column's heading."""

    title: str
    rank: Callable[[ClientRow], Rank]


SORTINGS: tuple[Sorting, ...] = (
    Sorting("Name", lambda row: (0, "", row.name.casefold())),
    Sorting("Who", lambda row: (0, row.who, row.name.casefold())),
    Sorting("Grants", lambda row: (0, row.grants, row.name.casefold())),
    Sorting("Access", lambda row: (row.access, "", row.name.casefold())),
    Sorting("Refresh", lambda row: (row.refresh, "", row.name.casefold())),
)


def columns(sorting: Sorting, *, descending: bool) -> tuple[Column[ClientRow], ...]:
    """Return the columns, the one sorted by with an arrow."""
    arrow = " ▼" if descending else " ▲"

    def heading(title: str) -> str:
        return title + (arrow if title == sorting.title else "")

    return (
        Column("  " + heading("Name"), _name, most=28, grow=True),
        Column(heading("Who"), lambda row: row.who, most=12),
        Column(heading("Grants"), lambda row: row.grants, most=9),
        Column(heading("Access"), lambda row: format_minutes(row.access), most=8, right=True),
        Column(heading("Refresh"), _refresh, most=9, right=True),
    )


def _name(row: ClientRow) -> Content:
    if row.active:
        return Content.assemble(Content.styled("● ", "$allowed"), literal(row.name))
    return literal(f"○ {row.name}", "$muted")


def _refresh(row: ClientRow) -> str:
    return format_minutes(row.refresh) if row.refresh else "–"


def matches(row: ClientRow, words: list[str]) -> bool:
    """Return whether every word, in lower case, is in the name, ID, context user, parties or state."""
    if not words:
        return True
    state = "active" if row.active else "inactive"
    text = f"{row.name}\n{row.id}\n{row.user}\n{row.who}\n{state}".casefold()
    return all(word in text for word in words)
