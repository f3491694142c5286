"""A long list read page by page: what is read, what is kept, and what a shrinking list, a cancel or an error leaves."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.session.paging import Pages, Part


class Rows:
    """A list somewhere else, with the pages it was asked for."""

    def __init__(self, total: int, size: int = 10) -> None:
        self.total = total
        self.size = size
        self.asked: list[int] = []
        self.gate: asyncio.Event | None = None
        self.waiting = asyncio.Event()

    async def read(self, page: int) -> Part[int]:
        self.asked.append(page)
        if self.gate is not None:
            if len(self.asked) == 3:
                self.waiting.set()
            await self.gate.wait()
        first = (page - 1) * self.size
        return Part(range(first, min(first + self.size, self.total)), self.total)


@given(st.integers(0, 95), st.lists(st.tuples(st.integers(0, 99), st.integers(0, 30)), max_size=6), st.integers(4, 12))
def test_what_was_asked_for_is_here_as_it_is_there(total: int, looks: list[tuple[int, int]], most: int) -> None:
    there = Rows(total)
    pages = Pages(there.read, size=10, most=most)
    for first, more in looks:
        asyncio.run(pages.load(first, first + more))
        asyncio.run(pages.load(first, first + more))
        assert pages.total == len(pages) == total
        assert [pages[place] for place in range(first, min(first + more + 1, total))] == list(
            range(first, min(first + more + 1, total))
        )
    assert all(row == place for place, row in pages.places())
    assert all(pages[place] in (None, place) for place in range(len(pages)))
    assert len(list(pages.places())) <= most * 10


async def test_each_page_is_read_once_and_the_middle_first() -> None:
    there = Rows(1000)
    pages = Pages(there.read, size=10)
    await pages.load(0, 999)
    assert there.asked == [1]
    await pages.load(400, 440)
    await pages.load(400, 449)
    assert there.asked[0] == 1
    assert there.asked[1] == 43
    assert sorted(there.asked) == [1, 41, 42, 43, 44, 45]
    assert not pages.whole


async def test_a_list_that_got_shorter_is_shorter_here() -> None:
    there = Rows(40)
    pages = Pages(there.read, size=10)
    await pages.load(0, 9)
    there.total = 15
    await pages.load(10, 19)
    assert len(pages) == 15
    assert pages[14] == 14
    assert pages.whole
    with pytest.raises(IndexError):
        pages[15]


async def test_cancelling_leaves_what_has_come_and_asks_again_for_the_rest() -> None:
    there = Rows(100)
    arrived: list[int] = []
    pages = Pages(there.read, size=10, arrived=lambda: arrived.append(len(there.asked)))
    await pages.load(0, 9)
    there.gate = asyncio.Event()
    loading = asyncio.create_task(pages.load(20, 49))
    await there.waiting.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert pages[0] == 0
    assert pages[25] is None
    there.gate = None
    await pages.load(20, 49)
    assert pages[25] == 25
    assert len(arrived) == 4


async def test_what_reading_raises_is_raised_as_it_was() -> None:
    async def fail(page: int) -> Part[int]:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        await Pages(fail).load(0, 500)
