"""The API clients that one company may be assigned to, read page by page as they are looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.session.company_pages import AT_ONCE, slice_size
from tui.session.paging import PAGE_SIZE, Pages, Part

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.marketplace import Marketplace


def every_client(marketplace: Marketplace, words: str, arrived: Callable[[], None]) -> Pages[ApiClient]:
    """Give all API clients that the server finds by these words, by name."""

    async def read(page: int) -> Part[ApiClient]:
        return await _page(marketplace, page, words=words)

    return Pages(read, arrived=arrived)


async def clients_among(marketplace: Marketplace, words: str, ids: Sequence[str]) -> Pages[ApiClient]:
    """Read those of some API clients that the server finds by these words, by name."""
    size, limit = slice_size(ids), asyncio.Semaphore(AT_ONCE)

    async def some(start: int) -> Sequence[ApiClient]:
        async with limit:
            return (await _page(marketplace, 1, words=words, ids=ids[start : start + size])).rows

    parts = await asyncio.gather(*(some(start) for start in range(0, len(ids), size)))
    found = sorted((each for part in parts for each in part), key=lambda each: each.app_name.casefold())

    async def read(page: int) -> Part[ApiClient]:
        return Part(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(found))

    return Pages(read)


async def everything(pages: Pages[ApiClient], told: Callable[[int, int], None]) -> tuple[ApiClient, ...]:
    """Read every page; `told` hears how many are here of how many."""
    await pages.load(0, 0)
    limit, read = asyncio.Semaphore(AT_ONCE), dict[int, Sequence["ApiClient"]]()

    async def one(page: int) -> None:
        async with limit:
            read[page] = (await pages.read(page)).rows
        told(sum(map(len, read.values())), len(pages))

    tasks = [asyncio.ensure_future(one(page)) for page in pages.numbers]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return tuple(each for page in pages.numbers for each in read[page])


async def _page(marketplace: Marketplace, page: int, *, words: str = "", ids: Sequence[str] = ()) -> Part[ApiClient]:
    from tui.ordercloud import ListQuery

    filters = {"ID": "|".join(ids)} if ids else {}
    query = ListQuery(search=words or None, sort_by=("AppName",), filters=filters, page=page, page_size=PAGE_SIZE)
    found = await marketplace.api_client_page(query)
    return Part(found.items, found.meta.total_count)
