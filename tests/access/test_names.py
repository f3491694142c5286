from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.world import Client, clients
from tui.access.limits import check_name
from tui.access.names import count_names, folded, for_browsers, said_nothing, suggest, taken
from tui.sandbox.demo import HARBOR_SUPPLY

EMPTY = (
    *("test", "Test 2", "TEST-3", "New client", "asdf", "asdasd", "qwerty", "aaa", "x", "123", "1", "...", "", "  "),
    *(
        "My App",
        "new API client",
        "the client",
        "foo bar",
        "untitled",
        "OrderCloud App",
        "test123",
        "Client ID",
        "zxcv",
    ),
    *("prod", "staging", "App (copy)", "tmp_client", "5f0c9a1e-0000-4000-8000-00000000beef", "jkl", "🙂"),
)
COPIES = ("Buyer Storefront copy", "Copy of Buyer Storefront", "Buyer Storefront (2)", "Buyer Storefront copy 2")
TELLING = (
    *("Buyer Storefront", "ERP Middleware", "Testing Equipment Portal", "Kiosk", "Demo Shop", "SAP", "Händler-Portal"),
    *("店舗", "Copyright Office", "POS terminal 7", "Reporting Job", "Photocopy Service", "Poster Shop", "Asset Sync"),
)


@pytest.mark.parametrize("name", [*EMPTY, *COPIES])
def test_a_name_that_says_nothing(name: str) -> None:
    told = said_nothing(name)
    assert told is not None
    assert told.endswith(".")
    assert name.strip() in told


@pytest.mark.parametrize("name", [*TELLING, *(each.name for each in HARBOR_SUPPLY.clients)])
def test_a_name_that_says_something(name: str) -> None:
    assert said_nothing(name) is None


def test_a_name_is_taken_by_one_that_reads_alike() -> None:
    others = ("Partner Portal", "Buyer  Storefront")
    assert taken("Buyer Storefront", ["Buyer Storefront"]) == "Another API client is named Buyer Storefront, too."
    told = "Another API client is named Buyer  Storefront, which reads alike."
    assert taken("buyer-storefront", others) == told
    assert taken("Buyer Storefronts", others) is None
    assert taken("Buyer Storefront", ()) is None
    assert count_names(("A B", "a-b", "c"))[folded("A_B")] == 2


def test_what_browsers_use_is_known_by_its_name() -> None:
    assert for_browsers("Buyer Storefront")
    assert for_browsers("Spare parts web app")
    assert not for_browsers("ERP Middleware")
    assert not for_browsers("Workshop Planner")


SUGGESTED = {
    "Guest Storefront": replace(Client(), is_anon_buyer=True),
    "Buyer Storefront": replace(Client(), allow_any_buyer=True),
    "Supplier Portal": replace(Client(), assigned_supplier_count=1),
    "Partner Portal": replace(Client(), assigned_supplier_count=1, assigned_buyer_count=2),
    "Back Office": replace(Client(), allow_seller=True, allow_any_supplier=True),
}


@pytest.mark.parametrize("name", SUGGESTED)
def test_a_name_is_suggested_by_what_the_settings_say(name: str) -> None:
    assert suggest(SUGGESTED[name]) == name
    middleware = replace(SUGGESTED[name], is_anon_buyer=False, default_context_user_name="erp")
    assert suggest(middleware, has_secret=True).endswith("Integration Middleware")


@given(clients, st.booleans())
def test_a_suggestion_says_something(client: Client, has_secret: bool) -> None:
    name = suggest(client, has_secret=has_secret)
    assert said_nothing(name) is None
    assert check_name("AppName", name) is None


@given(st.text(max_size=200))
def test_any_text_is_judged(name: str) -> None:
    told = said_nothing(name)
    assert told is None or len(told) < 200
    assert taken(name, [name]) is not None
