"""The API clients that one company may be assigned to, read page by page as they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.session.company_pages import slices
from tui.session.few_at_once import few_at_once
from tui.session.paging import ALL_AT_ONCE, PAGE_SIZE, Pages, Part, every_row

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

    async def some(mine: Sequence[str]) -> Part[ApiClient]:
        return await _page(marketplace, 1, words=words, ids=mine)

    parts = await few_at_once(some, slices(ids), ALL_AT_ONCE)
    found = sorted((each for part in parts for each in part.rows), key=lambda each: each.app_name.casefold())

    async def read(page: int) -> Part[ApiClient]:
        return Part(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(found))

    return Pages(read)


async def everything(pages: Pages[ApiClient], told: Callable[[int, int], None]) -> tuple[ApiClient, ...]:
    """Read every page; `told` hears how many are here of how many."""
    await pages.load(0, 0)
    return await every_row([pages], told)


async def _page(marketplace: Marketplace, page: int, *, words: str = "", ids: Sequence[str] = ()) -> Part[ApiClient]:
    from tui.ordercloud import ListQuery

    filters = {"ID": "|".join(ids)} if ids else {}
    query = ListQuery(search=words or None, sort_by=("AppName",), filters=filters, page=page, page_size=PAGE_SIZE)
    found = await marketplace.api_client_page(query)
    return Part(found.items, found.meta.total_count)
