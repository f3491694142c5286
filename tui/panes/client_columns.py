"""The columns of the list of API clients, how it can be sorted, and which rows some words find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content

from tui.access.grants import grant_letters
from tui.access.summary import who
from tui.tokens.durations import format_minutes
from tui.widgets.plain import literal
from tui.widgets.row_list import Column

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient

Rank: TypeAlias = tuple[int, str, str]
"""What sorts before what: a number, then texts."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """One way to sort the list; `title` is the column's heading."""

    title: str
    rank: Callable[[ApiClient], Rank]


SORTINGS: tuple[Sorting, ...] = (
    Sorting("Name", lambda each: (0, "", each.app_name.casefold())),
    Sorting("Who", lambda each: (0, who(each), each.app_name.casefold())),
    Sorting("Grants", lambda each: (0, grant_letters(each), each.app_name.casefold())),
    Sorting("Access", lambda each: (each.access_token_duration, "", each.app_name.casefold())),
    Sorting("Refresh", lambda each: (each.refresh_token_duration, "", each.app_name.casefold())),
)


def columns(sorting: Sorting, *, descending: bool) -> tuple[Column[ApiClient], ...]:
    """Return the columns, the one sorted by with an arrow."""
    arrow = " ▼" if descending else " ▲"

    def heading(title: str) -> str:
        return title + (arrow if title == sorting.title else "")

    return (
        Column("  " + heading("Name"), _name, most=28, grow=True),
        Column(heading("Who"), who, most=12),
        Column(heading("Grants"), grant_letters, most=9),
        Column(heading("Access"), lambda each: format_minutes(each.access_token_duration), most=8, right=True),
        Column(heading("Refresh"), _refresh, most=9, right=True),
    )


def _name(api_client: ApiClient) -> Content:
    if api_client.active:
        return Content.assemble(Content.styled("● ", "$allowed"), literal(api_client.app_name))
    return literal(f"○ {api_client.app_name}", "$muted")


def _refresh(api_client: ApiClient) -> str:
    return format_minutes(api_client.refresh_token_duration) if api_client.refresh_token_duration else "–"


def matches(api_client: ApiClient, words: list[str]) -> bool:
    """Return whether every word, in lower case, is in the name, ID, context user, parties or state."""
    if not words:
        return True
    user = api_client.default_context_user_name or ""
    state = "active" if api_client.active else "inactive"
    text = f"{api_client.app_name}\n{api_client.id}\n{user}\n{who(api_client)}\n{state}".casefold()
    return all(word in text for word in words)
