"""Traffic by API client, over the real sandbox: other programs' requests, a filter, the token reader, and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.console import Console, open_console
from tests.session.test_traffic_files import token
from tui.ordercloud import errors
from tui.ordercloud._httpx import AsyncClient
from tui.panes.token_reader import TokenReader
from tui.panes.traffic import TrafficPane
from tui.sandbox.demo import PASSWORD
from tui.session.traffic_groups import Group
from tui.widgets.row_list import RowList

SECRET = "hunter2-hunter2"


def groups(console: Console) -> list[Group]:
    rows: RowList[Group] = console.app.query_one("#by-client", RowList)
    return list(rows.rows)


async def another_program_asks(console: Console, client_id: str, secret: str) -> None:
    """Let something that is not the console ask the sandbox for a token."""
    sandbox = console.app.session.opened.sandbox
    assert sandbox is not None
    async with AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url) as client:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        await client.post("/oauth/token", data=form)
    await console.settle()


async def test_every_request_that_reaches_the_sandbox_is_counted_by_api_client_and_secret() -> None:
    async with open_console() as console:
        session = console.app.session
        every = session.marketplace.api_clients.values()
        erp = next(each for each in every if each.app_name == "ERP Middleware")
        await console.press("4")
        await another_program_asks(console, erp.id, SECRET)
        assert "another program" in console.text
        assert "Read token" not in console.text
        await another_program_asks(console, erp.id, PASSWORD)
        await console.press("v")
        own, its, named = groups(console)
        assert (own.cid, its.cid) == (session.opened.identity.client_id.lower(), erp.id.lower())
        assert (its.requests, its.refusals, named.requests) == (2, 1, 1)
        assert erp.app_name in console.text
        assert "└ Rotation A" in console.text
        asked = len(session.exchanges)
        await console.press("j", "enter")
        assert f'client:"{erp.app_name}"' in console.text
        assert [each.request.own for each in console.app.query_one("#requests", RowList).rows] == [False, False]
        await console.press("escape")
        assert console.app.focused is console.app.query_one("#by-client")
        assert console.app.query_one("#by-client", RowList).row is groups(console)[1]
        await console.press("v", "slash")
        await console.type("status:4xx from:others stat:1")
        assert len(console.app.query_one("#requests", RowList).rows) == 1
        assert "nothing to filter by" in console.text
        await console.press("escape")
        assert "nothing to filter by" not in console.text
        assert len(session.exchanges) == asked, "looking at traffic causes none"
        await console.press("g", "R")
        assert isinstance(console.app.screen, TokenReader)
        assert "exchange #1" in console.text
        signed_in = session.client.signed_in
        assert signed_in is not None
        for secret in (SECRET, PASSWORD, signed_in.access_token[:40]):
            assert secret not in console.text
        await console.press("escape")
        assert isinstance(console.app.query_one(TrafficPane), TrafficPane)
        try:
            await session.opened.tester.oauth.password("[/nope]", "x", SECRET)
        except errors.OAuthRefused:
            await console.settle()
        await console.press("v")
        assert "[/nope]" in console.text


async def test_a_file_of_traffic_is_shown_by_api_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.panes.traffic.MANY", 3)  # so a thread works through it, as through a large file
    shop, erp = token("5F0C-SHOP"), token("erp", "robot")
    agents = [("shop/1", shop, 10), ("shop/1", shop, 12), ("job/1", erp, 900), ("[bold]Excel", erp, 1000)]
    entries = [
        {
            "startedDateTime": f"2026-11-23T09:0{number}:00Z",
            "time": spent,
            "request": {
                "method": "GET",
                "url": "https://x/v1/me",
                "headers": [
                    {"name": "Authorization", "value": f"Bearer {bearer}"},
                    {"name": "User-Agent", "value": agent},
                ],
            },
            "response": {"status": 200},
        }
        for number, (agent, bearer, spent) in enumerate(agents)
    ]
    har = tmp_path / "shop.har"
    har.write_text(json.dumps({"log": {"entries": [*entries, "none"]}}), encoding="utf-8")
    other = tmp_path / "notes.txt"
    other.write_text("what\n", encoding="utf-8")
    async with open_console(size=(80, 24)) as console:
        for file, told in ((other, "This is no traffic"), (har, "by API client")):
            console.app.action_run_command("app.traffic-file")
            await console.pilot.pause()
            await console.settle()
            await console.press(*(["x", "enter"] if file is other else []))
            if file is other:
                assert "There is no file" in console.text
                await console.press("backspace")
            console.app.screen.query_one("#field-0").value = str(file)  # type: ignore[attr-defined]  # it is an Input
            await console.press("enter")
            for _ in range(50):
                if told in console.text:
                    break
                await console.pilot.pause(0.01)
            assert told in console.text
            if file is other:
                await console.press("escape")
        assert "shop.har" in console.text
        assert any("1 line of shop.har left out" in each for each in console.told)
        assert [(each.cid, each.requests, each.p95, len(each.systems)) for each in groups(console)] == [
            ("5f0c-shop", 2, 12.0, 1),
            ("erp", 2, 1000.0, 2),
        ]
        assert "slowest: erp · used by several systems: erp" in console.text
        await console.press("j", "enter", "enter")
        assert "[bold]Excel" in console.text or "job/1" in console.text
        assert erp[:30] not in console.text
        await console.press("escape", "escape", "escape")
        assert "shop.har" not in console.text
        assert "esc leaves the file" not in console.text
