"""How Access looks narrowed, by kind and as a list, and the screens that answer who gets in."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from tests.console import open_console
from tests.panes.secrets_lab import until
from tests.screens.conftest import Pictures, named
from tui.panes.who_can import WhoCan
from tui.session.who_can import Question
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.row_list import RowList


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_access_in_every_shape(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        app = console.app
        await console.press("2", "f")
        await console.type("store")
        await console.press("enter", "j", "b")
        await until(console, lambda: "5 OF 6 GET IN" in console.text, "the group's reason")
        pictures.check_text(console, named("access-groups", size))
        await console.press("b", "v", "j")
        await until(console, lambda: "Grants of" in str(app.query_one("#reason", Static).content), "the grants")
        pictures.check_text(console, named("access-list", size))
        await console.press("escape", "escape", "enter")

        def told() -> str:
            return "\n".join(each.text.plain for each in app.screen.query_one(FactSheet).facts)

        await until(console, lambda: "the company" in told(), "the security profiles")
        pictures.check_text(console, named("access-users", size))
        await console.press("escape", "i")
        screen = app.screen
        assert isinstance(screen, WhoCan)
        questions = screen.query_one("#who-can-questions", RowList)
        await until(console, lambda: len(questions.rows) > 40, "the questions")
        for asked in ("OrderAdmin", "Buyer Approvals"):
            screen.query_one(Input).value = asked
            await until(console, lambda asked=asked: asked_for(questions.row) == asked, asked)  # type: ignore[misc]
            await console.press("enter")
            await until(
                console,
                lambda asked=asked: screen.answered is not None and asked_for(screen.answered.question) == asked,  # type: ignore[misc]
                "an answer",
            )
            pictures.check_text(console, named(f"access-ways-{asked.split()[0].lower()}", size))
            await console.press("escape")


def asked_for(question: Question | None) -> str:
    """Return what a question is about, as people call it."""
    return "" if question is None else question.label or question.name
