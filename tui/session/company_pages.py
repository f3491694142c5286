"""The companies of a marketplace, buyers before suppliers, read page by page as they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, overload

from tui.access.facts import Party, PartyKind
from tui.session.few_at_once import few_at_once
from tui.session.paging import ALL_AT_ONCE, PAGE_SIZE, Pages, Part, every_row

if TYPE_CHECKING:
    from tui.session.marketplace import Marketplace

KINDS = (PartyKind.BUYER, PartyKind.SUPPLIER)
LONGEST_FILTER = 5_000
"""Characters of the IDs asked for at once: they go into an address."""


class CompanyList(Sequence[Party | None]):
    """Companies, as far as they are here; None stands for one that is not.

    Make one with `every`, `assigned` or `found`, and `load` what is to be seen; before the first `load` it is empty.
    """

    def __init__(self, parts: Mapping[PartyKind, Pages[Party]]) -> None:
        self._parts = parts

    @classmethod
    def every(cls, marketplace: Marketplace, words: str, arrived: Callable[[], None]) -> CompanyList:
        """Give all companies that the server finds by these words, in the order of their names."""

        def pages(kind: PartyKind) -> Pages[Party]:
            return Pages(partial(marketplace.company_page, kind, words=words), arrived=arrived)

        return cls({kind: pages(kind) for kind in KINDS})

    @classmethod
    def named(
        cls, marketplace: Marketplace, ids: Mapping[PartyKind, Sequence[str]], arrived: Callable[[], None]
    ) -> CompanyList:
        """Give the companies with these IDs, in that order; one that is nowhere has no name."""

        def pages(kind: PartyKind) -> Pages[Party]:
            mine = ids.get(kind, ())
            size = slice_size(mine)

            async def read(page: int) -> Part[Party]:
                wanted = mine[(page - 1) * size : page * size]
                return Part(await read_named(marketplace, kind, wanted), len(mine))

            return Pages(read, arrived=arrived, size=size)

        return cls({kind: pages(kind) for kind in KINDS})

    @classmethod
    async def found_among(
        cls, marketplace: Marketplace, words: str, ids: Mapping[PartyKind, Sequence[str]]
    ) -> CompanyList:
        """Read those of some companies that the server finds by these words: by whichever way asks less often."""
        found = {kind: await _found_among(marketplace, kind, words, ids.get(kind, ())) for kind in KINDS}

        def pages(kind: PartyKind) -> Pages[Party]:
            mine = found[kind]

            async def read(page: int) -> Part[Party]:
                return Part(mine[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(mine))

            return Pages(read)

        return cls({kind: pages(kind) for kind in KINDS})

    # -- what is here --------------------------------------------------------------------------------------------

    def total(self, kind: PartyKind) -> int | None:
        """Return how many there are of a kind; None before anything of it is here."""
        return self._parts[kind].total

    def __len__(self) -> int:
        return sum(map(len, self._parts.values()))

    @overload
    def __getitem__(self, index: int) -> Party | None: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Party | None]: ...
    def __getitem__(self, index: int | slice) -> Party | Sequence[Party | None] | None:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        place = index % len(self)
        for part in self._parts.values():
            if place < len(part):
                return part[place]
            place -= len(part)
        raise AssertionError("the index was checked")  # pragma: no cover

    def places(self) -> Iterator[tuple[int, Party]]:
        """Return those that are here, each with its place."""
        offset = 0
        for part in self._parts.values():
            for place, party in part.places():
                yield offset + place, party
            offset += len(part)

    # -- reading -------------------------------------------------------------------------------------------------

    async def load(self, first: int, last: int) -> None:
        """Read what is missing from one place to another. How long the list is, is learnt by the first time."""
        await few_at_once(lambda part: part.load(0, 0), [each for each in self._parts.values() if each.total is None])
        offset = 0
        for part in self._parts.values():
            mine = (max(0, first - offset), min(len(part) - 1, last - offset))
            if mine[0] <= mine[1]:
                await part.load(*mine)
            offset += len(part)

    async def everything(self, told: Callable[[int, int], None]) -> tuple[Party, ...]:
        """Read every one of them; `told` hears how many are here of how many, as they come."""
        await self.load(0, 0)
        return await every_row(self._parts.values(), told)


def slice_size(ids: Sequence[str]) -> int:
    """Return how many of these IDs can be asked for at once."""
    longest = max(map(len, ids), default=0) + 3  # what stands between them is written as three characters
    return max(1, min(PAGE_SIZE, LONGEST_FILTER // longest))


def slices(ids: Sequence[str]) -> list[Sequence[str]]:
    """Divide IDs into as many as can be asked for at once."""
    size = slice_size(ids)
    return [ids[start : start + size] for start in range(0, len(ids), size)]


async def read_named(marketplace: Marketplace, kind: PartyKind, ids: Sequence[str]) -> tuple[Party, ...]:
    """Read some companies by their IDs, in that order; one that is nowhere has no name, and is not active."""
    if not ids:
        return ()
    found = {each.id: each for each in (await marketplace.company_page(kind, 1, ids=ids)).rows}
    return tuple(found.get(each) or Party(kind, each, active=False) for each in ids)


async def _found_among(marketplace: Marketplace, kind: PartyKind, words: str, ids: Sequence[str]) -> tuple[Party, ...]:
    if not ids:
        return ()
    wanted = frozenset(ids)
    first = await marketplace.company_page(kind, 1, words=words)

    async def page(number: int) -> Part[Party]:
        return await marketplace.company_page(kind, number, words=words)

    async def some(mine: Sequence[str]) -> Part[Party]:
        return await marketplace.company_page(kind, 1, words=words, ids=mine)

    if first.total <= len(ids):
        parts = [first, *await few_at_once(page, range(2, -(-first.total // PAGE_SIZE) + 1), ALL_AT_ONCE)]
    else:
        parts = await few_at_once(some, slices(ids), ALL_AT_ONCE)
    return tuple(party for part in parts for party in part.rows if party.id in wanted)
