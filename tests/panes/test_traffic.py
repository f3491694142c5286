"""Traffic over the real sandbox: every exchange, newest last, whole and redacted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.console import START, Console, open_console
from tui.ordercloud import Exchange, errors
from tui.ordercloud.body import Body
from tui.ordercloud.exchange import Timings
from tui.panes.traffic import TrafficPane
from tui.panes.traffic_rows import Row, Totals, totals
from tui.sandbox.demo import PASSWORD
from tui.session.traffic_requests import Request, of_exchange
from tui.widgets.row_list import RowList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        await opened.press("4")
        yield opened


def rows(console: Console) -> RowList[Row]:
    found: RowList[Row] = console.app.query_one("#exchanges RowList", RowList)
    return found


def exchange(number: int, *, ms: float = 1.0, status: int | None = 200, url: str = "http://x/v1/me") -> Exchange:
    return Exchange(number, START, "GET", url, status=status, timings=Timings(total=ms))


def request(number: int, *, ms: float = 1.0, status: int | None = 200, url: str = "http://x/v1/me") -> Request:
    return of_exchange(exchange(number, ms=ms, status=status, url=url))


async def ask(console: Console, count: int = 1) -> None:
    for _ in range(count):
        await console.app.session.client.me.get()
    await console.settle()


def test_totals_are_counts_and_times_that_occurred() -> None:
    assert totals([]) == Totals()
    assert totals([request(1, ms=7)]) == Totals(1, 0, 7, 7)
    many = [request(number, ms=number) for number in range(1, 101)]
    assert totals(many) == Totals(100, 0, 50, 95)
    refused = [request(1, status=400), request(2, status=None), request(3, status=302)]
    assert totals(refused).refusals == 2
    assert totals(refused).content().plain.startswith("3 exchanges · 2 refused or failed")


def test_a_line_shortens_ids_and_tells_another_attempt() -> None:
    row = Row.of(request(1, url="http://x/v1/apiclients/97DB41EC-0074-5A18-9E3B-6F0011223344/secrets?page=1"))
    assert row.path == "/v1/apiclients/97DB41EC…/secrets?page=1"
    again = Exchange(2, START, "GET", "http://x/v1/me", attempt=2, status=500)
    assert Row.of(of_exchange(again)).path == "/v1/me (attempt 2)"
    assert Row.of(of_exchange(again)).status.plain == "✗ 500"
    assert Row.of(request(3, status=None)).status.plain == "✗ none"


async def test_what_was_asked_before_the_pane_was_opened_is_there_too(console: Console) -> None:
    assert rows(console).rows[0].path == "/oauth/token"
    assert "POST" in console.text
    assert f"{len(console.app.session.exchanges)} exchanges · none refused" in console.text


async def test_no_credential_is_on_the_screen_or_in_the_copy(console: Console) -> None:
    await console.press("g")
    text = console.text
    signed_in = console.app.session.client.signed_in
    assert signed_in is not None
    assert "grant_type" in text
    assert "••••••" in text
    await console.press("y", "enter")
    assert "••••••" in console.app.clipboard
    for secret in (PASSWORD, signed_in.access_token[:40]):
        assert secret not in text
        assert secret not in console.app.clipboard


async def test_a_refusal_is_marked_and_counted(console: Console) -> None:
    with pytest.raises(errors.OAuthRefused):
        await console.app.session.opened.tester.oauth.password("nobody", "x", "hunter2-hunter2")
    await console.settle()
    assert "✗ 400" in console.text
    assert "1 refused or failed" in console.text
    assert "ApiClient.InvalidClientID" in console.text
    assert "hunter2" not in console.text


async def test_the_newest_is_followed_until_the_person_moves(console: Console) -> None:
    list_ = rows(console)
    await ask(console)
    assert list_.cursor == len(list_.rows) - 1
    await console.press("g")
    await ask(console, 2)
    assert list_.cursor == 0
    assert "f follows" in console.text
    await console.press("f")
    assert list_.cursor == len(list_.rows) - 1
    await console.press("f")
    stays = list_.cursor
    await ask(console)
    assert list_.cursor == stays
    await console.press("G")
    await ask(console)
    assert list_.cursor == len(list_.rows) - 1


async def test_many_at_once_are_drawn_once(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    pane = console.app.query_one(TrafficPane)
    drawn: list[int] = []
    draw = pane._draw

    def counted() -> None:
        drawn.append(1)
        draw()

    monkeypatch.setattr(pane, "_draw", counted)
    for number in range(500):
        console.app.session._heard(exchange(1000 + number))
    await console.settle()
    assert len(drawn) == 1
    assert len(rows(console).rows) == len(console.app.session.exchanges)


async def test_out_of_sight_nothing_is_drawn_and_nothing_is_lost(console: Console) -> None:
    before = len(rows(console).rows)
    await console.press("1")
    await ask(console, 3)
    assert len(rows(console).rows) == before
    await console.press("4")
    assert len(rows(console).rows) >= before + 3


async def test_at_80_by_24_enter_opens_the_exchange_and_escape_returns() -> None:
    async with open_console(size=(80, 24)) as console:
        await console.press("4")
        assert not console.app.query_one("#exchange").region
        await console.press("g", "enter")
        assert "Request" in console.text
        assert "/oauth/token" in console.text
        assert not console.app.query_one("#exchanges").region
        await ask(console, 2)
        assert "/oauth/token" in console.text
        await console.press("escape")
        assert console.app.focused is rows(console)
        assert "exchanges ·" in console.text


async def test_the_pane_listens_only_while_it_is_there(console: Console) -> None:
    pane = console.app.query_one(TrafficPane)
    assert pane._heard in console.app.session.listeners
    await pane.remove()
    assert console.app.session.listeners == []


@pytest.mark.parametrize("hostile", ["[/nope]", "[bold]x", "\x1b]0;x\x07", "a\u202eb", "z" * 10_000])
async def test_hostile_text_of_a_server_is_shown_as_it_is(console: Console, hostile: str) -> None:
    bad = Exchange(
        9999,
        START,
        "GET",
        "http://x/v1/me",
        status=500,
        reason=hostile,
        response_headers=(("x-hostile", hostile),),
        response_body=Body.of(hostile.encode(), "text/plain"),
        failure=hostile,
    )
    console.app.session._heard(bad)
    await console.settle()
    shown = hostile.replace("\x1b", "␛").replace("\x07", "␇").replace("\u202e", "�")[:6]
    assert shown in console.text
