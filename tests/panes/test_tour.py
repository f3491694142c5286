"""Tours in Learn, with keys alone: played, done by hand, gone back in, jumped in, begun again and left."""

from __future__ import annotations

from pathlib import Path

from tests.console import Console, console_request, open_console
from tests.panes.secrets_lab import until
from tui.panes.learn import LearnPane, tour_text
from tui.panes.tour_view import TourView
from tui.session.scenarios.document import Scenario
from tui.session.tours import tours
from tui.widgets.row_list import RowList

TOURS = {each.name: each for each in tours()}


def view(console: Console) -> TourView:
    return console.app.query_one(TourView)


async def ready(console: Console) -> None:
    """Wait until the step is shown, and what the keys do is told."""

    def shown() -> bool:
        found = console.app.query(TourView)
        return bool(found) and found.first().playing is not None and not found.first()._busy

    await until(console, shown, "the step is shown")
    await console.settle()


async def begin(console: Console, name: str) -> None:
    await console.press("5")
    assert console.app.query_one("#tours RowList", RowList).move_to(name)
    await console.press("enter")
    await ready(console)


async def press(console: Console, *keys: str) -> None:
    for key in keys:
        await console.press(key)
        await ready(console)


async def test_a_whole_tour_is_played_with_space_on_a_small_screen() -> None:
    tour = TOURS["One buyer in, the others out"]
    async with open_console(size=(80, 24)) as console:
        users = set(console.app.session.marketplace.api_clients)
        await console.press("5")
        assert "enter  begins it." in console.text
        await begin(console, tour.name)
        seen: list[str] = []
        for _ in range(60):
            seen.append(console.text)
            assert "space" in console.text
            await console.press("space")
            if not console.app.query(TourView):
                break
            await ready(console)
        whole = " ".join(" ".join(seen).replace("│", " ").split())
        for step in tour.steps:
            assert step.name in whole
            assert " ".join(step.text.split()[:6]) in whole
            assert " ".join(step.notice.split()[:5]) in whole
        assert "✗ Expected" not in whole
        for words in (
            "✓ 204 No Content",
            "✗ 400 Bad Request",
            "▶ · Breakwater Marine",
            "⊘ nullified",
            "▶ usr shopper01",
        ):
            assert words in whole, words
        assert "ends the tour" in whole
        assert "✓ One buyer in, the others out" in console.text
        assert console.told[-1] == "That was “One buyer in, the others out”."
        pane = console.app.query_one(LearnPane)
        assert pane._tours.row is not None
        assert pane._tours.row.name == "A secret changes every grant"
        # The tour had a marketplace of its own: the console's is as it was.
        portal = next(
            each for each in console.app.session.marketplace.api_clients.values() if each.app_name == "Partner Portal"
        )
        assigned = await console.app.session.marketplace.assignments(portal.id)
        assert {each.buyer_id for each in assigned if each.buyer_id} == {"anchor-boats", "chandlery"}
        assert set(console.app.session.marketplace.api_clients) == users


async def test_a_step_is_done_by_hand_gone_back_from_jumped_to_and_begun_again() -> None:
    async with open_console(size=(100, 40)) as console:
        await begin(console, "One buyer in, the others out")
        assert "step 1 of 7" in console.text
        await console.press("e")
        assert console.told[-1] == "There is nothing to fill in for this step."
        await console.press("b")
        assert console.told[-1] == "This is the beginning."
        await press(console, "s", "down", "down", "down", "down", "enter")
        assert "The flag goes first" in console.text
        assert "do it yourself" in console.text
        await console.press("e", "ctrl+s")
        assert "Nothing was changed yet." in console.text
        await console.press("down", "space", "ctrl+s")
        await ready(console)
        assert "AllowAnyBuyer is not on yet." in console.text
        assert "try again yourself" in console.text
        await console.press("e", "down", "down", "down", "space", "ctrl+s")
        await ready(console)
        assert "done by hand" in console.text
        assert "have no effect" in console.text
        await press(console, "n", "n")
        assert "The flag off again" in console.text
        await press(console, "b")
        assert "Taking one away does nothing" in console.text
        assert view(console).playing is not None
        await press(console, "r")
        assert "step 1 of 7" in console.text
        await press(console, "n", "n")
        await console.press("e")
        await console.type("Partner Portal")
        await console.press("enter")
        await console.type("breakwater-buyer")
        await console.press("enter")
        await ready(console)
        assert "done by hand" in console.text
        assert "✗ 400 Bad Request" in console.text
        await console.press("e")
        assert console.told[-1] == "The step is done. b goes back."
        await console.press("escape")
        assert not console.app.query(TourView)
        assert "✓ One buyer" not in console.text


async def test_each_thing_that_is_shown_has_its_mark() -> None:
    async with open_console(size=(120, 40)) as console:
        await begin(console, "How long a token lives")
        await press(console, "space")
        assert "access   ├●" in console.text
        assert "refresh token 24h left" in console.text or "refresh token 1d left" in console.text
        await press(console, "space", "space")
        assert "▲▲ access token 1m left" in console.text
        await console.press("escape")
        await begin(console, "Which API client is the bottleneck")
        await press(console, *["n"] * 4, "space")
        assert "▶ Supplier Network             14        8" in console.text
        await press(console, "n")
        assert "step 6 of 6" in console.text
        await console.press("escape")
        await begin(console, "A secret alone is not enough")
        await press(console, "space")
        assert "▶ DefaultContextUserName: null" in console.text
        assert "✗ client credentials: DefaultContextUserName is not set" in console.text
        await press(console, "space", "space")
        assert '▶   "error": "invalid_grant"' in console.text
        assert '"Errors": [ … ]' in console.text


async def test_what_is_longer_than_a_line_is_wrapped_under_itself() -> None:
    async with open_console(size=(80, 24)) as console:
        await begin(console, "The first API client")
        await press(console, "n", "n", "space", "pagedown")
        lines = [line.strip("│ ") for line in console.text.splitlines()]
        place = next(number for number, line in enumerate(lines) if line.startswith("▶ cid"))
        assert lines[place].endswith("the API client it came")
        assert console.text.splitlines()[place + 1].startswith(f"│{' ' * 12}through: Admin Backoffice")


async def test_a_tour_of_a_file_is_played_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'Format = 1\nName = "[/nope] mine"\n[Facts]\nSeed = "demo"\n'
        '[[Steps]]\nText = "Ask [red]who[/] you are."\nCall = "/v1/me"\nNotice = "You."\n'
        "Expect = { Status = 404 }\n"
        '[[Steps]]\nText = "Wait."\nAdvance = "2h"\n',
        encoding="utf-8",
    )
    request = console_request()
    asked = type(request)(**{**vars(request), "learn": True, "tour": file})
    async with open_console(asked, size=(80, 24)) as console:
        await ready(console)
        assert "[/nope] mine" in console.text
        assert "Ask [red]who[/] you are." in console.text
        await press(console, "space")
        assert "✗ Expected status 404; it was 200." in console.text
        await press(console, "space")
        await console.press("e")
        await console.type("2h")
        await console.press("enter")
        await ready(console)
        assert "done by hand" in console.text
        assert "ends the tour" in console.text


def test_a_tour_tells_what_it_is_about_and_whether_it_was_played() -> None:
    tour: Scenario = tours()[0]
    text = tour_text(tour, played=True).plain
    assert tour.about in text
    assert "You have played it." in text
    assert all(step.name in text for step in tour.steps)
