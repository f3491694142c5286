"""How the lives of tokens look: the timeline, the sandbox's clock with a token, and the screen of their own."""

from __future__ import annotations

import pytest

from tests.console import Console, open_console
from tests.panes.tokens_lab import open_tokens
from tests.screens.conftest import Pictures, named
from tui.session.attempts import Kind

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


async def done(console: Console) -> None:
    """Wait for what goes on below the screen on top."""
    await console.pilot.pause()
    await console.app.workers.wait_for_complete()
    await console.pilot.pause()


@SIZES
async def test_the_lives_of_a_token(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        lab = await open_tokens(console)
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
        await console.press("right_square_bracket", "right_square_bracket")
        pictures.check_text(console, named("lifetime", size))
        await console.press("L", "ctrl+r")
        await done(console)
        pictures.check_text(console, named("exhaustion", size))
        await console.press("right_square_bracket")
        pictures.check_text(console, named("habit", size))
        await console.press("right_square_bracket")
        pictures.check_text(console, named("watch", size))
        await console.press("escape", "c", "f", "b", "e")
        await done(console)
        pictures.check_text(console, named("clock-token", size))
