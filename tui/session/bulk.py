"""Many changes as one job: bounded, slowed down when asked, cancelled, resumed, retried, and taken back as one.

    job = Job("Assign 940 buyers", [Step(key, "Anchor Boats", do), ...])
    await job.run(draw)        # `draw` gets a Progress after every move
    job.cancel()               # from elsewhere: nothing new is begun
    await job.run(draw)        # goes on with what is not done
    await job.retry(draw)      # tries what failed again
    await job.undo().run(draw) # takes back what was done, backwards

What is not known is called unknown, never done and never failed: a step that was under way when the connection broke,
or when the job was cut short, is looked up where its `verify` can.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from typing import TypeAlias

from tui.access.words import count
from tui.session.account import Account
from tui.session.failures import is_expected
from tui.session.pool import Pool, Sleep
from tui.session.steps import (
    Found,
    Phase,
    Progress,
    Result,
    State,
    Step,
    Undo,
    is_final,
    is_outage,
    may_be_done,
    what_of,
)

AT_ONCE = 8
"""Steps at a time, unless told otherwise: with calls of 50 ms 6.5 times as fast as one by one (6 at a time: 4.9)."""
OUTAGES_IN_A_ROW = 3
"""So many steps in a row without connection or sign-in stop a job."""
MOST_PAUSES = 8
"""So many pauses in a row, with nothing done between them, stop a job."""
LONGEST_PAUSE = 120.0
"""A marketplace that asks for a longer wait stops the job: resuming is up to the person."""
GRACE = 2.0
"""Seconds which steps under way get to end by themselves after a cancel, before they are cut short."""

Told: TypeAlias = Callable[[Progress], None]


class Job:
    """Steps that are done together, a few at a time, in their order. It runs once at a time.

    Args:
        title: What it is, in words.
        steps: The changes.
        at_once: Steps at a time.
        timer: Seconds, for the time spent.
        sleep: Waits for seconds.
        grace: Seconds that steps under way get after a cancel.
        note: Told at the end of each run which steps it did, to write them down.
        taken_back: Told in the same way which of them an undo took back.
        after: Reads again what the steps changed, at the end of each run and of each undo.
    """

    def __init__(
        self,
        title: str,
        steps: Sequence[Step],
        *,
        at_once: int = AT_ONCE,
        timer: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        grace: float = GRACE,
        note: Callable[[tuple[Step, ...]], None] | None = None,
        taken_back: Callable[[tuple[Step, ...]], None] | None = None,
        after: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.title = title
        self.steps = tuple(steps)
        self._account = Account(self.steps)
        self._at_once, self._timer, self._sleep, self._grace = at_once, timer, sleep, grace
        self._note, self._taken_back, self._after = note, taken_back, after
        self._pool = Pool(at_once, sleep)
        self._queue: deque[int] = deque()
        self._phase = Phase.READY
        self._told = ""
        self._outages = 0
        self._seconds, self._began = 0.0, 0.0
        self._listener: Told | None = None
        self._telling = False
        self._cutting: asyncio.Future[None] | None = None

    # -- what is so ----------------------------------------------------------------------------------------------

    @property
    def results(self) -> tuple[Result, ...]:
        """The account of every step, in their order."""
        return self._account.results

    def result(self, index: int) -> Result:
        """Return the account of one step, by its place."""
        return self._account[index]

    @property
    def progress(self) -> Progress:
        """The job at this moment."""
        number = self._account.number
        return Progress(
            self._phase,
            len(self.steps),
            waiting=number(State.WAITING),
            running=number(State.RUNNING),
            done=number(State.DONE),
            failed=number(State.FAILED),
            unknown=number(State.UNKNOWN),
            not_done=number(State.NOT_DONE),
            undone=number(State.UNDONE),
            told=self._told,
            seconds=self._seconds + (self._timer() - self._began if self.active else 0.0),
        )

    @property
    def active(self) -> bool:
        """Whether it is at work."""
        return self._phase not in (Phase.READY, Phase.ENDED)

    @property
    def to_run(self) -> tuple[Step, ...]:
        """What `run` would do or look up: all but what is done, what was refused, and what cannot be known."""
        return tuple(self.steps[index] for index in self._account.to_run())

    @property
    def to_retry(self) -> tuple[Step, ...]:
        """What `retry` would try again."""
        return tuple(step for index, step in enumerate(self.steps) if self._account.has(index, State.FAILED))

    @property
    def to_undo(self) -> tuple[Step, ...]:
        """What `undo` would take back, in the order it would: what was begun last first."""
        return tuple(self.steps[index] for index in self._account.to_undo())

    def _set(self, index: int, result: Result) -> None:
        self._account.put(index, result)
        self._tell()

    def _tell(self) -> None:
        # Whoever is told may cancel the job, which is a move of its own; the next one tells of it.
        if self._listener is not None and not self._telling:
            self._telling = True
            try:
                self._listener(self.progress)
            finally:
                self._telling = False

    def _enter(self, phase: Phase, told: str | None = None) -> None:
        self._phase = phase
        if told is not None:
            self._told = told
        self._tell()

    # -- running -------------------------------------------------------------------------------------------------

    async def run(self, told: Told | None = None) -> Progress:
        """Do what is not done yet: the first time everything, later what was left, cut short, or without connection.

        What is unknown is looked up first. Returns when all is done or the job has stopped; `told` is called after
        every move. What the marketplace or the network refuses is in the results; only a fault of our own is raised,
        after what was under way has ended. Cancelling the task that runs this leaves a truthful account, too.

        Raises RuntimeError while it is running already.
        """
        return await self._run(told, retry=False)

    async def retry(self, told: Told | None = None) -> Progress:
        """Do as `run` does, and what failed again."""
        return await self._run(told, retry=True)

    async def _run(self, told: Told | None, *, retry: bool) -> Progress:
        if self.active:
            raise RuntimeError("this job is running already")
        self._listener, self._began, self._outages = told, self._timer(), 0
        self._pool = Pool(self._at_once, self._sleep)
        self._enter(Phase.LOOKING, "")
        try:
            try:
                await self._look()
                if not self._told:
                    await self._do_all(retry=retry)
                    await self._look()
            finally:
                if self._cutting is not None:
                    self._cutting.cancel()
                    self._cutting = None
                self._account.settle()
                if (done := self._account.newly_done()) and self._note is not None:
                    self._note(done)
            await self._read_again()
        finally:
            self._seconds += self._timer() - self._began
            self._enter(Phase.ENDED)
            self._listener = None
        return self.progress

    async def _read_again(self) -> None:
        try:
            if self._after is not None:
                await self._after()
        except Exception as error:
            if not is_expected(error):
                raise

    async def _do_all(self, *, retry: bool) -> None:
        todo = self._account.to_do(retry=retry)
        self._account.wait(todo)
        self._queue = deque(todo)
        self._enter(Phase.RUNNING)
        await self._pool.run(self._queue, self._do, self._lost)
        if self._phase is Phase.PAUSED:
            self._told = ""
        if self._cutting is not None:
            self._cutting.cancel()

    async def _do(self, index: int) -> None:
        step = self.steps[index]
        if self._phase is Phase.PAUSED:
            self._enter(Phase.RUNNING, "")
        self._account.begin(index)
        self._tell()
        try:
            undo = await step.do()
        except Exception as error:
            if not is_expected(error):
                self._set(index, Result(State.UNKNOWN, error, tried=True))
                raise
            self._refused(index, error)
        else:
            self._outages = 0
            self._pool.went_well()
            self._set(index, Result(State.DONE, tried=True, undo=undo))

    def _refused(self, index: int, error: Exception) -> None:
        from tui.ordercloud.errors import RateLimited

        if isinstance(error, RateLimited):
            self._queue.appendleft(index)
            self._account.wait_again(index, error)
            self._tell()
            self.slow(error.retry_after)
            return
        state = State.UNKNOWN if may_be_done(error) else State.FAILED
        self._set(index, Result(state, error, tried=True))
        self._note_outage(error)

    def _note_outage(self, error: Exception) -> None:
        """Stop when the connection or the sign-in is gone: what is not begun yet would only fail as well."""
        self._outages = self._outages + 1 if is_outage(error) else 0
        if self._outages >= OUTAGES_IN_A_ROW:
            self._stop(f"Stopped after {count(self._outages, 'failure')} in a row: {what_of(error)}")
        elif is_final(error):
            self._stop(f"Stopped: {what_of(error)}")

    def _stop(self, told: str) -> None:
        self._pool.stop()
        if not self._told or self._phase is Phase.PAUSED:
            self._enter(Phase.ENDING, told)

    def _lost(self, index: int) -> None:
        """Note a step that was cut short: nobody knows what became of it."""
        if self._account.has(index, State.RUNNING):
            self._set(index, Result(State.UNKNOWN, remark="it was under way when the job was cut short", tried=True))

    # -- looking up ----------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Look up what is unknown, as far as it can be; without a connection it stays unknown."""
        if todo := self._account.to_look_up():
            self._outages = 0
            self._enter(Phase.LOOKING)
            await self._pool.run(deque(todo), self._look_at, lambda _: None)

    async def _look_at(self, index: int) -> None:
        from tui.ordercloud.errors import RateLimited

        verify, before = self.steps[index].verify, self._account[index]
        if verify is None:
            return
        try:
            found = await verify()
        except Exception as error:
            if not is_expected(error):
                raise
            if isinstance(error, RateLimited):
                self.slow(error.retry_after)
            self._note_outage(error)
            return
        if found.done:
            self._set(index, Result(State.DONE, remark="looked up", tried=True, undo=found.undo))
        elif before.error is not None:
            self._set(index, Result(State.FAILED, before.error, tried=True))
        else:
            self._set(index, Result(State.NOT_DONE, remark="begun, and not done: looked up", tried=True))

    # -- from outside --------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Begin nothing more, and let what is under way end; what has not ended soon, or at a second call, is cut."""
        if not self.active:
            return
        if self._cutting is not None:
            self._pool.cut()
            return
        self._pool.stop()
        self._enter(Phase.ENDING, "Cancelled.")
        self._cutting = asyncio.ensure_future(self._cut_later())

    async def _cut_later(self) -> None:
        await self._sleep(self._grace)
        self._pool.cut()

    def slow(self, seconds: float | None) -> None:
        """Pause the whole job, because the marketplace asks for a slower pace (429); it goes on with fewer at a time.

        Whoever hears the exchanges may call this at once; a step that fails with 429 does so by itself, and is done
        again. `seconds` is None when the marketplace does not say how long.
        """
        if self._phase not in (Phase.RUNNING, Phase.PAUSED, Phase.LOOKING) or self._pool.stopped:
            return
        wait = float(2 ** min(self._pool.pauses, 5)) if seconds is None else seconds
        if wait > LONGEST_PAUSE or self._pool.pauses >= MOST_PAUSES:
            self._pool.stop()
            self._enter(Phase.ENDING, f"Stopped: the marketplace asks to wait {wait:,.0f} s; resume it then.")
            return
        self._pool.slow(wait)
        if self._phase is not Phase.LOOKING:
            told = f"The marketplace asks for a slower pace (429): waiting {wait:,.0f} s."
            self._enter(Phase.PAUSED, told)

    def undo(self, of: Collection[Hashable] | None = None) -> Job:
        """Return the job that takes back what was done, the last first; a step taken back is undone in this one.

        `of` are the keys of those that are meant; all of them, unless given.
        """

        def back(index: int, undo: Undo) -> Step:
            async def do() -> None:
                remark = await undo()
                self._account.put(index, Result(State.UNDONE, remark=remark, tried=True))

            step = self.steps[index]
            detail = f"take back: {step.detail}" if step.detail else "take back"
            return Step(step.key, step.label, do, detail, repeatable=step.back_repeatable)

        indexes = [index for index in self._account.to_undo() if of is None or self.steps[index].key in of]
        steps = [back(index, undo) for index in indexes if (undo := self._account[index].undo) is not None]
        return Job(
            f"Take back: {self.title}",
            steps,
            at_once=self._at_once,
            timer=self._timer,
            sleep=self._sleep,
            grace=self._grace,
            note=self._taken_back,
            after=self._after,
        )


__all__ = ["AT_ONCE", "Found", "Job", "Phase", "Progress", "Result", "State", "Step", "Told", "Undo"]
