"""Changes of many API clients whose answers are lost on their way: the journal has them, and they are taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.session.sandbox_gate import Gated, gated
from tui.ordercloud import Exchange
from tui.ordercloud.errors import NoAnswer
from tui.sandbox.control import Fault, Rule
from tui.sandbox.control.rules import Faults
from tui.session.bulk import Job
from tui.session.client_jobs import delete_job, patch_job

NAMES = ("Buyer Storefront", "Guest Storefront")


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gated]:
    async with gated(monkeypatch) as session:
        yield session


def faults(opened: Gated) -> Faults:
    sandbox = opened.session.opened.sandbox
    assert sandbox is not None
    return sandbox.control.faults


def job_of(opened: Gated, method: str) -> Job:
    marketplace, chosen = opened.session.marketplace, [opened.named(name) for name in NAMES]
    if method == "DELETE":
        return delete_job(marketplace, "Delete", chosen, timer=lambda: 0.0)
    changes = [(each, {"AccessTokenDuration": 77}) for each in chosen]
    return patch_job(marketplace, "Change", changes, detail=lambda *_: "", timer=lambda: 0.0)


async def there(opened: Gated) -> list[tuple[str, int]]:
    """Return name and access token duration of each, past every cache."""
    every = [each async for each in opened.session.client.api_clients.iterate()]
    return sorted((each.app_name, each.access_token_duration) for each in every if each.app_name in NAMES)


@pytest.mark.parametrize("later", [False, True], ids=["looked up at once", "looked up when it goes on"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_what_was_done_and_not_answered_is_in_the_journal_with_its_way_back(
    opened: Gated, method: str, later: bool
) -> None:
    before = await there(opened)
    job = job_of(opened, method)
    faults(opened).add(Rule(Fault.DROP_AFTER, method=method, path="/v1/apiclients/*"))
    if later:

        def lose(exchange: Exchange) -> None:
            if exchange.method == method:
                faults(opened).add(Rule(Fault.DROP_BEFORE, method="GET", path="/v1/apiclients/*"))

        opened.session.listeners.append(lose)
    assert (await job.run()).unknown == (2 if later else 0)
    opened.session.listeners.clear()
    faults(opened).clear()
    assert (await job.run()).words == "2 done"
    assert await there(opened) != before
    for change in opened.session.journal.changes:
        assert "no API client" not in change.what
    noted = [each.record for each in opened.session.journal.changes]
    assert sum(len(each.parts or (each,)) for each in noted) == 2
    while opened.session.journal.last is not None:
        await opened.session.journal.undo_last()
    assert await there(opened) == before


async def test_an_assignment_whose_answer_was_lost_is_in_the_journal_too(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    before = await marketplace.parties_assigned(portal.id)
    free = [each for each in (await marketplace.companies()).parties(marketplace.seller)[1:] if each not in before]
    faults(opened).add(Rule(Fault.DROP_AFTER, method="POST", path="/v1/apiclients/assignments"))
    await marketplace.assign(portal, free[0])
    assert await marketplace.assign_each(portal, free[1:3], ()) == ()
    assert set(await marketplace.parties_assigned(portal.id)) == {*before, *free[:3]}
    faults(opened).clear()
    faults(opened).add(Rule(Fault.DROP_BEFORE, method="POST", path="/v1/apiclients/assignments"))
    with pytest.raises(NoAnswer):
        await marketplace.assign(portal, free[3])
    assert len(opened.session.journal.changes) == 2
    for _ in range(2):
        await opened.session.journal.undo_last()
    assert set(await marketplace.parties_assigned(portal.id)) == set(before)
