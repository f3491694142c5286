"""Access narrowed, grouped, turned and written to a file; its users, and its questions asked the other way round."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.content import Content
from textual.widgets import Input, Static

from tests.console import Console, open_console
from tests.panes.secrets_lab import until
from tests.panes.test_access import go_to, pane, why
from tui.access.grants import GrantKind
from tui.panes.access_pivot import Pivot, PivotList
from tui.panes.party_users import PartyUsers
from tui.panes.who_can import WhoCan
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.matrix import Matrix
from tui.widgets.row_list import RowList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        await opened.press("2")
        yield opened


def title(console: Console) -> str:
    """Return the title of the matrix."""
    return str(console.app.query_one("#who").border_title)


def sheet(console: Console) -> str:
    """Return what is told of the user under the cursor."""
    facts = console.app.screen.query_one(FactSheet).facts
    return "\n".join(f"{each.label} {each.text.plain}" for each in facts)


def answer_told(console: Console) -> str:
    """Return what an answer says above its list."""
    content = console.app.screen.query_one("#who-can-answer", Static).content
    return content.plain if isinstance(content, Content) else str(content)


async def test_words_leave_parties_and_api_clients_and_escape_shows_all(console: Console) -> None:
    await go_to(console, "Chandlery Ltd", "Partner Portal")
    await console.press("slash")
    await console.type("buyer an")
    assert title(console) == "Who gets in · 2 of 11 parties"
    assert pane(console).party is not None
    await console.press("enter", "f")
    await console.type("port")
    await console.press("down")
    assert title(console) == "Who gets in · 2 of 11 parties · 3 of 17 API clients"
    assert "Anchor Boats" in console.text
    assert "Breakwater" not in console.text
    assert console.app.query_one(Matrix).has_focus
    assert why(console).startswith("Chandlery Ltd → Partner Portal")  # the cursor stayed where it was
    await console.press("slash")
    await console.type(" none")
    assert "Nothing matches: esc shows all again." in console.text
    assert pane(console).why_not("access.users") == "There is no API client under the cursor."
    await console.press("escape")
    assert title(console) == "Who gets in · 3 of 17 API clients"
    await console.press("escape")
    assert title(console) == "Who gets in"
    assert not console.app.query_one("#party-words", Input).is_on_screen


async def test_groups_count_and_pivots_list(console: Console) -> None:
    """Both in one console: opening one costs more than both looks."""
    await look_at_groups(console)
    await look_at_lists(console)


async def look_at_groups(console: Console) -> None:
    await go_to(console, "Anchor Boats", "Partner Portal")
    await console.press("b")
    assert "[◐ 2/6]" in console.text
    assert "· 0/1" in console.text
    assert why(console).startswith("6 buyers → Partner Portal\n2 OF 6 GET IN")
    assert "by assignment 2 · refused 4" in why(console)
    assert "In: Anchor Boats and Chandlery Ltd" in why(console)
    assert "Out: Breakwater Marine, Drydock Repairs, Estuary Guests and 1 more" in why(console)
    await console.press("a")
    assert "one line for many parties" in console.told[-1]
    await console.press("up")
    assert why(console).startswith("Harbor Supply → Partner Portal\nREFUSED")
    await console.press("down", "enter")
    assert "[✓]" in console.text
    assert why(console).startswith("Anchor Boats → Partner Portal")


async def look_at_lists(console: Console) -> None:
    await go_to(console, "Anchor Boats", "Partner Portal")
    await console.press("v")
    assert pane(console).pivot is Pivot.API_CLIENT
    assert title(console) == "Who gets in at Partner Portal"
    rows = console.app.query_one(PivotList)
    assert (len(rows.rows), rows.cursor, rows.has_focus) == (11, 1, True)
    assert "B Anchor Boats" in console.text
    assert "assigned, one of 2 buyers" in console.text
    await console.press("j")
    assert why(console).startswith("Breakwater Marine → Partner Portal\nREFUSED")
    await console.press("right_square_bracket")
    assert title(console) == "Who gets in at Reporting Job"
    await console.press("left_square_bracket", "v")
    assert title(console) == "Where Breakwater Marine gets in"
    assert (len(rows.rows), rows.cursor) == (17, 12)
    assert "AllowAnyBuyer is on; its assignment is nullified" in console.text
    await console.press("right")
    assert title(console) == "Where Chandlery Ltd gets in"
    await console.press("b")
    assert "v goes on to the matrix" in console.told[-1]
    await console.press("escape")
    assert pane(console).pivot is Pivot.MATRIX
    assert console.app.query_one(Matrix).has_focus
    assert why(console).startswith("Chandlery Ltd → Partner Portal")


async def test_enter_shows_the_users_with_grants_checks_roles_and_profiles(console: Console) -> None:
    await go_to(console, "Anchor Boats", "Partner Portal")
    await console.press("enter")
    screen = console.app.screen
    assert isinstance(screen, PartyUsers)
    await until(console, lambda: "the company" in sheet(console), "the security profiles")
    told = sheet(console)
    assert "2 users of Anchor Boats → Partner Portal" in console.text
    assert "Password ✓ 2h, refresh 24h" in told or "Password ✓ 2h" in told
    assert "Credentials · DefaultContextUserName is not set" in told
    assert "Anonymous · IsAnonBuyer is off." in told
    assert "✓ granted Approver · from Buyer Approver (the user), Buyer Approver (the group approvers)" in told
    await console.press("slash")
    await console.type("shopper")
    await until(console, lambda: "breakwater" not in console.text and "anchor-approver" not in console.text, "one user")
    await console.press("enter", "i")
    assert isinstance(console.app.screen, WhoCan)
    await until(console, lambda: "That is all." in answer_told(console), "an answer")
    assert "11 ways: 1 user through 8 API clients." in answer_told(console)
    await console.press("escape", "escape", "escape")
    assert len(console.app.screen_stack) == 1

    await go_to(console, "Estuary Guests", "Guest Storefront")  # a context user, and a party that is let in
    await console.press("enter")
    await until(console, lambda: "the company" in sheet(console), "the security profiles")
    assert "Credentials · IsAnonBuyer is on: the same request is anonymous shopping." in sheet(console)
    assert "Anonymous ✓" in sheet(console)
    await console.press("escape")

    await look_at_ceiling_and_floor(console)
    await go_to(console, "Harbor Supply", "Nightly Export")  # the seller, and a check before the party's
    await console.press("enter")
    await until(console, lambda: "check 6 of 15" in sheet(console), "what refuses")
    assert "Every secret has expired" in sheet(console) or "every grant must send a live one" in sheet(console)
    await console.press("o")
    await until(console, lambda: bool(console.app.query("#api-clients")) and len(console.app.screen_stack) == 1, "o")
    row = console.app.query_one("#api-clients", RowList).row
    assert row is not None
    assert row.name == "Nightly Export"


async def look_at_ceiling_and_floor(console: Console) -> None:
    await go_to(console, "Anchor Boats", "Kiosk Terminal")
    await console.press("enter")
    await until(console, lambda: "the company" in sheet(console), "the security profiles")
    assert "✗ left out MeAdmin · above the ceiling of the API client: MaximumGrantedRoles" in sheet(console)
    await console.press("escape")
    await go_to(console, "Anchor Boats", "Buyer Approvals")
    await console.press("enter")
    await until(console, lambda: "✗ missing" in sheet(console), "the floor")
    assert "ApprovalRuleAdmin · the API client requires it as a minimum" in sheet(console)
    await console.press("escape")


async def test_what_cannot_be_read_is_told_and_r_tries_again(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.ordercloud import errors

    async def fail(*_: object, **__: object) -> None:
        raise errors.ConnectionRefused("Nothing listens there")

    marketplace = console.app.session.marketplace
    await go_to(console, "Anchor Boats", "Partner Portal")
    with monkeypatch.context() as patch:
        patch.setattr(marketplace, "user_page", fail)
        await console.press("enter")
        await until(console, lambda: "This could not be read: Nothing listens there" in console.text, "what failed")
    await console.press("r")
    await until(console, lambda: "shopper01" in console.text, "the users")
    with monkeypatch.context() as patch:
        patch.setattr(marketplace, "person", fail)
        await console.press("i")
        await until(console, lambda: "This could not be read: Nothing listens there" in answer_told(console), "why not")
    await console.press("escape", "escape")


async def test_questions_are_found_as_one_types_and_answered_completely(console: Console) -> None:
    await console.press("i")
    screen = console.app.screen
    assert isinstance(screen, WhoCan)
    questions = screen.query_one("#who-can-questions", RowList)
    await until(console, lambda: len(questions.rows) > 40, "the questions")
    await console.type("partner")
    await until(
        console, lambda: questions.row is not None and questions.row.label == "Partner Portal", "Partner Portal"
    )
    await console.press("enter")
    await until(console, lambda: screen.answered is not None, "an answer")
    assert screen.answered is not None
    assert {each.user.party.label for each in screen.answered.answer.ways} == {
        "Anchor Boats",
        "Chandlery Ltd",
        "Gale Sails",
    }
    await console.press("escape")

    screen.query_one(Input).value = "OrderAdmin"
    await until(console, lambda: questions.row is not None and questions.row.name == "OrderAdmin", "the role")
    await console.press("enter")
    await until(console, lambda: screen.answered is not None and screen.answered.question.name == "OrderAdmin", "this")
    assert screen.answered is not None
    ways = screen.answered.answer.ways
    assert {(each.user.username, each.grant) for each in ways} >= {
        ("erp-service", GrantKind.CLIENT_CREDENTIALS),
        ("harbor-admin", GrantKind.PASSWORD),
    }
    assert "Integration (the user)" in console.text
    await console.press("escape")

    screen.query_one(Input).value = "Nobody's-Role"
    await until(console, lambda: questions.row is not None and questions.row.name == "Nobody's-Role", "a custom role")
    await console.press("enter")
    await until(console, lambda: answer_told(console).startswith("Nobody can."), "an answer")
    assert answer_told(console).startswith("Nobody can.\nLooked at: 20 users and 17 API clients")
    assert "No security profile gives any of them Nobody's-Role" in answer_told(console)
    await console.press("escape", "escape")
    assert len(console.app.screen_stack) == 1


async def test_what_is_in_sight_is_written_in_the_form_the_name_says(console: Console, tmp_path: Path) -> None:
    await console.press("f")
    await console.type("portal")
    await console.press("enter", "E")
    for name, begin in (("a.csv", "PartyKind,"), ("a.md", "# Harbor Supply"), ("a.json", "{")):
        console.app.screen.query_one(Input).value = str(tmp_path / name)
        await console.press("enter")
        await until(console, lambda name=name: f"{name} as" in (console.told or [""])[-1], name)  # type: ignore[misc]
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)
        await console.press("E")
    await console.press("escape")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
        cells = list(csv.DictReader(stream))
    assert len(cells) == 11
    assert {each["ApiClient"] for each in cells} == {"Partner Portal"}
    assert {each["Standing"] for each in cells} == {"by assignment", "refused"}
    assert len(json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["Cells"]) == 11
