"""How Copy as… looks."""

from __future__ import annotations

import pytest

from tests.console import open_console
from tests.screens.conftest import Pictures, named

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


@SIZES
async def test_an_api_client(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("j", "j", "y", "j", "j")
        pictures.check_text(console, named("copy-client", size))


@SIZES
async def test_an_assignment(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("j", "j", "a", "j", "j", "j", "y", "G", "k", "k", "k", "k")
        pictures.check_text(console, named("copy-assignment", size))
