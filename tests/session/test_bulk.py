"""Many changes as one job: whatever goes wrong, and whenever it is cut short, its account is true."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.session.sandbox_gate import START
from tui.ordercloud import errors
from tui.ordercloud.exchange import Exchange
from tui.session.bulk import OUTAGES_IN_A_ROW, Found, Job, Phase, Progress, State, Step, Undo
from tui.session.failures import CannotUndo, Declined, NoMarketplace
from tui.session.pool import Pool


def rate_limited(retry_after: float | None = 3) -> errors.RateLimited:
    return errors.RateLimited("Too many requests", Exchange(1, START, "POST", "https://x/"), retry_after=retry_after)


@dataclass
class World:
    """What is in effect, and what goes wrong: for each number the outcomes of its tries, then all goes well."""

    goes: dict[int, list[str]] = field(default_factory=dict)
    looks: dict[int, list[str]] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    begun: list[int] = field(default_factory=list)
    undone: list[int] = field(default_factory=list)
    now: int = 0
    most: int = 0
    slept: list[float] = field(default_factory=list)

    async def do(self, number: int) -> Undo:
        self.begun.append(number)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)
            outcome = self.goes[number].pop(0) if self.goes.get(number) else "well"
            if outcome in ("well", "lost"):
                self.done.add(number)
            await asyncio.sleep(0)
        finally:
            self.now -= 1
        match outcome:
            case "refused":
                raise Declined("no")
            case "lost" | "dropped":
                raise errors.Disconnected("The connection broke off")
            case "unsent":
                raise errors.ConnectionRefused("Nobody listens")
            case "429":
                raise rate_limited()
            case "closed":
                raise NoMarketplace("gone")
            case "fault":
                raise ZeroDivisionError
        return lambda: self.undo(number)

    async def undo(self, number: int) -> str:
        await asyncio.sleep(0)
        self.done.discard(number)
        self.undone.append(number)
        return ""

    async def verify(self, number: int) -> Found:
        await asyncio.sleep(0)
        if self.looks.get(number):
            self.looks[number].pop(0)
            raise errors.ConnectionRefused("Nobody listens")
        return Found(number in self.done, lambda: self.undo(number))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        for _ in range(20):
            await asyncio.sleep(0)

    def job(self, count: int, *, verify: bool = True, at_once: int = 4) -> Job:
        steps = [
            Step(
                number,
                f"step {number}",
                partial(self.do, number),
                verify=partial(self.verify, number) if verify else None,
            )
            for number in range(count)
        ]
        return Job("Try", steps, at_once=at_once, timer=lambda: 0.0, sleep=self.sleep)


def states(job: Job) -> str:
    """One letter a step: its state's first, n for not done."""
    return "".join(each.state.value[0] if each.state is not State.UNDONE else "b" for each in job.results)


async def test_so_many_at_a_time_in_their_order_and_each_move_is_told() -> None:
    world, told = World(), list[Progress]()
    job = world.job(20)
    assert job.progress == Progress(Phase.READY, 20, waiting=20)
    assert await job.run(told.append) == Progress(Phase.ENDED, 20, done=20)
    assert (world.most, world.begun) == (4, list(range(20)))
    assert all(each.running <= 4 and each.done + each.running + each.waiting == 20 for each in told)
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert told[-1].ended
    assert (job.to_run, job.to_retry) == ((), ())
    back = job.undo()
    assert (await back.run()).words == "20 done"
    assert (world.undone, world.done, states(job)) == (list(reversed(range(20))), set(), "b" * 20)
    assert job.to_undo == ()


async def test_a_refusal_is_of_its_step_alone_and_can_be_tried_again() -> None:
    world = World({1: ["refused"], 3: ["refused", "refused"]})
    job = world.job(5)
    assert (await job.run()).words == "3 done, 2 failed"
    assert isinstance(job.result(1).error, Declined)
    assert job.result(1).words == "failed: no"
    assert [step.key for step in job.to_retry] == [1, 3]
    assert (await job.run()).failed == 2, "going on does not try again what was refused"
    assert (await job.retry()).failed == 1
    assert (await job.retry()).done == 5


async def test_a_lost_connection_stops_the_job_and_says_so_and_going_on_finishes_it() -> None:
    world = World({number: ["unsent"] for number in range(4, 8)})
    job = world.job(40, at_once=2)
    stopped = await job.run()
    assert stopped.told.startswith(f"Stopped after {OUTAGES_IN_A_ROW} failures in a row: Nobody listens")
    assert (stopped.done, stopped.failed, stopped.not_done) == (4, 4, 32)
    assert job.result(39).words == "not tried"
    assert (await job.run()).done == 40
    assert world.begun[8:12] == [8, 9, 10, 11], "what failed comes last"


async def test_what_broke_off_on_its_way_is_looked_up() -> None:
    world = World({0: ["lost"], 2: ["dropped"], 4: ["lost"]}, looks={4: ["unsent"]})
    job = world.job(6, at_once=1)
    assert (await job.run()).words == "4 done, 1 failed, 1 unknown"
    assert states(job) == "ddfdud"
    assert job.result(0).words == "done: looked up"
    assert (await job.run()).done == 6
    assert [step.key for step in job.to_undo] == [2, 5, 4, 3, 1, 0], "what was looked up can be taken back, too"


async def test_unknown_stays_unknown_where_nothing_can_look_it_up() -> None:
    world = World({0: ["lost"]})
    job = world.job(2, verify=False)
    assert (await job.run()).words == "1 done, 1 unknown"
    assert job.to_run == ()
    assert (await job.retry()).words == "1 done, 1 unknown"
    assert world.begun == [0, 1]


async def test_too_many_requests_slow_the_whole_job_and_fail_nothing() -> None:
    world, told = World({2: ["429", "429"], 3: ["429"]}), list[Progress]()
    job = world.job(60)
    assert (await job.run(told.append)).words == "60 done"
    assert set(world.slept) == {3.0}
    paused = [each for each in told if each.phase is Phase.PAUSED]
    assert paused[0].told == "The marketplace asks for a slower pace (429): waiting 3 s."
    during = told[told.index(paused[0]) :]
    begun = [each.running for each in during[: len(paused)]]
    assert begun == sorted(begun, reverse=True), "nothing is begun meanwhile"
    assert told[-1].told == ""


async def test_after_a_pause_fewer_at_a_time_and_more_again_when_it_goes_well() -> None:
    pool = Pool(8, sleep=lambda _: asyncio.sleep(0))
    pool.slow(1)
    pool.slow(1)
    assert (pool.limit, pool.pauses) == (4, 1)
    await asyncio.sleep(0.001)
    pool.slow(1)
    assert (pool.limit, pool.pauses) == (2, 2)
    for _ in range(100):
        pool.went_well()
    assert (pool.limit, pool.pauses) == (8, 0)
    await asyncio.sleep(0.001)


@pytest.mark.parametrize("wait", [None, 3.0, 86_400.0])
async def test_a_marketplace_that_never_has_time_stops_the_job(wait: float | None) -> None:
    async def never() -> None:
        raise rate_limited(wait)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    slept: list[float] = []
    job = Job("Try", [Step(number, "", never) for number in range(9)], timer=lambda: 0.0, sleep=sleep)
    ended = await job.run()
    assert ended.told.startswith("Stopped: the marketplace asks to wait ")
    assert (ended.done, ended.failed + ended.not_done) == (0, 9)
    assert {type(each.error) for each in job.results if each.state is State.FAILED} == {errors.RateLimited}
    assert len(slept) <= 60
    assert max(slept, default=0) <= 120
    assert len(job.to_run) == 9


async def test_leaving_the_marketplace_stops_at_once() -> None:
    world = World({0: ["closed"]})
    ended = await world.job(50, at_once=1).run()
    assert (ended.failed, ended.not_done, ended.told) == (1, 49, "Stopped: gone")


async def test_cancelling_lets_what_is_under_way_end_and_begins_nothing_more() -> None:
    world = World()
    job = world.job(30)

    def draw(progress: Progress) -> None:
        if progress.done == 10 and not progress.told:
            job.cancel()

    ended = await job.run(draw)
    assert ended.told == "Cancelled."
    assert ended.done == len(world.done) == len(world.begun)
    assert ended.done + ended.not_done == 30
    assert (await job.run()).done == 30
    assert len(world.begun) == 30


async def test_what_does_not_end_is_cut_and_looked_up() -> None:
    world, held = World(), asyncio.Event()

    async def hang() -> None:
        world.done.add(0)
        await held.wait()

    async def never() -> None:
        await held.wait()

    steps = [
        Step(0, "done unseen", hang, verify=lambda: world.verify(0)),
        Step(1, "not done", never, verify=lambda: world.verify(1)),
        Step(2, "nobody knows", never),
        Step(3, "waits", never),
    ]
    job = Job("Try", steps, at_once=3, timer=lambda: 0.0, sleep=world.sleep)
    running = asyncio.ensure_future(job.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="running already"):
        await job.run()
    job.cancel()
    assert (await running).words == "1 done, 1 unknown, 2 not done"
    assert states(job) == "dnun"
    assert job.result(1).words == "not done: begun, and not done: looked up"
    assert world.slept == [2.0]


async def test_a_fault_of_our_own_is_raised_after_the_rest_has_ended() -> None:
    world = World({3: ["fault"]})
    job = world.job(30)
    with pytest.raises(ZeroDivisionError):
        await job.run()
    assert job.progress.ended
    assert job.progress.done == len(world.done)
    assert states(job)[3] == "u"


async def test_whoever_leaves_gets_a_true_account_as_well() -> None:
    world, noted = World(), list[tuple[Step, ...]]()
    job = world.job(30)
    job._note = noted.append
    running = asyncio.ensure_future(job.run())
    for _ in range(9):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    counts = job.progress
    assert counts.ended
    assert 0 < counts.done <= len(world.done) <= counts.done + counts.unknown
    assert counts.unknown <= 4
    assert len(noted[0]) == counts.done
    assert (await job.run()).done == 30


OUTCOMES = st.sampled_from(["refused", "lost", "dropped", "unsent", "429"])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5),
    st.dictionaries(st.integers(0, 24), st.lists(OUTCOMES, min_size=1, max_size=3)),
    st.dictionaries(st.integers(0, 24), st.lists(st.just("unsent"), min_size=1, max_size=2)),
    st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=3),
)
def test_the_account_is_true_whatever_happens(
    at_once: int,
    goes: dict[int, list[str]],
    looks: dict[int, list[str]],
    cancels: list[tuple[int, bool]],
) -> None:
    async def play() -> None:
        world = World(goes, looks)
        job = world.job(25, at_once=at_once)

        def check() -> None:
            assert world.now == 0
            for number, result in enumerate(job.results):
                assert result.state not in (State.WAITING, State.RUNNING)
                if result.state is not State.UNKNOWN:
                    assert (result.state is State.DONE) == (number in world.done), (number, result)
            counts = job.progress
            assert counts.done + counts.failed + counts.unknown + counts.not_done == 25

        for moves, hard in cancels:
            left = moves

            def draw(_: Progress, hard: bool = hard) -> None:
                nonlocal left
                left -= 1
                if left in (0, -1 if hard else 0):
                    job.cancel()

            await job.run(draw)
            check()
        for _ in range(60):
            await job.retry()
            check()
            if job.progress.done == 25:
                break
        assert world.done == set(range(25))
        assert len(job.to_undo) == 25
        await job.undo().run()
        assert world.done == set()

    asyncio.run(play())


async def test_what_cannot_be_taken_back_stays_done() -> None:
    async def do() -> Undo:
        async def back() -> str:
            raise CannotUndo("changed since")

        return back

    job = Job("Try", [Step(0, "", do)], timer=lambda: 0.0)
    await job.run()
    back = job.undo()
    assert (await back.run()).words == "1 failed"
    assert (back.result(0).words, states(job)) == ("failed: changed since", "d")
