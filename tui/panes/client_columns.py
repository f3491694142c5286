"""The columns of the list of API clients: what each shows, how it sorts, and which rows some words find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content

from tui.tokens.durations import format_minutes
from tui.widgets.plain import literal
from tui.widgets.row_list import Column

if TYPE_CHECKING:
    from tui.session.client_row import ClientRow

Value: TypeAlias = int | str
"""What a column sorts by: a number or a text, the same of every row."""


@dataclass(frozen=True, slots=True)
class ClientColumn:
    """One column of the list.

    Attributes:
        title: Its heading, and its name wherever columns are chosen.
        meaning: What it shows, in a few words.
        value: What it sorts by; rows that are alike follow by name.
        cell: What it shows; the value itself unless given.
        field: The field by which the marketplace itself sorts so; None where only the console can.
        most: The most cells it takes.
        right: Whether it is aligned to the right.
    """

    title: str
    meaning: str
    value: Callable[[ClientRow], Value]
    cell: Callable[[ClientRow], str | Content] | None = None
    field: str | None = None
    most: int = 12
    right: bool = False

    def rank(self, row: ClientRow) -> tuple[Value, str]:
        """Return what sorts a row before another."""
        return self.value(row), row.name.casefold()


def _minutes(title: str, meaning: str, value: Callable[[ClientRow], int]) -> ClientColumn:
    def cell(row: ClientRow) -> str:
        return format_minutes(value(row)) if value(row) else "–"

    return ClientColumn(title, meaning, value, cell, most=9, right=True)


def _count(title: str, meaning: str, value: Callable[[ClientRow], int]) -> ClientColumn:
    return ClientColumn(title, meaning, value, lambda row: f"{value(row):,}" if value(row) else "–", right=True)


def _name(row: ClientRow) -> Content:
    if row.active:
        return Content.assemble(Content.styled("● ", "$allowed"), literal(row.name))
    return literal(f"○ {row.name}", "$muted")


NAME = ClientColumn(
    "Name", "its name, and whether it is active", lambda row: row.name.casefold(), _name, "AppName", most=28
)
COLUMNS: tuple[ClientColumn, ...] = (
    NAME,
    ClientColumn("Who", "who may use it, in letters", lambda row: row.who),
    ClientColumn("Grants", "the grants it offers, in letters", lambda row: row.grants, most=9),
    _minutes("Access", "how long an access token lives", lambda row: row.access),
    _minutes("Refresh", "how long a refresh token lives", lambda row: row.refresh),
    _minutes("Guest", "how long a guest's token lives", lambda row: row.guest),
    ClientColumn(
        "Context user",
        "the user it acts as",
        lambda row: row.user.casefold(),
        lambda row: row.user or "–",
        "DefaultContextUserName",
        most=24,
    ),
    _count("Buyers", "how many buyers are assigned", lambda row: row.buyers),
    _count("Suppliers", "how many suppliers are assigned", lambda row: row.suppliers),
    _count("Floor", "how many roles one must have", lambda row: row.floor),
    _count("Ceiling", "how many roles a token may carry at most", lambda row: row.ceiling),
    ClientColumn(
        "Legacy secret",
        "whether it has the one secret that is no named one",
        lambda row: not row.legacy_secret,
        lambda row: "yes" if row.legacy_secret else "–",
    ),
    ClientColumn("State", "active or inactive", lambda row: not row.active, lambda row: _state(row)),
    ClientColumn(
        "ID", "its ID, which is the client_id of a sign-in", lambda row: row.id.casefold(), None, "ID", most=36
    ),
)
"""Every column there is, in the order in which they are offered."""

COLUMN_BY_TITLE = {column.title: column for column in COLUMNS}
USUAL = ("Name", "Who", "Grants", "Access", "Refresh")
"""The columns shown until a person chooses others."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """What the list is sorted by."""

    column: ClientColumn = NAME
    descending: bool = False

    def by(self, column: ClientColumn) -> Sorting:
        """Return the sorting after a person chose a column: the same again turns the direction."""
        return Sorting(column, column is self.column and not self.descending)

    @property
    def sort_by(self) -> tuple[str, ...]:
        """What a list query asks for; nothing where the marketplace cannot sort so."""
        field = self.column.field
        return () if field is None else (f"!{field}" if self.descending else field,)


def chosen_columns(titles: Sequence[str]) -> tuple[ClientColumn, ...]:
    """Return the columns of these titles; unknown ones are left out, and none at all means the usual ones."""
    known = tuple(COLUMN_BY_TITLE[title] for title in titles if title in COLUMN_BY_TITLE)
    return known or tuple(COLUMN_BY_TITLE[title] for title in USUAL)


class Befell(StrEnum):
    """What somebody else did to an API client, as the sign before its name."""

    CHANGED = "~"
    NEW = "+"
    DELETED = "✗"


def draw_columns(
    shown: Sequence[ClientColumn], sorting: Sorting, befell: Callable[[ClientRow], Befell | None]
) -> tuple[Column[ClientRow], ...]:
    """Return the list's columns, the one sorted by with an arrow.

    Args:
        shown: The columns in their order.
        sorting: What the list is sorted by.
        befell: What somebody else did to a row; None for most.
    """
    arrow = " ▼" if sorting.descending else " ▲"

    def heading(column: ClientColumn) -> str:
        indent = "  " if column is NAME else ""
        return indent + column.title + (arrow if column is sorting.column else "")

    def name(row: ClientRow) -> str | Content:
        sign = befell(row)
        if sign is None:
            return _name(row)
        style = "$muted strike" if sign is Befell.DELETED else ""
        return Content.assemble((f"{sign} ", "$warning"), literal(row.name, style))

    def cell(column: ClientColumn) -> Callable[[ClientRow], str | Content]:
        return name if column is NAME else column.cell or (lambda row: str(column.value(row)))

    return tuple(
        Column(heading(each), cell(each), most=each.most, grow=each is NAME, right=each.right) for each in shown
    )


def _state(row: ClientRow) -> str:
    return "active" if row.active else "inactive"
