"""How far a long reading is, told while it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import TypeAlias, TypeVar

from tui.session.paging import PAGE_SIZE

T = TypeVar("T")

Told: TypeAlias = Callable[[str], object]
"""Hears what has been read so far, in a few words: `buyers 2,300`."""


def silently(words: str) -> None:
    """Hear it and say nothing."""
    del words


async def counted(items: AsyncIterable[T], what: str, told: Told) -> AsyncIterator[T]:
    """Give the items on, and tell after every page how many there were."""
    number = 0
    async for item in items:
        yield item
        number += 1
        if number % PAGE_SIZE == 0:
            told(f"{what} {number:,}")
