"""A whole list, read some pages at a time: for what has to be known completely and may be long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tui.ordercloud.models.base import Model
    from tui.ordercloud.models.page import Page

M = TypeVar("M", bound="Model")

AT_ONCE = 8


async def whole_list(read: Callable[[int], Awaitable[Page[M]]]) -> tuple[M, ...]:
    """Read every page of a list: the first, which says how many there are, and then the others side by side.

    What was added to the list meanwhile, so that there is a page more, is read as well.
    """
    first = await read(1)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Page[M]:
        async with limit:
            return await read(number)

    pages = [first]
    while len(pages) < (total := max(page.meta.total_pages for page in pages)):
        tasks = [asyncio.ensure_future(one(number)) for number in range(len(pages) + 1, total + 1)]
        try:
            pages += await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
    return tuple(item for page in pages for item in page.items)
