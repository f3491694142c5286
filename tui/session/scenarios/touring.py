"""A tour being played: forwards a step at a time, and back to what the marketplace was before any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.session.scenarios.by_hand import HandField, fields_of, missed
from tui.session.scenarios.came import Came
from tui.session.scenarios.document import Call, Deed, Look, Scenario, Step
from tui.session.scenarios.noticing import Noticing
from tui.session.scenarios.report import Outcome
from tui.session.scenarios.runner import Running

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.session.scenarios.stage import Stage


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done. `by_hand` says that the person did it; `deed` is what was done then."""

    outcome: Outcome
    came: Came
    deed: Deed
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    """The marketplace, the clock and what came, as they were before a step."""

    held: bytes
    set_clock: Callable[[], None] | None
    came: Mapping[str, Came]
    exchanges: tuple[Exchange, ...]


class Playing:
    """A tour on a stage made for it. `at` is the step that is shown, from 0; those before it are done."""

    def __init__(self, tour: Scenario, stage: Stage) -> None:
        self.tour = tour
        self.stage = stage
        self.at = 0
        self._running = Running(stage)
        self._done: list[Done] = []
        self._marks: list[_Mark] = []

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.tour.steps[self.at]

    @property
    def done(self) -> Done | None:
        """What came of the step that is shown; None while it is still to be done."""
        return self._done[self.at] if self.at < len(self._done) else None

    @property
    def is_last(self) -> bool:
        """Whether no step follows."""
        return self.at == len(self.tour.steps) - 1

    @property
    def noticing(self) -> Noticing:
        """What there is to see on the stage now."""
        return Noticing(self.stage, self._running.came, self._running.exchanges)

    @property
    def look(self) -> Look:
        """What the step shows."""
        return self.step.look or Look()

    async def do(self) -> Done:
        """Do the step that is shown, unless it was done. Raises the typed errors of what is no answer to it."""
        if (done := self.done) is not None:
            return done
        return await self._do(self.step, by_hand=False)

    async def do_by_hand(self, deed: Deed) -> Done:
        """Do something else in the place of the step's own deed; what was expected of that is expected of this.

        A call that changes something has to set what the step's own would have set, and no more. What came otherwise
        is taken back at once, and the step is still to be done.
        """
        if (done := self.done) is not None:
            return done
        done = await self._do(replace(self.step, deed=deed), by_hand=True)
        if wrong := missed(self.step.deed, deed):
            outcome = replace(done.outcome, differences=tuple(wrong))
            done = replace(done, outcome=outcome)
        if not done.outcome.agreed:
            await self._go_back(self.at)
        return done

    async def hand_fields(self) -> tuple[HandField, ...]:
        """Return what a person fills in to do the step that is shown; nothing where there is nothing to fill in.

        Raises the typed errors of the marketplace.
        """
        deed, now = self.step.deed, None
        if isinstance(deed, Call) and deed.method == "PATCH" and not deed.token_of:
            now = await self._running.read(deed.path)
        return fields_of(deed, now)

    async def _do(self, step: Step, *, by_hand: bool) -> Done:
        self._marks.append(await self._mark())
        try:
            outcome = await self._running.do(step)
        except BaseException:
            self._marks.pop()
            raise
        done = Done(outcome, self._running.came[step.name], step.deed, by_hand)
        self._done.append(done)
        return done

    async def go_on(self) -> None:
        """Show the next step, after doing this one if it was not done. On the last one it stays."""
        await self.do()
        if not self.is_last:
            self.at += 1

    async def go_to(self, number: int) -> None:
        """Show a step, from 0, as it is before it is done: the steps before it are done, what came after is undone."""
        if number < len(self._done):
            await self._go_back(number)
        self.at = min(number, len(self._done))
        while self.at < number:
            await self.go_on()

    async def _mark(self) -> _Mark:
        sandbox = self.stage.opened.sandbox
        held = b"" if sandbox is None else await sandbox.control.state.hold()
        clock = self.stage.clock
        return _Mark(
            held,
            None if clock is None else clock.remember(),
            dict(self._running.came),
            tuple(self._running.exchanges),
        )

    async def _go_back(self, number: int) -> None:
        mark = self._marks[number]
        if (sandbox := self.stage.opened.sandbox) is not None:
            await sandbox.control.state.put_back(mark.held)
        if mark.set_clock is not None:
            mark.set_clock()
        came = self._running.came
        came.clear()
        came.update(mark.came)
        self._running.exchanges[:] = mark.exchanges
        del self._marks[number:], self._done[number:]
        self.stage.forget()
