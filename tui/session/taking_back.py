"""Taking many changes back as one: the journal learns what a job took back, and what could not be is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import TYPE_CHECKING

from tui.access.words import count
from tui.session.failures import CannotUndo, CutShort
from tui.session.steps import Result, State, Step, is_outage

if TYPE_CHECKING:
    from tui.session.bulk import Job
    from tui.session.journal import Change
    from tui.session.marketplace import Marketplace
    from tui.session.record import Record


class Noted:
    """What a job did, as it is in the journal: one change a run.

    It may be taken back by the journal or by the job itself, whole or in part: the journal says so either way, and
    nothing is taken back twice.

    Args:
        marketplace: Whose journal it is.
        job: Returns the job.
        partly: Whether steps that others have changed since do not keep the rest from counting as taken back.
    """

    def __init__(self, marketplace: Marketplace, job: Callable[[], Job], *, partly: bool = False) -> None:
        self._marketplace = marketplace
        self._job = job
        self._partly = partly
        self._left: list[tuple[Change, set[Hashable]]] = []

    def note(self, what: str, keys: Collection[Hashable], records: Iterable[Record]) -> None:
        """Note the steps of a run."""
        change = self._marketplace.note_many(what, lambda: self._take_back(keys), records)
        self._left.append((change, set(keys)))

    def taken_back(self, steps: tuple[Step, ...]) -> None:
        """Mark what the steps took back."""
        keys = {each.key for each in steps}
        for change, left in self._left:
            if here := left & keys:
                left -= here
                self._marketplace.journal.note_taken_back(change, " ".join(self._remarks(here)), whole=not left)

    def _remarks(self, keys: Collection[Hashable]) -> list[str]:
        steps = zip(self._job().steps, self._job().results, strict=True)
        return [each.remark for step, each in steps if step.key in keys and each.state is State.UNDONE and each.remark]

    async def _take_back(self, keys: Collection[Hashable]) -> str:
        back = self._job().undo(keys)
        if not back.steps:
            return "All of it had been taken back before."
        await back.run()
        return account_of(back, self._remarks(keys), len(keys), partly=self._partly)


def account_of(back: Job, remarks: Iterable[str], total: int, *, partly: bool) -> str:
    """Say what a job that takes others back could not put back; blank when all was.

    Args:
        back: The job, after its run.
        remarks: What its steps said.
        total: How many changes there were, with those taken back before.
        partly: Whether steps that are refused for good do not count against it.

    Raises:
        CannotUndo: Nothing was taken back.
        CutShort: Some of it was not taken back.
    """
    ended = back.progress
    left = ended.total - ended.done
    results = tuple(zip(back.steps, back.results, strict=True))
    errors = [each.error for _, each in results if each.state is not State.DONE and each.error is not None]
    refused = [str(each) for each in errors if not is_outage(each)]
    # What may be done and cannot be looked up is not tried again where that might do it twice.
    refused += [f"{step.label}: {each.words}" for step, each in results if _is_final(step, each)]
    if partly and 0 < left == len(refused):
        if left == total:
            raise CannotUndo(f"Nothing was taken back. {refused[0]}")
        return "\n".join((f"{total - left:,} of {total:,} were taken back.", *remarks, *refused))
    if left:
        outages = [str(each) for each in errors if is_outage(each)]
        why = next((each for each in (*outages, ended.told, *refused) if each), "it was broken off.")
        more = " The rest can still be taken back." if left > len(refused) else ""
        told = f"Only {ended.done:,} of {count(ended.total, 'change')} could be taken back: {why}{more}"
        raise CutShort(told, some=ended.done > 0)
    return "\n".join(remarks)


def _is_final(step: Step, result: Result) -> bool:
    return result.state is State.UNKNOWN and not step.repeatable
