"""How the other modes look, and what the console shows when there is nothing to show."""

from __future__ import annotations

import gc
from datetime import UTC, datetime, timedelta

import pytest
from textual.widgets import Input

from tests.console import Console, console_request, open_console
from tests.panes.secrets_lab import until
from tests.screens.conftest import SIZES, Pictures, named
from tui.config.connection import Connection, missing_parts
from tui.headless.shot import Wanted, picture
from tui.panes.traffic import TrafficPane
from tui.panes.traffic_file import TrafficFile
from tui.session.traffic_requests import Request
from tui.widgets.row_list import RowList


def recorded(console: Console) -> TrafficFile:
    """Return what a file of traffic might hold: a busy API client, and a slow one that two systems use."""
    ids = {each.app_name: each.id.lower() for each in console.app.session.marketplace.api_clients.values()}
    shop, erp = ids["Buyer Storefront"], next(its for name, its in ids.items() if "ERP" in name)
    begin = datetime(2026, 11, 23, 8, tzinfo=UTC)
    busy = [
        Request("GET", "/v1/me", 200, False, 12 + n, begin + timedelta(seconds=n * n), shop, user="shopper01", key=n)
        for n in range(40)
    ]
    slow = [
        Request(
            "PUT",
            f"/v1/orders/{n}",
            (200, 403)[n % 2],
            bool(n % 2),
            900.0 + 100 * n,
            begin + timedelta(minutes=3 * n),
            erp,
            code=("", "Auth.InsufficientRoles")[n % 2],
            system=("nightly-job/2.1", "Excel of the accountant")[n > 3],
            key=100 + n,
        )
        for n in range(6)
    ]
    return TrafficFile("storefront.har", (*busy, *slow, Request("GET", "/v1/me", 401, True, 3, begin, key=200)))


async def choose(console: Console, name: str) -> None:
    """Put the cursor of Clients on the API client of that name."""
    rows = console.app.query_one("#api-clients", RowList)
    rows.cursor = [each.name for each in rows.rows].index(name)
    await console.settle()


@SIZES
async def test_access(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("2", "j", "j", "l", "l")
        pictures.check_text(console, named("access", size))


@SIZES
async def test_a_token(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await choose(console, "Buyer Storefront")
        await console.press("t", "ctrl+r")
        pictures.check_text(console, named("tokens", size))


@SIZES
async def test_a_refusal(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await choose(console, "Vendor Onboarding")
        await console.press("t", "ctrl+r")
        pictures.check_text(console, named("tokens-refused", size))


@SIZES
async def test_traffic(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("4", "g")
        pictures.check_text(console, named("traffic", size))
        console.app.query_one(TrafficPane).show_file(recorded(console))
        await console.settle()
        pictures.check_text(console, named("traffic-file", size))


@SIZES
async def test_learn(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("5", "j", "j", "j", "j")
        pictures.check_text(console, named("learn", size))


async def test_the_form_of_a_sign_in_that_lacks_something(pictures: Pictures) -> None:
    url = "https://api.ordercloud.io"
    connection = Connection(url, problems=missing_parts("", "password", ""))
    async with open_console(console_request(connection=connection), size=(80, 24)) as console:
        console.app.screen.query(Input).first().cursor_blink = False
        await until(console, lambda: "no keyring" in console.text, "what the machine keeps secrets in")
        pictures.check_text(console, "sign-in-80x24")


async def test_a_filter_without_a_match(pictures: Pictures) -> None:
    async with open_console(size=(80, 24)) as console:
        await console.press("slash")
        await console.type("zzz")
        pictures.check_text(console, "clients-no-match-80x24")


@pytest.mark.parametrize(
    ("name", "api_client", "keys"),
    [
        ("walk-1-clients", "Buyer Storefront", ""),
        ("walk-2-edit", "Buyer Storefront", "e tab tab space"),
        ("walk-3-assign", "Buyer Storefront", "a j j j"),
        ("walk-4-token", "Buyer Storefront", "t ^r"),
        ("walk-5-access", "Buyer Storefront", "2 j j l l"),
        ("walk-6-refused", "Vendor Onboarding", "t ^r"),
    ],
)
async def test_the_pictures_of_the_readme(pictures: Pictures, name: str, api_client: str, keys: str) -> None:
    """They are what `ocgate shot --client CLIENT KEY...` draws."""
    pictures.check_drawn(await picture(Wanted(tuple(keys.split()), api_client=api_client)), name)
    gc.unfreeze()  # what a console kept out of garbage collection is garbage by now


@pytest.mark.parametrize(("size", "theme"), [((120, 40), "harbor"), ((80, 24), "daylight")], ids=["120x40", "80x24"])
async def test_presenting(pictures: Pictures, size: tuple[int, int], theme: str) -> None:
    shown = Wanted(("P", "a", "j", "j", "j"), size, theme, api_client="Buyer Storefront")
    pictures.check_drawn(await picture(shown), named("presenting", size))
    gc.unfreeze()
