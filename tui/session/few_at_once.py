"""Asking about several things, a few at a time: the answers in order, or the first error as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 4
"""How many requests may be under way at once, unless told otherwise: more are slower, measured in process."""


async def few_at_once(ask: Callable[[T], Awaitable[R]], things: Iterable[T], at_once: int = AT_ONCE) -> list[R]:
    """Ask about each thing, at most `at_once` of them at a time, and return the answers in the order of the things.

    The first error breaks off what is under way, and is raised once that has ended; nothing new is begun. Cancelling
    does the same. Where an error is not to end the others, `ask` returns it; many changes are a `Job` instead.
    """
    listed = list(things)
    left = iter(enumerate(listed))
    answers: dict[int, R] = {}

    async def work() -> None:
        for place, thing in left:
            answers[place] = await ask(thing)

    # Not a TaskGroup: one would wrap the error, and pass over a task that was cancelled from within.
    tasks = [asyncio.ensure_future(work()) for _ in range(min(at_once, len(listed)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [answers[place] for place in range(len(listed))]
