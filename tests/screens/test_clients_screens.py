"""How Clients looks: at the sizes people use, in the states it can be in."""

from __future__ import annotations

import pytest

from tests.console import console_request, open_console
from tests.screens.conftest import SIZES, Pictures, named


@SIZES
async def test_the_list(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("j", "j")
        pictures.check_text(console, named("clients", size))


@SIZES
async def test_the_form(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("j", "j", "e", "tab", "tab", "space")
        pictures.check_text(console, named("clients-form", size))


@SIZES
async def test_the_assignments(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("j", "j", "a", "j", "j", "j")
        pictures.check_text(console, named("clients-assignments", size))


@SIZES
async def test_the_advice(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("s", "right_square_bracket", "z", "j", "enter", "x", "enter")
        pictures.check_text(console, named("clients-advice", size))


@SIZES
async def test_the_question_before_a_flag_is_flipped(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("j", "j", "a", "j", "space")
        pictures.check_text(console, named("clients-flip", size))


@SIZES
async def test_the_help(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("question_mark")
        pictures.check_text(console, named("help", size))


async def test_the_palette(pictures: Pictures) -> None:
    async with open_console(size=(80, 24)) as console:
        await console.press("ctrl+p")
        await console.type("dele")
        pictures.check_text(console, "palette-80x24")


@pytest.mark.parametrize("theme", ["harbor", "daylight", "contrast", "plain"])
async def test_the_list_in_each_theme(pictures: Pictures, theme: str) -> None:
    async with open_console(console_request(theme=theme), size=(100, 30)) as console:
        await console.press("j", "j")
        pictures.check_svg(console, f"clients-{theme}")
