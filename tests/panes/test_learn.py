"""Learn: every card says what the rules say, names an API client that shows it, and leads there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.containers import VerticalScroll

from tests.console import START, Console, console_request, open_console
from tui.access.decide import decide
from tui.access.decision import Check
from tui.access.parties import FLAG_OF_KIND
from tui.config.connection import Connection, ConnectionProblem, Part
from tui.panes import learn_checks
from tui.panes.learn import LearnPane, card_text
from tui.panes.learn_card import Card
from tui.panes.learn_cards import lessons
from tui.panes.learn_checks import check_cards
from tui.widgets.row_list import RowList

CARDS = (*lessons(START), *check_cards(START))


def topics(console: Console) -> RowList[Card]:
    found: RowList[Card] = console.app.query_one("#topics RowList", RowList)
    return found


async def go_to(console: Console, name: str) -> None:
    assert topics(console).move_to(name)
    await console.settle()


@pytest.mark.parametrize("check", list(Check))
def test_each_check_is_taught_by_an_attempt_that_fails_right_there(check: Check) -> None:
    lesson = learn_checks._lessons(START)[check]
    decision = decide(lesson.attempt, lesson.facts, START)
    assert decision.check is check
    card = check_cards(START)[check.value]
    assert card.title == f"Check {check.value}: {check.title}"
    assert card.error == decision.error
    assert card.error is not None
    shown = card_text(card, None).plain
    assert card.error.code in shown
    assert card.error.description in shown


def test_the_overview_lists_all_checks_in_their_order() -> None:
    overview = check_cards(START)[0]
    assert [each.question.split()[0] for each in overview.examples] == [str(check.value) for check in Check]


def test_the_examples_say_what_their_card_teaches() -> None:
    allowed = {card.name: [each.allowed for each in card.examples] for card in CARDS}
    assert allowed["party"] == [True, False]
    assert allowed["flags"] == [True, True, True]
    assert allowed["assignments"] == [True, False]
    assert allowed["nullified"] == [True, True, False]
    assert allowed["password"] == [True, False]
    assert allowed["client-credentials"] == [True, False]
    assert allowed["guests"] == [True, None]
    assert allowed["secrets"] == [False, True]
    assert allowed["switching-off"] == [False]
    assert allowed["roles"] == [True, True, False]
    assert allowed["floor-and-ceiling"] == [True, False]


def test_the_cards_are_one_each_short_and_without_a_clock_of_their_own() -> None:
    assert len({card.name for card in CARDS}) == len(CARDS)
    assert all(card.text and card.title for card in CARDS)
    assert all(len(" ".join(card.text)) < 700 for card in CARDS)
    later = (replace(card, fits=None) for card in lessons(START + timedelta(days=900)))
    assert tuple(later) == tuple(replace(card, fits=None) for card in lessons(START))
    told = " ".join(paragraph for card in CARDS for paragraph in card.text)
    assert all(flag in told for flag in FLAG_OF_KIND.values())


async def test_every_card_with_an_example_finds_one_in_the_demo_marketplace() -> None:
    async with open_console() as console:
        await console.press("5", "v")
        pane = console.app.query_one(LearnPane)
        for card in CARDS:
            assert topics(console).move_to(card.name)
            if card.fits is not None:
                assert pane.example is not None, card.name
                assert pane.example.app_name in card_text(card, pane.example).plain
            else:
                assert pane.why_not("learn.open") is not None


async def test_enter_opens_the_example_and_t_tries_it() -> None:
    async with open_console() as console:
        await console.press("5", "v")
        await go_to(console, "switching-off")
        assert "See it here: Old ERP Bridge" in console.text
        await console.press("enter")
        assert "Old ERP Bridge" in str(console.app.query_one("#api-clients", RowList).row)
        assert console.app.query_one("#modes").query_one("#clients").display
        await console.press("5", "t")
        assert console.app.query_one("#modes").query_one("#tokens").display


async def test_enter_says_why_when_a_card_is_about_all_of_them() -> None:
    async with open_console() as console:
        await console.press("5", "v")
        await go_to(console, "rotation")
        await console.press("enter")
        assert console.told == ["This card is about all API clients."]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_space_reads_each_card_to_its_end_and_goes_on(size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("5", "v")
        card = console.app.query_one("#card", VerticalScroll)
        scrolled = 0
        for _ in range(30):
            rest, at = card.max_scroll_y - card.scroll_offset.y, topics(console).cursor
            await console.press("space")
            assert topics(console).cursor == (at if rest else at + 1)
            scrolled += bool(rest)
            if topics(console).cursor == 4:
                break
        assert topics(console).cursor == 4
        assert bool(scrolled) == (size == (80, 24))
        await console.press("left_square_bracket", "N", "right_square_bracket")
        assert topics(console).cursor == 3
        await console.press("n")
        assert topics(console).cursor == 4


async def test_the_cards_can_be_read_without_a_marketplace() -> None:
    nowhere = Connection("", problems=(ConnectionProblem(Part.URL, "Where to?", missing=True),))
    async with open_console(console_request(connection=nowhere)) as console:
        await console.press("escape", "5", "v")
        assert "What an API client is" in console.text
        assert "No API client of this marketplace shows it." in console.text


@pytest.mark.parametrize("name", ["[/nope]", "\x1b]0;x\x07", "a\u202eb", "x" * 10_000])
async def test_a_hostile_name_is_shown_as_it_is(name: str) -> None:
    async with open_console() as console:
        created = await console.app.session.client.api_clients.create(
            {"AppName": "x", "AccessTokenDuration": 60, "Active": True}
        )
        hostile = created.model_copy(update={"app_name": name})
        console.app.session.marketplace._known.by_id = {hostile.id: hostile}
        await console.press("5", "v")
        await console.settle()
        assert name[:5].replace("\x1b", "␛").replace("\u202e", "�") in console.text


async def test_the_help_lists_enter_and_a_card_about_all_says_why_it_opens_none() -> None:
    async with open_console(size=(100, 40)) as console:
        await console.press("5", "v")
        topics = console.app.query_one("#topics RowList", RowList)
        topics.cursor = [card.fits is None for card in topics.rows].index(True)
        await console.press("enter")
        assert console.told[-1] == "This card is about all API clients."
        await console.press("question_mark")
        line = next(line for line in console.text.splitlines() if "Open the example" in line)
        assert "enter o" in line
        assert "Not now: This card is about all API clients." in " ".join(console.text.replace("│", " ").split())
