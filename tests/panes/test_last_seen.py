"""The list while the console connects: what was there last time, with its age, and nothing that can be done to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.console import START, Console, StandingClock, console_request, open_console
from tui.app import OcgateApp
from tui.config.request import ConsoleRequest
from tui.session.client_row import ClientRow
from tui.session.last_seen import LastSeen
from tui.session.session import Phase, Session
from tui.widgets.row_list import RowList

GONE = ClientRow("0000", "Gone [b]Meanwhile", True, "shopper01", "B*", "P R", 60, 0)


@pytest.fixture
def request_on_file(tmp_path: Path) -> ConsoleRequest:
    return replace(console_request(), sandbox_memory=False, sandbox_db=tmp_path / "sandbox.db")


def seen_of(request: ConsoleRequest) -> LastSeen:
    found = Session(request).last_seen
    assert found is not None
    return found


def listed(app: OcgateApp) -> list[str]:
    rows: RowList[ClientRow] = app.query_one("#api-clients", RowList)
    return [row.name for row in rows.rows]


async def test_what_one_sitting_read_the_next_begins_with(request_on_file: ConsoleRequest) -> None:
    async with open_console(request_on_file) as console:
        names = listed(console.app)
    seen = seen_of(request_on_file).read()
    assert seen is not None
    assert seen.at == START
    assert sorted(row.name for row in seen.rows) == sorted(names)


async def test_a_change_is_seen_next_time(request_on_file: ConsoleRequest) -> None:
    async with open_console(request_on_file) as console:
        await console.press("x", "y")
        row = console.app.query_one("#api-clients", RowList).row
    seen = seen_of(request_on_file).read()
    assert seen is not None
    assert row in seen.rows


async def test_it_is_shown_while_connecting_and_replaced_by_the_answer(
    request_on_file: ConsoleRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_of(request_on_file).write(START - timedelta(minutes=3), [GONE])
    opened = Session.open

    async def wait(session: Session) -> None:
        session.phase = Phase.CONNECTING

    monkeypatch.setattr(Session, "open", wait)
    app = OcgateApp(request_on_file, clock=StandingClock(), timer=lambda: 0.0)
    app.animation_level = "none"
    async with app.run_test(size=(120, 40)) as pilot:
        console = Console(app, pilot, StandingClock())
        await console.settle()
        assert listed(app) == ["Gone [b]Meanwhile"]
        assert "API clients 1 · seen 3m ago" in console.text
        for key in ("e", "x", "t", "delete"):
            console.told.clear()
            await console.press(key)
            assert any("as it was last seen" in each or "no marketplace" in each for each in console.told), key
        await console.press("y", "enter")
        assert app.clipboard == "0000"
        monkeypatch.setattr(Session, "open", opened)
        await console.press("r")
        assert "Gone [b]Meanwhile" not in listed(app)
        assert "API clients 17 ─" in console.text


async def test_nothing_is_kept_of_a_marketplace_in_memory() -> None:
    request = console_request()
    async with open_console(request):
        pass
    assert not (request.paths.state / "seen").exists()
