"""How secrets look: the list with its signs, and the rotation on its way."""

from __future__ import annotations

import pytest

from tests.console import console_request, open_console
from tests.panes.test_client_secrets import done, step, to_secrets
from tests.screens.conftest import Pictures, named
from tui.panes.secret_rotation import SecretRotation
from tui.sandbox.demo import PASSWORD

BOTH = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


@BOTH
async def test_the_secrets(pictures: Pictures, size: tuple[int, int]) -> None:
    """A legacy secret, revealed, and beside it a named one whose end is near."""
    async with open_console(size=size) as console:
        await to_secrets(console, "Reporting Job")
        await console.press("n")
        await console.type("Blue")
        await console.press("enter")
        await console.type("9d")
        await console.press("enter")
        await done(console)
        await console.press("escape", "escape")
        await done(console)
        await console.press("k", "v")
        pictures.check_text(console, named("secrets", size))


@BOTH
async def test_the_rotation(pictures: Pictures, size: tuple[int, int]) -> None:
    """Before the old one is retired; in the light theme for those who look."""
    async with open_console(console_request(theme="daylight"), size=size) as console:
        await to_secrets(console, "Reporting Job")
        await console.press("R")
        assert isinstance(console.app.screen, SecretRotation)
        await step(console, "enter", "enter", "enter", "y", "escape", "enter")
        await console.type("support-agent")
        await console.press("enter")
        await console.type(PASSWORD)
        await step(console, "enter", "enter")
        await done(console)
        pictures.check_text(console, named("rotation", size))
        if size == (120, 40):
            pictures.check_svg(console, named("rotation", size))
