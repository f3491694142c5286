"""A bounded number of pieces of work at a time: it can be slowed down, stopped, and cut short."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[object]]

_GOOD_PER_STEP_UP = 8
"""So many pieces must go well after a slow-down before one more at a time is tried."""


class Pool:
    """Does pieces of work, by number, at most `at_once` of them at a time.

    Attributes:
        limit: How many may be under way now: less than `at_once` for a while after each slow-down.
        pauses: The pauses in a row, with nothing done between them.
    """

    def __init__(self, at_once: int, sleep: Sleep = asyncio.sleep) -> None:
        self.at_once = self.limit = max(1, at_once)
        self.pauses = 0
        self._sleep = sleep
        self._under_way: dict[asyncio.Task[None], int] = {}
        self._sleeping: set[asyncio.Future[object]] = set()
        self._wake = asyncio.Event()
        self._stopped = False
        self._good = 0

    @property
    def stopped(self) -> bool:
        """Whether nothing new is begun any more."""
        return self._stopped

    async def run(self, queue: deque[int], work: Callable[[int], Awaitable[None]], lost: Callable[[int], None]) -> None:
        """Work until the queue is empty, or until it was stopped and what was under way has ended.

        Args:
            queue: What is left; work may put some of it back.
            work: Does one piece. What it raises stops the others, and is raised here at the end.
            lost: Told of each piece that was cut short.
        """
        self._stopped = False
        fault: BaseException | None = None
        try:
            while True:
                self._wake.clear()
                while queue and not self._stopped and not self._sleeping and len(self._under_way) < self.limit:
                    self._begin(queue.popleft(), work)
                if not self._under_way and (self._stopped or not queue):
                    break
                await self._wake.wait()
                fault = self._reap(lost) or fault
                self._stopped = self._stopped or fault is not None
        finally:
            for pause in self._sleeping:
                pause.cancel()
            self.cut()
            # Only when this was cancelled itself is anything still under way here.
            await asyncio.gather(*self._under_way, return_exceptions=True)
            self._reap(lost)
        if fault is not None:
            raise fault

    def _begin(self, number: int, work: Callable[[int], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(_one(work, number))
        self._under_way[task] = number
        task.add_done_callback(lambda _: self._wake.set())

    def _reap(self, lost: Callable[[int], None]) -> BaseException | None:
        fault = None
        for task in [task for task in self._under_way if task.done()]:
            number = self._under_way.pop(task)
            if task.cancelled():
                lost(number)
            else:
                fault = task.exception() or fault
        return fault

    def stop(self) -> None:
        """Begin nothing more; what is under way goes on to its end."""
        self._stopped = True
        self._wake.set()

    def cut(self) -> None:
        """Break off what is under way."""
        for task in self._under_way:
            task.cancel()

    def slow(self, seconds: float) -> None:
        """Begin nothing for so long, and then fewer at a time than before."""
        if not self._sleeping:
            self.pauses += 1
            self.limit = max(1, self.limit // 2)
            self._good = 0
        pause = asyncio.ensure_future(self._sleep(seconds))
        self._sleeping.add(pause)
        pause.add_done_callback(self._go_on)

    def _go_on(self, pause: asyncio.Future[object]) -> None:
        self._sleeping.discard(pause)
        self._wake.set()

    def went_well(self) -> None:
        """Note that a piece was done: after some of them, one more at a time is tried again."""
        self.pauses = 0
        self._good += 1
        if self.limit < self.at_once and self._good >= _GOOD_PER_STEP_UP:
            self.limit += 1
            self._good = 0


async def _one(work: Callable[[int], Awaitable[None]], number: int) -> None:
    # Cancelled before its turn, it has not even begun.
    await work(number)
