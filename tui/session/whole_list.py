"""A whole list, read some pages at a time: for what has to be known completely and may be long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from tui.session.few_at_once import few_at_once
from tui.session.paging import ALL_AT_ONCE

if TYPE_CHECKING:
    from tui.ordercloud.models.base import Model
    from tui.ordercloud.models.page import Page

M = TypeVar("M", bound="Model")


async def whole_list(read: Callable[[int], Awaitable[Page[M]]]) -> tuple[M, ...]:
    """Read every page of a list: the first, which says how many there are, and then the others side by side.

    What was added to the list meanwhile, so that there is a page more, is read as well.
    """
    first = await read(1)
    pages = [first]
    while len(pages) < (total := max(page.meta.total_pages for page in pages)):
        pages += await few_at_once(read, range(len(pages) + 1, total + 1), ALL_AT_ONCE)
    return tuple(item for page in pages for item in page.items)
