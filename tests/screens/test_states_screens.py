"""How the console looks while there is nothing, not yet anything, or something to be careful about."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.console import Console, console_request, open_console
from tests.screens.conftest import Pictures, named
from tui.config.connection import Connection
from tui.ordercloud import errors
from tui.ordercloud.models import ApiClient
from tui.sandbox import Sandbox
from tui.session import opening
from tui.session.marketplace import Marketplace
from tui.widgets.row_list import RowList
from tui.widgets.top_bar import TopBar

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
ELSEWHERE = Connection("https://api.ordercloud.io", "5f0c9a1e-0000-4000-8000-00000000beef", username="integrator")


async def steady(console: Console) -> None:
    """Let no cursor blink in a picture."""
    for each in console.app.screen.query(Input):
        each.cursor_blink = False
    await console.settle()


@SIZES
async def test_loading(pictures: Pictures, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()

    async def nothing_yet(_: Marketplace) -> AsyncIterator[tuple[ApiClient, ...]]:
        await never.wait()
        yield ()

    monkeypatch.setattr(Marketplace, "read_api_clients", nothing_yet)
    monkeypatch.setattr(Console, "settle", _until_it_reads)
    async with open_console(size=size) as console:
        pictures.check_text(console, named("state-loading", size))


@SIZES
async def test_a_marketplace_without_api_clients_of_its_own(
    pictures: Pictures, size: tuple[int, int], tmp_path: Path
) -> None:
    file = tmp_path / "sandbox.db"
    await (await Sandbox.open(file, seed="empty")).close()
    with sqlite3.connect(file) as connection:  # an ID made by chance has no place in a picture
        connection.execute("UPDATE api_clients SET ID = '5F0C9A1E-0000-4000-8000-00000000BEEF'")
    connection.close()
    request = replace(console_request(), sandbox_memory=False, sandbox_db=file)
    async with open_console(request, size=size) as console:
        pictures.check_text(console, named("state-empty", size))


@SIZES
async def test_no_api_client_at_all(pictures: Pictures, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(_: Marketplace) -> AsyncIterator[tuple[ApiClient, ...]]:
        yield ()

    monkeypatch.setattr(Marketplace, "read_api_clients", none)
    async with open_console(size=size) as console:
        pictures.check_text(console, named("state-none", size))


@SIZES
async def test_a_filter_without_a_match(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("slash")
        await console.type("zzz")
        await steady(console)
        pictures.check_text(console, named("state-no-match", size))


async def _until_it_reads(console: Console) -> None:
    while console.app.query_one("#api-clients", RowList).empty != "Loading…":
        await console.pilot.pause()
    await console.pilot.pause()


async def _refuse(error: Exception) -> object:
    raise error


@SIZES
async def test_nothing_answers_at_the_start(
    pictures: Pictures, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = errors.ConnectionRefused("Nothing listens at api.ordercloud.io, port 443.")
    monkeypatch.setattr(opening, "open_connection", lambda *_: _refuse(problem))
    async with open_console(console_request(connection=ELSEWHERE), size=size) as console:
        pictures.check_text(console, named("state-offline", size))


@SIZES
async def test_a_sign_in_without_its_password(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(console_request(connection=ELSEWHERE), size=size) as console:
        await steady(console)
        pictures.check_text(console, named("state-sign-in", size))
        await console.press("escape")
        pictures.check_text(console, named("state-signed-out", size))


@SIZES
async def test_read_only(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(console_request(read_only=True), size=size) as console:
        await console.press("j", "e")
        assert any("read-only" in told for told in console.told)
        pictures.check_text(console, named("state-read-only", size))


@SIZES
async def test_production(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        session = console.app.session
        session.identity = replace(session.identity, kind="production")
        console.app._look_around()
        await console.press("j", "j")
        assert console.app.query_one(TopBar).whereabouts.environment_style == "$env-production"
        pictures.check_svg(console, named("state-production", size))
        await console.press("a", "j", "space")
        await steady(console)
        pictures.check_text(console, named("state-production-question", size))
