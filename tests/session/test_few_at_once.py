"""Asking about several things, a few at a time: how many, in which order, and what an error or a cancel leaves."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.session.few_at_once import few_at_once


class Clerk:
    """Somebody who is asked, and answers when it is let: with twice the number."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.under_way: set[int] = set()
        self.broken_off: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}

    async def ask(self, number: int) -> int:
        self.asked.append(number)
        self.under_way.add(number)
        try:
            await self.gates.setdefault(number, asyncio.Event()).wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # whoever is broken off may have something to put away
            self.broken_off.append(number)
            raise
        finally:
            self.under_way.discard(number)
        return number * 2

    def let(self, number: int) -> None:
        self.gates[number].set()


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@given(st.integers(0, 12), st.integers(1, 5), st.randoms(use_true_random=False))
def test_answers_keep_the_order_and_no_more_are_asked_than_was_told(total: int, at_once: int, random: Random) -> None:
    async def run() -> None:
        clerk = Clerk()
        asking = asyncio.ensure_future(few_at_once(clerk.ask, iter(range(total)), at_once))
        for done in range(total):
            await _settle()
            assert len(clerk.under_way) == min(at_once, total - done)
            clerk.let(random.choice(sorted(clerk.under_way)))
        assert await asking == [number * 2 for number in range(total)]
        assert clerk.asked == list(range(total)), "each is asked once, in order"

    asyncio.run(run())


class Broken(Exception):
    """What somebody asked may raise."""


@pytest.mark.parametrize("error", [Broken("no"), ExceptionGroup("several", [Broken("no")]), asyncio.CancelledError()])
async def test_the_first_error_ends_the_others_and_is_raised_as_it_is(error: BaseException) -> None:
    clerk, cause = Clerk(), ValueError("why")

    async def ask(number: int) -> int:
        answer = await clerk.ask(number)
        if number == 1:
            raise error from cause
        return answer

    asking = asyncio.ensure_future(few_at_once(ask, range(9), 3))
    await _settle()
    clerk.let(1)
    with pytest.raises(type(error)) as caught:
        await asking
    if not isinstance(error, asyncio.CancelledError):  # asyncio makes a new one of that, on its way
        assert caught.value is error
        assert error.__cause__ is cause
    assert clerk.asked == [0, 1, 2], "nothing new is begun"
    assert sorted(clerk.broken_off) == [0, 2]
    assert not clerk.under_way, "what was under way has ended before"


async def test_cancelling_ends_all_of_it() -> None:
    clerk = Clerk()
    asking = asyncio.ensure_future(few_at_once(clerk.ask, range(9), 3))
    await _settle()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert asking.cancelled()
    assert sorted(clerk.broken_off) == clerk.asked == [0, 1, 2]


async def test_whoever_waits_for_what_another_cancelled_is_not_passed_over() -> None:
    shared: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def ask(number: int) -> int:
        return await shared if number else number

    asking = asyncio.ensure_future(few_at_once(ask, range(3)))
    await _settle()
    shared.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
