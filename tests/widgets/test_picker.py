from __future__ import annotations

import pytest
from textual.app import App

from tui.widgets.picker import Choice, Picker

CHOICES = (
    Choice("1", "Buyer Storefront", "B*", "●"),
    Choice("2", "[/nope]\x1b", "seller", "○"),
    Choice("3", "Partner Portal", "buyer Anchor Boats"),
)


class Host(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"muted": "#808080", "allowed": "#008000", "refused": "#800000"}


async def pick(*keys: str, typed: str | None = None, current: str | None = None) -> str | None:
    app = Host()
    answers: list[str | None] = []
    async with app.run_test() as pilot:
        app.push_screen(Picker("What", CHOICES, typed=typed, current=current), answers.append)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
    return answers[0]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "1"),
        (["down", "down", "enter"], "3"),
        (["p", "o", "r", "t", "enter"], "3"),
        (["b", "u", "y", "e", "r", "space", "b", "o", "enter"], "3"),
        (["left_square_bracket", "slash", "enter"], "2"),
        (["escape"], None),
    ],
)
async def test_typing_narrows_and_enter_answers(keys: list[str], answer: str | None) -> None:
    assert await pick(*keys) == answer


async def test_it_starts_on_the_current_choice() -> None:
    assert await pick("enter", current="2") == "2"


async def test_a_text_in_no_choice_is_taken_only_where_it_may_be() -> None:
    assert await pick("z", "z", "enter", typed="client ID") == "zz"
    assert await pick("z", "z", "enter", "escape") is None
