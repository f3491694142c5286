"""How editing looks: what was changed elsewhere, roles to pick from, templates, and the journal."""

from __future__ import annotations

import pytest

from tests.console import open_console
from tests.panes.test_clients import go_to
from tests.panes.test_editing import entry_of, put
from tests.screens.conftest import Pictures, named

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


@SIZES
async def test_editing(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        session = console.app.session
        await console.press("n", "down", "down")
        pictures.check_text(console, named("templates", size))
        await console.press("escape")
        portal = await go_to(console, "Partner Portal")
        await session.marketplace.patch_api_client(portal, {"AccessTokenDuration": 60})
        await console.press("r", "e")
        await put(console, "AccessTokenDuration", "90")
        await put(console, "AppName", "Chandlery Portal")
        await session.client.api_clients.patch(portal.id, {"AccessTokenDuration": 33, "AllowAnySupplier": True})
        await console.press("ctrl+s")
        pictures.check_text(console, named("merge", size))
        await console.press("escape")
        entry_of(console, "MaximumGrantedRoles").focus()
        await console.press("ctrl+o")
        await console.type("order")
        await console.press("enter")
        pictures.check_text(console, named("roles", size))
        await console.press("escape", "escape", "y", "Z")
        pictures.check_text(console, named("journal", size))
