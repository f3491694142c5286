"""Many assignments through the real sandbox, with its faults in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter

import pytest

from tests.session.sandbox_gate import Gated, gated
from tui.access.facts import Party, PartyKind
from tui.ordercloud.models import ApiClient, ApiClientAssignment
from tui.ordercloud.models.page import Meta, Page
from tui.sandbox.control import Fault, Rule
from tui.sandbox.control.rules import Faults
from tui.session.assigning import Pairing, assignment_job
from tui.session.bulk import Job, Progress, State
from tui.session.failures import CannotUndo
from tui.session.whole_list import whole_list

WRITES = "/v1/apiclients/assignments"


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gated]:
    async with gated(monkeypatch) as session:
        await add_buyers(session, 40)
        yield session


async def add_buyers(opened: Gated, number: int) -> None:
    """Make buyers past the session, so that its traffic is that of the job alone."""
    for each in range(number):
        await opened.session.client.buyers.save(
            f"b{each:02}", {"ID": f"b{each:02}", "Name": f"Buyer {each}", "Active": True}
        )
    opened.session.exchanges.clear()


def parties(number: int = 40) -> list[Party]:
    return [Party(PartyKind.BUYER, f"b{each:02}", f"Buyer {each}") for each in range(number)]


def faults(opened: Gated) -> Faults:
    sandbox = opened.session.opened.sandbox
    assert sandbox is not None
    return sandbox.control.faults


def job_of(opened: Gated, api_client: ApiClient, *, at_once: int = 8) -> Job:
    pairings = [Pairing(api_client, party, True) for party in parties()]
    marketplace = opened.session.marketplace
    return assignment_job(
        marketplace, "Assign 40 buyers", pairings, about=api_client.app_name, timer=perf_counter, at_once=at_once
    )


async def truth(opened: Gated, api_client: ApiClient) -> set[str]:
    """Read which of the new buyers are assigned, past every cache."""
    every = opened.session.client.api_clients.assignments.iterate(api_client_id=api_client.id)
    return {each.buyer_id async for each in every if each.buyer_id} & {party.id for party in parties()}


def done(job: Job) -> set[str]:
    return {party.id for party, each in zip(parties(), job.results, strict=True) if each.state is State.DONE}


async def test_many_are_assigned_without_reading_all_after_each_and_taken_back_as_one(opened: Gated) -> None:
    portal = opened.named("Partner Portal")
    marketplace = opened.session.marketplace
    before = await marketplace.assignments(portal.id)
    opened.session.exchanges.clear()
    job = job_of(opened, portal)
    assert (await job.run()).words == "40 done"
    sent = [f"{each.method} {each.path}" for each in opened.session.exchanges]
    assert sent.count(f"POST {WRITES}") == 40
    assert [each for each in sent if each.startswith("GET")] == [f"GET /v1/apiclients/{portal.id}"]
    assert await truth(opened, portal) == {party.id for party in parties()}
    assert marketplace.api_clients[portal.id].assigned_buyer_count == portal.assigned_buyer_count + 40
    assert len(await marketplace.assignments(portal.id)) == len(before) + 40
    (noted,) = marketplace.journal.changes
    assert (noted.what, noted.record.companies) == ("Partner Portal: assigned 40", tuple(parties()))
    assert await marketplace.journal.undo_last() == ""
    assert await truth(opened, portal) == set()
    assert await marketplace.assignments(portal.id) == before
    assert marketplace.api_clients[portal.id].assigned_buyer_count == portal.assigned_buyer_count


async def test_a_connection_lost_in_the_middle_stops_it_and_going_on_finishes_it(opened: Gated) -> None:
    portal = opened.named("Partner Portal")
    job, armed = job_of(opened, portal), list[bool]()

    def cut(progress: Progress) -> None:
        if progress.done == 10 and not armed:
            armed.append(True)
            # Half of the calls are done before the connection breaks; whoever looks is cut off as well.
            faults(opened).add(Rule(Fault.DROP_AFTER, method="POST", path=WRITES, every=2))
            faults(opened).add(Rule(Fault.DROP_BEFORE, path="/v1/apiclients*"))

    stopped = await job.run(cut)
    assert stopped.told.startswith("Stopped after 3 failures in a row: ")
    assert stopped.unknown >= 3
    assert stopped.not_done >= 10
    faults(opened).clear()
    there = await truth(opened, portal)
    assert done(job) <= there
    unknown = {party.id for party, each in zip(parties(), job.results, strict=True) if each.state is State.UNKNOWN}
    assert there - done(job) <= unknown
    assert there - done(job), "the fault did something unseen"
    assert (await job.run()).words == "40 done"
    assert await truth(opened, portal) == {party.id for party in parties()}
    assert len(job.to_undo) == 40
    assert len(opened.session.marketplace.journal.changes) == 2


async def test_what_broke_off_is_looked_up_when_the_connection_is_back(opened: Gated) -> None:
    portal = opened.named("Partner Portal")
    rules = faults(opened)
    rules.add(Rule(Fault.DROP_AFTER, method="POST", path=WRITES, next=1))
    rules.add(Rule(Fault.DROP_BEFORE, method="POST", path=WRITES, next=1))
    job = job_of(opened, portal)
    ended = await job.run()
    assert (ended.done, ended.failed, ended.unknown) == (39, 1, 0)
    assert done(job) == await truth(opened, portal)
    assert [each.words for each in job.results].count("done: looked up") == 1


async def test_too_many_requests_slow_it_down_and_fail_nothing(opened: Gated) -> None:
    portal = opened.named("Partner Portal")
    faults(opened).add(Rule(Fault.RATE_LIMIT, method="POST", path=WRITES, retry_after=0, next=30))
    job = job_of(opened, portal)
    told: list[str] = []
    ended = await job.run(lambda progress: told.append(progress.told))
    assert ended.words == "40 done"
    assert "The marketplace asks for a slower pace (429): waiting 0 s." in told
    assert done(job) == await truth(opened, portal)


async def test_a_company_that_is_gone_meanwhile_fails_alone(opened: Gated) -> None:
    portal = opened.named("Partner Portal")
    await opened.session.client.buyers.delete("b07")
    job = job_of(opened, portal)
    assert (await job.run()).words == "39 done, 1 failed"
    assert "NotFound" in type(job.result(7).error).__name__
    assert (await job.undo().run()).words == "39 done"
    assert await truth(opened, portal) == set()


async def test_undoing_says_what_could_not_be_taken_back(opened: Gated) -> None:
    portal, marketplace = opened.named("Partner Portal"), opened.session.marketplace
    await job_of(opened, portal).run()
    await marketplace.set_assignment(portal, parties()[3], assigned=False)
    with pytest.raises(CannotUndo, match="Only 39 of 40 changes could be taken back: "):
        await marketplace.journal.undo_last()
    assert await truth(opened, portal) == set()


async def test_eight_are_under_way_at_a_time_all_the_while(opened: Gated, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it takes an eighth of the time of the answers; tests/bench/assigning.py measures how long that is."""
    portal, marketplace = opened.named("Partner Portal"), opened.session.marketplace
    assign, waiting, at_a_time = marketplace.set_assignment, set[Party](), list[int]()
    full = asyncio.Event()

    async def held(api_client: ApiClient, party: Party, *, assigned: bool) -> None:
        waiting.add(party)
        if len(waiting) == wanted:
            full.set()
        await full.wait()  # the first begins once as many are under way as may be
        at_a_time.append(len(waiting))
        await assign(api_client, party, assigned=assigned)
        waiting.remove(party)

    monkeypatch.setattr(marketplace, "set_assignment", held)
    for wanted in (8, 1):
        at_a_time.clear()
        full.clear()
        job = job_of(opened, portal, at_once=wanted)
        assert (await job.run()).words == "40 done"
        assert max(at_a_time) == wanted
        assert sum(each == wanted for each in at_a_time) >= 40 // wanted
        await job.undo().run()


async def test_cancelling_in_the_middle_leaves_a_true_account(opened: Gated) -> None:
    portal = opened.named("Partner Portal")
    faults(opened).add(Rule(Fault.LATENCY, method="POST", seconds=0.01))
    job = job_of(opened, portal)

    def cancel(progress: Progress) -> None:
        if progress.done == 12 and not progress.told:
            job.cancel()

    ended = await job.run(cancel)
    faults(opened).clear()
    assert 12 <= ended.done <= 20
    assert ended.done + ended.not_done == 40
    assert done(job) == await truth(opened, portal)
    assert (await job.run()).words == "40 done"


async def test_the_whole_of_a_long_list_is_read_side_by_side_and_once(opened: Gated) -> None:
    def page(number: int, total: int) -> Page[ApiClientAssignment]:
        items = [ApiClientAssignment(buyer_id=f"b{number}-{each}") for each in range(2)]
        return Page(Meta(total_pages=total), tuple(items))

    asked: list[int] = []

    async def read(number: int) -> Page[ApiClientAssignment]:
        asked.append(number)
        return page(number, 6 if number < 5 else 7)  # somebody adds to it meanwhile

    found = await whole_list(read)
    assert [each.buyer_id for each in found] == [f"b{number}-{each}" for number in range(1, 8) for each in range(2)]
    assert asked == [1, 2, 3, 4, 5, 6, 7]
    held = opened.named("Partner Portal")
    opened.session.marketplace.forget()
    assert {each.buyer_id for each in await opened.session.marketplace.assignments(held.id) if each.buyer_id}
