"""A long list read page by page: only what somebody looks at is read, and only so much is kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

from tui.session.few_at_once import few_at_once

Row = TypeVar("Row")

PAGE_SIZE = 100
"""Rows of a page: the most that OrderCloud gives at once."""
AT_ONCE = 2
"""How many pages are read at the same time: the one in the window, and the next."""
ALL_AT_ONCE = 8
"""How many pages are read at the same time, where all of them are wanted."""
MOST_KEPT = 100
"""How many pages are kept: 10,000 rows. The one looked at longest ago makes room."""


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """One page as it was read: its rows, and how many rows the whole list has."""

    rows: Sequence[Row]
    total: int


class Pages(Sequence[Row | None], Generic[Row]):
    """The rows of a list, as far as they were read; None stands for one that was not.

    Args:
        read: Reads one page by its number, counted from 1; what it raises comes out of `load`.
        arrived: Called after each page that came.
        size: Rows of a page, as `read` gives them.
        most: How many pages are kept.
    """

    def __init__(
        self,
        read: Callable[[int], Awaitable[Part[Row]]],
        *,
        arrived: Callable[[], None] = lambda: None,
        size: int = PAGE_SIZE,
        most: int = MOST_KEPT,
    ) -> None:
        self._read = read
        self._arrived = arrived
        self._size = size
        self._most = most
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._total: int | None = None

    @property
    def total(self) -> int | None:
        """How many rows the list has; None before the first page is here."""
        return self._total

    @property
    def numbers(self) -> range:
        """The numbers of its pages, as far as they are known."""
        return range(1, -(-len(self) // self._size) + 1)

    async def read(self, page: int) -> Part[Row]:
        """Read a page by its number, and keep nothing of it."""
        return await self._read(page)

    @property
    def whole(self) -> bool:
        """Whether every row is here."""
        return self._total is not None and sum(len(rows) for rows in self._pages.values()) >= self._total

    def __len__(self) -> int:
        return self._total or 0

    @overload
    def __getitem__(self, index: int) -> Row | None: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row | None]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row | None] | None:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        page, place = divmod(index % len(self), self._size)
        rows = self._pages.get(page + 1, ())
        return rows[place] if place < len(rows) else None

    def places(self) -> Iterator[tuple[int, Row]]:
        """Return the rows that are here, each with its place, in order."""
        for page in sorted(self._pages):
            first = (page - 1) * self._size
            yield from enumerate(self._pages[page], first)

    def missing(self, first: int, last: int) -> tuple[int, ...]:
        """Return the pages to be read for the rows from `first` to `last`, those in the middle first.

        Before anything is known of the list, that is the page of `first` alone.
        """
        end = first if self._total is None else min(last, self._total - 1)
        wanted = range(max(0, first) // self._size + 1, max(0, end) // self._size + 2)
        middle = (max(0, first) + max(0, end)) // 2 // self._size + 1
        return tuple(sorted((each for each in wanted if each not in self._pages), key=lambda page: abs(page - middle)))

    async def load(self, first: int, last: int) -> None:
        """Read what is missing of the rows from `first` to `last`. Cancelling leaves what has come."""
        for page in self._look_at(first, last):
            self._pages.move_to_end(page)
        await few_at_once(self._load, self.missing(first, last), AT_ONCE)

    def _look_at(self, first: int, last: int) -> Iterator[int]:
        pages = range(max(0, first) // self._size + 1, max(0, last) // self._size + 2)
        return (page for page in pages if page in self._pages)

    async def _load(self, page: int) -> None:
        self.put(page, await self._read(page))
        self._arrived()

    def put(self, page: int, part: Part[Row]) -> None:
        """Take in a page that was read."""
        self._total = part.total
        self._pages[page] = part.rows
        self._pages.move_to_end(page)
        while len(self._pages) > self._most:
            self._pages.popitem(last=False)


async def every_row(lists: Iterable[Pages[Row]], told: Callable[[int, int], None]) -> tuple[Row, ...]:
    """Read every page of some lists whose lengths are known, and keep none; return the rows, list after list.

    `told` hears how many are here of how many, as they come.
    """
    listed = tuple(lists)
    here, total = 0, sum(map(len, listed))

    async def one(page: tuple[Pages[Row], int]) -> Sequence[Row]:
        nonlocal here
        of, number = page
        rows = (await of.read(number)).rows
        here += len(rows)
        told(here, total)
        return rows

    pages = [(each, number) for each in listed for number in each.numbers]
    return tuple(row for rows in await few_at_once(one, pages, ALL_AT_ONCE) for row in rows)
