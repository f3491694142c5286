"""The person's own keys, in the console: given, taken away, and told when two commands share one."""

from __future__ import annotations

import pytest

from tests.console import console_request, open_console
from tui.config.settings import Settings
from tui.widgets.dialogs import Note
from tui.widgets.key_bar import KeyBar


def with_keys(**keys: tuple[str, ...]) -> Settings:
    """Return settings with a key map; `_` stands for the dot of a command's name."""
    return Settings(keys={name.replace("_", "."): own for name, own in keys.items()})


async def test_an_empty_list_takes_every_key_from_a_command() -> None:
    settings = with_keys(app_quit=(), clients_new=(), app_palette=())
    async with open_console(console_request(settings=settings)) as console:
        before = console.text
        await console.press("q", "ctrl+q", "n", "ctrl+p")
        assert console.app.is_running
        assert console.app._exit is False
        assert console.text == before
        shown = {name for _, _, name in console.app.query_one(KeyBar).keys}
        assert "clients.edit" in shown
        assert not shown & {"app.quit", "clients.new", "app.palette"}
        assert not console.told


async def test_several_keys_take_the_place_of_the_usual_one() -> None:
    async with open_console(console_request(settings=with_keys(app_help=("f2", "ctrl+g")))) as console:
        await console.press("question_mark")
        assert not isinstance(console.app.screen, Note)
        for key in ("f2", "ctrl+g"):
            await console.press(key)
            assert isinstance(console.app.screen, Note)
            await console.press("escape")


async def test_a_key_that_two_commands_share_is_told_and_the_persons_wish_wins() -> None:
    async with open_console(console_request(settings=with_keys(app_theme=("?",)))) as console:
        assert any('"?" is a key of "app.help" as well' in told for told in console.told)
        await console.press("question_mark")
        assert "Theme" in console.text


async def test_ctrl_c_names_the_keys_that_leave() -> None:
    for keys, words in ((("f10",), "f10 leaves."), ((), "The palette (^p) has Quit")):
        async with open_console(console_request(settings=with_keys(app_quit=keys))) as console:
            await console.press("ctrl+c")
            assert words in console.told[-1]


@pytest.mark.parametrize("keys", [("question_mark",), ("A",), ("delete",), ("Z",), ("2", "w")])
async def test_ctrl_q_above_the_modes_says_what_to_do_first(keys: tuple[str, ...]) -> None:
    async with open_console() as console:
        await console.press(*keys)
        above = console.app.screen
        await console.press("ctrl+q")
        assert console.told[-1] == "Close what is open here first. Then q or ^q leaves."
        assert console.app.screen is above
