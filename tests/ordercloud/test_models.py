"""The models: names, exact round trips, and a `repr` that gives nothing away."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tui.ordercloud import models
from tui.ordercloud.models import (
    AccessToken,
    ApiClient,
    ApiClientAssignment,
    ApiClientSecret,
    Buyer,
    BuyerUser,
    ErrorItem,
    ImpersonationConfig,
    Meta,
    MeUser,
    Model,
    OpenIdConnect,
    Page,
    PasswordConfig,
    PublicKey,
    SecurityProfile,
    SecurityProfileAssignment,
    SellerUser,
    Supplier,
    SupplierUser,
    WireTime,
    format_time,
    wire_name,
)

API_CLIENT: dict[str, Any] = {
    "ID": "5F0C9A1E-0000-4000-8000-00000000BEEF",
    "ClientSecret": None,
    "AccessTokenDuration": 600,
    "Active": True,
    "AppName": "Storefront",
    "RefreshTokenDuration": 0,
    "AnonymousTokenDuration": 10080,
    "DefaultContextUserName": "guest-template",
    "xp": {"owner": "web"},
    "AllowAnyBuyer": True,
    "AllowAnySupplier": False,
    "AllowSeller": False,
    "IsAnonBuyer": True,
    "AssignedBuyerCount": 0,
    "AssignedSupplierCount": 0,
    "OrderCheckoutIntegrationEventID": None,
    "OrderCheckoutIntegrationEventName": None,
    "OrderReturnIntegrationEventID": None,
    "OrderReturnIntegrationEventName": None,
    "AddToCartIntegrationEventID": None,
    "AddToCartIntegrationEventName": None,
    "MinimumRequiredRoles": [],
    "MinimumRequiredCustomRoles": [],
    "MaximumGrantedRoles": ["Shopper"],
    "MaximumGrantedCustomRoles": [],
}
ME: dict[str, Any] = {
    "Buyer": {"ID": "acme", "DefaultCatalogID": "acme"},
    "Supplier": None,
    "Seller": {"ID": "demo-marketplace"},
    "ID": "shopper01",
    "CompanyID": "acme",
    "Username": "shopper01",
    "Password": None,
    "FirstName": "First",
    "LastName": "Last",
    "Email": "shopper01@example.com",
    "Phone": None,
    "TermsAccepted": None,
    "Active": True,
    "xp": {},
    "AvailableRoles": ["Shopper", "MeAdmin"],
    "Locale": None,
    "DateCreated": "2026-01-01T00:00:00Z",
    "LastActive": None,
    "PasswordLastSetDate": "2026-01-01T00:00:00.1234567+00:00",
}
EVERY_MODEL: tuple[type[Model], ...] = (
    AccessToken,
    ApiClient,
    ApiClientAssignment,
    ApiClientSecret,
    Buyer,
    BuyerUser,
    ErrorItem,
    ImpersonationConfig,
    Meta,
    MeUser,
    OpenIdConnect,
    PasswordConfig,
    PublicKey,
    SecurityProfile,
    SecurityProfileAssignment,
    SellerUser,
    Supplier,
    SupplierUser,
)

texts = st.text(max_size=12)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def api_client_bodies() -> st.SearchStrategy[dict[str, Any]]:
    known: dict[str, st.SearchStrategy[Any]] = {}
    for name, value in API_CLIENT.items():
        if name == "xp":
            known[name] = st.none() | st.dictionaries(texts, json_values, max_size=3)
        elif isinstance(value, bool):
            known[name] = st.none() | st.booleans()
        elif isinstance(value, int):
            known[name] = st.none() | st.integers()
        elif isinstance(value, list):
            known[name] = st.none() | st.lists(texts, max_size=3)
        else:
            known[name] = st.none() | texts
    unknown = st.dictionaries(texts.filter(lambda name: name not in API_CLIENT), json_values, max_size=3)
    return st.tuples(st.fixed_dictionaries({}, optional=known), unknown).map(lambda both: {**both[1], **both[0]})


@given(api_client_bodies())
def test_a_round_trip_gives_back_exactly_what_the_server_sent(body: dict[str, Any]) -> None:
    sent = copy.deepcopy(body)

    assert ApiClient.from_wire(body).to_wire() == sent


@given(
    st.dictionaries(
        st.sampled_from(["Buyer", "Supplier", "Seller"]),
        st.fixed_dictionaries({}, optional={"ID": st.none() | texts, "New": json_values}),
    )
)
def test_a_round_trip_reaches_into_nested_models(body: dict[str, Any]) -> None:
    assert MeUser.from_wire(body).to_wire() == body


@pytest.mark.parametrize("body", [ME, {**ME, "Buyer": {"ID": None}}, {**ME, "Locale": {"ID": "en", "Currency": "EUR"}}])
def test_the_callers_record(body: dict[str, Any]) -> None:
    assert MeUser.from_wire(body).to_wire() == body


def test_every_documented_member_of_an_api_client_has_a_field() -> None:
    client = ApiClient.from_wire(API_CLIENT)

    assert client.model_extra == {}
    assert client.id == API_CLIENT["ID"]
    assert client.maximum_granted_roles == ("Shopper",)
    assert client.xp == {"owner": "web"}


@pytest.mark.parametrize("kind", EVERY_MODEL)
def test_an_absent_member_stays_absent_and_a_null_one_null(kind: type[Model]) -> None:
    needed = {"access_token": "x"} if kind is AccessToken else {}
    nulls = dict.fromkeys(kind.wire_names().values()) | needed

    assert kind.from_wire(needed).to_wire() == needed
    assert kind.from_wire(nulls).to_wire() == nulls


def test_a_null_where_a_value_belongs_reads_as_the_default() -> None:
    client = ApiClient.from_wire({"Active": None, "MinimumRequiredRoles": None, "AppName": None})

    assert (client.active, client.minimum_required_roles, client.app_name) == (False, (), "")


def test_a_member_that_only_looks_like_a_field_of_ours_is_kept_apart() -> None:
    client = ApiClient.from_wire({"ID": "wire", "id": "stranger"})

    assert client.id == "wire"
    assert client.to_wire() == {"ID": "wire", "id": "stranger"}
    assert ApiClient.from_wire({"id": "stranger"}).id == ""


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("id", "ID"),
        ("xp", "xp"),
        ("api_client_id", "ApiClientID"),
        ("default_catalog_id", "DefaultCatalogID"),
        ("order_checkout_integration_event_id", "OrderCheckoutIntegrationEventID"),
        ("default_context_user_name", "DefaultContextUserName"),
        ("all_buyers_can_order", "AllBuyersCanOrder"),
        ("identity", "Identity"),
    ],
)
def test_names(field: str, name: str) -> None:
    assert wire_name(field) == name


def test_a_model_made_by_hand_sends_what_was_given() -> None:
    assert ApiClient(app_name="New", access_token_duration=60).to_wire() == {
        "AppName": "New",
        "AccessTokenDuration": 60,
    }
    moment = datetime(2027, 1, 1, 13, 0, tzinfo=UTC)
    assert ApiClientSecret(name="s", expiration=moment).to_wire() == {"Name": "s", "Expiration": "2027-01-01T13:00:00Z"}


@pytest.mark.parametrize(
    "text",
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.1234567+00:00", "2026-01-01T02:30:00+02:30", "0001-01-01T00:00:00"],
)
def test_a_date_keeps_its_text(text: str) -> None:
    secret = ApiClientSecret.from_wire({"ID": "a", "Expiration": text})

    assert secret.expiration is not None
    assert secret.expiration.tzinfo is not None
    assert secret.to_wire()["Expiration"] == text
    assert copy.deepcopy(secret).to_wire()["Expiration"] == text


def test_a_date_that_was_calculated_is_written_in_utc() -> None:
    later = WireTime.parse("2026-01-01T02:30:00+02:30") + timedelta(days=1)

    assert isinstance(later, WireTime)
    assert later.wire == "2026-01-02T00:00:00Z"
    assert format_time(datetime(2026, 1, 1)) == "2026-01-01T00:00:00Z"  # noqa: DTZ001  # a moment without a zone is the case


@pytest.mark.parametrize(
    "body",
    [
        {"ID": 5},
        {"Active": "yes"},
        {"AccessTokenDuration": "600"},
        {"AccessTokenDuration": True},
        {"MinimumRequiredRoles": "Shopper"},
        {"MinimumRequiredRoles": [None]},
        {"xp": "text"},
    ],
)
def test_a_wrong_type_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ApiClient.from_wire(body)


@pytest.mark.parametrize("value", ["yesterday", 5, True, "2026-13-01T00:00:00Z"])
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Buyer.from_wire({"DateCreated": value})  # type: ignore[dict-item]  # that is the point


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        ApiClient.from_wire(API_CLIENT).active = False


@pytest.mark.parametrize(
    "model",
    [
        ApiClient.from_wire({"ClientSecret": "hush-hush"}),
        ApiClient.from_wire({"xp": {"deep": [{"password": "hush-hush", "Access_Token": "hush-hush"}]}}),
        ApiClient.from_wire({"WebhookThing": {"ClientSecret": "hush-hush"}, "refreshToken": "hush-hush"}),
        ApiClientSecret.from_wire({"ClientSecret": "hush-hush"}),
        AccessToken.from_wire({"access_token": "hush-hush", "refresh_token": "hush-hush"}),
        BuyerUser.from_wire({"Password": "hush-hush"}),
        ErrorItem.from_wire({"Data": {"NewPassword": "hush-hush"}}),
    ],
)
def test_no_credential_in_repr(model: Model) -> None:
    assert "hush" not in f"{model!r} {model!s} {[model]}"
    assert "hush-hush" in str(model.to_wire())


def test_no_value_in_a_validation_error() -> None:
    with pytest.raises(ValidationError) as caught:
        ApiClient.from_wire({"ClientSecret": ["hush-hush"]})
    assert "hush" not in f"{caught.value!s} {caught.value!r}"


def test_a_page_keeps_what_it_does_not_know() -> None:
    body: dict[str, Any] = {
        "Meta": {"Page": 2, "PageSize": 1, "ItemRange": [2, 2], "NextPageKey": None, "Facets": [1]},
        "Items": [{"ID": "a", "New": 1}],
        "More": {"a": None},
    }
    page = Page[Buyer].read(body, Buyer)

    assert page.to_wire() == body
    assert (page.meta.page, page.meta.item_range, page.items[0].id) == (2, (2, 2), "a")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Items": []},
        {"Meta": {}},
        {"Meta": [], "Items": []},
        {"Meta": {}, "Items": {}},
        {"Meta": {}, "Items": [1]},
        {"Meta": {"Page": "1"}, "Items": []},
    ],
)
def test_what_is_no_page(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Page[Buyer].read(body, Buyer)


def test_everything_is_exported() -> None:
    assert {kind.__name__ for kind in EVERY_MODEL} <= set(models.__all__)
