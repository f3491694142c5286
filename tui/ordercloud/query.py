"""The list language: search, sort, filters and pages, as query parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

MAX_PAGE_SIZE = 100
"""The largest page OrderCloud gives (conventions, advanced querying)."""
LAST_NUMBERED_PAGE = 30
"""Past this page OrderCloud asks for paging by last ID instead of by number."""

Pairs = tuple[tuple[str, str], ...]

_RESERVED = frozenset({"search", "searchon", "sortby", "page", "pagesize", "searchtype", "pagekey"})


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to list.

    `sort_by` names fields, `!Field` descending. `filters` maps a field (or `xp.a.b`) to one condition or to several,
    which must all hold; the conditions are OrderCloud's own: `Store*`, `A|B`, `!true`, `>5`. Pages count from 1.
    """

    search: str | None = None
    search_on: Sequence[str] = ()
    sort_by: Sequence[str] = ()
    filters: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    page: int | None = None
    page_size: int | None = None

    def to_pairs(self) -> Pairs:
        """Give the query parameters. Raises ValueError when a filter has the name of a parameter."""
        pairs: list[tuple[str, str]] = []
        if self.search:
            pairs.append(("search", self.search))
        if self.search_on:
            pairs.append(("searchOn", ",".join(self.search_on)))
        if self.sort_by:
            pairs.append(("sortBy", ",".join(self.sort_by)))
        if self.page is not None:
            pairs.append(("page", str(self.page)))
        if self.page_size is not None:
            pairs.append(("pageSize", str(self.page_size)))
        for name, conditions in self.filters.items():
            if name.casefold() in _RESERVED:
                raise ValueError(f"{name} is a list parameter of its own, no field to filter by")
            every = (conditions,) if isinstance(conditions, str) else conditions
            pairs.extend((name, condition) for condition in every if condition)
        return tuple(pairs)

    def on_page(self, page: int, page_size: int | None = None) -> ListQuery:
        """Give the same query for another page."""
        return replace(self, page=page, page_size=page_size or self.page_size)

    def after(self, last_id: str) -> ListQuery:
        """Give the same query for what comes after an ID, in the direction of the sort."""
        sign = "<" if tuple(self.sort_by) == ("!ID",) else ">"
        before = self.filters.get("ID", ())
        conditions = (before,) if isinstance(before, str) else tuple(before)
        return replace(self, page=1, filters={**self.filters, "ID": (*conditions, f"{sign}{last_id}")})

    @property
    def by_id(self) -> bool:
        """Tell whether the list is sorted by ID alone, and so can be continued after the last one."""
        return tuple(self.sort_by) in {("ID",), ("!ID",)}
