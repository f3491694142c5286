"""One API client with every party, or one party with every API client: Access as a list, each line with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from tui.access.matrix import KIND_LETTERS
from tui.panes.access_picture import TONE_COLOURS
from tui.panes.access_view import View
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList


class Pivot(StrEnum):
    """What is in sight: the matrix, or one line or column of it as a list."""

    MATRIX = "matrix"
    API_CLIENT = "API client"
    PARTY = "party"

    @property
    def next(self) -> Pivot:
        """The one after it, and after the last the first."""
        every = tuple(Pivot)
        return every[(every.index(self) + 1) % len(every)]


class PivotList(RowList[int], inherit_bindings=False):
    """The list; a row is a line or a column of the view. Enter is the pane's, which says in the footer what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        each for each in RowList.BINDINGS if "enter" not in str(getattr(each, "key", ""))
    ]


def heading(view: View, pivot: Pivot, cell: tuple[int, int]) -> str:
    """Return what is in sight, in words: the matrix or the list of a cell's line or column, and what filters leave."""
    line, column = cell
    words = ["Who gets in"]
    if pivot is Pivot.API_CLIENT:
        words = [f"Who gets in at {view.api_client(column).app_name}"]
    elif pivot is Pivot.PARTY and (party := view.party(line)) is not None:
        words = [f"Where {party.label} gets in"]
    for what, shown, of in (
        ("parties", len(view.rows), len(view.picture.parties)),
        ("API clients", len(view.columns), len(view.picture.api_clients)),
    ):
        if shown < of:
            words.append(f"{shown:,} of {of:,} {what}")
    return " \u00b7 ".join(words)


def pivot_columns(view: View, pivot: Pivot, cell: tuple[int, int]) -> Sequence[Column[int]]:
    """Return the columns of the list, for the line and column that the cursor of the matrix is on."""
    line, column = cell

    def at(row: int) -> tuple[int, int]:
        return (row, column) if pivot is Pivot.API_CLIENT else (line, row)

    def sign(row: int) -> Content:
        shown = view.sign(*at(row))
        return Content.styled(shown.text, TONE_COLOURS[shown.tone])

    def name(row: int) -> Content:
        where = at(row)
        if pivot is Pivot.PARTY:
            return literal(view.api_client(where[1]).app_name)
        party = view.picture.parties[view.rows[where[0]]]
        return literal(f"{KIND_LETTERS[party.kind]} {party.label}")

    def reason(row: int) -> Content:
        where = at(row)
        return literal(view.picture.why(view.rows[where[0]], view.columns[where[1]]))

    title = "API client" if pivot is Pivot.PARTY else "Party"
    return (
        Column("", sign, width=2),
        Column(title, name, most=26),
        Column("Why", reason, width=20, grow=True),
    )
