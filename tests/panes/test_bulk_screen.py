"""The screen of a job: the dry run, the progress, the account, and what its keys do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from tests.console import Console, open_console
from tui.access.facts import Party, PartyKind
from tui.ordercloud.models.base import JSON
from tui.panes.bulk_screen import BulkScreen, do_many
from tui.panes.changing import Kind, Question
from tui.sandbox.control import Fault, Rule
from tui.sandbox.control.rules import Faults
from tui.session.assigning import Pairing, assignment_job
from tui.session.bulk import Job, Phase, Progress
from tui.widgets.background import start
from tui.widgets.dialogs import Confirm
from tui.widgets.row_list import RowList

HOSTILE = "[red]Buyer[/] \x1b[31m 05"


def faults(console: Console) -> Faults:
    sandbox = console.app.session.opened.sandbox
    assert sandbox is not None
    return sandbox.control.faults


async def until(console: Console, true: Callable[[], bool]) -> None:
    """Wait for something that comes by itself, and for the screen to show it."""
    async with asyncio.timeout(20):
        while not true():
            await console.pilot.pause(0.01)
    await console.pilot.pause(0.15)


async def ended(console: Console, job: Job) -> Progress:
    await until(console, lambda: job.progress.ended)
    return job.progress


@asynccontextmanager
async def shown(count: int = 30, *, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[Console, Job]]:
    """Open a console with the dry run of a job: buyers to assign to the Partner Portal."""
    async with open_console(size=size) as console:
        session = console.app.session
        known = session.marketplace.api_clients.values()
        portal = next(each for each in known if each.app_name == "Partner Portal")
        parties = [Party(PartyKind.BUYER, f"b{each:02}", f"Buyer {each:02}") for each in range(count)]
        parties[5] = Party(PartyKind.BUYER, "b05", HOSTILE)
        for each in parties:
            await session.client.buyers.save(each.id, {"ID": each.id, "Name": each.name, "Active": True})
        pairings = [Pairing(portal, party, True) for party in parties]
        title = f"Assign {count} buyers to Partner Portal"
        job = assignment_job(session.marketplace, title, pairings, about="Partner Portal", timer=lambda: 0.0)
        question = Question(Kind.ASSIGN, title, "2 of them are assigned already, and stay.", "Assign")

        async def ask() -> None:
            await do_many(console.app.screen, session, job, question)

        start(console.app.screen, ask, group="try")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        yield console, job


async def assigned(console: Console) -> int:
    calls = console.app.session.client.api_clients.assignments
    return len([each async for each in calls.iterate() if (each.buyer_id or "").startswith("b0")])


async def test_the_dry_run_lists_every_change_and_sends_nothing() -> None:
    async with shown() as (console, job):
        assert "Assign 30 buyers to Partner Portal" in console.text
        assert "30 changes. Nothing has been sent yet." in console.text
        assert "2 of them are assigned already, and stay." in console.text
        assert "enter: assign · esc: leave" in console.text
        assert "[red]Buyer[/] ␛[31m 05" in console.text
        assert len(console.app.screen.query_one(RowList).rows) == 30
        await console.press("escape")
        assert not isinstance(console.app.screen, BulkScreen)
        assert (job.progress.waiting, await assigned(console)) == (30, 0)


async def test_it_runs_tells_the_results_and_takes_everything_back() -> None:
    async with shown() as (console, job):
        await console.press("enter")
        assert (await ended(console, job)).done == 30
        assert "30 of 30" in console.text
        assert "30 done" in console.text
        assert "u: undo all" in console.text
        assert await assigned(console) == 10
        await console.press("f")
        assert "Everything is done; f shows all." in console.text
        await console.press("u")
        assert "Take back: Assign 30 buyers" in console.text
        assert "enter: take back · esc: leave" in console.text
        await console.press("enter")
        await until(console, lambda: job.progress.undone == 30)
        assert await assigned(console) == 0
        await console.press("escape")
        assert "30 taken back" in console.text
        await console.press("escape")
        assert not isinstance(console.app.screen, BulkScreen)


async def test_a_lost_connection_and_a_conflict_are_told_and_mended() -> None:
    async with shown(size=(80, 24)) as (console, job):
        await console.app.session.client.buyers.delete("b03")
        faults(console).add(
            Rule(Fault.RATE_LIMIT, method="POST", path="/v1/apiclients/assignments", retry_after=0, next=1)
        )
        faults(console).add(Rule(Fault.DROP_BEFORE, path="/v1/apiclients*"))
        await console.press("enter")
        stopped = await ended(console, job)
        assert stopped.done == 0
        assert "Stopped after 3 failures in a row" in console.text
        assert "enter: go on" in console.text
        assert "broke off before its answer was complete" in console.text
        faults(console).clear()
        await console.press("enter")
        assert (await ended(console, job)).words == "29 done, 1 failed"
        await console.press("f")
        assert [job.steps[index].label for index in console.app.screen.query_one(RowList).rows] == ["Buyer 03"]
        assert "failed: " in console.text
        back: dict[str, JSON] = {"ID": "b03", "Name": "Back", "Active": True, "DefaultCatalogID": "b03"}
        await console.app.session.client.buyers.save("b03", back)
        await console.press("r")
        assert (await ended(console, job)).words == "30 done"
        await console.press("y")
        assert console.app.clipboard.splitlines()[3] == "Buyer 03\tassign\tdone"
        assert len(console.app.clipboard.splitlines()) == 30


async def test_leaving_while_it_runs_asks_and_the_account_stays() -> None:
    async with shown() as (console, job):
        faults(console).add(Rule(Fault.LATENCY, method="POST", path="/v1/apiclients*", seconds=500, every=3))
        await console.press("enter")
        await until(console, lambda: job.progress.done == 16)  # the other eight under way hang
        assert "c: cancel" in console.text
        assert "16 done, 8 under way, 6 waiting" in console.text
        await console.press("escape")
        assert isinstance(console.app.screen, Confirm)
        await console.press("y")
        await until(console, lambda: job.progress.phase is Phase.ENDING)
        await console.press("c")
        assert (await ended(console, job)).words == "16 done, 14 not done"
        assert isinstance(console.app.screen, BulkScreen)
        assert "Cancelled." in console.text
        assert "begun, and not done: looked up" in console.text
        assert await assigned(console) == 7  # of the first ten
        faults(console).clear()
        await console.press("enter")
        assert (await ended(console, job)).done == 30


async def test_in_production_it_asks_once_more() -> None:
    async with shown(count=6) as (console, job):
        session = console.app.session
        session.identity = replace(session.identity, kind="production")
        await console.press("enter")
        await until(console, lambda: isinstance(console.app.screen, Confirm))
        assert "6 changes in production." in console.text
        await console.press("n")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        assert job.progress.waiting == 6
        await console.press("enter")
        await until(console, lambda: isinstance(console.app.screen, Confirm))
        await console.press("y")
        assert (await ended(console, job)).done == 6
        await console.press("u", "enter")
        await until(console, lambda: isinstance(console.app.screen, Confirm))
        await console.press("y")
        await until(console, lambda: job.progress.undone == 6)
