"""The account of a job: what became of each of its steps, and which may be done, tried again or taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tui.session.steps import Result, State, Step, is_outage


class Account:
    """What became of some steps; each is told by its place."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)
        self._results = [Result(State.WAITING)] * len(self.steps)
        self._counts: Counter[State] = Counter({State.WAITING: len(self.steps)})
        self._order: list[int] = []
        """The steps as they were begun."""
        self._before: dict[int, Result] = {}
        self._noted: set[int] = set()

    def __getitem__(self, index: int) -> Result:
        return self._results[index]

    @property
    def results(self) -> tuple[Result, ...]:
        """What became of every step, in their order."""
        return tuple(self._results)

    def number(self, state: State) -> int:
        """How many steps are in a state."""
        return self._counts[state]

    def has(self, index: int, state: State) -> bool:
        """Whether a step is in a state."""
        return self._results[index].state is state

    def put(self, index: int, result: Result) -> None:
        """Write down what became of a step."""
        self._counts[self._results[index].state] -= 1
        self._counts[result.state] += 1
        self._results[index] = result

    # -- a run ---------------------------------------------------------------------------------------------------

    def wait(self, indexes: Iterable[int]) -> None:
        """Write down that steps wait for their turn; `settle` gives those that never had it their account back."""
        self._before = {index: self._results[index] for index in indexes}
        for index in self._before:
            self.put(index, Result(State.WAITING))

    def begin(self, index: int) -> None:
        """Write down that a step is under way."""
        self._order.append(index)
        self.put(index, Result(State.RUNNING, tried=True))

    def wait_again(self, index: int, error: Exception) -> None:
        """Write down that a step waits again after an error, which is its account if its turn does not come."""
        self._before[index] = Result(State.FAILED, error, tried=True)
        self.put(index, Result(State.WAITING))

    def settle(self) -> None:
        """Give what was not begun the account it had before."""
        for index, result in enumerate(self._results):
            if result.state is State.WAITING:
                before = self._before.get(index, result)
                self.put(index, before if before.tried else Result(State.NOT_DONE))
        self._before = {}

    def newly_done(self) -> tuple[Step, ...]:
        """Return the steps that were done since this was asked last."""
        done = {index for index, each in enumerate(self._results) if each.state is State.DONE} - self._noted
        self._noted |= done
        return tuple(self.steps[index] for index in sorted(done))

    # -- what may be done ----------------------------------------------------------------------------------------

    def to_do(self, *, retry: bool) -> list[int]:
        """Return what is not done and may be, and, to `retry`, what failed.

        What went wrong before comes last, so that it cannot keep the rest from being tried.
        """
        every = range(len(self.steps))
        todo = [index for index in every if self._may_do(index) or (retry and self.has(index, State.FAILED))]
        return sorted(todo, key=lambda index: self._results[index].tried)

    def to_look_up(self) -> list[int]:
        """Return what is unknown and can be looked up."""
        return [index for index, step in enumerate(self.steps) if self.has(index, State.UNKNOWN) and step.verify]

    def to_run(self) -> list[int]:
        """Return what may be done, or looked up."""
        to_look_up = set(self.to_look_up())
        return [index for index in range(len(self.steps)) if index in to_look_up or self._may_do(index)]

    def to_undo(self) -> list[int]:
        """Return what is done and has a way back: what was begun last first."""
        done = (index for index in reversed(self._order) if self.has(index, State.DONE))
        return [index for index in dict.fromkeys(done) if self._results[index].undo is not None]

    def _may_do(self, index: int) -> bool:
        result = self._results[index]
        if result.state is State.UNKNOWN:
            return self.steps[index].repeatable
        if result.state is State.FAILED:
            return result.error is not None and is_outage(result.error)
        return result.state in (State.WAITING, State.NOT_DONE)
