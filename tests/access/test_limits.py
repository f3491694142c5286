from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.access.facts import PartyKind
from tui.access.limits import (
    DURATIONS,
    REQUIRED,
    anonymous_needs_buyer,
    check_id,
    check_name,
    validate_api_client,
    validate_secret,
)
from tui.ordercloud.models import ApiClient

READ_ONLY = {
    "ID",
    "AssignedBuyerCount",
    "AssignedSupplierCount",
    "OrderCheckoutIntegrationEventName",
    "OrderReturnIntegrationEventName",
    "AddToCartIntegrationEventName",
}
WRITABLE = tuple(name for name in ApiClient.wire_names().values() if name not in READ_ONLY)
GOOD: dict[str, object] = {"AppName": "Storefront", "AccessTokenDuration": 600}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def problems_of(name: str, value: object) -> list[str]:
    return [problem.property for problem in validate_api_client({**GOOD, name: value})]


def test_the_least_api_client_is_good() -> None:
    assert validate_api_client(GOOD) == ()


def test_a_whole_one_as_the_server_gives_it_is_good() -> None:
    whole = {
        "ID": "anything at all",
        "ClientSecret": None,
        "Active": True,
        "RefreshTokenDuration": 0,
        "AnonymousTokenDuration": 10080,
        "DefaultContextUserName": None,
        "xp": {"owner": "web"},
        "AllowAnyBuyer": True,
        "AllowAnySupplier": False,
        "AllowSeller": False,
        "IsAnonBuyer": False,
        "AssignedBuyerCount": 3,
        "OrderCheckoutIntegrationEventID": None,
        "OrderCheckoutIntegrationEventName": None,
        "MinimumRequiredRoles": ["Shopper"],
        "MinimumRequiredCustomRoles": ["LoyaltyTier"],
        "MaximumGrantedRoles": [],
        "MaximumGrantedCustomRoles": None,
        "SomethingNew": object(),
    }
    assert validate_api_client({**GOOD, **whole}) == ()


@pytest.mark.parametrize("name", DURATIONS)
@given(st.integers())
def test_durations_are_in_their_range(name: str, minutes: int) -> None:
    limit = DURATIONS[name]
    for value in (minutes, limit.minimum - 1, limit.minimum, limit.maximum, limit.maximum + 1):
        assert (problems_of(name, value) == []) is (limit.minimum <= value <= limit.maximum)


def test_the_ranges_are_ordercloud_s() -> None:
    told = {name: (limit.minimum, limit.maximum) for name, limit in DURATIONS.items()}
    assert told == {
        "AccessTokenDuration": (10, 600),
        "RefreshTokenDuration": (0, 524160),
        "AnonymousTokenDuration": (10080, 86400),
    }


def test_the_data_of_a_problem_names_property_value_and_limit() -> None:
    (problem,) = validate_api_client({**GOOD, "AccessTokenDuration": 5})
    assert problem.data == {"Property": "AccessTokenDuration", "Value": 5, "Minimum": 10, "Maximum": 600}
    assert problem.message == "AccessTokenDuration must be 10 to 600 minutes."


def test_what_is_missing_matters_in_a_whole_only() -> None:
    assert [problem.property for problem in validate_api_client({})] == list(reversed(REQUIRED))[::-1]
    assert validate_api_client({}, whole=False) == ()
    assert [problem.property for problem in validate_api_client({"AppName": None}, whole=False)] == ["AppName"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AccessTokenDuration", None),
        ("AccessTokenDuration", "600"),
        ("AccessTokenDuration", 600.0),
        ("AccessTokenDuration", True),
        ("RefreshTokenDuration", None),
        ("RefreshTokenDuration", False),
        ("AppName", ""),
        ("AppName", "  \t"),
        ("AppName", "x" * 101),
        ("AppName", 7),
        ("Active", None),
        ("Active", "true"),
        ("AllowAnyBuyer", 1),
        ("IsAnonBuyer", 0),
        ("ClientSecret", 5),
        ("DefaultContextUserName", ["a"]),
        ("OrderCheckoutIntegrationEventID", 1),
        ("xp", []),
        ("xp", "{}"),
        ("MinimumRequiredRoles", "Shopper"),
        ("MinimumRequiredRoles", ["NoSuchRole"]),
        ("MinimumRequiredRoles", [1]),
        ("MaximumGrantedCustomRoles", [""]),
        ("MaximumGrantedCustomRoles", ["two words"]),
    ],
)
def test_what_does_not_fit_is_one_problem(name: str, value: object) -> None:
    assert problems_of(name, value) == [name]
    assert [problem.property for problem in validate_api_client({name: value}, whole=False)] == [name]


def test_every_bad_field_is_told_once_and_in_order() -> None:
    bad: dict[str, object] = dict.fromkeys(reversed(WRITABLE), 3.5)
    assert [problem.property for problem in validate_api_client(bad)] == list(WRITABLE)


def test_xp_has_at_most_8000_characters_of_json() -> None:
    fits = {"k": "é" * (8000 - len('{"k":""}'))}
    assert problems_of("xp", fits) == []
    assert problems_of("xp", {"k": fits["k"] + "x"}) == ["xp"]


def test_a_secret_is_never_given_back() -> None:
    (problem,) = validate_api_client({**GOOD, "ClientSecret": ["hush"]})
    assert "hush" not in repr(problem)


def test_what_the_server_makes_is_never_a_problem() -> None:
    assert validate_api_client({**GOOD, **dict.fromkeys(READ_ONLY, 3.5)}) == ()


@given(st.dictionaries(st.sampled_from(WRITABLE) | st.text(max_size=5), json_values, max_size=6), st.booleans())
def test_any_json_object_gets_an_answer_that_is_json(body: dict[str, object], whole: bool) -> None:
    problems = validate_api_client(body, whole=whole)
    assert len({problem.property for problem in problems}) == len(problems)
    for problem in problems:
        json.dumps(dict(problem.data))
        assert problem.data["Property"] == problem.property
        assert problem.message.startswith(problem.property)


def test_xp_nested_without_end_is_a_problem_and_no_crash() -> None:
    nested: dict[str, object] = {}
    for _ in range(100_000):
        nested = {"n": nested}
    (problem,) = validate_api_client({"xp": nested}, whole=False)
    assert problem.property == "xp"
    while nested:
        inner = nested.pop("n", {})
        nested = inner if isinstance(inner, dict) else {}


@pytest.mark.parametrize("good", ["a", "A-1_z", "x" * 100])
def test_good_ids(good: str) -> None:
    assert check_id("ID", good) is None


@pytest.mark.parametrize("bad", ["", "x" * 101, "a b", "é", "a.b", "a\n", None, 5])
def test_bad_ids(bad: object) -> None:
    assert check_id("ID", bad) is not None


@given(st.text())
def test_names_are_any_text_that_is_neither_blank_nor_long(name: str) -> None:
    assert (check_name("Name", name) is None) is (0 < len(name) <= 100 and bool(name.strip()))


def test_secrets_need_a_name() -> None:
    assert validate_secret({"Name": "January", "ID": None, "Expiration": None}) == ()
    assert [problem.property for problem in validate_secret({"ID": "a b"})] == ["ID", "Name"]
    assert validate_secret({}, whole=False) == ()


@pytest.mark.parametrize(
    ("anonymous", "kind", "refused"),
    [
        (True, PartyKind.BUYER, False),
        (True, PartyKind.SELLER, True),
        (True, PartyKind.SUPPLIER, True),
        (True, None, False),
        (False, PartyKind.SELLER, False),
    ],
)
def test_anonymous_shopping_needs_a_buyer(anonymous: bool, kind: PartyKind | None, refused: bool) -> None:
    assert (anonymous_needs_buyer(is_anon_buyer=anonymous, context_user_kind=kind) is not None) is refused
