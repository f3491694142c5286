"""How a plan looks."""

from __future__ import annotations

import pytest

from tests.console import open_console
from tests.screens.conftest import Pictures, named
from tui.access.xp import JSON
from tui.panes.plan import PlanScreen
from tui.session.declared.document import Document, Entry, Kind, NamedSecret

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


@SIZES
async def test_a_plan_before_and_after(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        known = console.app.session.marketplace.api_clients.values()
        ids = {each.app_name: each.id for each in known}
        kiosk: dict[str, JSON] = {"AppName": "Quay Kiosk", "Active": True, "AccessTokenDuration": 60}
        wanted = (
            Entry("", kiosk, {Kind.BUYER: frozenset({"chandlery"})}, (NamedSecret("", "Rotation"),)),
            Entry(ids["Admin Backoffice"], {"RefreshTokenDuration": 43200, "DefaultContextUserName": "nobody"}),
            Entry("", {"AppName": "Partner Portal", "AccessTokenDuration": 60}, {Kind.SUPPLIER: frozenset()}),
        )
        console.app.push_screen(PlanScreen(console.app.session, Document(wanted, source="staging.toml")))
        await console.settle()
        await console.app.workers.wait_for_complete()
        await console.settle()
        await console.press("j", "j")
        pictures.check_text(console, named("plan", size))
        await console.press("k", "space", "ctrl+s", "y")
        await console.app.workers.wait_for_complete()
        await console.settle()
        pictures.check_text(console, named("plan-applied", size))
