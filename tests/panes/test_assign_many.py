"""Assigning many companies through the console, on a marketplace with more of them than fit in a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.widgets import Input, TextArea

from tests.console import Console, console_request, open_console
from tests.panes.test_bulk_screen import faults, until
from tui.access.facts import Party, PartyKind
from tui.ordercloud.models import ApiClient
from tui.panes.assignment_rows import CompanyRow
from tui.panes.bulk_screen import BulkScreen
from tui.panes.client_assignments import AssignmentsView, CompanyRows
from tui.panes.company_assignments import CompanyAssignments
from tui.panes.company_picker import CompanyPicker
from tui.panes.exact_list import ExactDoubts, ExactText
from tui.sandbox import FAST, Planting, Sandbox
from tui.sandbox.control import Fault, Rule
from tui.sandbox.large import LargeSize
from tui.widgets.row_list import RowList

SIZE = LargeSize(api_clients=6, buyers=1_200, suppliers=30, users=1)


@asynccontextmanager
async def large_console(folder: Path, *, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Console]:
    """Open a console on a large marketplace."""
    file = folder / "large.db"
    await (await Sandbox.open(file, planting=Planting("large", SIZE), hashing=FAST)).close()
    request = replace(console_request(), sandbox_db=file, sandbox_memory=False)
    async with open_console(request, size=size) as console:
        yield console


def rows(console: Console) -> CompanyRows:
    return console.app.query_one("#companies", CompanyRows)


def asked(console: Console, path: str) -> list[str]:
    """Return the queries sent to a path, and forget them."""
    found = [each.request_line for each in console.app.session.exchanges if each.path == path and each.method == "GET"]
    console.app.session.exchanges.clear()
    return found


async def to_assignments(console: Console) -> ApiClient:
    """Go to the assignments of an API client that buyers are assigned to and no flag is on of."""
    known = console.app.session.marketplace.api_clients.values()
    chosen = next(each for each in known if each.assigned_buyer_count and not each.allow_any_buyer)
    console.app.query_one("#api-clients", RowList).move_to(chosen.id)
    await console.settle()
    await console.press("a")
    view = console.app.query_one(AssignmentsView)
    await until(console, lambda: view.api_client is not None and len(rows(console).rows) > 3)
    return chosen


async def assigned(console: Console, api_client: ApiClient) -> set[str]:
    calls = console.app.session.client.api_clients.assignments
    return {each.buyer_id async for each in calls.iterate(api_client_id=api_client.id) if each.buyer_id}


async def boats(console: Console) -> set[str]:
    from tui.ordercloud import ListQuery

    return {each.id async for each in console.app.session.client.buyers.iterate(ListQuery(search="amber boats"))}


async def ended(console: Console) -> None:
    screen = console.app.screen
    assert isinstance(screen, BulkScreen)
    await until(console, lambda: screen._job.progress.ended)


async def test_only_the_pages_looked_at_are_read_and_all_that_match_are_assigned(tmp_path: Path) -> None:
    async with large_console(tmp_path) as console:
        api_client = await to_assignments(console)
        before = await assigned(console, api_client)
        pages = [each for each in asked(console, "/v1/buyers") if "sortBy=Name" in each]
        assert len(pages) == 1
        assert len(rows(console)._rows) == 3 + SIZE.buyers + SIZE.suppliers
        assert f"{len(before)} of 1,200" in console.text
        await console.press("G")
        await until(console, lambda: isinstance(rows(console).row, CompanyRow))
        last = rows(console).row
        assert isinstance(last, CompanyRow)
        assert last.party.kind is PartyKind.SUPPLIER
        assert len(asked(console, "/v1/buyers")) <= 1

        await console.press("slash")
        await console.type("amber boats")
        wanted = await boats(console)
        await until(console, lambda: len(rows(console)._rows) < 100)
        await console.press("enter", "ctrl+a")
        await until(console, lambda: bool(rows(console).selected))
        chosen = {key[1] for key in rows(console).selected if isinstance(key, tuple) and key[0] == "buyer"}
        assert chosen == wanted
        assert f"{len(rows(console).selected):,} selected" in console.text

        await console.press("a")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        assert "Nothing has been sent yet." in console.text
        assert await assigned(console, api_client) == before
        # The connection is lost in the middle, and comes back.
        faults(console).add(
            Rule(Fault.RATE_LIMIT, method="POST", path="/v1/apiclients/assignments", retry_after=0, next=2)
        )
        faults(console).add(Rule(Fault.DROP_AFTER, method="POST", path="/v1/apiclients/assignments"))
        await console.press("enter")
        await ended(console)
        assert "Stopped after 3 failures in a row" in console.text
        faults(console).clear()
        await console.press("enter")
        await ended(console)
        assert "done" in console.text
        assert "failed" not in console.text
        assert await assigned(console, api_client) == before | wanted
        await console.press("escape")
        await until(console, lambda: not rows(console).selected)
        assert all(row.assigned for row in rows(console).rows if row.key[0] == "buyer")

        # Only what is assigned, all of it, taken away again; and the journal takes that back as one.
        await console.press("escape", "f")
        await until(console, lambda: len(rows(console)._rows) < 200)
        companies = {row.key[1] for row in rows(console).rows if row.key[0] == "buyer"}
        assert companies == before | wanted
        await console.press("ctrl+a")
        await until(console, lambda: bool(rows(console).selected))
        await console.press("U")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        assert "Unassign" in console.text
        await console.press("enter")
        await ended(console)
        assert await assigned(console, api_client) == set()
        await console.press("escape")
        await console.app.session.journal.undo_last()
        assert await assigned(console, api_client) == before | wanted


async def test_exactly_those_of_a_list_after_its_unknown_ones_are_shown(tmp_path: Path) -> None:
    async with large_console(tmp_path, size=(80, 24)) as console:
        api_client = await to_assignments(console)
        before = sorted(await assigned(console, api_client))
        await console.press("equals_sign")
        await until(console, lambda: isinstance(console.app.screen, ExactText))
        await console.press("ctrl+s")
        assert "There are no IDs yet" in console.text
        file = tmp_path / "buyers.csv"
        stays, comes = before[0], [each for each in ("buyer-1", "buyer-2", "buyer-3", "buyer-4") if each not in before]
        lines = ["Name;Buyer ID", *(f"Some name;{each}" for each in (stays, *comes, "BUYER-7", "no!id"))]
        file.write_text("\n".join(lines), encoding="utf-8")
        name = console.app.screen.query_one("#file", Input)
        name.value = str(tmp_path / "none.csv")
        name.focus()
        await console.press("ctrl+s")
        await until(console, lambda: "There is no file" in console.text)
        name.value = str(file)
        await console.press("enter")
        await until(console, lambda: bool(console.app.screen.query_one(TextArea).text))
        assert "from the column Buyer ID" in console.text
        assert "“no!id” cannot be an ID." in console.text
        await console.press("ctrl+s")
        await until(console, lambda: isinstance(console.app.screen, ExactDoubts))
        assert "unknown: buyer-7 (" in console.text
        await console.press("escape")
        await until(console, lambda: isinstance(console.app.screen, ExactText))
        assert "BUYER-7" in console.app.screen.query_one(TextArea).text, "the list is still there"
        await console.press("escape")
        assert "6 IDs pasted or read here would be forgotten." in console.text
        await console.press("escape")
        assert "BUYER-7" in console.app.screen.query_one(TextArea).text, "it was not left"
        await console.press("ctrl+s")
        await until(console, lambda: isinstance(console.app.screen, ExactDoubts))
        await console.press("ctrl+s")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        assert "1 of the list is assigned already." in console.text
        assert "2 of the list left out" in console.text
        await console.press("enter")
        await ended(console)
        assert await assigned(console, api_client) == {stays, *comes}


async def test_the_api_clients_of_a_company_from_the_list_and_from_the_matrix(tmp_path: Path) -> None:
    async with large_console(tmp_path) as console:
        session = console.app.session
        await console.press("A")
        await until(console, lambda: isinstance(console.app.screen, CompanyPicker))
        await until(console, lambda: len(console.app.screen.query_one(RowList).rows) > 0)
        await console.type("buyer-77")
        await until(console, lambda: len(console.app.screen.query_one(RowList).rows) < 20)
        chosen = console.app.screen.query_one(RowList).row
        assert isinstance(chosen, Party)
        assert "buyer-77" in chosen.id
        await console.press("enter")
        await until(console, lambda: isinstance(console.app.screen, CompanyAssignments))
        await until(console, lambda: len(console.app.screen.query_one(RowList).rows) >= SIZE.api_clients)
        before = await session.marketplace.assigned_to(chosen)
        assert f"assigned to {len(before)} of" in console.text
        await console.press("ctrl+a")
        await until(console, lambda: "selected" in console.text)
        await console.press("a")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        await console.press("enter")
        await ended(console)
        assert "failed" not in console.text
        every = {each.id.lower() async for each in session.client.api_clients.iterate()}
        assert await session.marketplace.assigned_to(chosen) == every
        await console.press("escape")
        await until(console, lambda: f"assigned to {len(every)} of {len(every)}" in console.text)
        await console.press("enter")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        await console.press("enter")
        await ended(console)
        assert len(await session.marketplace.assigned_to(chosen)) == len(every) - 1
        await console.press("escape", "f")
        await until(console, lambda: len(console.app.screen.query_one(RowList).rows) == len(every) - 1)
        await console.press("equals_sign")
        await until(console, lambda: isinstance(console.app.screen, ExactText))
        stays = sorted(await session.marketplace.assigned_to(chosen))[:2]
        meant = f"{stays[0][:-1]}{'1' if stays[0][-1] == '0' else '0'}"
        console.app.screen.query_one(TextArea).load_text("\n".join((*map(str.upper, stays), meant)))
        await console.press("ctrl+s")
        await until(console, lambda: isinstance(console.app.screen, ExactDoubts))
        assert f"{stays[0].upper()} (" in console.text, "the ID that may be meant"
        await console.press("ctrl+s")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        assert "2 of the list are assigned already." in console.text
        await console.press("enter")
        await ended(console)
        assert await session.marketplace.assigned_to(chosen) == set(stays)
        await console.press("escape")
        await until(console, lambda: len(console.app.screen.query_one(RowList).rows) == 2)
        await console.press("escape")
        assert not isinstance(console.app.screen, CompanyAssignments)
    async with open_console() as console:
        await console.press("2", "a")
        assert "There is no assignment for the seller" in console.told[-1]
        await console.press("j", "a")
        await until(console, lambda: isinstance(console.app.screen, CompanyAssignments))
        await until(console, lambda: "nullified by the flag" in console.text)
