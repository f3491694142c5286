"""What if, over the real sandbox: drafted on the matrix, seen, compared, applied as a plan, taken back, forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar

import pytest
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from tests.console import Console, open_console
from tests.panes.secrets_lab import until
from tui.access.facts import PartyKind
from tui.panes.access import AccessPane
from tui.panes.plan import PlanScreen
from tui.panes.what_if import WhatIfScreen
from tui.panes.what_if_drafts import DraftsScreen
from tui.session.bulk import State
from tui.widgets.dialogs import Ask, Choose, Confirm, Note
from tui.widgets.matrix import Matrix
from tui.widgets.multi_picker import MultiPicker
from tui.widgets.row_list import RowList

S = TypeVar("S", bound=Screen[Any])


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        await opened.press("2")
        await until(opened, lambda: opened.app.query_one(AccessPane).picture.parties, "the matrix")
        yield opened


async def begin(console: Console) -> WhatIfScreen:
    """Open what if, and wait until it knows everybody."""
    await console.press("w")
    screen = await on(console, WhatIfScreen)
    await until(console, lambda: screen._world is not None and "Reading" not in told(screen), "the users")
    return screen


async def on(console: Console, kind: type[S]) -> S:
    await until(console, lambda: isinstance(console.app.screen, kind) and console.app.screen.is_mounted, str(kind))
    screen = console.app.screen
    assert isinstance(screen, kind)
    return screen


def text_of(screen: WhatIfScreen, id: str) -> str:
    content = screen.query_one(id, Static).content
    return content.plain if isinstance(content, Content) else str(content)


def told(screen: WhatIfScreen) -> str:
    return text_of(screen, "#draft-told")


def go_to(screen: WhatIfScreen, party: str, api_client: str) -> tuple[int, int]:
    picture = screen._base
    row = next(row for row, each in enumerate(picture.parties) if each.label == party)
    column = next(column for column, each in enumerate(picture.api_clients) if each.app_name == api_client)
    screen.query_one(Matrix).cursor = (row, column)
    return row, column


async def test_changes_light_up_are_counted_applied_and_taken_back(console: Console) -> None:
    screen = await begin(console)
    cell = go_to(screen, "Breakwater Marine", "Buyer Storefront")
    await console.press("f", "a")
    await until(console, lambda: "3 users lose" in told(screen), "the losses")
    assert screen._sign(*cell).text == "· -2"
    assert "Now ALLOWED by AllowAnyBuyer, then REFUSED · 2 users lose" in text_of(screen, "#cell-told")
    anchor = go_to(screen, "Anchor Boats", "Buyer Storefront")
    assert screen._sign(*anchor).text == "✓ ~"
    await console.press("c")  # the company
    await until(console, lambda: screen._sign(*anchor).text.startswith("○"), "the company deactivated")
    await console.press("u")  # its users
    await on(console, MultiPicker)
    await console.press("enter", "ctrl+s")
    await on(console, WhatIfScreen)
    await until(console, lambda: len(screen.draft.edits) == 4, "four changes")
    await console.press("i")
    await on(console, Note)
    assert "loses password" in console.text
    await console.press("escape")
    assert "What if: Draft 1 · 4 changes" in console.text
    # The same once more is no change; delete takes the last one out.
    await console.press("x", "x", "delete")
    await until(console, lambda: len(screen.draft.edits) == 3, "three changes")

    await console.press("ctrl+s")
    plan = await on(console, PlanScreen)
    await until(console, lambda: plan._plan is not None, "the plan")
    assert [row.text for row in plan.query_one(RowList).rows] == [
        "AllowAnyBuyer: on → off",
        "unassign buyer breakwater-marine (Breakwater Marine)",
        "deactivate the buyer",
    ]
    await console.press("ctrl+s")
    await on(console, Confirm)
    await console.press("y")
    await until(console, lambda: plan._applying is not None and plan._applying.progress.ended, "the end")
    assert plan._applying is not None
    assert {each.result.state for each in plan._applying.account} == {State.DONE}
    session = console.app.session
    assert not (await session.client.buyers.get("anchor-boats")).active
    await console.press("escape")
    await on(console, WhatIfScreen)
    await until(console, lambda: not screen.draft.edits, "nothing is left to change")
    assert screen._base.parties[anchor[0]].active is False
    await console.press("escape")
    await until(console, lambda: len(console.app.screen_stack) == 1, "Access")

    change = session.journal.last
    assert change is not None
    assert "3 changes of Draft 1" in change.what
    await session.journal.undo_last()
    assert (await session.client.buyers.get("anchor-boats")).active


async def test_drafts_are_kept_compared_and_forgotten(console: Console) -> None:
    screen = await begin(console)
    go_to(screen, "Anchor Boats", "Partner Portal")
    await console.press("a", "R")
    await on(console, Ask)
    console.app.screen.query_one(Input).value = "No anchor"
    await console.press("enter")
    await on(console, WhatIfScreen)
    await console.press("n", "m")
    await on(console, Choose)
    await console.press("down", "down", "enter")  # the ceiling
    await on(console, MultiPicker)
    await console.type("BuyerReader")
    await console.press("enter", "ctrl+s")
    await on(console, WhatIfScreen)
    await until(console, lambda: screen.draft.edits and "lose" in told(screen), "the roles lost")
    assert [each.member for each in screen.draft.edits] == ["MaximumGrantedRoles"]
    await console.press("escape")
    await on(console, Choose)
    await console.press("enter")
    await until(console, lambda: len(console.app.screen_stack) == 1, "Access")
    assert "2 drafts kept" in console.text

    screen = await begin(console)
    assert screen.draft.name == "Draft 1"
    await console.press("D")
    await on(console, DraftsScreen)
    assert "No anchor" in console.text
    assert "In this draft alone" in console.text
    await console.press("k", "enter")
    await on(console, WhatIfScreen)
    await until(console, lambda: screen.draft.name == "No anchor", "the other draft")
    assert [each.party.kind for each in screen.draft.edits if each.party] == [PartyKind.BUYER]
    await console.press("question_mark")
    await on(console, Note)
    await console.press("escape", "escape")
    await on(console, Choose)
    await console.press("down", "enter")
    await until(console, lambda: len(console.app.screen_stack) == 1, "Access")
    assert "1 draft kept" in console.text


async def test_what_cannot_be_is_said_and_everything_fits_at_80_by_24() -> None:
    async with open_console(size=(80, 24)) as console:
        await console.press("2")
        screen = await begin(console)
        go_to(screen, "Harbor Supply", "Partner Portal")
        for key, words in (
            ("a", "no assignment for the seller"),
            ("c", "stays active"),
            ("ctrl+s", "changes nothing yet"),
            ("n", "empty still"),
            ("D", "no draft yet"),
        ):
            await console.press(key)
            assert words in console.told[-1]
        await console.press("f")
        await until(console, lambda: "user" in told(screen), "the gains")
        lines = console.text.splitlines()
        assert any("AllowSeller on" in line for line in lines)
        assert any("+" in line and "Harbor Supply" in line for line in lines)
        assert "opens" in console.text
        await console.press("escape")
        await on(console, Choose)
        await console.press("down", "enter")
        await until(console, lambda: len(console.app.screen_stack) == 1, "Access")
