"""How secrets look: the list with its signs, and the rotation on its way."""

from __future__ import annotations

import pytest

from tests.console import console_request, open_console
from tests.panes.secrets_lab import field, fill, home, press, rotate, rows_shown, to_secrets, until
from tests.screens.conftest import Pictures, named
from tui.panes.secret_shown import SecretShown
from tui.sandbox.demo import PASSWORD
from tui.session.rotation import Step
from tui.widgets.dialogs import Ask

BOTH = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


@BOTH
async def test_the_secrets(pictures: Pictures, size: tuple[int, int]) -> None:
    """A legacy secret, masked, and beside it a named one whose end is near."""
    async with open_console(size=size) as console:
        await to_secrets(console, "Reporting Job")
        await press(console, "n", Ask)
        await console.type("Blue")
        await field(console, 1)
        await console.type("9d")
        await press(console, "enter", SecretShown)
        await home(console, "escape", "escape")
        await until(console, lambda: len(rows_shown(console)) == 2 and rows_shown(console)[1][2])
        await console.press("k")
        pictures.check_text(console, named("secrets", size))


async def test_the_rotation(pictures: Pictures) -> None:
    """Before the old one is retired; where it is wide, the list behind it tells a last use that comes when it comes."""
    size = (80, 24)
    async with open_console(console_request(theme="daylight"), size=size) as console:
        await rotate(console, "Reporting Job")
        await press(console, "enter", Ask)
        await field(console, 1)
        await press(console, "enter", SecretShown)
        await console.press("escape")
        await press(console, "escape", Step.PROVE)
        await press(console, "enter", Ask)
        fill(console, 0, "support-agent")
        fill(console, 1, PASSWORD)
        await field(console, 1)
        await press(console, "enter", Step.USE)
        await press(console, "enter", Step.RETIRE)
        pictures.check_text(console, named("rotation", size))
