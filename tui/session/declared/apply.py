"""Applying a plan, or a part of it: three jobs, one after the other, with one account, one entry in the journal and
one way back.

API clients are created first, then changed and assigned, and deleted last. What is deleted goes only when everything
before it went well. Each step looks first whether what it changes is still as the plan says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, TypeAlias

from tui.access.words import count, list_some
from tui.access.xp import JSON
from tui.session.bulk import Job, Phase, Progress, Result, State
from tui.session.declared.activating import shuts_out
from tui.session.declared.deeds import Deeds
from tui.session.declared.document import to_wire
from tui.session.declared.plan import Plan, Step, Verb
from tui.session.failures import CannotUndo, CutShort
from tui.session.few_at_once import AT_ONCE
from tui.session.journal import Change
from tui.session.steps import is_outage

if TYPE_CHECKING:
    from tui.session.opening import Opened
    from tui.session.pool import Sleep

Key: TypeAlias = tuple[str, ...]
_FIRST_CREATE_THEN: Final = (
    (Verb.CREATE,),
    (Verb.CHANGE, Verb.ASSIGN, Verb.UNASSIGN, Verb.ACTIVATE, Verb.DEACTIVATE),
    (Verb.DELETE,),
)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one step of the plan."""

    step: Step
    result: Result


class Applying:
    """The steps of a plan on their way. It runs once at a time.

    Args:
        plan: What was shown to the person who agreed.
        opened: Where it is applied.
        clock: Tells the time for the journal.
        chosen: The keys of the steps that are meant; all of them, unless given.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        plan: Plan,
        opened: Opened,
        clock: Callable[[], datetime],
        *,
        chosen: Collection[Key] | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.steps = tuple(step for step in plan.steps if chosen is None or step.key in chosen)
        self._deeds = Deeds(opened, self.steps)
        self._clock = clock
        self._marketplace = opened.marketplace
        self._source = PurePath(plan.source).name
        self._job_of: dict[Key, tuple[Job, int]] = {}
        self._jobs = tuple(self._make_job(verbs, sleep) for verbs in _FIRST_CREATE_THEN)
        self._at: Job | None = None
        self._noted: set[Key] = set()
        self._stopped = ""

    def _make_job(self, verbs: Sequence[Verb], sleep: Sleep) -> Job:
        """Make the job of the steps of some verbs. The fields of one API client are changed in one step."""
        together: dict[Key, list[Step]] = {}
        for step in self.steps:
            if step.verb in verbs:
                key = (step.verb.value, step.match.id) if step.verb is Verb.CHANGE else step.key
                together.setdefault(key, []).append(step)
        every = [self._deeds.step(key, some) for key, some in together.items()]
        job = Job("Apply", every, at_once=AT_ONCE, sleep=sleep)
        for index, some in enumerate(together.values()):
            self._job_of.update((step.key, (job, index)) for step in some)
        return job

    # -- what is so ----------------------------------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """Whether it is at work."""
        return self._at is not None

    @property
    def account(self) -> tuple[Account, ...]:
        """What became of each step so far, in the order of the plan."""
        return tuple(Account(step, self.result(step.key)) for step in self.steps)

    def result(self, key: Key) -> Result:
        """What became of one step so far."""
        job, index = self._job_of[key]
        result = job.result(index)
        never_begun = result.state is State.WAITING and not self.active
        return Result(State.NOT_DONE) if never_begun else result

    @property
    def progress(self) -> Progress:
        """How far all of it is. What was not begun because of what happened before counts as not done."""
        parts = [job.progress for job in self._jobs]
        at = None if self._at is None else self._at.progress
        waiting = sum(part.waiting for part in parts)
        return Progress(
            Phase.ENDED if at is None else at.phase if not at.ended else Phase.RUNNING,
            sum(part.total for part in parts),
            waiting=0 if at is None else waiting,
            running=sum(part.running for part in parts),
            done=sum(part.done for part in parts),
            failed=sum(part.failed for part in parts),
            unknown=sum(part.unknown for part in parts),
            not_done=sum(part.not_done for part in parts) + (waiting if at is None else 0),
            undone=sum(part.undone for part in parts),
            told=self._stopped if at is None else at.told,
            seconds=sum(part.seconds for part in parts),
        )

    # -- doing ---------------------------------------------------------------------------------------------------

    async def run(self, told: Callable[[Progress], None] | None = None) -> Progress:
        """Do what is not done yet; called again it goes on, and tries again what failed.

        What the marketplace or the network refuses is in the account. Cancelling the task that runs this leaves a
        truthful account, too.
        """

        def tell(_: Progress) -> None:
            if told is not None:
                told(self.progress)

        self._stopped = ""
        self._deeds.begin()
        try:
            for job in self._jobs:
                if not job.steps:
                    continue
                if (reason := self._why_not(job)) is not None:
                    self._stopped = self._stopped or reason
                    break
                self._at = job
                after = await (job.retry(tell) if self._was_run(job) else job.run(tell))
                if after.told:
                    self._stopped = after.told
                    break
        finally:
            self._at = None
            self._note()
        await self._deeds.read_again()
        if told is not None:
            told(self.progress)
        return self.progress

    def cancel(self) -> None:
        """Begin nothing more, and let what is under way end; a second call cuts it short."""
        if self._at is not None:
            self._at.cancel()

    def _was_run(self, job: Job) -> bool:
        return any(result.state is not State.WAITING for result in job.results)

    def _why_not(self, job: Job) -> str | None:
        """Say why nothing may be deleted."""
        if job is not self._jobs[-1]:
            return None
        before = [result for each in self._jobs[:-1] for result in each.results]
        if all(result.state is State.DONE for result in before):
            return None
        return "Nothing was deleted, because something before it did not go well."

    def _note(self) -> None:
        """Write down what this run did; the way back takes back all of it."""
        done = {each.step.key: each.step for each in self.account if each.result.state is State.DONE}
        new = {key: step for key, step in done.items() if key not in self._noted}
        if not new:
            return
        self._noted |= set(new)
        names = list_some({step.match.label for step in new.values()})
        of = f" of {self._source}" if self._source else ""
        what = f"Applied {count(len(new), 'change')}{of} to {names}"
        self._marketplace.journal.add(Change(self._clock(), what, lambda: self._undo(set(new))))

    async def _undo(self, keys: Collection[Key]) -> str:
        """Take back what was done, the last first; return what could not be put back, in sentences.

        Raises:
            CannotUndo: Nothing could be taken back.
            CutShort: The marketplace could not be reached any more: what is left can be taken back another time.
        """
        remarks: list[str] = []
        undone, cut_short = 0, False
        self._deeds.begin()
        for job in reversed(self._jobs):
            of = {job.steps[index].key for key in keys for its, index in [self._job_of[key]] if its is job}
            pairs = [each for each in zip(job.steps, job.results, strict=True) if each[0].key in of]
            if job is self._jobs[-1]:
                remarks += [f"{step.label} was deleted, and there is no way back." for step, _ in pairs]
            back = job.undo(of)
            after = await back.run()
            undone += after.done
            for step, result in zip(back.steps, back.results, strict=True):
                if result.state is not State.DONE:
                    remarks.append(f"{step.label}: {result.words}.")
                    cut_short = cut_short or (result.error is not None and is_outage(result.error))
            pairs = [each for each in zip(job.steps, job.results, strict=True) if each[0].key in of]
            remarks += [
                f"{step.label}: {result.remark}"
                for step, result in pairs
                if result.state is State.UNDONE and result.remark
            ]
            if after.told:
                remarks.append(after.told)
                cut_short = True
                break
        await self._deeds.read_again()
        if cut_short:
            begun = "Only a part was taken back." if undone else "Nothing was taken back."
            raise CutShort(" ".join([begun, *remarks, "The rest can still be taken back."]), some=undone > 0)
        if not undone:
            raise CannotUndo(" ".join(["Nothing was taken back.", *remarks]))
        return " ".join(remarks)


async def threats(plan: Plan, opened: Opened, chosen: Collection[Key] | None = None) -> tuple[str, ...]:
    """Say why the console could not get in any more after a plan; nothing when it could."""
    marketplace = opened.marketplace
    found: list[str] = []
    changed: dict[str, dict[str, JSON]] = {}
    for step in plan.steps:
        if step.verb is Verb.CHANGE and (chosen is None or step.key in chosen):
            changed.setdefault(step.match.id, {})[step.field] = to_wire(step.field, step.after)
    for id, changes in changed.items():
        api_client = marketplace.api_clients.get(id)
        if api_client is not None and (reason := await marketplace.way_in.after_patch(api_client, changes)):
            found.append(reason)
    own = marketplace.way_in.own.user
    meant = (step for step in plan.steps if chosen is None or step.key in chosen)
    found += [reason for step in meant if (reason := shuts_out(step, own)) is not None]
    return tuple(found)
