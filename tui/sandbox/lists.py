"""The list language: search, sort, filters and pages of a request as parameterised SQL.

Nothing of a caller's text becomes part of a statement: fields are looked up in the resource's description, and every
value, paths into `xp` included, is a parameter. Texts compare without the case of the letters A to Z, as SQLite does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tui.sandbox.conditions import Condition, filter_condition, like_pattern
from tui.sandbox.errors import ApiError, refusal
from tui.sandbox.fields import Field, Kind, compact
from tui.tokens.token import JSON

DEFAULT_PAGE_SIZE = 20
LARGEST_PAGE_SIZE = 100
LONGEST_VALUE = 2000
_RESERVED = frozenset({"search", "searchon", "searchtype", "sortby", "page", "pagesize"})

Query = Sequence[tuple[str, str]]


class Paging(NamedTuple):
    """Which page is wanted; pages count from 1."""

    page: int = 1
    size: int = DEFAULT_PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.size

    def meta(self, total: int, here: int) -> dict[str, JSON]:
        """Give the `Meta` of a page with `here` items out of `total`. `ItemRange` counts from 1; 0 and 0 for none."""
        return {
            "Page": self.page,
            "PageSize": self.size,
            "TotalCount": total,
            "TotalPages": -(-total // self.size),
            "ItemRange": [self.offset + 1, self.offset + here] if here else [0, 0],
            "NextPageKey": None,
        }

    def write(self, total: int, items: Sequence[str]) -> str:
        """Give the body of a page of items which are JSON already."""
        return f'{{"Meta":{compact(self.meta(total, len(items)))},"Items":[{",".join(items)}]}}'


class Listing(NamedTuple):
    """A list request, compiled: conditions to be joined by AND, an order, a page."""

    conditions: tuple[Condition, ...]
    order: str
    paging: Paging


def compile_listing(known: Mapping[str, Field], query: Query) -> Listing:
    """Compile a query string for a resource with these fields, by their names in lower case.

    Raises ApiError 400 for what cannot be answered.
    """
    options = {name.lower(): value for name, value in query if name.lower() in _RESERVED}
    conditions = [
        _filter(known, name, value) for name, value in query if name.lower() not in _RESERVED and value.strip() != ""
    ]
    conditions += _search(known, options.get("search", ""), options.get("searchon", ""))
    return Listing(tuple(conditions), _order(known, options.get("sortby", "")), read_paging(options))


def read_paging(options: Mapping[str, str]) -> Paging:
    """Read `page` and `pagesize` (names in lower case). Raises ApiError 400."""
    page = _whole(options.get("page", ""), 1)
    if page is None or not 1 <= page <= 2**31 - 1:
        raise refusal(400, "List.InvalidPage", "page is not valid.", {"Value": options["page"], "Minimum": 1})
    size = _whole(options.get("pagesize", ""), DEFAULT_PAGE_SIZE)
    if size is None or not 1 <= size <= LARGEST_PAGE_SIZE:
        data: JSON = {"Value": options["pagesize"], "Minimum": 1, "Maximum": LARGEST_PAGE_SIZE}
        raise refusal(400, "List.InvalidPageSize", "pageSize is not valid.", data)
    return Paging(page, size)


def _whole(text: str, default: int) -> int | None:
    if text.strip() == "":
        return default
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else None


def _filter(known: Mapping[str, Field], name: str, value: str) -> Condition:
    if len(value) > LONGEST_VALUE:
        raise _invalid("List.InvalidType", name, f"The filter is longer than {LONGEST_VALUE} characters.")
    if name.lower().startswith("xp.") and "xp" in known:
        path = xp_path(name[3:])
        if path is None:
            raise _invalid("List.InvalidProperty", name, f"{name} is not a property.")
        return filter_condition(known["xp"], value, path)
    field = known.get(name.lower())
    if field is None or not field.filterable:
        raise _invalid("List.InvalidProperty", name, f"{name} is not a property to filter by.")
    try:
        return filter_condition(field, value, None)
    except ValueError as error:
        raise _invalid("List.InvalidType", name, f"{error}.") from error


def xp_path(dotted: str) -> str | None:
    """Give SQLite's path of `a.b` into a JSON object; None for names that a path cannot carry."""
    names = dotted.split(".")
    if not all(names) or any(char in '"\\' or char < " " for char in dotted):
        return None
    return "$" + "".join(f'."{name}"' for name in names)


def _search(known: Mapping[str, Field], text: str, on: str) -> Iterable[Condition]:
    fields = [field for field in known.values() if field.searchable]
    if on.strip():
        fields = []
        for name in _names(on):
            field = known.get(name.lower())
            if field is None or not field.searchable:
                raise _invalid("List.InvalidSearchProperty", name, f"{name} is not a property to search.")
            fields.append(field)
    if text.strip() == "" or not fields:
        return
    if len(text) > LONGEST_VALUE:
        raise _invalid("List.InvalidType", "search", f"The search is longer than {LONGEST_VALUE} characters.")
    pattern = like_pattern(f"*{text.strip()}*")
    like = " OR ".join(f"{field.expression} LIKE ? ESCAPE '\\'" for field in fields)
    yield Condition(f"({like})", (pattern,) * len(fields))


def _order(known: Mapping[str, Field], text: str) -> str:
    """Give the ORDER BY; equal rows come by ID, so that pages never overlap."""
    terms = []
    for name in _names(text):
        field = known.get(name.removeprefix("!").strip().lower())
        if field is None or not field.sortable:
            raise _invalid("List.InvalidSortProperty", name, f"{name.removeprefix('!')} is not a property to sort by.")
        collation = " COLLATE NOCASE" if field.kind is Kind.TEXT else ""
        terms.append(f"{field.expression}{collation}{' DESC' if name.startswith('!') else ''}")
    return ", ".join([*terms, 't."ID" COLLATE NOCASE', "t.key"])


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _invalid(code: str, name: str, message: str) -> ApiError:
    return refusal(400, code, message, {"Property": name})
